//! What a wallet remembers of a shop's keys, so that nobody can swap them later.

use serde::{Deserialize, Serialize};

use super::statement::ParsedStatement;
use crate::keys::Jkt;
use crate::sector::Sector;
use crate::time::Timestamp;

/// The keys of a shop as last seen. Kept in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Whose keys.
    pub sector: Sector,
    /// What the shop called itself when last seen.
    pub name: String,
    /// The root key.
    pub root_jkt: Jkt,
    /// The highest `seq` seen.
    pub seq: u64,
    /// Which bytes exactly carried it.
    pub statement_sha256: String,
    /// The commitment to the next root key.
    pub next_root_jkt_hash: Option<String>,
    /// When this shop was first met.
    pub first_seen: Timestamp,
    /// Whether the shop has shown a post-quantum release key. From then on it must always have one: nobody talks wallets
    /// back into what a recording of today's traffic may outlive. Pins from before know of none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub post_quantum: bool,
}

impl Pin {
    /// What to remember after `statement` was accepted.
    #[must_use]
    pub fn of(statement: &ParsedStatement, first_seen: Timestamp) -> Self {
        Self {
            sector: statement.statement().iss.clone(),
            name: statement.statement().name.clone(),
            root_jkt: statement.root_jkt(),
            seq: statement.statement().seq,
            statement_sha256: statement.sha256().to_owned(),
            next_root_jkt_hash: statement.statement().next_root_jkt_hash.clone(),
            first_seen,
            post_quantum: statement.statement().is_post_quantum(),
        }
    }
}

/// How well a wallet knows a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Familiarity {
    /// Never met; three sources named the same root.
    FirstTime,
    /// The pinned root.
    Known {
        /// Since when.
        since: Timestamp,
    },
    /// A new root that the old one had announced: accepted, with a notice.
    AnnouncedNewRoot {
        /// Known since when.
        since: Timestamp,
    },
}
