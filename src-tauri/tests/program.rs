//! The program as it is shipped: started without a driver, on a screen and a session bus of the test's own. What it leaves on the
//! disk, what it does without a bus, the icon beside the clock, notices, a flood of links, how it ends when it is told to.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails where its world does"
)]

mod desk;
mod screen;

use std::net::TcpListener;
use std::path::PathBuf;

use desk::{DETAILS, Desk};
use passerby_testkit::leak;

const LINK: &str = "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=http%3A%2F%2F127.0.0.1%3A9%2Fr%2F";

/// A link that leads to a port of this computer where nobody listens.
fn link(number: usize) -> String {
    format!("{LINK}{number:022}")
}

/// Every file that the program wrote beside the vault.
fn written(desk: &Desk) -> Vec<PathBuf> {
    let mut left = vec![desk.folder.path().to_path_buf()];
    let mut files = Vec::new();
    while let Some(place) = left.pop() {
        for entry in std::fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                left.push(path);
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_it_shows_is_left_on_the_disk() {
    let mut desk = Desk::new().await;
    desk.start_bus();
    desk.start(&[]);
    desk.unlock();
    // Through the rooms, and a detail typed and not saved.
    desk.press("Tab Tab Return Tab Return Tab Return");
    let opened = leak::scan(&written(&desk), DETAILS).unwrap();
    assert!(opened.is_empty(), "while it is open: {opened:?}");
    desk.quit();
    let files = written(&desk);
    assert!(files.iter().any(|file| file.ends_with("vault.db")), "{files:?}");
    let left = leak::scan(&files, DETAILS).unwrap();
    assert!(left.is_empty(), "{left:?}");

    // The search itself: the same folder, with one value let out.
    std::fs::write(desk.folder.path().join("cache/leaky"), "..Long Lane 12..").unwrap();
    assert!(!leak::scan(&written(&desk), DETAILS).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_bus_it_comes_up_opens_and_says_what_is_missing() {
    let mut desk = Desk::new().await;
    desk.start(&[&link(1)]);
    desk.unlock();
    let said = desk.said();
    for expected in ["no icon beside the clock", "does not say when the screen is locked"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // Nobody could find a window again that was closed without an icon: it ends.
    desk.close_window();
    desk.wait_for_end();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_icon_beside_the_clock_locks_counts_and_quits_in_the_persons_language() {
    let mut desk = Desk::new().await;
    desk.start_bus();
    desk.start_tray();
    desk.write_settings("language = \"de\"\n");
    desk.start(&[]);
    let menu = desk.tray_menu(|menu| menu.contains("Keine Anfrage wartet"));
    for word in ["Passerby öffnen", "Sperren", "Beenden"] {
        assert!(menu.contains(word), "{menu}");
    }
    desk.unlock();
    desk.click_tray("Sperren");
    desk.wait_until(|desk| !desk.is_open());
    // Closed, it stays beside the clock.
    desk.close_window();
    desk.wait_until(|desk| !desk.has_window());
    desk.unlock_after(|desk| desk.click_tray("Passerby öffnen"));
    desk.click_tray("Beenden");
    desk.wait_for_end();
    assert!(!desk.is_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_links_in_a_second_make_one_notice_which_names_nobody() {
    let mut desk = Desk::new().await;
    desk.start_bus();
    desk.start_tray();
    desk.start_notices();
    desk.start(&[]);
    desk.tray_menu(|menu| menu.contains("No request is waiting"));
    desk.behind_others(|| {
        desk.click_link(&link(0));
        let flood = desk.hand_over((1..=1_000).map(link));
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(flood));
        desk.wait_until(|desk| !desk.notices().is_empty());
    });
    let menu = desk.tray_menu(|menu| menu.contains("Requests waiting: 3"));
    assert!(!menu.contains("shoes"), "{menu}");
    let notices = desk.notices();
    assert!(notices.contains("A shop is asking") && notices.contains("Nothing has been sent."), "{notices}");
    assert!(!notices.contains("shoes"), "{notices}");
    let flood = notices.matches("A shop is asking").count();
    // One for each few seconds that the flood lasts, on a slow computer.
    assert!(flood < 20, "{flood} notices");
    desk.unlock();
    desk.click_tray("Quit");
    desk.wait_for_end();
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_by_a_signal_it_closes_the_vault_first() {
    for signal in ["TERM", "INT", "HUP"] {
        let mut desk = Desk::new().await;
        desk.start(&[]);
        desk.unlock();
        assert!(desk.has_journal(), "or it would say nothing that none is left");
        desk.signal(signal);
        desk.wait_for_end();
        assert!(!desk.has_journal(), "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_it_lets_end_first_what_is_under_way() {
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = relay.local_addr().unwrap().port();
    let mut desk = Desk::new().await;
    desk.start(&[&link(1).replace("%3A9%2F", &format!("%3A{port}%2F"))]);
    desk.unlock();
    let (asked, _) = relay.accept().unwrap();
    desk.signal("TERM");
    drop(asked);
    desk.wait_for_end();
    assert!(!desk.has_journal());
    assert!(!desk.said().contains("still being sent"), "{}", desk.said());
}
