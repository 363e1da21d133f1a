//! Who waits for which transaction, in this process.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Topic;

/// Everybody's bells. A transaction that nobody waits for has none.
#[derive(Default)]
pub(super) struct Table(Mutex<HashMap<Topic, Bell>>);

struct Bell {
    rings: watch::Sender<()>,
    ears: usize,
}

/// Whoever waits for one transaction.
pub(super) struct Ear {
    table: Arc<Table>,
    topic: Topic,
    rings: watch::Receiver<()>,
}

impl Table {
    /// From now on no ring is missed.
    pub fn listen(self: &Arc<Self>, topic: Topic) -> Ear {
        let mut bells = self.lock();
        let bell = bells.entry(topic).or_insert_with(|| Bell { rings: watch::channel(()).0, ears: 0 });
        bell.ears += 1;
        Ear { table: Arc::clone(self), topic, rings: bell.rings.subscribe() }
    }

    pub fn wake(&self, topic: &Topic) {
        if let Some(bell) = self.lock().get(topic) {
            bell.rings.send_replace(());
        }
    }

    pub fn wake_all(&self) {
        for bell in self.lock().values() {
            bell.rings.send_replace(());
        }
    }

    /// A bell has no halfway state that a panic elsewhere could have left behind.
    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, Bell>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ear {
    /// Returns when the bell has rung since this was last asked, or since the beginning.
    pub async fn rung(&mut self) {
        if self.rings.changed().await.is_err() {
            // The bell stays as long as an ear does.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut bells = self.table.lock();
        if let Entry::Occupied(mut bell) = bells.entry(self.topic) {
            bell.get_mut().ears -= 1;
            if bell.get().ears == 0 {
                bell.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_is_heard_whenever_it_was_and_by_its_own_ears_only() {
        let table = Arc::new(Table::default());
        let (mut one, mut two) = (table.listen([1; 32]), table.listen([1; 32]));
        let mut other = table.listen([2; 32]);
        table.wake(&[1; 32]);
        table.wake(&[3; 32]);
        one.rung().await;
        two.rung().await;
        assert!(!other.rings.has_changed().unwrap() && !one.rings.has_changed().unwrap());
        table.wake_all();
        other.rung().await;
        one.rung().await;
    }

    #[tokio::test]
    async fn nothing_is_left_of_those_who_have_gone() {
        let table = Arc::new(Table::default());
        let first = table.listen([1; 32]);
        let mut second = table.listen([1; 32]);
        drop(first);
        table.wake(&[1; 32]);
        second.rung().await;
        drop(second);
        assert!(table.lock().is_empty());
        let tasks: Vec<_> = (0..64_u8)
            .map(|number| {
                let table = Arc::clone(&table);
                tokio::spawn(async move { drop(table.listen([number % 3; 32])) })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(table.lock().is_empty());
    }
}
