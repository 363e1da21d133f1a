//! Which wallet key is calling (DPoP, RFC 9449).

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use passerby_protocol::proof::DpopProof;
use passerby_relay_api::Problem;

use super::problem::Refused;
use crate::RelayState;

/// A wallet that proved its key for this very call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// The thumbprint of the key.
    pub jkt: String,
}

/// The header's value, or nothing when the header is not there. Two of them are one too many.
fn find_header(parts: &Parts) -> Result<Option<&str>, Refused> {
    let mut values = parts.headers.get_all("dpop").iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => only.to_str().map(Some).map_err(|_| Problem::WalletProof.into()),
        _ => Err(Problem::WalletProof.into()),
    }
}

impl OptionalFromRequestParts<RelayState> for Wallet {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &RelayState) -> Result<Option<Self>, Refused> {
        let Some(proof) = find_header(parts)? else { return Ok(None) };
        let htu = format!("{}{}", state.identity().issuer(), parts.uri.path());
        let now = state.now();
        let call = DpopProof::parse(proof, parts.method.as_str(), &htu, now)
            .map_err(|_| Refused::from(Problem::WalletProof))?;
        state.used_proofs().consume_wallet(&call, now)?;
        Ok(Some(Self { jkt: call.key.jkt().into() }))
    }
}

impl FromRequestParts<RelayState> for Wallet {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &RelayState) -> Result<Self, Refused> {
        let found = <Self as OptionalFromRequestParts<RelayState>>::from_request_parts(parts, state).await?;
        found.ok_or_else(|| Problem::WalletProof.into())
    }
}
