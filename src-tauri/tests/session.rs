//! The lock with the session, against a logind that a test plays (python3-dbusmock) on a bus of its own.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails where its world does"
)]

mod computer;

use std::sync::Arc;

use passerby_desktop::desktop::session::{Ending, watch};
use tokio::sync::{Semaphore, mpsc};

use computer::{Computer, SESSION, connect};

/// A wallet that is told, and locks only when it is let.
struct Wallet {
    told: mpsc::UnboundedReceiver<Ending>,
    may_lock: Arc<Semaphore>,
}

impl Wallet {
    async fn on(computer: &Computer) -> Self {
        let bus = connect(&computer.address).await;
        let (tell, told) = mpsc::unbounded_channel();
        let may_lock = Arc::new(Semaphore::new(0));
        let permits = Arc::clone(&may_lock);
        tokio::spawn(async move {
            let watched = watch(&bus, |ending| {
                tell.send(ending).unwrap();
                let permits = Arc::clone(&permits);
                async move { permits.acquire().await.unwrap().forget() }
            });
            watched.await.unwrap();
        });
        // It listens before it asks the computer to wait.
        computer.wait_for_holds(1).await;
        Self { told, may_lock }
    }

    async fn locks(&mut self) -> Ending {
        let ending = self.told.recv().await.unwrap();
        self.may_lock.add_permits(1);
        ending
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_computer_sleeps_only_once_the_wallet_is_locked() {
    let computer = Computer::start().await.know_by_process().await;
    let mut wallet = Wallet::on(&computer).await;
    computer.sleep(true).await;
    assert_eq!(wallet.told.recv().await, Some(Ending::Sleep));
    computer.wait_for_holds(1).await;
    wallet.may_lock.add_permits(1);
    computer.wait_for_holds(0).await;
    // Awake again, it asks for the next time.
    computer.sleep(false).await;
    computer.wait_for_holds(1).await;
    computer.sleep(true).await;
    assert_eq!(wallet.locks().await, Ending::Sleep);
    computer.wait_for_holds(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_screen_locks_the_wallet_whoever_locked_it() {
    let computer = Computer::start().await.know_by_process().await;
    let mut wallet = Wallet::on(&computer).await;
    let session = "org.freedesktop.login1.Session";
    let () = computer.play(SESSION, session, "Lock", &()).await;
    assert_eq!(wallet.locks().await, Ending::ScreenLocked);
    let () = computer.play(SESSION, session, "Unlock", &()).await;
    let () = computer.play(SESSION, session, "SetLockedHint", &(true,)).await;
    assert_eq!(wallet.locks().await, Ending::ScreenLocked);
    let () = computer.play(SESSION, session, "SetLockedHint", &(false,)).await;
    computer.sleep(true).await;
    assert_eq!(wallet.locks().await, Ending::Sleep, "an unlocked screen is no reason to lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn started_by_a_service_the_session_with_the_screen_counts() {
    let computer = Computer::start().await.know_by_person().await;
    let mut wallet = Wallet::on(&computer).await;
    let () = computer.play(SESSION, "org.freedesktop.login1.Session", "Lock", &()).await;
    assert_eq!(wallet.locks().await, Ending::ScreenLocked);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_it_says_so_and_nothing_else_happens() {
    let computer = Computer::start().await;
    let bus = connect(&computer.address).await;
    let watched = watch(&bus, |_| async {}).await;
    assert!(watched.is_err());
}
