//! What handlers may ask for. Each part is an extractor of its own, so that a handler's signature is its list of needs.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRef;
use passerby_protocol::time::{Clock, Timestamp};
use passerby_relay_store::{
    AnswerStore, OpeningStore, RelayStore, RequestStore, SelfCopyStore, ShopStore, SweepStore,
    TransactionStore,
};
use rand_core::CryptoRng;

use crate::Identity;
use crate::http::rate::Rates;
use crate::http::replay::UsedProofs;

/// The present moment, wherever it comes from.
#[derive(Clone)]
pub struct Now(Arc<dyn Clock>);

impl Now {
    #[must_use]
    pub fn read(&self) -> Timestamp {
        self.0.now()
    }
}

/// Randomness, wherever it comes from.
#[derive(Clone)]
pub struct Randomness(Arc<Mutex<dyn CryptoRng + Send>>);

impl Randomness {
    /// Draws with the generator. It is locked only while `draw` runs.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut dyn CryptoRng) -> T) -> T {
        // A generator has no halfway state that a panic elsewhere could have left behind.
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        draw(&mut *rng)
    }
}

/// How many requests a shop may park a day, unless the admin said otherwise of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestsADay(pub u32);

impl Default for RequestsADay {
    /// One every nine seconds, day and night: generous for a shop, and an end for a program that has gone mad.
    fn default() -> Self {
        Self(10_000)
    }
}

/// Everything a relay is made of.
#[derive(Clone)]
pub struct RelayState {
    identity: Arc<Identity>,
    store: Arc<dyn RelayStore>,
    now: Now,
    randomness: Randomness,
    used_proofs: Arc<UsedProofs>,
    requests_a_day: RequestsADay,
    open_door: bool,
    rates: Arc<Rates>,
}

impl RelayState {
    #[must_use]
    pub fn new(
        identity: Identity,
        store: Arc<dyn RelayStore>,
        clock: Arc<dyn Clock>,
        rng: impl CryptoRng + Send + 'static,
    ) -> Self {
        Self {
            identity: Arc::new(identity),
            store,
            now: Now(clock),
            randomness: Randomness(Arc::new(Mutex::new(rng))),
            used_proofs: Arc::new(UsedProofs::default()),
            requests_a_day: RequestsADay::default(),
            open_door: false,
            rates: Arc::new(Rates::default()),
        }
    }

    /// The same with another number of requests a day for each shop.
    #[must_use]
    pub fn with_requests_a_day(self, requests_a_day: RequestsADay) -> Self {
        Self { requests_a_day, ..self }
    }

    /// The same, adding each shop on this computer when it first calls. Only for a relay in development mode.
    #[must_use]
    pub fn with_open_door(self) -> Self {
        Self { open_door: true, ..self }
    }

    pub(crate) fn has_open_door(&self) -> bool {
        self.open_door && self.identity.issuer().is_development()
    }

    /// With rates that callers and shops must keep.
    #[must_use]
    pub fn with_rates(self, rates: Rates) -> Self {
        Self { rates: Arc::new(rates), ..self }
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(crate) fn used_proofs(&self) -> &UsedProofs {
        &self.used_proofs
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
        Self::clone(&state.identity)
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

impl FromRef<RelayState> for RequestsADay {
    fn from_ref(state: &RelayState) -> Self {
        state.requests_a_day
    }
}

impl FromRef<RelayState> for Arc<UsedProofs> {
    fn from_ref(state: &RelayState) -> Self {
        Self::clone(&state.used_proofs)
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

part_of_the_store!(ShopStore RequestStore TransactionStore AnswerStore OpeningStore SelfCopyStore SweepStore);
