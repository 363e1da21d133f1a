//! Step 1 with a foreign verifier: the link is read, the request fetched and kept.

use passerby_protocol::foreign::{FetchMethod, ForeignHost, ForeignLink, Link, wallet_metadata};
use passerby_protocol::random_id::Nonce;
use passerby_protocol::request::LinkRefusal;
use passerby_protocol::sector::Sector;
use passerby_relay_api::ConnectionError;
use passerby_relay_api::client::{AboutWallet, VerifierClient};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use super::trouble::HostTrouble;
use super::{ForeignView, Trust};
use crate::answered::AlreadyAnswered;
use crate::block::Blocked;
use crate::records::{Fetched, ForeignRequestRecord, RequestState};
use crate::trouble::{Sent, Trouble};
use crate::wallet::Wallet;

/// Why a request of a foreign verifier cannot be shown. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignOpenError {
    /// Not a link to such a request.
    #[error("This link cannot be opened: {0}.")]
    Link(#[from] LinkRefusal),
    /// The request could not be fetched.
    #[error(transparent)]
    Host(HostTrouble),
    /// The host did not say whether it has a Statement: not a refusal, but nothing can be sent until it does.
    #[error("{trouble} So we could not find out whether it has published keys that this request must obey.")]
    StatementUnreachable {
        /// What happened.
        #[source]
        trouble: HostTrouble,
    },
    /// It does not hold.
    #[error("Stopped. The request fetched from {fetched_from} does not hold: {source}.")]
    Refused {
        /// Where it was fetched; who asks is not proven.
        fetched_from: String,
        /// Why.
        source: passerby_protocol::foreign::ForeignRefusal,
    },
    /// The person wants nothing from this host.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// It was answered before.
    #[error(transparent)]
    Answered(#[from] AlreadyAnswered),
    /// It was stopped before, or never fetched.
    #[error("There is nothing to look at: this request was stopped before, or could not be fetched.")]
    NotFetched,
    /// Connections cannot be made on this computer.
    #[error("The connection could not be set up.")]
    Connection(#[from] ConnectionError),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl ForeignOpenError {
    /// Who is claimed to ask, where that could not be found out, or does not hold.
    #[must_use]
    pub fn find_claimed(&self) -> Option<&str> {
        match self {
            Self::Host(trouble) | Self::StatementUnreachable { trouble } => Some(trouble.host()),
            Self::Refused { fetched_from, .. } => Some(fetched_from),
            _ => None,
        }
    }
}

impl Trouble for ForeignOpenError {
    fn return_to(&self) -> Option<&str> {
        match self {
            Self::Answered(answered) => answered.return_to(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Link(refused) => refused.word(),
            Self::Host(trouble) => trouble.code(),
            Self::StatementUnreachable { .. } => "statement-unreachable",
            Self::Refused { source, .. } => source.word(),
            Self::Blocked(blocked) => blocked.code(),
            Self::Answered(answered) => answered.code(),
            Self::NotFetched => "not-fetched",
            Self::Connection(_) => "no-connection",
            Self::Vault(error) => error.code(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::Answered(answered) => answered.sent(),
            _ => Sent::Nothing,
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Link(_) => "Copy the whole link from the page and try again.",
            Self::Host(trouble) | Self::StatementUnreachable { trouble } => trouble.next_step(),
            Self::Refused { .. } => "It may be a fraud, or a mistake of whoever asks.",
            Self::Blocked(blocked) => blocked.next_step(),
            Self::Answered(answered) => answered.next_step(),
            Self::NotFetched => "Open the link again.",
            Self::Connection(_) => "",
            Self::Vault(error) => error.next_step(),
        }
    }
}

impl Wallet {
    /// Whether a link leads to a foreign verifier and not to a shop.
    #[must_use]
    pub fn is_foreign_link(link: &str) -> bool {
        matches!(Link::parse(link), Ok(Link::Foreign(_)))
    }

    /// Opens the link of a foreign verifier. Opening it again goes on where the last time ended.
    pub async fn open_foreign(
        &self,
        link: &str,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignView, ForeignOpenError> {
        let (id, mut record) = self.fetch_and_keep_foreign(link, trust, rng).await?;
        let request = self.check_foreign(id, &mut record, trust, rng).await?;
        Ok(self.view_foreign(&record, &request).await?)
    }

    /// Reads the link of a foreign verifier, fetches the request and keeps it, and says what to call it. Nothing is checked yet:
    /// that does the first look at it ([`Self::look_foreign`]).
    pub async fn fetch_foreign_request(
        &self,
        link: &str,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<u32, ForeignOpenError> {
        Ok(self.fetch_and_keep_foreign(link, trust, rng).await?.1.number)
    }

    async fn fetch_and_keep_foreign(
        &self,
        link: &str,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<(RecordId, ForeignRequestRecord), ForeignOpenError> {
        let link = ForeignLink::parse(link)?;
        if let Some(host) = claimed_host(&link) {
            self.ensure_not_blocked(&host).await??;
        }
        self.forget_old_foreign_requests().await?;
        let (id, mut record) = self.keep_foreign_link(&link, rng).await?;
        ensure_undecided(&record)?;
        if record.fetched.is_none() {
            self.fetch_foreign(id, &mut record, &link, trust, rng).await?;
        }
        Ok((id, record))
    }

    async fn keep_foreign_link(
        &self,
        link: &ForeignLink,
        rng: &mut impl CryptoRng,
    ) -> Result<(RecordId, ForeignRequestRecord), RecordError> {
        let same = |record: &ForeignRequestRecord| ForeignLink::parse(&record.link).as_ref() == Ok(link);
        if let Some(known) = self.find_record(same).await? {
            return Ok(known);
        }
        let record = ForeignRequestRecord {
            number: self.next_number().await?,
            link: link.to_text("openid4vp"),
            wallet_nonce: Nonce::make(rng).as_str().to_owned(),
            opened: self.now(),
            state: RequestState::Waiting,
            fetched: None,
            host: None,
            answer_by: None,
            answer: None,
            return_to: None,
        };
        let id = self.vault().insert(&record, self.now().seconds(), rng).await?;
        Ok((id, record))
    }

    async fn fetch_foreign(
        &self,
        id: RecordId,
        record: &mut ForeignRequestRecord,
        link: &ForeignLink,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ForeignOpenError> {
        let metadata = wallet_metadata().to_string();
        let about = AboutWallet { wallet_nonce: &record.wallet_nonce, wallet_metadata: &metadata };
        let about = (link.method() == FetchMethod::Post).then_some(about);
        tracing::debug!(step = "request", foreign = true, "fetching");
        let client = VerifierClient::new(trust.connect()?);
        let object = client
            .fetch_request(link.request_uri().as_str(), about)
            .await
            .map_err(|cause| ForeignOpenError::Host(HostTrouble::new(link.fetched_from(), cause)))?;
        record.fetched = Some(Fetched { object, at: self.now() });
        self.vault().update(id, record, rng).await?;
        Ok(())
    }
}

/// Whether a request can still be decided: it waits, or its answer certainly did not leave.
pub(super) fn ensure_undecided(record: &ForeignRequestRecord) -> Result<(), AlreadyAnswered> {
    let unsent = record.answer.as_ref().is_some_and(|answer| !answer.may_have_left);
    if record.state == RequestState::Waiting || (record.state == RequestState::Sending && unsent) {
        return Ok(());
    }
    let (number, state, return_to) = (record.number, record.state, record.return_to.clone());
    Err(AlreadyAnswered { number, state, return_to })
}

/// Who is claimed to ask while nothing is checked: the host the request is fetched from, if it can be one.
pub(super) fn claimed_host(link: &ForeignLink) -> Option<Sector> {
    ForeignHost::find_of(link.request_uri()).map(|host| host.as_sector().clone())
}
