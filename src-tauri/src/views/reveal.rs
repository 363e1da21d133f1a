//! A sensitive value in clear, and until when.

use passerby_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::details::Where;
use super::moment::Moment;

/// A saved value that is hidden until it is asked for: where it stands.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(tag = "room", rename_all = "kebab-case")]
pub enum HiddenValue {
    /// On the consent screen.
    Consent {
        /// Which request.
        request: u32,
        /// The card's label.
        recipient: String,
        /// The detail's name.
        claim: String,
    },
    /// In "My data".
    Data {
        /// Which saved value.
        place: Where,
    },
}

/// A sensitive value in clear. The window forgets it at `ends`, when it loses the focus, and when the wallet locks.
#[derive(Clone, Serialize, Type)]
pub struct Revealed {
    /// The value.
    pub text: String,
    /// When the window forgets it.
    pub ends: Moment,
}

/// Something lent to the clipboard.
#[derive(Debug, Clone, Serialize, Type)]
pub struct Lent {
    /// When it is taken away again.
    pub ends: Moment,
}

impl Lent {
    /// For so many seconds from now.
    pub fn until(now: Timestamp, seconds: i64) -> Self {
        Self { ends: Moment::from(now + seconds) }
    }
}
