//! A window without a screen, with a street around it: its wallet, a shop, a relay.

#[path = "../../../crates/wallet/tests/world/mod.rs"]
pub mod world;

use std::path::PathBuf;
use std::sync::Arc;

use passerby_testkit::clock::TestClock;
use passerby_wallet::Wallet;
use serde_json::{Value, from_value, json, to_value};
use tauri::test::{MockRuntime, mock_app};
use tauri::{App, Manager as _, State};

use self::world::{Ask, World, passphrase};
use crate::auto_lock::AutoLock;
use crate::command_error::{CommandError, SentWord};
use crate::commands::consent::{AnswerDraft, SentView, consent_send, consent_view};
use crate::commands::{Answered, lock, request};
use crate::desktop::fake::FakeDesktop;
use crate::shell::{Places, Shell};
use crate::typed::Typed;

/// The wallet is open and holds a name, an address and an e-mail address.
pub struct House {
    pub app: App<MockRuntime>,
    pub desktop: FakeDesktop,
    pub world: World,
}

/// A request as the window was shown it.
pub struct Shown {
    pub number: u32,
    pub screen: Value,
}

impl House {
    pub async fn new() -> Self {
        let mut world = World::new().await;
        let wallet = world.new_wallet().await;
        let house = Self::beside(world);
        house.shell().take(wallet).await.unwrap();
        house
    }

    /// A window whose wallet is locked.
    pub fn beside(world: World) -> Self {
        let (app, desktop) = window(world.folder.path().join("vault.db"), &world.clock);
        Self { app, desktop, world }
    }

    pub fn shell(&self) -> State<'_, Shell> {
        self.app.state()
    }

    pub fn vault(&self) -> PathBuf {
        self.world.folder.path().join("vault.db")
    }

    /// A shop asks, the person clicks and sees it.
    pub async fn open(&mut self) -> Shown {
        let link = self.world.ask(&Ask::default());
        let number = request::request_open(self.shell(), link).await.unwrap();
        let screen = self.look(number).await.unwrap();
        assert_eq!(screen["is"], "checked", "{screen}");
        Shown { number, screen: screen["screen"].clone() }
    }

    pub async fn look(&self, number: u32) -> Answered<Value> {
        Ok(to_value(consent_view(self.shell(), number).await?).unwrap())
    }

    /// Yes to what is needed, and to nothing else.
    pub async fn send(&self, shown: &Shown) -> Answered<SentView> {
        consent_send(self.shell(), yes(shown)).await
    }

    pub async fn unlock(&self) -> Answered<()> {
        lock::lock_unlock(self.shell(), typed("correct horse battery staple")).await
    }

    /// How many answers the shop's side got.
    pub fn arrived(&self) -> usize {
        self.world.relay.arrived().len()
    }

    /// The wallet, as the next program sees it.
    pub async fn reopened(&self) -> Wallet {
        lock::lock_lock(self.shell()).await.unwrap();
        Wallet::open(&self.vault(), &passphrase(), self.world.clock.clone()).await.unwrap()
    }
}

/// A window with a vault here, on a screen that nobody looks at.
pub fn window(vault: PathBuf, clock: &Arc<TestClock>) -> (App<MockRuntime>, FakeDesktop) {
    let desktop = FakeDesktop::default();
    let app = mock_app();
    let settings = vault.with_file_name("settings");
    app.manage(Shell::new(Places { vault, settings }, clock.clone(), Box::new(desktop.clone())));
    app.manage(AutoLock::default());
    (app, desktop)
}

pub fn yes(shown: &Shown) -> AnswerDraft {
    let draft = json!({
        "request": shown.number, "revision": shown.screen["revision"],
        "recipients": {}, "ticked": [], "coarser": {}, "typed": {}, "as": "regular",
    });
    from_value(draft).unwrap()
}

pub fn typed(text: &str) -> Typed {
    from_value(json!(text)).unwrap()
}

/// What the person is told: the code of the sentence, and whether anything was sent.
pub fn told(error: &CommandError) -> (&str, SentWord) {
    assert!(!error.message.is_empty(), "{error:?}");
    (&error.code, error.sent)
}
