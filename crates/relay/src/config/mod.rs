//! `relay.toml`: read once at the start. The file that `init` writes is made from the comments here.

mod folders;
mod http;
mod identity;
mod keys;
mod limits;
mod log;
mod shops;
mod store;
mod tls;

use std::path::{Path, PathBuf};

use confique::Config as _;
use confique::toml::FormatOptions;

pub use folders::{UNIT, find_config_file, find_config_folder, find_data_folder};
pub use http::HttpConfig;
pub use identity::IdentityConfig;
pub use keys::KeysConfig;
pub use limits::LimitsConfig;
pub use log::LogConfig;
pub use shops::ShopsConfig;
pub(crate) use store::read_address;
pub use store::{StoreConfig, StorePlace, StorePlaceError};
pub use tls::TlsConfig;

use crate::period::KeysFolder;

/// Configuration of a Passerby relay.
///
/// Paths are relative to the folder of this file. Values that stand as a comment are the defaults. Changes count after a restart;
/// a renewed certificate at once.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct Config {
    /// Who this relay is.
    #[config(nested)]
    pub identity: IdentityConfig,
    /// Where it listens.
    #[config(nested)]
    pub http: HttpConfig,
    /// Its certificate, if it speaks TLS itself.
    #[config(nested)]
    pub tls: TlsConfig,
    /// How much callers may take.
    #[config(nested)]
    pub limits: LimitsConfig,
    /// Where it keeps what it carries.
    #[config(nested)]
    pub store: StoreConfig,
    /// What lies under which key.
    #[config(nested)]
    pub keys: KeysConfig,
    /// What it allows shops.
    #[config(nested)]
    pub shops: ShopsConfig,
    /// What it writes into its log (standard error, one JSON object a line).
    #[config(nested)]
    pub log: LogConfig,
}

/// The configuration cannot be used. The message names the file and the value, which are the admin's own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    #[error("reading the configuration {path}: {cause}")]
    Read { path: PathBuf, cause: String },
    #[error("the configuration {0} is not there; `passerby-relay init` makes one")]
    Missing(PathBuf),
    #[error("reading the configuration {path}")]
    Store { path: PathBuf, source: StorePlaceError },
}

/// What is wrong with a file, without the lines of it that hold an address with a password.
fn without_secrets(error: &confique::Error) -> String {
    let text = format!("{error:#}");
    let lines: Vec<_> = text.lines().filter(|line| !line.contains("postgres")).collect();
    lines.join("\n")
}

impl Config {
    /// Reads a file; environment variables named in it win.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        if !path.is_file() {
            return Err(ConfigError::Missing(path.to_owned()));
        }
        let read = Self::builder().env().file(path).load();
        let mut config = read
            .map_err(|error| ConfigError::Read { path: path.to_owned(), cause: without_secrets(&error) })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.identity.key = folder.join(&config.identity.key);
        config.tls.acme_folder = folder.join(&config.tls.acme_folder);
        let tls = &mut config.tls;
        for file in [&mut tls.certificate, &mut tls.key, &mut tls.acme_ca].into_iter().flatten() {
            *file = folder.join(&*file);
        }
        config.store.file = folder.join(&config.store.file);
        config.store.postgres_file = config.store.postgres_file.map(|file| folder.join(file));
        config.keys.folder = config.keys.folder.map(|keys| folder.join(keys));
        let in_file =
            config.store.postgres.is_some() && std::env::var_os("PASSERBY_RELAY_POSTGRES").is_none();
        let checked = if in_file { store::check_private(path) } else { Ok(()) };
        checked
            .and_then(|()| config.store.find_place())
            .map_err(|source| ConfigError::Store { path: path.to_owned(), source })?;
        Ok(config)
    }

    /// Where the keys of periods are.
    #[must_use]
    pub fn keys_folder(&self) -> KeysFolder {
        let beside = || self.store.file.with_file_name("keys");
        KeysFolder::at(self.keys.folder.clone().unwrap_or_else(beside))
    }

    /// The file that `init` writes: every value with its comment, those given here filled in. `database`: where the SQLite file is,
    /// if it is not beside the configuration.
    #[must_use]
    pub fn write_template(issuer: &str, listen: &str, development: bool, database: Option<&Path>) -> String {
        let mut given = vec![
            ("issuer", format!("{issuer:?}")),
            ("listen", format!("{listen:?}")),
            ("development", development.to_string()),
        ];
        given.extend(database.map(|path| ("file", format!("{:?}", path.display().to_string()))));
        let mut text = String::new();
        for line in confique::toml::template::<Self>(FormatOptions::default()).lines() {
            let name = line
                .strip_prefix('#')
                .and_then(|rest| rest.split(" =").next())
                .filter(|name| !name.contains(' '));
            match given.iter().find(|(given, _)| Some(*given) == name) {
                Some((name, value)) => text.extend([*name, " = ", value.as_str()]),
                None => text.push_str(line),
            }
            text.push('\n');
        }
        text
    }
}
