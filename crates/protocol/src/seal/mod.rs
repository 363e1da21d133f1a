//! Step 4, seal: the grant becomes bytes that only the shop's release key opens (docs/protocol.md section 8).
//!
//! Never in here: a key from anywhere but the Statement that counts.

mod context;
mod key_binding;
mod profile;
mod release;
mod response;

pub use context::Context;
pub use key_binding::{KeyBindingRefusal, KeyBindingRules};
pub use release::{SealError, SealedRelease, hash_release};

pub(crate) use key_binding::KeyBinding;
pub(crate) use profile::{ParsedProfile, ProfileRefusal, mint as mint_profile};
pub(crate) use response::Response;
