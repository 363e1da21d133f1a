//! What the admin says of a shop: `suspend`, `resume`, `allow`, `limit`. Each counts from the shop's next call on.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay_store::{RelayStore, Suspension};

use super::{Failure, failed, unknown};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::shop::review::{claim_texts, find_not_allowed, list_claims};

pub(super) async fn suspend(store: &dyn RelayStore, sector: &Sector, reason: String) -> Result<(), Failure> {
    let suspension = Suspension { since: SystemClock.now().seconds(), reason };
    if !store.suspend_shop(sector.as_str(), &suspension).await.map_err(failed)? {
        return Err(unknown(sector));
    }
    println!(
        "suspended {sector}: it parks no request and gets no attestation; what it was sent it can still collect"
    );
    println!("  passerby-relay shop resume {sector}   ends it");
    Ok(())
}

pub(super) async fn resume(store: &dyn RelayStore, sector: &Sector) -> Result<(), Failure> {
    let shop = store.find_shop(sector.as_str()).await.map_err(failed)?.ok_or_else(|| unknown(sector))?;
    if shop.suspension.is_none() {
        println!("{sector} is not suspended");
        return Ok(());
    }
    if !store.resume_shop(sector.as_str()).await.map_err(failed)? {
        return Err(unknown(sector));
    }
    println!("resumed {sector}");
    Ok(())
}

pub(super) async fn allow(
    store: &dyn RelayStore,
    sector: &Sector,
    claims: Option<&[ClaimName]>,
) -> Result<(), Failure> {
    let claims = claims.map(claim_texts);
    if !store.allow_claims(sector.as_str(), claims.as_deref()).await.map_err(failed)? {
        return Err(unknown(sector));
    }
    let Some(claims) = claims else {
        println!("{sector} may ask for all that its Statement names");
        return Ok(());
    };
    println!("{sector} may ask for {}", list_claims(&claims));
    let shop = store.find_shop(sector.as_str()).await.map_err(failed)?.ok_or_else(|| unknown(sector))?;
    let more = find_not_allowed(&shop);
    if !more.is_empty() {
        println!("its Statement also names {}: a request for that is not parked", list_claims(&more));
    }
    Ok(())
}

pub(super) async fn limit(
    store: &dyn RelayStore,
    config: &Config,
    sector: &Sector,
    requests_a_day: Option<u32>,
) -> Result<(), Failure> {
    if !store.limit_shop(sector.as_str(), requests_a_day).await.map_err(failed)? {
        return Err(unknown(sector));
    }
    let most = requests_a_day.unwrap_or(config.shops.requests_a_day);
    let usual = if requests_a_day.is_none() { ", as usual here" } else { "" };
    println!("{sector} may park {most} requests a day{usual}");
    Ok(())
}
