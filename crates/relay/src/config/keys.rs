//! Section `[keys]`.

use std::num::NonZeroU32;
use std::path::PathBuf;

/// The keys that what this relay keeps of releases lies under, and the journal of what was deleted.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct KeysConfig {
    /// A folder for the relay alone: `keys` beside the database file, if nothing is said here. Never back it up together with the database: a backup of
    /// both opens everything in it for ever. Several relays on one PostgreSQL must have the same folder.
    #[config(env = "PASSERBY_RELAY_KEYS")]
    pub folder: Option<PathBuf>,

    /// After so many days a new key is made, and everything that is still there is put under it.
    #[config(default = 7)]
    pub period_days: NonZeroU32,

    /// For so many days after that the old key is kept, so that the last backup made under it can be restored. Then it is destroyed, and backups of
    /// before open nothing any more. Back up more often than this.
    #[config(default = 2)]
    pub keep_days: u32,
}
