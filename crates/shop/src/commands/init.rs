//! `passerby-shop init`.

use std::path::{Path, PathBuf};

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::ReleasePublicKey;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_shop::date::write_date;
use passerby_shop::first_keys::{FirstKeys, NewShop, make_first_keys};
use passerby_shop::keys_folder::{
    DRAFT, KeysFolder, NEXT_ROOT_KEY, RELEASE_KEYS, REQUEST_KEY, ROOT_KEY, STATEMENT,
};
use serde_json::json;

use super::Folder;
use crate::ask::ask_new_passphrase;
use crate::clock::SystemClock;
use crate::ending::Failure;
use crate::screen::{print, print_json};

/// A name and an address to deliver to, with the ways to tell the customer about the parcel.
const USUAL_FOR_A_DELIVERY: &str = "name,email,phone_number,address.street_address,address.postal_code,address.locality,address.region,address.country";

const EXAMPLES: &str = "\
Examples:
  passerby-shop init --sector shoes.example --name \"Shoes & Sons\" --policy https://shoes.example/privacy
  passerby-shop init --sector shoes.localhost:4001 --name Shoes --policy http://shoes.localhost:4001/privacy \\
      --dir keys --passphrase-file passphrase.txt --json

It never overwrites anything: the folder must not exist yet, or be empty.";

/// Make the keys of a shop and sign its first Statement.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The shop's host name, as customers see it in the address bar; in development with its port.
    #[arg(long, value_name = "HOST", value_parser = Sector::parse)]
    sector: Sector,
    /// What the shop calls itself, 1 to 80 characters.
    #[arg(long)]
    name: String,
    /// The address of the shop's privacy policy.
    #[arg(long, value_name = "URL")]
    policy: String,
    /// What the shop may ask for, separated by commas.
    #[arg(long, value_name = "CLAIMS", value_delimiter = ',', value_parser = ClaimName::parse, default_value = USUAL_FOR_A_DELIVERY)]
    claims: Vec<ClaimName>,
    /// The longest time it may ask to keep an answer, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3650))]
    retention_max: u32,
    #[command(flatten)]
    folder: Folder,
    /// Read the passphrase for the root keys from this file instead of the terminal.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments, json: bool) -> Result<(), Failure> {
    let dir = arguments.folder.dir;
    // Before anybody thinks of a passphrase.
    KeysFolder::check_free(&dir)?;
    let passphrase = ask_new_passphrase(arguments.passphrase_file.as_deref())?;
    let shop = NewShop {
        sector: arguments.sector,
        name: arguments.name,
        policy_uri: arguments.policy,
        allowed_claims: arguments.claims,
        retention_max: arguments.retention_max,
    };
    let made = make_first_keys(&dir, shop, &passphrase, SystemClock.now(), &mut rand::rng())?;
    if json { tell_program(&dir, &made) } else { tell_person(&dir, &made) }
}

fn tell_program(dir: &Path, made: &FirstKeys) -> Result<(), Failure> {
    let file = |name: &str| dir.join(name);
    let statement = made.statement.statement();
    print_json(&json!({
        "dir": dir,
        "sector": statement.iss,
        "root_jkt": made.root_jkt,
        "next_root_jkt": made.next_root_jkt,
        "request_jkt": made.request_jkt,
        "release_jkts": made.release_keys.iter().map(ReleasePublicKey::jkt).collect::<Vec<_>>(),
        "statement": { "seq": statement.seq, "iat": statement.iat, "exp": statement.exp, "sha256": made.statement.sha256() },
        "files": {
            "root_key": file(ROOT_KEY), "next_root_key": file(NEXT_ROOT_KEY), "request_key": file(REQUEST_KEY),
            "release_keys": file(RELEASE_KEYS), "draft": file(DRAFT), "statement": file(STATEMENT),
        },
    }))
}

fn tell_person(dir: &Path, made: &FirstKeys) -> Result<(), Failure> {
    let statement = made.statement.statement();
    let (sector, root) = (&statement.iss, &made.root_jkt);
    print(&format!(
        "Made the keys of {sector} in {dir}

  root-key.pem       signs Statements, locked by your passphrase. Keep it offline, with a copy in another place
  next-root-key.pem  takes over if root-key.pem is lost or stolen, same passphrase. Best kept apart from it
  request-key.jwk    private, for the web server: signs requests
  release-keys.jwks  private, for the packing computer only: opens what customers sent
  statement.json     what the next Statement says: edit it, then run `passerby-shop statement`
  statement.jwt      the Statement, valid until {until}. Public

Next:
  1. Publish statement.jwt at {address}
  2. Copy request-key.jwk and statement.jwt to the web server, release-keys.jwks to the packing computer
  3. Ask the relay's admin to run: passerby-relay shop add {sector}
     That gives a line for you to publish too. Then: passerby-relay shop check {sector} --root-jkt {root}
     (tell the thumbprint by a way that does not lead through the relay or the web server, such as the phone)
  4. Before {until}: passerby-shop statement
",
        dir = dir.display(),
        until = write_date(statement.exp),
        address = sector.statement_address(),
    ))
}
