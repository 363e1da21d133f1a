//! Seeds by hand: what readers have stumbled over elsewhere.

use passerby_testkit::fuzz;
use passerby_testkit::scene::{Scene, ask_graded};

use crate::Corpora;

pub fn put(corpora: &mut Corpora) -> std::io::Result<()> {
    for (target, _) in fuzz::TARGETS {
        for (name, seed) in everywhere() {
            corpora.put(target, name, seed)?;
        }
    }
    for (target, name, seed) in BODIES {
        corpora.put(target, name, seed)?;
    }
    let chain: Vec<String> =
        (0..39).map(|n| format!(r##"["salt","_{n}",{{"_sd":["#{}"]}}]"##, n + 1)).collect();
    let header = r#"{"alg":"ES256","typ":"dc+sd-jwt"}"#;
    let payload = r##"{"_sd_alg":"sha-256","_sd":["#0"]}"##;
    corpora.put("profile", "hand-chain", format!("{header}\n{payload}\n{}", chain.join("\n")))?;
    let same = r#"["salt","name","Anna"]"#;
    corpora.put(
        "profile",
        "hand-digest-twice",
        format!("{header}\n{{\"_sd\":[\"#0\",\"#0\"]}}\n{same}\n{same}"),
    )?;
    corpora.put("dcql", "hand-graded", ask_graded().to_query(&Scene::new().issuer).to_string())?;
    corpora.put("dcql", "hand-empty-sets", r#"{"credentials":[],"credential_sets":[{"options":[[]]}]}"#)
}

fn everywhere() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |text: &str| text.as_bytes().to_vec();
    vec![
        ("hand-empty", vec![]),
        ("hand-nul", b"\0\n\0\0".to_vec()),
        ("hand-not-utf8", b"{\"a\":\"\xff\xc0\x80\"}".to_vec()),
        ("hand-surrogate", bytes(r#"{"a":"\ud800","\udfff":1}"#)),
        ("hand-mark", bytes("\u{feff}{}")),
        ("hand-twice", bytes(r#"{"a":1,"\u0061":2}"#)),
        (
            "hand-numbers",
            bytes(r#"{"iat":-9223372036854775808,"exp":18446744073709551615,"nbf":1e999,"seq":-0}"#),
        ),
        ("hand-deep-array", [b"{\"a\":".to_vec(), b"[".repeat(1_000)].concat()),
        ("hand-deep-object", br#"{"a":"#.repeat(600)),
        ("hand-line", bytes("{}\n{}")),
        ("hand-dots", bytes("....")),
        ("hand-tildes", bytes("a.b.c~~~~d")),
        ("hand-percent", bytes("openid4vp://?client_id=%&request_uri=%zz&%00=%ff&&=")),
        ("hand-bidi", bytes("{\"name\":\"\u{202e}shop\u{2066}\u{0}\"}")),
    ]
}

const BODIES: &[(&str, &str, &str)] = &[
    (
        "relay_body",
        "problem",
        r#"{"type":"https://relay.example/problems/not-found","status":404,"title":"None."}"#,
    ),
    ("relay_body", "problem-bare", r#"{"type":"","status":65536,"title":"","refusal":null}"#),
    (
        "relay_body",
        "answered",
        r#"{"redirect_uri":"https://shoes.example/back","grant_id":"g","relay_receipt":"r"}"#,
    ),
    ("relay_body", "statement", r#"{"statement":"a.b.c"}"#),
    ("relay_body", "attestation", r#"{"attestation":"a.b.c"}"#),
    ("relay_body", "passport-request", r#"{"request":"r","proof":"a.b.c"}"#),
    ("relay_body", "passport", r#"{"passport":"a.b.c~"}"#),
    ("relay_body", "parked", r#"{"request_uri":"https://relay.example/r/x"}"#),
    (
        "relay_body",
        "park",
        r#"{"id":"i","transaction_id":"t","request":"a.b.c","redirect_uri":"https://s.example/"}"#,
    ),
    ("relay_body", "collect", r#"{"response_code":"c"}"#),
    ("relay_body", "state", r#"{"state":"waiting"}"#),
    (
        "relay_body",
        "granted",
        r#"{"outcome":"granted","grant_id":"g","grant_claim":null,"consent_receipt":null}"#,
    ),
    ("relay_body", "denied", r#"{"outcome":"denied"}"#),
    ("relay_body", "outcome-twice", r#"{"outcome":"granted","grant_id":"g","outcome":"denied"}"#),
    ("answer_form", "hand-response-twice", "response=a&response=b"),
    ("answer_form", "hand-both", "response=a&error=access_denied"),
    ("answer_form", "hand-bytes", "response=%ff%00%c0+%&x;y=z"),
    (
        "link",
        "hand-passerby",
        "passerby://?client_id=verifier_attestation%3Ax.example&request_uri=https%3A%2F%2Fr.example%2Fr%2F",
    ),
    (
        "link",
        "hand-idna",
        "openid4vp://?client_id=verifier_attestation%3Axn--a-0000000000&request_uri=https%3A%2F%2Fxn--/r/",
    ),
    (
        "link",
        "hand-address",
        "openid4vp://?client_id=verifier_attestation%3A%5B%3A%3A1%5D&request_uri=http%3A%2F%2F%5B%3A%3A1%5D%3A65536%2Fr%2Fx",
    ),
    (
        "key_file",
        "hand-point",
        r#"{"kty":"EC","crv":"P-256","alg":"ES256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    ),
];
