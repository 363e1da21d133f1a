//! Whether this wallet knows who asks, and since when.

use serde::Serialize;
use specta::Type;

use crate::views::moment::Moment;

/// A shop that this wallet knows.
#[derive(Debug, Clone, Serialize, Type)]
pub struct OtherShop {
    /// Its web address.
    pub host: String,
    /// Since when.
    pub since: Moment,
}

/// What a relay still had after a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum BroughtBackWord {
    /// The person's copy.
    Copy,
    /// Something that is not this person's copy.
    None,
}

/// Whether a shop is known.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum FamiliarityView {
    /// It is met for the first time.
    FirstTime,
    /// No keys are remembered; something was sent there before.
    SentBefore {
        /// When something was last sent.
        last_sent: Moment,
    },
    /// Its keys are remembered.
    Known {
        /// Since when.
        since: Moment,
        /// The person's friendly name there, once something was sent.
        pseudonym: Option<String>,
        /// How often something was sent under that name.
        orders: u32,
        /// When something was last sent.
        last_sent: Option<Moment>,
    },
}
