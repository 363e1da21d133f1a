//! What the wallet keeps in the vault, one noun a file.
//!
//! A record is sealed by the vault and read by nobody else. New members come with `#[serde(default)]`; a `KIND` is never
//! changed. Attribute values stand in [`AttributeRecord`] only: never in a grant, a receipt or the log.

mod activity;
mod attribute;
mod backup_place;
mod block;
mod foreign;
mod grant;
mod outbox;
mod pin;
mod receipt;
mod request;
mod restored;
mod root;
mod self_copy;
mod spare_key;

pub(crate) use activity::ActivityRecord;
pub use activity::What;
pub(crate) use attribute::AttributeRecord;
pub(crate) use backup_place::{BackupPlaceRecord, Failing};
pub(crate) use block::BlockRecord;
pub(crate) use foreign::{ForeignOutbox, ForeignRequestRecord};
pub use grant::GrantState;
pub(crate) use grant::{GrantRecord, Opening, Source, Sources};
pub(crate) use outbox::OutboxRecord;
pub(crate) use pin::PinRecord;
pub(crate) use receipt::ReceiptRecord;
pub use request::RequestState;
pub(crate) use request::{Fetched, FetchedStatement, RequestRecord};
pub(crate) use restored::RestoredRecord;
pub(crate) use root::RootRecord;
pub(crate) use self_copy::SelfCopyRecord;
pub(crate) use spare_key::SpareKeyRecord;
