//! What can be typed behind `passerby`.

mod answer;
mod care;
mod details;
mod shops;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use answer::{Approve, Browser, Decline};
pub use care::{Backup, ChangePassphrase, Doctor, KeyringWish, Restore, Rotate, Stretching, Words};
pub use details::{Set, Show};
pub use shops::Shops;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  the arguments cannot be read
  3  nothing was sent: the request was refused, does not hold, or the relay server is down or did not take it
  4  it may have arrived: run `passerby retry`, which cannot send it twice
  5  the vault or the backup cannot be opened: wrong passphrase, in use, not there, damaged, something else
  6  `passerby doctor` found something that needs your care

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
    /// Also trust the certificates of these authorities (PEM), for those who ask by a certificate
    #[arg(long, global = true, env = "PASSERBY_TRUST_ANCHORS", hide_env_values = true, value_name = "FILE")]
    pub trust_anchors: Option<PathBuf>,
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
    Init {
        /// How much work each opening is, for you and for whoever guesses
        #[arg(long, value_enum, default_value_t)]
        stretching: Stretching,
    },
    /// Save a detail of yours, or several
    #[command(after_help = "\
Names are those of OpenID Connect: name, given_name, family_name, email, phone_number, birthdate,
address.street_address, address.postal_code, address.locality, address.region, address.country ..

Examples:
  passerby set email                     asks for the value, so that it is not in the shell's history
  passerby set name 'Ada Passerby'
  passerby set address.street_address -  reads the value from standard input
  passerby set --file details.json       {\"name\": \"Ada\", \"address\": {\"postal_code\": \"01234\"}}
  passerby set email --label work        a second value beside the first; `address` may have labels too
  passerby set email --label work --default
  passerby set phone_number --sensitive  hidden by `show`; sending it asks for the passphrase again
  passerby set --undo email              the former value comes back; again, and it goes
  passerby set --remove phone_number     with its history
  passerby set --remove address --label mum

Former values are kept, sealed, up to twenty of each detail: `passerby show --history email`. \
What is replaced or removed is overwritten in the file; that no sealed remnant of it can be opened, not even \
from an old copy of the disk, takes a rotation of the vault's key.")]
    Set(Set),
    /// Show your saved details
    #[command(after_help = "\
Examples:
  passerby show
  passerby show email
  passerby show address.postal_code --label work
  passerby show --history email
  passerby show birthdate --reveal")]
    Show(Show),
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
It first says who asks, for what, why and for how long. On a terminal it then asks; in a script it sends. \
Needed details always go. Details that are your choice go only when you name them.

Examples:
  passerby approve                     the only waiting request, nothing that is your choice
  passerby approve 3 --only email
  passerby approve 3 --use email=work --use address=home
  passerby approve 3 --less birthdate=age_over_18 --less address=country
  passerby approve 3 --all --json
  passerby approve 3 --stranger        the shop does not learn that it is you again

What is sensitive goes only after you gave the passphrase for it, at the terminal or by --passphrase-file.")]
    Approve(Approve),
    /// Refuse a request; the shop is not told why
    #[command(after_help = "\
Examples:
  passerby decline
  passerby decline 3
  passerby decline 3 --always          and from now on fetch nothing for a link of this host")]
    Decline(Decline),
    /// Send again what may not have arrived: the same bytes, so that nothing can be sent twice
    Retry(Browser),
    /// List the shops that you have met, and what each was given
    #[command(after_help = "\
Examples:
  passerby shops
  passerby shops --block shoes.example      refuse all its requests from now on
  passerby shops --unblock shoes.example")]
    Shops(Shops),
    /// Show what happened, without any value
    Activity {
        /// First ask the relay servers whether shops have opened what you sent
        #[arg(long)]
        refresh: bool,
    },
    /// Write everything into one encrypted file, now or after each change
    #[command(after_help = "\
The file opens with your passphrase or your 24 words, on any computer. Its format is open: docs/vault-format.md. \
A former backup of the same wallet is kept beside it, with `.previous` behind its name.

Examples:
  passerby backup --to /media/stick/passerby.json
  passerby backup --automatic ~/Documents/Backups    from now on after each change
  passerby backup                                    now, into that folder")]
    Backup(Backup),
    /// Show your spare key: 24 words to write on paper
    #[command(after_help = "\
The 24 words bring back your names in shops and open your backup. They do not contain your address: keep the \
backup file as well. Whoever has them is you at every shop.

Examples:
  passerby words
  passerby words --check               asks for two of them")]
    Words(Words),
    /// Make the wallet anew from its backup, or from your 24 words alone
    #[command(after_help = "\
Everything in the backup is checked before anything is written. With --replace the vault that is there is kept beside \
the restored one; nothing is deleted.

With the words alone, without a backup, your names in shops come back at once, and what you gave to a shop when you \
meet it again. Your details do not.

Examples:
  passerby restore /media/stick/passerby.json
  passerby --vault ~/new/vault.db restore passerby.json --words < sheet-of-words.txt
  passerby restore --words                           the words alone")]
    Restore(Restore),
    /// Change your passphrase; with --words when you forgot it
    #[command(after_help = "\
The old passphrase does not open this vault any more. Older copies of the file and older backups still open with it.

Examples:
  passerby passphrase
  passerby passphrase --words          forgotten: your 24 words open the vault instead
  passerby passphrase --words --new-passphrase-file FILE < sheet-of-words.txt")]
    Passphrase(ChangePassphrase),
    /// Let this computer's keyring open your vault without asking, or stop that
    #[command(after_help = "\
A keyring opens the vault while you are logged in. That protects a computer that is switched off, and against its other \
users; not against programs that run as you, nor against whoever sits at your unlocked screen. Your passphrase always \
opens the vault, and you need it when the keyring forgets.

Examples:
  passerby keyring                     says how it is now
  passerby keyring on
  passerby keyring off")]
    Keyring {
        /// What to do
        #[arg(value_enum, default_value_t)]
        wish: KeyringWish,
    },
    /// Make a new key for your vault: everything in it is sealed anew
    #[command(after_help = "\
Do this when somebody may have had your passphrase, or a copy of the file together with something that opens it. From \
then on that opens nothing new. Older copies of the file and older backups open as before: delete those you can.

Examples:
  passerby rotate
  passerby --passphrase-file FILE rotate --yes")]
    Rotate(Rotate),
    /// Say how your vault is: whole, readable, with which ways in
    #[command(after_help = "\
Each line is `fine`, a `note`, or needs CARE and says what to do. Nothing is mended unasked, and no value is printed.
With --json: {\"vault\", \"schema\", \"fine\", \"wholeness\", \"damaged\", \"accepted\", \"removed\", \"findings\": [{\"check\", \
\"weight\", \"text\", \"next\"}]}; wholeness is whole, unanchored, altered, rolled-back or replaced, weight fine, note or care.
Exit code 0: all is well. 6: something needs care. 5: the vault cannot be opened.

Examples:
  passerby doctor
  passerby doctor --accept             after it said that the vault is not what it was
  passerby doctor --remove-damaged")]
    Doctor(Doctor),
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
