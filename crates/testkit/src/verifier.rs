//! Somebody who asks by a certificate alone: `bank.example`, with a certificate authority of its own making.
//!
//! Each message can be altered before it is signed. Certificates are made anew in each run, from keys that are the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use passerby_protocol::foreign::TrustAnchors;
use passerby_protocol::keys::SigningKey;
use passerby_protocol::request::PROFILE_VCT;
use passerby_protocol::wire::b64u;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use serde_json::{Value, json};

use crate::clock::NOON;
use crate::scene::{NONCE, STATE};
use crate::{forge, rng};

/// What the wallet sent along when it fetched the request.
pub const WALLET_NONCE: &str = "d2FsbGV0LW5vbmNlLW9mLWE";
/// Where the answer goes.
pub const RESPONSE_URI: &str = "https://bank.example/answers/1";

/// A foreign verifier.
pub struct Verifier {
    authority: CertifiedIssuer<'static, KeyPair>,
    /// The key in its certificate.
    pub key: SigningKey,
    /// Its certificate, in DER.
    pub leaf: Vec<u8>,
    /// A public key for answers.
    pub answer_jwk: Value,
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new()
    }
}

impl Verifier {
    /// The verifier at `bank.example`.
    #[must_use]
    pub fn new() -> Self {
        let mut keys = rng::seeded(0x0046_4f52);
        let authority = make_authority(&SigningKey::make(&mut keys));
        let key = SigningKey::make(&mut keys);
        let answer_key = SigningKey::make(&mut keys);
        let mut answer_jwk = json!(answer_key.public());
        for (name, value) in [("kid", "answers-1"), ("use", "enc"), ("alg", "ECDH-ES")] {
            answer_jwk[name] = value.into();
        }
        let leaf = sign_leaf(&authority, &key, &["bank.example"], |_| {});
        Self { authority, key, leaf, answer_jwk }
    }

    /// The certificate of its authority, in DER.
    #[must_use]
    pub fn authority(&self) -> Vec<u8> {
        self.authority.der().to_vec()
    }

    /// Trust in its authority, and in nobody else.
    ///
    /// # Panics
    /// Never: the certificate is one.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test tool")]
    pub fn anchors(&self) -> TrustAnchors {
        let mut anchors = TrustAnchors::default();
        anchors.add(&self.authority()).expect("a certificate");
        anchors
    }

    /// Another certificate of the same authority over the same key.
    #[must_use]
    pub fn make_leaf(&self, names: &[&str], alter: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        sign_leaf(&self.authority, &self.key, names, alter)
    }

    /// `x5c` with its certificate.
    #[must_use]
    pub fn chain(&self) -> Value {
        x5c(&[&self.leaf])
    }

    /// `x509_hash:` of its certificate.
    #[must_use]
    pub fn client_id(&self) -> String {
        client_id_of(&self.leaf)
    }

    /// A link by the hash of its certificate.
    #[must_use]
    pub fn link(&self, method: &str) -> String {
        link(&self.client_id(), method)
    }

    /// A link by the name in its certificate.
    #[must_use]
    pub fn link_by_name(&self, method: &str) -> String {
        link("x509_san_dns:bank.example", method)
    }

    /// The header of its request.
    #[must_use]
    pub fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt", "x5c": self.chain() })
    }

    /// The payload of its request, fetched by POST.
    #[must_use]
    pub fn payload(&self) -> Value {
        json!({
            "client_id": self.client_id(),
            "aud": "https://self-issued.me/v2",
            "response_type": "vp_token",
            "response_mode": "direct_post.jwt",
            "response_uri": RESPONSE_URI,
            "nonce": NONCE,
            "state": STATE,
            "iat": NOON,
            "exp": NOON + 300,
            "wallet_nonce": WALLET_NONCE,
            "dcql_query": { "credentials": [query("who", &["name", "email"])] },
            "client_metadata": {
                "jwks": { "keys": [self.answer_jwk] },
                "vp_formats_supported": { "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"] } },
                "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
            },
        })
    }

    /// The request, with its payload altered before it is signed.
    #[must_use]
    pub fn request(&self, alter: impl FnOnce(&mut Value)) -> String {
        let mut payload = self.payload();
        alter(&mut payload);
        forge::jws(&self.header(), &payload, &self.key)
    }
}

/// A credential query for a profile.
#[must_use]
pub fn query(id: &str, claims: &[&str]) -> Value {
    let path = |claim: &&str| json!({ "path": claim.split('.').collect::<Vec<_>>() });
    json!({
        "id": id,
        "format": "dc+sd-jwt",
        "meta": { "vct_values": [PROFILE_VCT] },
        "claims": claims.iter().map(path).collect::<Vec<_>>(),
    })
}

/// `x5c` of these certificates.
#[must_use]
pub fn x5c(chain: &[&[u8]]) -> Value {
    chain.iter().map(|der| STANDARD.encode(der)).collect()
}

/// `x509_hash:` of a certificate.
#[must_use]
pub fn client_id_of(leaf: &[u8]) -> String {
    format!("x509_hash:{}", b64u::sha256(leaf))
}

/// A link to a request at `bank.example`.
#[must_use]
pub fn link(client_id: &str, method: &str) -> String {
    let client_id = client_id.replace(':', "%3A");
    let uri = "https%3A%2F%2Fbank.example%2Frequests%2F1";
    format!("openid4vp://?client_id={client_id}&request_uri={uri}&request_uri_method={method}")
}

/// A certificate authority with the given key.
///
/// # Panics
/// Never: the parameters are well formed.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn make_authority(key: &SigningKey) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "An authority for tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2036, 1, 1));
    CertifiedIssuer::self_signed(params, key_pair(key)).expect("a certificate")
}

/// A certificate for these names over `key`, altered before the authority signs it.
///
/// # Panics
/// When a name is none.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn sign_leaf(
    authority: &CertifiedIssuer<'static, KeyPair>,
    key: &SigningKey,
    names: &[&str],
    alter: impl FnOnce(&mut CertificateParams),
) -> Vec<u8> {
    let mut params = leaf_params(names);
    alter(&mut params);
    let leaf: Certificate = params.signed_by(&key_pair(key), authority).expect("a certificate");
    leaf.der().to_vec()
}

/// What stands in a certificate for these names.
///
/// # Panics
/// When a name is none.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn leaf_params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, "Somebody who asks");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (params.not_before, params.not_after) = (date_time_ymd(2026, 11, 1), date_time_ymd(2027, 2, 1));
    params
}

/// A signing key as rcgen takes it.
///
/// # Panics
/// Never: the key is one.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn key_pair(key: &SigningKey) -> KeyPair {
    KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8().into(), &PKCS_ECDSA_P256_SHA256).expect("a key")
}
