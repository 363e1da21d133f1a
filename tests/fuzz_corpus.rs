//! The corpora of the fuzz targets, replayed as ordinary tests, and with them a few hundred damaged copies of each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::path::Path;

use passerby_testkit::fuzz::{self, Target, corpora};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

/// The targets of the test kit and those of the vault's own files.
fn targets() -> impl Iterator<Item = (&'static str, Target)> {
    fuzz::TARGETS.iter().chain(passerby_vault::fuzz::TARGETS).copied()
}

/// How many damaged seeds each target is given.
const CASES: u32 = 256;

/// The seeds of a target; an absent or empty corpus fails.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = corpora().join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut seeds: Vec<_> = files
        .map(|file| {
            let file = file.unwrap();
            (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).unwrap())
        })
        .collect();
    assert!(!seeds.is_empty(), "the corpus of {target} is empty");
    seeds.sort();
    seeds
}

fn names(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn each_target_has_a_corpus_and_a_program_and_there_are_no_others() {
    let all: BTreeSet<_> = targets().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(all.len(), targets().count(), "two targets share a name");
    assert_eq!(names(&corpora()), all, "the folders of fuzz/corpus");
    let fuzz = corpora().join("..");
    assert_eq!(names(&fuzz.join("fuzz_targets")), all, "the files of fuzz/fuzz_targets");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for target in all {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "no program {target}");
        let program = std::fs::read_to_string(fuzz.join(format!("fuzz_targets/{target}.rs"))).unwrap();
        assert!(
            program.contains(&format!("fuzz::{target}(bytes)")),
            "the program {target} runs another target"
        );
    }
}

#[test]
fn no_seed_panics_and_some_are_accepted() {
    for (target, read) in targets() {
        let mut some_accepted = false;
        for (name, seed) in seeds(target) {
            let outcome = std::panic::catch_unwind(|| read(&seed));
            let accepted = outcome.unwrap_or_else(|_| panic!("{target} panics on its seed {name}"));
            some_accepted |= accepted;
        }
        assert!(some_accepted, "{target} accepts none of its seeds: nothing behind its checks is reached");
    }
}

/// What is done to a seed.
#[derive(Clone, Debug)]
enum Damage {
    FlipBit(Index, u8),
    Truncate(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    /// Goes on with the rest of another seed.
    Splice(Index, Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        (place(), 0..8_u8).prop_map(|(at, bit)| Damage::FlipBit(at, bit)),
        place().prop_map(Damage::Truncate),
        (place(), 1..64_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        (place(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (place(), place(), place()).prop_map(|(at, other, from)| Damage::Splice(at, other, from)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>, others: &[(String, Vec<u8>)]) {
        // One beyond the last byte is a place too.
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        match self {
            Self::FlipBit(at, bit) => {
                let at = place(at, bytes);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            Self::Truncate(at) => bytes.truncate(place(at, bytes)),
            Self::Remove(at, count) => {
                let at = place(at, bytes);
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Self::Insert(at, more) => {
                let at = place(at, bytes);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Splice(at, other, from) => {
                let other = &other.get(others).1;
                bytes.truncate(place(at, bytes));
                bytes.extend_from_slice(&other[place(from, other)..]);
            }
        }
    }
}

#[test]
fn no_damaged_seed_panics() {
    for (target, read) in targets() {
        let seeds = seeds(target);
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let damaged = (any::<Index>(), prop::collection::vec(damage(), 1..5));
        let outcome = TestRunner::new(config).run(&damaged, |(seed, damages)| {
            let mut bytes = seed.get(&seeds).1.clone();
            for damage in &damages {
                damage.apply(&mut bytes, &seeds);
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            prop_assert!(std::panic::catch_unwind(|| read(&bytes)).is_ok(), "panics on {text:?}");
            Ok(())
        });
        outcome.unwrap_or_else(|failed| panic!("{target}: {failed}"));
    }
}
