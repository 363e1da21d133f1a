//! How much a connection may take, as the configuration has it.

use std::time::Duration;

use crate::config::LimitsConfig;

/// Limits of connections.
#[derive(Debug, Clone)]
pub struct Limits {
    /// In all.
    pub connections: usize,
    /// From one address; `None`: any number.
    pub connections_per_address: Option<u32>,
    pub handshake: Duration,
    pub head: Duration,
    pub request: Duration,
    pub idle: Duration,
}

impl From<&LimitsConfig> for Limits {
    fn from(config: &LimitsConfig) -> Self {
        let seconds = |seconds: std::num::NonZeroU32| Duration::from_secs(seconds.get().into());
        Self {
            connections: usize::try_from(config.connections.get()).unwrap_or(usize::MAX),
            connections_per_address: (config.connections_per_address != 0)
                .then_some(config.connections_per_address),
            handshake: seconds(config.handshake_seconds),
            head: seconds(config.head_seconds),
            request: seconds(config.request_seconds),
            idle: seconds(config.idle_seconds),
        }
    }
}

/// What a configuration has that says nothing of limits.
impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 12_000,
            connections_per_address: Some(250),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            request: Duration::from_secs(30),
            idle: Duration::from_mins(1),
        }
    }
}
