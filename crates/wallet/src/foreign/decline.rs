//! The person says no to a foreign verifier. It is told only if its request holds, and not why.

use passerby_protocol::sector::Sector;
use passerby_relay_api::client::VerifierClient;
use rand_core::CryptoRng;
use url::Url;

use super::deliver::find_way_back;
use super::{ForeignOpenError, Trust};
use crate::decline::Refusal;
use crate::records::{ActivityRecord, RequestState, What};
use crate::wallet::Wallet;

/// A refusal that was written down.
#[derive(Debug)]
pub struct ForeignDeclined {
    /// Which request.
    pub number: u32,
    /// Who asked, if it was checked.
    pub host: Option<Sector>,
    /// Whether the page was told, so that it need not wait.
    pub told: bool,
    /// Whether the host is always refused from now on.
    pub blocked: bool,
    /// Where the browser may go now.
    pub return_to: Option<Url>,
}

impl Wallet {
    /// Refuses a request of a foreign verifier. The refusal is written down first.
    pub async fn decline_foreign(
        &self,
        number: u32,
        refusal: Refusal,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignDeclined, ForeignOpenError> {
        let _alone = self.answer_alone().await;
        let (id, mut record) = self.find_foreign_record(number).await?;
        super::open::ensure_undecided(&record)?;
        let mut batch = self.vault().batch();
        record.state = RequestState::Declined;
        record.answer = None;
        batch.update(id, &record, rng)?;
        if let Some(sector) = record.host.clone() {
            let line = ActivityRecord { at: self.now(), sector, what: What::Declined, claims: Vec::new() };
            batch.insert(&line, self.now().seconds(), rng)?;
        }
        let blocked = record.host.as_ref().filter(|_| refusal == Refusal::Always);
        if let Some(host) = blocked {
            self.stage_block(&mut batch, host, rng).await?;
        }
        let blocked = blocked.is_some();
        self.vault().write(batch).await?;

        let told = self.tell_foreign(&record, trust).await;
        let return_to = told.as_ref().and_then(|(uri, redirect)| find_way_back(uri, redirect.as_deref()));
        Ok(ForeignDeclined { number, host: record.host, told: told.is_some(), blocked, return_to })
    }

    /// `error=access_denied` and the state: where to, and what came back.
    async fn tell_foreign(
        &self,
        record: &crate::records::ForeignRequestRecord,
        trust: &Trust,
    ) -> Option<(String, Option<String>)> {
        let request = self.certify_kept(record, trust)?;
        let form = refusal_form(request.state());
        let response_uri = request.response_uri().to_owned();
        let client = VerifierClient::new(trust.connect().ok()?);
        let redirect_uri = client.answer(&response_uri, form.as_bytes()).await.ok()?;
        Some((response_uri, redirect_uri))
    }
}

fn refusal_form(state: Option<&str>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("error", "access_denied");
    if let Some(state) = state {
        form.append_pair("state", state);
    }
    form.finish()
}
