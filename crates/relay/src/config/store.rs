//! Section `[store]`.

use std::fmt;
use std::path::{Path, PathBuf};

use passerby_relay_store_postgres::{AddressError, PostgresAddress};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::private_file::Readers;

/// Where this relay keeps what it carries.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct StoreConfig {
    /// The SQLite file. Two more files with the same beginning stand beside it while the relay runs.
    #[config(default = "relay.db")]
    pub file: PathBuf,

    /// A PostgreSQL database instead of the file: `postgres://USER:PASSWORD@HOST/DATABASE`. With a password in it, this file must
    /// not be readable by others; the environment (`PASSERBY_RELAY_POSTGRES`) or a file of its own (below) is better.
    #[config(env = "PASSERBY_RELAY_POSTGRES")]
    pub postgres: Option<SecretText>,

    /// A file with that address and nothing else, not readable by others.
    #[config(env = "PASSERBY_RELAY_POSTGRES_FILE")]
    pub postgres_file: Option<PathBuf>,
}

/// A text that is not shown. Anything is taken: whoever reads a configuration shows the line where it failed.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SecretText(Zeroizing<String>);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

/// The one of the two that this relay has. `Display` names it, without a secret.
#[derive(Debug, Clone)]
pub enum StorePlace {
    File(PathBuf),
    Postgres(PostgresAddress),
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

/// It is not clear where the database is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorePlaceError {
    #[error("[store] names both postgres and postgres_file: one of them is enough")]
    Both,
    #[error("[store] postgres")]
    Address(#[source] AddressError),
    #[error("reading {path}, which is to hold the address of the database")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("reading the address in {path}")]
    AddressInFile { path: PathBuf, source: AddressError },
    #[error("{path} holds the address of the database and can be read by others; run: chmod o= {path}")]
    Readable { path: PathBuf },
}

impl StoreConfig {
    /// The folder of the file; beside PostgreSQL, of the relay's own things.
    #[must_use]
    pub fn find_folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }

    /// PostgreSQL if that is named, else the file.
    pub fn find_place(&self) -> Result<StorePlace, StorePlaceError> {
        match (&self.postgres, &self.postgres_file) {
            (Some(_), Some(_)) => Err(StorePlaceError::Both),
            (Some(text), None) => {
                PostgresAddress::parse(&text.0).map(StorePlace::Postgres).map_err(StorePlaceError::Address)
            }
            (None, Some(path)) => read_address(path).map(StorePlace::Postgres),
            (None, None) => Ok(StorePlace::File(self.file.clone())),
        }
    }
}

/// Reads a file with an address and nothing else.
pub(crate) fn read_address(path: &Path) -> Result<PostgresAddress, StorePlaceError> {
    check_private(path)?;
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| StorePlaceError::Read { path: path.to_owned(), source })?;
    PostgresAddress::parse(&text)
        .map_err(|source| StorePlaceError::AddressInFile { path: path.to_owned(), source })
}

/// A file with a password must not be everybody's. Its group may read it: that is how a service gets a file of root's.
pub(super) fn check_private(path: &Path) -> Result<(), StorePlaceError> {
    let readers =
        Readers::of(path).map_err(|source| StorePlaceError::Read { path: path.to_owned(), source })?;
    if readers > Readers::Group {
        return Err(StorePlaceError::Readable { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const ADDRESS: &str = "postgres://anna:geheim@db.example/relay";

    /// A configuration with these lines in its section, readable by its owner only.
    fn write(folder: &Path, lines: &str) -> PathBuf {
        let path = folder.join("relay.toml");
        let text = format!("[identity]\nissuer = \"https://relay.example\"\n[store]\n{lines}\n");
        std::fs::write(&path, text).unwrap();
        make_private(&path);
        path
    }

    fn make_private(path: &Path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o640)).unwrap();
        }
    }

    fn say(error: impl Into<anyhow::Error>) -> String {
        let said = format!("{:#}", error.into());
        assert!(!said.contains("geheim"), "{said}");
        said
    }

    #[test]
    fn one_line_chooses_postgresql_and_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::read(&write(folder.path(), "")).unwrap();
        assert_eq!(
            config.store.find_place().unwrap().to_string(),
            folder.path().join("relay.db").display().to_string()
        );
        let config = Config::read(&write(folder.path(), &format!("postgres = {ADDRESS:?}"))).unwrap();
        let place = config.store.find_place().unwrap();
        assert_eq!(place.to_string(), "PostgreSQL database relay at db.example:5432");
        assert!(!format!("{config:?} {place:?}").contains("geheim"));

        let secret = folder.path().join("address");
        std::fs::write(&secret, format!("{ADDRESS}\n")).unwrap();
        make_private(&secret);
        let config = Config::read(&write(folder.path(), "postgres_file = \"address\"")).unwrap();
        assert!(matches!(config.store.find_place(), Ok(StorePlace::Postgres(_))), "beside the configuration");
    }

    #[test]
    fn a_mistake_is_told_without_the_line_it_is_in() {
        let folder = tempfile::tempdir().unwrap();
        for lines in [
            format!("postgres = \"{ADDRESS}"),
            format!("postgres_url = {ADDRESS:?}"),
            format!("postgres = {ADDRESS:?}\npostgres = 3"),
            format!("postgres = [{ADDRESS:?}]"),
        ] {
            say(Config::read(&write(folder.path(), &lines)).unwrap_err());
        }
        let mistaken = ADDRESS.replace("postgres:", "mysql:");
        let said = say(Config::read(&write(folder.path(), &format!("postgres = {mistaken:?}"))).unwrap_err());
        assert!(said.contains("relay.toml") && said.contains("USER:PASSWORD"), "{said}");
        let both = format!("postgres = {ADDRESS:?}\npostgres_file = \"address\"");
        assert!(say(Config::read(&write(folder.path(), &both)).unwrap_err()).contains("both"));
        let missing = say(Config::read(&write(folder.path(), "postgres_file = \"nowhere\"")).unwrap_err());
        assert!(missing.contains("nowhere"), "{missing}");
    }

    #[cfg(unix)]
    #[test]
    fn an_address_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let everybodys = |path: &Path| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        };
        let path = write(folder.path(), &format!("postgres = {ADDRESS:?}"));
        everybodys(&path);
        assert!(say(Config::read(&path).unwrap_err()).contains("chmod"));
        let path = write(folder.path(), "postgres_file = \"address\"");
        everybodys(&path);
        std::fs::write(folder.path().join("address"), ADDRESS).unwrap();
        everybodys(&folder.path().join("address"));
        assert!(say(Config::read(&path).unwrap_err()).contains("chmod"));
        make_private(&folder.path().join("address"));
        Config::read(&path).unwrap();
    }
}
