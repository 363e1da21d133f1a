//! Section `[limits]`.

use std::num::NonZeroU32;

/// How much one caller, and all of them, may take. A body is at most 65,536 bytes, which is the protocol's number and not set here.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct LimitsConfig {
    /// Connections in all. Further ones wait in the system's queue until one ends.
    #[config(default = 12000)]
    pub connections: NonZeroU32,

    /// Shops' servers that wait for an answer, in all, one for each browser that waits at a shop; at most five sixths of the connections. Further ones
    /// are told `unavailable`, and ask again and again instead.
    #[config(default = 10000)]
    pub waiting: u32,

    /// How many of them may wait for one shop. Then the answer is `too-many`.
    #[config(default = 5000)]
    pub waiting_per_shop: u32,

    /// Connections from one address (IPv6: from one /64); further ones are closed. 0: no limit. Proxies in `trusted_proxies` are not counted.
    #[config(default = 250)]
    pub connections_per_address: u32,

    /// Seconds for the TLS handshake.
    #[config(default = 10)]
    pub handshake_seconds: NonZeroU32,

    /// Seconds for the head of a request, counted from when the connection waits for it: a connection that is kept alive and says nothing
    /// ends then too.
    #[config(default = 30)]
    pub head_seconds: NonZeroU32,

    /// Seconds for a request, with its body. Then the answer is `unavailable`.
    #[config(default = 30)]
    pub request_seconds: NonZeroU32,

    /// Seconds for taking an answer: a reader that takes nothing for so long is cut off. An HTTP/2 connection without a request ends then too.
    #[config(default = 60)]
    pub idle_seconds: NonZeroU32,

    /// Requests a minute from one address (IPv6: from one /64), in the long run. Then the answer is `too-many`. 0: no limit. Addresses are kept in memory
    /// only, and forgotten when they have been quiet.
    #[config(default = 3000)]
    pub requests_per_minute: u32,

    /// How many of them may come at once.
    #[config(default = 500)]
    pub burst: NonZeroU32,

    /// Proven calls a minute by one shop, in the long run. 0: no limit.
    #[config(default = 6000)]
    pub shop_calls_per_minute: u32,

    /// How many of them may come at once.
    #[config(default = 1000)]
    pub shop_burst: NonZeroU32,
}
