//! Requests of foreign verifiers: the same steps as with a shop, with less that is known (docs/protocol.md section 13).
//!
//! ```text
//! link ──open.rs──▶ kept in the vault ──check.rs──▶ ForeignView ──approve.rs──▶ bytes written down ──deliver.rs──▶ sent
//! ```
//!
//! A certificate says which host asks. Never in here: a sentence that says more than that; a retry with other bytes; an
//! answer to a host that has a Statement.

mod approve;
mod check;
mod decline;
mod deliver;
mod kept;
mod open;
mod retry;
mod trouble;
mod trust;
mod view;

pub use approve::ForeignApproveError;
pub use decline::ForeignDeclined;
pub use deliver::ForeignDelivered;
pub use kept::ForeignSent;
pub use open::ForeignOpenError;
pub use retry::ForeignRetried;
pub use trouble::HostTrouble;
pub use trust::{Trust, TrustError};
pub use view::ForeignView;
