//! Step 6, reveal, and everything else that happened: the log as people read it. Names and times, never a value.

use std::fmt;
use std::str::FromStr;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::{RecordError, RecordId};

use crate::records::{ActivityRecord, What};
use crate::wallet::Wallet;

/// How many lines of the log are opened at a time, at least.
const PORTION: usize = 64;

/// Names a line of the log, for as long as the wallet exists. Later lines have higher ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineId(RecordId);

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LineId {
    type Err = ParseLineIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| ParseLineIdError)
    }
}

/// The text names no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tried to read the name of a line of the log")]
pub struct ParseLineIdError;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityView {
    /// Its name.
    pub id: LineId,
    /// When.
    pub at: Timestamp,
    /// With whom. Merely claimed when the request was stopped.
    pub sector: Sector,
    /// What happened.
    pub what: What,
    /// Which details it was about, by name.
    pub claims: Vec<ClaimName>,
}

impl Wallet {
    /// The log, oldest line first.
    pub async fn activity(&self) -> Result<Vec<ActivityView>, RecordError> {
        let lines = self.vault().list::<ActivityRecord>().await?;
        Ok(lines.into_iter().map(ActivityView::of).collect())
    }

    /// The newest lines that are wanted, newest first: at most so many, and only those older than a line.
    ///
    /// Opens what it gives and little more. What a line says is sealed, so that those that are not wanted are opened on the way
    /// to those that are.
    pub async fn newest_activity(
        &self,
        before: Option<LineId>,
        most: usize,
        wanted: impl Fn(&ActivityView) -> bool,
    ) -> Result<Vec<ActivityView>, RecordError> {
        let portion = most.max(PORTION);
        let (mut lines, mut from) = (Vec::new(), before);
        while lines.len() < most {
            let some = self.vault().list_newest::<ActivityRecord>(from.map(|LineId(id)| id), portion).await?;
            let last = some.len() < portion;
            from = some.last().map(|(id, _)| LineId(*id));
            lines.extend(some.into_iter().map(ActivityView::of).filter(&wanted));
            if last {
                break;
            }
        }
        lines.truncate(most);
        Ok(lines)
    }
}

impl ActivityView {
    fn of((id, line): (RecordId, ActivityRecord)) -> Self {
        Self { id: LineId(id), at: line.at, sector: line.sector, what: line.what, claims: line.claims }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use passerby_testkit::clock::{NOON, TestClock};
    use passerby_testkit::rng::seeded;
    use passerby_vault::Stretching;
    use secrecy::SecretString;

    use super::*;

    const LINES: usize = 2_000;

    /// A wallet whose log has a refusal in every hundredth line, and a question in all others.
    async fn with_a_long_log() -> (tempfile::TempDir, Wallet) {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = seeded(1);
        let passphrase = SecretString::from("four words nobody guesses");
        let clock = Arc::new(TestClock::default());
        let path = folder.path().join("vault.db");
        let wallet = Wallet::create(&path, &passphrase, Stretching::FLOOR, clock, &mut rng).await.unwrap();
        let mut batch = wallet.vault().batch();
        for n in 0..LINES {
            let what = if n % 100 == 0 { What::Declined } else { What::Asked };
            let sector = Sector::parse(&format!("shop-{n}.example")).unwrap();
            let line = ActivityRecord { at: NOON, sector, what, claims: Vec::new() };
            batch.insert(&line, NOON.seconds(), &mut rng).unwrap();
        }
        wallet.vault().write(batch).await.unwrap();
        (folder, wallet)
    }

    fn hosts(lines: &[ActivityView]) -> Vec<String> {
        lines.iter().map(|line| line.sector.to_string()).collect()
    }

    #[tokio::test]
    async fn the_pages_together_are_the_log_and_each_opens_about_what_it_gives() {
        let (_folder, wallet) = with_a_long_log().await;
        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let opened = Cell::new(0);
            let count = |_: &ActivityView| {
                opened.set(opened.get() + 1);
                true
            };
            let page = wallet.newest_activity(before, 90, count).await.unwrap();
            assert!(opened.get() <= 90, "{} lines were opened for a page of 90", opened.get());
            before = page.last().map(|line| line.id.to_string().parse().unwrap());
            let last = page.len() < 90;
            pages.extend(page);
            if last {
                break;
            }
        }
        let mut log = wallet.activity().await.unwrap();
        log.reverse();
        assert_eq!(pages.len(), LINES);
        assert_eq!(pages, log);
    }

    #[tokio::test]
    async fn a_filter_finds_what_is_far_back() {
        let (_folder, wallet) = with_a_long_log().await;
        let declined = |line: &ActivityView| line.what == What::Declined;
        let page = wallet.newest_activity(None, 3, declined).await.unwrap();
        assert_eq!(hosts(&page), ["shop-1900.example", "shop-1800.example", "shop-1700.example"]);
        let rest = wallet.newest_activity(Some(page[2].id), 100, declined).await.unwrap();
        assert_eq!(rest.len(), 17);
        assert_eq!(rest[16].sector.as_str(), "shop-0.example");
        assert!(wallet.newest_activity(Some(rest[16].id), 1, declined).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_comes_meanwhile_moves_no_line_to_another_page() {
        let (_folder, wallet) = with_a_long_log().await;
        let first = wallet.newest_activity(None, 10, |_| true).await.unwrap();
        let sector = Sector::parse("late.example").unwrap();
        let late = ActivityRecord { at: NOON, sector, what: What::Sent, claims: Vec::new() };
        wallet.vault().insert(&late, NOON.seconds(), &mut seeded(2)).await.unwrap();
        let second = wallet.newest_activity(Some(first[9].id), 1, |_| true).await.unwrap();
        assert_eq!(hosts(&second), ["shop-1989.example"]);
    }
}
