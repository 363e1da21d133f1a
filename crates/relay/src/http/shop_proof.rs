//! Which shop is calling (docs/protocol.md section 12).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use passerby_protocol::proof::{Call, HttpCall, ShopProof};
use passerby_protocol::sector::Sector;
use passerby_protocol::verify::{ParsedStatement, Statement};
use passerby_protocol::wire::json;
use passerby_relay_api::Problem;
use passerby_relay_store::Shop;
use serde::de::DeserializeOwned;

use super::extract::{read_body, require_media_type};
use super::problem::Refused;
use crate::RelayState;
use crate::shop::open_door;

/// A shop that the admin added, and a key that signed this very call. Whether the key is the shop's is not known yet: the
/// proof is used up only when it is, or strangers could fill the memory that keeps the shops safe.
#[derive(Debug, Clone)]
pub struct CallingShop {
    pub sector: Sector,
    /// The shop as it stands in the store.
    pub record: Shop,
    /// The key that signed the call, and what must be used up with it.
    pub call: Call,
    body: Bytes,
}

/// A shop that called with a request key of its current Statement.
#[derive(Debug, Clone)]
pub struct ListedShop {
    pub calling: CallingShop,
    statement: Arc<ParsedStatement>,
}

impl ListedShop {
    /// What its current Statement says.
    pub fn statement(&self) -> &Statement {
        self.statement.statement()
    }
}

impl CallingShop {
    /// A shop that its relay's admin has suspended asks for nothing; what it was sent before stays its own.
    pub fn require_active(&self) -> Result<(), Refused> {
        if self.record.suspension.is_some() { Err(Problem::ShopSuspended.into()) } else { Ok(()) }
    }

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
        let record = match state.store().find_shop(sector.as_str()).await? {
            None if state.has_open_door() => open_door::let_in(state.store(), &sector, now).await?,
            record => record,
        };
        let record = record.ok_or(Problem::ShopUnknown)?;
        if !state.identity().serves(&sector) {
            return Err(Problem::ShopUnknown.into());
        }
        Ok(Self { sector, record, call, body })
    }
}

impl FromRequest<RelayState> for ListedShop {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &RelayState) -> Result<Self, Refused> {
        let calling = CallingShop::from_request(request, state).await?;
        let missing = Refused::because(Problem::StatementRefused, "statement-missing");
        let kept = calling.record.statement.as_ref().ok_or(missing)?;
        let statement = state
            .read_statements()
            .read(&kept.compact, &calling.sector, state.now())
            .map_err(|refused| Refused::because(Problem::StatementRefused, refused.word()))?;
        if !statement.statement().lists_request_key(&calling.call.key.jkt()) {
            return Err(Problem::ShopProof.into());
        }
        state.used_proofs().consume_shop(&calling.call, state.now())?;
        state.rates().take_shop(&calling.sector)?;
        Ok(Self { calling, statement })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use axum::body::Body;
    use confique::Config as _;
    use passerby_protocol::keys::SigningKey;
    use passerby_protocol::time::Clock as _;
    use passerby_relay_store::{KeptStatement, ShopStore as _};
    use passerby_relay_store_sqlite::SqliteStore;
    use passerby_testkit::clock::TestClock;
    use passerby_testkit::rng;
    use passerby_testkit::scene::Scene;

    use super::*;
    use crate::Identity;
    use crate::config::LimitsConfig;
    use crate::http::rate::Rates;
    use crate::period::KeysFolder;

    #[tokio::test]
    async fn a_stranger_who_names_a_shop_does_not_fill_its_memory() {
        let (scene, clock) = (Scene::new(), Arc::new(TestClock::default()));
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
        let (sector, root) = (scene.sector.as_str(), scene.root.public().jkt());
        store.add_shop(sector, root.as_str(), 1).await.unwrap();
        let compact = scene.first_statement().to_owned();
        let keep = KeptStatement { compact, seq: 1, root_jkt: root.as_str().to_owned() };
        store.keep_statement(sector, root.as_str(), &keep).await.unwrap();
        let identity = Identity::new(scene.issuer.clone(), scene.relay_key.clone(), false).unwrap();
        let keys = KeysFolder::at(folder.path().join("keys"));
        let state = RelayState::new(identity, Arc::new(store), clock.clone(), rng::seeded(1), &keys);

        let call_by = |key: &SigningKey, seed: u64| {
            let htu = format!("{}/v1/requests", scene.issuer);
            let call = HttpCall { method: "POST", htu: &htu, body: b"{}" };
            let now = clock.now();
            let proof = ShopProof::make(&scene.sector, &scene.issuer, call, key, now, &mut rng::seeded(seed))
                .unwrap();
            Request::post("/v1/requests")
                .header("authorization", format!("Bearer {proof}"))
                .header("content-type", "application/json")
                .body(Body::from("{}"))
                .unwrap()
        };
        let refused = ListedShop::from_request(call_by(&scene.stranger, 2), &state).await.unwrap_err();
        assert_eq!(refused.problem(), Problem::ShopProof);
        assert_eq!(format!("{:?}", state.used_proofs()), "UsedProofs { shops: 0, wallets: 0 }");

        ListedShop::from_request(call_by(&scene.request_key, 2), &state).await.unwrap();
        let again = ListedShop::from_request(call_by(&scene.request_key, 2), &state).await.unwrap_err();
        assert_eq!(again.problem(), Problem::ShopProof, "a proof is good once");

        let limits = LimitsConfig::builder().load().unwrap();
        let limits = LimitsConfig { shop_calls_per_minute: 1, shop_burst: NonZeroU32::MIN, ..limits };
        let state = state.with_rates(Rates::new(&limits));
        ListedShop::from_request(call_by(&scene.request_key, 3), &state).await.unwrap();
        let refused = ListedShop::from_request(call_by(&scene.request_key, 4), &state).await.unwrap_err();
        assert_eq!(refused.problem(), Problem::TooMany, "a shop has so many calls");
    }
}
