//! What the wallet says of itself when a request is fetched by POST (OpenID4VP 1.0 sections 5.10 and 10).

use serde_json::{Value, json};

/// The metadata: constant, so that it tells nobody apart.
#[must_use]
pub fn wallet_metadata() -> Value {
    json!({
        "vp_formats_supported": {
            "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] }
        },
        "client_id_prefixes_supported": ["x509_san_dns", "x509_hash"],
        "request_object_signing_alg_values_supported": ["ES256"],
        "response_types_supported": ["vp_token"],
        "response_modes_supported": ["direct_post.jwt"],
        "authorization_encryption_alg_values_supported": ["ECDH-ES"],
        "authorization_encryption_enc_values_supported": ["A256GCM", "A128GCM"]
    })
}
