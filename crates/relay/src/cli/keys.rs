//! `passerby-relay keys ..`.

use clap::Subcommand;

use super::ConfigArgs;

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the signing keys, and the periods with whether their keys are there
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Make the next signing key: it is published now, signs later, and the one before it stays published until nothing that it signed is valid
    ///
    /// Nobody notices. A relay that serves takes it at SIGHUP or at its next start.
    #[command(after_help = "\
Examples:
  passerby-relay keys rotate --config /etc/passerby-relay/relay.toml
  passerby-relay keys rotate --stolen --yes")]
    Rotate {
        /// After how many hours it signs. Wallets keep the list of keys for half an hour, shops for three and a half days or until they meet a key that is not in it
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=2400))]
        after_hours: u32,
        /// Somebody else has the key: put a new one in its place at once. Says what that breaks
        #[arg(long)]
        stolen: bool,
        /// Do it, with --stolen
        #[arg(long, requires = "stolen")]
        yes: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Destroy the signing keys that nobody needs any more
    Retire {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Begin a new period now: when the keys folder was lost, or somebody else may have it
    ///
    /// Works while the relay serves. Everything that still opens is put under the new key at once; the keys before it go after `keys.keep_days`.
    #[command(
        after_help = "Example:\n  passerby-relay keys renew-period --config /etc/passerby-relay/relay.toml"
    )]
    RenewPeriod {
        #[command(flatten)]
        config: ConfigArgs,
    },
}

impl KeysCommand {
    /// The configuration that it works on.
    #[must_use]
    pub fn config(&self) -> &ConfigArgs {
        match self {
            Self::List { config }
            | Self::Rotate { config, .. }
            | Self::Retire { config }
            | Self::RenewPeriod { config } => config,
        }
    }
}
