//! Links that the desktop hands over: whether one is opened at once, waits for a click, or is nothing at all.
//!
//! A click on a link in a browser is a person's click, but any program of theirs can claim one. So a link opens by itself
//! only while the wallet is open, only once, one at a time, and not again within seconds; every other one waits in the
//! window for a click there. What it must never do: lower the lock; fetch for a locked wallet.

use std::collections::VecDeque;

use passerby_protocol::time::Timestamp;

use crate::change::Change;
use crate::commands::request::{open_link, tell_waiting};
use crate::shell::{Shell, unpoisoned};
use crate::waiting_links::is_link;

/// After one link opened by itself, the next does not for so many seconds, nor does the window come to the front for it: faster
/// than people click, and slow for a flood.
const PAUSE: i64 = 5;

/// So many links that opened by themselves are known again.
const REMEMBERED: usize = 8;

/// The most texts of one call that are looked at. A click hands over one.
const MOST_ARGUMENTS: usize = 8;

/// What has arrived, and what became of it.
#[derive(Debug, Default)]
pub struct Arrivals(std::sync::Mutex<Past>);

#[derive(Debug, Default)]
struct Past {
    /// Set while one is being fetched.
    fetching: bool,
    /// When the last one began.
    last: Option<Timestamp>,
    /// Links that opened by themselves, with the number of their request.
    opened: VecDeque<(String, u32)>,
    /// When the desktop was last told that a link is there.
    notified: Option<Timestamp>,
}

/// What is done with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It is opened now: the click in the browser was the click.
    Open,
    /// It was opened before, and led to this request.
    Show(u32),
    /// It waits for a click in the window.
    Wait,
}

/// Whether something that was `last` done may not be done again yet. A clock that was set back must not keep links waiting until
/// it has caught up.
fn is_soon(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_some_and(|last| (0..PAUSE).contains(&(now - last)))
}

impl Past {
    fn decide(&mut self, link: &str, is_open: bool, is_new: bool, now: Timestamp) -> Step {
        if !is_open {
            return Step::Wait;
        }
        if let Some((_, number)) = self.opened.iter().find(|(known, _)| known == link) {
            return Step::Show(*number);
        }
        if self.fetching || is_soon(self.last, now) || !is_new {
            return Step::Wait;
        }
        self.fetching = true;
        self.last = Some(now);
        Step::Open
    }

    fn end(&mut self, link: &str, number: Option<u32>) {
        self.fetching = false;
        if let Some(number) = number {
            if self.opened.len() == REMEMBERED {
                self.opened.pop_front();
            }
            self.opened.push_back((link.to_owned(), number));
        }
    }
}

impl Arrivals {
    /// Takes what a program was started with, or was handed while it ran. Says whether there was a link among it.
    pub async fn take(&self, shell: &Shell, arguments: &[String]) -> bool {
        let mut any = false;
        for text in arguments.iter().take(MOST_ARGUMENTS).filter(|text| is_link(text)) {
            self.take_one(shell, text.trim()).await;
            any = true;
        }
        any
    }

    /// Whether the window may come to the front for a link now, with a notice where it cannot: a flood of links is no reason for
    /// a flood of notices, nor to take the keyboard away each time.
    pub fn may_notify(&self, now: Timestamp) -> bool {
        let mut past = unpoisoned(&self.0);
        let may = !is_soon(past.notified, now);
        if may {
            past.notified = Some(now);
        }
        may
    }

    async fn take_one(&self, shell: &Shell, link: &str) {
        let is_open = shell.is_open().await;
        let step = {
            let mut links = shell.links();
            let is_new = !links.holds(link);
            let step = unpoisoned(&self.0).decide(link, is_open, is_new, shell.clock().now());
            if step == Step::Wait {
                links.keep(link);
            }
            step
        };
        match step {
            Step::Show(request) => shell.desktop().tell(Change::RequestOpened { request }),
            Step::Wait => shell.desktop().tell(Change::LinkWaits),
            Step::Open => {
                let opened = open_link(shell, link).await.ok();
                unpoisoned(&self.0).end(link, opened);
                if let Some(request) = opened {
                    shell.desktop().tell(Change::RequestOpened { request });
                } else {
                    // What went wrong is said where it can be tried again: after a click.
                    shell.links().keep(link);
                    shell.desktop().tell(Change::LinkWaits);
                }
            }
        }
        if let Ok(open) = shell.open().await {
            tell_waiting(shell, &open).await;
        } else {
            // What waits in the vault is not known now; that something waits is.
            let count = u32::try_from(shell.links().len()).unwrap_or(u32::MAX);
            shell.desktop().tell(Change::Waiting { count });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use passerby_testkit::clock::TestClock;
    use passerby_wallet::{Stretching, Wallet};
    use secrecy::SecretString;
    use tempfile::TempDir;

    use super::*;
    use crate::desktop::fake::FakeDesktop;
    use crate::shell::Places;

    /// A shell without a window, whose wallet is not made yet.
    fn shell() -> (TempDir, FakeDesktop, Arc<TestClock>, Shell) {
        let folder = tempfile::tempdir().unwrap();
        let places =
            Places { vault: folder.path().join("vault.db"), settings: folder.path().join("settings") };
        let (desktop, clock) = (FakeDesktop::default(), Arc::new(TestClock::default()));
        let shell = Shell::new(places, clock.clone(), Box::new(desktop.clone()));
        (folder, desktop, clock, shell)
    }

    async fn open(shell: &Shell) {
        let passphrase = SecretString::from("four words nobody guesses");
        let (path, mut rng) = (&shell.places().vault, shell.rng().unwrap());
        let wallet =
            Wallet::create(path, &passphrase, Stretching::FLOOR, shell.clock(), &mut rng).await.unwrap();
        shell.take(wallet).await.unwrap();
    }

    /// A link that leads to a port of this computer where nobody listens.
    fn link(number: usize) -> String {
        format!(
            "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=http%3A%2F%2F127.0.0.1%3A9%2Fr%2F{number:022}"
        )
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn links_for_a_locked_wallet_wait_and_lower_nothing() {
        let (_folder, desktop, _clock, shell) = shell();
        let arrivals = Arrivals::default();
        let others = ["--hidden".to_owned(), "https://shoes.example".to_owned(), String::new()];
        assert!(!arrivals.take(&shell, &others).await);
        assert_eq!(desktop.told(), []);
        for number in 0..1_000 {
            assert!(arrivals.take(&shell, &[link(number)]).await);
        }
        let told = desktop.told();
        assert!(told.iter().all(|change| matches!(change, Change::LinkWaits | Change::Waiting { .. })));
        assert_eq!(told.last(), Some(&Change::Waiting { count: 3 }), "the lock says that something waits");
        assert_eq!(shell.links().len(), 3);
        assert!(!shell.is_open().await);
        assert_eq!(shell.links().take_newest(), Some(link(999)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_link_that_cannot_be_fetched_waits_where_it_can_be_tried_again() {
        let (_folder, desktop, clock, shell) = shell();
        let arrivals = Arrivals::default();
        open(&shell).await;
        assert!(arrivals.take(&shell, &[link(1)]).await);
        assert!(desktop.told().contains(&Change::LinkWaits));
        assert!(shell.links().holds(&link(1)));
        // The same again: it waits already, and nothing is fetched without a click in the window.
        clock.turn(60);
        arrivals.take(&shell, &[link(1)]).await;
        assert_eq!(shell.links().len(), 1);
        assert!(!unpoisoned(&arrivals.0).fetching);
        shell.lock().await;
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn a_new_link_opens_by_itself_only_while_the_wallet_is_open() {
        let mut past = Past::default();
        assert_eq!(past.decide("a", false, true, at(0)), Step::Wait);
        assert_eq!(
            past.decide("a", true, false, at(0)),
            Step::Wait,
            "it waits already: the click in the window counts"
        );
        assert_eq!(past.decide("a", true, true, at(0)), Step::Open);
    }

    #[test]
    fn one_at_a_time_and_not_again_at_once() {
        let mut past = Past::default();
        assert_eq!(past.decide("a", true, true, at(0)), Step::Open);
        assert_eq!(
            past.decide("b", true, true, at(60)),
            Step::Wait,
            "one is being fetched, however long it takes"
        );
        past.end("a", Some(7));
        assert_eq!(past.decide("b", true, true, at(PAUSE - 1)), Step::Wait);
        assert_eq!(past.decide("b", true, true, at(PAUSE)), Step::Open);
        past.end("b", None);
        assert_eq!(past.decide("c", true, true, at(-3_600)), Step::Open, "the clock was set back");
    }

    #[test]
    fn a_second_click_on_the_same_link_shows_its_request_and_fetches_nothing() {
        let mut past = Past::default();
        for number in 0..10 {
            let link = number.to_string();
            assert_eq!(past.decide(&link, true, true, at(i64::from(number) * PAUSE)), Step::Open);
            past.end(&link, Some(number));
        }
        assert_eq!(past.decide("9", true, true, at(100)), Step::Show(9));
        assert_eq!(past.decide("9", false, true, at(100)), Step::Wait, "a locked wallet shows nothing");
        assert_eq!(past.opened.len(), REMEMBERED);
        assert_eq!(past.decide("0", true, true, at(100)), Step::Open, "long ago");
    }

    #[test]
    fn a_thousand_links_in_a_second_lead_to_one_fetch() {
        let mut past = Past::default();
        let opened =
            (0..1_000).filter(|n| past.decide(&n.to_string(), true, true, at(0)) == Step::Open).count();
        assert_eq!(opened, 1);
    }
}
