//! Step 2, verify: who is really asking, and may they ask for that?
//!
//! Asks the relay for its keys and the shop's own host for its Statement, remembers the shop's keys, and checks again
//! before each look and before sealing.

use passerby_protocol::keys::RelayKeys;
use passerby_protocol::request::{Flow, RequestLink, RequestRefusal, SignedRequest, TimeLimit};
use passerby_protocol::sector::Sector;
use passerby_protocol::verify::{VerifiedRequest, VerifyRefusal};
use passerby_relay_api::well_known::fetch_statement;
use passerby_relay_api::{Connection, ConnectionError, RelayClient, RelayError};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use crate::block::Blocked;
use crate::records::{ActivityRecord, FetchedStatement, PinRecord, RequestRecord, What};
use crate::relay_trouble::RelayTrouble;
use crate::trouble::Trouble;
use crate::wallet::Wallet;

/// Why a request does not hold, or could not be checked. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    // The shop's fault, or that of somebody who claims to be it.
    /// The request itself does not hold.
    #[error("{}", request_sentence(sector, *source))]
    Request {
        /// Who is claimed to ask.
        sector: Sector,
        /// Why.
        source: RequestRefusal,
    },
    /// The request may be signed, but not by this shop, or not for that.
    #[error("{}", shop_sentence(sector, *source))]
    Shop {
        /// Who is claimed to ask.
        sector: Sector,
        /// Why.
        source: VerifyRefusal,
    },
    /// The shop's own host did not show its keys: not a refusal, but nothing can be sent until it does.
    #[error(
        "We don't know who is asking. The request says {sector}. We could not confirm it: {}.",
        statement_reason(source)
    )]
    StatementUnreachable {
        /// Who is claimed to ask.
        sector: Sector,
        /// What happened.
        source: RelayError,
    },
    /// It came by a QR code from another screen, which this revision does not answer.
    #[error(
        "This request was made for a QR code: the shop is open on another screen. This wallet answers only shops that are open on this computer."
    )]
    CrossDevice,

    /// It was stopped before, or never fetched: there is nothing to look at.
    #[error("There is nothing to look at: this request was stopped before, or could not be fetched.")]
    NotFetched,

    /// The person wants nothing from this host.
    #[error(transparent)]
    Blocked(#[from] Blocked),

    // The way's fault.
    /// The relay could not be asked for its keys.
    #[error(transparent)]
    Relay(RelayTrouble),
    /// Connections cannot be made on this computer.
    #[error("The connection to the relay server could not be set up.")]
    Connection(#[from] ConnectionError),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl VerifyError {
    /// Who is claimed to ask, where it is about somebody.
    #[must_use]
    pub const fn find_claimed(&self) -> Option<&Sector> {
        match self {
            Self::Request { sector, .. }
            | Self::Shop { sector, .. }
            | Self::StatementUnreachable { sector, .. } => Some(sector),
            _ => None,
        }
    }

    /// Whether the shop's host was reached and showed no keys.
    #[must_use]
    pub const fn has_published_no_keys(&self) -> bool {
        matches!(
            self,
            Self::StatementUnreachable {
                source: RelayError::Foreign { .. } | RelayError::Refused { .. },
                ..
            }
        )
    }
}

impl Trouble for VerifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Request { source, .. } => source.word(),
            Self::Shop { source, .. } => source.word(),
            Self::StatementUnreachable { .. } => "statement-unreachable",
            Self::CrossDevice => "cross-device",
            Self::NotFetched => "not-fetched",
            Self::Blocked(blocked) => blocked.code(),
            Self::Relay(trouble) => trouble.code(),
            Self::Connection(_) => "no-connection",
            Self::Vault(error) => error.code(),
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Request { source: RequestRefusal::Expired, .. } => {
                "Go back to the shop's page; it makes a new one by itself."
            }
            Self::Request { source: RequestRefusal::NotYetValid, .. } => {
                "Set this computer's clock right and try again."
            }
            Self::Request { .. } => "The shop's own form still works.",
            Self::Shop { .. } => "It may be a fraud, or the shop's mistake. The shop's own form still works.",
            Self::StatementUnreachable { .. } => "Try again later. The shop's own form still works.",
            Self::CrossDevice => "Open the shop on this computer and press its button there.",
            Self::NotFetched => "Open the shop's link again.",
            Self::Blocked(blocked) => blocked.next_step(),
            Self::Relay(trouble) => trouble.next_step(),
            Self::Connection(_) => "",
            Self::Vault(error) => error.next_step(),
        }
    }
}

fn request_sentence(sector: &Sector, refused: RequestRefusal) -> String {
    match refused {
        RequestRefusal::Expired => "This request has run out.".to_owned(),
        RequestRefusal::NotYetValid => {
            format!("The request from {sector} lies in the future: this computer's clock is off.")
        }
        other => format!("Stopped. The request that says it comes from {sector} does not hold: {other}."),
    }
}

fn shop_sentence(sector: &Sector, refused: VerifyRefusal) -> String {
    match refused {
        VerifyRefusal::RootMismatch => {
            format!(
                "Stopped. This is not {sector}: the request calls itself {sector}, but {sector} itself has other keys."
            )
        }
        VerifyRefusal::RootChanged => {
            format!("Stopped. {sector} has new main keys, without the usual notice.")
        }
        other => format!("Stopped. The request that says it comes from {sector} does not hold: {other}."),
    }
}

fn statement_reason(source: &RelayError) -> &'static str {
    match source {
        RelayError::Foreign { .. } | RelayError::Refused { .. } => "the site has published no keys",
        _ => "the site did not answer",
    }
}

/// A request that holds at this moment, and the way to its relay.
pub(crate) struct Checked {
    pub request: VerifiedRequest,
    pub relay: RelayClient,
    pub keys: RelayKeys,
}

impl Wallet {
    /// Checks a kept request as of now, in the order of docs/protocol.md section 6, and remembers what was learned.
    pub(crate) async fn check(
        &self,
        id: RecordId,
        record: &mut RequestRecord,
        rng: &mut impl CryptoRng,
    ) -> Result<Checked, VerifyError> {
        let link = RequestLink::parse(&record.link).map_err(|_| RecordError::Shape { kind: "request" })?;
        let sector = link.claimed_sector().clone();
        self.ensure_not_blocked(&sector).await??;
        if record.fetched.is_none() {
            return Err(VerifyError::NotFetched);
        }
        let relay = link.request_uri().issuer().clone();
        let connection = Connection::open()?;
        let client = RelayClient::new(relay.clone(), connection.clone());

        let keys = client
            .fetch_keys()
            .await
            .map_err(|cause| VerifyError::Relay(RelayTrouble::new(&relay, cause)))?;
        let signed = match self.read_request(&link, record, &keys) {
            Ok(signed) => signed,
            Err(refused) => {
                self.stop(id, record, &sector, refused.word(), rng).await?;
                return Err(VerifyError::Request { sector, source: refused });
            }
        };
        // Kept for this request alone, which is over in half an hour: no Statement is ever old here.
        let statement = if let Some(known) = &record.statement {
            known.clone()
        } else {
            tracing::debug!(step = "verify", "asking the shop for its Statement");
            let fetched = fetch_statement(&connection, &sector).await;
            let text = fetched
                .map_err(|source| VerifyError::StatementUnreachable { sector: sector.clone(), source })?;
            FetchedStatement { text, at: self.now() }
        };

        let now = self.now();
        let mut pinned = self.find_record(|pin: &PinRecord| pin.0.sector == sector).await?;
        let pin = pinned.as_ref().map(|(_, pin)| &pin.0);
        let mut verified = signed.clone().verify(&statement.text, pin, now);
        // Proven, and perhaps an old acquaintance: what this person left at the relay comes first.
        let answerable = verified.as_ref().is_ok_and(|request| request.flow() == Flow::SameDevice);
        if answerable && pinned.is_none() && self.is_restored().await? {
            record.brought_back = self.bring_back(&client, &sector, rng).await?;
            pinned = self.find_record(|pin: &PinRecord| pin.0.sector == sector).await?;
            verified = signed.verify(&statement.text, pinned.as_ref().map(|(_, pin)| &pin.0), now);
        }
        let request = match verified {
            Ok(request) => request,
            Err(refused) => {
                self.stop(id, record, &sector, refused.word(), rng).await?;
                return Err(VerifyError::Shop { sector, source: refused });
            }
        };
        if request.flow() == Flow::CrossDevice {
            self.stop(id, record, &sector, "cross-device", rng).await?;
            return Err(VerifyError::CrossDevice);
        }
        self.remember(id, record, statement, pinned, &request, rng).await?;
        Ok(Checked { request, relay: client, keys })
    }

    /// The first fetch must have been in time; the answer must be in time now.
    fn read_request(
        &self,
        link: &RequestLink,
        record: &RequestRecord,
        keys: &RelayKeys,
    ) -> Result<SignedRequest, RequestRefusal> {
        let fetched = record.fetched.as_ref().ok_or(RequestRefusal::Malformed)?;
        if record.answer_by.is_none() {
            SignedRequest::parse(link, &fetched.object, keys, TimeLimit::FirstFetch, fetched.at)?;
        }
        SignedRequest::parse(link, &fetched.object, keys, TimeLimit::Answer, self.now())
    }

    /// Notes that a request was stopped. What was fetched is dropped, so that opening the link again starts afresh.
    async fn stop(
        &self,
        id: RecordId,
        record: &mut RequestRecord,
        sector: &Sector,
        refusal: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        record.fetched = None;
        record.statement = None;
        let line = ActivityRecord {
            at: self.now(),
            sector: sector.clone(),
            what: What::Stopped { refusal: refusal.to_owned() },
            claims: Vec::new(),
        };
        let mut batch = self.vault().batch();
        batch.update(id, record, rng)?;
        batch.insert(&line, self.now().seconds(), rng)?;
        self.vault().write(batch).await
    }

    /// Writes down what a check taught: the shop's keys, and the first impression of them.
    async fn remember(
        &self,
        id: RecordId,
        record: &mut RequestRecord,
        statement: FetchedStatement,
        pinned: Option<(RecordId, PinRecord)>,
        request: &VerifiedRequest,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let now = self.now();
        let pin = PinRecord(request.pin().clone());
        let mut batch = self.vault().batch();
        match pinned {
            None => drop(batch.insert(&pin, now.seconds(), rng)?),
            Some((id, known)) if known != pin => batch.update(id, &pin, rng)?,
            Some(_) => {}
        }
        let first_look = record.familiarity.is_none();
        let newer = record.statement.as_ref().is_none_or(|known| known.at != statement.at);
        if first_look {
            record.familiarity = Some(request.familiarity());
            record.answer_by = Some(request.response_by());
            let claims = request.asked().all().cloned().collect();
            let line =
                ActivityRecord { at: now, sector: request.sector().clone(), what: What::Asked, claims };
            batch.insert(&line, now.seconds(), rng)?;
        }
        if first_look || newer {
            record.statement = Some(statement);
            batch.update(id, record, rng)?;
        }
        if batch.is_empty() { Ok(()) } else { self.vault().write(batch).await }
    }
}
