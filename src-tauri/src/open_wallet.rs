//! An open wallet, and what the window was shown of it: the answer names what was shown, and nothing else is sent.

mod asking;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use passerby_protocol::sector::Sector;
use passerby_wallet::{PassphraseConfirmed, Removed, Wallet};
use rand::rngs::StdRng;

use crate::command_error::CommandError;
use crate::shell::unpoisoned;
use crate::views::details::Where;

pub use asking::Asking;

/// An open wallet.
pub struct OpenWallet {
    wallet: Wallet,
    shown: Mutex<BTreeMap<u32, Shown>>,
    /// Where the browser goes, by request. Single use, and for the person's own browser only.
    returns: Mutex<BTreeMap<u32, String>>,
    removed: Mutex<Vec<(Where, Removed)>>,
}

/// A request as it was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Who asks for what, as the window got it.
    pub asking: Asking,
    /// Which of the views of this request it was.
    pub revision: u32,
    /// That the passphrase was typed for it.
    pub confirmed: Option<PassphraseConfirmed>,
}

impl OpenWallet {
    pub fn new(wallet: Wallet) -> Self {
        Self { wallet, shown: Mutex::default(), returns: Mutex::default(), removed: Mutex::default() }
    }

    /// The wallet.
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// Remembers that a request is shown, and says as which revision.
    pub fn show(&self, asking: Asking) -> u32 {
        let mut shown = self.shown();
        let before = shown.get(&asking.number());
        let revision = before.map_or(1, |before| before.revision.saturating_add(1));
        shown.insert(asking.number(), Shown { asking, revision, confirmed: None });
        revision
    }

    /// What was shown of a request, if it was exactly this revision.
    pub fn find_shown(&self, number: u32, revision: u32) -> Result<Shown, CommandError> {
        let shown = self.shown();
        let found = shown.get(&number).filter(|shown| shown.revision == revision);
        found.cloned().ok_or_else(|| {
            CommandError::new("view-changed", "This request is not what you saw any more. Look again.")
        })
    }

    /// Notes something about a request that was shown.
    pub fn note(&self, number: u32, note: impl FnOnce(&mut Shown)) {
        if let Some(shown) = self.shown().get_mut(&number) {
            note(shown);
        }
    }

    /// The privacy policy of the shop behind a request that is shown.
    pub fn find_policy(&self, number: u32) -> Option<String> {
        self.shown().get(&number)?.asking.find_policy().map(str::to_owned)
    }

    /// Who is behind a request that is shown: proven, not claimed.
    pub fn find_host(&self, number: u32) -> Option<Sector> {
        Some(self.shown().get(&number)?.asking.host().clone())
    }

    /// Where the browser goes after this request.
    pub fn find_return(&self, number: u32) -> Option<String> {
        unpoisoned(&self.returns).get(&number).cloned()
    }

    /// Remembers where the browser goes after this request.
    pub fn keep_return(&self, number: u32, address: String) {
        unpoisoned(&self.returns).insert(number, address);
    }

    fn shown(&self) -> MutexGuard<'_, BTreeMap<u32, Shown>> {
        unpoisoned(&self.shown)
    }

    /// Whether a request that is shown asks for this detail.
    pub fn offers(&self, number: u32, claim: &str) -> bool {
        self.shown().get(&number).is_some_and(|shown| shown.asking.offers(claim))
    }

    /// Keeps what was taken away, until it is brought back or the wallet locks.
    pub fn keep_removed(&self, place: Where, removed: Removed) {
        let mut kept = unpoisoned(&self.removed);
        kept.retain(|(known, _)| *known != place);
        kept.push((place, removed));
    }

    /// What was taken away there.
    pub fn take_removed(&self, place: &Where) -> Option<Removed> {
        let mut kept = unpoisoned(&self.removed);
        let at = kept.iter().position(|(known, _)| known == place)?;
        Some(kept.remove(at).1)
    }

    /// Brings the backup up to date, if there is one. What goes wrong the room of settings shows.
    pub async fn keep_backup(&self, rng: &mut StdRng) {
        if self.wallet.keep_backup(rng).await.is_some() {
            tracing::warn!("the backup could not be written");
        }
    }

    /// Brings the backup up to date and closes the vault. What goes wrong is told the next time it is open.
    pub async fn close(self, rng: Option<StdRng>) {
        if let Some(mut rng) = rng {
            self.keep_backup(&mut rng).await;
        }
        if self.wallet.lock().await.is_err() {
            tracing::warn!("the vault could not be closed in order; it is whole all the same");
        }
    }
}
