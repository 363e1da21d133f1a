//! Keys as types: private ones cannot be printed or serialised by accident, and are wiped when dropped.

mod friendly_name;
mod pairwise;
mod public;
mod relay;
mod release;
mod remembered;
mod root;
mod signing;

pub use friendly_name::find_friendly_name;
pub use pairwise::{PairwiseKey, derive_user_ref};
pub(crate) use pairwise::{derive_foreign, length_prefixed};
pub use public::{Jkt, NotAJkt, NotAPublicKey, PublicKey};
pub use relay::{NotTheRelaysKeys, RelayKeys};
pub use release::{NotAReleaseKey, ReleaseKey, ReleasePublicKey, ReleaseSuite};
pub use root::RootSecret;
pub use signing::{NotASigningKey, SigningKey};
