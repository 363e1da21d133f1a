//! The consent receipt: an ISO/IEC TS 27560:2023 receipt as DPV JSON-LD (docs/protocol.md section 11, docs/receipt.md).
//!
//! Names, purposes, times; never a value.

use jiff::Timestamp as Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Grant;
use crate::keys::{PairwiseKey, PublicKey};
use crate::time::{DAY, Timestamp};
use crate::wire::b64u;
use crate::wire::jws::{self, JwsError, Unverified};

/// The `typ` of a consent receipt.
pub const RECEIPT_TYP: &str = "consent-receipt+jwt";

/// A consent receipt, as JSON-LD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConsentReceipt(Value);

impl ConsentReceipt {
    /// The receipt of a grant given at `now` by the holder of `key`.
    #[must_use]
    pub fn of(grant: &Grant, key: &PairwiseKey, now: Timestamp) -> Self {
        let request = grant.request();
        let statement = request.statement();
        let given = write_time(now);
        let kept_until = write_time(now + i64::from(request.terms().retention) * DAY);
        // The same for the same consent, and different for every other: the request's one-time number is in it.
        let id =
            b64u::sha256(format!("passerby/1 receipt\0{}\0{}", request.nonce().as_str(), key.user_ref()));
        Self(json!({
            "@context": {
                "dct": "http://purl.org/dc/terms/",
                "dpv": "https://w3id.org/dpv#",
                "schema": "https://schema.org/",
                "passerby": "urn:passerby:vocab:1:"
            },
            "@id": format!("urn:passerby:receipt:{id}"),
            "@type": "dpv:ConsentReceipt",
            "dct:identifier": id,
            "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt-record",
            "dct:created": given,
            "schema:recipient": "dpv:DataSubject",
            "dpv:hasRecordOfActivity": {
                "@type": "dpv:ConsentRecord",
                "dct:identifier": id,
                "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record",
                "dpv:hasDataSubject": { "@id": format!("urn:passerby:user_ref:{}", key.user_ref()), "@type": "dpv:Consumer" },
                "dpv:hasDataController": {
                    "@id": request.sector().origin(),
                    "schema:name": statement.name,
                    "dpv:hasContact": statement.deletion_contact,
                },
                "dpv:hasNotice": { "@type": "dpv:ConsentNotice", "@id": statement.policy_uri, "passerby:termsHash": request.terms_text().hash() },
                "dpv:hasConsentStatus": { "@type": "dpv:ConsentGiven", "dct:date": given },
                "dpv:hasProcess": {
                    "@type": "dpv:Process",
                    "dpv:hasPurpose": request.terms().purpose,
                    "dpv:hasPersonalData": grant.claims(),
                    "dpv:hasRecipient": request.terms().recipients,
                    "dpv:hasStorageCondition": { "@type": "dpv:StorageDuration", "dct:valid": kept_until },
                    "dpv:hasDataProcessor": { "@id": request.relay().as_str(), "passerby:role": "carries, cannot open" },
                },
            },
        }))
    }

    /// Signs it with the pairwise key.
    pub fn sign(&self, key: &PairwiseKey) -> Result<String, JwsError> {
        jws::sign(&jws::Header::new(RECEIPT_TYP).with_kid(key.public()), self, key.signing_key())
    }

    /// Reads and checks a signed receipt.
    pub fn parse(compact: &str, holder: &PublicKey) -> Result<Self, JwsError> {
        Unverified::<Self>::parse(compact, RECEIPT_TYP)?.verify(holder)
    }

    /// The receipt as JSON-LD.
    #[must_use]
    pub fn as_json(&self) -> &Value {
        &self.0
    }
}

/// RFC 3339, in UTC.
fn write_time(moment: Timestamp) -> String {
    Instant::from_second(moment.seconds()).map_or_else(|_| String::new(), |instant| instant.to_string())
}
