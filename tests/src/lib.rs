//! The story, told as tests.

pub mod walls;
