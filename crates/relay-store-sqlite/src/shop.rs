//! Shops in SQLite.

use async_trait::async_trait;
use passerby_relay_store::row::{ForeignRow, parse_grant_id};
use passerby_relay_store::{
    KeepStatement, KeptStatement, Proof, RemovedShop, Shop, ShopStore, StoreError, Suspension, Tombstones,
    read_claims, write_claims,
};
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::SqliteStore;
use crate::failure::store_error;

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
    requests_a_day: Option<u32>,
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
            requests_a_day: row.requests_a_day,
        })
    }
}

async fn count(connection: &mut SqliteConnection, sector: &str) -> Result<RemovedShop, StoreError> {
    let requests = query_scalar!("SELECT count(*) FROM requests WHERE sector = ?", sector)
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    let grants = query_scalar!("SELECT count(*) FROM grants WHERE sector = ?", sector)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(RemovedShop { requests: requests.unsigned_abs(), grants: grants.unsigned_abs() })
}

async fn delete_shop(
    connection: &mut SqliteConnection,
    sector: &str,
    tombstones: &dyn Tombstones,
) -> Result<Option<RemovedShop>, StoreError> {
    let counted = count(connection, sector).await?;
    let grants = query_scalar!("SELECT id FROM grants WHERE sector = ?", sector)
        .fetch_all(&mut *connection)
        .await
        .map_err(store_error)?;
    let grants: Vec<_> = grants.iter().map(|id| parse_grant_id(id)).collect::<Result<_, _>>()?;
    tombstones.write(&grants).await?;
    let removed = query!("DELETE FROM shops WHERE sector = ?", sector)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    Ok((removed.rows_affected() == 1).then_some(counted))
}

async fn replace_statement(
    connection: &mut SqliteConnection,
    sector: &str,
    recorded_root_jkt: &str,
    statement: &KeptStatement,
) -> Result<KeepStatement, StoreError> {
    let found = query!(
        "SELECT statement, statement_seq FROM shops WHERE sector = ? AND root_jkt = ?",
        sector,
        recorded_root_jkt
    )
    .fetch_optional(&mut *connection)
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
        "UPDATE shops SET root_jkt = ?, statement = ?, statement_seq = ?, statement_root_jkt = ? WHERE sector = ?",
        statement.root_jkt,
        statement.compact,
        statement.seq,
        statement.root_jkt,
        sector
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    Ok(KeepStatement::Kept)
}

#[async_trait]
impl ShopStore for SqliteStore {
    async fn add_shop(&self, sector: &str, root_jkt: &str, added_at: i64) -> Result<bool, StoreError> {
        let mut part = self.writer().begin().await?;
        let added = query!(
            "INSERT INTO shops (sector, root_jkt, added_at) VALUES (?, ?, ?) ON CONFLICT (sector) DO NOTHING",
            sector,
            root_jkt,
            added_at
        )
        .execute(&mut *part)
        .await
        .map_err(store_error);
        let added = part.end(added).await?;
        Ok(added.rows_affected() == 1)
    }

    async fn find_shop(&self, sector: &str) -> Result<Option<Shop>, StoreError> {
        let row = query_as!(
            ShopRow,
            r#"SELECT sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt, proof,
                      suspended_at, suspended_because, allowed_claims, requests_a_day AS "requests_a_day: u32"
               FROM shops WHERE sector = ?"#,
            sector
        )
        .fetch_optional(self.readers())
        .await
        .map_err(store_error)?;
        Ok(row.map(Shop::try_from).transpose()?)
    }

    async fn list_shops(&self) -> Result<Vec<Shop>, StoreError> {
        let rows = query_as!(
            ShopRow,
            r#"SELECT sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt, proof,
                      suspended_at, suspended_because, allowed_claims, requests_a_day AS "requests_a_day: u32"
               FROM shops ORDER BY sector"#
        )
        .fetch_all(self.readers())
        .await
        .map_err(store_error)?;
        Ok(rows.into_iter().map(Shop::try_from).collect::<Result<_, _>>()?)
    }

    async fn count_shop(&self, sector: &str) -> Result<Option<RemovedShop>, StoreError> {
        if self.find_shop(sector).await?.is_none() {
            return Ok(None);
        }
        let mut connection = self.readers().acquire().await.map_err(store_error)?;
        count(&mut connection, sector).await.map(Some)
    }

    async fn remove_shop(
        &self,
        sector: &str,
        tombstones: &dyn Tombstones,
    ) -> Result<Option<RemovedShop>, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = delete_shop(&mut part, sector, tombstones).await;
        part.end(outcome).await
    }

    async fn keep_statement(
        &self,
        sector: &str,
        recorded_root_jkt: &str,
        statement: &KeptStatement,
    ) -> Result<KeepStatement, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = replace_statement(&mut part, sector, recorded_root_jkt, statement).await;
        part.end(outcome).await
    }

    async fn suspend_shop(&self, sector: &str, suspension: &Suspension) -> Result<bool, StoreError> {
        let mut part = self.writer().begin().await?;
        let told = query!(
            "UPDATE shops SET suspended_at = ?, suspended_because = ? WHERE sector = ?",
            suspension.since,
            suspension.reason,
            sector
        )
        .execute(&mut *part)
        .await
        .map_err(store_error);
        let told = part.end(told).await?;
        Ok(told.rows_affected() == 1)
    }

    async fn resume_shop(&self, sector: &str) -> Result<bool, StoreError> {
        let mut part = self.writer().begin().await?;
        let told =
            query!("UPDATE shops SET suspended_at = NULL, suspended_because = NULL WHERE sector = ?", sector)
                .execute(&mut *part)
                .await
                .map_err(store_error);
        let told = part.end(told).await?;
        Ok(told.rows_affected() == 1)
    }

    async fn allow_claims(&self, sector: &str, claims: Option<&[String]>) -> Result<bool, StoreError> {
        let claims = claims.map(write_claims);
        let mut part = self.writer().begin().await?;
        let told = query!("UPDATE shops SET allowed_claims = ? WHERE sector = ?", claims, sector)
            .execute(&mut *part)
            .await
            .map_err(store_error);
        let told = part.end(told).await?;
        Ok(told.rows_affected() == 1)
    }

    async fn limit_shop(&self, sector: &str, requests_a_day: Option<u32>) -> Result<bool, StoreError> {
        let mut part = self.writer().begin().await?;
        let told = query!("UPDATE shops SET requests_a_day = ? WHERE sector = ?", requests_a_day, sector)
            .execute(&mut *part)
            .await
            .map_err(store_error);
        let told = part.end(told).await?;
        Ok(told.rows_affected() == 1)
    }
}
