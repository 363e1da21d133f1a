//! Step 2 with a foreign verifier: does the certificate hold, and does the host have a Statement it must obey?

use passerby_protocol::claim::ClaimName;
use passerby_protocol::foreign::{
    CertifiedRequest, Fetch, FetchMethod, ForeignLink, ForeignRefusal, ForeignRequest,
};
use passerby_relay_api::client::VerifierClient;
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;

use super::open::{claimed_host, ensure_undecided};
use super::trouble::HostTrouble;
use super::{ForeignOpenError, ForeignView, Trust};
use crate::records::{ActivityRecord, ForeignRequestRecord, PinRecord, What};
use crate::wallet::Wallet;

impl Wallet {
    /// Looks at a request of a foreign verifier that was opened before. Checks it again.
    pub async fn look_foreign(
        &self,
        number: u32,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignView, ForeignOpenError> {
        let (id, mut record) = self.find_foreign_record(number).await?;
        ensure_undecided(&record)?;
        let request = self.check_foreign(id, &mut record, trust, rng).await?;
        Ok(self.view_foreign(&record, &request).await?)
    }

    /// Checks a kept request as of now, and asks its host for a Statement each time: the answer must be fresh.
    pub(super) async fn check_foreign(
        &self,
        id: RecordId,
        record: &mut ForeignRequestRecord,
        trust: &Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignRequest, ForeignOpenError> {
        let link =
            ForeignLink::parse(&record.link).map_err(|_| RecordError::Shape { kind: "foreign_request" })?;
        let request = match self.certify(&link, record, trust) {
            Ok(request) => request,
            Err(CheckError::NotFetched) => return Err(ForeignOpenError::NotFetched),
            Err(CheckError::Refused(refused)) => {
                return Err(self.stop_foreign(id, record, &link, refused, rng).await);
            }
        };
        let host = request.host().clone();
        self.ensure_not_blocked(host.as_sector()).await??;
        let known = self.find_record(|pin: &PinRecord| pin.0.sector == *host.as_sector()).await?;
        let found = VerifierClient::new(trust.connect()?)
            .find_statement(&host)
            .await
            .map_err(|cause| HostTrouble::new(host.as_sector().as_str(), cause))
            .map_err(|trouble| ForeignOpenError::StatementUnreachable { trouble })?;
        let pin = known.as_ref().map(|(_, pin)| &pin.0);
        let request = match request.without_statement(found.as_deref(), pin) {
            Ok(request) => request,
            Err(refused) => return Err(self.stop_foreign(id, record, &link, refused, rng).await),
        };
        if record.host.is_none() {
            record.host = Some(host.as_sector().clone());
            record.answer_by = Some(request.answer_by());
            let claims: Vec<ClaimName> = request.asked().all().cloned().collect();
            let sector = host.as_sector().clone();
            let entry = ActivityRecord { at: self.now(), sector, what: What::Asked, claims };
            let mut batch = self.vault().batch();
            batch.update(id, record, rng)?;
            batch.insert(&entry, self.now().seconds(), rng)?;
            self.vault().write(batch).await?;
        }
        Ok(request)
    }

    /// The request as far as it holds now, for a refusal.
    pub(super) fn certify_kept(
        &self,
        record: &ForeignRequestRecord,
        trust: &Trust,
    ) -> Option<CertifiedRequest> {
        let link = ForeignLink::parse(&record.link).ok()?;
        self.certify(&link, record, trust).ok()
    }

    fn certify(
        &self,
        link: &ForeignLink,
        record: &ForeignRequestRecord,
        trust: &Trust,
    ) -> Result<CertifiedRequest, CheckError> {
        let fetched = record.fetched.as_ref().ok_or(CheckError::NotFetched)?;
        let by_post = link.method() == FetchMethod::Post;
        let fetch = Fetch { wallet_nonce: by_post.then_some(record.wallet_nonce.as_str()), at: fetched.at };
        CertifiedRequest::parse(link, &fetched.object, fetch, &trust.anchors, self.now())
            .map_err(CheckError::Refused)
    }

    /// Notes that a request was stopped. What was fetched is dropped, so that opening the link again starts afresh.
    async fn stop_foreign(
        &self,
        id: RecordId,
        record: &mut ForeignRequestRecord,
        link: &ForeignLink,
        refused: ForeignRefusal,
        rng: &mut impl CryptoRng,
    ) -> ForeignOpenError {
        record.fetched = None;
        let mut batch = self.vault().batch();
        let noted = batch.update(id, record, rng).and_then(|()| {
            let Some(sector) = record.host.clone().or_else(|| claimed_host(link)) else { return Ok(()) };
            let what = What::Stopped { refusal: refused.word().to_owned() };
            let entry = ActivityRecord { at: self.now(), sector, what, claims: Vec::new() };
            batch.insert(&entry, self.now().seconds(), rng).map(drop)
        });
        let written = match noted {
            Ok(()) => self.vault().write(batch).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => {
                ForeignOpenError::Refused { fetched_from: link.fetched_from().to_owned(), source: refused }
            }
            Err(error) => error.into(),
        }
    }
}

/// Why a request is not certified.
enum CheckError {
    NotFetched,
    Refused(ForeignRefusal),
}
