//! A throwaway relay adds shops on its own computer as they come.
//!
//! Never a public host: whoever can serve a page on this computer is whom its developer wants to try out.

use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::ParsedStatement;
use passerby_relay_api::{Connection, well_known};
use passerby_relay_store::{Shop, ShopStore, StoreError};

/// Adds a shop with the root key of the Statement that it shows. Nothing when it is not on this computer or shows none that holds.
pub async fn let_in(
    store: &(impl ShopStore + ?Sized),
    sector: &Sector,
    now: Timestamp,
) -> Result<Option<Shop>, StoreError> {
    if !sector.is_development() {
        return Ok(None);
    }
    let Ok(connection) = Connection::open() else { return Ok(None) };
    let Ok(compact) = well_known::fetch_statement(&connection, sector).await else { return Ok(None) };
    let Ok(parsed) = ParsedStatement::parse(&compact, sector, now) else { return Ok(None) };
    store.add_shop(sector.as_str(), parsed.root_jkt().as_str(), now.seconds()).await?;
    store.find_shop(sector.as_str()).await
}
