//! What the window stands on: the wallet if it is open, the settings, the links that wait, the desktop.
//!
//! What it must never do: let a request lower the lock; keep a value outside the wallet; decide for the person.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use passerby_protocol::time::Clock;
use passerby_wallet::computer::{self, NotByKeyring};
use passerby_wallet::foreign::Trust;
use passerby_wallet::{VaultError, Wallet};
use rand::rngs::StdRng;
use secrecy::SecretString;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard, RwLock, RwLockReadGuard};

use crate::change::Change;
use crate::command_error::CommandError;
use crate::desktop::Desktop;
use crate::open_wallet::OpenWallet;
use crate::self_copies::DueCopies;
use crate::settings::Settings;
use crate::waiting_links::WaitingLinks;

/// Where things are on this computer.
#[derive(Debug, Clone)]
pub struct Places {
    /// The vault's file.
    pub vault: PathBuf,
    /// The folder of the settings.
    pub settings: PathBuf,
}

/// The shell behind one window.
pub struct Shell {
    places: Places,
    /// A file of authorities that the person added, in PEM.
    anchors: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    desktop: Box<dyn Desktop>,
    open: RwLock<Option<OpenWallet>>,
    /// Held while the wallet is opened, and while it is closed: one after the other.
    door: AsyncMutex<()>,
    /// Set while the wallet is being locked: what was asked before may end, nothing new begins.
    locking: AtomicBool,
    settings: Mutex<Settings>,
    links: Mutex<WaitingLinks>,
    due_copies: DueCopies,
    /// The request whose answer was under way when the wallet was locked.
    unfinished: Mutex<Option<u32>>,
}

impl Shell {
    /// A shell whose wallet is locked, or not made yet.
    pub fn new(places: Places, clock: Arc<dyn Clock>, desktop: Box<dyn Desktop>) -> Self {
        let settings = Settings::load(&places.settings);
        Self {
            places,
            anchors: None,
            clock,
            desktop,
            open: RwLock::new(None),
            door: AsyncMutex::default(),
            locking: AtomicBool::new(false),
            settings: Mutex::new(settings),
            links: Mutex::default(),
            due_copies: DueCopies::default(),
            unfinished: Mutex::default(),
        }
    }

    /// With authorities that the person added beside the system's own. They certify foreign verifiers and nobody else.
    #[must_use]
    pub fn trusting(self, anchors: Option<PathBuf>) -> Self {
        Self { anchors, ..self }
    }

    /// Whom the wallet trusts to certify foreign verifiers, as of now.
    pub fn trust(&self) -> Result<Trust, CommandError> {
        let trouble = |message: String| CommandError::new("trust-anchors", message);
        tokio::task::block_in_place(|| {
            let added = self.anchors.as_ref().map(std::fs::read).transpose().map_err(|error| {
                trouble(format!("The file of trusted authorities could not be read: {}.", error.kind()))
            })?;
            Trust::load(added.as_deref()).map_err(|error| trouble(format!("This cannot be used: {error}.")))
        })
    }

    /// Where things are.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The desktop.
    pub fn desktop(&self) -> &dyn Desktop {
        &*self.desktop
    }

    /// What is set.
    pub fn settings(&self) -> Settings {
        unpoisoned(&self.settings).clone()
    }

    /// Sets it, and writes it down.
    pub fn set(&self, settings: Settings) -> Result<(), CommandError> {
        settings.save(&self.places.settings).map_err(|error| {
            CommandError::new("settings", format!("The setting could not be saved: {}.", error.kind()))
        })?;
        *unpoisoned(&self.settings) = settings;
        Ok(())
    }

    /// The links that wait for the wallet to be open.
    pub fn links(&self) -> MutexGuard<'_, WaitingLinks> {
        unpoisoned(&self.links)
    }

    /// The person's own copies that are to be left at relays.
    pub fn due_copies(&self) -> &DueCopies {
        &self.due_copies
    }

    /// An answer to this request has ended, well or badly. Should the wallet be locked by now, nobody was told: whoever opens it
    /// again comes back to the request, which says what became of it.
    pub fn note_answered(&self, request: u32) {
        if self.locking.load(Ordering::Acquire) {
            *unpoisoned(&self.unfinished) = Some(request);
        }
    }

    /// The request to come back to, once.
    pub fn take_unfinished(&self) -> Option<u32> {
        unpoisoned(&self.unfinished).take()
    }

    /// Randomness for one command.
    pub fn rng(&self) -> Result<StdRng, CommandError> {
        computer::make_rng().map_err(|error| CommandError::new("no-randomness", error.to_string()))
    }

    /// The open wallet, for as long as the answer is held. Whoever holds it must not ask again: a lock that waits in between
    /// would have both wait for ever.
    pub async fn open(&self) -> Result<RwLockReadGuard<'_, OpenWallet>, CommandError> {
        if self.locking.load(Ordering::Acquire) {
            return Err(CommandError::locked());
        }
        RwLockReadGuard::try_map(self.open.read().await, Option::as_ref).map_err(|_| CommandError::locked())
    }

    /// Whether the wallet is open.
    pub async fn is_open(&self) -> bool {
        self.open().await.is_ok()
    }

    /// Waits until nobody else opens or closes the wallet, and keeps others from it. A wallet that is being closed still holds
    /// its file, perhaps for as long as a relay takes to answer: whoever comes back meanwhile waits, and is not told that
    /// another program has it open.
    pub async fn stand_at_the_door(&self) -> AsyncMutexGuard<'_, ()> {
        self.door.lock().await
    }

    /// Takes a wallet that was just made, opened or restored.
    pub async fn take(&self, wallet: Wallet) -> Result<(), CommandError> {
        computer::hold_to_keyring(&wallet).await.map_err(VaultError::from)?;
        *self.open.write().await = Some(OpenWallet::new(wallet));
        Ok(())
    }

    /// Opens the wallet with its passphrase. One that is open already stays as it is.
    pub async fn unlock(&self, passphrase: &SecretString) -> Result<(), CommandError> {
        let _door = self.stand_at_the_door().await;
        if self.is_open().await {
            return Ok(());
        }
        let wallet = Wallet::open(&self.places.vault, passphrase, self.clock()).await?;
        self.take(wallet).await
    }

    /// Opens the wallet with this computer's keyring.
    pub async fn unlock_by_keyring(&self) -> Result<(), CommandError> {
        let _door = self.stand_at_the_door().await;
        if self.is_open().await {
            return Ok(());
        }
        match computer::open_by_keyring(&self.places.vault).await? {
            Ok(wallet) => self.take(wallet).await,
            Err(NotByKeyring::NoPart) => Err(CommandError::new(
                "keyring",
                "The keyring has no part in your wallet. Your passphrase opens it.",
            )),
            Err(NotByKeyring::Trouble(trouble)) => Err(CommandError::new(
                "keyring",
                format!("The keyring did not open your wallet: {trouble}. Your passphrase does."),
            )),
            Err(NotByKeyring::Damaged) => Err(CommandError::new(
                "keyring",
                "The keyring's way into your wallet is damaged. Your passphrase opens it.",
            )),
        }
    }

    /// Locks. The window is told at once; what was being sent ends first, then the keys are wiped. A wallet that is being opened
    /// meanwhile is locked again. What was lent to the clipboard is taken back. Whoever comes while it is being locked waits for
    /// that: a program that ends then must not cut off what another lock lets end.
    pub async fn lock(&self) {
        if self.locking.swap(true, Ordering::AcqRel) {
            while self.locking.load(Ordering::Acquire) {
                drop(self.stand_at_the_door().await);
                tokio::task::yield_now().await;
            }
            return;
        }
        self.desktop.tell(Change::Locked);
        let _door = self.stand_at_the_door().await;
        if let Some(open) = self.open.write().await.take() {
            open.close(self.rng().ok()).await;
        }
        self.desktop.take_back_clipboard();
        self.locking.store(false, Ordering::Release);
    }
}

/// What another thread was doing when it ended in a fault is whole all the same: these are written in one piece.
pub fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
