//! `passerby-relay shop remove`.

use anyhow::anyhow;
use passerby_protocol::sector::Sector;
use passerby_relay_store::{RelayStore, StoreError};

use super::{Failure, failed, unknown};
use crate::journal::Journal;

pub(super) async fn remove(
    store: &dyn RelayStore,
    journal: &Journal,
    sector: &Sector,
    yes: bool,
) -> Result<(), Failure> {
    if yes {
        let note = journal.note();
        let outcome = store.remove_shop(sector.as_str(), &note).await;
        // The same pen, whatever the trait's name: a store is also where tombstones are looked up.
        let outcome: Result<_, StoreError> = note.settle(store, outcome).await;
        let gone = outcome.map_err(failed)?.ok_or_else(|| unknown(sector))?;
        println!("removed {sector} with {} requests and {} grants", gone.requests, gone.grants);
        return Ok(());
    }
    let would = store.count_shop(sector.as_str()).await.map_err(failed)?.ok_or_else(|| unknown(sector))?;
    Err(anyhow!(
        "{sector} has {} requests and {} grants that would be deleted with it; add --yes to do so",
        would.requests,
        would.grants
    )
    .into())
}
