//! Transactions in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::row::{parse_digest, parse_grant_id};
use passerby_relay_store::{
    Asked, COLLECT_AGAIN, Collect, Collected, Sha256, StoreError, Tombstones, Transaction, TransactionStore,
    UNCOLLECTED, WRONG_CODES,
};
use sqlx::{PgConnection, query, query_as};

use crate::PostgresStore;
use crate::failure::{number, store_error};

struct TransactionRow {
    wrong_codes: i64,
    answered_at: Option<i64>,
    code_sha256: Option<Vec<u8>>,
    grant_id: Option<String>,
    declined: bool,
    collected_at: Option<i64>,
}

impl TransactionRow {
    /// Too late for the right code: a while after the first time, or, when nobody ever came, a day after the answer. Then
    /// it is gone, whether or not the sweep has been here.
    fn is_over(&self, now: i64) -> bool {
        match (self.collected_at, self.answered_at) {
            (Some(first), _) => now > first.saturating_add(COLLECT_AGAIN),
            (None, Some(answered)) => now >= answered.saturating_add(UNCOLLECTED),
            (None, None) => false,
        }
    }
}

/// Finds a transaction and keeps it as it is until the end of the database's.
async fn lock_row(
    connection: &mut PgConnection,
    sector: &str,
    id: &str,
) -> Result<Option<TransactionRow>, StoreError> {
    query_as!(
        TransactionRow,
        "SELECT wrong_codes, answered_at, code_sha256, grant_id, declined, collected_at
         FROM transactions WHERE sector = $1 AND id = $2 FOR NO KEY UPDATE",
        sector,
        id
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)
}

async fn count_wrong(
    connection: &mut PgConnection,
    row: &TransactionRow,
    sector: &str,
    id: &str,
    tombstones: &dyn Tombstones,
) -> Result<Collect, StoreError> {
    // Whoever held the right code has been here: wrong ones can neither be the shop's browser nor burn anything.
    if row.collected_at.is_some() {
        return Ok(Collect::Wrong);
    }
    query!("UPDATE transactions SET wrong_codes = wrong_codes + 1 WHERE sector = $1 AND id = $2", sector, id)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    if number(row.wrong_codes)?.saturating_add(1) < WRONG_CODES {
        return Ok(Collect::Wrong);
    }
    if let Some(grant_id) = &row.grant_id {
        tombstones.write(&[parse_grant_id(grant_id)?]).await?;
    }
    query!("DELETE FROM grants WHERE id = $1", row.grant_id)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    query!("UPDATE transactions SET grant_id = NULL WHERE sector = $1 AND id = $2", sector, id)
        .execute(connection)
        .await
        .map_err(store_error)?;
    Ok(Collect::Burned)
}

/// The grant, which then stays until the end of the database's transaction: no sweep takes it away in between.
async fn hand_out(
    connection: &mut PgConnection,
    row: &TransactionRow,
) -> Result<Option<Collected>, StoreError> {
    let found = query!(
        "SELECT id, grant_claim, consent_receipt, relay_receipt, release_sha256 FROM grants
         WHERE id = $1 FOR NO KEY UPDATE",
        row.grant_id
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    let Some(grant) = found else { return Ok(None) };
    let Some(relay_receipt) = grant.relay_receipt else { return Ok(None) };
    Ok(Some(Collected {
        grant_id: parse_grant_id(&grant.id)?,
        grant_claim: grant.grant_claim,
        consent_receipt: grant.consent_receipt,
        relay_receipt,
        release_sha256: parse_digest(&grant.release_sha256)?,
    }))
}

impl PostgresStore {
    async fn try_collect(
        &self,
        sector: &str,
        id: &str,
        code_sha256: &Sha256,
        now: i64,
        tombstones: &dyn Tombstones,
    ) -> Result<Collect, StoreError> {
        let mut transaction = self.begin().await?;
        let Some(row) = lock_row(&mut transaction, sector, id).await? else { return Ok(Collect::NotFound) };
        if number(row.wrong_codes)? >= WRONG_CODES {
            return Ok(Collect::Burned);
        }
        // Digests of random codes: comparing them in whatever time tells nothing about a code.
        let outcome = if row.code_sha256.as_deref() != Some(code_sha256.as_slice()) {
            count_wrong(&mut transaction, &row, sector, id, tombstones).await?
        } else if row.is_over(now) {
            Collect::Used
        } else if row.declined {
            Collect::Declined
        } else {
            hand_out(&mut transaction, &row).await?.map_or(Collect::Used, |c| Collect::Granted(Box::new(c)))
        };
        if matches!(outcome, Collect::Granted(_) | Collect::Declined) && row.collected_at.is_none() {
            query!(
                "UPDATE transactions SET collected_at = $1 WHERE sector = $2 AND id = $3",
                now,
                sector,
                id
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            query!("UPDATE grants SET collected_at = $1 WHERE id = $2", now, row.grant_id)
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(outcome)
    }
}

#[async_trait]
impl TransactionStore for PostgresStore {
    async fn find_transaction(&self, sector: &str, id: &str) -> Result<Option<Transaction>, StoreError> {
        let found = query!(
            "SELECT wrong_codes, answered_at FROM transactions WHERE sector = $1 AND id = $2",
            sector,
            id
        )
        .fetch_optional(self.pool())
        .await
        .map_err(store_error)?;
        let Some(row) = found else { return Ok(None) };
        let asked = query_as!(
            Asked,
            r#"SELECT exp, response_by, bound_jkt IS NOT NULL AS "bound!"
               FROM requests WHERE sector = $1 AND transaction_id = $2 ORDER BY parked_at, id"#,
            sector,
            id
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        Ok(Some(Transaction {
            burned: number(row.wrong_codes)? >= WRONG_CODES,
            answered: row.answered_at.is_some(),
            asked,
        }))
    }

    async fn collect(
        &self,
        sector: &str,
        id: &str,
        code_sha256: &Sha256,
        now: i64,
        tombstones: &dyn Tombstones,
    ) -> Result<Collect, StoreError> {
        self.again(|| self.try_collect(sector, id, code_sha256, now, tombstones)).await
    }
}
