//! The command line of `passerby-relay`.

mod backup;
mod keys;
mod shop;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::Jkt;
use passerby_protocol::sector::Sector;

pub use backup::{BackupArgs, RestoreArgs};
pub use keys::KeysCommand;
pub use shop::ShopCommand;

use crate::config::{find_config_file, find_config_folder};

/// What `--help` ends with.
const AFTER: &str = "\
Examples:
  passerby-relay init --dir /etc/passerby-relay --issuer https://relay.example
  passerby-relay shop add shop.example
  passerby-relay serve --config /etc/passerby-relay/relay.toml
  passerby-relay doctor --config /etc/passerby-relay/relay.toml

Exit codes:
  0  done
  1  it was tried and failed
  2  the command line is wrong
  3  the configuration, the key or the database cannot be used";

/// Carries sealed releases between wallets and shops, and cannot open them.
#[derive(Debug, Parser)]
#[command(name = "passerby-relay", version, after_help = AFTER, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a configuration, a signing key and a database
    ///
    /// On a terminal and without --issuer it asks four questions; with --issuer or --development it asks nothing.
    ///
    /// Never overwrites a file: what is there already stays as it is and is named.
    Init(InitArgs),
    /// Serve until SIGTERM or SIGINT
    ///
    /// Prints one line on standard output when ready: `passerby-relay ready on https://ADDRESS`, or `http://` behind a proxy. The log goes to standard
    /// error. SIGHUP has a renewed certificate taken at once.
    Serve(ServeArgs),
    /// Add, list, suspend, limit and remove shops
    #[command(subcommand)]
    Shop(ShopCommand),
    /// Look whether this relay is well, and say how to mend what is not
    ///
    /// One line a finding: ok, look (it works, and you should know), mend. Changes nothing. Ends with 1 when something is to be mended.
    Doctor(DoctorArgs),
    /// A throwaway relay on this computer, for developers of shops
    ///
    /// Keeps everything in a temporary folder that is gone at its end. Never for real people.
    Dev(DevArgs),
    /// Bring the database up to date and end; `serve` does so too
    Migrate(ConfigArgs),
    /// Carry a SQLite file over into an empty PostgreSQL database
    ///
    /// Everything or nothing, and every row is read again before it counts. Refused while the relay serves. The file stays as it was.
    Move(MoveArgs),
    /// Write the database of this moment into a file, also while the relay serves
    ///
    /// No key is in it: without the keys folder its releases stay closed, and with it they open until the period's key is destroyed. PostgreSQL needs `pg_dump`.
    Backup(BackupArgs),
    /// Put a backup in the place of an empty database, and delete again what was deleted since
    ///
    /// Stop the relay first, and put back the keys folder. Overwrites nothing. PostgreSQL needs `pg_restore`.
    Restore(RestoreArgs),
    /// Look at the keys that this relay signs with and that releases lie under, and renew them
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  passerby-relay completions bash > /etc/bash_completion.d/passerby-relay"
    )]
    Completions { shell: Shell },
    /// Write the manual pages into a folder
    #[command(after_help = "Example:\n  passerby-relay man /usr/local/share/man/man1")]
    Man { dir: PathBuf },
    /// Print the description of the interface, docs/openapi.json
    #[command(hide = true)]
    Openapi,
}

#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The configuration that `init` wrote; without this relay.toml here, or in /etc/passerby-relay where a package installed the program
    #[arg(long, default_value_os_t = find_config_file(), hide_default_value = true, env = "PASSERBY_RELAY_CONFIG")]
    pub config: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  passerby-relay init
  passerby-relay init --dir /etc/passerby-relay --issuer https://relay.example --listen 127.0.0.1:4180
  passerby-relay init --dir /tmp/relay --development --listen 127.0.0.1:0")]
pub struct InitArgs {
    /// The folder for relay.toml, relay.key and relay.db, made if it is not there; without this the one it is started in, or those of the
    /// package that installed it: /etc/passerby-relay, and /var/lib/passerby-relay for the database
    #[arg(long, default_value_os_t = find_config_folder(), hide_default_value = true)]
    pub dir: PathBuf,
    /// The origin that wallets and shops reach this relay at, such as `https://relay.example`; without it, four questions are asked
    #[arg(long, value_parser = Issuer::parse)]
    pub issuer: Option<Issuer>,
    /// Where to listen; on an address of the network, name a certificate in relay.toml before serving
    #[arg(long, default_value = "127.0.0.1:4180")]
    pub listen: SocketAddr,
    /// An http issuer on this computer, and shops on this computer: for trying out, never for real people
    #[arg(long)]
    pub development: bool,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  passerby-relay move --to-file /etc/passerby-relay/postgres.address --config /etc/passerby-relay/relay.toml
  passerby-relay move --to 'postgres:///passerby_relay?host=/var/run/postgresql'")]
pub struct MoveArgs {
    /// The database's address. Everybody on this computer can read it while the command runs: with a password in it, use --to-file
    #[arg(long, value_name = "ADDRESS", required_unless_present = "to_file", conflicts_with = "to_file")]
    pub to: Option<String>,
    /// A file with the address and nothing else, not readable by others
    #[arg(long, value_name = "FILE")]
    pub to_file: Option<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Without the address, which may hold a password.
impl std::fmt::Debug for MoveArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MoveArgs")
            .field("to_file", &self.to_file)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  passerby-relay doctor --config /etc/passerby-relay/relay.toml
  passerby-relay doctor --json")]
pub struct DoctorArgs {
    /// Print a JSON array
    #[arg(long)]
    pub json: bool,
    /// Look at this computer only: key, disk, files of the certificate, database. Nobody is asked anything
    #[arg(long)]
    pub local: bool,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  passerby-relay dev
  passerby-relay dev --shop shoes.localhost:4001 --root-jkt NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
pub struct DevArgs {
    /// Where to listen, on this computer
    #[arg(long, default_value = "127.0.0.1:4180")]
    pub listen: SocketAddr,
    /// Serve this shop only; without one, each shop on this computer is added when it first calls
    #[arg(long, value_name = "HOST:PORT", value_parser = Sector::parse, requires = "root_jkt")]
    pub shop: Option<Sector>,
    /// The thumbprint of that shop's root key
    #[arg(long, value_parser = Jkt::parse, allow_hyphen_values = true, requires = "shop")]
    pub root_jkt: Option<Jkt>,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Listen here instead of where the configuration says; port 0 takes a free one, and a socket of systemd's comes first
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// Each shop on this computer is added when it first calls: set by `dev` alone.
    #[arg(skip)]
    pub open_door: bool,
}
