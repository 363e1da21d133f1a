//! The person says no. To the shop it looks like any other end without an answer.
//!
//! The refusal is written down first: whatever happens on the way, nothing of this request is sent any more.

use passerby_protocol::proof::DpopProof;
use passerby_protocol::request::RequestLink;
use passerby_protocol::sector::Sector;
use passerby_relay_api::answer::AnswerBody;
use passerby_relay_api::{Connection, RelayClient};
use passerby_vault::RecordError;
use rand_core::CryptoRng;
use url::Url;

use crate::answered::AlreadyAnswered;
use crate::look::LookError;
use crate::records::{ActivityRecord, FetchedStatement, RequestState, What};
use crate::relay_trouble::RelayTrouble;
use crate::request::parse_key;
use crate::trouble::{Sent, Trouble};
use crate::wallet::Wallet;

/// How far a refusal reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Refusal {
    /// This request.
    #[default]
    ThisTime,
    /// Every request of this host from now on, if it was this host that asked: whoever merely claims a name must not have
    /// that name refused.
    Always,
}

/// A refusal that was written down.
#[derive(Debug)]
pub struct Declined {
    /// Which request.
    pub number: u32,
    /// Who is claimed to have asked.
    pub sector: Sector,
    /// Whether the shop's page was told, so that it need not wait.
    pub told: bool,
    /// Whether the host is always refused from now on.
    pub blocked: bool,
    /// Where the browser may go now: only when it leads to the shop itself.
    pub return_to: Option<Url>,
}

/// Why a request could not be declined. Nothing was sent by this.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclineError {
    /// There is no such request.
    #[error(transparent)]
    Look(LookError),
    /// It was answered before.
    #[error(transparent)]
    Answered(#[from] AlreadyAnswered),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for DeclineError {
    fn code(&self) -> &'static str {
        match self {
            Self::Look(error) => error.code(),
            Self::Answered(answered) => answered.code(),
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
            Self::Look(error) => error.next_step(),
            Self::Answered(answered) => answered.next_step(),
            Self::Vault(error) => error.next_step(),
        }
    }
}

impl Wallet {
    /// Refuses a request. The shop is not told why. A relay that cannot be reached makes no difference to the refusal.
    pub async fn decline(
        &self,
        number: Option<u32>,
        refusal: Refusal,
        rng: &mut impl CryptoRng,
    ) -> Result<Declined, DeclineError> {
        let _alone = self.answer_alone().await;
        let (id, mut record) = self.find_request(number).await.map_err(DeclineError::Look)?;
        self.ensure_undecided(&record).await?;
        let link = RequestLink::parse(&record.link).map_err(|_| RecordError::Shape { kind: "request" })?;
        let sector = link.claimed_sector().clone();

        let now = self.now();
        let mut batch = self.vault().batch();
        if let Some((outbox, unsent)) = self.find_unsent(record.number).await? {
            for id in [outbox, unsent.grant, unsent.receipt] {
                batch.remove(id);
            }
        }
        record.state = RequestState::Declined;
        batch.update(id, &record, rng)?;
        let entry =
            ActivityRecord { at: now, sector: sector.clone(), what: What::Declined, claims: Vec::new() };
        batch.insert(&entry, now.seconds(), rng)?;
        // It has a last moment for an answer since it was checked.
        let blocked = refusal == Refusal::Always && record.answer_by.is_some();
        if blocked {
            self.stage_block(&mut batch, &sector, rng).await?;
        }
        self.vault().write(batch).await?;

        let key = parse_key(&record.key)?;
        let told = self.tell(&link, &key, rng).await;
        let return_to = match &told {
            Ok(redirect_uri) => self.find_way_back(redirect_uri, &sector, record.statement.as_ref()),
            Err(_) => None,
        };
        Ok(Declined { number: record.number, sector, told: told.is_ok(), blocked, return_to })
    }

    /// `error=access_denied`, to the address that follows from the link: a request that does not hold can be declined too.
    async fn tell(
        &self,
        link: &RequestLink,
        key: &passerby_protocol::keys::SigningKey,
        rng: &mut impl CryptoRng,
    ) -> Result<String, Option<RelayTrouble>> {
        let relay = link.request_uri().issuer();
        let address = format!("{}{}", relay.response_prefix(), link.request_uri().id().as_str());
        let form = AnswerBody::refusal().to_form();
        let client = RelayClient::new(relay.clone(), Connection::open().map_err(|_| None)?);
        let now = self.now();
        let answered = client
            .answer(&address, form.as_bytes(), |method, url| DpopProof::make(method, url, key, now, rng))
            .await
            .map_err(|cause| Some(RelayTrouble::new(relay, cause)))?;
        Ok(answered.redirect_uri)
    }

    fn find_way_back(
        &self,
        redirect_uri: &str,
        sector: &Sector,
        statement: Option<&FetchedStatement>,
    ) -> Option<Url> {
        let to = Url::parse(redirect_uri).ok()?;
        let statement =
            passerby_protocol::verify::ParsedStatement::parse(&statement?.text, sector, self.now()).ok()?;
        statement.statement().allows_return_to(&to).then_some(to)
    }
}
