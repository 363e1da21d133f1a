//! What lies around the vault: who may read it, room on its disk, copies beside it. Looked at from outside; nothing is
//! opened or changed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::finding::Finding;

/// Below this the next weeks of ordinary use may fail.
#[cfg(target_os = "linux")]
const LITTLE_ROOM: u64 = 16 * 1024 * 1024;

/// All that can be told of a vault that is closed.
pub fn look(vault: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(find_readers(vault));
    findings.extend(find_room(vault));
    findings.extend(find_copies(vault));
    findings
}

fn beside(vault: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(vault);
    name.push(ending);
    PathBuf::from(name)
}

/// Whether somebody else on this computer may read the vault, or put another in its place.
#[cfg(unix)]
fn find_readers(vault: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| std::fs::metadata(path).ok().map(|found| found.permissions().mode());
    let open: Vec<_> = ["", "-wal", "-shm", ".lock"]
        .iter()
        .map(|ending| beside(vault, ending))
        .filter(|path| mode(path).is_some_and(|mode| mode & 0o077 != 0))
        .map(|path| format!("'{}'", path.display()))
        .collect();
    if !open.is_empty() {
        return Some(Finding::care(
            "files",
            "Other users of this computer may read the vault's file. It is sealed, but nobody else needs it.",
            format!("chmod 600 {}", open.join(" ")),
        ));
    }
    // A bare name lies in the folder that one stands in.
    let folder = vault.parent()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mode = mode(folder)?;
    let writable = mode & 0o022 != 0;
    // Such a folder (/tmp) lets everybody put files in, and nobody take another's away.
    let sticky = mode & 0o1000 != 0;
    Some(if writable && !sticky {
        Finding::care(
            "files",
            "Other users of this computer may put another file in the place of your vault.",
            format!("chmod 700 '{}'", folder.display()),
        )
    } else {
        Finding::fine("files", "Only you may read the vault's file.")
    })
}

/// Other systems decide by the folder it is in.
#[cfg(not(unix))]
fn find_readers(_vault: &Path) -> Option<Finding> {
    None
}

/// Whether there is room to write, and to write everything anew.
#[cfg(target_os = "linux")]
fn find_room(vault: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(vault).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let size = std::fs::metadata(vault).ok()?.len();
    let mebibytes = free / (1024 * 1024);
    Some(if free < LITTLE_ROOM.max(size.saturating_mul(3)) {
        Finding::care(
            "room",
            format!("The disk is nearly full: {mebibytes} MiB are free."),
            "Make room on it, or changes will fail.",
        )
    } else {
        Finding::fine("room", "There is room on the disk.")
    })
}

#[cfg(not(target_os = "linux"))]
fn find_room(_vault: &Path) -> Option<Finding> {
    None
}

/// The copy that was made before the vault was brought up from an older program's layout.
fn find_copies(vault: &Path) -> Option<Finding> {
    // Copies are named by the layout they have, and those are counted from one.
    let copy = (1..passerby_wallet::SCHEMA)
        .map(|schema| beside(vault, &format!(".schema-{schema}")))
        .find(|copy| copy.exists())?;
    Some(Finding::note(
        "copy",
        "A copy from before the vault was brought up to date lies beside it. It opens with the passphrase of then.",
        format!("When all is well, delete it: rm '{}'", copy.display()),
    ))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_or_folder_that_others_may_use_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault.db");
        std::fs::write(&vault, "sealed").unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&vault, 0o600);
        for (file, around, care) in [
            (0o600, 0o700, false),
            (0o600, 0o755, false),
            (0o640, 0o700, true),
            (0o604, 0o700, true),
            (0o600, 0o777, true),
            (0o600, 0o1777, false),
        ] {
            set(&vault, file);
            set(folder.path(), around);
            let found = find_readers(&vault).unwrap();
            assert_eq!(found.needs_care(), care, "{file:o} in {around:o}: {found:?}");
        }
    }

    #[test]
    fn a_vault_without_a_folder_lies_in_the_present_one() {
        let found = |vault: &str| find_readers(Path::new(vault)).map(|found| found.needs_care());
        assert!(found("no-vault.db").is_some());
        assert_eq!(found("no-vault.db"), found("./no-vault.db"));
    }

    #[test]
    fn a_copy_beside_the_vault_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault.db");
        assert!(find_copies(&vault).is_none());
        std::fs::write(beside(&vault, ".schema-1"), "").unwrap();
        assert!(find_copies(&vault).is_some_and(|found| !found.needs_care()));
    }
}
