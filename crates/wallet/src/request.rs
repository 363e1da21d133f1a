//! Step 1, request: a link is read, what it leads to is fetched, and kept until the person decides.
//!
//! Nothing is fetched before the person acts. The key that the relay binds the request to is on the disk before the
//! relay sees it: a program that is ended here can go on with the same key.

use passerby_protocol::keys::SigningKey;
use passerby_protocol::proof::DpopProof;
use passerby_protocol::request::{LinkRefusal, RequestLink};
use passerby_protocol::time::{DAY, Timestamp};
use passerby_relay_api::problem::Problem;
use passerby_relay_api::{Connection, ConnectionError, RelayClient};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::answered::AlreadyAnswered;
use crate::consent::RequestView;
use crate::records::{Fetched, ForeignRequestRecord, RequestRecord, RequestState};
use crate::relay_trouble::RelayTrouble;
use crate::trouble::{Sent, Trouble};
use crate::verify::VerifyError;
use crate::wallet::Wallet;

/// The longest life of a request, in seconds: for requests whose end is not known yet.
const LONGEST: i64 = 1_800;

/// Why a link could not be opened. Nothing was sent in any case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not a link to a request.
    #[error("This link cannot be opened: {0}.")]
    Link(#[from] LinkRefusal),
    /// The request could not be fetched.
    #[error(transparent)]
    Relay(RelayTrouble),
    /// It was answered before.
    #[error(transparent)]
    Answered(#[from] AlreadyAnswered),
    /// It was fetched, and does not hold.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Connections cannot be made on this computer.
    #[error("The connection to the relay server could not be set up.")]
    Connection(#[from] ConnectionError),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for OpenError {
    fn return_to(&self) -> Option<&str> {
        match self {
            Self::Answered(answered) => answered.return_to(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Link(refused) => refused.word(),
            Self::Relay(trouble) => trouble.code(),
            Self::Answered(answered) => answered.code(),
            Self::Verify(refused) => refused.code(),
            Self::Connection(_) => "no-connection",
            Self::Vault(error) => error.code(),
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Link(_) => "Copy the whole link from the shop's page and try again.",
            Self::Relay(trouble) => trouble.next_step(),
            Self::Answered(answered) => answered.next_step(),
            Self::Verify(refused) => refused.next_step(),
            Self::Connection(_) => "",
            Self::Vault(error) => error.next_step(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::Answered(answered) => answered.sent(),
            _ => Sent::Nothing,
        }
    }
}

impl Wallet {
    /// Opens a link: reads it, fetches the request, checks it, keeps it. Opening the same link again goes on where the
    /// last time ended.
    pub async fn open_request(&self, link: &str, rng: &mut impl CryptoRng) -> Result<RequestView, OpenError> {
        let (id, mut record) = self.fetch_and_keep(link, rng).await?;
        let checked = self.check(id, &mut record, rng).await?;
        Ok(self.view(&record, &checked.request).await?)
    }

    /// Reads a link, fetches the request and keeps it, and says what to call it. Who asks is not checked yet: that does the
    /// first look at it ([`Self::look`]).
    pub async fn fetch_request(&self, link: &str, rng: &mut impl CryptoRng) -> Result<u32, OpenError> {
        Ok(self.fetch_and_keep(link, rng).await?.1.number)
    }

    async fn fetch_and_keep(
        &self,
        link: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(RecordId, RequestRecord), OpenError> {
        let link = RequestLink::parse(link)?;
        self.ensure_not_blocked(link.claimed_sector()).await?.map_err(VerifyError::Blocked)?;
        self.forget_old_requests().await?;
        let (id, mut record) = self.keep_link(&link, rng).await?;
        self.ensure_undecided(&record).await?;
        if record.fetched.is_none() {
            self.fetch(id, &mut record, &link, rng).await?;
        }
        Ok((id, record))
    }

    /// The record of a link: the one that is there, or a new one with a fresh key.
    async fn keep_link(
        &self,
        link: &RequestLink,
        rng: &mut impl CryptoRng,
    ) -> Result<(RecordId, RequestRecord), RecordError> {
        let records = self.vault().list::<RequestRecord>().await?;
        let same = |record: &RequestRecord| RequestLink::parse(&record.link).is_ok_and(|kept| kept == *link);
        if let Some(known) = records.into_iter().find(|(_, record)| same(record)) {
            return Ok(known);
        }
        let record = RequestRecord {
            number: self.next_number().await?,
            link: link.to_text("passerby"),
            key: Zeroizing::new(SigningKey::make(rng).pkcs8().to_vec()),
            opened: self.now(),
            state: RequestState::Waiting,
            fetched: None,
            statement: None,
            familiarity: None,
            key_number: None,
            answer_by: None,
            brought_back: None,
            return_to: None,
        };
        let id = self.vault().insert(&record, self.now().seconds(), rng).await?;
        Ok((id, record))
    }

    /// What the next request is called: numbers are counted over both kinds.
    pub(crate) async fn next_number(&self) -> Result<u32, RecordError> {
        let of_shops =
            self.vault().list::<RequestRecord>().await?.into_iter().map(|(_, record)| record.number);
        let foreign = self.vault().list::<ForeignRequestRecord>().await?;
        let numbers = of_shops.chain(foreign.into_iter().map(|(_, record)| record.number));
        Ok(numbers.max().unwrap_or(0).saturating_add(1))
    }

    async fn fetch(
        &self,
        id: RecordId,
        record: &mut RequestRecord,
        link: &RequestLink,
        rng: &mut impl CryptoRng,
    ) -> Result<(), OpenError> {
        let relay = link.request_uri().issuer();
        let client = RelayClient::new(relay.clone(), Connection::open()?);
        let key = parse_key(&record.key)?;
        let now = self.now();
        tracing::debug!(step = "request", "fetching");
        let fetched = client
            .fetch_request(link.request_uri(), |method, url| DpopProof::make(method, url, &key, now, rng))
            .await;
        let object = match fetched {
            Ok(object) => object,
            Err(cause) => {
                // These never become ours: no need to keep them.
                if matches!(
                    cause.problem(),
                    Some(Problem::AlreadyTaken | Problem::Expired | Problem::NotFound)
                ) {
                    self.vault().remove(id).await?;
                }
                return Err(OpenError::Relay(RelayTrouble::new(relay, cause)));
            }
        };
        record.fetched = Some(Fetched { object, at: now });
        self.vault().update(id, record, rng).await?;
        Ok(())
    }

    /// Drops requests a day after their end. Answers that are not settled keep theirs.
    pub(crate) async fn forget_old_requests(&self) -> Result<(), RecordError> {
        let now = self.now();
        let mut batch = self.vault().batch();
        for (id, record) in self.vault().list::<RequestRecord>().await? {
            if record.state != RequestState::Sending && now - ends(&record) >= DAY {
                batch.remove(id);
            }
        }
        if batch.is_empty() { Ok(()) } else { self.vault().write(batch).await }
    }
}

/// The end of a request: as it says itself, or the latest that is possible.
pub(crate) fn ends(record: &RequestRecord) -> Timestamp {
    record.answer_by.unwrap_or(record.opened + LONGEST)
}

/// The key of a request as it was kept.
pub(crate) fn parse_key(pkcs8: &[u8]) -> Result<SigningKey, RecordError> {
    SigningKey::parse_pkcs8(pkcs8).map_err(|_| RecordError::Shape { kind: "request" })
}
