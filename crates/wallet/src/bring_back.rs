//! After a restore from the words alone: the shop is met again, and its relay still has what this person left there for
//! themselves. It comes back before anything is shown.
//!
//! What it must never do: ask for a sector that is not proven; believe a copy over a pin that is known.

use std::path::Path;
use std::sync::Arc;

use passerby_protocol::keys::PairwiseKey;
use passerby_protocol::sector::Sector;
use passerby_protocol::self_copy::SelfCopy;
use passerby_protocol::time::Clock;
use passerby_relay_api::{RelayClient, RelayError, Sent as Left};
use passerby_vault::{Batch, RecordError, Stretching};
use rand_core::CryptoRng;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::records::{ActivityRecord, PinRecord, RestoredRecord, SelfCopyRecord, SpareKeyRecord, What};
use crate::relay_trouble::RelayTrouble;
use crate::stranger::REGULAR;
use crate::verify::VerifyError;
use crate::wallet::{CreateError, Wallet};
use crate::words::RecoveryWords;

/// What a relay had left of the time before a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BroughtBack {
    /// The person's copy: the shop's keys, and so many permissions.
    Copy {
        /// How many permissions it held.
        grants: usize,
    },
    /// Something that is not a copy of this person's. It was ignored.
    Ignored,
}

impl Wallet {
    /// Makes a vault at `path` for the person whose words these are, and leaves it open. Their pseudonyms are back at once;
    /// what they gave to a shop comes back when they meet it again. Their details do not.
    pub async fn restore_from_words(
        path: &Path,
        words: &RecoveryWords,
        passphrase: &SecretString,
        stretching: Stretching,
        clock: Arc<dyn Clock>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CreateError> {
        let at = clock.now();
        let mut first = Batch::of_new_vault();
        first.insert(&RestoredRecord { at }, at.seconds(), rng)?;
        // Whoever typed them has them.
        first.insert(&SpareKeyRecord { shown: None, checked: Some(at) }, at.seconds(), rng)?;
        Self::lay_out(path, passphrase, stretching, clock, &words.root(), first, rng).await
    }

    /// Whether this vault was made from the words alone.
    pub async fn is_restored(&self) -> Result<bool, RecordError> {
        Ok(!self.vault().list::<RestoredRecord>().await?.is_empty())
    }

    /// Asks the relay of a request for the copy of this person at a shop that is proven and not known. Everything it holds is
    /// written down at once. Nothing if there is none.
    pub(crate) async fn bring_back(
        &self,
        client: &RelayClient,
        sector: &Sector,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<BroughtBack>, VerifyError> {
        let root = self.root(rng).await?;
        let Ok(key) = PairwiseKey::derive(&root, sector, REGULAR) else { return Ok(None) };
        tracing::debug!(step = "verify", "asking the relay for the self-copy");
        let sealed = match self.fetch_copy(client, &key, rng).await {
            Ok(None) => return Ok(None),
            Ok(Some(sealed)) => Some(sealed),
            // It has just answered for its keys: worth another try, rather than a first impression of an old acquaintance.
            Err(cause) if is_passing(&cause) => {
                return Err(VerifyError::Relay(RelayTrouble::new(client.issuer(), cause)));
            }
            Err(_) => None,
        };
        let opened = sealed.and_then(|sealed| sealed.open(&root, client.issuer(), sector, REGULAR).ok());
        let now = self.now();
        let mut batch = self.vault().batch();
        let brought_back = if let Some(copy) = opened {
            let grants = self.adopt_grants(&mut batch, &copy, rng).await?;
            let SelfCopy { sector, relay, seq, pin, .. } = copy;
            batch.insert(&PinRecord(pin), now.seconds(), rng)?;
            let record = SelfCopyRecord { sector, relay, wanted: seq, left: seq };
            batch.insert(&record, now.seconds(), rng)?;
            BroughtBack::Copy { grants }
        } else {
            BroughtBack::Ignored
        };
        let what = What::BroughtBack(brought_back);
        let line = ActivityRecord { at: now, sector: sector.clone(), what, claims: Vec::new() };
        batch.insert(&line, now.seconds(), rng)?;
        self.vault().write(batch).await?;
        Ok(Some(brought_back))
    }
}

/// Whether the same question may get another answer later.
fn is_passing(cause: &RelayError) -> bool {
    !matches!(cause, RelayError::Foreign { .. }) && cause.sent() != Left::Yes
}
