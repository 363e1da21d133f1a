//! A place outside the vault's file that remembers its last state, so that an older copy of the file is noticed.
//!
//! ```text
//!  write --commit--> file --Mark--> keeper's thread --put--> Anchor (a keyring)
//!  opening: file's mark <--compared with--> Anchor
//! ```
//!
//! What it must never do: hold up a write or let one fail. A put that fails, or that a crash came before, leaves the file
//! ahead of its anchor, which is no fault; the next one catches up.

use std::error::Error;
use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::StorageError;
use crate::manifest::Mark;
use crate::unlock::VaultId;

/// A place outside the vault's file that remembers a [`Mark`] for each vault. Its calls may block.
///
/// `vault` is the vault's name, 32 lower-case hex digits: not a secret, but an identifier, so never logged.
pub trait Anchor: Send + Sync + 'static {
    /// The mark that was put last, or `None` if there never was one.
    fn find(&self, vault: &str) -> Result<Option<Mark>, AnchorRefusal>;

    /// Remembers this mark in the place of the former one.
    fn put(&self, vault: &str, mark: Mark) -> Result<(), AnchorRefusal>;
}

/// What the place says when it does not answer.
pub type AnchorRefusal = Box<dyn Error + Send + Sync>;

/// A vault could not be compared with its anchor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// The place outside the file did not answer. The vault is open and may be written to.
    #[error("what remembers the vault's last state on this computer did not answer")]
    Refused(#[source] AnchorRefusal),
    /// The vault's file could not be read.
    #[error("reading the vault file failed")]
    Storage(#[from] StorageError),
}

/// How long locking waits for the last mark to be remembered.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long opening waits for an anchor. Whoever it asks first has this time to answer.
const LONG_PATIENCE: Duration = Duration::from_secs(20);

/// Asks an anchor for a vault's mark, on a thread that the runtime does not wait for when the program ends.
pub(crate) async fn ask(anchor: &Arc<dyn Anchor>, vault: VaultId) -> Result<Option<Mark>, AnchorRefusal> {
    let (anchor, vault) = (Arc::clone(anchor), vault.name());
    let (answer, answered) = oneshot::channel();
    thread::Builder::new().name("vault anchor".to_owned()).spawn(move || {
        // Nobody waits any more if opening was given up.
        drop(answer.send(anchor.find(&vault)));
    })?;
    tokio::time::timeout(LONG_PATIENCE, answered).await??
}

/// The thread that takes marks to an anchor. Only the newest of those that wait is taken.
pub(crate) struct Keeper {
    marks: mpsc::Sender<Mark>,
    /// Closed when the thread has taken the last mark.
    done: mpsc::Receiver<()>,
}

impl Keeper {
    /// Fails if the system has no thread to spare.
    pub(crate) fn start(anchor: Arc<dyn Anchor>, vault: VaultId) -> io::Result<Self> {
        let (marks, waiting) = mpsc::channel::<Mark>();
        let (finished, done) = mpsc::channel();
        let vault = vault.name();
        let thread = thread::Builder::new().name("vault anchor".to_owned()).spawn(move || {
            let _finished: mpsc::Sender<()> = finished;
            let mut remembered = None;
            while let Ok(mut mark) = waiting.recv() {
                while let Ok(newer) = waiting.try_recv() {
                    mark = newer;
                }
                if remembered != Some(mark) {
                    remembered = anchor.put(&vault, mark).ok().map(|()| mark);
                }
            }
        });
        // The thread ends with its channel.
        thread.map(|_| Self { marks, done })
    }

    /// Gives the thread a mark and goes on.
    pub(crate) fn put(&self, mark: Mark) {
        // The thread ends before its channel only if an anchor panicked.
        let _ = self.marks.send(mark);
    }

    /// Waits until the last mark is remembered, but not for ever: an anchor may be waiting for a person.
    pub(crate) async fn finish(self) {
        let Self { marks, done } = self;
        drop(marks);
        // Nothing is ever sent: it ends when the thread does, or when patience does.
        let _ = tokio::task::spawn_blocking(move || done.recv_timeout(PATIENCE)).await;
    }
}
