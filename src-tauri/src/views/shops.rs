//! Shops that this wallet has met, and what each was given: names of details and times, no values.

use passerby_protocol::keys::find_friendly_name;
use passerby_wallet::{GrantState, GrantView, OpeningView, ShopView};
use serde::Serialize;
use specta::Type;

use super::moment::Moment;

/// One line of the list.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShopLine {
    /// Its web address.
    pub host: String,
    /// What it calls itself.
    pub trade_name: String,
    /// Since when it is known.
    pub since: Moment,
    /// The friendly name of the person there; absent when the shop met only strangers.
    pub pseudonym: Option<String>,
    /// How often something was sent under that name; where there is none, as a stranger.
    pub orders: u32,
    /// Whether it is always refused.
    pub blocked: bool,
}

/// One shop.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShopRoom {
    /// As in the list.
    #[serde(flatten)]
    pub line: ShopLine,
    /// The relay server of the last permission.
    pub relay: Option<String>,
    /// What it was given, newest first.
    pub grants: Vec<GrantLine>,
    /// Details of which it has a former value.
    pub outdated: Vec<String>,
}

/// What a shop was given at one time.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GrantLine {
    /// Tells it apart.
    pub id: String,
    /// When.
    pub given: Moment,
    /// How far it came.
    pub state: GrantStateWord,
    /// Which details.
    pub claims: Vec<String>,
    /// What for, in the shop's words.
    pub purpose: String,
    /// Until when the shop promised to have deleted it.
    pub kept_until: Moment,
    /// To whom it passes it on.
    pub recipients: Vec<String>,
    /// When it opened it.
    pub openings: Vec<OpeningLine>,
}

/// How far a permission came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum GrantStateWord {
    /// Not confirmed yet.
    Sending,
    /// The relay has it.
    Sent,
    /// The relay says that it did not take it.
    NotTaken,
    /// Nobody can tell.
    Unclear,
}

/// The shop opened what it was sent.
#[derive(Debug, Clone, Serialize, Type)]
pub struct OpeningLine {
    /// When.
    pub at: Moment,
    /// In the shop's words.
    pub reason: String,
}

impl From<&ShopView> for ShopLine {
    fn from(shop: &ShopView) -> Self {
        let sent = || shop.grants.iter().filter(|grant| grant.state != GrantState::NotTaken);
        let mut regular = sent().filter(|grant| !grant.as_stranger);
        let orders = match regular.clone().count() {
            0 => sent().count(),
            known => known,
        };
        Self {
            host: shop.sector.to_string(),
            trade_name: shop.name.clone(),
            since: shop.first_seen.into(),
            pseudonym: regular.next_back().and_then(|grant| find_friendly_name(&grant.user_ref)),
            orders: u32::try_from(orders).unwrap_or(u32::MAX),
            blocked: shop.blocked,
        }
    }
}

impl From<ShopView> for ShopRoom {
    fn from(shop: ShopView) -> Self {
        Self {
            line: ShopLine::from(&shop),
            relay: shop.grants.last().map(|grant| grant.relay.clone()),
            outdated: shop.outdated.iter().map(ToString::to_string).collect(),
            grants: shop.grants.into_iter().rev().map(GrantLine::from).collect(),
        }
    }
}

impl From<GrantView> for GrantLine {
    fn from(grant: GrantView) -> Self {
        let opening = |opening: OpeningView| OpeningLine { at: opening.at.into(), reason: opening.reason };
        Self {
            id: grant.grant_id.unwrap_or_else(|| grant.given.seconds().to_string()),
            given: grant.given.into(),
            state: match grant.state {
                GrantState::Sending => GrantStateWord::Sending,
                GrantState::Sent => GrantStateWord::Sent,
                GrantState::NotTaken => GrantStateWord::NotTaken,
                GrantState::Unclear => GrantStateWord::Unclear,
            },
            claims: grant.claims.iter().map(ToString::to_string).collect(),
            purpose: grant.purpose,
            kept_until: grant.kept_until.into(),
            recipients: grant.recipients,
            openings: grant.openings.into_iter().map(opening).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use passerby_protocol::sector::Sector;
    use passerby_protocol::time::Timestamp;

    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn grant(as_stranger: bool, state: GrantState) -> GrantView {
        GrantView {
            grant_id: None,
            user_ref: if as_stranger { "B" } else { "A" }.repeat(43),
            as_stranger,
            state,
            given: NOON,
            kept_until: NOON,
            claims: Vec::new(),
            purpose: String::new(),
            recipients: Vec::new(),
            relay: "relay.example".to_owned(),
            openings: Vec::new(),
        }
    }

    fn line(grants: &[GrantView]) -> ShopLine {
        ShopLine::from(&ShopView {
            sector: Sector::parse("shoes.example").unwrap(),
            name: "Shoes".to_owned(),
            first_seen: NOON,
            this_computer: false,
            outdated: Vec::new(),
            blocked: false,
            grants: grants.to_vec(),
        })
    }

    #[test]
    fn orders_beside_a_name_are_those_under_that_name() {
        let (regular, stranger) = (grant(false, GrantState::Sent), grant(true, GrantState::Sent));
        let both = line(&[regular, stranger.clone(), stranger.clone()]);
        assert!(both.pseudonym.is_some());
        assert_eq!(both.orders, 1);
        let not_taken = line(&[grant(false, GrantState::NotTaken), stranger.clone(), stranger]);
        assert_eq!((not_taken.pseudonym, not_taken.orders), (None, 2), "somebody was there, without a name");
    }
}
