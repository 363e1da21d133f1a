//! From one period to the next: begin, wrap anew, end, destroy. Each step may be the last one before the power fails.

use passerby_protocol::time::DAY;
use passerby_relay_store::{GrantId, Period};

use super::release_keys::{KeyTrouble, ReleaseKeys, Ring};
use crate::hazmat::SealKey;

/// How many grants are wrapped anew in one transaction: a writer waits no longer than for that.
const BATCH: u32 = 100;
/// A period that began so many seconds after now was begun by a clock that has been set back since.
const CLOCK: i64 = 3600;

/// What a turn did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turned {
    /// A new period was begun.
    pub begun: bool,
    /// Releases from before there were periods that were sealed.
    pub sealed: u64,
    /// Data keys that were wrapped anew.
    pub rewrapped: u64,
    /// Periods that ended, with their keys.
    pub ended: u64,
    /// Grants that were left where they are: the key of their period is not in the folder, or they do not open.
    pub left: u64,
}

/// A period's number and its key.
type Under<'a> = (i64, &'a SealKey);

impl ReleaseKeys {
    /// Begins a period when it is time, puts under it whatever lies elsewhere, and ends the periods under which nothing lies any more.
    /// Stops after so many batches; the next turn goes on.
    pub async fn turn(&self, batches: u32) -> Result<Turned, KeyTrouble> {
        let mut turned = Turned::default();
        let mut ring = self.look().await?;
        if ring.periods.is_empty() || (self.find_newest(&ring).is_some() && self.is_time(&ring)) {
            self.begin_after(ring.newest().map_or(0, |newest| newest.number)).await?;
            turned.begun = true;
            ring = self.look().await?;
        }
        let Some((number, key)) = self.find_newest(&ring) else {
            return Err(self.no_key(ring.newest().map_or(0, |newest| newest.number)));
        };
        let mut batches = self.seal_what_came_before((number, &key), batches, &mut turned).await?;
        for old in ring.periods.iter().filter(|period| period.number < number) {
            if let Some(old_key) = ring.keys.get(&old.number) {
                batches =
                    self.rewrap_all((old.number, old_key), (number, &key), batches, &mut turned).await?;
            }
        }
        if ring.keys.len() < ring.periods.len() {
            for (under, many) in self.store.count_under().await? {
                let is_lost = under.is_some_and(|under| !ring.keys.contains_key(&under));
                turned.left += if is_lost { many } else { 0 };
            }
        }
        turned.ended = self.end_old(&ring).await?;
        Ok(turned)
    }

    fn is_time(&self, ring: &Ring) -> bool {
        let Some(newest) = ring.newest() else { return true };
        let age = self.seconds().saturating_sub(newest.begun_at);
        age >= self.lasts || age < -CLOCK
    }

    fn seconds(&self) -> i64 {
        self.now.read().seconds()
    }

    /// Begins a period now, whatever the time. Gives the newest one; that is another relay's, if it was faster.
    pub async fn begin(&self) -> Result<Period, KeyTrouble> {
        let newest = self.store.list_periods().await?.pop();
        self.begin_after(newest.map_or(0, |newest| newest.number)).await
    }

    /// Begins a period, unless one has begun since this newest one (0: none) was seen. Its file comes first, so that nothing ever lies under
    /// a key that is not on the disk; when another relay was faster, the file goes again.
    pub(super) async fn begin_after(&self, seen: i64) -> Result<Period, KeyTrouble> {
        // A number that stands in the folder alone may be that of a key which another database still needs.
        let files = self.folder.list()?;
        let highest = files.iter().map(|file| file.number).max().unwrap_or_default().max(seen);
        let number = highest.saturating_add(1);
        let (mark, key) = self.randomness.draw(|rng| {
            let mark = rng.next_u64();
            (format!("{mark:016x}"), SealKey::make(rng))
        });
        let next = Period { number, mark, begun_at: self.seconds() };
        self.folder.write(&next, &key)?;
        let newest = self.store.begin_period(&next, seen).await?;
        if newest != next {
            for file in self.folder.list()?.iter().filter(|file| file.is_of(&next)) {
                self.folder.destroy(file)?;
            }
        }
        Ok(newest)
    }

    async fn seal_what_came_before(
        &self,
        (number, key): Under<'_>,
        mut batches: u32,
        turned: &mut Turned,
    ) -> Result<u32, KeyTrouble> {
        let mut after = None;
        while batches > 0 {
            let page = self.store.find_as_they_came(after, BATCH).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            let sealed =
                page.iter().map(|(id, release)| Ok((*id, self.seal_under(number, key, *id, release)?)));
            let sealed = sealed.collect::<Result<Vec<_>, KeyTrouble>>()?;
            turned.sealed += self.store.seal_kept(&sealed).await?;
            batches -= 1;
        }
        Ok(batches)
    }

    async fn rewrap_all(
        &self,
        old: Under<'_>,
        new: Under<'_>,
        mut batches: u32,
        turned: &mut Turned,
    ) -> Result<u32, KeyTrouble> {
        let mut after: Option<GrantId> = None;
        while batches > 0 {
            let page = self.store.find_under(old.0, after, BATCH).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            let mut rows = Vec::with_capacity(page.len());
            for (id, wrapped_key) in &page {
                match self.rewrap(*id, wrapped_key, old, new) {
                    Ok(wrapped_key) => rows.push((*id, wrapped_key)),
                    // One that was altered must not keep the others from going on.
                    Err(KeyTrouble::Altered { .. }) => turned.left += 1,
                    Err(trouble) => return Err(trouble),
                }
            }
            turned.rewrapped += self.store.rewrap(old.0, new.0, &rows).await?;
            batches -= 1;
        }
        Ok(batches)
    }

    /// Ends periods that nothing lies under, and then destroys their keys: the other way round, a relay that missed it all could still
    /// put a release under a key that is gone.
    async fn end_old(&self, ring: &Ring) -> Result<u64, KeyTrouble> {
        let (now, mut ended) = (self.seconds(), 0);
        for pair in ring.periods.windows(2) {
            if let [old, next] = pair
                && now >= next.begun_at.saturating_add(self.kept)
                && self.store.end_period(old.number).await?
            {
                ended += 1;
                for file in self.folder.list()?.iter().filter(|file| file.is_of(old)) {
                    self.folder.destroy(file)?;
                }
            }
        }
        self.destroy_left_over(now).await?;
        Ok(ended)
    }

    /// Keys that no period of the database has: somebody was cut off between making a key and beginning its period, or between ending a
    /// period and destroying its key. They stay as long as a key may live, and longer while the database itself is new: it may be empty by
    /// mistake, and a backup still need them.
    async fn destroy_left_over(&self, now: i64) -> Result<(), KeyTrouble> {
        let periods = self.store.list_periods().await?;
        let (Some(oldest), Some(newest)) = (periods.first(), periods.last()) else { return Ok(()) };
        if now < oldest.begun_at.saturating_add(self.kept.max(DAY)) {
            return Ok(());
        }
        for file in self.folder.list()? {
            if file.number <= newest.number
                && !periods.iter().any(|period| file.is_of(period))
                && self.folder.find_made_at(&file)?.saturating_add(self.lasts + self.kept) <= now
            {
                self.folder.destroy(&file)?;
            }
        }
        Ok(())
    }
}
