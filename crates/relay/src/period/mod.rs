//! Periods: what the relay keeps of a release is sealed once more, so that its backups lose their worth by themselves.
//!
//! ```text
//! release ──data key of the grant──▶ sealed_release        in the database
//! data key ──key of the period──▶ wrapped_key              in the database
//! key of the period                                        in a file, in no database and in no backup of one
//! ```
//!
//! Every seven days a new period begins: its file is made, then its row, and from then on grants are wrapped under it. The sweep wraps
//! the data keys of the grants that are still there anew, in small batches, and seals what lies there from before there were periods.
//! When nothing lies under the old period any more, and a backup of yesterday has had its time, its row goes and then its file. From then
//! on a backup of before opens nothing: neither what was deleted since, nor anything else.
//!
//! Whether a period begins or has ended is decided in the database, whatever number of relays looks after it. They must all have the same files.
//!
//! Never in here: a key that opens what is inside, or a key of a period in a log or a database.

mod folder;
mod look;
mod release_keys;
mod turn;

pub(crate) use folder::check_private;
pub use folder::{FolderError, KeysFolder};
pub use look::{Openable, look};
pub use release_keys::{KeyTrouble, ReleaseKeys};
pub use turn::Turned;

/// For how many days a period lasts, unless the configuration says otherwise.
pub const PERIOD_DAYS: u32 = 7;
/// For how many days the key of the period before is kept, so that the last backup made under it opens.
pub const KEEP_DAYS: u32 = 2;
