//! Proofs that were used: each is good once. Kept in memory only: a restart forgets at most three minutes of them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use passerby_protocol::proof::Call;
use passerby_protocol::time::Timestamp;
use passerby_relay_api::Problem;
use passerby_relay_store::Sha256;

use crate::hazmat::sha256;

/// How many proofs are remembered at a time: some 11 MB for shops, and as much for wallets. Beyond, the relay is too busy to be safe and says so.
const MOST: usize = 200_000;
/// Old ones are cleared away whenever so many new ones have come.
const CLEAR_EVERY: usize = 1_000;

/// The proofs that were used and are not stale yet. Shops have a memory of their own: anybody can make a wallet's key, and a
/// flood of them must not keep the shops out.
#[derive(Default)]
pub struct UsedProofs {
    shops: Mutex<Memory>,
    wallets: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// From the digest of thumbprint and `jti` to the moment it may be forgotten.
    used: HashMap<Sha256, Timestamp>,
    since_cleared: usize,
    /// When it was cleared last: a full memory is not searched again for each call of a flood.
    cleared_at: Option<Timestamp>,
}

/// Counts only.
impl fmt::Debug for UsedProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |memory: &Mutex<Memory>| lock(memory).used.len();
        f.debug_struct("UsedProofs")
            .field("shops", &count(&self.shops))
            .field("wallets", &count(&self.wallets))
            .finish()
    }
}

impl UsedProofs {
    /// How many of shops and of wallets are remembered.
    pub(crate) fn count(&self) -> [usize; 2] {
        [lock(&self.shops).used.len(), lock(&self.wallets).used.len()]
    }

    /// Uses a shop proof up.
    pub fn consume_shop(&self, call: &Call, now: Timestamp) -> Result<(), Problem> {
        consume(&self.shops, call, now, Problem::ShopProof)
    }

    /// Uses a wallet's DPoP proof up.
    pub fn consume_wallet(&self, call: &Call, now: Timestamp) -> Result<(), Problem> {
        consume(&self.wallets, call, now, Problem::WalletProof)
    }
}

/// A memory has no halfway state that a panic elsewhere could have left behind.
fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn consume(memory: &Mutex<Memory>, call: &Call, now: Timestamp, used: Problem) -> Result<(), Problem> {
    // A thumbprint is always 43 characters long: no two names are the same bytes.
    let name = sha256(format!("{}{}", call.key.jkt(), call.jti));
    let mut memory = lock(memory);
    memory.since_cleared += 1;
    let full = memory.used.len() >= MOST && memory.cleared_at != Some(now);
    if memory.since_cleared >= CLEAR_EVERY || full {
        memory.used.retain(|_, stale_at| *stale_at >= now);
        memory.since_cleared = 0;
        memory.cleared_at = Some(now);
    }
    if memory.used.len() >= MOST {
        return Err(Problem::Unavailable);
    }
    match memory.used.insert(name, call.stale_at) {
        None => Ok(()),
        Some(_) => Err(used),
    }
}
