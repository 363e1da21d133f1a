//! Section `[tls]`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use url::Url;

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

    /// Instead of the two files: the directory of an authority that gives certificates to programs (ACME, RFC 8555), such as
    /// `https://acme-v02.api.letsencrypt.org/directory`. By naming it you agree to its terms of service. It looks for this relay at its name and
    /// port 443 (TLS-ALPN-01), where a greeting must arrive unchanged.
    #[config(env = "PASSERBY_RELAY_ACME_DIRECTORY")]
    pub acme_directory: Option<Url>,

    /// Whom the authority may write to, such as "mailto:admin@relay.example".
    #[config(env = "PASSERBY_RELAY_ACME_CONTACT")]
    pub acme_contact: Option<String>,

    /// The folder where the account, the certificate and its key are kept.
    #[config(default = "acme")]
    pub acme_folder: PathBuf,

    /// Whom the authority's own web server is believed by (PEM), if it is one of your own.
    pub acme_ca: Option<PathBuf>,

    /// Every so many seconds the files are looked at. When they have changed, new connections get the new certificate; a pair that
    /// cannot be used is refused with a warning, and the old one serves on. SIGHUP looks at once.
    #[config(default = 30)]
    pub look_every_seconds: NonZeroU32,
}
