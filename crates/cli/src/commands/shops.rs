//! `passerby shops`: whom you have met, and what each was given.

use std::process::ExitCode;

use passerby_protocol::keys::find_friendly_name;
use passerby_wallet::{GrantState, GrantView, ShopView, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::activity;
use crate::arguments::Shops;
use crate::failure::Failure;
use crate::moment::{day, minute, rfc3339};
use crate::output::Output;
use crate::request_text::names;

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    arguments: &Shops,
    output: Output,
) -> Result<ExitCode, Failure> {
    if let Some(host) = &arguments.block {
        wallet.block(host, true, rng).await?;
        output.object(&json!({ "blocked": host }));
        output
            .line(&format!("From now on every request of {host} is refused, and nothing is fetched for it."));
        output.line(&format!("To lift that: passerby shops --unblock {host}"));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(host) = &arguments.unblock {
        wallet.block(host, false, rng).await?;
        output.object(&json!({ "unblocked": host }));
        output.line(&format!("Requests of {host} are looked at again."));
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.refresh {
        activity::refresh(wallet, rng).await?;
    }
    let shops = wallet.shops().await?;
    let foreign = wallet.foreign_sent().await?;
    let blocked = wallet.blocked().await?;
    let foreign_objects: Vec<_> = foreign
        .iter()
        .map(|sent| json!({ "sector": sent.host, "given": rfc3339(sent.given), "claims": sent.claims }))
        .collect();
    let blocked_objects: Vec<_> = blocked
        .iter()
        .map(|blocked| json!({ "sector": blocked.sector, "since": rfc3339(blocked.since) }))
        .collect();
    let shop_objects: Vec<_> = shops.iter().map(shop_object).collect();
    output.object(&json!({ "shops": shop_objects, "foreign": foreign_objects, "blocked": blocked_objects }));
    if shops.is_empty() {
        output.line("You have not met any shop yet.");
    }
    for shop in &shops {
        let here = if shop.this_computer { ", a program on this computer" } else { "" };
        output.line(&format!("{}  \"{}\"  (met {}{here})", shop.sector, shop.name, day(shop.first_seen)));
        if shop.grants.is_empty() {
            output.line("  You have never sent anything to this shop.");
        }
        if !shop.outdated.is_empty() {
            output.line(&format!("  has an older value of: {}", names(&shop.outdated).join(", ")));
        }
        for grant in &shop.grants {
            let state = match grant.state {
                GrantState::Sending => "not confirmed",
                GrantState::NotTaken => "not taken, says the relay server",
                GrantState::Unclear => "may have arrived",
                GrantState::Sent => "sent",
            };
            output.line(&format!("  {state} {}: {}", minute(grant.given), names(&grant.claims).join(", ")));
            output.line(&format!(
                "    for \"{}\", to be deleted by {}",
                grant.purpose,
                day(grant.kept_until)
            ));
            if grant.as_stranger {
                output.line("    as a stranger: your 24 words do not bring this back");
            }
            for opening in &grant.openings {
                output.line(&format!("    opened {}: \"{}\"", minute(opening.at), opening.reason));
            }
        }
    }
    if !foreign.is_empty() {
        output.line("Others, who asked by a certificate and promised nothing:");
    }
    for sent in &foreign {
        output.line(&format!(
            "  {}  sent {}: {}",
            sent.host,
            minute(sent.given),
            names(&sent.claims).join(", ")
        ));
    }
    for blocked in &blocked {
        let host = &blocked.sector;
        output.line(&format!("Always refused, since {}: {host}", day(blocked.since)));
    }
    Ok(ExitCode::SUCCESS)
}

fn shop_object(shop: &ShopView) -> Value {
    json!({
        "sector": shop.sector,
        "name": shop.name,
        "first_seen": rfc3339(shop.first_seen),
        "this_computer": shop.this_computer,
        "blocked": shop.blocked,
        "outdated": shop.outdated,
        "grants": shop.grants.iter().map(grant_object).collect::<Vec<_>>(),
    })
}

fn grant_object(grant: &GrantView) -> Value {
    let openings =
        grant.openings.iter().map(|opening| json!({ "at": rfc3339(opening.at), "reason": opening.reason }));
    json!({
        "grant_id": grant.grant_id,
        "user_ref": grant.user_ref,
        "friendly_name": find_friendly_name(&grant.user_ref),
        "as_stranger": grant.as_stranger,
        "state": grant.state,
        "given": rfc3339(grant.given),
        "kept_until": rfc3339(grant.kept_until),
        "claims": grant.claims,
        "purpose": grant.purpose,
        "recipients": grant.recipients,
        "relay": grant.relay,
        "openings": openings.collect::<Vec<_>>(),
    })
}
