//! The contract of Passerby: the types and the cryptography of the seven steps, as `docs/protocol.md` has them.
//!
//! ```text
//! SignedRequest ──verify──▶ VerifiedRequest ──consent──▶ Grant ──seal──▶ SealedRelease ──reveal──▶ Disclosure
//! ```
//!
//! Each function consumes or requires the type before it: a grant exists only for a verified request, and sealing
//! takes the grant by value, so that one consent cannot yield two releases.
//!
//! Never in here: IO, async, a clock, an environment. The present moment and randomness are arguments. Bytes enter and
//! leave through [`wire`] only, and primitives stand in `hazmat` only.

// The steps, in the order of the story.
pub mod consent;
pub mod passport;
pub mod request;
pub mod reveal;
pub mod seal;
pub mod verify;

// The same steps for those who have a certificate and no Statement.
pub mod foreign;

// What the steps speak of.
pub mod claim;
pub mod issuer;
pub mod keys;
pub mod proof;
pub mod random_id;
pub mod sector;
pub mod self_copy;
pub mod time;
pub mod wire;

mod hazmat;
