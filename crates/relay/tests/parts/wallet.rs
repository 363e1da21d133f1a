//! What the person's wallet says to the relay.

use passerby_protocol::keys::SigningKey;
use passerby_protocol::proof::DpopProof;
use passerby_protocol::time::Clock as _;
use passerby_relay_api::answer::AnswerBody;
use passerby_testkit::scene::REQUEST_ID;
use reqwest::header::CONTENT_TYPE;

use super::{Reply, Stage};

impl Stage {
    pub fn dpop(&self, method: &str, path: &str, key: &SigningKey) -> String {
        let now = self.clock.now();
        let htu = format!("{}{path}", self.scene.issuer);
        self.draw(|rng| DpopProof::make(method, &htu, key, now, rng)).unwrap()
    }

    pub async fn wallet_get(&self, path: &str, key: &SigningKey) -> Reply {
        let request = self.http.get(format!("{}{path}", self.base));
        self.send(request.header("dpop", self.dpop("GET", path, key))).await
    }

    pub async fn fetch(&self, key: &SigningKey) -> Reply {
        self.wallet_get(&format!("/r/{REQUEST_ID}"), key).await
    }

    /// The scene's answer, as it is sent.
    pub fn answer_form(&self) -> String {
        self.answer_form_with(|_| {})
    }

    /// The same, altered.
    pub fn answer_form_with(&self, alter: impl FnOnce(&mut AnswerBody)) -> String {
        let sealed = self.sealed.clone();
        let mut body = AnswerBody {
            response: Some(sealed.jwe),
            grant_claim: Some(sealed.grant_claim),
            consent_receipt: Some(sealed.consent_receipt),
            error: None,
        };
        alter(&mut body);
        body.to_form()
    }

    pub fn answer_request(&self, form: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/v1/response/{REQUEST_ID}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.to_owned())
    }

    pub async fn answer(&self, form: &str, key: &SigningKey) -> Reply {
        let path = format!("/v1/response/{REQUEST_ID}");
        self.send(self.answer_request(form).header("dpop", self.dpop("POST", &path, key))).await
    }
}
