//! What a delivery comes to: confirmed, kept for a retry, not taken, or unclear.

use passerby_protocol::keys::RelayKeys;
use passerby_protocol::passport::RelayReceipt;
use passerby_relay_api::answer::AnsweredBody;
use passerby_relay_api::problem::Problem;
use passerby_relay_api::{RelayError, Sent as Left};
use passerby_vault::{RecordError, RecordId};
use rand_core::CryptoRng;
use url::Url;

use crate::deliver::{Delivered, SendError};
use crate::kill_point;
use crate::records::{
    ActivityRecord, GrantRecord, GrantState, OutboxRecord, ReceiptRecord, RequestRecord, RequestState, What,
};
use crate::relay_trouble::{RelayTrouble, host_of};
use crate::stranger::REGULAR;
use crate::trouble::Sent;
use crate::wallet::Wallet;

impl Wallet {
    /// The relay answered: believed only if it confirms exactly what was sent and leads back to the shop.
    pub(crate) async fn confirm(
        &self,
        id: RecordId,
        outbox: OutboxRecord,
        answered: &AnsweredBody,
        fresh_keys: Option<&RelayKeys>,
        rng: &mut impl CryptoRng,
    ) -> Result<Delivered, SendError> {
        let relay = || host_of(&outbox.relay).to_owned();
        let (Some(grant_id), Some(receipt)) = (&answered.grant_id, &answered.relay_receipt) else {
            return Err(SendError::Receipt { relay: relay() });
        };
        let (release, claim) = (&outbox.release_sha256, &outbox.passerby_claim);
        let holds = |keys: &RelayKeys| {
            RelayReceipt::check(receipt, keys, &outbox.response_uri, release, claim, grant_id).is_ok()
        };
        if !holds(&outbox.relay_keys) && !fresh_keys.is_some_and(holds) {
            return Err(SendError::Receipt { relay: relay() });
        }
        let return_to =
            Url::parse(&answered.redirect_uri).ok().filter(|to| outbox.statement.allows_return_to(to));
        let Some(mut return_to) = return_to else {
            return Err(SendError::Redirect { relay: relay(), sector: outbox.sector });
        };
        return_to.query_pairs_mut().append_pair("passerby_claim", claim);
        kill_point!("deliver-checked");

        let now = self.now();
        let mut batch = self.vault().batch();
        batch.remove(id);
        let (mut claims, mut key_number) = (Vec::new(), REGULAR);
        if let Some(mut grant) = self.vault().load::<GrantRecord>(outbox.grant).await? {
            claims.clone_from(&grant.claims);
            key_number = grant.key_number;
            grant.state = GrantState::Sent;
            grant.grant_id = Some(grant_id.clone());
            batch.update(outbox.grant, &grant, rng)?;
        }
        if let Some(mut kept) = self.vault().load::<ReceiptRecord>(outbox.receipt).await? {
            kept.relay = Some(receipt.clone());
            batch.update(outbox.receipt, &kept, rng)?;
        }
        if let Some(mut request) = self.vault().load::<RequestRecord>(outbox.request).await? {
            request.state = RequestState::Sent;
            request.return_to = Some(return_to.as_str().to_owned());
            batch.update(outbox.request, &request, rng)?;
        }
        let line = ActivityRecord {
            at: now,
            sector: outbox.sector.clone(),
            what: What::Sent,
            claims: claims.clone(),
        };
        batch.insert(&line, now.seconds(), rng)?;
        if key_number == REGULAR {
            self.want_self_copy(&mut batch, &outbox.sector, &outbox.relay, rng).await?;
        }
        self.vault().write(batch).await?;
        kill_point!("deliver-confirmed");
        let grant_id = grant_id.clone();
        Ok(Delivered { number: outbox.number, sector: outbox.sector, grant_id, claims, return_to })
    }

    /// The relay did not confirm: what that means for the bytes depends on whether any attempt may have arrived.
    pub(crate) async fn settle_failure(
        &self,
        id: RecordId,
        mut outbox: OutboxRecord,
        cause: RelayError,
        earlier: bool,
        rng: &mut impl CryptoRng,
    ) -> SendError {
        let relay = outbox.relay.clone();
        let trouble = |cause| RelayTrouble::new(&relay, cause);
        let settled = match (cause.sent(), cause.problem()) {
            (Left::No, _) if earlier => {
                return SendError::NotSent { trouble: trouble(cause), sent: Sent::Maybe };
            }
            (Left::No, _) => {
                outbox.may_have_left = false;
                self.vault().update(id, &outbox, rng).await
            }
            (Left::Perhaps, _) => return SendError::Unsure(trouble(cause)),
            // An honest relay that knows the request answers the same bytes the same: only this word leaves it open.
            (Left::Yes, Some(Problem::NotFound)) if earlier => self.give_up(id, &outbox, rng).await,
            // A wrong clock, or a word of a later revision, says nothing about the earlier attempt.
            (Left::Yes, Some(Problem::WalletProof) | None) if earlier => {
                return SendError::Unsure(trouble(cause));
            }
            (Left::Yes, _) => self.note_not_taken(id, &outbox, trouble_word(&cause), rng).await,
        };
        if let Err(error) = settled {
            return SendError::Vault(error);
        }
        match (cause.sent(), cause.problem()) {
            (Left::No, _) => SendError::NotSent { trouble: trouble(cause), sent: Sent::Nothing },
            (_, Some(Problem::NotFound)) if earlier => SendError::Lost { relay: host_of(&relay).to_owned() },
            _ => SendError::Refused(trouble(cause)),
        }
    }

    /// The relay says that it did not take it. The bytes were in its hands, so grant and receipt stay in the list under
    /// that word; the request waits again (until it runs out).
    async fn note_not_taken(
        &self,
        id: RecordId,
        outbox: &OutboxRecord,
        reason: String,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let ends = (GrantState::NotTaken, RequestState::Waiting, What::NotTaken { reason });
        self.close(id, outbox, ends, rng).await
    }

    /// Nobody can tell any more: the grant stays in the list, as unclear.
    async fn give_up(
        &self,
        id: RecordId,
        outbox: &OutboxRecord,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        self.close(id, outbox, (GrantState::Unclear, RequestState::Unclear, What::Unclear), rng).await
    }

    /// The outbox is done with; grant, request and log say how.
    async fn close(
        &self,
        id: RecordId,
        outbox: &OutboxRecord,
        (of_grant, of_request, what): (GrantState, RequestState, What),
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let mut batch = self.vault().batch();
        batch.remove(id);
        let mut claims = Vec::new();
        if let Some(mut grant) = self.vault().load::<GrantRecord>(outbox.grant).await? {
            claims.clone_from(&grant.claims);
            grant.state = of_grant;
            batch.update(outbox.grant, &grant, rng)?;
        }
        if let Some(mut request) = self.vault().load::<RequestRecord>(outbox.request).await? {
            request.state = of_request;
            batch.update(outbox.request, &request, rng)?;
        }
        let now = self.now();
        let line = ActivityRecord { at: now, sector: outbox.sector.clone(), what, claims };
        batch.insert(&line, now.seconds(), rng)?;
        self.vault().write(batch).await
    }
}

fn trouble_word(cause: &RelayError) -> String {
    match cause {
        RelayError::Refused { word, .. } => word.clone(),
        _ => String::new(),
    }
}
