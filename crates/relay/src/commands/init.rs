//! `passerby-relay init`: a configuration, a signing key, a database.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use passerby_protocol::issuer::Issuer;
use passerby_relay_store_sqlite::SqliteStore;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use super::{Failure, key_file};
use crate::cli::InitArgs;
use crate::config::Config;

/// Makes what is missing, names what is there.
pub async fn run(args: &InitArgs) -> Result<(), Failure> {
    let issuer = match &args.issuer {
        Some(issuer) => issuer.clone(),
        None => find_development_issuer(args.listen)?,
    };
    match (args.development, issuer.is_development()) {
        (false, true) => {
            return Err(Failure::config(anyhow!(
                "{issuer} is for development only: add --development, or use https"
            )));
        }
        (true, false) => {
            return Err(Failure::config(anyhow!("--development needs an http issuer on this computer")));
        }
        _ => {}
    }
    std::fs::create_dir_all(&args.dir)
        .with_context(|| format!("making the folder {}", args.dir.display()))?;

    let (config, key) = (args.dir.join("relay.toml"), args.dir.join("relay.key"));
    let text = Config::write_template(issuer.as_str(), &args.listen.to_string(), args.development);
    report(&config, write_new(&config, &text)?);
    let key_is_new = !key.exists();
    if key_is_new {
        key_file::make(&key, &mut UnwrapErr(SysRng))?;
    }
    report(&key, key_is_new);
    let config = Config::read(&config).map_err(Failure::config)?;
    let database_is_new = !config.store.file.exists();
    let store = SqliteStore::open(&config.store.file)
        .await
        .with_context(|| format!("making the database {}", config.store.file.display()))?;
    store.close().await;
    report(&config.store.file, database_is_new);

    println!();
    println!("Next: add a shop, then serve.");
    let file = args.dir.join("relay.toml");
    println!("  passerby-relay shop add SHOP --root-jkt THUMBPRINT --config {}", file.display());
    println!("  passerby-relay serve --config {}", file.display());
    Ok(())
}

/// The address that is listened on, as an issuer. Port 0 stays: `serve` puts the port in that it gets.
fn find_development_issuer(listen: SocketAddr) -> Result<Issuer, Failure> {
    let no = || Failure::config(anyhow!("--development listens on 127.0.0.1 or [::1] only, not on {listen}"));
    Issuer::parse(&format!("http://{listen}")).map_err(|_| no())
}

/// Writes a file unless it is there. `false`: it was.
fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("making {}", path.display())),
    };
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(true)
}

fn report(path: &Path, is_new: bool) {
    println!("{} {}", if is_new { "made" } else { "kept" }, path.display());
}
