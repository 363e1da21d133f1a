//! A laptop is lost, and the vault with it. The 24 words are on paper.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::PairwiseKey;
use passerby_protocol::proof::DpopProof;
use passerby_protocol::self_copy::SealedCopy;
use passerby_protocol::time::Clock as _;
use passerby_protocol::wire::b64u;
use passerby_wallet::{BroughtBack, CopiesLeft, GrantState, RecoveryWords, Stretching, Wallet};
use serde_json::{Value, json};
use url::Url;

use crate::street::{Asking, Street, claim, details, passphrase, yes_and};

const ALL_LEFT: CopiesLeft = CopiesLeft { left: 1, due: 0 };

/// The person types the words from the sheet into a new computer.
async fn restore(street: &mut Street, sheet: &str) -> Wallet {
    let words = RecoveryWords::parse(sheet).unwrap();
    let path = street.folder.path().join("restored.db");
    let (clock, rng) = (street.clock.clone(), &mut street.rng);
    Wallet::restore_from_words(&path, &words, &passphrase(), Stretching::FLOOR, clock, rng).await.unwrap()
}

async fn write_down(anna: &Wallet, street: &mut Street) -> String {
    let shown = anna.show_words(&passphrase(), &mut street.rng).await.unwrap();
    assert!(shown.open_vault);
    shown.words.iter().collect::<Vec<_>>().join(" ")
}

/// Anna's own copy at the relay: fetched, or replaced by `put`.
async fn at_the_relay(street: &mut Street, sheet: &str, asking: &Asking, put: Option<Value>) -> Value {
    let root = RecoveryWords::parse(sheet).unwrap().root();
    let key = PairwiseKey::derive(&root, &street.shop.sector, 0).unwrap();
    let relay = relay_of(asking);
    let address = format!("{relay}/v1/self-copy");
    let method = if put.is_some() { "PUT" } else { "GET" };
    let proof =
        DpopProof::make(method, &address, key.signing_key(), street.clock.now(), &mut street.rng).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = match put {
        Some(body) => http.put(&address).header("content-type", "application/json").body(body.to_string()),
        None => http.get(&address),
    };
    let answer = request.header("dpop", proof).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

fn relay_of(asking: &Asking) -> Issuer {
    Issuer::of(&Url::parse(&asking.question.context.response_uri).unwrap()).unwrap()
}

#[tokio::test]
async fn the_words_alone_bring_back_what_was_given() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let sheet = write_down(&anna, &mut street).await;
    let first = street.ask().await;
    let request = anna.open_request(&first.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &yes_and(&["phone_number"]), &mut street.rng).await.unwrap();
    assert_eq!(anna.count_due_copies().await.unwrap(), 1, "the delivery did not wait for it");
    assert_eq!(anna.leave_self_copies(None, &mut street.rng).await.unwrap(), ALL_LEFT);
    assert_eq!(anna.count_due_copies().await.unwrap(), 0);
    let back = &delivered.return_to;
    let order = street.shop.collect(&first, back, &street.relay_keys, &mut street.rng).await.unwrap();
    let before = anna.shops().await.unwrap().remove(0);

    // The laptop is gone.
    anna.lock().await.unwrap();
    std::fs::remove_file(street.vault()).unwrap();
    street.clock.turn(3 * 86_400);
    let anna = restore(&mut street, &sheet).await;
    assert!(anna.shops().await.unwrap().is_empty() && anna.attributes().await.unwrap().is_empty());

    // She meets the shop again, and it is an old acquaintance before anything is shown.
    street.shop.attest(&mut street.rng).await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert_eq!(request.brought_back, Some(BroughtBack::Copy { grants: 1 }));
    assert_eq!(request.known_since, Some(before.first_seen), "the pin came back");
    assert_eq!((request.news.times_sent, request.times_known), (1, 1));
    // The phone number was sent. Of the other nobody remembers that it was asked for.
    assert_eq!(request.news.new_claims, []);
    assert_eq!(request.news.maybe_new, [claim("email")]);
    assert!(!request.news.is_nothing_new());
    let shops = anna.shops().await.unwrap();
    let (known, grant) = (&before.grants[0], &shops[0].grants[0]);
    assert_eq!(grant.grant_id, known.grant_id);
    assert_eq!(grant.grant_id.as_deref(), Some(order.grant_id.as_str()));
    assert_eq!(order.find_user_ref(), Some(grant.user_ref.as_str()), "the same customer");
    assert_eq!((&grant.claims, &grant.purpose), (&known.claims, &known.purpose));
    assert_eq!((grant.given, grant.kept_until), (known.given, known.kept_until));
    assert_eq!(grant.state, GrantState::Sent);

    // It is hers: she still sees who opens it.
    street.shop.open_label(&order, "packing order 7", &mut street.rng).await.unwrap();
    let (new, troubles) = anna.refresh_openings(None, &mut street.rng).await.unwrap();
    assert_eq!((new, troubles.len()), (1, 0));

    // Neither the relay's files nor the copy hold a value.
    let mut scanned = 0;
    for file in std::fs::read_dir(street.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("relay.db") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        scanned += bytes.len();
        for value in details().values() {
            let value = value.expose().as_bytes();
            assert!(!bytes.windows(value.len()).any(|window| window == value));
        }
    }
    assert!(scanned > 4_096, "the relay's files were found");
    let sealed = at_the_relay(&mut street, &sheet, &first, None).await;
    let sealed: SealedCopy = serde_json::from_value(sealed).unwrap();
    let root = RecoveryWords::parse(&sheet).unwrap().root();
    let copy = sealed.open(&root, &relay_of(&first), &street.shop.sector, 0).unwrap();
    let inside = serde_json::to_string(&copy).unwrap();
    assert!(inside.contains("phone_number"), "names are there");
    assert!(details().values().all(|value| !inside.contains(value.expose())), "values are not");

    // From her next answer on it knows again what is asked for.
    anna.set_attributes(&details(), &mut street.rng).await.unwrap();
    let request = anna.look(Some(request.number), &mut street.rng).await.unwrap();
    anna.approve(&request, &yes_and(&[]), &mut street.rng).await.unwrap();
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert!(request.news.is_nothing_new(), "{:?}", request.news);
}

#[tokio::test]
async fn what_is_not_her_copy_is_ignored_and_replaced() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let sheet = write_down(&anna, &mut street).await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    anna.approve(&request, &yes_and(&[]), &mut street.rng).await.unwrap();
    let nonsense = json!({ "seq": 9, "copy": b64u::encode(vec![7; 24 + 4_096 + 16]) });
    at_the_relay(&mut street, &sheet, &asking, Some(nonsense)).await;

    let restored = restore(&mut street, &sheet).await;
    let asking = street.ask().await;
    let request = restored.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert_eq!(request.brought_back, Some(BroughtBack::Ignored));
    assert_eq!((request.known_since, request.news.times_sent), (None, 0));
    assert!(restored.shops().await.unwrap()[0].grants.is_empty());

    // The first wallet comes to leave its copy, finds the nonsense in the way, and puts its own in its place.
    assert_eq!(anna.leave_self_copies(Some(&street.shop.sector), &mut street.rng).await.unwrap(), ALL_LEFT);
    assert_eq!(at_the_relay(&mut street, &sheet, &asking, None).await["seq"], 10);
}

#[tokio::test]
async fn a_newer_copy_is_taken_over_and_not_written_over() {
    let mut street = Street::new().await;
    let old = street.anna().await;
    let sheet = write_down(&old, &mut street).await;
    let asking = street.ask().await;
    let request = old.open_request(&asking.link, &mut street.rng).await.unwrap();
    old.approve(&request, &yes_and(&[]), &mut street.rng).await.unwrap();
    old.leave_self_copies(None, &mut street.rng).await.unwrap();

    // On another computer, from the words, something more is given.
    let new = restore(&mut street, &sheet).await;
    new.set_attributes(&details(), &mut street.rng).await.unwrap();
    let asking = street.ask().await;
    let request = new.open_request(&asking.link, &mut street.rng).await.unwrap();
    new.approve(&request, &yes_and(&["email"]), &mut street.rng).await.unwrap();
    assert_eq!(new.leave_self_copies(None, &mut street.rng).await.unwrap(), ALL_LEFT);

    // The first computer did not know of that, and gives something too.
    let asking = street.ask().await;
    let request = old.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert_eq!(request.brought_back, None, "only a restored wallet asks");
    old.approve(&request, &yes_and(&[]), &mut street.rng).await.unwrap();
    assert_eq!(old.leave_self_copies(None, &mut street.rng).await.unwrap(), ALL_LEFT);
    assert_eq!(old.shops().await.unwrap()[0].grants.len(), 3);
    assert_eq!(at_the_relay(&mut street, &sheet, &asking, None).await["seq"], 3);
}
