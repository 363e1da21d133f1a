//! The self-copy: after each delivery the wallet leaves a sealed copy of what stands at the relay, so that whoever has
//! nothing but the 24 words can meet the shop again and see what they gave it (docs/protocol.md section 14).
//!
//! ```text
//! deliver ──▶ due (in the vault, with the grant) ──leave──▶ relay ──▶ confirmed
//!                         └── anything goes wrong: still due, and nobody is disturbed
//! ```
//!
//! What was given as a stranger is in no copy: the words bring back the regular pseudonym alone.
//!
//! What it must never do: put a value into a copy; tell one relay about two shops at the same moment; replace a pin that
//! is known by one from a copy; hold up or fail a delivery.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{PairwiseKey, RootSecret};
use passerby_protocol::proof::DpopProof;
use passerby_protocol::sector::Sector;
use passerby_protocol::self_copy::{CopiedGrant, CopiedState, SealedCopy, SelfCopy};
use passerby_relay_api::problem::Problem;
use passerby_relay_api::self_copy::SelfCopyBody;
use passerby_relay_api::{Connection, RelayClient, RelayError};
use passerby_vault::{Batch, RecordError, RecordId};
use rand_core::CryptoRng;

use crate::records::{GrantRecord, GrantState, PinRecord, SelfCopyRecord};
use crate::stranger::REGULAR;
use crate::wallet::Wallet;

/// A relay that claims a number beyond this does not tell the truth: no person agrees so often.
const HIGHEST_BELIEVABLE: u64 = 1 << 40;

/// What became of the copies that were due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopiesLeft {
    /// Confirmed by their relays.
    pub left: usize,
    /// Still due: the relay was down, or said no.
    pub due: usize,
}

impl Wallet {
    /// Leaves the self-copies that are due, each over a connection of its own; with `only`, that of one shop, right after
    /// something was delivered to it. What goes wrong is tried again the next time and disturbs nobody.
    pub async fn leave_self_copies(
        &self,
        only: Option<&Sector>,
        rng: &mut impl CryptoRng,
    ) -> Result<CopiesLeft, RecordError> {
        let _alone = self.copy_alone().await;
        let mut copies = CopiesLeft::default();
        for (id, record) in self.vault().list::<SelfCopyRecord>().await? {
            if !record.is_due() || only.is_some_and(|only| *only != record.sector) {
                continue;
            }
            if self.leave(id, record, rng).await? {
                copies.left += 1;
            } else {
                copies.due += 1;
            }
        }
        Ok(copies)
    }

    /// How many self-copies their relays have not confirmed.
    pub async fn count_due_copies(&self) -> Result<usize, RecordError> {
        let records = self.vault().list::<SelfCopyRecord>().await?;
        Ok(records.iter().filter(|(_, record)| record.is_due()).count())
    }

    /// Notes, together with what is written in `batch`, that a copy is due.
    pub(crate) async fn want_self_copy(
        &self,
        batch: &mut Batch,
        sector: &Sector,
        relay: &Issuer,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let same = |known: &SelfCopyRecord| known.sector == *sector && known.relay == *relay;
        if let Some((id, known)) = self.find_record(same).await? {
            let record = SelfCopyRecord { wanted: known.wanted.saturating_add(1), ..known };
            return batch.update(id, &record, rng);
        }
        let (sector, relay) = (sector.clone(), relay.clone());
        let record = SelfCopyRecord { sector, relay, wanted: 1, left: 0 };
        batch.insert(&record, self.now().seconds(), rng).map(drop)
    }

    /// Leaves one copy; says whether it is settled.
    async fn leave(
        &self,
        id: RecordId,
        record: SelfCopyRecord,
        rng: &mut impl CryptoRng,
    ) -> Result<bool, RecordError> {
        let root = self.root(rng).await?;
        let Ok(key) = PairwiseKey::derive(&root, &record.sector, REGULAR) else { return Ok(false) };
        let Ok(connection) = Connection::open() else { return Ok(false) };
        let client = RelayClient::new(record.relay.clone(), connection);
        tracing::debug!(step = "deliver", "leaving a self-copy");
        let mut seq = record.wanted;
        // A second time with a higher number, after a look at the copy that is in the way.
        for last in [false, true] {
            let Some(sealed) = self.seal_copy(&root, &record, &key.user_ref(), seq, rng).await? else {
                return Ok(false);
            };
            let body = SelfCopyBody { seq, copy: sealed.copy };
            let now = self.now();
            let proof = |method: &str, url: &str| DpopProof::make(method, url, key.signing_key(), now, rng);
            match client.leave_self_copy(&body, proof).await {
                Ok(kept) if kept.seq == seq => return self.settle_copy(id, &record, seq, rng).await,
                // Nothing stands there any more that a copy could tell of.
                Err(cause) if cause.problem() == Some(Problem::NotFound) => {
                    return self.settle_copy(id, &record, seq, rng).await;
                }
                Err(cause) if cause.problem() == Some(Problem::SelfCopyBehind) && !last => {
                    let Some(next) = self.catch_up(&client, &root, &key, rng).await? else {
                        return Ok(false);
                    };
                    seq = next.max(record.wanted);
                }
                Ok(_) | Err(_) => return Ok(false),
            }
        }
        Ok(false)
    }

    /// The relay has what was wanted when the copy was made; what was added since is still due.
    async fn settle_copy(
        &self,
        id: RecordId,
        record: &SelfCopyRecord,
        seq: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<bool, RecordError> {
        let Some(now) = self.vault().load::<SelfCopyRecord>(id).await? else { return Ok(true) };
        let since = now.wanted.saturating_sub(record.wanted);
        let settled = SelfCopyRecord { wanted: seq.saturating_add(since), left: seq, ..now };
        self.vault().update(id, &settled, rng).await?;
        Ok(true)
    }

    /// Another wallet of this person, or this one before it was put back, has left a newer copy: what it knows is taken
    /// over. Gives the next number.
    async fn catch_up(
        &self,
        client: &RelayClient,
        root: &RootSecret,
        key: &PairwiseKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<u64>, RecordError> {
        let Ok(Some(sealed)) = self.fetch_copy(client, key, rng).await else { return Ok(None) };
        if sealed.seq >= HIGHEST_BELIEVABLE {
            return Ok(None);
        }
        if let Ok(copy) = sealed.open(root, client.issuer(), key.sector(), REGULAR) {
            let mut batch = self.vault().batch();
            self.adopt_grants(&mut batch, &copy, rng).await?;
            if !batch.is_empty() {
                self.vault().write(batch).await?;
            }
        }
        // One that does not open is of no use to anybody, and is replaced.
        Ok(Some(sealed.seq + 1))
    }

    /// The sealed copy that a relay has for this key, if it has one.
    pub(crate) async fn fetch_copy(
        &self,
        client: &RelayClient,
        key: &PairwiseKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<SealedCopy>, RelayError> {
        let now = self.now();
        let proof = |method: &str, url: &str| DpopProof::make(method, url, key.signing_key(), now, rng);
        match client.fetch_self_copy(proof).await {
            Ok(body) => Ok(Some(SealedCopy { seq: body.seq, copy: body.copy })),
            Err(cause) if cause.problem() == Some(Problem::NotFound) => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    /// Writes the grants of a copy that the vault does not have.
    pub(crate) async fn adopt_grants(
        &self,
        batch: &mut Batch,
        copy: &SelfCopy,
        rng: &mut impl CryptoRng,
    ) -> Result<usize, RecordError> {
        let known = self.grants_at(&copy.sector).await?;
        let known = |id: &str| known.iter().any(|grant| grant.grant_id.as_deref() == Some(id));
        let mut adopted = 0;
        for grant in copy.grants.iter().filter(|grant| grant.state == CopiedState::Sent && !known(&grant.id))
        {
            batch.insert(&record_of(copy, grant), grant.given.seconds(), rng)?;
            adopted += 1;
        }
        Ok(adopted)
    }

    /// What stands at the shop by way of this relay, sealed. With too many grants the oldest are left out. Nothing without
    /// a pin, which a shop that was delivered to has.
    async fn seal_copy(
        &self,
        root: &RootSecret,
        record: &SelfCopyRecord,
        user_ref: &str,
        seq: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<SealedCopy>, RecordError> {
        let pinned = self.find_record(|pin: &PinRecord| pin.0.sector == record.sector).await?;
        let Some((_, PinRecord(pin))) = pinned else { return Ok(None) };
        let now = self.now();
        let grants = self.grants_at(&record.sector).await?.into_iter();
        let grants = grants.filter(|grant| {
            let here = grant.relay == record.relay && grant.key_number == REGULAR;
            here && !grant.kept_until.has_ended(now)
        });
        let mut copy = SelfCopy {
            relay: record.relay.clone(),
            sector: record.sector.clone(),
            user_ref: user_ref.to_owned(),
            seq,
            made: now,
            pin,
            grants: grants.filter_map(copied).collect(),
        };
        loop {
            match copy.seal(root, REGULAR, rng) {
                Ok(sealed) => return Ok(Some(sealed)),
                Err(_) if copy.grants.is_empty() => return Ok(None),
                Err(_) => drop(copy.grants.remove(0)),
            }
        }
    }
}

/// A grant as it stands in a copy, if the relay has confirmed it.
fn copied(grant: GrantRecord) -> Option<CopiedGrant> {
    let id = grant.grant_id.filter(|_| grant.state == GrantState::Sent)?;
    Some(CopiedGrant {
        id,
        claims: grant.claims,
        terms: grant.terms,
        terms_hash: grant.terms_hash,
        given: grant.given,
        kept_until: grant.kept_until,
        release_sha256: grant.release_sha256,
        state: CopiedState::Sent,
    })
}

fn record_of(copy: &SelfCopy, grant: &CopiedGrant) -> GrantRecord {
    GrantRecord {
        sector: copy.sector.clone(),
        relay: copy.relay.clone(),
        claims: grant.claims.clone(),
        // The copy says neither.
        sources: None,
        asked: None,
        terms: grant.terms.clone(),
        terms_hash: grant.terms_hash.clone(),
        key_number: REGULAR,
        user_ref: copy.user_ref.clone(),
        given: grant.given,
        kept_until: grant.kept_until,
        release_sha256: grant.release_sha256.clone(),
        state: GrantState::Sent,
        grant_id: Some(grant.id.clone()),
        openings: Vec::new(),
    }
}
