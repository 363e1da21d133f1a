//! What stands on this computer: the key, and room on the disk.

use passerby_protocol::time::Timestamp;

use super::finding::Finding;
use crate::commands::key_file;
use crate::config::Config;
use crate::meters::find_free_bytes;
use crate::shop::unreachable::Trouble;

pub fn look_at_key(config: &Config, now: Timestamp) -> Finding {
    let path = &config.identity.key;
    match key_file::read(path) {
        Ok(held)
            if held.iter().any(|held| held.published_until.is_some_and(|until| until <= now.seconds())) =>
        {
            let what = format!("{} holds a signing key that nobody needs any more", path.display());
            Finding::look("key", Trouble::new(what, "Run `passerby-relay keys retire`, which destroys it."))
        }
        Ok(_) => Finding::ok("key", format!("{} is there and its owner's only", path.display())),
        Err(error) => Finding::mend(
            "key",
            Trouble::new(
                format!("{error:#}"),
                "Give it to its owner only (chmod 600), or put back your copy; a new key is one that no wallet knows.",
            ),
        ),
    }
}

/// Below this, SQLite's next large write may fail.
const TOO_LITTLE: u64 = 100 << 20;
/// Below this, somebody should think of it.
const LITTLE: u64 = 1 << 30;

pub fn look_at_room(config: &Config) -> Finding {
    let folder = config.store.find_folder();
    let about = "disk";
    let mend =
        "Make room, or move the database to a larger disk: a relay that cannot write takes no answers.";
    match find_free_bytes(folder) {
        Ok(free) => {
            let what = format!("{} MiB free at {}", free >> 20, folder.display());
            match free {
                0..TOO_LITTLE => Finding::mend(about, Trouble::new(what, mend)),
                TOO_LITTLE..LITTLE => Finding::look(about, Trouble::new(what, mend)),
                _ => Finding::ok(about, what),
            }
        }
        Err(error) => {
            let what = format!("the room at {} cannot be seen ({error})", folder.display());
            Finding::look(about, Trouble::new(what, "See that the folder is there and can be read."))
        }
    }
}
