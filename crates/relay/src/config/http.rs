//! Section `[http]`.

use std::net::SocketAddr;

/// Where this relay listens.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct HttpConfig {
    /// Address and port. Port 0 takes a free one.
    #[config(default = "127.0.0.1:4180", env = "PASSERBY_RELAY_LISTEN")]
    pub listen: SocketAddr,

    /// An address of its own for `/metrics`, such as "127.0.0.1:4181". Without it they stand beside everything else,
    /// and the proxy should keep them to itself.
    #[config(env = "PASSERBY_RELAY_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
}
