//! A backup brings everything back, or says why not and changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use passerby_vault::{
    BackupError, DamagedRecords, Occupied, RecordError, RestoreError, Restored, Vault, VaultError, Wholeness,
};
use secrecy::SecretString;
use serde_json::Value;

use crate::parts::{Attribute, Home, NOW, Parcel, passphrase};

const REFUSE: DamagedRecords = DamagedRecords::Refuse;

/// A vault with a few records, its backup, and an empty place to restore to.
struct Pair {
    home: Home,
    backup: PathBuf,
    /// Where nothing is yet.
    new: PathBuf,
}

impl Pair {
    async fn new() -> Self {
        let mut home = Home::new();
        let vault = home.create().await;
        for n in 0..5 {
            let attribute = Attribute::new("email", &format!("ada-{n}@home.example"));
            let id = vault.insert(&attribute, NOW + n, &mut home.rng).await.unwrap();
            vault.update(id, &Attribute::new("name", &format!("Ada {n}")), &mut home.rng).await.unwrap();
        }
        vault.insert(&Parcel(vec![0, 255, 7]), NOW, &mut home.rng).await.unwrap();
        let backup = home.folder.path().join("backup.json");
        let made = vault.back_up(&backup, REFUSE, NOW + 60, &mut home.rng).await.unwrap();
        assert_eq!((made.records, made.left_out), (6, 0));
        vault.lock().await.unwrap();
        let new = home.folder.path().join("new").join("vault.db");
        Self { home, backup, new }
    }

    async fn restore(&mut self) -> Result<(Vault, Restored), RestoreError> {
        Vault::restore(&self.backup, &self.new, &passphrase(), Occupied::Refuse, &mut self.home.rng).await
    }

    /// A restoration that is refused and leaves nothing behind.
    async fn refused(&mut self) -> RestoreError {
        let error = self.restore().await.unwrap_err();
        assert!(!self.new.parent().unwrap().exists(), "{error}");
        error
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(&self.backup).unwrap()).unwrap()
    }

    fn write(&self, json: &Value) {
        fs::write(&self.backup, serde_json::to_vec(json).unwrap()).unwrap();
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[tokio::test]
async fn everything_comes_back_under_its_id_and_goes_on() {
    let mut pair = Pair::new().await;
    let original = pair.home.open().await;
    let attributes = original.list::<Attribute>().await.unwrap();
    let parcels = original.list::<Parcel>().await.unwrap();
    original.lock().await.unwrap();

    let (vault, restored) = pair.restore().await.unwrap();
    assert_eq!((restored.made, restored.records, restored.set_aside), (NOW + 60, 6, None));
    assert_eq!(vault.list::<Attribute>().await.unwrap(), attributes);
    assert_eq!(vault.list::<Parcel>().await.unwrap(), parcels);
    assert!(vault.damaged().await.unwrap().is_empty());
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);

    // It is the same vault: it takes changes, opens with the same passphrase, and writes over its own backup.
    let (id, _) = attributes[0];
    vault.update(id, &Attribute::new("name", "Grace"), &mut pair.home.rng).await.unwrap();
    vault.back_up(&pair.backup, REFUSE, NOW + 90, &mut pair.home.rng).await.unwrap();
    vault.lock().await.unwrap();
    let vault = Vault::open(&pair.new, &passphrase()).await.unwrap();
    assert_eq!(vault.load::<Attribute>(id).await.unwrap().unwrap().value, "Grace");
    assert_eq!(vault.wholeness().await.unwrap(), Wholeness::Unanchored);
    vault.lock().await.unwrap();
    #[cfg(unix)]
    for path in [&pair.backup, &pair.new] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn nothing_readable_stands_in_a_backup_and_its_length_tells_little() {
    let mut home = Home::new();
    let vault = home.create().await;
    let mut lengths = BTreeSet::new();
    for n in 0..12 {
        vault.insert(&Attribute::new("Quaggaclaim", "Quaggavalue"), NOW + n, &mut home.rng).await.unwrap();
        let path = home.folder.path().join(format!("{n}.json"));
        vault.back_up(&path, REFUSE, NOW, &mut home.rng).await.unwrap();
        let bytes = fs::read(path).unwrap();
        assert!(!String::from_utf8(bytes.clone()).unwrap().contains("Quagga"));
        let json: Value = serde_json::from_slice(&bytes).unwrap();
        let data = json["data"].as_str().unwrap();
        assert!(!data.contains("UXVhZ2dh"), "base64 of Quagga");
        lengths.insert(data.len());
    }
    assert_eq!(lengths.len(), 1);
    vault.lock().await.unwrap();
}

#[tokio::test]
async fn the_former_one_is_kept_and_nothing_else_is_touched() {
    let mut pair = Pair::new().await;
    let first = fs::read(&pair.backup).unwrap();
    let vault = pair.home.open().await;
    vault.back_up(&pair.backup, REFUSE, NOW + 70, &mut pair.home.rng).await.unwrap();
    let previous = pair.home.folder.path().join("backup.json.previous");
    assert_eq!(fs::read(&previous).unwrap(), first);
    assert_eq!(pair.json()["made"], NOW + 70);
    let all = names(pair.home.folder.path());
    assert_eq!(all, ["backup.json", "backup.json.previous", "person"].map(str::to_owned).into());

    // Something else stands there: a letter, nothing, a backup of tomorrow's format, another person's.
    let mut newer = pair.json();
    newer["format"] = "passerby-backup/2".into();
    let mut other = pair.json();
    other["vault_id"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let letter = pair.home.folder.path().join("letter");
    for content in [b"Dear Ada".to_vec(), Vec::new(), newer.to_string().into(), other.to_string().into()] {
        fs::write(&letter, &content).unwrap();
        let refused = vault.back_up(&letter, REFUSE, NOW, &mut pair.home.rng).await;
        assert!(matches!(refused, Err(BackupError::Foreign)), "{refused:?}");
        assert_eq!(fs::read(&letter).unwrap(), content);
    }
    let folder = pair.home.folder.path().join("person");
    let refused = vault.back_up(&folder, REFUSE, NOW, &mut pair.home.rng).await;
    assert!(matches!(refused, Err(BackupError::Foreign)), "{refused:?}");
    let missing = pair.home.folder.path().join("not-plugged-in").join("backup.json");
    let refused = vault.back_up(&missing, REFUSE, NOW, &mut pair.home.rng).await;
    assert!(matches!(refused, Err(BackupError::NoFolder)), "{refused:?}");
    vault.lock().await.unwrap();
}

#[tokio::test]
async fn a_vault_with_damage_does_not_take_the_place_of_a_whole_backup_unless_told() {
    let mut pair = Pair::new().await;
    let whole = fs::read(&pair.backup).unwrap();
    pair.home
        .alter("UPDATE record SET blob = zeroblob(length(blob)) WHERE id = (SELECT min(id) FROM record)")
        .await;
    let vault = pair.home.open().await;
    let refused = vault.back_up(&pair.backup, REFUSE, NOW, &mut pair.home.rng).await;
    assert!(matches!(refused, Err(BackupError::Vault(RecordError::NotWhole { .. }))), "{refused:?}");
    // Accepted or not, the record is lost in the vault and is still in the backup.
    vault.accept().await.unwrap();
    let refused = vault.back_up(&pair.backup, REFUSE, NOW, &mut pair.home.rng).await;
    assert!(matches!(refused, Err(BackupError::Damaged { count: 1 })), "{refused:?}");
    assert_eq!(fs::read(&pair.backup).unwrap(), whole);

    let made = vault.back_up(&pair.backup, DamagedRecords::LeaveOut, NOW, &mut pair.home.rng).await.unwrap();
    assert_eq!((made.records, made.left_out), (5, 1));
    vault.lock().await.unwrap();
    let (vault, restored) = pair.restore().await.unwrap();
    assert_eq!(restored.records, 5);
    assert!(vault.damaged().await.unwrap().is_empty());
    vault.lock().await.unwrap();
}

#[tokio::test]
async fn a_vault_that_is_there_stays_or_is_set_aside_whole() {
    let mut pair = Pair::new().await;
    fs::create_dir(pair.new.parent().unwrap()).unwrap();
    let mut there = Home::new();
    there.path.clone_from(&pair.new);
    let vault = there.create().await;
    vault.insert(&Attribute::new("name", "the other"), NOW, &mut there.rng).await.unwrap();
    vault.lock().await.unwrap();
    let former = fs::read(&pair.new).unwrap();

    let refused = pair.restore().await.unwrap_err();
    assert!(matches!(refused, RestoreError::Vault(VaultError::Exists)), "{refused:?}");
    assert_eq!(fs::read(&pair.new).unwrap(), former);

    let aside = Occupied::SetAside { now: NOW };
    let open = there.open().await;
    let rng = &mut pair.home.rng;
    let refused = Vault::restore(&pair.backup, &pair.new, &passphrase(), aside, rng).await.unwrap_err();
    assert!(matches!(refused, RestoreError::Vault(VaultError::InUse)), "{refused:?}");
    open.insert(&Attribute::new("name", "and more"), NOW, &mut there.rng).await.unwrap();
    // Not locked: the last change stands in the log only.
    drop(open);

    for (count, moved) in [("", 2), ("-2", 6)] {
        let rng = &mut pair.home.rng;
        let (vault, restored) =
            Vault::restore(&pair.backup, &pair.new, &passphrase(), aside, rng).await.unwrap();
        assert_eq!(vault.list::<Attribute>().await.unwrap().len(), 5);
        vault.lock().await.unwrap();
        let place = restored.set_aside.unwrap();
        assert_eq!(place.to_str().unwrap(), format!("{}.replaced-{NOW}{count}", pair.new.display()));
        let former = Vault::open(&place, &passphrase()).await.unwrap();
        let found =
            former.list::<Attribute>().await.unwrap().len() + former.list::<Parcel>().await.unwrap().len();
        assert_eq!(found, moved);
        former.lock().await.unwrap();
    }
    // What is no vault any more is set aside as well: that is when a backup is needed.
    fs::write(&pair.new, "ruins").unwrap();
    let rng = &mut pair.home.rng;
    let (vault, restored) = Vault::restore(&pair.backup, &pair.new, &passphrase(), aside, rng).await.unwrap();
    vault.lock().await.unwrap();
    assert_eq!(fs::read(restored.set_aside.unwrap()).unwrap(), b"ruins");
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_leaves_nothing() {
    let mut pair = Pair::new().await;
    let whole = pair.json();
    let bytes = fs::read(&pair.backup).unwrap();

    let wrong = SecretString::from("another passphrase");
    let rng = &mut pair.home.rng;
    let refused = Vault::restore(&pair.backup, &pair.new, &wrong, Occupied::Refuse, rng).await.unwrap_err();
    assert!(matches!(refused, RestoreError::Vault(VaultError::WrongPassphrase)), "{refused:?}");

    let absent = pair.home.folder.path().join("absent");
    let rng = &mut pair.home.rng;
    let refused = Vault::restore(&absent, &pair.new, &passphrase(), Occupied::Refuse, rng).await.unwrap_err();
    assert!(matches!(refused, RestoreError::Absent), "{refused:?}");

    // A vault is not a backup.
    let vault = pair.home.path.clone();
    let rng = &mut pair.home.rng;
    let refused = Vault::restore(&vault, &pair.new, &passphrase(), Occupied::Refuse, rng).await.unwrap_err();
    assert!(matches!(refused, RestoreError::NotABackup), "{refused:?}");

    fs::write(&pair.backup, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(pair.refused().await, RestoreError::Damaged));

    let mut newer = whole.clone();
    newer["format"] = "passerby-backup/2".into();
    pair.write(&newer);
    assert!(matches!(pair.refused().await, RestoreError::Newer));

    // 32 MiB instead of 64: {memory_kib: 32768, passes: 3, lanes: 4}.
    let mut weaker = whole.clone();
    weaker["slots"][0]["parameters"] = "o2ptZW1vcnlfa2liGYAAZnBhc3NlcwNlbGFuZXME".into();
    pair.write(&weaker);
    let refused = pair.refused().await;
    assert!(
        matches!(refused, RestoreError::Vault(VaultError::Stretching { memory_kib: 32_768, .. })),
        "{refused:?}"
    );

    // Fields that the passphrase does not depend on: all are bound into the seal.
    for (member, value) in [("made", 1), ("counter", 1)] {
        let mut altered = whole.clone();
        altered[member] = value.into();
        pair.write(&altered);
        assert!(matches!(pair.refused().await, RestoreError::Damaged), "{member}");
    }
    let mut altered = whole.clone();
    altered["epoch"] = 1.into();
    pair.write(&altered);
    assert!(matches!(pair.refused().await, RestoreError::Vault(VaultError::SlotDamaged)));
    let mut altered = whole.clone();
    let slot = altered["slots"][0].clone();
    altered["slots"].as_array_mut().unwrap().push(slot);
    pair.write(&altered);
    assert!(matches!(pair.refused().await, RestoreError::Damaged));
    let mut altered = whole;
    altered["slots"] = Value::Array(Vec::new());
    pair.write(&altered);
    assert!(matches!(pair.refused().await, RestoreError::NoSlot));
}
