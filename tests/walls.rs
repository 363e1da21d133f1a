//! The walls of the house. Each table says what must hold; `tests/src/walls` says how it is looked at, and shows that
//! each look can fail. A broken wall is mended in the code it names, not here.

use passerby_tests::walls::{
    Arrows, Breach, Cell, Confined, MIGRATIONS, Must, RECORDINGS, Reach, WallError, What, find_edited,
    find_missing_rooms, find_strays, find_unnamed_rooms, read_sources, root,
};

/// `from` must not reach any of these.
const FORBIDDEN: &[(&str, Reach, &[&str])] = &[
    // The relay cannot open anything, because it does not have what opens.
    ("passerby-relay", Reach::Tree, &["passerby-vault", "passerby-wallet"]),
    ("passerby-relay-api", Reach::Tree, &["passerby-vault", "passerby-wallet"]),
    ("passerby-relay-store", Reach::Tree, &["passerby-vault", "passerby-wallet"]),
    ("passerby-relay-store-sqlite", Reach::Tree, &["passerby-vault", "passerby-wallet"]),
    ("passerby-relay-store-postgres", Reach::Tree, &["passerby-vault", "passerby-wallet"]),
    // The contract touches neither the network nor a store.
    ("passerby-protocol", Reach::Tree, &["tokio", "reqwest", "sqlx", "axum", "tauri"]),
    // The shop's keys are offline, and the shop does not look into wallets.
    ("passerby-shop", Reach::Tree, &["passerby-vault", "passerby-wallet", "passerby-relay"]),
    // The wallet speaks to a relay; it is none.
    ("passerby-wallet", Reach::Tree, &["passerby-relay", "passerby-relay-store", "axum", "tauri"]),
    // The shell asks the wallet, and nobody else: what it could decide, it would have to ask for there.
    ("passerby-desktop", Reach::Direct, &["passerby-relay-api", "reqwest", "sqlx"]),
];

/// Only these of our packages may depend on that one themselves.
const INVITED: &[(&str, &[&str])] = &[
    ("passerby-vault", &["passerby-wallet"]),
    ("passerby-desktop", &[]),
    ("tauri", &["passerby-desktop"]),
    ("argon2", &["passerby-vault"]),
    ("chacha20poly1305", &["passerby-protocol", "passerby-vault", "passerby-relay"]),
    ("hkdf", &["passerby-protocol", "passerby-vault"]),
    ("hmac", &["passerby-vault"]),
    ("hpke", &["passerby-protocol"]),
    ("keyring-core", &["passerby-vault"]),
    ("p256", &["passerby-protocol"]),
    ("x25519-dalek", &["passerby-protocol"]),
    ("affinidi-oid4vc-core", &["passerby-protocol"]),
    ("rustls-webpki", &["passerby-protocol"]),
    ("aws-lc-rs", &["passerby-protocol", "passerby-relay"]),
];

/// The rooms with primitives: encryption, key derivation and curves.
const HAZMAT: &[&str] =
    &["crates/protocol/src/hazmat/", "crates/vault/src/unlock/", "crates/relay/src/hazmat.rs"];
/// The crates that own SQL.
const STORES: &[&str] = &["crates/vault/", "crates/relay-store-sqlite/", "crates/relay-store-postgres/"];
/// Where all numbers stand that a relay counts, with their labels.
const METERS: &[&str] = &["crates/relay/src/meters.rs"];
/// Where all routes stand, to be read as one table. The test kit's lying relay has its own.
const ROUTES: &[&str] = &["crates/relay/src/router.rs", "crates/testkit/"];

const CONFINED: &[Confined] = &[
    Confined { what: What::Crate("chacha20poly1305"), to: HAZMAT },
    Confined { what: What::Crate("argon2"), to: HAZMAT },
    Confined { what: What::Crate("hkdf"), to: HAZMAT },
    Confined { what: What::Crate("hmac"), to: HAZMAT },
    Confined { what: What::Crate("hpke"), to: HAZMAT },
    Confined { what: What::Crate("aws_lc_rs"), to: HAZMAT },
    Confined { what: What::Crate("p256"), to: HAZMAT },
    Confined { what: What::Crate("affinidi_oid4vc_core"), to: HAZMAT },
    Confined { what: What::Crate("webpki"), to: HAZMAT },
    Confined { what: What::Crate("x25519_dalek"), to: HAZMAT },
    Confined { what: What::Text("sqlx::query"), to: STORES },
    Confined { what: What::Text("query!("), to: STORES },
    Confined { what: What::Text("query_as!("), to: STORES },
    Confined { what: What::Text("query_scalar!("), to: STORES },
    Confined { what: What::Text(".route("), to: ROUTES },
    Confined { what: What::Text("routes!("), to: ROUTES },
    Confined { what: What::Text("counter!("), to: METERS },
    Confined { what: What::Text("gauge!("), to: METERS },
    Confined { what: What::Text("histogram!("), to: METERS },
    Confined { what: What::Crate("tauri"), to: &["src-tauri/src/"] },
    Confined { what: What::Text("@tauri-apps"), to: DOOR },
    Confined { what: What::Text("{@html"), to: NOWHERE },
    Confined { what: What::Text("innerHTML"), to: NOWHERE },
    Confined { what: What::Text("localStorage"), to: NOWHERE },
    Confined { what: What::Text("sessionStorage"), to: NOWHERE },
    Confined { what: What::Text("indexedDB"), to: NOWHERE },
];

/// The one door between the window and its program.
const DOOR: &[&str] = &["ui/src/platform/"];
/// What the window has no use for: a storage of its own, and HTML out of texts.
const NOWHERE: &[&str] = &[];

const fn cell(step: &'static str, floor: &'static str, must: Must) -> Cell {
    Cell { step, floor, must }
}

use Must::{BeElsewhere, ComeLater, Exist, NeverExist};

/// One word on every floor. The blank rooms of the relay are part of the security design: it never sees consent or
/// plaintext. What a later part brings is listed, so that the part only has to change `ComeLater` into `Exist`.
const ROOMS: &[Cell] = &[
    cell("request", "protocol", Exist(&["crates/protocol/src/request/"])),
    cell("request", "wallet", Exist(&["crates/wallet/src/request.rs"])),
    cell("request", "relay", Exist(&["crates/relay/src/request/"])),
    cell("request", "sdk/js", Exist(&["sdk/js/src/request.ts"])),
    cell("request", "tests/flow", Exist(&["tests/flow/request.rs"])),
    cell("request", "src-tauri", Exist(&["src-tauri/src/commands/request.rs"])),
    cell("request", "ui", Exist(&["ui/src/rooms/requests/"])),
    //
    cell("verify", "protocol", Exist(&["crates/protocol/src/verify/"])),
    cell("verify", "wallet", Exist(&["crates/wallet/src/verify.rs"])),
    cell("verify", "relay", Exist(&["crates/relay/src/shop/"])),
    cell("verify", "sdk/js", Exist(&["sdk/js/src/statement.ts"])),
    cell("verify", "tests/flow", Exist(&["tests/flow/verify.rs"])),
    cell("verify", "src-tauri and ui", BeElsewhere("in the room consent: what was checked is shown there")),
    //
    cell("consent", "protocol", Exist(&["crates/protocol/src/consent/"])),
    cell("consent", "wallet", Exist(&["crates/wallet/src/consent.rs"])),
    cell("consent", "relay", NeverExist(&["crates/relay/src/consent/"])),
    cell("consent", "sdk/js", NeverExist(&["sdk/js/src/consent.ts"])),
    cell("consent", "tests/flow", Exist(&["tests/flow/consent.rs"])),
    cell("consent", "src-tauri", Exist(&["src-tauri/src/commands/consent.rs"])),
    cell("consent", "ui", Exist(&["ui/src/rooms/consent/"])),
    //
    cell("seal", "protocol", Exist(&["crates/protocol/src/seal/"])),
    cell("seal", "wallet", Exist(&["crates/wallet/src/seal.rs"])),
    cell("seal", "relay", NeverExist(&["crates/relay/src/seal/"])),
    cell("seal", "sdk/js", NeverExist(&["sdk/js/src/seal.ts"])),
    cell("seal", "tests/flow", Exist(&["tests/flow/seal.rs"])),
    cell("seal", "src-tauri", BeElsewhere("in the room consent: to send is to seal")),
    cell("seal", "ui", NeverExist(&["ui/src/rooms/seal/"])),
    //
    cell("deliver", "protocol", Exist(&["crates/protocol/src/passport/"])),
    cell("deliver", "wallet", Exist(&["crates/wallet/src/deliver.rs"])),
    cell("deliver", "relay", Exist(&["crates/relay/src/passport/", "crates/relay/src/mailbox/"])),
    cell("deliver", "relay, OpenID Connect", ComeLater("the part with sign-in: oidc/")),
    cell("deliver", "sdk/js", Exist(&["sdk/js/src/passport.ts"])),
    cell("deliver", "tests/flow", Exist(&["tests/flow/deliver.rs"])),
    cell("deliver", "src-tauri and ui", BeElsewhere("in the room consent, which says whether it arrived")),
    //
    cell("reveal", "protocol", Exist(&["crates/protocol/src/reveal/"])),
    cell("reveal", "wallet", Exist(&["crates/wallet/src/activity.rs"])),
    cell("reveal", "relay", Exist(&["crates/relay/src/mailbox/"])),
    cell("reveal", "sdk/js", Exist(&["sdk/js/src/reveal.ts"])),
    cell("reveal", "tests/flow", Exist(&["tests/flow/reveal.rs"])),
    cell("reveal", "src-tauri", Exist(&["src-tauri/src/commands/activity.rs"])),
    cell("reveal", "ui", Exist(&["ui/src/rooms/activity/"])),
    //
    // All steps with those who have a certificate and no Statement. No relay stands between, and no shop asks like that.
    cell("foreign", "protocol", Exist(&["crates/protocol/src/foreign/"])),
    cell("foreign", "wallet", Exist(&["crates/wallet/src/foreign/"])),
    cell("foreign", "relay-api", Exist(&["crates/relay-api/src/client/verifier.rs"])),
    cell("foreign", "relay", NeverExist(&["crates/relay/src/foreign/"])),
    cell("foreign", "sdk/js", NeverExist(&["sdk/js/src/foreign.ts"])),
    cell("foreign", "tests", Exist(&["crates/wallet/tests/foreign/", "tests/vectors/foreign/"])),
    cell("foreign", "tests/interop", Exist(&["tests/interop/node/foreign_verifier.test.mjs"])),
    //
    cell("withdraw", "all floors", ComeLater("the part with withdrawal: withdraw on each")),
];

/// Fails with all breaches, not only the first.
#[track_caller]
fn assert_stands(breaches: &[Breach]) {
    let lines: Vec<_> = breaches.iter().map(|breach| format!("  {breach}")).collect();
    assert!(lines.is_empty(), "this wall is broken:\n{}", lines.join("\n"));
}

fn arrows() -> Result<Arrows, WallError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Arrows::of_workspace(&cargo, root())
}

#[test]
fn nobody_depends_on_what_is_forbidden() {
    let arrows = arrows().unwrap();
    let mut breaches = Vec::new();
    for (from, reach, forbidden) in FORBIDDEN {
        breaches.extend(arrows.find_forbidden(from, *reach, forbidden).unwrap());
    }
    assert_stands(&breaches);
}

#[test]
fn only_the_invited_depend_on_the_vault_and_on_primitives() {
    let arrows = arrows().unwrap();
    let breaches: Vec<_> =
        INVITED.iter().flat_map(|(to, allowed)| arrows.find_uninvited(to, allowed, "passerby-")).collect();
    assert_stands(&breaches);
}

#[test]
fn primitives_queries_and_routes_stay_in_their_rooms() {
    let sources = read_sources(root()).unwrap();
    assert!(
        sources.iter().any(|source| source.path == "crates/protocol/src/lib.rs"),
        "the sources were not found"
    );
    let breaches: Vec<_> = CONFINED.iter().flat_map(|confined| find_strays(&sources, confined)).collect();
    assert_stands(&breaches);
}

#[test]
fn each_step_has_its_name_on_every_floor() {
    assert_stands(&find_missing_rooms(root(), ROOMS));
}

#[test]
fn the_plan_of_the_house_names_every_room() {
    let plan = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    assert_stands(&find_unnamed_rooms(root(), &plan).unwrap());
}

#[test]
fn migrations_that_have_landed_are_as_they_were() {
    assert_stands(&find_edited(root(), &MIGRATIONS).unwrap());
}

#[test]
fn recordings_that_have_landed_are_as_they_were() {
    assert_stands(&find_edited(root(), &RECORDINGS).unwrap());
}
