//! Certificates: which key, which host, and does the chain lead to somebody trusted (RFC 5280, by rustls-webpki).

use std::time::Duration;

use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::es256;
use crate::keys::PublicKey;
use crate::time::Timestamp;

/// The name and key of a certificate that is trusted as it is.
pub(crate) fn find_anchor(certificate: &[u8]) -> Option<TrustAnchor<'static>> {
    let certificate = CertificateDer::from(certificate);
    anchor_from_trusted_cert(&certificate).ok().map(|anchor| anchor.to_owned())
}

/// The P-256 key of a leaf; nothing for what is no certificate or has a key of another kind.
pub(crate) fn find_key(leaf: &[u8]) -> Option<PublicKey> {
    let leaf = CertificateDer::from(leaf);
    let spki = EndEntityCert::try_from(&leaf).ok()?.subject_public_key_info();
    let (x, y) = es256::find_point(spki.as_ref())?;
    PublicKey::parse(x, y).ok()
}

/// Whether a leaf has `host` among its dNSNames, as servers' certificates have it (RFC 6125).
pub(crate) fn is_for(leaf: &[u8], host: &str) -> bool {
    let leaf = CertificateDer::from(leaf);
    let (Ok(leaf), Ok(name @ ServerName::DnsName(_))) =
        (EndEntityCert::try_from(&leaf), ServerName::try_from(host))
    else {
        return false;
    };
    leaf.verify_is_valid_for_subject_name(&name).is_ok()
}

/// Whether the first certificate leads over the others to an anchor, and all of them are valid now. A leaf that names
/// itself as its issuer never is: an anchor must not sign requests.
pub(crate) fn is_trusted(chain: &[Vec<u8>], anchors: &[TrustAnchor<'static>], now: Timestamp) -> bool {
    let chain: Vec<_> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Some((leaf, intermediates)) = chain.split_first() else { return false };
    let Ok(leaf) = EndEntityCert::try_from(leaf) else { return false };
    let Ok(seconds) = u64::try_from(now.seconds()) else { return false };
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let leads = |usage| {
        let path =
            leaf.verify_for_usage(ALL_VERIFICATION_ALGS, anchors, intermediates, moment, usage, None, None);
        path.is_ok()
    };
    leaf.issuer() != leaf.subject() && (leads(KeyUsage::server_auth()) || leads(KeyUsage::client_auth()))
}
