//! Whether an open vault is what it was when it was last written.

use std::sync::Arc;

use crate::anchor::{Anchor, AnchorError, Keeper, ask};
use crate::error::{RecordError, StorageError};
use crate::manifest::{Mark, sign_anew};
use crate::state::{Anchored, State};
use crate::store;
use crate::vault::Vault;

/// What the manifest inside the file and the anchor outside of it say about a vault.
///
/// Records can be read in every case: each is sealed for itself. Nothing is written while the vault is not what it
/// should be, until a person says that what stands in the file now is what they want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wholeness {
    /// All that was written is there and nothing else, and the anchor has seen no newer state.
    Whole,
    /// All that belongs to this state of the file is there and nothing else. Nothing outside the file remembers which
    /// state was the last, so an older copy of the whole file would look the same.
    Unanchored,
    /// Records or ways in were added, removed or put back, or the manifest itself was, without the vault's key.
    Altered,
    /// The file is an older one. The counters grow by one with each write.
    RolledBack {
        /// The writes the file has seen.
        file: u64,
        /// The writes the anchor has seen.
        anchor: u64,
    },
    /// The file has seen as many writes as the anchor, but others: it was written to in two places.
    Replaced,
}

impl Wholeness {
    /// Whether the vault may be written to.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Whole | Self::Unanchored)
    }

    /// Judges a file whose manifest fits (`Some`) or does not, against the last state that is remembered elsewhere.
    pub(crate) fn judge(file: Option<Mark>, anchor: Option<Mark>) -> Self {
        let Some(file) = file else { return Self::Altered };
        let Some(anchor) = anchor else { return Self::Unanchored };
        match file.counter.cmp(&anchor.counter) {
            std::cmp::Ordering::Less => Self::RolledBack { file: file.counter, anchor: anchor.counter },
            std::cmp::Ordering::Equal if file.mac != anchor.mac => Self::Replaced,
            // Ahead of its anchor: the program ended between the two writes.
            std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => Self::Whole,
        }
    }
}

impl Vault {
    /// Compares the vault with what `anchor` remembers of it, and lets it remember every write from now on.
    ///
    /// An anchor that does not answer is not held to: what could not be compared must not be forgotten either.
    pub async fn hold_to(&self, anchor: Arc<dyn Anchor>) -> Result<Wholeness, AnchorError> {
        let mut state = self.ready().await?;
        let vault = self.keys.manifest.vault();
        let remembered = ask(&anchor, vault).await.map_err(AnchorError::Refused)?;
        // A thread that cannot be had is an anchor that does not answer, too.
        let keeper = Keeper::start(anchor, vault).map_err(|error| AnchorError::Refused(error.into()))?;
        state.anchored = match remembered {
            None => Anchored::FromNow(keeper),
            Some(_) => Anchored::Yes(keeper),
        };
        state.known = [state.known, remembered].into_iter().flatten().max_by_key(|mark| mark.counter);
        state.judge(&self.keys, remembered);
        state.remember();
        Ok(state.wholeness)
    }

    /// For a vault that its person has just put back on purpose: where `anchor` remembers another state of it, it takes this
    /// one for the newest from now on. Says whether it did. An anchor that does not know the vault is told nothing.
    pub async fn accept_restored(&self, anchor: Arc<dyn Anchor>) -> Result<bool, AnchorError> {
        let vault = self.keys.manifest.vault();
        if ask(&anchor, vault).await.map_err(AnchorError::Refused)?.is_none() {
            return Ok(false);
        }
        let found = self.hold_to(anchor).await?;
        self.accept().await.map_err(RecordError::into_storage)?;
        Ok(!found.is_fine())
    }

    /// Whether the vault is what it was when it was last written.
    pub async fn wholeness(&self) -> Result<Wholeness, RecordError> {
        Ok(self.ready().await?.wholeness)
    }

    /// Takes the vault as it stands in the file now, and lets it be written to again.
    ///
    /// Only for a person who was told what [`Vault::wholeness`] says and decided so: what was removed or put back by
    /// something else is lost or stays. Damaged records stay damaged. Nothing happens to a vault that is fine.
    pub async fn accept(&self) -> Result<(), RecordError> {
        let mut state = self.ready().await?;
        let State { connection, contents, wholeness, known, .. } = &mut *state;
        if wholeness.is_fine() {
            return Ok(());
        }
        let mut next = contents.take().ok_or(StorageError::Damaged)?;
        // Ahead of every state that is remembered anywhere.
        let counter = next.mark.iter().chain(known.iter()).map(|mark| mark.counter).max();
        store::begin(connection).await?;
        let mark = sign_anew(connection, &self.keys.manifest, &mut next, counter.unwrap_or(0)).await?;
        self.commit(connection).await?;
        *known = Some(mark);
        *contents = Some(next);
        // Whatever was remembered before, from now on it is this.
        state.anchored = match std::mem::replace(&mut state.anchored, Anchored::No) {
            Anchored::FromNow(keeper) => Anchored::Yes(keeper),
            other => other,
        };
        state.judge(&self.keys, Some(mark));
        state.remember();
        Ok(())
    }
}

impl std::fmt::Display for Wholeness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole => f.write_str("the vault is as it was last written"),
            Self::Unanchored => f.write_str(
                "the vault is whole; whether it is the newest copy cannot be told on this computer",
            ),
            Self::Altered => {
                f.write_str("records or ways in were added, removed or put back by something else")
            }
            Self::RolledBack { file, anchor } => {
                write!(f, "this is an older copy of the vault: it has seen {file} writes of {anchor}")
            }
            Self::Replaced => f.write_str("this copy of the vault was written to in another place"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_tells_older_other_and_newer_apart() {
        let mark = |counter, code| Mark { counter, mac: [code; 32] };
        for (file, anchor, expected) in [
            (None, None, Wholeness::Altered),
            (None, Some(mark(1, 1)), Wholeness::Altered),
            (Some(mark(4, 1)), None, Wholeness::Unanchored),
            (Some(mark(4, 1)), Some(mark(5, 1)), Wholeness::RolledBack { file: 4, anchor: 5 }),
            (Some(mark(5, 1)), Some(mark(5, 2)), Wholeness::Replaced),
            (Some(mark(5, 1)), Some(mark(5, 1)), Wholeness::Whole),
            (Some(mark(6, 2)), Some(mark(5, 1)), Wholeness::Whole),
        ] {
            assert_eq!(Wholeness::judge(file, anchor), expected, "{file:?} {anchor:?}");
            assert_eq!(expected.is_fine(), matches!(expected, Wholeness::Whole | Wholeness::Unanchored));
        }
    }
}
