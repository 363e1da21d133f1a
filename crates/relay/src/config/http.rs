//! Section `[http]`.

use std::net::SocketAddr;

use crate::listen::{ProxyHeader, TrustedProxy};

/// Where this relay listens.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct HttpConfig {
    /// Address and port. Port 0 takes a free one. Sockets that systemd hands over are taken instead.
    /// Without `[tls]` this must be an address of this computer only, or `trusted_proxies` must name who may speak plain HTTP to it.
    #[config(default = "127.0.0.1:4180", env = "PASSERBY_RELAY_LISTEN")]
    pub listen: SocketAddr,

    /// An address of its own for `/metrics`, on this computer, such as "127.0.0.1:4181". Without it they stand beside everything else where
    /// a proxy speaks TLS, which should keep them to itself; where this relay speaks TLS, they stand nowhere.
    #[config(env = "PASSERBY_RELAY_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// The proxies in front of this relay, such as `["127.0.0.1/32", "::1/128"]`. Only what they say about a caller's address is believed; only
    /// they and this computer may speak plain HTTP. Limits by address count by what they say.
    #[config(default = [], env = "PASSERBY_RELAY_TRUSTED_PROXIES", parse_env = confique::env::parse::list_by_comma)]
    pub trusted_proxies: Vec<TrustedProxy>,

    /// The header in which they say it: "x-forwarded-for" or "forwarded" (RFC 7239). The other one is never read.
    #[config(default = "x-forwarded-for")]
    pub proxy_header: ProxyHeader,
}
