//! Each shop's Statement, at its own host: reachable, holding, by the recorded root.

use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::verify::{ParsedStatement, Statement};
use passerby_protocol::wire::jws::Unverified;
use passerby_relay_api::client::glance;
use passerby_relay_api::{Connection, RelayError};
use passerby_relay_store::Shop;
use tokio::task::JoinSet;

use super::clock::OtherClock;
use super::finding::Finding;
use crate::shop::review::{find_not_allowed, list_claims};
use crate::shop::unreachable::Trouble;

/// What was seen of all shops.
pub struct Shops {
    pub findings: Vec<Finding>,
    pub clock: Option<OtherClock>,
}

/// All at once, told in the order of the list.
pub async fn look(shops: &[Shop], connection: &Connection, now: Timestamp) -> Shops {
    let mut looking = JoinSet::new();
    for (place, shop) in shops.iter().cloned().enumerate() {
        let connection = connection.clone();
        looking.spawn(async move { (place, look_at(&shop, &connection, now).await) });
    }
    let mut seen = looking.join_all().await;
    seen.sort_by_key(|(place, _)| *place);
    let mut all = Shops { findings: Vec::new(), clock: None };
    for (_, (findings, clock)) in seen {
        all.findings.extend(findings);
        all.clock = all.clock.or(clock);
    }
    all
}

async fn look_at(shop: &Shop, connection: &Connection, now: Timestamp) -> (Vec<Finding>, Option<OtherClock>) {
    let about = format!("shop {}", shop.sector);
    let Ok(sector) = Sector::parse(&shop.sector) else {
        let trouble = Trouble::new("its host is none", "Remove it: `passerby-relay shop remove`.");
        return (vec![Finding::mend(about, trouble)], None);
    };
    let mut findings = Vec::new();
    if let Some(suspension) = &shop.suspension {
        let mend = format!("When that is over: `passerby-relay shop resume {sector}`.");
        findings.push(Finding::look(&about, Trouble::new(format!("suspended: {}", suspension.reason), mend)));
    }
    let more = find_not_allowed(shop);
    if !more.is_empty() {
        let what = format!("its Statement names {}, which you have not allowed", list_claims(&more));
        let mend = format!("If you agree: `passerby-relay shop allow {sector} --claims ..`, or --all.");
        findings.push(Finding::look(&about, Trouble::new(what, mend)));
    }
    let address = sector.statement_address();
    let seen = match glance(connection, &address).await {
        Ok(seen) if seen.status == 200 => seen,
        Ok(seen) => {
            findings.push(unreachable(&about, &RelayError::Foreign { status: seen.status }));
            return (findings, None);
        }
        Err(error) => {
            findings.push(unreachable(&about, &error));
            return (findings, None);
        }
    };
    let clock = OtherClock::find(&shop.sector, seen.date.as_deref(), now);
    let text = String::from_utf8_lossy(&seen.body);
    findings.push(judge(&about, shop, text.trim_ascii_end(), &sector, now));
    (findings, clock)
}

fn unreachable(about: &str, error: &RelayError) -> Finding {
    let trouble = Trouble::of(error);
    let mend = format!("Tell the shop: wallets send nothing until they reach it; {}.", trouble.mend);
    Finding::mend(about, Trouble::new(format!("its Statement: {}", trouble.what), mend))
}

/// Few enough that the shop should be told.
const FEW_DAYS: i64 = 14;

fn judge(about: &str, shop: &Shop, compact: &str, sector: &Sector, now: Timestamp) -> Finding {
    let mend = |what: String, mend: &str| Finding::mend(about, Trouble::new(what, mend));
    let parsed = match ParsedStatement::parse(compact, sector, now) {
        Ok(parsed) => parsed,
        Err(refused) => {
            let what = format!("its Statement does not hold ({})", refused.word());
            return mend(
                what,
                "Tell the shop to place the one that `passerby-shop` wrote last; wallets refuse this one.",
            );
        }
    };
    let kept = shop.statement.as_ref();
    let announced = kept.and_then(|kept| {
        let read = Unverified::<Statement>::parse(&kept.compact, "passerby-statement+jwt").ok()?;
        read.peek().next_root_jkt_hash.clone()
    });
    let root = parsed.root_jkt();
    if root.as_str() != shop.root_jkt && announced != Some(root.commitment()) {
        return mend(
            format!("its root key is now {}, and you recorded {}", root.as_str(), shop.root_jkt),
            "Ask the shop by telephone whether it changed; until you know, wallets and this relay refuse it.",
        );
    }
    let seq = i64::try_from(parsed.statement().seq).unwrap_or(i64::MAX);
    if let Some(kept) = kept.filter(|kept| kept.seq > seq) {
        return mend(
            format!("it shows Statement {seq}, and has brought {} before", kept.seq),
            "Tell the shop to place the newest one: wallets that saw it refuse an older one.",
        );
    }
    let left = (parsed.statement().exp - now) / DAY;
    let what = format!("Statement {seq} can be reached, by the recorded root, good for {left} more days");
    if left < FEW_DAYS {
        return Finding::look(
            about,
            Trouble::new(what, "Tell the shop to sign a new one: `passerby-shop statement`."),
        );
    }
    Finding::ok(about, what)
}
