//! The program is ended in the middle of a delivery: a retry neither loses nor doubles. Or while a vault is made: there is
//! none, or one whose words are its person's.

#![allow(clippy::unwrap_used, reason = "a test fails where its world does")]

#[path = "foreign/verifier.rs"]
mod verifier;
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use fail::FailScenario;
use passerby_protocol::claim::AttributeValue;
use passerby_protocol::keys::RootSecret;
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng::seeded;
use passerby_wallet::{
    Answer, GrantState, RecoveryWords, RequestState, Sent, Stretching, Trouble as _, Wallet,
};
use verifier::{Manner, Question, Room, Verifier};
use world::{Ask, World, claim, label, passphrase, yes};

/// Where the program ends, and how many answers the relay has got by then.
const POINTS: [(&str, usize); 5] = [
    ("approve-sealed", 0),
    ("approve-written", 0),
    ("deliver-sent", 1),
    ("deliver-checked", 1),
    ("deliver-confirmed", 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_it_ends_the_answer_arrives_once() {
    let scenario = FailScenario::setup();
    for (point, arrived) in POINTS {
        let mut world = World::new().await;
        let wallet = Arc::new(world.new_wallet().await);
        let link = world.ask(&Ask::default());
        let view = wallet.open_request(&link, &mut world.rng).await.unwrap();

        fail::cfg(point, "panic").unwrap();
        let mut rng = world.rng.clone();
        let killed = tokio::spawn(async move { wallet.approve(&view, &yes(&[]), &mut rng).await.map(drop) });
        assert!(killed.await.unwrap_err().is_panic(), "{point} ended it");
        fail::remove(point);
        assert_eq!(world.relay.arrived().len(), arrived, "{point}");

        let wallet = world.reopen_wallet().await;
        let mut retried = wallet.retry(&mut world.rng).await.unwrap();
        let bodies = world.relay.arrived();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{point}: other bytes");
        let grants = wallet.shops().await.unwrap().remove(0).grants;
        match point {
            // Nothing was written: the request waits as before.
            "approve-sealed" => {
                assert!(retried.is_empty() && grants.is_empty());
                let view = wallet.look(None, &mut world.rng).await.unwrap();
                wallet.approve(&view, &yes(&[]), &mut world.rng).await.unwrap();
            }
            // All was written: there is nothing left to do, and the way back is known.
            "deliver-confirmed" => {
                assert!(retried.is_empty());
                assert_eq!((grants.len(), grants[0].state), (1, GrantState::Sent));
                assert!(
                    wallet.requests().await.unwrap().iter().all(|line| line.state != RequestState::Sending)
                );
            }
            _ => {
                let delivered = retried.remove(0).result.unwrap();
                let (_, passerby_claim) =
                    delivered.return_to.query_pairs().find(|(name, _)| name == "passerby_claim").unwrap();
                world.shop.open(&world.relay, &link, &passerby_claim, world.now());
                assert_eq!((grants.len(), grants[0].state), (1, GrantState::Sent), "{point}");
            }
        }
        assert!(wallet.retry(&mut world.rng).await.unwrap().is_empty(), "{point}: settled");
    }
    scenario.teardown();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_was_kept_wherever_it_ends() {
    let scenario = FailScenario::setup();
    for (point, arrived) in POINTS {
        let mut world = World::new().await;
        let wallet = Arc::new(world.new_wallet().await);
        let view = world.open(&wallet, &Ask::default()).await;
        let typed = BTreeMap::from([(claim("email"), AttributeValue::new("ada@new.example".to_owned()))]);
        let keep = BTreeMap::from([(claim("email"), label("work"))]);
        let answer = Answer { typed, keep, ..yes(&["email"]) };
        fail::cfg(point, "panic").unwrap();
        let mut rng = world.rng.clone();
        let killed = tokio::spawn(async move { wallet.approve(&view, &answer, &mut rng).await.map(drop) });
        assert!(killed.await.unwrap_err().is_panic(), "{point} ended it");
        fail::remove(point);
        let wallet = world.reopen_wallet().await;
        let kept = wallet.attributes().await.unwrap().iter().any(|view| view.label == label("work"));
        assert!(kept || arrived == 0, "{point}: sent and not kept");
        assert_eq!(kept, point != "approve-sealed");
    }
    scenario.teardown();
}

/// The same with a verifier that has a certificate and no relay between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_it_ends_a_foreign_verifier_sees_one_answer() {
    let scenario = FailScenario::setup();
    for (point, arrived) in [("foreign-written", 0), ("foreign-sent", 1)] {
        // One that answers the same bytes the same, and one that takes each nonce once.
        for strict in [false, true] {
            let mut world = World::new().await;
            let verifier = Verifier::start(world.clock.clone(), &mut world.rng).await;
            let trust = verifier.trust();
            let wallet = Arc::new(world.new_wallet().await);
            let link = verifier.ask(Question::default(), &mut world.rng);
            let view = wallet.open_foreign(&link, &trust, &mut world.rng).await.unwrap();

            fail::cfg(point, "panic").unwrap();
            let (mut rng, trusting) = (world.rng.clone(), trust.clone());
            let killed = tokio::spawn(async move {
                wallet.approve_foreign(&view, &yes(&[]), &trusting, &mut rng).await.map(drop)
            });
            assert!(killed.await.unwrap_err().is_panic(), "{point} ended it");
            fail::remove(point);
            assert_eq!(verifier.answers().len(), arrived, "{point}");

            let wallet = world.reopen_wallet().await;
            assert_eq!(wallet.requests().await.unwrap()[0].state, RequestState::Sending, "{point}: not lost");
            if strict && arrived > 0 {
                let no = r#"{"error":"invalid_request"}"#.to_owned();
                verifier.behaves(Room::Answer, Manner::Says(400, no));
            }
            let retried = wallet.retry_foreign(&trust, &mut world.rng).await.unwrap().remove(0).result;
            let answers = verifier.answers();
            assert_eq!(answers.len(), arrived + 1);
            assert!(answers.iter().all(|body| *body == answers[0]), "{point}: other bytes");
            assert_eq!(verifier.open(&answers[0])["name"], "Ada Passerby");
            match retried {
                Ok(delivered) => assert_eq!(delivered.host.to_string(), verifier.host()),
                Err(unclear) => assert_eq!((strict, arrived, unclear.sent()), (true, 1, Sent::Maybe)),
            }
            assert!(
                wallet.retry_foreign(&trust, &mut world.rng).await.unwrap().is_empty(),
                "{point}: settled"
            );
            assert!(wallet.requests().await.unwrap().is_empty());
        }
    }
    scenario.teardown();
}

/// Where the making of a vault ends, and whether there is one then.
const MAKING: [(&str, bool); 3] =
    [("create-slots", false), ("create-built", false), ("create-adopted", true)];

/// Makes a vault: a new one, or one from these words.
async fn make(path: PathBuf, clock: Arc<TestClock>, sheet: Option<RecoveryWords>) {
    let (passphrase, floor, rng) = (passphrase(), Stretching::FLOOR, &mut seeded(9));
    let made = match sheet {
        Some(sheet) => Wallet::restore_from_words(&path, &sheet, &passphrase, floor, clock, rng).await,
        None => Wallet::create(&path, &passphrase, floor, clock, rng).await,
    };
    made.unwrap().lock().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_making_ends_the_words_are_of_the_person_inside() {
    let scenario = FailScenario::setup();
    let sheet = RecoveryWords::of(&RootSecret::make(&mut seeded(9))).unwrap();
    for (point, there) in MAKING {
        for restores in [false, true] {
            let world = World::new().await;
            let path = world.folder.path().join("made.db");
            let made = |sheet| make(path.clone(), world.clock.clone(), sheet);
            let from = restores.then(|| sheet.clone());
            fail::cfg(point, "panic").unwrap();
            let killed = tokio::spawn(made(from.clone()));
            assert!(killed.await.unwrap_err().is_panic(), "{point} ended it");
            fail::remove(point);
            assert_eq!(path.exists(), there, "{point}");
            if !there {
                made(from).await;
            }
            // The words open it, and are those of the secret inside.
            let wallet = Wallet::open(&path, &sheet.secret(), world.clock.clone()).await.unwrap();
            let shown = wallet.show_words(&passphrase(), &mut seeded(10)).await.unwrap();
            assert!(shown.words == sheet && shown.open_vault, "{point}");
            assert_eq!(wallet.is_restored().await.unwrap(), restores, "{point}");
            wallet.lock().await.unwrap();
        }
    }
    scenario.teardown();
}
