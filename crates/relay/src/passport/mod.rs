//! Step 5, deliver, first half: the relay's pseudonymous passport. Nothing about it is kept.

pub mod issue;
pub mod keys;
