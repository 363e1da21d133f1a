//! How many connections there may be, in all and from one address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Caller, Limits};
use crate::meters::Open;

/// The seats of a relay.
pub(super) struct Seats {
    all: Arc<Semaphore>,
    taken: Arc<Taken>,
    most_by_caller: Option<u32>,
}

#[derive(Default)]
struct Taken(Mutex<HashMap<Caller, u32>>);

/// A taken seat. Free again when it is dropped.
pub(super) struct Seat {
    _room: Option<OwnedSemaphorePermit>,
    _open: Open,
    counted: Option<(Arc<Taken>, Caller)>,
}

impl Taken {
    /// A count has no halfway state that a panic elsewhere could have left behind.
    fn lock(&self) -> MutexGuard<'_, HashMap<Caller, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    pub fn new(limits: &Limits) -> Self {
        let all = limits.connections.min(Semaphore::MAX_PERMITS);
        Self {
            all: Arc::new(Semaphore::new(all)),
            taken: Arc::default(),
            most_by_caller: limits.connections_per_address,
        }
    }

    /// Waits until there is room. The semaphore is never closed.
    pub async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// Takes a seat; none is left for a caller who has as many as one may have.
    pub fn take(&self, room: Option<OwnedSemaphorePermit>, caller: Option<Caller>) -> Option<Seat> {
        let (Some(most), Some(caller)) = (self.most_by_caller, caller) else {
            return Some(Seat { _room: room, _open: Open::begin(), counted: None });
        };
        let mut taken = self.taken.lock();
        let count = taken.entry(caller).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { _room: room, _open: Open::begin(), counted: Some((Arc::clone(&self.taken), caller)) })
    }
}

impl Seat {
    /// Is not counted for its address any more: somebody waits here who has shown another name, and is counted by that.
    pub fn leave_address(&mut self) {
        self.give_back();
    }

    fn give_back(&mut self) {
        let Some((taken, caller)) = self.counted.take() else { return };
        let mut taken = taken.lock();
        if let Some(count) = taken.get_mut(&caller) {
            *count -= 1;
            if *count == 0 {
                // Whoever is not connected is not known.
                taken.remove(&caller);
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.give_back();
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[tokio::test]
    async fn a_caller_has_so_many_seats_and_is_forgotten_with_the_last() {
        let seats = Seats::new(&Limits { connections_per_address: Some(2), ..Limits::default() });
        let caller = |last: u8| Some(Caller::from(IpAddr::from([203, 0, 113, last])));
        let first = seats.take(seats.wait().await, caller(1)).unwrap();
        let second = seats.take(seats.wait().await, caller(1)).unwrap();
        assert!(seats.take(seats.wait().await, caller(1)).is_none());
        let other = seats.take(seats.wait().await, caller(2)).unwrap();
        drop(first);
        let again = seats.take(seats.wait().await, caller(1)).unwrap();
        let (mut second, again) = (second, again);
        second.leave_address();
        let beside = seats.take(seats.wait().await, caller(1)).unwrap();
        drop((second, again, other, beside));
        assert!(seats.taken.lock().is_empty());
    }
}
