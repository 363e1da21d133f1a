//! What can be typed behind the command that lists shops.

use clap::Args;
use passerby_protocol::sector::Sector;

#[derive(Debug, Args)]
pub struct Shops {
    /// First ask the relay servers whether shops have opened what you sent
    #[arg(long)]
    pub refresh: bool,
    /// Refuse every request of this host from now on: nothing is fetched for its links
    #[arg(long, value_parser = parse_host, value_name = "HOST", conflicts_with = "refresh")]
    pub block: Option<Sector>,
    /// Look at requests of this host again
    #[arg(long, value_parser = parse_host, value_name = "HOST", conflicts_with_all = ["refresh", "block"])]
    pub unblock: Option<Sector>,
}

fn parse_host(text: &str) -> Result<Sector, String> {
    Sector::parse(text).map_err(|refused| refused.to_string())
}
