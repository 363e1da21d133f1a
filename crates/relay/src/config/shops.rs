//! Section `[shops]`.

use std::net::SocketAddr;

use crate::state::ShopLimits;

/// What this relay allows shops.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct ShopsConfig {
    /// How many requests a shop may park between two midnights (UTC). `passerby-relay shop limit` sets another number for one shop.
    #[config(default = 10_000, env = "PASSERBY_RELAY_REQUESTS_A_DAY")]
    pub requests_a_day: u32,

    /// The longest time, in days, for which a shop may ask to keep what a person sends it, whatever its Statement says. 3650, the longest
    /// there is, leaves it to the Statement. What people agreed to before stays as it is.
    #[config(default = 3650, env = "PASSERBY_RELAY_RETENTION_DAYS")]
    pub retention_days: u32,

    /// Name servers that `passerby-relay shop check` asks for TXT records, each with its port, such as "9.9.9.9:53". Empty: those of
    /// this computer.
    #[config(default = [])]
    pub name_servers: Vec<SocketAddr>,
}

impl From<&ShopsConfig> for ShopLimits {
    fn from(config: &ShopsConfig) -> Self {
        let ShopsConfig { requests_a_day, retention_days, .. } = *config;
        Self { requests_a_day, retention_days }
    }
}
