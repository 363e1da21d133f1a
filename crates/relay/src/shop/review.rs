//! What the admin is shown of a shop: what its Statement says, and where that goes beyond what the admin allowed.

use std::fmt::Write as _;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::verify::{ParsedStatement, Statement};
use passerby_protocol::wire::jws::Unverified;
use passerby_relay_store::Shop;

/// Claim names on one line.
#[must_use]
pub fn list_claims<T: AsRef<str>>(claims: &[T]) -> String {
    if claims.is_empty() {
        return "nothing".to_owned();
    }
    claims.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// Claim names as texts.
#[must_use]
pub fn claim_texts(claims: &[ClaimName]) -> Vec<String> {
    claims.iter().map(|claim| claim.as_str().to_owned()).collect()
}

/// A Statement in lines, before it is recorded, at a relay where shops may ask to keep what they are sent for so many days.
#[must_use]
pub fn describe(parsed: &ParsedStatement, retention_days: u32, now: Timestamp) -> String {
    let statement = parsed.statement();
    let mut text = String::new();
    let days_left = ((statement.exp - now) / DAY).max(0);
    let claims = list_claims(&claim_texts(&statement.allowed_claims));
    let _ = writeln!(text, "  calls itself   {}", statement.name);
    let _ = writeln!(text, "  root key       {}", parsed.root_jkt().as_str());
    let _ = writeln!(text, "  may ask for    {claims}");
    let _ = write!(text, "  keeps it for   {} days at most", statement.retention_max);
    if statement.retention_max > retention_days {
        let _ = write!(text, "; this relay lets it ask for {retention_days}");
    }
    let _ = writeln!(text);
    let _ = writeln!(text, "  privacy policy {}", statement.policy_uri);
    let _ = writeln!(text, "  Statement      number {}, good for {days_left} more days", statement.seq);
    text
}

/// Claims that the shop's Statement names and its admin has not allowed.
#[must_use]
pub fn find_not_allowed(shop: &Shop) -> Vec<String> {
    let (Some(kept), Some(allowed)) = (&shop.statement, &shop.allowed_claims) else { return Vec::new() };
    let Ok(read) = Unverified::<Statement>::parse(&kept.compact, "passerby-statement+jwt") else {
        return Vec::new();
    };
    let named = claim_texts(&read.peek().allowed_claims);
    named.into_iter().filter(|name| !allowed.contains(name)).collect()
}
