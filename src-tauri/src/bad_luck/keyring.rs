//! The keyring gone, locked or hanging in the middle: a real one, on a bus of the test's own.

use passerby_testkit::session::{self, Session};

use super::house::{House, told, typed};
use crate::command_error::SentWord;
use crate::commands::settings::KeyringState;
use crate::commands::{details, lock, settings, start};

const LOGIN: &str = "the password of the login";

async fn save(house: &House, name: &str) {
    let draft = serde_json::json!({ "label": "", "values": { "name": name } });
    details::data_save(house.shell(), serde_json::from_value(draft).unwrap()).await.unwrap();
}

async fn state(house: &House) -> KeyringState {
    settings::settings_view(house.shell()).await.unwrap().keyring
}

#[test]
fn a_keyring_that_goes_in_the_middle_is_said_and_locks_nobody_out() {
    let test = "bad_luck::keyring::a_keyring_that_goes_in_the_middle_is_said_and_locks_nobody_out";
    session::with_bus(test, true, async |session| {
        let mut house = House::new().await;
        let daemon = session.start_keyring(LOGIN);
        let passphrase = || typed("correct horse battery staple");
        let view = settings::settings_keyring(house.shell(), true, passphrase()).await.unwrap();
        assert_eq!(view.keyring, KeyringState::Opens);
        lock::lock_lock(house.shell()).await.unwrap();
        assert!(start::start(house.shell()).await.unwrap().system_unlock);
        lock::lock_unlock_by_system(house.shell()).await.unwrap();

        // Locked while the wallet is open: by a screen saver, say.
        Session::lock_keyring();
        assert_eq!(state(&house).await, KeyringState::Locked);
        save(&house, "Ada in the dark").await;
        lock::lock_lock(house.shell()).await.unwrap();
        let refused = lock::lock_unlock_by_system(house.shell()).await.unwrap_err();
        assert_eq!(told(&refused), ("keyring", SentWord::Nothing));
        house.unlock().await.unwrap();

        // Gone while the wallet is open: what is open stays open, what is sent is sent.
        drop(daemon);
        assert_eq!(state(&house).await, KeyringState::Missing);
        save(&house, "Ada alone").await;
        let shown = house.open().await;
        house.send(&shown).await.unwrap();
        assert_eq!(house.arrived(), 1);
        lock::lock_lock(house.shell()).await.unwrap();
        let refused = lock::lock_unlock_by_system(house.shell()).await.unwrap_err();
        assert_eq!(told(&refused), ("keyring", SentWord::Nothing));
        house.unlock().await.unwrap();
        lock::lock_lock(house.shell()).await.unwrap();

        // Gone while it is being asked.
        let daemon = session.start_keyring(LOGIN);
        daemon.stop();
        let asked = Session::watch_calls();
        let ended = tokio::task::spawn_blocking(move || {
            asked();
            drop(daemon);
        });
        let refused = lock::lock_unlock_by_system(house.shell()).await.unwrap_err();
        assert_eq!(told(&refused), ("keyring", SentWord::Nothing));
        ended.await.unwrap();
        house.unlock().await.unwrap();
        lock::lock_lock(house.shell()).await.unwrap();

        // There again.
        let _daemon = session.start_keyring(LOGIN);
        lock::lock_unlock_by_system(house.shell()).await.unwrap();
    });
}

#[test]
fn without_a_session_bus_the_keyring_is_said_to_be_missing_and_everything_else_works() {
    let test = "bad_luck::keyring::without_a_session_bus_the_keyring_is_said_to_be_missing_and_everything_else_works";
    session::with_bus(test, false, async |_session| {
        let mut house = House::new().await;
        let passphrase = typed("correct horse battery staple");
        let refused =
            settings::settings_keyring(house.shell(), true, passphrase).await.map(drop).unwrap_err();
        assert_eq!(told(&refused), ("keyring", SentWord::Nothing));
        assert_eq!(state(&house).await, KeyringState::Off);
        let shown = house.open().await;
        house.send(&shown).await.unwrap();
        lock::lock_lock(house.shell()).await.unwrap();
        let refused = lock::lock_unlock_by_system(house.shell()).await.unwrap_err();
        assert_eq!(told(&refused), ("keyring", SentWord::Nothing));
        house.unlock().await.unwrap();
    });
}
