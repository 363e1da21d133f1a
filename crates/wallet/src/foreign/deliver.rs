//! Step 5 with a foreign verifier: the bytes that were written down go to it, and what it says is written down.
//!
//! ```text
//!            ┌── no connection ──────────▶ kept, certainly not sent: approve again, decline or retry
//! bytes ────▶├── broke, or nonsense ─────▶ kept, may have arrived: retry sends the same bytes
//!            ├── a no to the first ──────▶ not taken: waits again
//!            ├── a no to a later one ────▶ unclear
//!            └── 200 ────────────────────▶ sent
//! ```

use passerby_protocol::claim::ClaimName;
use passerby_protocol::foreign::ForeignHost;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_relay_api::client::VerifierClient;
use passerby_relay_api::{RelayError, Sent as Left};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;
use url::Url;

use super::trouble::HostTrouble;
use super::{ForeignApproveError, Trust};
use crate::kill_point;
use crate::records::{ActivityRecord, ForeignRequestRecord, RequestState, What};
use crate::trouble::Sent;
use crate::wallet::Wallet;

/// An answer that a foreign verifier took.
#[derive(Debug, Clone)]
pub struct ForeignDelivered {
    /// Which request it answered.
    pub number: u32,
    /// To whom.
    pub host: Sector,
    /// When the person agreed.
    pub given: Timestamp,
    /// The names of what was sent.
    pub claims: Vec<ClaimName>,
    /// Where the browser goes now, if the verifier said so and it leads to the same host.
    pub return_to: Option<Url>,
}

impl Wallet {
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
                let (number, given, claims) = (record.number, answer.given, answer.claims.clone());
                (What::Sent, Ok(ForeignDelivered { number, host: host.clone(), given, claims, return_to }))
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
                        (What::Unclear, Err(ForeignApproveError::Unclear(host.clone())))
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

fn word_of(cause: &RelayError) -> String {
    match cause {
        RelayError::Refused { word, .. } => word.clone(),
        _ => String::new(),
    }
}

/// A browser is sent to the host that asked and nowhere else.
pub(super) fn find_way_back(response_uri: &str, redirect_uri: Option<&str>) -> Option<Url> {
    let host = ForeignHost::find_of(&Url::parse(response_uri).ok()?)?;
    Url::parse(redirect_uri?).ok().filter(|to| host.allows_return_to(to))
}
