//! A marker is kept in the vault and looked for in every file the vault wrote, at every moment they look different.

use std::fs;
use std::path::Path;

use crate::parts::{Attribute, Home, NOW};

const MARKER: &str = "Quaggamarker-8842";

/// The marker's spellings: plain, UTF-16, hexadecimal.
fn spellings() -> Vec<Vec<u8>> {
    let utf16 = MARKER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = MARKER.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    vec![MARKER.as_bytes().to_vec(), utf16, hex.to_uppercase().into_bytes(), hex.into_bytes()]
}

/// The names of the files under a folder that hold the marker, and how many files there are.
fn scan(folder: &Path) -> (Vec<String>, usize) {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let leaks = files.iter().filter(|file| {
        let bytes = fs::read(file).unwrap();
        spellings().iter().any(|spelling| bytes.windows(spelling.len()).any(|window| window == spelling))
    });
    (leaks.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect(), files.len())
}

#[tokio::test]
async fn nothing_that_is_kept_stands_in_any_file() {
    let mut home = Home::new();
    let vault = home.create().await;
    let folder = home.path.parent().unwrap().to_owned();

    let mut ids = Vec::new();
    for n in 0..40 {
        let attribute = Attribute::new(MARKER, &format!("{MARKER} {n} ").repeat(n * 20));
        ids.push(vault.insert(&attribute, NOW, &mut home.rng).await.unwrap());
    }
    for id in &ids[..20] {
        vault.update(*id, &Attribute::new("gone", MARKER), &mut home.rng).await.unwrap();
    }
    for id in &ids[10..15] {
        vault.remove(*id).await.unwrap();
    }
    // The control of the vault: the marker is really in there.
    assert_eq!(vault.load::<Attribute>(ids[39]).await.unwrap().unwrap().claim, MARKER);
    let (leaks, files) = scan(&folder);
    assert!(files >= 3, "open, the vault has a log and a lock beside it");
    assert_eq!(leaks, Vec::<String>::new());
    // Nor is the kind of a record told.
    let kinds = fs::read(&home.path).unwrap();
    assert!(!kinds.windows(9).any(|window| window == b"attribute"));

    vault.lock().await.unwrap();
    assert_eq!(scan(&folder), (Vec::new(), 2));

    // The control of the scan: it finds a careless file in each spelling.
    for (n, spelling) in spellings().into_iter().enumerate() {
        let careless = folder.join(format!("careless-{n}"));
        fs::write(&careless, [b"..".to_vec(), spelling, b"..".to_vec()].concat()).unwrap();
        assert_eq!(scan(&folder).0, [format!("careless-{n}")]);
        fs::remove_file(careless).unwrap();
    }
}

#[tokio::test]
async fn a_row_s_size_tells_only_its_bucket() {
    let mut home = Home::new();
    let vault = home.create().await;
    for value in ["", "a", &"b".repeat(150)] {
        vault.insert(&Attribute::new("v", value), NOW, &mut home.rng).await.unwrap();
    }
    vault.lock().await.unwrap();
    assert_eq!(home.alter("DELETE FROM record WHERE length(blob) = 24 + 256 + 16").await, 3);
}
