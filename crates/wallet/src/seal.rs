//! Step 4, seal: the person said yes. Checks once more, seals, and writes the exact bytes down before anything is sent.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::consent::ConsentRefusal;
use passerby_protocol::keys::PairwiseKey;
use passerby_protocol::seal::{SealError, SealedRelease};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::{Statement, VerifiedRequest};
use passerby_relay_api::answer::AnswerBody;
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use crate::answered::AlreadyAnswered;
use crate::attributes::{AttributeError, check_value};
use crate::consent::{Answer, ChoiceError, Going, RequestView, kept_until};
use crate::deliver::{Attempt, Delivered, SendError};
use crate::kill_point;
use crate::look::LookError;
use crate::passport::PassportError;
use crate::records::{
    ActivityRecord, GrantRecord, GrantState, OutboxRecord, ReceiptRecord, RequestRecord, RequestState,
    Sources, What,
};
use crate::request::parse_key;
use crate::stranger::{BegunAsAnother, REGULAR};
use crate::trouble::{Sent, Trouble};
use crate::verify::{Checked, VerifyError};
use crate::wallet::Wallet;
use crate::who_knows::sources_of;

/// Why an approved request did not end in a confirmed delivery.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApproveError {
    // Nothing was sent.
    /// There is no such request.
    #[error(transparent)]
    Look(LookError),
    /// It was answered before.
    #[error(transparent)]
    Answered(#[from] AlreadyAnswered),
    /// It does not hold any more.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// What the shop may ask for changed while the person was deciding.
    #[error("What {0} may ask for has changed since you looked.")]
    Changed(Sector),
    /// A needed detail has no value, or one was named that was not asked for.
    #[error("{}", consent_sentence(.0))]
    Consent(#[from] ConsentRefusal),
    /// A value that was typed on the spot cannot be sent.
    #[error(transparent)]
    Value(#[from] AttributeError),
    /// A value was named that is not there.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Something sensitive would go, and the passphrase was not typed for it.
    #[error("{}", unconfirmed_sentence(.0))]
    Unconfirmed(Vec<ClaimName>),
    /// It was begun under another pseudonym.
    #[error(transparent)]
    Begun(#[from] BegunAsAnother),
    /// There is no passport.
    #[error(transparent)]
    Passport(#[from] PassportError),
    /// The answer could not be sealed.
    #[error("The answer could not be sealed: {0}.")]
    Seal(#[from] SealError),
    /// The key for this shop could not be derived.
    #[error("The key for this shop could not be made.")]
    Key,
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),

    // The answer is written down.
    /// It was not confirmed.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl Trouble for ApproveError {
    fn return_to(&self) -> Option<&str> {
        match self {
            Self::Answered(answered) => answered.return_to(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Look(error) => error.code(),
            Self::Answered(answered) => answered.code(),
            Self::Verify(error) => error.code(),
            Self::Changed(_) => "changed",
            Self::Consent(ConsentRefusal::NotOffered(_)) => "not-asked-for",
            Self::Consent(_) => "value-missing",
            Self::Value(error) => error.code(),
            Self::Choice(error) => error.code(),
            Self::Unconfirmed(_) => "passphrase-needed",
            Self::Begun(begun) => begun.code(),
            Self::Passport(error) => error.code(),
            Self::Seal(_) | Self::Key => "seal",
            Self::Vault(error) => error.code(),
            Self::Send(error) => error.code(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::Answered(answered) => answered.sent(),
            Self::Send(error) => error.sent(),
            _ => Sent::Nothing,
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Look(error) => error.next_step(),
            Self::Answered(answered) => answered.next_step(),
            Self::Verify(error) => error.next_step(),
            Self::Changed(_) => "Look again.",
            Self::Consent(ConsentRefusal::NotOffered(_)) => {
                "Name only details that the request lists as your choice."
            }
            Self::Choice(error) => error.next_step(),
            Self::Unconfirmed(_) => "To send this, give your passphrase.",
            Self::Consent(_) => "Save it with `passerby set`, and approve again.",
            Self::Begun(begun) => begun.next_step(),
            Self::Passport(error) => error.next_step(),
            Self::Vault(error) => error.next_step(),
            Self::Send(error) => error.next_step(),
            Self::Value(_) | Self::Seal(_) | Self::Key => "",
        }
    }
}

fn consent_sentence(refused: &ConsentRefusal) -> String {
    match refused {
        ConsentRefusal::Missing(claim) => format!("{claim} is to be sent, and you have not saved it yet."),
        ConsentRefusal::NotOffered(claim) => format!("The shop did not ask for {claim}."),
        other => format!("The choice does not answer the request: {other}."),
    }
}

fn unconfirmed_sentence(claims: &[ClaimName]) -> String {
    let names = claims.iter().map(ClaimName::as_str).collect::<Vec<_>>().join(", ");
    format!("Very personal: {names}. It goes only after you typed your passphrase for it.")
}

impl Wallet {
    /// Sends what `view` showed and `answer` chose, and nothing else. Once: a second approval of the same request is
    /// refused, unless the first certainly never left.
    pub async fn approve(
        &self,
        view: &RequestView,
        answer: &Answer,
        rng: &mut impl CryptoRng,
    ) -> Result<Delivered, ApproveError> {
        let _alone = self.answer_alone().await;
        for (claim, value) in &answer.typed {
            check_value(claim, value)?;
        }
        let (id, mut record) = self.find_request(Some(view.number)).await.map_err(ApproveError::Look)?;
        self.ensure_undecided(&record).await?;
        let checked = self.check(id, &mut record, rng).await?;
        let fresh = self.view(&record, &checked.request).await?;
        if !view.offers_the_same(&fresh) {
            return Err(ApproveError::Changed(view.sector.clone()));
        }
        // Asked before the relay is: a missing value must not cost a passport.
        let choice = view.choice(answer)?;
        self.ensure_confirmed(view, &fresh, answer)?;
        checked.request.clone().consent(&choice)?;

        // Only now, after all checks, is a key for this sector derived.
        let root = self.root(rng).await?;
        let number = self.choose_key(id, &mut record, answer.as_stranger, rng).await??;
        let key =
            PairwiseKey::derive(&root, checked.request.sector(), number).map_err(|_| ApproveError::Key)?;
        let passport = self.fetch_passport(&checked, &key, &parse_key(&record.key)?, rng).await?;
        let grant = checked.request.clone().consent(&choice)?;
        let sealed = SealedRelease::seal(grant, &passport, &key, self.now(), rng)?;
        kill_point!("approve-sealed");
        let outbox = self
            .write_down((id, record), &checked, (&sealed, &key), (answer, &view.going(answer)?), rng)
            .await?;
        kill_point!("approve-written");
        Ok(self.send(outbox, Attempt::First, rng).await?)
    }

    /// Grant, receipt, exact bytes, what is kept of the typed values, and the request's new state: in one write, on the disk before anything is sent.
    async fn write_down(
        &self,
        (request, mut record): (RecordId, RequestRecord),
        checked: &Checked,
        (sealed, key): (&SealedRelease, &PairwiseKey),
        (answer, going): (&Answer, &[Going]),
        rng: &mut impl CryptoRng,
    ) -> Result<RecordId, RecordError> {
        let now = self.now();
        let mut batch = self.vault().batch();
        if let Some((old, unsent)) = self.find_unsent(record.number).await? {
            for id in [old, unsent.grant, unsent.receipt] {
                batch.remove(id);
            }
        }
        let sources = sources_of(going, &answer.keep, &self.saved().await?, now);
        let whom = (record.key_number.unwrap_or(REGULAR), key.user_ref());
        let grant = grant_of(&checked.request, sealed, sources, whom, now);
        let grant = batch.insert(&grant, now.seconds(), rng)?;
        let receipt = ReceiptRecord { grant, consent: sealed.consent_receipt.clone(), relay: None };
        let receipt = batch.insert(&receipt, now.seconds(), rng)?;
        record.state = RequestState::Sending;
        let outbox = OutboxRecord {
            request,
            grant,
            receipt,
            number: record.number,
            sector: checked.request.sector().clone(),
            relay: checked.request.relay().clone(),
            relay_keys: checked.keys.clone(),
            statement: Statement::clone(checked.request.statement()),
            response_uri: checked.request.response_uri().to_owned(),
            form: form_of(sealed),
            release_sha256: sealed.release_sha256(),
            passerby_claim: sealed.passerby_claim(),
            key: record.key.clone(),
            may_have_left: true,
        };
        let outbox = batch.insert(&outbox, now.seconds(), rng)?;
        batch.update(request, &record, rng)?;
        let sector = checked.request.sector().clone();
        let line = ActivityRecord { at: now, sector, what: What::Approved, claims: sealed.claims.clone() };
        batch.insert(&line, now.seconds(), rng)?;
        self.stage_kept(&mut batch, answer, &sealed.claims, rng).await?;
        self.vault().write(batch).await?;
        Ok(outbox)
    }
}

fn grant_of(
    request: &VerifiedRequest,
    sealed: &SealedRelease,
    sources: Sources,
    (key_number, user_ref): (u32, String),
    now: Timestamp,
) -> GrantRecord {
    GrantRecord {
        sector: request.sector().clone(),
        relay: request.relay().clone(),
        claims: sealed.claims.clone(),
        sources: Some(sources),
        asked: Some(request.offered().cloned().collect()),
        terms: request.terms().clone(),
        terms_hash: request.terms_text().hash(),
        key_number,
        user_ref,
        given: now,
        kept_until: kept_until(request.terms(), now),
        release_sha256: sealed.release_sha256(),
        state: GrantState::Sending,
        grant_id: None,
        openings: Vec::new(),
    }
}

/// The body of the answer, byte for byte.
fn form_of(sealed: &SealedRelease) -> String {
    let body = AnswerBody {
        response: Some(sealed.jwe.clone()),
        grant_claim: Some(sealed.grant_claim.clone()),
        consent_receipt: Some(sealed.consent_receipt.clone()),
        error: None,
    };
    body.to_form()
}
