//! Everything a store holds, row by row and without a meaning: for carrying it from one database into another.
//!
//! Tables and columns are those that the migrations made, under the same names in every database.

use crate::StoreError;

/// How many rows are read at once.
pub const PAGE: usize = 500;

/// A value in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Nothing,
    /// Also yes (1) and no (0).
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row: a cell for each column of its table.
pub type Row = Vec<Cell>;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    /// Which of the columns tell its rows apart, in the order in which they sort them.
    pub key: Vec<usize>,
}

impl Table {
    /// The cells of a row that tell it apart: where the next page begins.
    #[must_use]
    pub fn key_of(&self, row: &Row) -> Row {
        self.key.iter().filter_map(|place| row.get(*place).cloned()).collect()
    }

    /// One page of rows, as each database answers it: `$n` stands for the cells of the last key, if there is one.
    #[must_use]
    pub fn select(&self, after_key: bool) -> String {
        let columns = quote(self.columns.iter());
        let key = quote(self.key.iter().filter_map(|place| self.columns.get(*place)));
        let numbers: Vec<_> = (1..=self.key.len()).map(|number| format!("${number}")).collect();
        let after =
            if after_key { format!(" WHERE ({key}) > ({})", numbers.join(", ")) } else { String::new() };
        format!("SELECT {columns} FROM \"{}\"{after} ORDER BY {key} LIMIT {PAGE}", self.name)
    }
}

fn quote<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The two databases were not laid out by the same program.
#[derive(Debug, thiserror::Error)]
#[error("the table {0} is not as this program lays it out")]
pub struct ForeignTable(pub String);

impl From<ForeignTable> for StoreError {
    fn from(table: ForeignTable) -> Self {
        Self::Broken(Box::new(table))
    }
}
