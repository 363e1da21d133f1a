//! What handlers may ask for. Each part is an extractor of its own, so that a handler's signature is its list of needs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::extract::FromRef;
use passerby_protocol::time::{Clock, Timestamp};
use passerby_relay_store::{
    AnswerStore, OpeningStore, RelayStore, RequestStore, SelfCopyStore, ShopStore, SweepStore,
    TombstoneStore, TransactionStore,
};
use rand_core::CryptoRng;

use crate::Identity;
use crate::http::rate::Rates;
use crate::http::replay::UsedProofs;
use crate::http::statements::ReadStatements;
use crate::journal::Journal;
use crate::meters::Sample;
use crate::period::{KeysFolder, ReleaseKeys};
use crate::waiting::{Waiting, WaitingLimits};

/// The present moment, wherever it comes from.
#[derive(Clone)]
pub struct Now(Arc<dyn Clock>);

impl Now {
    #[must_use]
    pub fn by(clock: Arc<dyn Clock>) -> Self {
        Self(clock)
    }

    #[must_use]
    pub fn read(&self) -> Timestamp {
        self.0.now()
    }
}

impl<C: Clock + 'static> From<C> for Now {
    fn from(clock: C) -> Self {
        Self(Arc::new(clock))
    }
}

/// Randomness, wherever it comes from.
#[derive(Clone)]
pub struct Randomness(Arc<Mutex<dyn CryptoRng + Send>>);

impl Randomness {
    #[must_use]
    pub fn by(rng: impl CryptoRng + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(rng)))
    }

    /// Draws with the generator. It is locked only while `draw` runs.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut dyn CryptoRng) -> T) -> T {
        // A generator has no halfway state that a panic elsewhere could have left behind.
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        draw(&mut *rng)
    }
}

/// What every shop may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopLimits {
    /// How many requests it may park a day, unless the admin said otherwise of it.
    pub requests_a_day: u32,
    /// For how many days it may ask to keep what it is sent, whatever its Statement says.
    pub retention_days: u32,
}

impl Default for ShopLimits {
    /// A request every nine seconds, day and night: generous for a shop, and an end for a program that has gone mad. As long as any Statement
    /// may say.
    fn default() -> Self {
        Self { requests_a_day: 10_000, retention_days: 3650 }
    }
}

/// Everything a relay is made of.
#[derive(Clone)]
pub struct RelayState {
    identity: Arc<RwLock<Arc<Identity>>>,
    store: Arc<dyn RelayStore>,
    now: Now,
    randomness: Randomness,
    releases: Arc<ReleaseKeys>,
    journal: Journal,
    used_proofs: Arc<UsedProofs>,
    read_statements: Arc<ReadStatements>,
    shop_limits: ShopLimits,
    open_door: bool,
    rates: Arc<Rates>,
    data: Option<PathBuf>,
    waiting: Arc<Waiting>,
}

impl RelayState {
    #[must_use]
    pub fn new(
        identity: Identity,
        store: Arc<dyn RelayStore>,
        clock: Arc<dyn Clock>,
        rng: impl CryptoRng + Send + 'static,
        keys: &KeysFolder,
    ) -> Self {
        let (now, randomness) = (Now::by(clock), Randomness::by(rng));
        let journal = Journal::new(keys.clone(), now.clone());
        let releases = ReleaseKeys::new(Arc::clone(&store), keys.clone(), now.clone(), randomness.clone());
        Self {
            identity: Arc::new(RwLock::new(Arc::new(identity))),
            store,
            now,
            randomness,
            releases: Arc::new(releases),
            journal,
            used_proofs: Arc::new(UsedProofs::default()),
            read_statements: Arc::default(),
            shop_limits: ShopLimits::default(),
            open_door: false,
            rates: Arc::new(Rates::default()),
            data: None,
            waiting: Arc::default(),
        }
    }

    /// The same with other limits for each shop.
    #[must_use]
    pub fn with_shop_limits(self, shop_limits: ShopLimits) -> Self {
        Self { shop_limits, ..self }
    }

    /// The same with periods of so many days, and keys that are kept for so many days after them.
    #[must_use]
    pub fn with_period_days(self, period: u32, keep: u32) -> Self {
        let (store, folder) = (Arc::clone(&self.store), self.releases.folder().clone());
        let releases = ReleaseKeys::new(store, folder, self.now.clone(), self.randomness.clone());
        Self { releases: Arc::new(releases.with_days(period, keep)), ..self }
    }

    #[must_use]
    pub fn releases(&self) -> &ReleaseKeys {
        &self.releases
    }

    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The same, adding each shop on this computer when it first calls. Only for a relay in development mode.
    #[must_use]
    pub fn with_open_door(self) -> Self {
        Self { open_door: true, ..self }
    }

    pub(crate) fn has_open_door(&self) -> bool {
        self.open_door && self.identity().issuer().is_development()
    }

    /// With rates that callers and shops must keep.
    #[must_use]
    pub fn with_rates(self, rates: Rates) -> Self {
        Self { rates: Arc::new(rates), ..self }
    }

    /// The same, with the folder of its data: how much room there is is one of the numbers for the admin.
    #[must_use]
    pub fn with_data_folder(self, folder: PathBuf) -> Self {
        Self { data: Some(folder), ..self }
    }

    /// What only a look tells of the numbers for the admin.
    pub(crate) fn sample(&self) -> Sample {
        Sample {
            tracked: self.rates.count(),
            proofs: self.used_proofs.count(),
            pools: self.store.find_pools(),
            data: self.data.clone(),
        }
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// With limits that those who wait must keep.
    #[must_use]
    pub fn with_waiting(self, limits: WaitingLimits) -> Self {
        Self { waiting: Arc::new(Waiting::new(limits)), ..self }
    }

    pub(crate) fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    #[must_use]
    pub fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this relay has these keys. Its name stays.
    pub fn replace_identity(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(identity);
    }

    pub(crate) fn used_proofs(&self) -> &UsedProofs {
        &self.used_proofs
    }

    pub(crate) fn read_statements(&self) -> &ReadStatements {
        &self.read_statements
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.read()
    }

    pub(crate) fn store(&self) -> &dyn RelayStore {
        &*self.store
    }
}

impl FromRef<RelayState> for Arc<Identity> {
    fn from_ref(state: &RelayState) -> Self {
        state.identity()
    }
}

impl FromRef<RelayState> for Now {
    fn from_ref(state: &RelayState) -> Self {
        state.now.clone()
    }
}

impl FromRef<RelayState> for Randomness {
    fn from_ref(state: &RelayState) -> Self {
        state.randomness.clone()
    }
}

impl FromRef<RelayState> for Arc<ReleaseKeys> {
    fn from_ref(state: &RelayState) -> Self {
        Self::clone(&state.releases)
    }
}

impl FromRef<RelayState> for Journal {
    fn from_ref(state: &RelayState) -> Self {
        state.journal.clone()
    }
}

impl FromRef<RelayState> for ShopLimits {
    fn from_ref(state: &RelayState) -> Self {
        state.shop_limits
    }
}

impl FromRef<RelayState> for Arc<UsedProofs> {
    fn from_ref(state: &RelayState) -> Self {
        Self::clone(&state.used_proofs)
    }
}

impl FromRef<RelayState> for Arc<Waiting> {
    fn from_ref(state: &RelayState) -> Self {
        Self::clone(&state.waiting)
    }
}

macro_rules! part_of_the_store {
    ($($part:ident)+) => {$(
        impl FromRef<RelayState> for Arc<dyn $part> {
            fn from_ref(state: &RelayState) -> Self {
                Arc::<dyn RelayStore>::clone(&state.store)
            }
        }
    )+};
}

part_of_the_store!(ShopStore RequestStore TransactionStore AnswerStore OpeningStore SelfCopyStore SweepStore TombstoneStore);
