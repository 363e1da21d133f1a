//! The command line of `passerby-relay`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::Jkt;
use passerby_protocol::sector::Sector;

/// What `--help` ends with.
const AFTER: &str = "\
Examples:
  passerby-relay init --dir /etc/passerby-relay --issuer https://relay.example
  passerby-relay shop add shop.example --root-jkt 43-characters-from-passerby-shop-init
  passerby-relay serve --config /etc/passerby-relay/relay.toml

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
    /// Never overwrites a file: what is there already stays as it is and is named.
    Init(InitArgs),
    /// Serve until SIGTERM or SIGINT
    ///
    /// Prints one line on standard output when ready: `passerby-relay ready on http://ADDRESS`. The log goes to standard error.
    Serve(ServeArgs),
    /// Add, list and remove shops
    #[command(subcommand)]
    Shop(ShopCommand),
    /// Bring the database up to date and end; `serve` does so too
    Migrate(ConfigArgs),
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
    /// The configuration that `init` wrote
    #[arg(long, default_value = "relay.toml", env = "PASSERBY_RELAY_CONFIG")]
    pub config: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  passerby-relay init --issuer https://relay.example --listen 127.0.0.1:4180
  passerby-relay init --dir /tmp/relay --development --listen 127.0.0.1:0")]
pub struct InitArgs {
    /// The folder for relay.toml, relay.key and relay.db; made if it is not there
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// The origin that wallets and shops reach this relay at, such as `https://relay.example`
    #[arg(long, required_unless_present = "development", value_parser = Issuer::parse)]
    pub issuer: Option<Issuer>,
    /// Where to listen; a proxy in front speaks TLS
    #[arg(long, default_value = "127.0.0.1:4180")]
    pub listen: SocketAddr,
    /// An http issuer on this computer, and shops on this computer: for trying out, never for real people
    #[arg(long)]
    pub development: bool,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Listen here instead of where the configuration says; port 0 takes a free one
    #[arg(long)]
    pub listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
pub enum ShopCommand {
    /// Add a shop, with the root key it showed you in person or by letter
    ///
    /// The relay vouches for this key to wallets: take it from the shop itself, not from its web site.
    #[command(
        after_help = "Example:\n  passerby-relay shop add shop.example --root-jkt NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )]
    Add {
        /// The shop's web address: a host name, without https://
        #[arg(value_parser = Sector::parse)]
        sector: Sector,
        /// The thumbprint of its root key: 43 characters, printed by `passerby-shop init`
        #[arg(long, value_parser = Jkt::parse, allow_hyphen_values = true)]
        root_jkt: Jkt,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// List the shops
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Remove a shop with everything that is kept for it
    ///
    /// Its staff can open none of its releases afterwards. Without --yes, says what would go and changes nothing.
    Remove {
        #[arg(value_parser = Sector::parse)]
        sector: Sector,
        /// Do it
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
}
