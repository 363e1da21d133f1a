//! What an open wallet says about itself, in plain words.

use passerby_wallet::{AutomaticBackup, Health, Opens, Stretching, VaultError, Wholeness};

use crate::finding::Finding;
use crate::moment::day;

/// All findings about an open wallet. `keyring` is what the keyring at hand answers, if it is to open the vault.
pub fn of(health: &Health, keyring: Option<Result<(), VaultError>>) -> Vec<Finding> {
    let mut findings = vec![whole(health.wholeness), readable(health.damaged)];
    findings.extend(health.ways.iter().filter_map(|way| passphrase(&way.opens)));
    findings.push(words(health));
    findings.extend(copies(health.due_copies));
    findings.push(by_keyring(health, keyring));
    findings.extend(health.ways.iter().filter_map(|way| strange(&way.opens)));
    findings.push(backup(health.backup.as_ref()));
    findings.push(match health.ahead {
        None => Finding::fine("clock", "The clock of this computer fits what is in the vault."),
        Some(newest) => Finding::care(
            "clock",
            format!(
                "The newest record was made on {}, which is still to come by this computer's clock.",
                day(newest)
            ),
            "Set the clock right: shops refuse answers from another time.",
        ),
    });
    findings
}

/// The word for machines.
pub const fn word(wholeness: Wholeness) -> &'static str {
    match wholeness {
        Wholeness::Whole => "whole",
        Wholeness::Unanchored => "unanchored",
        Wholeness::Altered => "altered",
        Wholeness::RolledBack { .. } => "rolled-back",
        Wholeness::Replaced => "replaced",
        _ => "unknown",
    }
}

/// What it means that a vault is not what it was, for the one who is to accept it.
pub fn meaning(wholeness: Wholeness) -> String {
    match wholeness {
        Wholeness::RolledBack { file, anchor } => format!(
            "This is an older state of your vault: the last {} changes are missing. Perhaps the file came out of a backup.",
            anchor.saturating_sub(file)
        ),
        Wholeness::Replaced => {
            "Your vault was changed in two places, and this is not the one that was last used here."
                .to_owned()
        }
        _ => "Something other than Passerby removed, added or put back records or ways in.".to_owned(),
    }
}

fn whole(found: Wholeness) -> Finding {
    let accept = "Read it all you like; nothing can be changed until you decide. A newer copy or a backup may be \
                  better. To take it as it is: passerby doctor --accept";
    match found {
        Wholeness::Whole => {
            Finding::fine("whole", "The vault is whole, and the newest that this computer knows.")
        }
        // Without a keyring there is nothing outside the file, which is said where the keyring is.
        Wholeness::Unanchored => {
            Finding::fine("whole", "The vault is whole: nothing in it was removed or put back.")
        }
        other => Finding::care("whole", meaning(other), accept),
    }
}

fn readable(damaged: usize) -> Finding {
    if damaged == 0 {
        return Finding::fine("records", "Every record in it can be read.");
    }
    let many = if damaged == 1 { "One record".to_owned() } else { format!("{damaged} records") };
    Finding::care(
        "records",
        format!(
            "{many} cannot be opened; all others can. What was in there may be in a backup or an older copy."
        ),
        "To remove what cannot be opened: passerby doctor --remove-damaged",
    )
}

fn passphrase(opens: &Opens) -> Option<Finding> {
    let Opens::Passphrase(stretching) = opens else { return None };
    let cost = format!("{} MiB of memory, {} passes", stretching.memory_kib() / 1024, stretching.passes());
    Some(if *stretching == Stretching::FLOOR {
        Finding::note(
            "passphrase",
            format!("A passphrase opens it. Each guess costs the least that is accepted: {cost}."),
            "If this computer can do more: passerby passphrase",
        )
    } else {
        Finding::fine("passphrase", format!("A passphrase opens it. Each guess costs {cost}."))
    })
}

fn words(health: &Health) -> Finding {
    if !health.ways.iter().any(|way| way.opens == Opens::Words) {
        return Finding::note(
            "words",
            "Your 24 words do not open it: an older program made it.",
            "To let them in and write them down: passerby words",
        );
    }
    match health.spare_key.sentence() {
        None => Finding::fine("words", "Your 24 words open it too, and you have them on paper."),
        Some(sentence) => Finding::note("words", sentence, health.spare_key.next_step()),
    }
}

/// Copies that wait for their relays; nothing when there are none.
fn copies(due: usize) -> Option<Finding> {
    let many = match due {
        0 => return None,
        1 => "One copy".to_owned(),
        more => format!("{more} copies"),
    };
    Some(Finding::note(
        "copies",
        format!("{many} for your spare key could not be left at a relay server yet."),
        "To try again: passerby retry",
    ))
}

fn backup(automatic: Option<&AutomaticBackup>) -> Finding {
    let Some(AutomaticBackup { file, failing }) = automatic else {
        return Finding::note(
            "backup",
            "No backup is written by itself. If this computer breaks, your details are gone.",
            "To write one after each change: passerby backup --automatic FOLDER",
        );
    };
    match failing {
        None => Finding::fine("backup", format!("A backup is written after each change: {}", file.display())),
        Some((since, trouble)) => Finding::care(
            "backup",
            format!(
                "The backup {} could not be written since {}: {}.",
                file.display(),
                day(*since),
                trouble.reason()
            ),
            "Once that is mended: passerby backup. To another place: passerby backup --automatic FOLDER",
        ),
    }
}

fn by_keyring(health: &Health, answer: Option<Result<(), VaultError>>) -> Finding {
    let store = health.ways.iter().find_map(|way| match &way.opens {
        Opens::Keyring(store) => Some(store),
        _ => None,
    });
    match (store, answer) {
        (None, _) | (Some(_), None) => Finding::fine(
            "keyring",
            "No keyring opens it. So nothing on this computer would notice an older copy of the whole file.",
        ),
        (Some(store), Some(Ok(()))) if health.wholeness == Wholeness::Unanchored => Finding::note(
            "keyring",
            format!("This computer's keyring ({store}) opens it, and remembers its state from now on."),
            "",
        ),
        (Some(store), Some(Ok(()))) => Finding::fine(
            "keyring",
            format!("This computer's keyring ({store}) opens it and remembers its state."),
        ),
        (Some(store), Some(Err(trouble))) => {
            let why = match trouble {
                VaultError::Keyring(trouble) => trouble.to_string(),
                other => other.to_string(),
            };
            Finding::care(
                "keyring",
                format!("A keyring ({store}) is to open it, and does not: {why}. Your passphrase does."),
                "To let this computer's keyring in anew: passerby keyring on. To do without: passerby keyring off",
            )
        }
    }
}

fn strange(opens: &Opens) -> Option<Finding> {
    match opens {
        Opens::Unknown(kind) => Some(Finding::note(
            "ways",
            format!("A newer program has added a way in ({kind}). It was left alone."),
            "",
        )),
        Opens::Nothing(kind) => Some(Finding::care(
            "ways",
            format!("A way into it is damaged ({kind})."),
            "A new passphrase makes that one anew: passerby passphrase",
        )),
        _ => None,
    }
}
