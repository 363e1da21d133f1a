//! A full disk: a small one of the test's own.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::Command;

use serde_json::{from_value, json};

use super::house::world::Ask;
use super::house::{House, Shown, told, typed};
use crate::command_error::SentWord;
use crate::commands::{Answered, details, lock, request, settings, transfer};
use crate::inside::run_inside;
use crate::settings::SettingsChange;

/// A disk of four megabytes at the folder, for one process and as long as that runs. Root may do so; elsewhere a person may in a
/// name space of their own.
fn on_a_small_disk(program: &Path, folder: &Path) -> Command {
    let is_root = rustix::process::geteuid().is_root();
    let mut command = Command::new("unshare");
    command.args(if is_root { &["--mount"][..] } else { &["--user", "--map-root-user", "--mount"] });
    let script = r#"mount -t tmpfs -o size=4m passerby "$0" && export TMPDIR="$0" && exec "$@""#;
    command.args(["sh", "-c", script]).arg(folder).arg(program);
    command
}

/// Writes until nothing more goes, to the last byte.
fn fill(file: &Path) {
    let mut file = File::create(file).unwrap();
    let mut size = 65_536;
    while size > 0 {
        match file.write(&vec![7; size]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => size /= 2,
            Err(error) => panic!("{error}"),
        }
    }
}

/// One more place to live at: the vault has to grow for it.
async fn save(house: &House, number: usize) -> Answered<()> {
    let values = json!({ "address.street_address": format!("Long Lane {number}") });
    let draft = from_value(json!({ "label": format!("place {number}"), "values": values })).unwrap();
    details::data_save(house.shell(), draft).await
}

#[test]
fn on_a_full_disk_nothing_is_sent_and_nothing_is_half_written() {
    let test = "bad_luck::disk::on_a_full_disk_nothing_is_sent_and_nothing_is_half_written";
    run_inside(test, on_a_small_disk, async |folder| {
        let mut house = House::new().await;
        let mut requests = Vec::new();
        for _ in 0..6 {
            requests.push(house.open().await);
        }
        let export = folder.join("passerby.csv");
        fs::write(&export, "what was exported before").unwrap();
        let filler = folder.join("filler");
        fill(&filler);

        // The log beside the vault may have room left from before. Whatever is told is true.
        let (mut refused, mut unsure) = (Vec::new(), 0);
        for shown in requests {
            let before = house.arrived();
            match house.send(&shown).await {
                Ok(_) => assert_eq!(house.arrived(), before + 1),
                Err(full) if full.sent == SentWord::Nothing => {
                    assert_eq!((full.code.as_str(), house.arrived()), ("disk-full", before));
                    refused.push(shown);
                }
                Err(full) => {
                    assert_eq!(told(&full), ("disk-full", SentWord::Maybe));
                    unsure += 1;
                }
            }
        }
        assert!(!refused.is_empty(), "the disk was never full");
        let mut saved = 0;
        let full = loop {
            match save(&house, saved).await {
                Ok(()) => saved += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(told(&full), ("disk-full", SentWord::Nothing));

        house.desktop.picks(export.clone());
        let passphrase = || typed("correct horse battery staple");
        let full = transfer::data_export_all(house.shell(), passphrase()).await.unwrap_err();
        assert_eq!(told(&full), ("disk-full", SentWord::Nothing));
        assert_eq!(fs::read_to_string(&export).unwrap(), "what was exported before");
        house.desktop.picks(folder.join("backup.json"));
        let full = settings::settings_make_backup(house.shell(), passphrase()).await.unwrap_err();
        assert_eq!(told(&full), ("disk-full", SentWord::Nothing));
        let change = SettingsChange { autostart: Some(true), lock_minutes: Some(5), ..Default::default() };
        let full = settings::settings_change(house.shell(), change).await.map(drop).unwrap_err();
        assert_eq!(told(&full), ("settings", SentWord::Nothing));
        assert_eq!(house.shell().settings().lock_minutes, 15, "what could not be saved is not set");
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("new")), "{left:?}");
        let link = house.world.ask(&Ask::default());
        let full = request::request_open(house.shell(), link).await.map(drop).unwrap_err();
        assert_eq!(told(&full), ("disk-full", SentWord::Nothing));

        // It can be locked and opened all the same, and what was confirmed is there.
        lock::lock_lock(house.shell()).await.unwrap();
        fs::remove_file(&filler).unwrap();
        house.unlock().await.unwrap();
        let view = serde_json::to_string(&details::data_view(house.shell()).await.unwrap()).unwrap();
        assert_eq!(view.matches("place ").count(), saved, "{view}");
        for shown in &refused {
            let screen = house.look(shown.number).await.unwrap()["screen"].clone();
            house.send(&Shown { number: shown.number, screen }).await.unwrap();
        }
        house.reopened().await.retry(&mut house.world.rng).await.unwrap();
        assert!(house.arrived() >= 6 && house.arrived() <= 6 + unsure, "each of them once");
    });
}
