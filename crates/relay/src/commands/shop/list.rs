//! `passerby-relay shop list`.

use passerby_relay_store::{Proof, RelayStore, Shop};
use serde_json::json;

use super::{Failure, failed};
use crate::config::Config;
use crate::shop::review::{find_not_allowed, list_claims};

pub(super) async fn list(store: &dyn RelayStore, config: &Config, as_json: bool) -> Result<(), Failure> {
    let shops = store.list_shops().await.map_err(failed)?;
    if as_json {
        let rows: Vec<_> = shops.iter().map(|shop| row(shop, config)).collect();
        println!("{}", serde_json::Value::from(rows));
    } else if shops.is_empty() {
        println!("no shops yet; add one with: passerby-relay shop add HOST");
    } else {
        for shop in &shops {
            describe(shop);
        }
    }
    Ok(())
}

/// One line, and one more for each thing that an admin would want to know of it.
fn describe(shop: &Shop) {
    let seq = shop.statement.as_ref().map_or_else(|| "none yet".to_owned(), |kept| kept.seq.to_string());
    let proof = shop.proof.map_or("your word", Proof::word);
    println!("{}  root {}  statement {seq}  proven by {proof}", shop.sector, shop.root_jkt);
    if let Some(suspension) = &shop.suspension {
        println!("  suspended: {}", suspension.reason);
    }
    if let Some(most) = shop.requests_a_day {
        println!("  may park {most} requests a day");
    }
    if let Some(claims) = &shop.allowed_claims {
        println!("  may ask for {}", list_claims(claims));
    }
    let more = find_not_allowed(shop);
    if !more.is_empty() {
        println!("  its Statement also names {}, which you have not allowed", list_claims(&more));
    }
}

fn row(shop: &Shop, config: &Config) -> serde_json::Value {
    json!({
        "sector": shop.sector,
        "root_jkt": shop.root_jkt,
        "added_at": shop.added_at,
        "statement_seq": shop.statement.as_ref().map(|kept| kept.seq),
        "proof": shop.proof.map(Proof::word),
        "suspended": shop.suspension.as_ref().map(|told| json!({ "since": told.since, "reason": told.reason })),
        "requests_a_day": shop.requests_a_day.unwrap_or(config.shops.requests_a_day),
        "allowed_claims": shop.allowed_claims,
        "claims_not_allowed": find_not_allowed(shop),
    })
}
