//! Whether the shop has opened what it was sent: asked at the relay, with the person's key at that shop.

use passerby_protocol::keys::PairwiseKey;
use passerby_protocol::proof::DpopProof;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_relay_api::opening::OpeningBody;
use passerby_relay_api::{Connection, ConnectionError, RelayClient};
use passerby_vault::RecordError;
use rand_core::CryptoRng;

use crate::records::{ActivityRecord, GrantRecord, GrantState, Opening, What};
use crate::relay_trouble::RelayTrouble;
use crate::trouble::Trouble;
use crate::wallet::Wallet;

/// The longest reason that is kept, in characters (docs/protocol.md section 12).
const LONGEST_REASON: usize = 120;
/// How many openings of a grant are kept: a relay that invents more must not fill the vault.
const MOST: usize = 1_000;

/// An opening, as the relay recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningView {
    /// When.
    pub at: Timestamp,
    /// Why, in the shop's words.
    pub reason: String,
}

/// Why the openings of a grant could not be learned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningsError {
    /// The relay could not be asked, or said no.
    #[error(transparent)]
    Relay(RelayTrouble),
    /// Connections cannot be made on this computer.
    #[error("The connection to the relay server could not be set up.")]
    Connection(#[from] ConnectionError),
    /// The key for this shop could not be derived.
    #[error("The key for this shop could not be made.")]
    Key,
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for OpeningsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Relay(trouble) => trouble.code(),
            Self::Connection(_) => "no-connection",
            Self::Key => "seal",
            Self::Vault(error) => error.code(),
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Relay(trouble) => trouble.next_step(),
            Self::Vault(error) => error.next_step(),
            _ => "",
        }
    }
}

impl Wallet {
    /// Asks the relays who opened what is still kept, each over a connection of its own, and logs what is new. With `only`,
    /// those of one shop. Gives the number of new openings and what went wrong on the way.
    pub async fn refresh_openings(
        &self,
        only: Option<&Sector>,
        rng: &mut impl CryptoRng,
    ) -> Result<(usize, Vec<OpeningsError>), RecordError> {
        let _alone = self.answer_alone().await;
        let now = self.now();
        let (mut new, mut troubles) = (0, Vec::new());
        for (id, mut grant) in self.vault().list::<GrantRecord>().await? {
            let wanted = only.is_none_or(|sector| grant.sector == *sector);
            let kept = wanted && grant.state == GrantState::Sent && !grant.kept_until.has_ended(now);
            let Some(grant_id) = grant.grant_id.clone().filter(|_| kept) else { continue };
            let fetched = match self.fetch_openings(&grant, &grant_id, rng).await {
                Ok(fetched) => fetched,
                Err(OpeningsError::Vault(error)) => return Err(error),
                Err(trouble) => {
                    troubles.push(trouble);
                    continue;
                }
            };
            let mut batch = self.vault().batch();
            for opening in fetched.iter().filter_map(read_opening) {
                if grant.openings.len() >= MOST || grant.openings.contains(&opening) {
                    continue;
                }
                let what = What::Opened { reason: opening.reason.clone() };
                let (sector, claims) = (grant.sector.clone(), grant.claims.clone());
                let line = ActivityRecord { at: opening.at, sector, what, claims };
                batch.insert(&line, now.seconds(), rng)?;
                grant.openings.push(opening);
                new += 1;
            }
            if !batch.is_empty() {
                batch.update(id, &grant, rng)?;
                self.vault().write(batch).await?;
            }
        }
        Ok((new, troubles))
    }

    async fn fetch_openings(
        &self,
        grant: &GrantRecord,
        grant_id: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<OpeningBody>, OpeningsError> {
        let root = self.root(rng).await?;
        let key =
            PairwiseKey::derive(&root, &grant.sector, grant.key_number).map_err(|_| OpeningsError::Key)?;
        let client = RelayClient::new(grant.relay.clone(), Connection::open()?);
        let now = self.now();
        let fetched = client
            .fetch_openings(grant_id, |method, url| DpopProof::make(method, url, key.signing_key(), now, rng))
            .await
            .map_err(|cause| OpeningsError::Relay(RelayTrouble::new(&grant.relay, cause)))?;
        Ok(fetched.openings)
    }
}

/// Nothing for a time that is none: written down it could never be read again, and the whole list of grants with it.
fn read_opening(body: &OpeningBody) -> Option<Opening> {
    let at = Timestamp::try_from(body.opened_at).ok()?;
    Some(Opening { at, reason: body.reason.chars().take(LONGEST_REASON).collect() })
}
