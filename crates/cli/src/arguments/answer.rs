//! What can be typed behind the commands that answer a request.

use clap::Args;
use passerby_protocol::claim::ClaimName;
use passerby_wallet::{Group, Label};

use crate::less;

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
    /// Which of several saved values goes, by its label; `address` means a whole one. May be given several times
    #[arg(long = "use", value_parser = parse_use, value_delimiter = ',', value_name = "DETAIL=LABEL")]
    pub uses: Vec<(Group, Label)>,
    /// Under a name for this answer alone, not under yours at this shop
    #[arg(long)]
    pub stranger: bool,
    /// What goes where the shop would do with less, as the request lists it; otherwise the whole goes. May be given several
    /// times
    #[arg(long = "less", value_parser = less::parse, value_delimiter = ',', value_name = "DETAIL=INSTEAD")]
    pub less: Vec<less::Named>,
    /// Do not ask on a terminal either
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub browser: Browser,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Decline {
    /// The request's number; may be left out when only one waits
    pub request: Option<u32>,
    /// Also refuse every later request of the same host
    #[arg(long)]
    pub always: bool,
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

fn parse_use(text: &str) -> Result<(Group, Label), String> {
    let (group, label) = text.split_once('=').ok_or("such as email=work is needed")?;
    let group = Group::parse(group).map_err(|refused| refused.to_string())?;
    Ok((group, Label::parse(label).map_err(|refused| refused.to_string())?))
}
