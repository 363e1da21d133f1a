//! Step 5, deliver: the bytes that were written down go to the relay, and its answer is checked before it is believed.
//!
//! ```text
//!              ┌── no connection ────────▶ kept, certainly not sent: approve again, decline or retry
//! outbox ─────▶├── broke, or nonsense ───▶ kept, may have arrived: retry sends the same bytes
//!              ├── the relay says no ────▶ not taken, as it says (or, after an unsure attempt, unclear)
//!              └── receipt and redirect hold ─▶ sent
//! ```
//!
//! The same bytes get the same answer (docs/protocol.md section 9.3), so a retry neither loses nor doubles.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::proof::DpopProof;
use passerby_protocol::sector::Sector;
use passerby_relay_api::{Connection, ConnectionError, RelayClient};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;
use url::Url;

use crate::kill_point;
use crate::records::OutboxRecord;
use crate::relay_trouble::RelayTrouble;
use crate::request::parse_key;
use crate::trouble::{Sent, Trouble};
use crate::wallet::Wallet;

/// A delivery that the relay confirmed.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Which request it answered.
    pub number: u32,
    /// To whom.
    pub sector: Sector,
    /// The relay's name for the grant.
    pub grant_id: String,
    /// The names of what was sent.
    pub claims: Vec<ClaimName>,
    /// Where the browser goes now. Single use, for the person's own browser only.
    pub return_to: Url,
}

/// Why a written answer is not confirmed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// No connection came about.
    #[error("{trouble}")]
    NotSent {
        /// What happened.
        #[source]
        trouble: RelayTrouble,
        /// `Maybe` when an earlier attempt may have arrived.
        sent: Sent,
    },
    /// The connection broke while sending, or the answer was no answer.
    #[error("{0} This was while sending.")]
    Unsure(#[source] RelayTrouble),
    /// The relay said no, and has nothing.
    #[error("{0}")]
    Refused(#[source] RelayTrouble),
    /// An earlier attempt may have arrived, and the relay does not know the request any more.
    #[error("{relay} does not know this request any more, so nobody can tell whether your answer arrived.")]
    Lost {
        /// The relay's host.
        relay: String,
    },
    /// The relay confirms something else than what was sent.
    #[error(
        "Stopped. {relay} does not confirm what this wallet sent. The way back into the shop was not opened."
    )]
    Receipt {
        /// The relay's host.
        relay: String,
    },
    /// The relay would send the browser to a stranger.
    #[error(
        "Stopped. {relay} wants to send your browser somewhere else than to {sector}. That was not opened."
    )]
    Redirect {
        /// The relay's host.
        relay: String,
        /// The shop.
        sector: Sector,
    },
    /// Connections cannot be made on this computer.
    #[error("The connection to the relay server could not be set up.")]
    Connection(#[from] ConnectionError),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for SendError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotSent { trouble, .. } | Self::Unsure(trouble) | Self::Refused(trouble) => trouble.code(),
            Self::Lost { .. } => "unclear",
            Self::Receipt { .. } => "relay-receipt",
            Self::Redirect { .. } => "redirect-foreign",
            Self::Connection(_) => "no-connection",
            Self::Vault(error) => error.code(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::NotSent { sent, .. } => *sent,
            Self::Refused(_) => Sent::NotTaken,
            // A vault that fails here fails after the bytes were written down, perhaps after they were sent.
            _ => Sent::Maybe,
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::NotSent { sent: Sent::Nothing, .. } => {
                "Your choices are kept; run `passerby retry`, or approve again."
            }
            Self::NotSent { .. } | Self::Unsure(_) | Self::Connection(_) => "Run `passerby retry`.",
            Self::Refused(trouble) => trouble.next_step(),
            Self::Lost { .. } => "Ask the shop whether it has your order.",
            Self::Receipt { .. } | Self::Redirect { .. } => {
                "Tell the shop that its relay server is not in order, and do not go on by a link from it."
            }
            Self::Vault(error) => error.next_step(),
        }
    }
}

/// What became of one unconfirmed answer.
#[derive(Debug)]
pub struct Retried {
    /// Which request it answers.
    pub number: u32,
    /// To whom.
    pub sector: Sector,
    /// How it went.
    pub result: Result<Delivered, SendError>,
}

/// Which attempt this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The bytes have just been written down for it.
    First,
    /// They were there before.
    Again,
}

impl Wallet {
    /// Sends every unconfirmed answer again, byte for byte the same, and says of each how it went.
    pub async fn retry(&self, rng: &mut impl CryptoRng) -> Result<Vec<Retried>, RecordError> {
        let _alone = self.answer_alone().await;
        let mut retried = Vec::new();
        for (id, outbox) in self.vault().list::<OutboxRecord>().await? {
            let result = self.send(id, Attempt::Again, rng).await;
            retried.push(Retried { number: outbox.number, sector: outbox.sector, result });
        }
        Ok(retried)
    }

    /// Sends what is written down under `id` and settles it.
    pub(crate) async fn send(
        &self,
        id: RecordId,
        attempt: Attempt,
        rng: &mut impl CryptoRng,
    ) -> Result<Delivered, SendError> {
        let mut outbox: OutboxRecord =
            self.vault().load(id).await?.ok_or(RecordError::Shape { kind: "outbox" })?;
        let earlier = attempt == Attempt::Again && outbox.may_have_left;
        if !outbox.may_have_left {
            outbox.may_have_left = true;
            self.vault().update(id, &outbox, rng).await?;
        }
        let key = parse_key(&outbox.key)?;
        let client = RelayClient::new(outbox.relay.clone(), Connection::open()?);
        let now = self.now();
        tracing::debug!(step = "deliver", again = attempt == Attempt::Again, "sending");
        let answered = client
            .answer(&outbox.response_uri, outbox.form.as_bytes(), |method, url| {
                DpopProof::make(method, url, &key, now, rng)
            })
            .await;
        kill_point!("deliver-sent");
        match answered {
            Ok(answered) => {
                // The relay may have changed its keys since these bytes were written down.
                let fresh = if attempt == Attempt::Again { client.fetch_keys().await.ok() } else { None };
                self.confirm(id, outbox, &answered, fresh.as_ref(), rng).await
            }
            Err(cause) => Err(self.settle_failure(id, outbox, cause, earlier, rng).await),
        }
    }
}
