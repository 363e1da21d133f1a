//! The keys that releases lie under.

use super::finding::Finding;
use crate::commands::migrate::open_store;
use crate::config::Config;
use crate::period::{KeyTrouble, Openable, look as look_at_keys};
use crate::shop::unreachable::Trouble;

const ABOUT: &str = "period keys";

/// To be called when the database can be used.
pub async fn look(config: &Config) -> Vec<Finding> {
    let folder = config.keys_folder();
    let shown = folder.path().display();
    let Ok(store) = open_store(config).await else { return Vec::new() };
    let found = if folder.is_there() { folder.make().map_err(KeyTrouble::from) } else { Ok(()) };
    let found = match found {
        Ok(()) => look_at_keys(&*store, &folder).await,
        Err(trouble) => Err(trouble),
    };
    store.close().await;
    let found = match found {
        Ok(found) => found,
        Err(trouble) => {
            let cause = std::error::Error::source(&trouble).map(ToString::to_string).unwrap_or_default();
            let trouble = Trouble::new(
                format!("{trouble} ({cause})"),
                format!("Give {shown} to the relay's user alone, or put back your copy of it."),
            );
            return vec![Finding::mend(ABOUT, trouble)];
        }
    };
    let mut findings = Vec::new();
    let Openable { newest, open, lost, missing } = &found;
    match newest {
        None => findings.push(Finding::ok(ABOUT, "none yet; the first period begins when the relay serves")),
        Some((number, _)) if !found.can_seal() => findings.push(Finding::mend(
            ABOUT,
            Trouble::new(
                format!("the key of period {number} is not in {shown}, and no answer can be taken"),
                "Copy the keys folder from the relay that began it, or put back your copy; if it is lost, run `passerby-relay keys renew-period`.",
            ),
        )),
        Some((number, _)) => {
            findings.push(Finding::ok(ABOUT, format!("period {number}; {open} releases open with what is in {shown}")));
        }
    }
    if *lost > 0 {
        let periods: Vec<_> = missing.iter().map(ToString::to_string).collect();
        let what = format!(
            "{lost} releases do not open: the keys of these periods are not in {shown}: {}",
            periods.join(", ")
        );
        let mend = "If a copy of the folder has them, put them beside the others. If not, they go when their time is over.";
        findings.push(Finding::look(ABOUT, Trouble::new(what, mend)));
    }
    findings
}
