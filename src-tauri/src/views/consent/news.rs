//! What is different from the times before.

use serde::Serialize;
use specta::Type;

use crate::views::moment::Moment;

/// What is different from the times before.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewsView {
    /// The reason it gave the last time, if it is another one.
    pub purpose_before: Option<String>,
    /// Until when the answer of the last time may be kept, if it wants to keep it longer now.
    pub kept_until_before: Option<Moment>,
    /// Recipients that were not named the last time.
    pub new_recipients: Vec<String>,
    /// Whether it asks for something that was not sent before, and of which nobody remembers whether it was asked for: that
    /// nothing is new cannot be said.
    pub maybe_more: bool,
    /// What would go is not what the shop has.
    pub moved: Option<MovedView>,
}

/// What would go is not what the shop has: labels, never addresses.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MovedView {
    /// What would go.
    pub sends: String,
    /// What the shop has.
    pub shop_has: String,
}
