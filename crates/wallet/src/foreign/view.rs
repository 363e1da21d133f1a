//! What a person must be told about a foreign verifier before they decide. It is less than a shop says, and so are the words.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::foreign::ForeignRequest;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;

use crate::consent::Detail;
use crate::lookalike::Lookalike;
use crate::records::{ForeignRequestRecord, RequestState};
use crate::wallet::Wallet;

/// A checked request of a foreign verifier as people see it.
#[derive(Debug, Clone)]
pub struct ForeignView {
    /// What to call it.
    pub number: u32,
    /// The host that the certificate is for, and that the answer goes to.
    pub host: Sector,
    /// What the eye may miss about it.
    pub lookalike: Lookalike,
    /// Whether it is a program on this very computer.
    pub this_computer: bool,
    /// Details that it cannot do without.
    pub needed: Vec<Detail>,
    /// Details that are the person's choice.
    pub optional: Vec<Detail>,
    /// The last moment for an answer.
    pub answer_by: Timestamp,
    /// When something was last sent there; absent the first time.
    pub last_sent: Option<Timestamp>,
}

impl ForeignView {
    /// What was checked, and what nobody can check.
    #[must_use]
    pub fn checked(&self) -> String {
        format!(
            "Checked: this request has a certificate for {}. Not checked: who is behind it. It has published no keys of its own, so we cannot tell who reads your answer.",
            self.host
        )
    }

    /// What it does not say.
    #[must_use]
    pub const fn unsaid(&self) -> &'static str {
        "It does not say what for, how long it keeps your answer, or whom it passes it on to."
    }

    /// Whether another view offers the person the very same choice.
    pub(super) fn offers_the_same(&self, other: &Self) -> bool {
        let names =
            |details: &[Detail]| details.iter().map(|detail| detail.claim.clone()).collect::<Vec<_>>();
        self.host == other.host
            && names(&self.needed) == names(&other.needed)
            && names(&self.optional) == names(&other.optional)
    }
}

impl Wallet {
    pub(super) async fn view_foreign(
        &self,
        record: &ForeignRequestRecord,
        request: &ForeignRequest,
    ) -> Result<ForeignView, RecordError> {
        let saved = self.saved().await?;
        let now = self.now();
        let detail = |claim: &ClaimName| saved.detail(claim, now);
        let host = request.host().as_sector();
        let earlier = self.vault().list::<ForeignRequestRecord>().await?;
        let sent_there = earlier
            .iter()
            .map(|(_, record)| record)
            .filter(|record| record.state == RequestState::Sent && record.host.as_ref() == Some(host));
        Ok(ForeignView {
            number: record.number,
            host: host.clone(),
            lookalike: self.find_lookalike(host).await?,
            this_computer: request.host().is_development(),
            needed: request.asked().required.iter().flat_map(|part| &part.claims).map(detail).collect(),
            optional: request.asked().optional.iter().map(|optional| detail(&optional.claim)).collect(),
            answer_by: request.answer_by(),
            last_sent: sent_there
                .filter_map(|record| record.answer.as_ref())
                .map(|answer| answer.given)
                .max(),
        })
    }
}
