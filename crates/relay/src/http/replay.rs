//! Proofs that were used: each is good once. Kept in memory only: a restart forgets at most three minutes of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use passerby_protocol::proof::Call;
use passerby_protocol::time::Timestamp;
use passerby_relay_api::Problem;

/// How many proofs are remembered at a time: some 20 MB. Beyond, the relay is too busy to be safe and says so.
const MOST: usize = 200_000;
/// Old ones are cleared away whenever so many new ones have come.
const CLEAR_EVERY: usize = 1_000;

/// The proofs that were used and are not stale yet. Shops have a memory of their own: anybody can make a wallet's key, and a
/// flood of them must not keep the shops out.
#[derive(Debug, Default)]
pub struct UsedProofs {
    shops: Mutex<Memory>,
    wallets: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// From thumbprint and `jti` to the moment it may be forgotten.
    used: HashMap<(String, String), Timestamp>,
    since_cleared: usize,
}

impl UsedProofs {
    /// Uses a shop proof up.
    pub fn consume_shop(&self, call: &Call, now: Timestamp) -> Result<(), Problem> {
        consume(&self.shops, call, now, Problem::ShopProof)
    }

    /// Uses a wallet's DPoP proof up.
    pub fn consume_wallet(&self, call: &Call, now: Timestamp) -> Result<(), Problem> {
        consume(&self.wallets, call, now, Problem::WalletProof)
    }
}

fn consume(memory: &Mutex<Memory>, call: &Call, now: Timestamp, used: Problem) -> Result<(), Problem> {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    memory.since_cleared += 1;
    if memory.since_cleared >= CLEAR_EVERY || memory.used.len() >= MOST {
        memory.used.retain(|_, stale_at| *stale_at >= now);
        memory.since_cleared = 0;
    }
    if memory.used.len() >= MOST {
        return Err(Problem::Unavailable);
    }
    let name = (String::from(call.key.jkt()), call.jti.clone());
    match memory.used.insert(name, call.stale_at) {
        None => Ok(()),
        Some(_) => Err(used),
    }
}
