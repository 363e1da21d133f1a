//! `passerby-shop thumbprint`.

use std::path::PathBuf;

use passerby_protocol::keys::{Jkt, ReleasePublicKey};
use passerby_shop::keys_folder::{KeysFolder, NEXT_ROOT_KEY, STATEMENT};
use passerby_shop::root_key;
use passerby_shop::statement_file;
use serde_json::json;

use super::Folder;
use super::statement::refused;
use crate::ask::ask_passphrase;
use crate::ending::Failure;
use crate::screen::{print, print_json};

const EXAMPLES: &str = "\
Examples:
  passerby-shop thumbprint --dir keys
  passerby-shop thumbprint --dir keys --next      (asks for the passphrase)";

/// Print the thumbprints of the shop's public keys: of the root for the relay's admin, of the others for --revoke.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Also that of the announced next root key, which takes the passphrase.
    #[arg(long)]
    next: bool,
    /// Read the passphrase from this file instead of the terminal.
    #[arg(long, value_name = "FILE", requires = "next")]
    passphrase_file: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let folder = KeysFolder::open(&arguments.folder.dir)?;
    let parsed = statement_file::read(&folder.read(STATEMENT)?).map_err(refused)?;
    let (root, statement) = (parsed.root_jkt(), parsed.statement());
    let next_root: Option<Jkt> = if arguments.next {
        let pem = folder.read(NEXT_ROOT_KEY)?;
        let passphrase = ask_passphrase(arguments.passphrase_file.as_deref())?;
        Some(root_key::unlock(&pem, &passphrase)?.public().jkt())
    } else {
        None
    };
    let release: Vec<Jkt> = statement
        .release_keys
        .iter()
        .filter_map(|jwk| serde_json::from_value::<ReleasePublicKey>(jwk.clone()).ok())
        .map(|key| key.jkt())
        .collect();

    if json {
        let printed = json!({
            "root_jkt": root,
            "next_root_jkt": next_root,
            "request_jkts": statement.request_jkts,
            "release_jkts": release,
            "revoked_jkts": statement.revoked_jkts,
        });
        return print_json(&printed);
    }
    let listed = [
        ("root key", std::slice::from_ref(&root)),
        ("next root key", next_root.as_slice()),
        ("request key", &statement.request_jkts),
        ("release key", &release),
        ("key taken back", &statement.revoked_jkts),
    ];
    let lines =
        listed.iter().flat_map(|(what, jkts)| jkts.iter().map(move |jkt| format!("{what:<17} {jkt}\n")));
    print(&lines.collect::<String>())
}
