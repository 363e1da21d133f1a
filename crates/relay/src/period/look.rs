//! How much of what lies in a database its keys open. Changes nothing.

use passerby_relay_store::RelayStore;

use super::folder::KeysFolder;
use super::release_keys::KeyTrouble;

/// What the keys in a folder open of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Openable {
    /// The newest period and when it began; `None`: none has begun.
    pub newest: Option<(i64, i64)>,
    /// How many grants lie under keys that are there, or as they came.
    pub open: u64,
    /// How many lie under keys that are not there.
    pub lost: u64,
    /// The periods whose keys are not there.
    pub missing: Vec<i64>,
}

impl Openable {
    /// Whether answers can be taken: the newest period's key is there, or the first period has yet to begin.
    #[must_use]
    pub fn can_seal(&self) -> bool {
        self.newest.is_none_or(|(number, _)| !self.missing.contains(&number))
    }
}

/// Looks which keys are there, and reads each.
pub async fn look(store: &dyn RelayStore, folder: &KeysFolder) -> Result<Openable, KeyTrouble> {
    let periods = store.list_periods().await?;
    let files = folder.list()?;
    let mut missing = Vec::new();
    for period in &periods {
        match files.iter().find(|file| file.is_of(period)) {
            Some(file) => drop(folder.read(file)?),
            None => missing.push(period.number),
        }
    }
    let mut found = Openable {
        newest: periods.last().map(|newest| (newest.number, newest.begun_at)),
        missing,
        ..Openable::default()
    };
    for (under, many) in store.count_under().await? {
        match under {
            Some(number) if found.missing.contains(&number) => found.lost += many,
            _ => found.open += many,
        }
    }
    Ok(found)
}
