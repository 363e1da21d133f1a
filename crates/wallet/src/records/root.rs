//! The root secret, in a record of its own.

use passerby_protocol::keys::RootSecret;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// R. Whoever has it is this person at every shop. Not `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RootRecord(Zeroizing<[u8; 32]>);

impl RootRecord {
    pub fn of(root: &RootSecret) -> Self {
        Self(Zeroizing::new(*root.expose()))
    }

    pub fn into_root(self) -> RootSecret {
        RootSecret::from_bytes(self.0)
    }
}

impl Record for RootRecord {
    const KIND: &'static str = "root";
}
