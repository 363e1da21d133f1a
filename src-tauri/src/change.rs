//! What the window is told unasked. Never a value, and never who asks.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// Something changed that the window shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Change {
    /// The wallet locked; everything it showed is gone.
    Locked,
    /// So many requests wait.
    Waiting {
        /// How many.
        count: u32,
    },
    /// A link that the person opened has led to this request.
    RequestOpened {
        /// Its number.
        request: u32,
    },
    /// A link arrived that could not be opened at once: it waits in the room of requests.
    LinkWaits,
    /// The spare key has come further.
    SpareKey,
    /// Saved details, shops or the log are not what they were.
    Saved,
}
