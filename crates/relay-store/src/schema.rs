//! How far the tables of a database are.

use std::collections::BTreeSet;

/// How far the tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// So many migrations are to be run; opening the store does so.
    Behind(usize),
    /// A newer program was here.
    Newer,
}

impl Schema {
    /// Compares the numbers of the migrations that this program has with those that were run.
    #[must_use]
    pub fn compare(ours: impl IntoIterator<Item = i64>, run: impl IntoIterator<Item = i64>) -> Self {
        let (ours, run): (BTreeSet<_>, BTreeSet<_>) = (ours.into_iter().collect(), run.into_iter().collect());
        if !run.is_subset(&ours) {
            Self::Newer
        } else if run == ours {
            Self::Current
        } else {
            Self::Behind(ours.len() - run.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_counted_and_what_is_unknown_is_newer() {
        assert_eq!(Schema::compare([1, 2], [2, 1]), Schema::Current);
        assert_eq!(Schema::compare([1, 2, 3], [1]), Schema::Behind(2));
        assert_eq!(Schema::compare([1, 2], [1, 3]), Schema::Newer);
    }
}
