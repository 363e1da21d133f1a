//! Shops in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::{KeepStatement, KeptStatement, RemovedShop, Shop, ShopStore, StoreError};
use sqlx::{PgConnection, query, query_as, query_scalar};

use crate::PostgresStore;
use crate::failure::store_error;

struct ShopRow {
    sector: String,
    root_jkt: String,
    added_at: i64,
    statement: Option<String>,
    statement_seq: Option<i64>,
    statement_root_jkt: Option<String>,
}

impl From<ShopRow> for Shop {
    fn from(row: ShopRow) -> Self {
        let statement = match (row.statement, row.statement_seq, row.statement_root_jkt) {
            (Some(compact), Some(seq), Some(root_jkt)) => Some(KeptStatement { compact, seq, root_jkt }),
            _ => None,
        };
        Self { sector: row.sector, root_jkt: row.root_jkt, added_at: row.added_at, statement }
    }
}

async fn count(connection: &mut PgConnection, sector: &str) -> Result<RemovedShop, StoreError> {
    let requests = query_scalar!(r#"SELECT count(*) AS "count!" FROM requests WHERE sector = $1"#, sector)
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    let grants = query_scalar!(r#"SELECT count(*) AS "count!" FROM grants WHERE sector = $1"#, sector)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(RemovedShop { requests: requests.unsigned_abs(), grants: grants.unsigned_abs() })
}

impl PostgresStore {
    async fn try_remove_shop(&self, sector: &str) -> Result<Option<RemovedShop>, StoreError> {
        let mut transaction = self.begin().await?;
        // Nobody adds to a shop whose row is locked, so that what is counted is what goes.
        let found = query!("SELECT sector FROM shops WHERE sector = $1 FOR UPDATE", sector)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(store_error)?;
        if found.is_none() {
            return Ok(None);
        }
        query!("SELECT id FROM transactions WHERE sector = $1 FOR UPDATE", sector)
            .fetch_all(&mut *transaction)
            .await
            .map_err(store_error)?;
        let counted = count(&mut transaction, sector).await?;
        query!("DELETE FROM shops WHERE sector = $1", sector)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(Some(counted))
    }
}

#[async_trait]
impl ShopStore for PostgresStore {
    async fn add_shop(&self, sector: &str, root_jkt: &str, added_at: i64) -> Result<bool, StoreError> {
        let added = query!(
            "INSERT INTO shops (sector, root_jkt, added_at) VALUES ($1, $2, $3) ON CONFLICT (sector) DO NOTHING",
            sector,
            root_jkt,
            added_at
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        Ok(added.rows_affected() == 1)
    }

    async fn find_shop(&self, sector: &str) -> Result<Option<Shop>, StoreError> {
        let row = query_as!(
            ShopRow,
            "SELECT sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt
             FROM shops WHERE sector = $1",
            sector
        )
        .fetch_optional(self.pool())
        .await
        .map_err(store_error)?;
        Ok(row.map(Shop::from))
    }

    async fn list_shops(&self) -> Result<Vec<Shop>, StoreError> {
        let rows = query_as!(
            ShopRow,
            "SELECT sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt
             FROM shops ORDER BY sector"
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        Ok(rows.into_iter().map(Shop::from).collect())
    }

    async fn count_shop(&self, sector: &str) -> Result<Option<RemovedShop>, StoreError> {
        if self.find_shop(sector).await?.is_none() {
            return Ok(None);
        }
        let mut connection = self.pool().acquire().await.map_err(store_error)?;
        count(&mut connection, sector).await.map(Some)
    }

    async fn remove_shop(&self, sector: &str) -> Result<Option<RemovedShop>, StoreError> {
        self.again(|| self.try_remove_shop(sector)).await
    }

    async fn keep_statement(
        &self,
        sector: &str,
        recorded_root_jkt: &str,
        statement: &KeptStatement,
    ) -> Result<KeepStatement, StoreError> {
        let mut transaction = self.begin().await?;
        let found = query!(
            "SELECT statement, statement_seq FROM shops WHERE sector = $1 AND root_jkt = $2 FOR NO KEY UPDATE",
            sector,
            recorded_root_jkt
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
        let Some(kept) = found else { return Ok(KeepStatement::Changed) };
        match kept.statement_seq {
            Some(seq) if seq > statement.seq => return Ok(KeepStatement::Rollback),
            Some(seq) if seq == statement.seq => {
                let same = kept.statement.as_deref() == Some(&statement.compact);
                return Ok(if same { KeepStatement::Kept } else { KeepStatement::Equivocation });
            }
            _ => {}
        }
        query!(
            "UPDATE shops SET root_jkt = $1, statement = $2, statement_seq = $3, statement_root_jkt = $4 WHERE sector = $5",
            statement.root_jkt,
            statement.compact,
            statement.seq,
            statement.root_jkt,
            sector
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(KeepStatement::Kept)
    }
}
