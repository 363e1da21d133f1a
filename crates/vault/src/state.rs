//! What an open vault knows of its file, and who outside of it remembers that.

use sqlx::SqliteConnection;

use crate::anchor::Keeper;
use crate::manifest::{Contents, Mark};
use crate::unlock::Keys;
use crate::wholeness::Wholeness;

pub(crate) struct State {
    pub(crate) connection: SqliteConnection,
    /// `None` while a write is under way. A write that failed or was abandoned half way leaves it so, and the next
    /// operation reads the file anew instead of trusting a guess about what was written.
    pub(crate) contents: Option<Contents>,
    pub(crate) wholeness: Wholeness,
    /// The last state that this process or the anchor saw. The file may be ahead of it, never behind.
    pub(crate) known: Option<Mark>,
    pub(crate) anchored: Anchored,
}

/// Whether anything outside the file remembers the vault.
pub(crate) enum Anchored {
    No,
    /// From now on; until this opening nothing was remembered.
    FromNow(Keeper),
    Yes(Keeper),
}

impl State {
    /// Judges the file by what was `remembered` of it.
    pub(crate) fn judge(&mut self, keys: &Keys, remembered: Option<Mark>) {
        let found = self.contents.as_ref().and_then(|contents| contents.find_fitting_mark(&keys.manifest));
        self.wholeness = match (Wholeness::judge(found, remembered), &self.anchored) {
            // This process alone remembers it: that tells nothing about the time before.
            (Wholeness::Whole, Anchored::No | Anchored::FromNow(_)) => Wholeness::Unanchored,
            (other, _) => other,
        };
    }

    /// Lets the anchor follow a vault that is as it should be.
    pub(crate) fn remember(&self) {
        if let (Anchored::FromNow(keeper) | Anchored::Yes(keeper), Some(mark), true) =
            (&self.anchored, self.known, self.wholeness.is_fine())
        {
            keeper.put(mark);
        }
    }
}
