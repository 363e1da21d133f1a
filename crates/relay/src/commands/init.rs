//! `passerby-relay init`: a configuration, a signing key, a database.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::sector::Sector;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use super::migrate::open_store;
use super::{Failure, key_file, question};
use crate::cli::InitArgs;
use crate::config::{self, Config, StorePlace};
use crate::private_file::{Readers, make_new};

/// What is to be made.
struct Wanted {
    issuer: Issuer,
    listen: SocketAddr,
    dir: PathBuf,
    development: bool,
    first_shop: Option<Sector>,
}

/// Makes what is missing, names what is there.
pub async fn run(args: InitArgs) -> Result<(), Failure> {
    let args = want(args)?;
    match (args.development, args.issuer.is_development()) {
        (false, true) => {
            return Err(Failure::config(anyhow!(
                "{} is for development only: add --development, or use https",
                args.issuer
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
    let data = config::find_data_folder(&args.dir);
    let database = data.as_ref().map(|folder| folder.join("relay.db"));
    let listen = args.listen.to_string();
    let text = Config::write_template(args.issuer.as_str(), &listen, args.development, database.as_deref());
    report(&config.display(), write_new(&config, &text)?);
    let key_is_new = !key.exists();
    if key_is_new {
        key_file::make(&key, &mut UnwrapErr(SysRng))?;
    }
    report(&key.display(), key_is_new);
    let config = Config::read(&config).map_err(Failure::config)?;
    let place = config.store.find_place().map_err(Failure::config)?;
    let is_new = matches!(&place, StorePlace::File(path) if !path.exists());
    open_store(&config).await?.close().await;
    report(&place, is_new);

    println!();
    let file = args.dir.join("relay.toml");
    let shown = file.display();
    if let Some(sector) = &args.first_shop {
        super::shop::begin(&config, &file, sector).await?;
        println!("And serve:");
    } else {
        println!("Next: add a shop, then serve.");
        println!("  passerby-relay shop add SHOP --config {shown}");
    }
    if data.is_some() {
        say_how_to_serve(args.listen);
    } else {
        println!("  passerby-relay serve --config {shown}");
    }
    println!("And when it serves, see whether all is well:");
    println!("  passerby-relay doctor --config {shown}");
    Ok(())
}

/// Where systemd starts it. A port that only root may open comes from systemd's socket, which says 443.
fn say_how_to_serve(listen: SocketAddr) {
    let unit = config::UNIT;
    if listen.port() >= 1024 {
        println!("  systemctl enable --now {unit}");
        return;
    }
    println!("  systemctl enable --now {unit}.socket {unit}");
    if listen.port() != 443 {
        println!("(`systemctl edit {unit}.socket` first: it listens on port 443, not on {listen}.)");
    }
}

/// What the flags say; what they leave open is asked, if somebody is there.
fn want(args: InitArgs) -> Result<Wanted, Failure> {
    let InitArgs { dir, issuer, listen, development } = args;
    match issuer {
        Some(issuer) => Ok(Wanted { issuer, listen, dir, development, first_shop: None }),
        None if development => {
            let issuer = find_development_issuer(listen)?;
            Ok(Wanted { issuer, listen, dir, development, first_shop: None })
        }
        None if question::can_ask() => Ok(ask(&dir, listen)?),
        None => Err(Failure::Usage(anyhow!(
            "nobody is here to be asked: say --issuer https://NAME, or --development; see --help"
        ))),
    }
}

/// The four questions.
fn ask(dir: &Path, listen: SocketAddr) -> anyhow::Result<Wanted> {
    eprintln!("Four questions; Enter takes what stands in brackets. Nothing is made before the last one.");
    let issuer =
        question::ask("1. The name that people reach this relay at, such as relay.example", "", parse_name)?;
    let listen = question::ask(
        "2. Where it listens; the proxy that speaks TLS for it sends everything there",
        &listen.to_string(),
        |text| text.parse().map_err(|_| "an address and a port, such as 127.0.0.1:4180".to_owned()),
    )?;
    let dir = question::ask(
        "3. The folder for its configuration, key and database",
        &dir.to_string_lossy(),
        |text| Ok(PathBuf::from(text)),
    )?;
    let first_shop =
        question::ask("4. The first shop's host, such as shop.example; Enter for none yet", "", |text| {
            if text.is_empty() {
                Ok(None)
            } else {
                Sector::parse(text).map(Some).map_err(|no| no.to_string())
            }
        })?;
    Ok(Wanted { development: issuer.is_development(), issuer, listen, dir, first_shop })
}

/// People say a name where the configuration needs an origin.
fn parse_name(text: &str) -> Result<Issuer, String> {
    let text = text.trim_end_matches('/');
    let origin = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    Issuer::parse(&origin).map_err(|_| "a name without a path is needed, such as relay.example".to_owned())
}

/// The address that is listened on, as an issuer. Port 0 stays: `serve` puts the port in that it gets.
fn find_development_issuer(listen: SocketAddr) -> Result<Issuer, Failure> {
    let no = || Failure::config(anyhow!("--development listens on 127.0.0.1 or [::1] only, not on {listen}"));
    Issuer::parse(&format!("http://{listen}")).map_err(|_| no())
}

/// Writes a file unless it is there. `false`: it was.
fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    // It may come to hold the address of a database, with a password.
    let mut file = match make_new(path, Readers::Group) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("making {}", path.display())),
    };
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(true)
}

fn report(what: &dyn Display, is_new: bool) {
    println!("{} {what}", if is_new { "made" } else { "kept" });
}
