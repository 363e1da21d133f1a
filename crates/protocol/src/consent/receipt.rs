//! The consent receipt: an ISO/IEC TS 27560:2023 receipt as DPV JSON-LD (docs/protocol.md section 11, docs/receipt.md).
//!
//! Names, purposes, times; never a value.

use jiff::Timestamp as Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Grant;
use crate::claim::ClaimName;
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
        let named = |name: &String| json!({ "@type": "dpv:Recipient", "dpv:hasName": name });
        let detail = |claim: &ClaimName| json!({ "@type": "dpv:PersonalData", "dct:identifier": claim });
        let mut controller = json!({ "@id": request.sector().origin(), "dpv:hasName": statement.name });
        if let Some(contact) = &statement.deletion_contact {
            controller["dpv:hasContact"] = json!(contact);
        }
        Self(json!({
            "@context": {
                "dct": "http://purl.org/dc/terms/",
                "dpv": "https://w3id.org/dpv#",
                "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
                "schema": "https://schema.org/",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
                "passerby": "urn:passerby:vocab:1:",
                "dct:conformsTo": { "@type": "@id" },
                "dct:created": { "@type": "xsd:dateTime" },
                "dpv:isIndicatedAtTime": { "@type": "xsd:dateTime" },
                "dpv:isIndicatedBy": { "@type": "@id" },
                "schema:recipient": { "@type": "@id" }
            },
            "@id": format!("urn:passerby:receipt:{id}"),
            "@type": "dpv:ConsentReceipt",
            "dct:identifier": id,
            "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt",
            "dct:created": given,
            "schema:recipient": "dpv:DataSubject",
            "dpv:hasRecordOfActivity": {
                "@type": "dpv:ConsentRecord",
                "dct:identifier": id,
                "dpv:hasDataSubject": { "@id": format!("urn:passerby:user_ref:{}", key.user_ref()), "@type": "dpv:Consumer" },
                "dpv:hasDataController": controller,
                "dpv:hasNotice": { "@id": statement.policy_uri, "@type": "dpv:ConsentNotice", "passerby:termsHash": request.terms_text().hash() },
                "dpv:hasConsentStatus": {
                    "@type": ["dpv:ConsentGiven", "dpv:ExpressedConsent"],
                    "dpv:isIndicatedBy": "dpv:DataSubject",
                    "dpv:isIndicatedAtTime": given
                },
                "dpv:hasProcess": {
                    "@type": "dpv:Process",
                    "dpv:hasPurpose": { "@type": "dpv:Purpose", "dct:description": request.terms().purpose },
                    "dpv:hasPersonalData": grant.claims().iter().map(detail).collect::<Vec<_>>(),
                    "dpv:hasRecipient": request.terms().recipients.iter().map(named).collect::<Vec<_>>(),
                    "dpv:hasStorageCondition": {
                        "@type": "dpv:StorageDuration",
                        "dpv:hasDuration": { "@type": ["dpv:UntilTimeDuration", "xsd:dateTime"], "rdf:value": kept_until }
                    },
                    "dpv:hasDataProcessor": { "@id": request.relay().as_str(), "passerby:role": "carries, cannot open" }
                }
            }
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
