//! What the window shows, in the shapes it gets it in: names, times, and the values of the one screen that is open.
//!
//! What it must never do: carry a value that is hidden until asked for, a key, a token or a recovery word.

pub mod activity;
pub mod consent;
pub mod details;
pub mod moment;
pub mod request;
pub mod reveal;
pub mod shops;
pub mod start;
