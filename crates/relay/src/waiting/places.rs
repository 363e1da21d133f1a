//! How many may wait, in all and for one shop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use passerby_protocol::sector::Sector;
use passerby_relay_api::Problem;

use crate::http::problem::Refused;

/// When to ask again for a place, in seconds.
const AGAIN: u64 = 5;

/// The places of a relay.
pub(super) struct Places {
    in_all: usize,
    per_shop: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    by_shop: HashMap<Sector, usize>,
}

/// A taken place. Free again when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    sector: Sector,
}

impl Places {
    pub fn new(in_all: usize, per_shop: usize) -> Self {
        Self { in_all, per_shop, taken: Mutex::default() }
    }

    /// Takes a place for a shop.
    pub fn take(self: &Arc<Self>, sector: &Sector) -> Result<Place, Refused> {
        let mut taken = self.lock();
        if taken.in_all >= self.in_all {
            return Err(Refused::after(Problem::Unavailable, AGAIN));
        }
        let of_shop = taken.by_shop.get(sector).copied().unwrap_or_default();
        if of_shop >= self.per_shop {
            return Err(Refused::after(Problem::TooMany, AGAIN));
        }
        taken.in_all += 1;
        taken.by_shop.insert(sector.clone(), of_shop + 1);
        drop(taken);
        Ok(Place { places: Arc::clone(self), sector: sector.clone() })
    }

    /// A count has no halfway state that a panic elsewhere could have left behind.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.in_all -= 1;
        if let Some(of_shop) = taken.by_shop.get_mut(&self.sector) {
            *of_shop -= 1;
            if *of_shop == 0 {
                taken.by_shop.remove(&self.sector);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_has_so_many_places_and_so_have_all_of_them() {
        let places = Arc::new(Places::new(3, 2));
        let (one, other) = (Sector::parse("one.example").unwrap(), Sector::parse("other.example").unwrap());
        let taken = [places.take(&one).unwrap(), places.take(&one).unwrap()];
        assert_eq!(places.take(&one).map(|_| ()).unwrap_err().problem(), Problem::TooMany);
        let last = places.take(&other).unwrap();
        assert_eq!(places.take(&other).map(|_| ()).unwrap_err().problem(), Problem::Unavailable);
        drop(taken);
        let again = places.take(&one).unwrap();
        drop((again, last));
        let left = places.lock();
        assert!(left.in_all == 0 && left.by_shop.is_empty());
    }
}
