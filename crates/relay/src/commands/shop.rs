//! `passerby-relay shop add|list|remove`. Works while the relay serves.

use anyhow::anyhow;
use passerby_protocol::keys::Jkt;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay_store::{Shop, ShopStore as _, StoreError};
use passerby_relay_store_sqlite::SqliteStore;
use serde_json::json;

use super::Failure;
use super::migrate::open_store;
use crate::cli::ShopCommand;
use crate::clock::SystemClock;
use crate::config::Config;

fn failed(error: StoreError) -> Failure {
    Failure::Failed(error.into())
}

/// Runs one of them.
pub async fn run(command: ShopCommand) -> Result<(), Failure> {
    let (ShopCommand::Add { config, .. }
    | ShopCommand::List { config, .. }
    | ShopCommand::Remove { config, .. }) = &command;
    let config = Config::read(&config.config).map_err(Failure::config)?;
    let store = open_store(&config).await?;
    let outcome = match command {
        ShopCommand::Add { sector, root_jkt, .. } => add(&store, &config, &sector, &root_jkt).await,
        ShopCommand::List { json, .. } => list(&store, json).await,
        ShopCommand::Remove { sector, yes, .. } => remove(&store, &sector, yes).await,
    };
    store.close().await;
    outcome
}

async fn add(store: &SqliteStore, config: &Config, sector: &Sector, root_jkt: &Jkt) -> Result<(), Failure> {
    if sector.is_development() && !config.identity.development {
        return Err(
            anyhow!("{sector} stands for this computer: only a relay in development mode serves it").into()
        );
    }
    let now = SystemClock.now().seconds();
    if store.add_shop(sector.as_str(), root_jkt.as_str(), now).await.map_err(failed)? {
        println!("added {sector}");
        return Ok(());
    }
    let known = store.find_shop(sector.as_str()).await.map_err(failed)?;
    if known.is_some_and(|shop| shop.root_jkt == root_jkt.as_str()) {
        println!("{sector} is there already, with this root key");
        return Ok(());
    }
    Err(anyhow!("{sector} is there already, with another root key; to replace it, remove the shop first")
        .into())
}

async fn list(store: &SqliteStore, as_json: bool) -> Result<(), Failure> {
    let shops = store.list_shops().await.map_err(failed)?;
    if as_json {
        let rows: Vec<_> = shops.iter().map(row).collect();
        println!("{}", serde_json::Value::from(rows));
    } else if shops.is_empty() {
        println!("no shops yet; add one with: passerby-relay shop add SHOP --root-jkt THUMBPRINT");
    } else {
        for shop in shops {
            let seq =
                shop.statement.as_ref().map_or_else(|| "none yet".to_owned(), |kept| kept.seq.to_string());
            println!("{}  root {}  statement {seq}", shop.sector, shop.root_jkt);
        }
    }
    Ok(())
}

fn row(shop: &Shop) -> serde_json::Value {
    json!({
        "sector": shop.sector,
        "root_jkt": shop.root_jkt,
        "added_at": shop.added_at,
        "statement_seq": shop.statement.as_ref().map(|kept| kept.seq),
    })
}

async fn remove(store: &SqliteStore, sector: &Sector, yes: bool) -> Result<(), Failure> {
    let unknown = || Failure::Failed(anyhow!("{sector} is not a shop of this relay"));
    if yes {
        let gone = store.remove_shop(sector.as_str()).await.map_err(failed)?.ok_or_else(unknown)?;
        println!("removed {sector} with {} requests and {} grants", gone.requests, gone.grants);
        return Ok(());
    }
    let would = store.count_shop(sector.as_str()).await.map_err(failed)?.ok_or_else(unknown)?;
    Err(anyhow!(
        "{sector} has {} requests and {} grants that would be deleted with it; add --yes to do so",
        would.requests,
        would.grants
    )
    .into())
}
