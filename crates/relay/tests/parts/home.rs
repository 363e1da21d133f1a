//! Where a relay keeps what it carries.

use std::sync::Arc;

use passerby_relay::period::KeysFolder;
use passerby_relay_store::RelayStore;
use passerby_relay_store_postgres::{PostgresAddress, PostgresStore, fresh};
use passerby_relay_store_sqlite::SqliteStore;
use tempfile::TempDir;

/// Where the store is, to be opened more than once, and the keys beside it.
pub enum Home {
    File(TempDir),
    Postgres(PostgresAddress, TempDir),
}

impl Home {
    pub async fn make() -> Self {
        if env!("CARGO_CRATE_NAME") == "postgres" {
            let address = fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"));
            Self::Postgres(address, tempfile::tempdir().unwrap())
        } else {
            Self::File(tempfile::tempdir().unwrap())
        }
    }

    pub fn keys(&self) -> KeysFolder {
        let (Self::File(folder) | Self::Postgres(_, folder)) = self;
        KeysFolder::at(folder.path().join("keys"))
    }

    pub async fn open(&self) -> Arc<dyn RelayStore> {
        match self {
            Self::File(folder) => Arc::new(SqliteStore::open(&folder.path().join("relay.db")).await.unwrap()),
            Self::Postgres(address, _) => Arc::new(PostgresStore::open(address).await.unwrap()),
        }
    }
}
