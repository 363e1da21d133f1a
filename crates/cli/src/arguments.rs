//! What can be typed behind `passerby`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use passerby_protocol::claim::ClaimName;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  the arguments cannot be read
  3  nothing was sent: the request was refused, does not hold, or the relay server is down or did not take it
  4  it may have arrived: run `passerby retry`, which cannot send it twice
  5  the vault cannot be opened: wrong passphrase, in use, not there, not a vault

The vault is $XDG_DATA_HOME/passerby/vault.db unless --vault or PASSERBY_VAULT says otherwise.";

/// The wallet without a window: your details stay on this computer, sealed; a shop asks, you decide.
#[derive(Debug, Parser)]
#[command(name = "passerby", version, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
pub struct Global {
    /// The vault: one encrypted file
    #[arg(long, global = true, env = "PASSERBY_VAULT", hide_env_values = true, value_name = "FILE")]
    pub vault: Option<PathBuf>,
    /// Read the passphrase from the first line of this file instead of asking
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Print one JSON object on standard output and nothing else there; never ask for a decision
    #[arg(long, global = true)]
    pub json: bool,
    /// Say on standard error what the program does, without any value: error, warn, info, debug
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new vault
    #[command(after_help = "Examples:\n  passerby init\n  passerby --vault ~/private/vault.db init")]
    Init,
    /// Save a detail of yours, or several
    #[command(after_help = "\
Names are those of OpenID Connect: name, given_name, family_name, email, phone_number, birthdate,
address.street_address, address.postal_code, address.locality, address.region, address.country ..

Examples:
  passerby set email                     asks for the value, so that it is not in the shell's history
  passerby set name 'Ada Passerby'
  passerby set address.street_address -  reads the value from standard input
  passerby set --file details.json       {\"name\": \"Ada\", \"address\": {\"postal_code\": \"01234\"}}
  passerby set --remove phone_number")]
    Set(Set),
    /// Show your saved details
    #[command(after_help = "Examples:\n  passerby show\n  passerby show email")]
    Show {
        /// Only this one
        #[arg(value_parser = parse_claim)]
        claim: Option<ClaimName>,
    },
    /// Open a shop's link: see who asks, for what, why and for how long
    #[command(after_help = "\
On a terminal it then asks whether to send; pressing Enter sends nothing and keeps the request.

Example:
  passerby open 'passerby://?client_id=verifier_attestation:shop.example&request_uri=https://relay.example/r/..'")]
    Open {
        /// The link, in quotation marks: it begins with passerby:// or openid4vp://
        link: String,
        #[command(flatten)]
        browser: Browser,
    },
    /// List the requests that wait for you
    Requests,
    /// Send what a request needs
    #[command(after_help = "\
It first says who asks, for what, why and for how long. On a terminal it then asks; in a script it sends.
Needed details always go. Details that are your choice go only when you name them.

Examples:
  passerby approve                     the only waiting request, nothing that is your choice
  passerby approve 3 --only email
  passerby approve 3 --all --json")]
    Approve(Approve),
    /// Refuse a request; the shop is not told why
    #[command(after_help = "Examples:\n  passerby decline\n  passerby decline 3")]
    Decline {
        /// The request's number
        request: Option<u32>,
    },
    /// Send again what may not have arrived: the same bytes, so that nothing can be sent twice
    Retry(Browser),
    /// List the shops that you have met, and what each was given
    Shops {
        /// First ask the relay servers whether shops have opened what you sent
        #[arg(long)]
        refresh: bool,
    },
    /// Show what happened, without any value
    Activity {
        /// First ask the relay servers whether shops have opened what you sent
        #[arg(long)]
        refresh: bool,
    },
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  passerby completions bash > ~/.local/share/bash-completion/completions/passerby"
    )]
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Write the manual pages into a folder
    #[command(after_help = "Example:\n  passerby man ~/.local/share/man/man1")]
    Man {
        /// Into which folder; it must be there
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Set {
    /// Which detail
    #[arg(value_parser = parse_claim, required_unless_present = "file")]
    pub claim: Option<ClaimName>,
    /// Its value; `-` reads it from standard input; without it you are asked
    #[arg(conflicts_with = "remove")]
    pub value: Option<String>,
    /// Save all details of a JSON file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["claim", "value", "remove"])]
    pub file: Option<PathBuf>,
    /// Forget this detail
    #[arg(long)]
    pub remove: bool,
}

#[derive(Debug, Args)]
pub struct Approve {
    /// The request's number; may be left out when only one waits
    pub request: Option<u32>,
    /// Which of the details that are your choice go, separated by commas
    #[arg(long, value_parser = parse_claim, value_delimiter = ',', value_name = "DETAILS", conflicts_with = "all")]
    pub only: Option<Vec<ClaimName>>,
    /// Send all details that are your choice, as far as you have saved them
    #[arg(long)]
    pub all: bool,
    /// Do not ask on a terminal either
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub browser: Browser,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Browser {
    /// Open the way back into the shop in the default browser
    #[arg(long)]
    pub browser: bool,
}

fn parse_claim(text: &str) -> Result<ClaimName, String> {
    ClaimName::parse(text).map_err(|refused| refused.to_string())
}
