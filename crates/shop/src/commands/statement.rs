//! `passerby-shop statement`.

use std::path::{Path, PathBuf};

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::Jkt;
use passerby_protocol::time::Clock as _;
use passerby_protocol::verify::StatementRefusal;
use passerby_shop::date::write_date;
use passerby_shop::fact::facts_of;
use passerby_shop::keys_folder::{KeysFolder, STATEMENT, read_text};
use passerby_shop::renewal::{Renewal, Renewed, Wishes};
use passerby_shop::statement_file;
use serde_json::json;

use super::Folder;
use crate::ask::{ask_passphrase, ask_yes};
use crate::clock::SystemClock;
use crate::ending::Failure;
use crate::screen::{print, print_json};

const EXAMPLES: &str = "\
Examples:
  passerby-shop statement                                   the same again, for 180 more days
  passerby-shop statement --claims name,email               other details than before
  passerby-shop statement --new-release-key                 releases are sealed to fresh keys from now on
  passerby-shop statement --new-request-key --revoke JKT    after the web server was broken into
  passerby-shop statement --rollover                        after root-key.pem was lost or stolen
  passerby-shop statement --show statement.jwt              read one and check it, sign nothing

Everything else is edited in statement.json first. The changes are shown before anything is signed.
Publish the new statement.jwt soon: wallets that saw it refuse the old one.";

/// Sign the next Statement, or read one.
///
/// The Statement says which keys may ask customers in the shop's name, for what, and what releases are sealed to. It is valid for 180 days at
/// most, so a new one is signed at least twice a year.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Read a Statement, that of the folder or the one in FILE, and check it. Signs nothing.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "signing")]
    #[expect(clippy::option_option, reason = "clap's way to tell --show from --show FILE")]
    show: Option<Option<PathBuf>>,
    #[command(flatten)]
    signing: Signing,
}

#[derive(clap::Args)]
#[group(id = "signing", multiple = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
struct Signing {
    /// Let this key sign requests too.
    #[arg(long, value_name = "JKT", value_parser = Jkt::parse, allow_hyphen_values = true)]
    add_request_key: Vec<Jkt>,
    /// Take a request key or a release key back, for ever.
    #[arg(long, value_name = "JKT", value_parser = Jkt::parse, allow_hyphen_values = true)]
    revoke: Vec<Jkt>,
    /// Make a new request-key.jwk; the old one stays valid until it is revoked.
    #[arg(long)]
    new_request_key: bool,
    /// Have releases sealed to new keys (HPKE-9 and HPKE-4); the old ones stay in release-keys.jwks for the releases they open.
    #[arg(long)]
    new_release_key: bool,
    /// What the shop may ask for from now on, separated by commas.
    #[arg(long, value_name = "CLAIMS", value_delimiter = ',', value_parser = ClaimName::parse)]
    claims: Option<Vec<ClaimName>>,
    /// For how many days the Statement is valid.
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u8).range(1..=180))]
    days: u8,
    /// Sign with the announced next root key, which becomes the root key; a new next one is made and announced.
    #[arg(long)]
    rollover: bool,
    /// Sign without asking.
    #[arg(long)]
    yes: bool,
    /// Read the passphrase from this file instead of the terminal.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let dir = &arguments.folder.dir;
    match &arguments.show {
        Some(Some(file)) => show(file, json),
        Some(None) => show(&KeysFolder::open(dir)?.path_of(STATEMENT), json),
        None => sign(dir, &arguments.signing, json),
    }
}

/// A refusal of a Statement, as the program ends with it.
pub(super) fn refused(refused: StatementRefusal) -> Failure {
    Failure::Refused { word: refused.word(), message: refused.to_string(), told: false }
}

fn show(file: &Path, json: bool) -> Result<(), Failure> {
    let compact = read_text(file)?;
    let parsed = statement_file::read(&compact).map_err(refused)?;
    let refusal = statement_file::find_refusal(&compact, &parsed, SystemClock.now());
    if json {
        let printed = json!({
            "statement": parsed.statement(),
            "root_jkt": parsed.root_jkt(),
            "sha256": parsed.sha256(),
            "refused": refusal.map(StatementRefusal::word),
        });
        print_json(&printed)?;
    } else {
        let facts: Vec<String> =
            facts_of(parsed.statement()).iter().map(|fact| format!("{fact}\n")).collect();
        print(&format!("{:<21} {}\n{}", "signed by the root", parsed.root_jkt(), facts.concat()))?;
    }
    match refusal {
        Some(refused) => {
            Err(Failure::Refused { word: refused.word(), message: refused.to_string(), told: true })
        }
        None => Ok(()),
    }
}

fn sign(dir: &Path, signing: &Signing, json: bool) -> Result<(), Failure> {
    let folder = KeysFolder::open_alone(dir)?;
    let wishes = Wishes {
        revoke: signing.revoke.clone(),
        add_request_keys: signing.add_request_key.clone(),
        new_request_key: signing.new_request_key,
        new_release_key: signing.new_release_key,
        claims: signing.claims.clone(),
        days: signing.days,
        rollover: signing.rollover,
    };
    let mut rng = rand::rng();
    let renewal = Renewal::plan(&folder, &wishes, SystemClock.now(), &mut rng)?;
    let changes = renewal.changes();

    tell(&renewal, signing);
    if !signing.yes && !ask_yes("Sign this Statement?")? {
        return Err(anyhow::anyhow!("nothing was signed").into());
    }
    let passphrase = ask_passphrase(signing.passphrase_file.as_deref())?;
    let renewed = renewal.sign(&folder, &passphrase, &mut rng)?;
    if json {
        let statement = renewed.statement.statement();
        let printed = json!({
            "signed": {
                "file": folder.path_of(STATEMENT), "sector": statement.iss, "seq": statement.seq, "iat": statement.iat,
                "exp": statement.exp, "sha256": renewed.statement.sha256(),
            },
            "root_jkt": renewed.statement.root_jkt(),
            "next_root_jkt": renewed.next_root_jkt,
            "changes": changes,
        });
        print_json(&printed)
    } else {
        print_next_steps(&folder, signing, &renewed)
    }
}

/// Says what would be signed. On standard error, where the question is asked too.
fn tell(renewal: &Renewal, signing: &Signing) {
    let statement = renewal.statement();
    eprintln!("The next Statement of {} changes:\n", statement.iss);
    for change in renewal.changes() {
        eprintln!("  {change}");
    }
    eprintln!();
    if signing.rollover {
        eprintln!(
            "It is signed by {}, which becomes the root key of this shop. There is no way back.",
            renewal.root_file()
        );
    }
    for claim in renewal.draft().find_unusual_claims() {
        eprintln!(
            "Note: `{claim}` is not a detail that OpenID Connect names, so no wallet may have it. Is it spelled right?"
        );
    }
}

fn print_next_steps(folder: &KeysFolder, signing: &Signing, renewed: &Renewed) -> Result<(), Failure> {
    let statement = renewed.statement.statement();
    let until = write_date(statement.exp);
    let mut steps = vec![format!(
        "Publish {} at {}, and give it to the web server",
        folder.path_of(STATEMENT).display(),
        statement.iss.statement_address(),
    )];
    if signing.new_request_key {
        steps.push("Copy the new request-key.jwk to the web server; then revoke the old key, if that is not done yet".into());
    }
    if signing.new_release_key {
        steps
            .push("Copy release-keys.jwks to the packing computer, before the Statement is published".into());
    }
    if signing.rollover {
        let root = renewed.statement.root_jkt();
        steps.push(format!(
            "Tell the relay's admin that the root is now {root}. The relay follows by itself when the web server comes with this \
             Statement, if it saw the last one"
        ));
        steps.push(
            "Put copies of root-key.pem and the new next-root-key.pem where the old ones were kept".into(),
        );
    }
    let steps: Vec<String> =
        steps.iter().enumerate().map(|(number, step)| format!("  {}. {step}\n", number + 1)).collect();
    let signed = format!("Signed Statement {} of {}, valid until {until}.", statement.seq, statement.iss);
    print(&format!("{signed}\n\nNext:\n{}", steps.concat()))
}
