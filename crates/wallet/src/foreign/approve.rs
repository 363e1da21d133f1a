//! Steps 3 to 5 with a foreign verifier: the person said yes; seal, write down, send.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::consent::ConsentRefusal;
use passerby_protocol::seal::SealError;
use passerby_protocol::sector::Sector;
use passerby_relay_api::client::VerifierClient;
use passerby_relay_api::{ConnectionError, Sent as Left};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;
use url::Url;

use super::trouble::HostTrouble;
use super::{ForeignOpenError, ForeignView, Trust};
use crate::attributes::{AttributeError, check_value};
use crate::consent::{Answer, ChoiceError, choose, going};
use crate::kill_point;
use crate::records::{ActivityRecord, ForeignOutbox, ForeignRequestRecord, RequestState, What};
use crate::trouble::{Sent, Trouble};
use crate::wallet::Wallet;

/// An answer that a foreign verifier took.
#[derive(Debug, Clone)]
pub struct ForeignDelivered {
    /// Which request it answered.
    pub number: u32,
    /// To whom.
    pub host: Sector,
    /// The names of what was sent.
    pub claims: Vec<ClaimName>,
    /// Where the browser goes now, if the verifier said so and it leads to the same host.
    pub return_to: Option<Url>,
}

/// Why an approved request did not end in an answer that was taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignApproveError {
    // Nothing was sent.
    /// It cannot be shown, or no longer.
    #[error(transparent)]
    Open(#[from] ForeignOpenError),
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
            Self::Changed(_) => "changed",
            Self::Consent(ConsentRefusal::NotOffered(_)) => "not-asked-for",
            Self::Consent(ConsentRefusal::Nothing) => "nothing-chosen",
            Self::Consent(_) => "value-missing",
            Self::Choice(error) => error.code(),
            Self::Sensitive(_) => "sensitive",
            Self::Value(error) => error.code(),
            Self::Seal(_) => "seal",
            Self::Send { trouble, .. } => trouble.code(),
            Self::Connection(_) => "no-connection",
            Self::Vault(error) => error.code(),
        }
    }

    fn sent(&self) -> Sent {
        match self {
            Self::Open(error) => error.sent(),
            Self::Send { sent, .. } => *sent,
            // A vault that fails here may fail after the bytes were written down, perhaps after they were sent.
            Self::Vault(_) | Self::Connection(_) => Sent::Maybe,
            _ => Sent::Nothing,
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Open(error) => error.next_step(),
            Self::Changed(_) => "Look again.",
            Self::Consent(ConsentRefusal::Missing(_)) => "Save it with `passerby set`, and approve again.",
            Self::Consent(_) => "Name details that the request lists as your choice.",
            Self::Send { sent: Sent::NotTaken, trouble } => trouble.next_step(),
            Self::Send { .. } | Self::Connection(_) => "Run `passerby retry`.",
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
            going(&view.needed, &view.optional, answer)?,
            going(&seen_now.needed, &seen_now.optional, answer)?,
        ];
        let sensitive: Vec<_> =
            goes.into_iter().flatten().filter(|going| going.sensitive).map(|going| going.claim).collect();
        if !sensitive.is_empty() {
            return Err(ForeignApproveError::Sensitive(sensitive));
        }
        let response_uri = request.response_uri().to_owned();
        let grant = request.consent(&choose(&view.needed, &view.optional, answer)?)?;
        let root = self.root(rng).await.map_err(ForeignOpenError::Vault)?;
        let sealed = grant.seal(&root, self.now(), rng)?;

        let form = passerby_relay_api::answer::AnswerBody {
            response: Some(sealed.jwe),
            grant_claim: None,
            consent_receipt: None,
            error: None,
        };
        record.state = RequestState::Sending;
        record.answer = Some(ForeignOutbox {
            response_uri,
            form: form.to_form(),
            claims: sealed.claims.clone(),
            given: self.now(),
            may_have_left: true,
        });
        let mut batch = self.vault().batch();
        batch.update(id, &record, rng)?;
        let line = ActivityRecord {
            at: self.now(),
            sector: view.host.clone(),
            what: What::Approved,
            claims: sealed.claims,
        };
        batch.insert(&line, self.now().seconds(), rng)?;
        self.vault().write(batch).await?;
        kill_point!("foreign-written");
        self.send_foreign(id, record, false, trust, rng).await
    }

    /// Sends what is written down; `earlier` says that an attempt before this one may have arrived.
    pub(super) async fn send_foreign(
        &self,
        id: RecordId,
        mut record: ForeignRequestRecord,
        earlier: bool,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignDelivered, ForeignApproveError> {
        let shape = || RecordError::Shape { kind: "foreign_request" };
        let host = record.host.clone().ok_or_else(shape)?;
        let mut answer = record.answer.clone().ok_or_else(shape)?;
        if !answer.may_have_left {
            answer.may_have_left = true;
            record.answer = Some(answer.clone());
            self.vault().update(id, &record, rng).await?;
        }
        tracing::debug!(step = "deliver", foreign = true, again = earlier, "sending");
        let client = VerifierClient::new(trust.connect()?);
        let taken = client.answer(&answer.response_uri, answer.form.as_bytes()).await;
        kill_point!("foreign-sent");
        let (what, result) = match taken {
            Ok(redirect_uri) => {
                let return_to = find_way_back(&answer.response_uri, redirect_uri.as_deref());
                record.state = RequestState::Sent;
                record.return_to = return_to.as_ref().map(ToString::to_string);
                record.fetched = None;
                answer.form.clear();
                let claims = answer.claims.clone();
                (
                    What::Sent,
                    Ok(ForeignDelivered { number: record.number, host: host.clone(), claims, return_to }),
                )
            }
            Err(cause) => {
                let (left, word) = (cause.sent(), word_of(&cause));
                let trouble = HostTrouble::new(host.as_str(), cause);
                match left {
                    Left::No if !earlier => {
                        answer.may_have_left = false;
                        record.answer = Some(answer);
                        self.vault().update(id, &record, rng).await?;
                        return Err(ForeignApproveError::Send { trouble, sent: Sent::Nothing });
                    }
                    Left::Yes if !earlier => {
                        // It had the bytes in its hands; the request waits again until it runs out.
                        record.state = RequestState::Waiting;
                        answer.form.clear();
                        (
                            What::NotTaken { reason: word },
                            Err(ForeignApproveError::Send { trouble, sent: Sent::NotTaken }),
                        )
                    }
                    // A verifier that took the first attempt may well refuse a second: nobody can tell any more.
                    Left::Yes => {
                        record.state = RequestState::Unclear;
                        answer.form.clear();
                        (What::Unclear, Err(ForeignApproveError::Send { trouble, sent: Sent::Maybe }))
                    }
                    Left::No | Left::Perhaps => {
                        return Err(ForeignApproveError::Send { trouble, sent: Sent::Maybe });
                    }
                }
            }
        };
        let claims = answer.claims.clone();
        record.answer = Some(answer);
        let mut batch = self.vault().batch();
        batch.update(id, &record, rng)?;
        batch.insert(
            &ActivityRecord { at: self.now(), sector: host, what, claims },
            self.now().seconds(),
            rng,
        )?;
        self.vault().write(batch).await?;
        result
    }
}

fn word_of(cause: &passerby_relay_api::RelayError) -> String {
    match cause {
        passerby_relay_api::RelayError::Refused { word, .. } => word.clone(),
        _ => String::new(),
    }
}

/// A browser is sent to the host that asked and nowhere else.
pub(super) fn find_way_back(response_uri: &str, redirect_uri: Option<&str>) -> Option<Url> {
    let host = passerby_protocol::foreign::ForeignHost::find_of(&Url::parse(response_uri).ok()?)?;
    Url::parse(redirect_uri?).ok().filter(|to| host.allows_return_to(to))
}
