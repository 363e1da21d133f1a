//! Section `[identity]`.

use std::path::PathBuf;

use passerby_protocol::issuer::Issuer;

/// Who this relay is.
#[derive(Debug, Clone, confique::Config)]
#[config(layer_attr(serde(deny_unknown_fields)))]
pub struct IdentityConfig {
    /// The origin that wallets and shops reach this relay at, without a trailing slash: `https://relay.example`. This
    /// relay (`[tls]`) or a proxy in front of it speaks TLS for it. Never change it: passports and requests name it.
    #[config(env = "PASSERBY_RELAY_ISSUER")]
    pub issuer: Issuer,

    /// The signing key, made by `passerby-relay init` (a JWK, readable by its owner only). Keep a copy in a safe place.
    #[config(default = "relay.key")]
    pub key: PathBuf,

    /// Development mode: the issuer is http on this computer, and shops on this computer are served. Never for real people.
    #[config(default = false)]
    pub development: bool,
}
