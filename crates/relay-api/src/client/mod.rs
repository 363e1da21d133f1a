//! The clients that a wallet speaks to relays, shops and foreign verifiers with.
//!
//! ```text
//! RelayClient ──▶ Connection ──▶ address.rs: may this address be asked at all?
//!                     └────────▶ resolver.rs: does this name lead to somewhere public?
//! ```
//!
//! A [`Connection`] belongs to one sector: two shops are never asked over the same one.

mod address;
mod connection;
mod error;
mod glance;
mod relay;
mod resolver;
mod verifier;

pub use address::RefusedAddress;
pub use connection::{Connection, ConnectionError};
pub(crate) use connection::{Exchange, Reply};
pub use error::{RelayError, Sent};
pub use glance::{Glance, glance};
pub use relay::RelayClient;
pub use resolver::NameError;
pub use verifier::{AboutWallet, VerifierClient};
