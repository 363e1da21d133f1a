//! Between HTTP and the rooms: who is calling, how bodies are read, how a no is said, what is logged.
//!
//! Nothing here knows a step of the story.

pub mod deadline;
pub mod dpop;
pub mod extract;
pub mod headers;
pub mod metrics;
pub mod problem;
pub mod rate;
pub mod replay;
pub mod request_log;
pub mod shop_proof;
pub mod statements;
