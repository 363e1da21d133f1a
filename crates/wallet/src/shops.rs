//! The shops that this wallet has met, and what each was given.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;

use crate::openings::OpeningView;
use crate::records::{GrantRecord, GrantState, Opening, PinRecord, RequestRecord};
use crate::relay_trouble::host_of;
use crate::stranger::REGULAR;
use crate::wallet::Wallet;
use crate::who_knows::find_outdated;

/// A shop whose keys are remembered.
#[derive(Debug, Clone)]
pub struct ShopView {
    /// Its web address.
    pub sector: Sector,
    /// What it calls itself.
    pub name: String,
    /// When it was first met.
    pub first_seen: Timestamp,
    /// Whether it is a program on this very computer.
    pub this_computer: bool,
    /// Details of which it was sent a former value and not the present one, and which it has not promised to have deleted by
    /// now.
    pub outdated: Vec<ClaimName>,
    /// Whether its requests are always refused.
    pub blocked: bool,
    /// What it was given, oldest first.
    pub grants: Vec<GrantView>,
}

/// A permission that was given.
#[derive(Debug, Clone)]
pub struct GrantView {
    /// The relay's name for it, once the relay confirmed it.
    pub grant_id: Option<String>,
    /// The person's name at this shop: a pseudonym that no other shop has.
    pub user_ref: String,
    /// Whether that is a stranger's name, for this alone. The 24 words do not bring it back.
    pub as_stranger: bool,
    /// How far it came.
    pub state: GrantState,
    /// When it was given.
    pub given: Timestamp,
    /// Until when the shop promised to have deleted it.
    pub kept_until: Timestamp,
    /// Which details, by name.
    pub claims: Vec<ClaimName>,
    /// What for, in the shop's words.
    pub purpose: String,
    /// To whom the shop passes it on.
    pub recipients: Vec<String>,
    /// The relay server's host.
    pub relay: String,
    /// When the shop opened it, as far as the relay was asked.
    pub openings: Vec<OpeningView>,
}

impl Wallet {
    /// The shops this wallet has met, in the order of meeting.
    pub async fn shops(&self) -> Result<Vec<ShopView>, RecordError> {
        let blocked = self.blocked().await?;
        let saved = self.saved().await?;
        let sent = self.sent_details(&saved).await?;
        let mut shops = Vec::new();
        for (_, PinRecord(pin)) in self.vault().list::<PinRecord>().await? {
            let grants = self.grants_at(&pin.sector).await?.into_iter().map(GrantView::from).collect();
            let this_computer = pin.sector.is_development();
            let blocked = blocked.iter().any(|blocked| blocked.sector == pin.sector);
            let outdated = find_outdated(&pin.sector, &saved, &sent);
            shops.push(ShopView {
                sector: pin.sector,
                name: pin.name,
                first_seen: pin.first_seen,
                this_computer,
                outdated,
                blocked,
                grants,
            });
        }
        Ok(shops)
    }

    /// The grants at one shop, oldest first.
    pub(crate) async fn grants_at(&self, sector: &Sector) -> Result<Vec<GrantRecord>, RecordError> {
        let grants = self.vault().list::<GrantRecord>().await?.into_iter();
        Ok(grants.map(|(_, grant)| grant).filter(|grant| grant.sector == *sector).collect())
    }
}

impl GrantRecord {
    /// Whether this is something that was sent before a request was opened, or since by another one.
    pub(crate) fn was_given_before(&self, request: &RequestRecord) -> bool {
        match self.state {
            GrantState::Sent | GrantState::Unclear => true,
            GrantState::Sending | GrantState::NotTaken => self.given < request.opened,
        }
    }
}

impl From<GrantRecord> for GrantView {
    fn from(grant: GrantRecord) -> Self {
        let opening = |opening: Opening| OpeningView { at: opening.at, reason: opening.reason };
        Self {
            grant_id: grant.grant_id,
            user_ref: grant.user_ref,
            as_stranger: grant.key_number != REGULAR,
            state: grant.state,
            given: grant.given,
            kept_until: grant.kept_until,
            claims: grant.claims,
            purpose: grant.terms.purpose,
            recipients: grant.terms.recipients,
            relay: host_of(&grant.relay).to_owned(),
            openings: grant.openings.into_iter().map(opening).collect(),
        }
    }
}
