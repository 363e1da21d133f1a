//! `passerby-relay dev`: a throwaway relay for developers of shops.

use anyhow::{Context as _, anyhow};
use passerby_protocol::issuer::Issuer;
use passerby_protocol::time::Clock as _;
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use super::migrate::open_store;
use super::{Failure, key_file, serve};
use crate::cli::{ConfigArgs, DevArgs, ServeArgs};
use crate::clock::SystemClock;
use crate::config::{Config, StorePlace};

/// Makes a relay in a temporary folder, serves until it is told to stop, and takes the folder away.
pub async fn run(args: DevArgs) -> Result<(), Failure> {
    let issuer = Issuer::parse(&format!("http://{}", args.listen)).map_err(|_| {
        Failure::config(anyhow!(
            "a throwaway relay listens on 127.0.0.1 or [::1] only, not on {}",
            args.listen
        ))
    })?;
    let folder = tempfile::Builder::new()
        .prefix("passerby-relay-dev-")
        .tempdir()
        .context("making a temporary folder")?;
    let file = folder.path().join("relay.toml");
    let text = Config::write_template(issuer.as_str(), &args.listen.to_string(), true, None);
    std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    key_file::make(&folder.path().join("relay.key"), &mut UnwrapErr(SysRng))?;
    let config = Config::read(&file).map_err(Failure::config)?;
    // The environment wins over the file, and may name somebody's real database.
    if let StorePlace::Postgres(address) = config.store.find_place().map_err(Failure::config)? {
        return Err(Failure::config(anyhow!(
            "the environment names {address}, and a throwaway relay keeps nothing there: start it without PASSERBY_RELAY_POSTGRES and PASSERBY_RELAY_POSTGRES_FILE"
        )));
    }
    if config.keys.folder.is_some() {
        return Err(Failure::config(anyhow!(
            "the environment names a keys folder, and a throwaway relay keeps nothing there: start it without PASSERBY_RELAY_KEYS"
        )));
    }
    let store = open_store(&config).await?;
    if let (Some(sector), Some(root_jkt)) = (&args.shop, &args.root_jkt) {
        if !sector.is_development() {
            return Err(anyhow!("{sector} is not on this computer: a throwaway relay serves names that end in localhost, with their port").into());
        }
        let now = SystemClock.now().seconds();
        store.add_shop(sector.as_str(), root_jkt.as_str(), now).await.context("adding the shop")?;
    }
    store.close().await;

    eprintln!(
        "A throwaway relay, in {}. It ends with Ctrl-C, and nothing of it stays.",
        folder.path().display()
    );
    match &args.shop {
        Some(sector) => eprintln!("It serves the shop {sector}, and no other."),
        None => eprintln!(
            "It adds each shop on this computer, such as shoes.localhost:4001, when that first calls."
        ),
    }
    eprintln!("Tell your shop that its relay is at {issuer}. If it has no keys yet:");
    eprintln!(
        "  passerby-shop init --sector shoes.localhost:4001 --name Shoes --policy http://shoes.localhost:4001/privacy"
    );
    let config = ConfigArgs { config: file };
    serve::run(ServeArgs { config, listen: None, open_door: args.shop.is_none() }).await
}
