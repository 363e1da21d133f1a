//! Section `[tls]`.

use std::num::NonZeroU32;
use std::path::PathBuf;

/// The certificate, when this relay speaks TLS itself. Without one a proxy in front of it must.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct TlsConfig {
    /// The certificate with those that lead to its authority (PEM), such as certbot's `fullchain.pem`. With `key`, or not at all.
    #[config(env = "PASSERBY_RELAY_TLS_CERTIFICATE")]
    pub certificate: Option<PathBuf>,

    /// Its private key (PEM), not readable by everybody, such as certbot's `privkey.pem`.
    #[config(env = "PASSERBY_RELAY_TLS_KEY")]
    pub key: Option<PathBuf>,

    /// Every so many seconds the two files are looked at. When they have changed, new connections get the new certificate; a pair that
    /// cannot be used is refused with a warning, and the old one serves on. SIGHUP looks at once.
    #[config(default = 30)]
    pub look_every_seconds: NonZeroU32,
}
