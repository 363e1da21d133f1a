//! Steps 3 and 4 with a foreign verifier: the person said yes; seal, write down.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::consent::ConsentRefusal;
use passerby_protocol::seal::SealError;
use passerby_protocol::sector::Sector;
use passerby_relay_api::ConnectionError;
use passerby_vault::RecordError;
use rand_core::CryptoRng;

use super::trouble::HostTrouble;
use super::{ForeignDelivered, ForeignOpenError, ForeignView, Trust};
use crate::attributes::{AttributeError, check_value};
use crate::consent::{Answer, ChoiceError, choose, going};
use crate::kill_point;
use crate::records::{ActivityRecord, ForeignOutbox, RequestState, What};
use crate::trouble::{Sent, Trouble};
use crate::wallet::Wallet;
use crate::who_knows::sources_of;

/// Why an approved request did not end in an answer that was taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignApproveError {
    // Nothing was sent.
    /// It cannot be shown, or no longer.
    #[error(transparent)]
    Open(#[from] ForeignOpenError),
    /// Each verifier sees one name; there is no other.
    #[error("{0} asks by a certificate. It cannot be answered as a stranger.")]
    Stranger(Sector),
    /// It asks for something else than was shown.
    #[error("What {0} asks for has changed since you looked.")]
    Changed(Sector),
    /// A needed detail has no value, one was named that was not asked for, or none was chosen.
    #[error("{}", consent_sentence(.0))]
    Consent(#[from] ConsentRefusal),
    /// A value was named that is not there.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Something very personal would go to somebody of whom only a certificate is known.
    #[error("Very personal: {}. It does not go to whoever has only a certificate.", names(.0))]
    Sensitive(Vec<ClaimName>),
    /// A value that was typed on the spot cannot be sent.
    #[error(transparent)]
    Value(#[from] AttributeError),
    /// The answer could not be sealed.
    #[error("The answer could not be sealed: {0}.")]
    Seal(#[from] SealError),

    // The answer is written down.
    /// It was not taken.
    #[error("{trouble}")]
    Send {
        /// What happened.
        #[source]
        trouble: HostTrouble,
        /// What that means for the bytes.
        sent: Sent,
    },
    /// An earlier attempt may have been taken, and nothing more can be found out.
    #[error("Nobody can tell whether {0} took your answer: an earlier attempt may have.")]
    Unclear(Sector),
    /// Connections cannot be made on this computer. The answer is written down.
    #[error("The connection could not be set up.")]
    Connection(#[from] ConnectionError),
    /// The vault could not be read or written.
    #[error(transparent)]
    Vault(#[from] RecordError),
}

impl Trouble for ForeignApproveError {
    fn return_to(&self) -> Option<&str> {
        match self {
            Self::Open(error) => error.return_to(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Stranger(_) => "no-stranger",
            Self::Changed(_) => "changed",
            Self::Consent(ConsentRefusal::NotOffered(_)) => "not-asked-for",
            Self::Consent(ConsentRefusal::Nothing) => "nothing-chosen",
            Self::Consent(_) => "value-missing",
            Self::Choice(error) => error.code(),
            Self::Sensitive(_) => "sensitive",
            Self::Value(error) => error.code(),
            Self::Seal(_) => "seal",
            Self::Send { trouble, .. } => trouble.code(),
            Self::Unclear(_) => "unclear",
            Self::Connection(_) => "no-connection",
            Self::Vault(error) => error.code(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::Open(error) => error.sent(),
            Self::Send { sent, .. } => *sent,
            // A vault that fails here may fail after the bytes were written down, perhaps after they were sent.
            Self::Vault(_) | Self::Connection(_) | Self::Unclear(_) => Sent::Maybe,
            _ => Sent::Nothing,
        }
    }

    /// A relay answers the same bytes the same; a verifier promises nothing.
    fn sent_sentence(&self) -> &'static str {
        match self.sent() {
            Sent::Maybe if matches!(self, Self::Unclear(_)) => "",
            Sent::Maybe => "It may have arrived. Trying again sends the same once more, and nothing else.",
            other => other.sentence(),
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Open(error) => error.next_step(),
            Self::Stranger(_) => "It knows you under a name that nobody else sees.",
            Self::Changed(_) => "Look again.",
            Self::Consent(ConsentRefusal::Missing(_)) => "Save it with `passerby set`, and approve again.",
            Self::Consent(_) => "Name details that the request lists as your choice.",
            Self::Send { sent: Sent::NotTaken, trouble } => trouble.next_step(),
            Self::Send { .. } | Self::Connection(_) => "Run `passerby retry`.",
            Self::Unclear(_) => "Ask there whether it arrived.",
            Self::Vault(error) => error.next_step(),
            Self::Choice(error) => error.next_step(),
            Self::Sensitive(_) => "Save another value for it, or refuse.",
            Self::Value(_) | Self::Seal(_) => "",
        }
    }
}

fn names(claims: &[ClaimName]) -> String {
    claims.iter().map(ClaimName::as_str).collect::<Vec<_>>().join(", ")
}

fn consent_sentence(refused: &ConsentRefusal) -> String {
    match refused {
        ConsentRefusal::Missing(claim) => format!("{claim} is to be sent, and you have not saved it yet."),
        ConsentRefusal::NotOffered(claim) => format!("{claim} was not asked for."),
        _ => "Nothing was chosen, and nothing is needed.".to_owned(),
    }
}

impl Wallet {
    /// Sends what `view` showed and `answer` chose, and nothing else. Once, unless the first answer certainly never left.
    pub async fn approve_foreign(
        &self,
        view: &ForeignView,
        answer: &Answer,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignDelivered, ForeignApproveError> {
        if answer.as_stranger {
            return Err(ForeignApproveError::Stranger(view.host.clone()));
        }
        let _alone = self.answer_alone().await;
        for (claim, value) in &answer.typed {
            check_value(claim, value)?;
        }
        let (id, mut record) =
            self.find_foreign_record(view.number).await.map_err(ForeignOpenError::Vault)?;
        super::open::ensure_undecided(&record).map_err(ForeignOpenError::Answered)?;
        let request = self.check_foreign(id, &mut record, trust, rng).await?;
        let seen_now = self.view_foreign(&record, &request).await.map_err(ForeignOpenError::Vault)?;
        if !view.offers_the_same(&seen_now) {
            return Err(ForeignApproveError::Changed(view.host.clone()));
        }
        // As saved now: what was marked while the person was deciding counts too.
        let goes = [
            going(&view.needed, &view.optional, &[], answer)?,
            going(&seen_now.needed, &seen_now.optional, &[], answer)?,
        ];
        let sensitive: Vec<_> =
            goes.into_iter().flatten().filter(|going| going.sensitive).map(|going| going.claim).collect();
        if !sensitive.is_empty() {
            return Err(ForeignApproveError::Sensitive(sensitive));
        }
        let response_uri = request.response_uri().to_owned();
        let grant = request.consent(&choose(&view.needed, &view.optional, &[], answer)?)?;
        let root = self.root(rng).await.map_err(ForeignOpenError::Vault)?;
        let sealed = grant.seal(&root, self.now(), rng)?;

        let form = passerby_relay_api::answer::AnswerBody {
            response: Some(sealed.jwe),
            grant_claim: None,
            consent_receipt: None,
            error: None,
        };
        let goes = going(&view.needed, &view.optional, &[], answer)?;
        let saved = self.saved().await.map_err(ForeignOpenError::Vault)?;
        let sources = sources_of(&goes, &answer.keep, &saved, self.now());
        record.state = RequestState::Sending;
        record.answer = Some(ForeignOutbox {
            response_uri,
            form: form.to_form(),
            claims: sealed.claims.clone(),
            sources: Some(sources),
            given: self.now(),
            may_have_left: true,
        });
        let mut batch = self.vault().batch();
        batch.update(id, &record, rng)?;
        let line = ActivityRecord {
            at: self.now(),
            sector: view.host.clone(),
            what: What::Approved,
            claims: sealed.claims.clone(),
        };
        batch.insert(&line, self.now().seconds(), rng)?;
        self.stage_kept(&mut batch, answer, &sealed.claims, rng).await?;
        self.vault().write(batch).await?;
        kill_point!("foreign-written");
        self.send_foreign(id, record, false, trust, rng).await
    }
}
