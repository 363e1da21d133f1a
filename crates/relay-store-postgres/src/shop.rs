//! Shops in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::row::{ForeignRow, parse_grant_id};
use passerby_relay_store::{
    KeepStatement, KeptStatement, Proof, RemovedShop, Shop, ShopStore, StoreError, Suspension, Tombstones,
    read_claims, write_claims,
};
use sqlx::{PgConnection, query, query_as, query_scalar};

use crate::PostgresStore;
use crate::failure::{number, store_error};

struct ShopRow {
    sector: String,
    root_jkt: String,
    added_at: i64,
    statement: Option<String>,
    statement_seq: Option<i64>,
    statement_root_jkt: Option<String>,
    proof: Option<String>,
    suspended_at: Option<i64>,
    suspended_because: Option<String>,
    allowed_claims: Option<String>,
    requests_a_day: Option<i64>,
}

impl TryFrom<ShopRow> for Shop {
    type Error = ForeignRow;

    fn try_from(row: ShopRow) -> Result<Self, ForeignRow> {
        let statement = match (row.statement, row.statement_seq, row.statement_root_jkt) {
            (Some(compact), Some(seq), Some(root_jkt)) => Some(KeptStatement { compact, seq, root_jkt }),
            _ => None,
        };
        let proof = row.proof.map(|word| Proof::find(&word).ok_or(ForeignRow("proof"))).transpose()?;
        let suspension = row
            .suspended_at
            .map(|since| Suspension { since, reason: row.suspended_because.unwrap_or_default() });
        Ok(Self {
            sector: row.sector,
            root_jkt: row.root_jkt,
            added_at: row.added_at,
            statement,
            proof,
            suspension,
            allowed_claims: row.allowed_claims.as_deref().map(read_claims),
            requests_a_day: row.requests_a_day.map(number).transpose()?,
        })
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
    async fn try_remove_shop(
        &self,
        sector: &str,
        tombstones: &dyn Tombstones,
    ) -> Result<Option<RemovedShop>, StoreError> {
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
        let grants = query_scalar!("SELECT id FROM grants WHERE sector = $1", sector)
            .fetch_all(&mut *transaction)
            .await
            .map_err(store_error)?;
        let grants: Vec<_> = grants.iter().map(|id| parse_grant_id(id)).collect::<Result<_, _>>()?;
        tombstones.write(&grants).await?;
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
            "SELECT sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt, proof,
                    suspended_at, suspended_because, allowed_claims, requests_a_day
             FROM shops WHERE sector = $1",
            sector
        )
        .fetch_optional(self.pool())
        .await
        .map_err(store_error)?;
        Ok(row.map(Shop::try_from).transpose()?)
    }

    async fn list_shops(&self) -> Result<Vec<Shop>, StoreError> {
        let rows = query_as!(
            ShopRow,
            "SELECT sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt, proof,
                    suspended_at, suspended_because, allowed_claims, requests_a_day
             FROM shops ORDER BY sector"
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        Ok(rows.into_iter().map(Shop::try_from).collect::<Result<_, _>>()?)
    }

    async fn count_shop(&self, sector: &str) -> Result<Option<RemovedShop>, StoreError> {
        if self.find_shop(sector).await?.is_none() {
            return Ok(None);
        }
        let mut connection = self.pool().acquire().await.map_err(store_error)?;
        count(&mut connection, sector).await.map(Some)
    }

    async fn remove_shop(
        &self,
        sector: &str,
        tombstones: &dyn Tombstones,
    ) -> Result<Option<RemovedShop>, StoreError> {
        self.again(|| self.try_remove_shop(sector, tombstones)).await
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

    async fn suspend_shop(&self, sector: &str, suspension: &Suspension) -> Result<bool, StoreError> {
        let told = query!(
            "UPDATE shops SET suspended_at = $1, suspended_because = $2 WHERE sector = $3",
            suspension.since,
            suspension.reason,
            sector
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        Ok(told.rows_affected() == 1)
    }

    async fn resume_shop(&self, sector: &str) -> Result<bool, StoreError> {
        let told = query!(
            "UPDATE shops SET suspended_at = NULL, suspended_because = NULL WHERE sector = $1",
            sector
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        Ok(told.rows_affected() == 1)
    }

    async fn allow_claims(&self, sector: &str, claims: Option<&[String]>) -> Result<bool, StoreError> {
        let claims = claims.map(write_claims);
        let told = query!("UPDATE shops SET allowed_claims = $1 WHERE sector = $2", claims, sector)
            .execute(self.pool())
            .await
            .map_err(store_error)?;
        Ok(told.rows_affected() == 1)
    }

    async fn limit_shop(&self, sector: &str, requests_a_day: Option<u32>) -> Result<bool, StoreError> {
        let most = requests_a_day.map(i64::from);
        let told = query!("UPDATE shops SET requests_a_day = $1 WHERE sector = $2", most, sector)
            .execute(self.pool())
            .await
            .map_err(store_error)?;
        Ok(told.rows_affected() == 1)
    }
}
