//! The wallet and somebody who has a certificate and no Statement (docs/protocol.md section 13).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

#[path = "../world/mod.rs"]
mod world;

mod cards;
mod log;
mod statement;
mod story;
mod trouble;
mod trust;
mod verifier;

use std::sync::Arc;

use passerby_testkit::clock::TestClock;
use passerby_testkit::rng::seeded;
use passerby_wallet::foreign::{ForeignDelivered, ForeignOpenError, ForeignView, Trust};
use passerby_wallet::{Answer, Sent, Trouble, Wallet, What};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;
use verifier::{Question, Verifier};

/// A verifier that asks and a person who is asked.
struct Desk {
    clock: Arc<TestClock>,
    verifier: Verifier,
    wallet: Wallet,
    trust: Trust,
    rng: ChaCha20Rng,
    /// Where the vault is.
    _folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let (clock, mut rng) = (Arc::new(TestClock::default()), seeded(13));
        let verifier = Verifier::start(clock.clone(), &mut rng).await;
        let folder = tempfile::tempdir().unwrap();
        let wallet = world::new_wallet(folder.path(), clock.clone(), &mut rng).await;
        Self { clock, trust: verifier.trust(), verifier, wallet, rng, _folder: folder }
    }

    fn ask(&mut self, question: Question) -> String {
        self.verifier.ask(question, &mut self.rng)
    }

    async fn open(&mut self, link: &str) -> Result<ForeignView, ForeignOpenError> {
        self.wallet.open_foreign(link, &self.trust, &mut self.rng).await
    }

    /// Asks and is shown.
    async fn shown(&mut self, question: Question) -> ForeignView {
        let link = self.ask(question);
        self.open(&link).await.unwrap()
    }

    async fn approve(
        &mut self,
        view: &ForeignView,
        answer: &Answer,
    ) -> Result<ForeignDelivered, passerby_wallet::foreign::ForeignApproveError> {
        self.wallet.approve_foreign(view, answer, &self.trust, &mut self.rng).await
    }

    /// Retries the one answer that is not confirmed.
    async fn retry(&mut self) -> Result<ForeignDelivered, passerby_wallet::foreign::ForeignApproveError> {
        let mut retried = self.wallet.retry_foreign(&self.trust, &mut self.rng).await.unwrap();
        assert_eq!(retried.len(), 1, "one answer is not confirmed");
        retried.remove(0).result
    }

    /// What the log says, in order.
    async fn log(&self) -> Vec<What> {
        self.wallet.activity().await.unwrap().into_iter().map(|line| line.what).collect()
    }
}

/// Which trouble, and what it means for what was to be sent.
fn told(trouble: &impl Trouble) -> (&'static str, Sent) {
    (trouble.code(), trouble.sent())
}
