//! The newest records of a kind, a page at a time: nothing else is opened for it.

use std::sync::atomic::{AtomicUsize, Ordering};

use passerby_vault::{Record, RecordId, Vault};
use serde::{Deserialize, Deserializer, Serialize};

use crate::parts::{Attribute, Home, NOW, sql};

const LINES: usize = 1_000;

static READ: AtomicUsize = AtomicUsize::new(0);

/// Counts how often one is read. Of one test only: tests may run beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Counted(usize);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.fetch_add(1, Ordering::Relaxed);
        usize::deserialize(deserializer).map(Self)
    }
}

impl Record for Counted {
    const KIND: &'static str = "counted";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line(usize);

impl Record for Line {
    const KIND: &'static str = "line";
}

/// An open vault with [`LINES`] records, and as many of another kind between them.
async fn full<T: Record>(home: &mut Home, make: impl Fn(usize) -> T) -> (Vault, Vec<RecordId>) {
    let vault = home.create().await;
    let (mut batch, mut ids) = (vault.batch(), Vec::new());
    for n in 0..LINES {
        ids.push(batch.insert(&make(n), NOW, &mut home.rng).unwrap());
        batch.insert(&Attribute::new("between", ""), NOW, &mut home.rng).unwrap();
    }
    vault.write(batch).await.unwrap();
    (vault, ids)
}

fn numbers(page: &[(RecordId, Line)]) -> Vec<usize> {
    page.iter().map(|(_, Line(n))| *n).collect()
}

#[tokio::test]
async fn a_page_reads_as_many_records_as_it_gives() {
    let mut home = Home::new();
    let (vault, ids) = full(&mut home, Counted).await;
    vault.lock().await.unwrap();
    let vault = home.open().await;
    READ.store(0, Ordering::Relaxed);
    let page = vault.list_newest::<Counted>(None, 20).await.unwrap();
    assert_eq!(READ.swap(0, Ordering::Relaxed), 20);
    assert_eq!((page.len(), &page[0], &page[19]), (20, &(ids[999], Counted(999)), &(ids[980], Counted(980))));
    let next = vault.list_newest::<Counted>(Some(page[19].0), 20).await.unwrap();
    assert_eq!(READ.swap(0, Ordering::Relaxed), 20);
    assert_eq!(next[0], (ids[979], Counted(979)));
    vault.list::<Counted>().await.unwrap();
    assert_eq!(READ.swap(0, Ordering::Relaxed), LINES, "the count counts");
}

#[tokio::test]
async fn the_last_page_is_short_and_the_one_after_it_empty() {
    let mut home = Home::new();
    let (vault, ids) = full(&mut home, Line).await;
    let last = vault.list_newest::<Line>(Some(ids[3]), 20).await.unwrap();
    assert_eq!(numbers(&last), [2, 1, 0]);
    assert!(vault.list_newest::<Line>(Some(ids[0]), 20).await.unwrap().is_empty());
    assert!(vault.list_newest::<Line>(None, 0).await.unwrap().is_empty());
    // A line that is gone still says where its page ended.
    vault.remove(ids[3]).await.unwrap();
    assert_eq!(numbers(&vault.list_newest::<Line>(Some(ids[3]), 2).await.unwrap()), [2, 1]);
}

#[tokio::test]
async fn rows_that_are_altered_meanwhile_are_noticed_and_older_ones_take_their_places() {
    let mut home = Home::new();
    let (vault, ids) = full(&mut home, Line).await;
    vault.lock().await.unwrap();
    let vault = home.open().await;
    for id in [ids[998], ids[997], ids[990]] {
        home.alter(format!("UPDATE record SET blob = zeroblob(length(blob)) WHERE id = {}", sql(id))).await;
    }
    let page = vault.list_newest::<Line>(None, 4).await.unwrap();
    assert_eq!(numbers(&page), [999, 996, 995, 994]);
    // The third altered row was not opened: nobody knows of it yet.
    assert_eq!(vault.damaged().await.unwrap(), [ids[997], ids[998]]);
    assert_eq!(vault.list::<Line>().await.unwrap().len(), LINES - 3);
}
