//! The commands of an open and of a locked wallet, with a desktop that has nothing. A request on its way is the end-to-end
//! test's.

mod foreign;

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use passerby_protocol::time::Clock as _;
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng::seeded;
use passerby_wallet::{Stretching, Wallet};
use secrecy::SecretString;
use serde_json::{from_value, json};
use tauri::test::{MockRuntime, mock_app};
use tauri::{App, Manager as _, State};

use super::{details, lock, reveal, settings, shops, spare_key, start};
use crate::change::Change;
use crate::desktop::fake::FakeDesktop;
use crate::shell::{Places, Shell};
use crate::typed::Typed;
use crate::views::details::{CardDraft, Where};
use crate::views::reveal::HiddenValue;
use crate::views::start::WalletState;

const PASSPHRASE: &str = "four words nobody guesses";

const LINK: &str = "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=https%3A%2F%2Frelay.example%2Fr%2Faaaaaaaaaaaaaaaaaaaaaa";

/// A wallet with a name, a street and a birth date in it, open in a shell.
struct House {
    app: App<MockRuntime>,
    desktop: FakeDesktop,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        Self::trusting("").await
    }

    /// Whose person has added these authorities, in PEM.
    async fn trusting(anchors: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (desktop, clock) = (FakeDesktop::default(), Arc::new(TestClock::default()));
        let places =
            Places { vault: folder.path().join("vault.db"), settings: folder.path().join("settings") };
        let (vault, passphrase) = (places.vault.clone(), SecretString::from(PASSPHRASE));
        let app = mock_app();
        let shell = Shell::new(places, clock.clone(), Box::new(desktop.clone()));
        let file = folder.path().join("anchors.pem");
        std::fs::write(&file, anchors).unwrap();
        app.manage(shell.trusting((!anchors.is_empty()).then_some(file)));
        let least = Stretching::FLOOR;
        let wallet = Wallet::create(&vault, &passphrase, least, clock.clone(), &mut seeded(1)).await.unwrap();
        let house = Self { app, desktop, clock, folder };
        house.shell().take(wallet).await.unwrap();
        let draft = json!({ "label": "", "values": {
            "name": "Anna Beispiel", "address.street_address": "Slomškova 8", "birthdate": "1985-04-12",
        }});
        details::data_save(house.shell(), from_value::<CardDraft>(draft).unwrap()).await.unwrap();
        drop(house.desktop.told());
        house
    }

    fn shell(&self) -> State<'_, Shell> {
        self.app.state()
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }
}

fn typed(text: &str) -> Typed {
    from_value(json!(text)).unwrap()
}

fn plain(claim: &str) -> Where {
    Where { claim: claim.to_owned(), label: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sensitive_value_crosses_only_when_it_is_asked_for_and_for_half_a_minute() {
    let house = House::new().await;
    let view = serde_json::to_string(&details::data_view(house.shell()).await.unwrap()).unwrap();
    assert!(view.contains("Slomškova 8") && !view.contains("1985"), "{view}");

    let shown = reveal::reveal(house.shell(), HiddenValue::Data { place: plain("birthdate") }).await.unwrap();
    assert_eq!(shown.text, "1985-04-12");
    let ends = serde_json::to_value(shown.ends).unwrap();
    assert_eq!(ends, json!((house.clock.now().seconds() + 30) * 1_000));

    let of_no_screen =
        HiddenValue::Consent { request: 1, recipient: String::new(), claim: "birthdate".to_owned() };
    let refused = reveal::reveal(house.shell(), of_no_screen).await.map(drop).unwrap_err();
    assert_eq!(refused.code, "view-changed", "only what an open screen asks for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_wallet_answers_nothing_and_a_link_does_not_lower_the_lock() {
    let house = House::new().await;
    lock::lock_lock(house.shell()).await.unwrap();
    assert_eq!(house.desktop.told(), [Change::Locked]);
    let refused = [
        details::data_view(house.shell()).await.map(drop).unwrap_err(),
        details::data_remove(house.shell(), plain("name")).await.unwrap_err(),
        reveal::reveal(house.shell(), HiddenValue::Data { place: plain("birthdate") })
            .await
            .map(drop)
            .unwrap_err(),
        shops::shops_list(house.shell()).await.map(drop).unwrap_err(),
        settings::settings_view(house.shell()).await.map(drop).unwrap_err(),
        spare_key::spare_key_words(house.shell(), typed(PASSPHRASE)).await.map(drop).unwrap_err(),
        super::request::request_open(house.shell(), LINK.to_owned()).await.map(drop).unwrap_err(),
        super::request::request_open_kept(house.shell()).await.map(drop).unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.code == "locked"), "{refused:?}");

    super::request::request_keep(house.shell(), LINK.to_owned()).await.unwrap();
    let seen = start::start(house.shell()).await.unwrap();
    assert_eq!((seen.wallet, seen.waiting, seen.sent_by_shop), (WalletState::Locked, 1, true));

    let wrong = lock::lock_unlock(house.shell(), typed("four words somebody guesses")).await.unwrap_err();
    assert_eq!(wrong.code, "wrong-passphrase");
    lock::lock_unlock(house.shell(), typed(PASSPHRASE)).await.unwrap();
    assert_eq!(start::start(house.shell()).await.unwrap().wallet, WalletState::Open);
    assert_eq!(house.shell().links().len(), 1, "the link still waits for a click");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_locks_second_waits_until_the_wallet_is_locked_too() {
    let house = House::new().await;
    let shell = house.shell();
    let under_way = shell.open().await.unwrap();
    let (mut first, mut second) = (pin!(shell.lock()), pin!(shell.lock()));
    let both_wait = tokio::select! {
        biased;
        () = &mut first => false,
        () = &mut second => false,
        () = tokio::task::yield_now() => true,
    };
    assert!(both_wait, "a program that ends now would cut off what is under way");
    drop(under_way);
    tokio::join!(first, second);
    assert!(!shell.is_open().await);
    assert_eq!(house.desktop.told(), [Change::Locked], "the window is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_away_comes_back_until_the_wallet_locks() {
    let house = House::new().await;
    details::data_remove(house.shell(), plain("name")).await.unwrap();
    details::data_bring_back(house.shell(), plain("name")).await.unwrap();
    let view = serde_json::to_string(&details::data_view(house.shell()).await.unwrap()).unwrap();
    assert!(view.contains("Anna Beispiel"), "{view}");

    details::data_remove(house.shell(), plain("name")).await.unwrap();
    lock::lock_lock(house.shell()).await.unwrap();
    lock::lock_unlock(house.shell(), typed(PASSPHRASE)).await.unwrap();
    let gone = details::data_bring_back(house.shell(), plain("name")).await.unwrap_err();
    assert_eq!(gone.code, "not-saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_and_the_end_of_everything_need_the_passphrase() {
    let house = House::new().await;
    for refused in [
        spare_key::spare_key_words(house.shell(), typed("a guess of somebody")).await.map(drop).unwrap_err(),
        settings::settings_reset(house.shell(), typed("a guess of somebody")).await.unwrap_err(),
        settings::settings_make_backup(house.shell(), typed("a guess of somebody"))
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert_eq!(refused.code, "wrong-passphrase");
    }
    assert!(house.vault().exists());
    assert_eq!(spare_key::spare_key_words(house.shell(), typed(PASSPHRASE)).await.unwrap().len(), 24);

    settings::settings_reset(house.shell(), typed(PASSPHRASE)).await.unwrap();
    assert!(!house.vault().exists());
    assert_eq!(start::start(house.shell()).await.unwrap().wallet, WalletState::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_another_program_holds_is_named_before_anything_is_typed() {
    let house = House::new().await;
    let other = mock_app();
    let places = Places { vault: house.vault(), settings: house.folder.path().join("other") };
    other.manage(Shell::new(places, house.clock.clone(), Box::new(FakeDesktop::default())));
    let seen = start::start(other.state::<Shell>()).await.unwrap();
    assert_eq!(seen.wallet, WalletState::Locked);
    assert_eq!(serde_json::to_value(seen.trouble).unwrap(), json!("in-use"));
    let refused = lock::lock_unlock(other.state::<Shell>(), typed(PASSPHRASE)).await.unwrap_err();
    assert_eq!(refused.code, "vault-in-use");
}

/// Both need the vault's file. The one that came second said that another program has it, which was this one.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_may_look_while_a_person_unlocks() {
    let house = House::new().await;
    for _ in 0..5 {
        lock::lock_lock(house.shell()).await.unwrap();
        let looks = async {
            for _ in 0..20 {
                assert_eq!(start::start(house.shell()).await.unwrap().trouble, None);
            }
        };
        let (unlocked, ()) = tokio::join!(lock::lock_unlock(house.shell(), typed(PASSPHRASE)), looks);
        unlocked.unwrap();
    }
}
