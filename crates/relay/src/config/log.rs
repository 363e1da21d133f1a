//! Section `[log]`.

/// What this relay writes into its log.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct LogConfig {
    /// "error", "warn", "info" (one line a request) or "debug". No level writes ids, keys, tokens, codes or addresses.
    #[config(default = "info", env = "PASSERBY_RELAY_LOG")]
    pub level: Level,
}

/// How much is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

impl Level {
    /// As a directive: our own crates at this level, everything else at `warn` at most.
    #[must_use]
    pub fn directive(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "warn,passerby_relay=info",
            Self::Debug => "warn,passerby_relay=debug",
        }
    }
}
