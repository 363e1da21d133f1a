//! `passerby-shop open`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use passerby_protocol::reveal::Disclosure;
use passerby_protocol::time::Clock as _;
use passerby_shop::keys_folder::{RELEASE_KEYS, read_text, read_text_from};
use passerby_shop::label::write_label;
use passerby_shop::open::{OpenError, open_release};
use passerby_shop::release_keys::ReleaseKeys;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Folder;
use crate::clock::SystemClock;
use crate::ending::Failure;
use crate::screen::print;

const EXAMPLES: &str = "\
Examples:
  passerby-shop open --order order-1042.json --release release-1042.jwe --release-keys release-keys.jwks
  curl .. | passerby-shop open --order order-1042.json --release - --json

The values are printed on standard output and stored nowhere. Where they go from there is up to you: not into a file that stays.
The order's record and the release come from the shop, which fetches the release through the relay; the customer can see that.";

const WARNING: &str = "\
Answered by another wallet than Passerby. Nothing but the relay's word says that this comes from the customer: compare it with \
what you know of the order before you send anything.";

/// What is printed with `--json`.
#[derive(Serialize)]
struct Opened<'a> {
    answered_by: &'static str,
    opened: BTreeMap<&'a str, &'a str>,
}

/// Open what a customer sent with an order, and print it as a label.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The order's record, as the shop stored it (JSON).
    #[arg(long, value_name = "FILE")]
    order: PathBuf,
    /// The sealed release (a JWE); - reads it from standard input.
    #[arg(long, value_name = "FILE")]
    release: PathBuf,
    /// The shop's private release keys; without it those in the keys' folder.
    #[arg(long, value_name = "FILE")]
    release_keys: Option<PathBuf>,
    #[command(flatten)]
    folder: Folder,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let file = arguments.release_keys.clone().unwrap_or_else(|| arguments.folder.dir.join(RELEASE_KEYS));
    let keys = ReleaseKeys::parse(&read_text(&file)?)
        .with_context(|| format!("tried to read {}", file.display()))?;
    let order = read_text(&arguments.order)?;
    let release = if arguments.release == Path::new("-") {
        read_text_from(io::stdin().lock()).context("tried to read the release from standard input")?
    } else {
        read_text(&arguments.release)?
    };
    let opened = open_release(&order, &release, &keys, SystemClock.now()).map_err(|wrong| match wrong {
        OpenError::Refused(refused) => {
            Failure::Refused { word: refused.word(), message: refused.to_string(), told: false }
        }
        other => Failure::from(
            anyhow::Error::from(other).context(format!("tried to read {}", arguments.order.display())),
        ),
    })?;
    // On the other stream, since labels go to a printer.
    if opened.by_another_wallet && !json {
        eprintln!("{WARNING}");
    }
    let printed = if json { write_json(&opened)? } else { write_label(&opened) };
    print(&printed)
}

fn write_json(opened: &Disclosure) -> anyhow::Result<Zeroizing<String>> {
    let opened = Opened {
        answered_by: if opened.by_another_wallet { "another-wallet" } else { "passerby" },
        opened: opened.values.iter().map(|(claim, value)| (claim.as_str(), value.expose())).collect(),
    };
    // A release is 64 KiB at most, and an escaped byte six: the buffer never grows, so nothing of it stays behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(6 << 16));
    serde_json::to_writer(&mut *bytes, &opened)?;
    bytes.push(b'\n');
    Ok(Zeroizing::new(std::str::from_utf8(&bytes)?.to_owned()))
}
