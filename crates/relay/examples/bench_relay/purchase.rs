//! One purchase: what its shop and its customer send at each step, made before it is sent.

use anyhow::{Context as _, Result, ensure};
use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::Choice;
use passerby_protocol::keys::{PairwiseKey, RootSecret, SigningKey};
use passerby_protocol::passport::{Passport, PassportRequest};
use passerby_protocol::random_id::{Nonce, RequestId, TransactionId};
use passerby_protocol::request::{RequestLink, RequestUri, SignedRequest, TimeLimit};
use passerby_protocol::seal::SealedRelease;
use passerby_relay_api::answer::{AnswerBody, AnsweredBody};
use passerby_relay_api::opening::OpenedBody;
use passerby_relay_api::passport::PassportBody;
use passerby_relay_api::paths;
use passerby_testkit::forge;
use passerby_testkit::scene::DETAILS;
use rand_core::Rng as _;
use reqwest::{Method, Request, Url};
use serde_json::json;
use zeroize::Zeroizing;

use crate::shop::{FORM, Shop, now, post};

pub struct Purchase {
    id: RequestId,
    transaction: TransactionId,
    request: String,
    /// The key that the wallet makes for this request.
    wallet: SigningKey,
    /// The customer's key at this shop: each purchase is another person's.
    person: PairwiseKey,
    sealed: Option<SealedRelease>,
    reply: Option<AnsweredBody>,
}

impl Purchase {
    /// Has the shop sign its request.
    pub fn make(shop: &Shop) -> Result<Self> {
        let mut rng = rand::rng();
        let (scene, seconds) = (&shop.scene, now().seconds());
        let id = RequestId::make(&mut rng);
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *secret);
        let header = json!({
            "alg": "ES256",
            "typ": "oauth-authz-req+jwt",
            "kid": scene.request_key.public().jkt(),
            "jwt": shop.attestation,
        });
        let mut payload = scene.request_payload();
        payload["response_uri"] = json!(format!("{}{}", scene.issuer.response_prefix(), id.as_str()));
        payload["nonce"] = json!(Nonce::make(&mut rng).as_str());
        payload["iat"] = json!(seconds);
        payload["exp"] = json!(seconds + 300);
        payload["response_by"] = json!(seconds + 1_700);
        payload["verifier_info"][0]["data"] = json!(shop.statement);
        Ok(Self {
            id,
            transaction: TransactionId::make(&mut rng),
            request: forge::jws(&header, &payload, &scene.request_key),
            wallet: SigningKey::make(&mut rng),
            person: PairwiseKey::derive(&RootSecret::from_bytes(secret), &scene.sector, 0)?,
            sealed: None,
            reply: None,
        })
    }

    pub fn park(&self, shop: &Shop) -> Result<Request> {
        let body = json!({
            "id": self.id.as_str(),
            "transaction_id": self.transaction.as_str(),
            "request": self.request,
            "redirect_uri": format!("{}/back", shop.scene.sector.origin()),
        });
        shop.call(paths::REQUESTS, &body)
    }

    pub fn fetch(&self, shop: &Shop) -> Result<Request> {
        let path = paths::fill(paths::REQUEST, self.id.as_str());
        let mut request = Request::new(Method::GET, Url::parse(&format!("{}{path}", shop.base))?);
        request.headers_mut().insert("dpop", shop.make_wallet_proof(&self.wallet, "GET", &path)?);
        Ok(request)
    }

    pub fn request_passport(&self, shop: &Shop) -> Result<Request> {
        let proof = PassportRequest::sign(&shop.scene.issuer, &self.id, &self.person, now())?;
        let body = serde_json::to_vec(&json!({ "request": self.id.as_str(), "proof": proof }))?;
        let mut request =
            post(&format!("{}{}", shop.base, paths::PASSPORTS), "application/json", body.into())?;
        let proof = shop.make_wallet_proof(&self.wallet, "POST", paths::PASSPORTS)?;
        request.headers_mut().insert("dpop", proof);
        Ok(request)
    }

    /// Seals what is asked for with the passport of the reply, so that the release is about so long.
    pub fn seal(&mut self, shop: &Shop, reply: &[u8], bytes: usize) -> Result<()> {
        let body: PassportBody = serde_json::from_slice(reply)?;
        let sector = &shop.scene.sector;
        let passport = Passport::parse(&body.passport, &shop.relay_keys, sector, now())?;
        let uri = RequestUri::new(shop.scene.issuer.clone(), self.id.clone());
        let link = RequestLink::new(sector.clone(), uri);
        let verify = || -> Result<_> {
            let signed =
                SignedRequest::parse(&link, &self.request, &shop.relay_keys, TimeLimit::FirstFetch, now())?;
            Ok(signed.verify(&shop.statement, None, now())?)
        };
        let seal = |padding: usize| -> Result<_> {
            let grant = verify()?.consent(&make_choice(padding)?)?;
            Ok(SealedRelease::seal(grant, &passport, &self.person, now(), &mut rand::rng())?)
        };
        let bare = seal(0)?;
        // A character takes 4/3 in the SD-JWT's disclosure, and that 4/3 again in the JWE.
        let padding = bytes.saturating_sub(bare.jwe.len()) * 9 / 16;
        self.sealed = Some(seal(padding)?);
        Ok(())
    }

    /// The answer, as it is sent.
    pub fn form(&self) -> String {
        let sealed = self.sealed.clone();
        let (mut jwe, mut grant_claim, mut consent_receipt) = (None, None, None);
        if let Some(sealed) = sealed {
            (jwe, grant_claim) = (Some(sealed.jwe), Some(sealed.grant_claim));
            consent_receipt = Some(sealed.consent_receipt);
        }
        AnswerBody { response: jwe, grant_claim, consent_receipt, error: None }.to_form()
    }

    pub fn deliver(&self, shop: &Shop) -> Result<Request> {
        let path = paths::fill(paths::RESPONSE, self.id.as_str());
        let mut request = post(&format!("{}{path}", shop.base), FORM, self.form().into())?;
        request.headers_mut().insert("dpop", shop.make_wallet_proof(&self.wallet, "POST", &path)?);
        Ok(request)
    }

    pub fn keep_reply(&mut self, reply: &[u8]) -> Result<()> {
        self.reply = Some(serde_json::from_slice(reply)?);
        Ok(())
    }

    pub fn collect(&self, shop: &Shop) -> Result<Request> {
        let reply = self.reply.as_ref().context("nothing was delivered")?;
        let address = Url::parse(&reply.redirect_uri)?;
        let code = address.query_pairs().find(|(name, _)| name == "response_code");
        let (_, code) = code.context("there is no code to collect with")?;
        shop.call(&paths::fill(paths::COLLECT, self.transaction.as_str()), &json!({ "response_code": code }))
    }

    pub fn open(&self, shop: &Shop) -> Result<Request> {
        let grant = self.reply.as_ref().and_then(|reply| reply.grant_id.as_deref());
        let path = paths::fill(paths::OPENINGS, grant.context("nothing was granted")?);
        shop.call(&path, &json!({ "reason": "packing" }))
    }

    /// What was opened is what was delivered.
    pub fn check_opened(&self, reply: &[u8]) -> Result<()> {
        let opened: OpenedBody = serde_json::from_slice(reply)?;
        let sealed = self.sealed.as_ref().context("nothing was sealed")?;
        ensure!(opened.release == sealed.jwe, "another release was opened than was delivered");
        Ok(())
    }
}

/// Everything that is asked for, with a street as long as it takes.
fn make_choice(padding: usize) -> Result<Choice> {
    let mut choice = Choice::default();
    for (name, value) in DETAILS.iter().take(4) {
        let long = if *name == "address.street_address" { "x".repeat(padding) } else { String::new() };
        choice.values.insert(ClaimName::parse(name)?, AttributeValue::new(format!("{value}{long}")));
    }
    Ok(choice)
}
