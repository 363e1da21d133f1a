//! From one Statement to the next, as wallets see it, and after crashes.

#![allow(clippy::unwrap_used, reason = "only for tests")]

mod story;

use std::fs;
use std::path::PathBuf;

use passerby_protocol::keys::SigningKey;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::verify::{Familiarity, ParsedStatement, VerifyRefusal};
use passerby_shop::first_keys::{FirstKeys, NewShop, make_first_keys};
use passerby_shop::keys_folder::{FolderError, KeysFolder, NEXT_ROOT_KEY, REQUEST_KEY, ROOT_KEY, STATEMENT};
use passerby_shop::passphrase::Passphrase;
use passerby_shop::renewal::{Renewal, RenewalError, Renewed, Wishes};
use passerby_shop::root_key;
use rand_chacha::ChaCha20Rng;
use story::Story;
use tempfile::TempDir;
use zeroize::Zeroizing;

const NOON: Timestamp = Timestamp::from_seconds(1_795_348_800);

struct Shop {
    _temp: TempDir,
    path: PathBuf,
    first: FirstKeys,
    passphrase: Passphrase,
}

impl Shop {
    fn new(rng: &mut ChaCha20Rng) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("keys");
        let shop = NewShop {
            sector: Sector::parse("shoes.example").unwrap(),
            name: "Shoes".into(),
            policy_uri: "https://shoes.example/privacy".into(),
            allowed_claims: story::ANNA.map(|(name, _)| name.to_owned().try_into().unwrap()).to_vec(),
            retention_max: 30,
        };
        let passphrase = Passphrase::parse(Zeroizing::new("correct horse".into())).unwrap();
        let first = make_first_keys(&path, shop, &passphrase, NOON, rng).unwrap();
        Self { _temp: temp, path, first, passphrase }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    fn request_key(&self) -> SigningKey {
        SigningKey::parse_jwk(&self.read(REQUEST_KEY)).unwrap()
    }

    fn plan(&self, wishes: &Wishes, now: Timestamp, rng: &mut ChaCha20Rng) -> Result<Renewal, RenewalError> {
        Renewal::plan(&KeysFolder::open_alone(&self.path)?, wishes, now, rng)
    }

    fn sign(&self, wishes: &Wishes, now: Timestamp, rng: &mut ChaCha20Rng) -> Result<Renewed, RenewalError> {
        let folder = KeysFolder::open_alone(&self.path)?;
        Renewal::plan(&folder, wishes, now, rng)?.sign(&folder, &self.passphrase, rng)
    }

    fn statement(&self, now: Timestamp) -> ParsedStatement {
        ParsedStatement::parse(&self.read(STATEMENT), &self.sector(), now).unwrap()
    }

    fn sector(&self) -> Sector {
        self.first.statement.statement().iss.clone()
    }
}

fn for_half_a_year() -> Wishes {
    Wishes { days: 180, ..Wishes::default() }
}

fn rollover() -> Wishes {
    Wishes { rollover: true, ..for_half_a_year() }
}

#[test]
fn a_wallet_follows_a_shop_through_a_new_statement_and_an_announced_root() {
    let mut story = Story::new(1);
    let shop = Shop::new(&mut story.rng);
    let (sector, first_root) = (shop.sector(), &shop.first.root_jkt);
    let met =
        story.verify(&sector, &shop.request_key(), &shop.read(STATEMENT), first_root, None, NOON).unwrap();
    assert_eq!(met.familiarity(), Familiarity::FirstTime);

    let later = NOON + 30 * DAY;
    shop.sign(&for_half_a_year(), later, &mut story.rng).unwrap();
    let known = story
        .verify(&sector, &shop.request_key(), &shop.read(STATEMENT), first_root, Some(met.pin()), later)
        .unwrap();
    assert_eq!(known.familiarity(), Familiarity::Known { since: NOON });
    assert_eq!(known.pin().seq, 2);

    let renewed = shop.sign(&rollover(), later + DAY, &mut story.rng).unwrap();
    let new_root = renewed.statement.root_jkt();
    assert_eq!(new_root, shop.first.next_root_jkt, "the announced one took over");
    let statement = shop.read(STATEMENT);
    let mut see = |recorded| {
        story.verify(&sector, &shop.request_key(), &statement, recorded, Some(known.pin()), later + DAY)
    };
    assert_eq!(see(&new_root).unwrap().familiarity(), Familiarity::AnnouncedNewRoot { since: NOON });
    assert_eq!(
        see(first_root).unwrap_err(),
        VerifyRefusal::RootChanged,
        "the relay's admin has not recorded the new root yet"
    );
}

#[test]
fn the_root_after_next_is_announced_and_can_take_over_too() {
    let mut story = Story::new(2);
    let shop = Shop::new(&mut story.rng);
    let second = shop.sign(&rollover(), NOON + DAY, &mut story.rng).unwrap();
    let third = shop.sign(&rollover(), NOON + 2 * DAY, &mut story.rng).unwrap();
    assert_eq!(Some(third.statement.root_jkt()), second.next_root_jkt);
    assert_eq!(shop.statement(NOON + 2 * DAY).statement().seq, 3);
    let mut retired: Vec<_> =
        fs::read_dir(shop.path.join("retired")).unwrap().map(|file| file.unwrap().file_name()).collect();
    retired.sort();
    assert_eq!(retired, ["root-key-0001.pem", "root-key-0002.pem"]);
}

#[test]
fn a_lost_root_key_is_not_needed_for_the_next_one() {
    let mut story = Story::new(3);
    let shop = Shop::new(&mut story.rng);
    fs::remove_file(shop.path.join(ROOT_KEY)).unwrap();
    let renewed = shop.sign(&rollover(), NOON + DAY, &mut story.rng).unwrap();
    assert_eq!(renewed.statement.root_jkt(), shop.first.next_root_jkt);
}

#[test]
fn a_rollover_that_was_cut_off_anywhere_is_finished_by_the_next_run() {
    let mut story = Story::new(4);
    let shop = Shop::new(&mut story.rng);
    let (old_root, old_next) = (shop.read(ROOT_KEY), shop.read(NEXT_ROOT_KEY));
    let renewed = shop.sign(&rollover(), NOON + DAY, &mut story.rng).unwrap();
    let (root, next) = (shop.read(ROOT_KEY), shop.read(NEXT_ROOT_KEY));
    let commitment = renewed.next_root_jkt.unwrap().commitment();
    let pending = format!("pending-root-key.{commitment}.pem");
    assert_eq!(root, old_next);

    // What lies there when the power fails after statement.jwt, after the first rename, and after the second.
    let moments: [&[(&str, &str)]; 3] = [
        &[(ROOT_KEY, &old_root), (NEXT_ROOT_KEY, &old_next), (&pending, &next)],
        &[(NEXT_ROOT_KEY, &old_next), (&pending, &next)],
        &[(ROOT_KEY, &old_next), (&pending, &next)],
    ];
    for files in moments {
        for name in [ROOT_KEY, NEXT_ROOT_KEY] {
            let _ = fs::remove_file(shop.path.join(name));
        }
        for (name, content) in files {
            fs::write(shop.path.join(name), content).unwrap();
        }
        shop.plan(&for_half_a_year(), NOON + DAY, &mut story.rng).unwrap();
        assert_eq!((shop.read(ROOT_KEY), shop.read(NEXT_ROOT_KEY)), (root.clone(), next.clone()));
        assert!(!shop.path.join(&pending).exists());
    }
    assert_eq!(shop.read("retired/root-key-0001.pem"), old_root, "nothing is lost");
    shop.sign(&for_half_a_year(), NOON + 2 * DAY, &mut story.rng).unwrap();
}

#[test]
fn a_rollover_that_was_cut_off_before_its_statement_never_happened() {
    let mut story = Story::new(5);
    let shop = Shop::new(&mut story.rng);
    let stranger =
        root_key::lock(&SigningKey::make(&mut story.rng), &shop.passphrase, &mut story.rng).unwrap();
    let never_announced = "A".repeat(43);
    fs::write(shop.path.join(format!("pending-root-key.{never_announced}.pem")), stranger.as_bytes())
        .unwrap();
    let renewed = shop.sign(&for_half_a_year(), NOON + DAY, &mut story.rng).unwrap();
    assert_eq!(renewed.statement.root_jkt(), shop.first.root_jkt);
}

#[test]
fn only_the_root_that_wallets_expect_can_sign() {
    let mut story = Story::new(6);
    let shop = Shop::new(&mut story.rng);
    let before = shop.read(STATEMENT);
    let stranger =
        root_key::lock(&SigningKey::make(&mut story.rng), &shop.passphrase, &mut story.rng).unwrap();
    for (file, wishes) in [(ROOT_KEY, for_half_a_year()), (NEXT_ROOT_KEY, rollover())] {
        fs::write(shop.path.join(file), stranger.as_bytes()).unwrap();
        let refused = shop.sign(&wishes, NOON + DAY, &mut story.rng).unwrap_err();
        assert!(matches!(refused, RenewalError::ForeignRoot(named) if named == file), "{refused}");
        assert_eq!(shop.read(STATEMENT), before, "nothing was signed");
    }
}

#[test]
fn a_clock_that_runs_behind_signs_nothing_and_a_late_shop_still_can() {
    let mut story = Story::new(7);
    let shop = Shop::new(&mut story.rng);
    let refused = shop.plan(&for_half_a_year(), NOON + -121, &mut story.rng).unwrap_err();
    assert!(matches!(refused, RenewalError::ClockBehind), "{refused}");

    let years_later = NOON + 800 * DAY;
    shop.sign(&Wishes { days: 1, ..for_half_a_year() }, years_later, &mut story.rng).unwrap();
    let statement = shop.statement(years_later);
    assert_eq!(statement.statement().exp - statement.statement().iat, DAY);
    assert_eq!(statement.statement().prev.as_deref(), Some(shop.first.statement.sha256()));
}

#[test]
fn two_processes_cannot_sign_at_once() {
    let mut story = Story::new(8);
    let shop = Shop::new(&mut story.rng);
    let first = KeysFolder::open_alone(&shop.path).unwrap();
    assert!(matches!(KeysFolder::open_alone(&shop.path).unwrap_err(), FolderError::InUse(_)));
    KeysFolder::open(&shop.path).expect("reading is free");
    drop(first);
    KeysFolder::open_alone(&shop.path).expect("the lock ended with its holder");
}
