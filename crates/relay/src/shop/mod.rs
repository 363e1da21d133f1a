//! Step 2, verify, as far as a relay goes: it says which root key its admin recorded for a shop. That alone proves nothing
//! about a sector, and a wallet never takes it as proof.

//!
//! Before that the admin lets the host prove itself: `challenge` is what it has to show, `look` whether it does, and `review` what
//! the admin is shown before anything is recorded.

pub mod attest;
pub mod challenge;
pub mod look;
pub mod name_servers;
pub mod open_door;
pub mod review;
pub mod unreachable;
