//! `passerby-relay shop ..`.

use clap::{Args, Subcommand};
use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::Jkt;
use passerby_protocol::sector::Sector;

use super::ConfigArgs;

/// A shop by its host.
#[derive(Debug, Args)]
pub struct OfShop {
    /// The shop's web address: a host name, without https://
    #[arg(value_name = "HOST", value_parser = Sector::parse)]
    pub sector: Sector,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
pub enum ShopCommand {
    /// Add a shop: first it gets a token to show, then it is looked at
    ///
    /// Says what the shop has to place, in a file of its web site or in a TXT record. The second time, looks for it, as `shop check` does.
    ///
    /// With --root-jkt the shop is added at once, at your word: only for a key that you took from the shop itself, in person or by letter.
    #[command(after_help = "\
Examples:
  passerby-relay shop add shop.example
  passerby-relay shop add shop.example --root-jkt NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    Add {
        #[command(flatten)]
        of: OfShop,
        /// The thumbprint of its root key: 43 characters, printed by `passerby-shop init`
        #[arg(long, value_parser = Jkt::parse, allow_hyphen_values = true)]
        root_jkt: Option<Jkt>,
        /// Make a new token in place of the one that is out
        #[arg(long, conflicts_with = "root_jkt")]
        new_token: bool,
    },
    /// Look whether a shop shows its token, show its root key, and record it
    ///
    /// Asks you to compare the thumbprint with what the shop told you by another way, such as the telephone. Without a terminal it has to be
    /// said beforehand with --root-jkt; it is never taken for granted.
    #[command(
        after_help = "Example:\n  passerby-relay shop check shop.example --root-jkt NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )]
    Check {
        #[command(flatten)]
        of: OfShop,
        /// The thumbprint that the shop told you
        #[arg(long, value_parser = Jkt::parse, allow_hyphen_values = true)]
        root_jkt: Option<Jkt>,
    },
    /// List the shops
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Let a shop ask for nothing until it is resumed
    ///
    /// It parks no request and gets no attestation. What people sent it before can still be collected and opened. Counts at once, also
    /// while the relay serves; a request that a wallet has fetched already can be answered to its end, half an hour at most.
    #[command(
        after_help = "Example:\n  passerby-relay shop suspend shop.example --reason \"complaints since Monday\""
    )]
    Suspend {
        #[command(flatten)]
        of: OfShop,
        /// Why, in a line for yourself and other admins; the shop is not told
        #[arg(long, value_parser = parse_reason)]
        reason: String,
    },
    /// Let a suspended shop ask again
    Resume {
        #[command(flatten)]
        of: OfShop,
    },
    /// Say what a shop may ask for
    ///
    /// A request for anything else is not parked. A shop that proved itself may ask for what its Statement named then, and not for what later
    /// Statements add; one that was added with --root-jkt for all that its Statement names.
    #[command(after_help = "\
Examples:
  passerby-relay shop allow shop.example --claims name,address.street_address,address.postal_code
  passerby-relay shop allow shop.example --all")]
    Allow {
        #[command(flatten)]
        of: OfShop,
        /// Names of details, separated by commas
        #[arg(long, value_delimiter = ',', value_parser = ClaimName::parse, required_unless_present = "all")]
        claims: Vec<ClaimName>,
        /// All that its Statement names, now and later
        #[arg(long, conflicts_with = "claims")]
        all: bool,
    },
    /// Say how many requests a shop may park a day
    #[command(after_help = "\
Examples:
  passerby-relay shop limit shop.example --requests-a-day 50000
  passerby-relay shop limit shop.example --usual")]
    Limit {
        #[command(flatten)]
        of: OfShop,
        /// Between two midnights (UTC)
        #[arg(long, required_unless_present = "usual")]
        requests_a_day: Option<u32>,
        /// As many as the configuration says for every shop
        #[arg(long, conflicts_with = "requests_a_day")]
        usual: bool,
    },
    /// Remove a shop with everything that is kept for it
    ///
    /// Its staff can open none of its releases afterwards. Without --yes, says what would go and changes nothing.
    Remove {
        #[command(flatten)]
        of: OfShop,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

impl ShopCommand {
    /// The configuration that it works on.
    #[must_use]
    pub fn config(&self) -> &ConfigArgs {
        match self {
            Self::List { config, .. } => config,
            Self::Add { of, .. }
            | Self::Check { of, .. }
            | Self::Suspend { of, .. }
            | Self::Resume { of }
            | Self::Allow { of, .. }
            | Self::Limit { of, .. }
            | Self::Remove { of, .. } => &of.config,
        }
    }
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

fn parse_reason(text: &str) -> Result<String, &'static str> {
    let reason = text.trim();
    let plain = !reason.is_empty()
        && reason.chars().count() <= LONGEST_REASON
        && !reason.chars().any(char::is_control);
    if plain { Ok(reason.to_owned()) } else { Err("a reason is one line of 1 to 200 characters") }
}
