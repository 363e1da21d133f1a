//! One who waits: hears, looks, and has what is to be sent.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use passerby_protocol::random_id::TransactionId;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_relay_api::transaction::{TransactionBody, TransactionState};
use passerby_relay_store::{StoreError, TransactionStore};
use tokio::sync::watch;
use tokio::time::Instant;

use super::places::Place;
use super::table::Ear;
use super::{Waiting, derive_topic};
use crate::http::problem::Refused;
use crate::mailbox::transaction::{find_next_change, state_of};
use crate::state::Now;

/// The longest time for a stream: longer than any request lives.
const LONGEST: Duration = Duration::from_mins(30);
/// Nobody waits for longer without looking, whatever was heard: a relay may be killed before it tells others what it did.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// When to look again after the store could not say.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// A comment.
const SIGN_OF_LIFE: &[u8] = b":\n\n";

/// Waits for one transaction of one shop. Listens from the moment it is made.
pub(crate) struct Watcher {
    waiting: Arc<Waiting>,
    transactions: Arc<dyn TransactionStore>,
    now: Now,
    sector: Sector,
    id: TransactionId,
    ear: Ear,
    closed: watch::Receiver<bool>,
    _place: Place,
    /// The state that the other side knows.
    said: Option<TransactionState>,
    /// When the state changes by itself, in seconds since 1970.
    changes_at: Option<i64>,
    /// What is sent first.
    first: Option<Bytes>,
    is_over: bool,
    ends: Instant,
    beat: Instant,
    look: Instant,
}

impl Watcher {
    /// Takes a place, and listens.
    pub fn listen(
        waiting: Arc<Waiting>,
        transactions: Arc<dyn TransactionStore>,
        now: Now,
        sector: Sector,
        id: TransactionId,
    ) -> Result<Self, Refused> {
        let place = waiting.places.take(&sector)?;
        let ear = waiting.table.listen(derive_topic(sector.as_str(), id.as_str()));
        let (closed, begun) = (waiting.closed.subscribe(), Instant::now());
        Ok(Self {
            beat: begun + waiting.beat,
            look: begun + LOOK_EVERY,
            ends: begun + LONGEST,
            waiting,
            transactions,
            now,
            sector,
            id,
            ear,
            closed,
            _place: place,
            said: None,
            changes_at: None,
            first: None,
            is_over: false,
        })
    }

    /// Looks for the first time. `false`: there is no such transaction. The other side knows the state `known`, and is told to come again
    /// after `retry` milliseconds, should this end too early.
    pub async fn begin(&mut self, known: Option<TransactionState>, retry: u64) -> Result<bool, StoreError> {
        let Some(state) = self.read().await? else { return Ok(false) };
        let event = if known == Some(state) { ":\n\n".to_owned() } else { write_event(state) };
        self.first = Some(format!("retry: {retry}\n{event}").into());
        self.has_said(state);
        Ok(true)
    }

    /// What is to be sent next; `None`: the end. Given up halfway, nothing may be asked of it any more.
    pub async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.is_over {
            let wake_up = self.beat.min(self.look).min(self.ends).min(self.find_change());
            let is_rung = tokio::select! {
                _ = self.closed.wait_for(|closed| *closed) => break,
                () = self.ear.rung() => true,
                () = tokio::time::sleep_until(wake_up) => false,
            };
            if Instant::now() >= self.ends {
                break;
            }
            let has_changed = self.changes_at.is_some_and(|at| at <= self.now.read().seconds());
            let is_to_look = is_rung || has_changed || Instant::now() >= self.look;
            if is_to_look && let Some(state) = self.look().await {
                self.beat = Instant::now() + self.waiting.beat;
                return Some(write_event(state).into());
            }
            if Instant::now() >= self.beat {
                self.beat = Instant::now() + self.waiting.beat;
                return Some(Bytes::from_static(SIGN_OF_LIFE));
            }
        }
        None
    }

    /// The moment, by the relay's clock.
    pub fn now(&self) -> Timestamp {
        self.now.read()
    }

    /// When the state changes by itself, on the clock that timers run by.
    fn find_change(&self) -> Instant {
        let until = self.changes_at.map(|at| at.saturating_sub(self.now.read().seconds()).max(1));
        let until = until.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        until.and_then(|until| Instant::now().checked_add(until)).unwrap_or(self.ends)
    }

    /// The state, if it is another one than was said.
    async fn look(&mut self) -> Option<TransactionState> {
        let waiting = Arc::clone(&self.waiting);
        let Ok(_permit) = waiting.reading.acquire().await else { return None };
        let Ok(found) = self.read().await else {
            // The store logs what ails it when somebody asks it for an answer; who waits comes back to it.
            self.look = Instant::now() + LOOK_AGAIN;
            return None;
        };
        self.look = Instant::now() + LOOK_EVERY;
        // The shop was removed, or the transaction swept away.
        let state = found.unwrap_or(TransactionState::Expired);
        (self.said != Some(state)).then(|| self.has_said(state))
    }

    async fn read(&mut self) -> Result<Option<TransactionState>, StoreError> {
        let found = self.transactions.find_transaction(self.sector.as_str(), self.id.as_str()).await?;
        let now = self.now.read();
        self.changes_at = found.as_ref().and_then(|found| find_next_change(found, now));
        Ok(found.map(|found| state_of(&found, now)))
    }

    fn has_said(&mut self, state: TransactionState) -> TransactionState {
        self.said = Some(state);
        self.is_over = matches!(state, TransactionState::Answered | TransactionState::Expired);
        state
    }
}

fn write_event(state: TransactionState) -> String {
    let word = state.word();
    let data = serde_json::to_string(&TransactionBody { state }).unwrap_or_default();
    format!("id: {word}\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use passerby_relay_store::conformance::{NoTombstones, T0, answer, park, request};
    use passerby_relay_store::{AnswerStore as _, RelayStore};
    use passerby_relay_store_sqlite::SqliteStore;
    use passerby_testkit::clock::TestClock;
    use tempfile::TempDir;

    use super::*;

    const ID: &str = "dHJhbnNhY3Rpb24tMDAwMQ";
    const SECTOR: &str = "shop.example";

    /// A relay's store with a request in it, and everybody who waits there.
    struct Place {
        store: Arc<SqliteStore>,
        waiting: Arc<Waiting>,
        _folder: TempDir,
    }

    impl Place {
        async fn make() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Arc::new(SqliteStore::open(&folder.path().join("relay.db")).await.unwrap());
            park(&*store as &dyn RelayStore, &request(SECTOR, "r1", ID)).await;
            Self { store, waiting: Arc::default(), _folder: folder }
        }

        fn listen(&self) -> Watcher {
            let now = Now::from(TestClock::at(Timestamp::from_seconds(T0)));
            let sector = Sector::parse(SECTOR).unwrap();
            let id = TransactionId::parse(ID).unwrap();
            Watcher::listen(self.waiting.clone(), self.store.clone(), now, sector, id)
                .unwrap_or_else(|_| panic!())
        }

        /// What the endpoint for answers does.
        async fn answer(&self) {
            self.store.answer(&answer("r1", 1)).await.unwrap();
            self.waiting.wake(SECTOR, ID);
        }
    }

    async fn hears_the_answer(watcher: &mut Watcher) {
        let answered = write_event(TransactionState::Answered);
        while let Some(part) = watcher.next().await {
            if part.ends_with(answered.as_bytes()) {
                assert!(watcher.next().await.is_none());
                return;
            }
        }
        panic!("it ended without the answer");
    }

    #[tokio::test]
    async fn an_answer_between_any_two_steps_is_heard() {
        let place = Place::make().await;
        place.answer().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        hears_the_answer(&mut watcher).await;

        let place = Place::make().await;
        let mut watcher = place.listen();
        place.answer().await;
        assert!(watcher.begin(None, 1).await.unwrap());
        hears_the_answer(&mut watcher).await;

        let place = Place::make().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        place.answer().await;
        hears_the_answer(&mut watcher).await;

        // And after the first event was sent, whether it has begun to wait or not.
        let place = Place::make().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        watcher.next().await.unwrap();
        let (heard, ()) = tokio::join!(biased; watcher.next(), place.answer());
        assert_eq!(heard.unwrap(), write_event(TransactionState::Answered));

        let place = Place::make().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        watcher.next().await.unwrap();
        place.answer().await;
        hears_the_answer(&mut watcher).await;
    }

    #[tokio::test]
    async fn a_ring_while_it_looks_makes_it_look_again() {
        let place = Place::make().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        watcher.next().await.unwrap();
        // All readers are busy: it was woken for nothing, and stands before the store when the answer comes.
        let busy = place.waiting.reading.acquire_many(4).await.unwrap();
        place.waiting.wake(SECTOR, ID);
        let (heard, ()) = tokio::join!(biased; watcher.next(), async {
            place.answer().await;
            drop(busy);
        });
        assert_eq!(heard.unwrap(), write_event(TransactionState::Answered));
    }

    #[tokio::test]
    async fn what_is_not_there_or_goes_away_is_over() {
        let place = Place::make().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        watcher.next().await.unwrap();
        passerby_relay_store::ShopStore::remove_shop(&*place.store, SECTOR, &NoTombstones).await.unwrap();
        // As other relays wake when they could not hear for a while.
        place.waiting.table.wake_all();
        assert_eq!(watcher.next().await.unwrap(), write_event(TransactionState::Expired));
        assert!(watcher.next().await.is_none());
        assert!(!place.listen().begin(None, 1).await.unwrap());
    }

    #[tokio::test]
    async fn everybody_is_sent_home() {
        let place = Place::make().await;
        let mut watcher = place.listen();
        assert!(watcher.begin(None, 1).await.unwrap());
        place.waiting.close();
        watcher.next().await.unwrap();
        assert!(watcher.next().await.is_none());
    }
}
