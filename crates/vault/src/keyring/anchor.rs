//! The keyring as the place that remembers a vault's last state.

use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::Keyring;
use crate::anchor::{Anchor, AnchorRefusal};
use crate::manifest::Mark;

/// Lets a keyring remember the [`Mark`] of each vault, under `vault:`, its name and `:mark`.
///
/// It is not a secret: a keyring is only where it stays when the vault's file is put back. Asking a locked keyring asks
/// the person, so only for a vault that has the keyring as a way in.
#[derive(Clone)]
pub struct KeyringAnchor(Arc<dyn Keyring>);

/// The entry holds something else than a mark.
#[derive(Debug, thiserror::Error)]
#[error("what the keyring holds under the name of this vault's last state is something else")]
struct NoMark;

impl KeyringAnchor {
    /// An anchor in this keyring.
    #[must_use]
    pub fn new(keyring: Arc<dyn Keyring>) -> Self {
        Self(keyring)
    }
}

impl Anchor for KeyringAnchor {
    fn find(&self, vault: &str) -> Result<Option<Mark>, AnchorRefusal> {
        let Some(found) = self.0.find(&name(vault))? else { return Ok(None) };
        Ok(Some(parse(found.expose_secret()).ok_or(NoMark)?))
    }

    fn put(&self, vault: &str, mark: Mark) -> Result<(), AnchorRefusal> {
        let bytes = [mark.counter.to_be_bytes().as_slice(), &mark.mac].concat();
        Ok(self.0.put(&name(vault), &bytes)?)
    }
}

impl std::fmt::Debug for KeyringAnchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyringAnchor")
    }
}

fn name(vault: &str) -> String {
    format!("vault:{vault}:mark")
}

/// The counter (8 bytes, big-endian), then the code.
fn parse(bytes: &[u8]) -> Option<Mark> {
    let (counter, mac) = bytes.split_first_chunk()?;
    Some(Mark { counter: u64::from_be_bytes(*counter), mac: mac.try_into().ok()? })
}
