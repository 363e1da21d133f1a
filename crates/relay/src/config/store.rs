//! Section `[store]`.

use std::path::PathBuf;

/// Where this relay keeps what it carries.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct StoreConfig {
    /// The SQLite file. Two more files with the same beginning stand beside it while the relay runs.
    #[config(default = "relay.db")]
    pub file: PathBuf,
}
