//! Whether an open vault is what it was when it was last written.

use crate::manifest::Mark;

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
