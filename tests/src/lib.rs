//! The story, told as tests.

pub mod sentences;
pub mod walls;
