//! Step 1, request: a shop parks a signed question, a wallet fetches it, once.

pub mod fetch;
pub mod park;
