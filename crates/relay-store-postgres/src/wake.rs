//! Waking with PostgreSQL: `NOTIFY`, and a connection that does nothing but `LISTEN`.
//!
//! Told after the commit of what has changed, in a transaction of its own, which writes nothing: PostgreSQL lets transactions that notify
//! commit one after the other, and commits that write would wait for each other's disk.

use std::fmt;

use async_trait::async_trait;
use passerby_relay_store::{Ears, News, Sha256, StoreError, WakeStore};
use sqlx::postgres::PgListener;
use sqlx::{Executor as _, query};

use crate::PostgresStore;
use crate::failure::store_error;

/// Where relays on one database tell each other. A channel belongs to its database.
const CHANNEL: &str = "passerby_changed";

/// Ears at a database. When their connection is lost they make a new one, and say so.
struct PostgresEars {
    listener: PgListener,
}

impl fmt::Debug for PostgresEars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresEars")
    }
}

/// Reads a digest in hexadecimal digits. `None`: no program of ours told this.
fn parse_digest(text: &str) -> Option<Sha256> {
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, place) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(place..place + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[async_trait]
impl Ears for PostgresEars {
    async fn hear(&mut self) -> Result<News, StoreError> {
        loop {
            // `None`: the connection was lost, and there is a new one that listens already.
            let Some(told) = self.listener.try_recv().await.map_err(store_error)? else {
                return Ok(News::Missed);
            };
            if let Some(changed) = parse_digest(told.payload()) {
                return Ok(News::Changed(changed));
            }
        }
    }

    async fn check(&mut self) -> Result<(), StoreError> {
        self.listener.execute("SELECT 1").await.map_err(store_error)?;
        Ok(())
    }
}

#[async_trait]
impl WakeStore for PostgresStore {
    async fn tell(&self, changed: &[Sha256]) -> Result<(), StoreError> {
        if changed.is_empty() {
            return Ok(());
        }
        let changed: Vec<&[u8]> = changed.iter().map(<[u8; 32]>::as_slice).collect();
        query("SELECT pg_notify($1, encode(changed, 'hex')) FROM unnest($2::bytea[]) AS changed")
            .bind(CHANNEL)
            .bind(changed)
            .execute(self.pool())
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn listen(&self) -> Result<Option<Box<dyn Ears>>, StoreError> {
        let mut listener = PgListener::connect_with(self.pool()).await.map_err(store_error)?;
        listener.listen(CHANNEL).await.map_err(store_error)?;
        Ok(Some(Box::new(PostgresEars { listener })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_of_somebody_else_is_not_taken_for_a_digest() {
        assert_eq!(parse_digest(&"0f".repeat(32)), Some([15; 32]));
        for foreign in ["", "0f", &"0g".repeat(32), &"+f".repeat(32), &"é".repeat(32)] {
            assert_eq!(parse_digest(foreign), None);
        }
    }
}
