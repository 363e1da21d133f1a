//! `passerby-relay shop ..`. Works while the relay serves.

mod add;
mod check;
mod list;
mod remove;
mod say;

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use passerby_protocol::sector::Sector;
use passerby_relay_store::StoreError;

use super::Failure;
use super::migrate::open_store;
use crate::cli::ShopCommand;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::journal::Journal;
use crate::state::Now;

fn failed(error: StoreError) -> Failure {
    Failure::Failed(error.into())
}

fn unknown(sector: &Sector) -> Failure {
    Failure::Failed(anyhow!("{sector} is not a shop of this relay"))
}

/// Runs one of them.
pub async fn run(command: ShopCommand) -> Result<(), Failure> {
    let file = command.config().config.clone();
    let config = Config::read(&file).map_err(Failure::config)?;
    let store = open_store(&config).await?;
    let admin = add::Admin { store: &*store, config: &config, file: &file };
    let outcome = match command {
        ShopCommand::Add { of, root_jkt: Some(root_jkt), .. } => admin.vouch(&of.sector, &root_jkt).await,
        ShopCommand::Add { of, root_jkt: None, new_token } => admin.challenge(&of.sector, new_token).await,
        ShopCommand::Check { of, root_jkt } => admin.check(&of.sector, root_jkt.as_ref()).await,
        ShopCommand::List { json, .. } => list::list(&*store, &config, json).await,
        ShopCommand::Suspend { of, reason } => say::suspend(&*store, &of.sector, reason).await,
        ShopCommand::Resume { of } => say::resume(&*store, &of.sector).await,
        ShopCommand::Allow { of, claims, all } => {
            say::allow(&*store, &of.sector, (!all).then_some(claims.as_slice())).await
        }
        ShopCommand::Limit { of, requests_a_day, .. } => {
            say::limit(&*store, &config, &of.sector, requests_a_day).await
        }
        ShopCommand::Remove { of, yes } => {
            let journal = Journal::new(config.keys_folder(), Now::by(Arc::new(SystemClock)));
            remove::remove(&*store, &journal, &of.sector, yes).await
        }
    };
    store.close().await;
    outcome
}

/// Gives the first shop of a new relay its token.
pub(super) async fn begin(config: &Config, file: &Path, sector: &Sector) -> Result<(), Failure> {
    let store = open_store(config).await?;
    let outcome = add::Admin { store: &*store, config, file }.challenge(sector, false).await;
    store.close().await;
    outcome
}
