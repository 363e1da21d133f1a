//! The Statements of shops, as they were read last: each call of a shop needs its own, which stays the same for weeks.
//!
//! Never in here: one that was not read and verified as it stands in the store, or one that is taken for good without a look at the time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::{ParsedStatement, StatementRefusal};
use passerby_protocol::wire::b64u;

/// So many are kept: a few MB at most. With more shops than that, all are forgotten now and then and read anew.
const MOST: usize = 256;

/// By shop.
#[derive(Default)]
pub struct ReadStatements(Mutex<HashMap<Sector, Arc<ParsedStatement>>>);

impl ReadStatements {
    /// The Statement in `compact`, of `sector`: the very bytes were verified, now or before.
    pub fn read(
        &self,
        compact: &str,
        sector: &Sector,
        now: Timestamp,
    ) -> Result<Arc<ParsedStatement>, StatementRefusal> {
        let known = self.lock(|read| read.get(sector).cloned());
        if let Some(known) = known.filter(|known| known.sha256() == b64u::sha256(compact)) {
            known.check_time(now)?;
            return Ok(known);
        }
        let parsed = Arc::new(ParsedStatement::parse(compact, sector, now)?);
        self.lock(|read| {
            if read.len() >= MOST {
                read.clear();
            }
            read.insert(sector.clone(), Arc::clone(&parsed));
        });
        Ok(parsed)
    }

    /// A map has no halfway state that a panic elsewhere could have left behind.
    fn lock<T>(&self, look: impl FnOnce(&mut HashMap<Sector, Arc<ParsedStatement>>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use passerby_protocol::time::DAY;
    use passerby_testkit::clock::NOON;
    use passerby_testkit::scene::Scene;

    use super::*;

    #[test]
    fn only_the_same_bytes_in_their_time_are_taken_as_read() {
        let (scene, read) = (Scene::new(), ReadStatements::default());
        let compact = scene.first_statement();
        let first = read.read(compact, &scene.sector, NOON).unwrap();
        assert!(Arc::ptr_eq(&first, &read.read(compact, &scene.sector, NOON).unwrap()), "read once");

        let refused = read.read(compact, &scene.sector, NOON + 400 * DAY).unwrap_err();
        assert_eq!(refused, StatementRefusal::Expired);
        let refused = read.read(compact, &scene.sector, NOON + -400 * DAY).unwrap_err();
        assert_eq!(refused, StatementRefusal::Expired);

        let (signed, signature) = compact.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let altered = format!("{signed}.{other}{}", &signature[1..]);
        let refused = read.read(&altered, &scene.sector, NOON).unwrap_err();
        assert_eq!(refused, StatementRefusal::Signature);
        let another = Sector::parse("another.example").unwrap();
        assert_eq!(read.read(compact, &another, NOON).unwrap_err(), StatementRefusal::Sector);

        let newer = scene.statement(|payload| payload["exp"] = (NOON + 30 * DAY).seconds().into());
        let second = read.read(&newer, &scene.sector, NOON).unwrap();
        assert_ne!(second.sha256(), first.sha256());
        assert_eq!(read.read(compact, &scene.sector, NOON).unwrap().sha256(), first.sha256());
    }
}
