//! Taking everything in that another store held: in one transaction, into empty tables, and read again before it counts.

use passerby_relay_store::StoreError;
use passerby_relay_store::contents::{Cell, ForeignTable, Row, Table};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};

use crate::PostgresStore;
use crate::failure::store_error;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    YesOrNo,
    Text,
    Bytes,
}

/// Tables that are locked until the end, and were empty at the beginning. Dropped without [`Intake::finish`], nothing was taken in.
#[derive(Debug)]
pub struct Intake {
    transaction: Transaction<'static, Postgres>,
}

/// A table with what its columns hold, in the order of the table that is taken in.
#[derive(Debug)]
pub struct Shelf {
    table: Table,
    kinds: Vec<Kind>,
}

impl Intake {
    /// Locks these tables. `None`: one of them holds something.
    pub async fn begin(store: &PostgresStore, tables: &[Table]) -> Result<Option<Self>, StoreError> {
        let mut transaction = store.begin().await?;
        for table in tables {
            let name = &table.name;
            let lock = format!("LOCK TABLE \"{name}\" IN ACCESS EXCLUSIVE MODE");
            sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *transaction).await.map_err(store_error)?;
            let ask = format!("SELECT EXISTS (SELECT 1 FROM \"{name}\")");
            let holds: bool = sqlx::query_scalar(AssertSqlSafe(ask))
                .fetch_one(&mut *transaction)
                .await
                .map_err(store_error)?;
            if holds {
                return Ok(None);
            }
        }
        Ok(Some(Self { transaction }))
    }

    /// Finds out what a table's columns hold here. Refused when they are not the same columns.
    pub async fn find_shelf(&mut self, table: &Table) -> Result<Shelf, StoreError> {
        let found: Vec<(String, String)> = sqlx::query_as(
            "SELECT column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1",
        )
        .bind(&table.name)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(store_error)?;
        let kind = |name: &String| match found.iter().find(|(found, _)| found == name)?.1.as_str() {
            "bigint" => Some(Kind::Number),
            "boolean" => Some(Kind::YesOrNo),
            "text" => Some(Kind::Text),
            "bytea" => Some(Kind::Bytes),
            _ => None,
        };
        let kinds: Option<Vec<_>> = table.columns.iter().map(kind).collect();
        match kinds {
            Some(kinds) if found.len() == kinds.len() => Ok(Shelf { table: table.clone(), kinds }),
            _ => Err(ForeignTable(table.name.clone()).into()),
        }
    }

    /// Takes a row in.
    pub async fn add(&mut self, to: &Shelf, row: &Row) -> Result<(), StoreError> {
        let table = &to.table;
        let columns: Vec<_> = table.columns.iter().map(|name| format!("\"{name}\"")).collect();
        let numbers: Vec<_> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let (columns, numbers) = (columns.join(", "), numbers.join(", "));
        // Openings have numbers that the database gives; these keep theirs.
        let name = &table.name;
        let insert = format!("INSERT INTO \"{name}\" ({columns}) OVERRIDING SYSTEM VALUE VALUES ({numbers})");
        let mut query = sqlx::query(AssertSqlSafe(insert));
        for (cell, kind) in row.iter().zip(&to.kinds) {
            query = bind(query, cell, *kind).ok_or_else(|| ForeignTable(name.clone()))?;
        }
        query.execute(&mut *self.transaction).await.map_err(store_error)?;
        Ok(())
    }

    /// The next rows of a table, in the order of its key; none when that was all.
    pub async fn read(&mut self, from: &Shelf, after: Option<&Row>) -> Result<Vec<Row>, StoreError> {
        let table = &from.table;
        let mut query = sqlx::query(AssertSqlSafe(table.select(after.is_some())));
        for (cell, place) in after.into_iter().flatten().zip(&table.key) {
            let kind = from.kinds.get(*place).copied();
            query = kind
                .and_then(|kind| bind(query, cell, kind))
                .ok_or_else(|| ForeignTable(table.name.clone()))?;
        }
        let rows = query.fetch_all(&mut *self.transaction).await.map_err(store_error)?;
        rows.iter().map(|row| read_row(row, &from.kinds)).collect()
    }

    /// From here on everything is in, and the next opening gets the next number.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        sqlx::query(
            "SELECT setval(pg_get_serial_sequence('openings', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM openings), false)",
        )
        .execute(&mut *self.transaction)
        .await
        .map_err(store_error)?;
        self.transaction.commit().await.map_err(store_error)
    }
}

/// `None`: the cell is not of this kind.
fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    cell: &Cell,
    kind: Kind,
) -> Option<Query<'q, Postgres, PgArguments>> {
    Some(match (cell.clone(), kind) {
        (Cell::Nothing, Kind::Number) => query.bind(None::<i64>),
        (Cell::Nothing, Kind::YesOrNo) => query.bind(None::<bool>),
        (Cell::Nothing, Kind::Text) => query.bind(None::<String>),
        (Cell::Nothing, Kind::Bytes) => query.bind(None::<Vec<u8>>),
        (Cell::Number(number), Kind::Number) => query.bind(number),
        (Cell::Number(number @ 0..=1), Kind::YesOrNo) => query.bind(number == 1),
        (Cell::Text(text), Kind::Text) => query.bind(text),
        (Cell::Bytes(bytes), Kind::Bytes) => query.bind(bytes),
        _ => return None,
    })
}

fn read_row(row: &PgRow, kinds: &[Kind]) -> Result<Row, StoreError> {
    let cell = |(place, kind): (usize, &Kind)| -> Result<Cell, sqlx::Error> {
        let cell = match kind {
            Kind::Number => row.try_get::<Option<i64>, _>(place)?.map(Cell::Number),
            Kind::YesOrNo => row.try_get::<Option<bool>, _>(place)?.map(|yes| Cell::Number(i64::from(yes))),
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map(Cell::Text),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map(Cell::Bytes),
        };
        Ok(cell.unwrap_or(Cell::Nothing))
    };
    kinds.iter().enumerate().map(cell).collect::<Result<_, _>>().map_err(store_error)
}
