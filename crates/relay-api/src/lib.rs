//! The relay's interface (docs/protocol.md section 12), written once for both of its ends: paths, bodies, the
//! words of its problems; and, with the feature `client`, the client that wallets speak to relays and shops with. The proofs
//! that come with the bodies are `passerby_protocol::proof`.
//!
//! One file a noun. A body is what stands in JSON or in a form: texts whose meaning is checked by the rooms that receive them.
//!
//! This crate must never decide whether to trust what it carries, and never follow, remember or reveal more than a
//! step needs: no redirects, no cookies, no name of a product, nothing private reached by a public name.

pub mod answer;
pub mod attestation;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "schema")]
pub mod issuer_keys;
pub mod opening;
pub mod passport;
pub mod paths;
pub mod problem;
pub mod request;
pub mod self_copy;
pub mod transaction;
#[cfg(feature = "client")]
pub mod well_known;

#[cfg(feature = "client")]
pub use client::{Connection, ConnectionError, NameError, RelayClient, RelayError, Sent};
pub use problem::{Problem, ProblemBody};

/// The largest body that either end reads, in bytes.
pub const LARGEST_BODY: usize = 65_536;
