//! A wallet of another make: an answer without a grant claim (docs/protocol.md sections 9.4 and 10).

use passerby_protocol::keys::SigningKey;
use passerby_protocol::passport::{Answered, AskedNames, Order};
use passerby_protocol::wire::b64u;
use passerby_testkit::forge;
use passerby_testkit::scene::{GRANT_ID, Scene};
use serde_json::{Value, json};

use crate::Writer;
use crate::reveal::{input as opening, reissue, resealed};

/// What the shop is handed over, and what the browser brought.
pub fn claims(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let release_sha256 = b64u::sha256("a release");
    let input = |passerby_claim: Value, only_passerby: bool| {
        json!({
            "question": scene.question(),
            "grant_id": GRANT_ID,
            "grant_claim": null,
            "passerby_claim": passerby_claim,
            "release_sha256": release_sha256,
            "only_passerby": only_passerby,
        })
    };
    let question = scene.question();
    let ok = question.accept_unsigned(GRANT_ID, &release_sha256, None, false).expect("an order");
    writer.accepts(
        "unsigned-accepted",
        "An answer without a grant claim, at a shop that takes those",
        input(Value::Null, false),
        json!(ok),
    )?;
    writer.refuses(
        "unsigned-unwanted",
        "An answer without a grant claim, at a shop that takes Passerby wallets only",
        input(Value::Null, true),
        "claim-missing",
    )?;
    writer.refuses(
        "unsigned-mismatch",
        "The browser vouches for a grant claim that the relay says does not exist",
        input(b64u::sha256("a grant claim").into(), false),
        "claim-mismatch",
    )
}

/// The scene's answer as such a wallet would send it: nothing of Passerby's own, unless a case puts it back.
struct Plain<'a> {
    scene: &'a Scene,
    holder: SigningKey,
    asked: AskedNames,
}

impl Plain<'_> {
    /// Takes the terms out of a presentation's key binding, alters it, and signs it anew.
    fn rebind(&self, presentation: &mut Value, alter: impl FnOnce(&mut Value)) {
        let text = presentation.as_str().expect("a text").to_owned();
        let (unbound, binding) = text.rsplit_once('~').expect("a key binding");
        let mut binding = forge::payload_of(binding);
        binding.as_object_mut().expect("an object").remove("passerby_terms_hash");
        alter(&mut binding);
        let binding = forge::jws(&json!({ "alg": "ES256", "typ": "kb+jwt" }), &binding, &self.holder);
        *presentation = format!("{unbound}~{binding}").into();
    }

    /// The vector's input: the answer without the terms, then altered, sealed again.
    fn input(&self, alter: impl FnOnce(&Self, &mut Value)) -> Value {
        let (order, release) = resealed(self.scene, |response| {
            response.as_object_mut().expect("an object").retain(|name, _| name == "vp_token");
            for presentations in response["vp_token"].as_object_mut().expect("an object").values_mut() {
                self.rebind(&mut presentations[0], |_| {});
            }
            alter(self, response);
        });
        let order = Order { answered: Answered::ByAnotherWallet { asked: self.asked.clone() }, ..order };
        opening(&order, &release, &self.scene.release_key)
    }
}

fn without_passport(response: &mut Value) {
    response["vp_token"].as_object_mut().expect("an object").remove("passport");
}

/// What is inside.
pub fn releases(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let question = scene.question();
    let asked =
        AskedNames { required: question.required, optional: question.optional, graded: question.graded };
    let plain = Plain { scene, holder: scene.pairwise().signing_key().clone(), asked };
    let values = json!({ "values": crate::differences::opened(scene) });

    writer.accepts(
        "unsigned-accepted",
        "Profiles alone: no passport, no terms, no state, no padding",
        plain.input(|_, response| without_passport(response)),
        values.clone(),
    )?;
    writer.accepts(
        "unsigned-passport",
        "The same with a passport",
        plain.input(|_, _| {}),
        values.clone(),
    )?;
    let terms = &question.terms_hash;
    let bound_to = |hash: String| {
        plain.input(|plain, response| {
            without_passport(response);
            plain.rebind(&mut response["vp_token"]["profile"][0], |kb| {
                kb["passerby_terms_hash"] = hash.into();
            });
        })
    };
    writer.accepts(
        "unsigned-terms",
        "The same with the terms in one of them",
        bound_to(terms.clone()),
        values,
    )?;
    writer.refuses(
        "unsigned-other-terms",
        "With other terms",
        bound_to(b64u::sha256("other")),
        "kb-terms",
    )?;
    refused_bindings(writer, &plain)?;
    refused_keys(writer, &plain)?;
    refused_names(writer, plain)
}

fn refused_bindings(writer: &mut Writer, plain: &Plain<'_>) -> std::io::Result<()> {
    type Alter = fn(&mut Value);
    let cases: [(&str, &str, Alter, &str); 4] = [
        (
            "unsigned-other-nonce",
            "Presented for another request",
            |kb| kb["nonce"] = "b3RoZXItbm9uY2Utb3RoZXI".into(),
            "kb-nonce",
        ),
        (
            "unsigned-other-audience",
            "Presented to another shop",
            |kb| kb["aud"] = "verifier_attestation:books.example".into(),
            "kb-audience",
        ),
        (
            "unsigned-other-hash",
            "A proof of possession over something else",
            |kb| kb["sd_hash"] = b64u::sha256("other").into(),
            "kb-signature",
        ),
        (
            "unsigned-terms-null",
            "The terms are there, and null",
            |kb| kb["passerby_terms_hash"] = Value::Null,
            "kb-signature",
        ),
    ];
    for (name, about, alter, word) in cases {
        let input = plain.input(|plain, response| {
            without_passport(response);
            plain.rebind(&mut response["vp_token"]["profile"][0], alter);
        });
        writer.refuses(name, about, input, word)?;
    }
    let input = plain.input(|_, response| response["vp_token"] = json!({}));
    writer.refuses("unsigned-nothing", "No presentation at all", input, "response-malformed")
}

fn refused_keys(writer: &mut Writer, plain: &Plain<'_>) -> std::io::Result<()> {
    let stranger = &plain.scene.stranger;
    let by_stranger = |response: &mut Value| {
        reissue(response, stranger, |payload| {
            payload["cnf"]["jwk"] = json!(stranger.public());
            payload["iss"] = stranger.public().jkt().urn().into();
        });
    };
    let input = plain.input(|_, response| by_stranger(response));
    writer.refuses(
        "unsigned-passport-of-other",
        "A passport of another key than the profile",
        input,
        "profile-key",
    )?;
    let input = plain.input(|_, response| {
        without_passport(response);
        by_stranger(response);
    });
    writer.refuses("unsigned-two-keys", "Two profiles of two keys, and no passport", input, "profile-key")?;
    let input = plain.input(|plain, response| {
        let text = response["vp_token"]["passport"][0].as_str().expect("a text").to_owned();
        let (issued, binding) = text.split_once('~').expect("a key binding");
        let mut payload = forge::payload_of(issued);
        payload["sub"] = b64u::sha256("somebody else").into();
        let header =
            json!({ "alg": "ES256", "typ": "dc+sd-jwt", "kid": plain.scene.relay_key.public().jkt() });
        let unbound = format!("{}~", forge::jws(&header, &payload, &plain.scene.relay_key));
        response["vp_token"]["passport"][0] = format!("{unbound}{binding}").into();
        plain.rebind(&mut response["vp_token"]["passport"][0], |kb| {
            kb["sd_hash"] = b64u::sha256(&unbound).into();
        });
    });
    writer.refuses(
        "unsigned-passport-user",
        "A passport with a pseudonym that does not follow from its key",
        input,
        "reveal-user",
    )
}

fn refused_names(writer: &mut Writer, mut plain: Plain<'_>) -> std::io::Result<()> {
    let whole = plain.asked.clone();
    plain.asked.optional.clear();
    let input = plain.input(|_, response| without_passport(response));
    writer.refuses("unsigned-unasked", "A detail that was not asked for", input, "reveal-claims")?;
    plain.asked = whole;
    plain.asked.required.push(plain.asked.optional.pop().expect("an optional detail"));
    let input = plain.input(|_, response| without_passport(response));
    writer.refuses("unsigned-incomplete", "A detail that was needed is missing", input, "reveal-claims")
}
