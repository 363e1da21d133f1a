//! Which shop is calling (docs/protocol.md section 12).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use passerby_protocol::keys::PublicKey;
use passerby_protocol::proof::{HttpCall, ShopProof};
use passerby_protocol::sector::Sector;
use passerby_protocol::verify::{ParsedStatement, Statement};
use passerby_protocol::wire::json;
use passerby_relay_api::Problem;
use passerby_relay_store::Shop;
use serde::de::DeserializeOwned;

use super::extract::{read_body, require_media_type};
use super::problem::Refused;
use crate::RelayState;

/// A shop that the admin added, and a key that signed this very call. Whether the key is the shop's is not known yet.
#[derive(Debug, Clone)]
pub struct CallingShop {
    pub sector: Sector,
    /// The shop as it stands in the store.
    pub record: Shop,
    /// The key that signed the call.
    pub key: PublicKey,
    body: Bytes,
}

/// A shop that called with a request key of its current Statement.
#[derive(Debug, Clone)]
pub struct ListedShop {
    pub calling: CallingShop,
    pub statement: Statement,
}

impl CallingShop {
    /// Reads the JSON body that the proof covers.
    pub fn parse_body<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        json::parse(&self.body).map_err(|_| Problem::Malformed.into())
    }
}

fn find_bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let only = values.next()?.to_str().ok()?;
    let (scheme, proof) = only.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(proof)
}

impl FromRequest<RelayState> for CallingShop {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &RelayState) -> Result<Self, Refused> {
        let method = request.method().as_str().to_owned();
        let htu = format!("{}{}", state.identity().issuer(), request.uri().path());
        let proof = find_bearer(request.headers()).ok_or(Problem::ShopProof)?.to_owned();
        if method == "POST" {
            require_media_type(request.headers(), "application/json")?;
        }
        let body = read_body(request, state).await?;

        let now = state.now();
        let http_call = HttpCall { method: &method, htu: &htu, body: &body };
        let (sector, call) = ShopProof::parse(&proof, state.identity().issuer(), http_call, now)
            .map_err(|_| Problem::ShopProof)?;
        // A stranger's proofs are not worth remembering.
        let record = state.store().find_shop(sector.as_str()).await?.ok_or(Problem::ShopUnknown)?;
        state.used_proofs().consume_shop(&call, now)?;
        if !state.identity().serves(&sector) {
            return Err(Problem::ShopUnknown.into());
        }
        Ok(Self { sector, record, key: call.key, body })
    }
}

impl FromRequest<RelayState> for ListedShop {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &RelayState) -> Result<Self, Refused> {
        let calling = CallingShop::from_request(request, state).await?;
        let missing = Refused::because(Problem::StatementRefused, "statement-missing");
        let kept = calling.record.statement.as_ref().ok_or(missing)?;
        let parsed = ParsedStatement::parse(&kept.compact, &calling.sector, state.now())
            .map_err(|refused| Refused::because(Problem::StatementRefused, refused.word()))?;
        if !parsed.statement().lists_request_key(&calling.key.jkt()) {
            return Err(Problem::ShopProof.into());
        }
        Ok(Self { calling, statement: parsed.statement().clone() })
    }
}
