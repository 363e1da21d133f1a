//! What the wallet does, without any window: one file a step of the story.
//!
//! ```text
//! link ──request.rs──▶ kept in the vault ──verify.rs──▶ RequestView ──consent.rs──▶ Answer ──seal.rs──▶ outbox ──deliver.rs──▶ sent
//!                                                                                                          │
//!                                                                            killed, broken, down ─────────┴──▶ retry: the same bytes
//! ```
//!
//! Programs (the command line, later the window) take no decision: they show a [`RequestView`], ask, and hand the
//! [`Answer`] back. The clock belongs to the wallet; randomness is an argument of each call.
//!
//! What it must never do: send an attribute that was not shown and chosen; send twice; derive a key for a sector that
//! is not proven; call a shop "verified"; fetch anything before the person acts; put a value, a key or a pseudonym into
//! an error or a log.

// The steps, in the order of the story.
pub mod activity;
pub mod consent;
pub mod deliver;
pub mod request;
pub mod seal;
pub mod verify;

// The same steps with those who have a certificate and no Statement.
pub mod foreign;

// What the steps stand on.
mod answered;
pub mod attributes;
pub mod backup;
pub mod block;
pub mod bring_back;
pub mod clock;
pub mod computer;
pub mod confirm;
pub mod decline;
mod derived;
pub mod group;
pub mod health;
pub mod label;
mod look;
pub mod lookalike;
pub mod openings;
pub mod passphrase;
pub mod passport;
mod records;
pub mod relay_trouble;
pub mod removed;
mod saved;
pub mod self_copy;
pub mod sensitive;
mod settle;
pub mod shops;
pub mod spare_key;
pub mod stranger;
pub mod transfer;
pub mod trouble;
mod wallet;
pub mod ways_in;
mod who_knows;
pub mod words;

pub use activity::{ActivityView, LineId, ParseLineIdError};
pub use answered::AlreadyAnswered;
pub use attributes::{AttributeError, AttributeView, FormerView, Marks};
pub use backup::{AutomaticBackup, AutomaticBackupError, BackupTrouble};
pub use block::{Blocked, BlockedView};
pub use bring_back::BroughtBack;
pub use clock::SystemClock;
pub use confirm::PassphraseConfirmed;
pub use consent::{
    Answer, Card, CardKind, ChoiceError, Detail, Going, Held, Line, Mark, Moved, Names, Need, News, Offer,
    Optionals, Picked, Recipient, RequestKind, RequestView, Typed, Way,
};
pub use decline::{DeclineError, Declined, Refusal};
pub use deliver::{Delivered, Retried, SendError};
pub use group::{Group, Which};
pub use health::Health;
pub use label::Label;
pub use look::{LookError, RequestLine};
pub use lookalike::{Lookalike, Resembled};
pub use openings::{OpeningView, OpeningsError};
pub use passport::PassportError;
pub use records::{GrantState, RequestState, What};
pub use removed::Removed;
pub use request::OpenError;
pub use seal::ApproveError;
pub use self_copy::CopiesLeft;
pub use sensitive::Sensitive;
pub use shops::{GrantView, ShopView};
pub use spare_key::{ShownWords, SpareKey, SpareKeyError};
pub use stranger::BegunAsAnother;
pub use trouble::{Sent, Trouble};
pub use verify::VerifyError;
pub use wallet::{CreateError, Wallet};
pub use ways_in::{ChangeError, RenewError};
pub use words::{RecoveryWords, WordsError};

pub use passerby_vault::{
    Anchor, AnchorError, Damaged, KeyError, Keyring, KeyringAnchor, KeyringError, Opens, RecordError,
    RecoverySecret, RotateError, Rotated, SCHEMA, SlotView, StorageError, Stretching, SystemKeyring,
    VaultError, WayIn, Wholeness,
};
/// The vault's words that the wallet's callers meet.
pub use passerby_vault::{BackupError, BackupMade, DamagedRecords, Occupied, RestoreError, Restored};

/// Where a test may end the program.
macro_rules! kill_point {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name);
    };
}
pub(crate) use kill_point;
