//! Step 2, verify, as far as a relay goes: it says which root key its admin recorded for a shop. That alone proves nothing
//! about a sector, and a wallet never takes it as proof.

pub mod attest;
