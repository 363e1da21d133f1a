//! The numbers for the admin: a closed list of labels whatever is called, and what dashboard and alerts ask for is there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hosts;
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hosts::{Program, serve};
use parts::{Stage, TRANSACTION_ID};
use passerby_relay_api::Problem;
use passerby_testkit::scene::REQUEST_ID;

/// The values that each label may have.
fn allowed() -> BTreeMap<&'static str, BTreeSet<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    let described = passerby_relay::router::openapi();
    let mut endpoints = words(&["unknown", "/metrics", "/openapi.json"]);
    endpoints.extend(described.paths.paths.keys().cloned());
    BTreeMap::from([
        ("endpoint", endpoints),
        (
            "method",
            words(&["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", ""]),
        ),
        ("problem", Problem::ALL.iter().map(|problem| problem.word().to_owned()).collect()),
        ("by", words(&["address", "shop"])),
        ("of", words(&["shops", "wallets", "handshake", "request", "idle"])),
        ("reason", words(&["address-limit", "plain-http", "system"])),
        (
            "kind",
            words(&[
                "unavailable",
                "broken",
                "migration",
                "requests",
                "uncollected",
                "expired",
                "forgotten-claims",
            ]),
        ),
        ("outcome", words(&["ok", "failed"])),
        ("pool", words(&["writer", "readers", "all"])),
        ("state", words(&["used", "idle"])),
        ("version", words(&[env!("CARGO_PKG_VERSION")])),
    ])
}

/// Of `name{label="value",..} number`.
fn labels(line: &str) -> Vec<(&str, &str)> {
    let Some((_, rest)) = line.split_once('{') else { return Vec::new() };
    let inside = rest.rsplit_once('}').unwrap().0;
    inside
        .split("\",")
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(label, value)| (label, value.trim_matches('"')))
        .collect()
}

/// The wall: whatever label there is, now or later, has values of this list only.
#[track_caller]
fn only_allowed(text: &str) {
    let allowed = allowed();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        for (label, value) in labels(line) {
            let is_number = || value == "+Inf" || value.parse::<f64>().is_ok();
            let is_allowed = match label {
                "le" | "quantile" => is_number(),
                "status" => value.len() == 3 && is_number(),
                label => allowed.get(label).is_some_and(|values| values.contains(value)),
            };
            assert!(is_allowed, "{label}={value:?} in {line}");
        }
    }
}

fn count(text: &str, series: &str) -> f64 {
    let line =
        text.lines().find(|line| line.starts_with(series)).unwrap_or_else(|| panic!("no {series} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn whatever_is_called_no_label_follows_the_caller() {
    let stage = Stage::empty().await;
    let at = |path: &str| format!("{}{path}", stage.base);
    let scrape = async || stage.send(stage.http.get(at("/metrics"))).await.text;
    let before = scrape().await;
    stage.attest(&stage.statement).await;
    assert_eq!(stage.park(&stage.request_body()).await.status, 201);
    stage.fetch(&stage.wallet).await;
    stage.answer(&stage.answer_form(), &stage.wallet).await;
    // What callers can make up: a method, a path, a host, a forwarded address, a proof.
    let method = reqwest::Method::from_bytes(b"SHOES.EXAMPLE").unwrap();
    stage.send(stage.http.request(method, at("/v1/parcels"))).await;
    stage
        .send(stage.http.get(at("/r/anna.example?user=anna")).header("x-forwarded-for", "203.0.113.7"))
        .await;
    stage.send(stage.http.get(at("/203.0.113.7")).header("host", "anna.example")).await;
    stage
        .send(stage.http.get(at(&format!("/v1/transactions/{TRANSACTION_ID}"))).bearer_auth("anna.example"))
        .await;
    stage.send(stage.http.post(at("/v1/passports")).header("dpop", "anna.example")).await;
    let after = scrape().await;
    only_allowed(&after);
    for secret in [REQUEST_ID, TRANSACTION_ID, "anna", "203.0.113", stage.scene.sector.as_str()] {
        assert!(!after.to_lowercase().contains(&secret.to_lowercase()), "{secret}");
    }
    // Other tests of this program count too: at least what was done here.
    for problem in ["not-found", "shop-proof", "wallet-proof"] {
        let series = format!("passerby_relay_refusals_total{{problem=\"{problem}\"}}");
        assert!(count(&after, &series) > count(&before, &series), "{problem} is not counted: {after}");
    }
}

/// Every name in the files that an admin is given.
fn names_in(file: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/relay/monitoring").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let words = text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_');
    words.filter(|word| word.starts_with("passerby_relay_")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_has_just_begun_serves_what_dashboard_and_alerts_ask_for() {
    let relay = Program::init_at(0, None);
    let serving = serve(relay.path(), &["serve"]);
    // Its first request is counted when it is answered, and the first sweep is under way.
    let text = loop {
        let asked = reqwest::get(format!("{}/metrics", serving.address)).await.unwrap().text().await.unwrap();
        if asked.contains("_bucket") && asked.contains("last_sweep_timestamp") {
            break asked;
        }
    };
    only_allowed(&text);
    let served: BTreeSet<_> = text.lines().filter_map(|line| line.split(['{', ' ']).next()).collect();
    for file in ["alerts.yml", "alerts_test.yml", "dashboard.json"] {
        let names = names_in(file);
        assert!(names.len() > 10, "{file} names {names:?}");
        for name in names {
            assert!(served.contains(name.as_str()), "{file} asks for {name}, which is not served:\n{text}");
        }
    }
    assert!(count(&text, "passerby_relay_disk_free_bytes") > 0.0);
    assert!(count(&text, "passerby_relay_connections ") >= 1.0);
    assert!(count(&text, "passerby_relay_connections_limit") >= 12_000.0);
    // A number that nobody looks at need not be counted.
    let described: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    for name in described.iter().filter_map(|line| line.split(' ').next()) {
        let is_shown = names_in("dashboard.json").iter().any(|shown| shown.starts_with(name));
        assert!(is_shown, "{name} is in no panel");
    }
}
