//! A shop: keys, a Statement at its own host, requests, and a packing table where releases are opened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use passerby_protocol::claim::ClaimName;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{Jkt, RelayKeys, ReleaseKey, ReleaseSuite, SigningKey};
use passerby_protocol::passport::{Order, Question};
use passerby_protocol::random_id::{Nonce, RequestId, State};
use passerby_protocol::request::{
    Asked, GradedClaims, OptionalClaim, RequestLink, RequestObject, RequestUri, Terms, TermsText,
};
use passerby_protocol::reveal;
use passerby_protocol::seal::Context;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::verify::{Attestation, Statement};
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use rand_chacha::ChaCha20Rng;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Relay, claim};

/// What a shop asks.
#[derive(Debug, Clone)]
pub struct Ask {
    pub required: Vec<&'static str>,
    pub optional: Vec<&'static str>,
    /// What may be answered with less.
    pub graded: Vec<GradedClaims>,
    pub retention: u32,
    pub purpose: &'static str,
    pub flow: &'static str,
    /// Which root the relay's attestation names; the shop's own when absent.
    pub attested_root: Option<Jkt>,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            required: vec!["name", "address.street_address", "address.postal_code"],
            optional: vec!["email"],
            graded: Vec::new(),
            retention: 14,
            purpose: "Deliver your shoes",
            flow: "same_device",
            attested_root: None,
        }
    }
}

pub struct Shop {
    pub sector: Sector,
    pub root: SigningKey,
    pub request_key: SigningKey,
    release_key: ReleaseKey,
    /// What stands at the well-known address.
    published: Arc<Mutex<String>>,
    /// How often somebody looked there.
    looked: Arc<AtomicUsize>,
    /// What travels in requests.
    pub statement: Statement,
    asked: BTreeMap<String, Question>,
    server: Option<JoinHandle<()>>,
}

impl Shop {
    pub async fn start(now: Timestamp, rng: &mut ChaCha20Rng) -> Self {
        Self::start_as("shoes.localhost", now, rng).await
    }

    /// Under another name.
    pub async fn start_as(host: &str, now: Timestamp, rng: &mut ChaCha20Rng) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sector = Sector::parse(&format!("{host}:{port}")).unwrap();
        let (root, request_key, release_key) =
            (SigningKey::make(rng), SigningKey::make(rng), ReleaseKey::make(ReleaseSuite::Hpke9, rng));
        let allowed = [
            "name",
            "email",
            "address.street_address",
            "address.postal_code",
            "address.locality",
            "address.country",
            "birthdate",
            "age_over_18",
            "birth_year",
            "phone_number",
            "company",
        ];
        let statement = Statement {
            iss: sector.clone(),
            seq: 1,
            iat: now,
            exp: now + 180 * DAY,
            prev: None,
            name: "Shoes".to_owned(),
            request_jkts: vec![request_key.public().jkt()],
            release_keys: vec![serde_json::to_value(release_key.public()).unwrap()],
            revoked_jkts: Vec::new(),
            allowed_claims: allowed.map(claim).to_vec(),
            retention_max: 30,
            policy_uri: format!("{}/privacy", sector.origin()),
            return_origins: Vec::new(),
            desk_origins: Vec::new(),
            deletion_contact: None,
            authority_contact: None,
            next_root_jkt_hash: None,
        };
        let published = Arc::new(Mutex::new(statement.sign(&root).unwrap()));
        let mut shop = Self {
            sector,
            root,
            request_key,
            release_key,
            published,
            looked: Arc::default(),
            statement,
            asked: BTreeMap::new(),
            server: None,
        };
        shop.serve(listener);
        shop
    }

    fn serve(&mut self, listener: TcpListener) {
        let (published, looked) = (self.published.clone(), self.looked.clone());
        let serve = move || {
            looked.fetch_add(1, Ordering::SeqCst);
            let published = published.clone();
            async move { published.lock().unwrap().clone() }
        };
        let router = Router::new().route("/.well-known/passerby-statement.jwt", get(serve));
        self.server = Some(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }));
    }

    /// Its web site is down from now on.
    pub async fn stop(&mut self) {
        let server = self.server.take().unwrap();
        server.abort();
        let _ = server.await;
    }

    pub async fn start_again(&mut self) {
        let address = self.sector.as_str().replace("shoes.localhost", "127.0.0.1");
        self.serve(TcpListener::bind(address).await.unwrap());
    }

    /// Puts a Statement at the well-known address.
    pub fn publish(&self, statement: &str) {
        statement.clone_into(&mut self.published.lock().unwrap());
    }

    /// Changes the Statement as its owner would: next number, chained, published.
    pub fn amend(&mut self, change: impl FnOnce(&mut Statement)) {
        let before = self.published();
        self.statement.seq += 1;
        self.statement.prev = Some(b64u::sha256(before));
        change(&mut self.statement);
        self.publish(&self.statement.sign(&self.root).unwrap());
    }

    /// Parks a request at a relay that believes everything; gives the link.
    pub fn ask(&mut self, relay: &Relay, ask: &Ask, now: Timestamp, rng: &mut ChaCha20Rng) -> String {
        let root = ask.attested_root.clone().unwrap_or_else(|| self.root.public().jkt());
        let attestation =
            Attestation::new(&relay.issuer, &self.sector, self.request_key.public(), &root, now, DAY);
        let made = self.make_request(&relay.issuer, &attestation.sign(relay.key()).unwrap(), ask, now, rng);
        relay.park(&made.id, self.sector.clone(), made.object, self.back());
        made.link
    }

    /// Where browsers come back to.
    pub fn back(&self) -> String {
        format!("{}/back", self.sector.origin())
    }

    pub fn make_request(
        &mut self,
        issuer: &Issuer,
        attestation: &str,
        ask: &Ask,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
    ) -> MadeRequest {
        let id = RequestId::make(rng);
        let optional = |name: &&str| OptionalClaim { query: name.replace('.', "_"), claim: claim(name) };
        let asked = Asked {
            required: ask.required.iter().map(|name| claim(name)).collect(),
            optional: ask.optional.iter().map(optional).collect(),
            graded: ask.graded.clone(),
        };
        let terms = Terms {
            purpose: ask.purpose.to_owned(),
            retention: ask.retention,
            standing: false,
            recipients: vec!["DHL".to_owned()],
        };
        let terms = TermsText::write(&terms).unwrap();
        let context = Context {
            client_id: self.sector.client_id(),
            nonce: Nonce::make(rng).as_str().to_owned(),
            response_uri: format!("{}{}", issuer.response_prefix(), id.as_str()),
        };
        let object = RequestObject {
            client_id: context.client_id.clone(),
            aud: "https://self-issued.me/v2".to_owned(),
            response_type: "vp_token".to_owned(),
            response_mode: "direct_post.jwt".to_owned(),
            response_uri: context.response_uri.clone(),
            nonce: context.nonce.clone(),
            state: State::make(rng).as_str().to_owned(),
            iat: now,
            exp: now + 300,
            response_by: now + 1_800,
            flow: ask.flow.to_owned(),
            dcql_query: asked.to_query(issuer),
            client_metadata: None,
            // What travels is what is published: two signatures over the same text would be two Statements.
            verifier_info: RequestObject::verifier_info(&self.published(), &terms),
        };
        let object = object.sign(&self.request_key, attestation).unwrap();
        let question = Question {
            context,
            terms_hash: terms.hash(),
            required: asked.required,
            optional: asked.optional.into_iter().map(|optional| optional.claim).collect(),
            graded: asked.graded.into_iter().map(|graded| graded.ways).collect(),
        };
        self.asked.insert(id.as_str().to_owned(), question);
        let uri = RequestUri::new(issuer.clone(), id.clone());
        let link = RequestLink::new(self.sector.clone(), uri).to_text("passerby");
        MadeRequest { id, object, link }
    }

    /// The Statement at the well-known address.
    pub fn published(&self) -> String {
        self.published.lock().unwrap().clone()
    }

    /// How often its Statement was fetched.
    pub fn looked(&self) -> usize {
        self.looked.load(Ordering::SeqCst)
    }

    /// What the shop's packing table reads from the answer to the request behind `link`, with all of the shop's checks.
    pub fn open(
        &self,
        relay: &Relay,
        link: &str,
        passerby_claim: &str,
        now: Timestamp,
    ) -> BTreeMap<ClaimName, String> {
        let link = RequestLink::parse(link).unwrap();
        let id = link.request_uri().id();
        let (answer, reply) = relay.find_answer(id.as_str()).expect("an answer arrived");
        let grant_id = reply["grant_id"].as_str().unwrap();
        let order =
            self.accept(id, grant_id, &answer.grant_claim.unwrap(), passerby_claim, &relay.keys(), now);
        self.reveal(&order, &answer.response.unwrap())
    }

    /// The shop's checks of what it collected.
    pub fn accept(
        &self,
        id: &RequestId,
        grant_id: &str,
        grant_claim: &str,
        passerby_claim: &str,
        keys: &RelayKeys,
        now: Timestamp,
    ) -> Order {
        self.asked[id.as_str()]
            .accept(grant_id, grant_claim, passerby_claim, keys, &self.sector, now)
            .unwrap()
    }

    /// The packing table.
    pub fn reveal(&self, order: &Order, release: &str) -> BTreeMap<ClaimName, String> {
        let keys = std::slice::from_ref(&self.release_key);
        let opened = reveal::open(order, release, keys, NOON + 30 * DAY).unwrap();
        opened.values.into_iter().map(|(claim, value)| (claim, value.expose().to_owned())).collect()
    }
}

/// A request, ready to be parked.
pub struct MadeRequest {
    pub id: RequestId,
    pub object: String,
    pub link: String,
}
