//! The only place where bytes enter or leave: strict readers of standard formats.
//!
//! No step of the story is decided here; a reader says what stands in a message, or that it is not one.

pub mod b64u;
pub mod json;
pub mod jwe;
pub mod jws;
pub mod sd_jwt;
