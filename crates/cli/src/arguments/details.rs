//! What can be typed behind the commands that keep and show details.

use std::path::PathBuf;

use clap::Args;
use passerby_wallet::{Label, Which};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that people type")]
pub struct Set {
    /// Which detail; `address` for a whole one, to mark or to forget it
    #[arg(value_parser = Which::parse, required_unless_present = "file", value_name = "DETAIL")]
    pub which: Option<Which>,
    /// Its value; `-` reads it from standard input; without it you are asked
    #[arg(conflicts_with_all = ["remove", "undo"])]
    pub value: Option<String>,
    /// Save all details of a JSON file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["which", "value", "remove", "undo"])]
    pub file: Option<PathBuf>,
    /// Which of several values: such as home or work; an empty text means the one without a label
    #[arg(long, value_parser = Label::parse, value_name = "LABEL")]
    pub label: Option<Label>,
    /// Let this label go unless another is named
    #[arg(long, conflicts_with_all = ["remove", "undo"])]
    pub default: bool,
    /// Hide it in `show`, and ask for the passphrase before it goes
    #[arg(long, conflicts_with_all = ["remove", "undo"])]
    pub sensitive: bool,
    /// Neither hide it nor ask
    #[arg(long, conflicts_with_all = ["remove", "undo", "sensitive"])]
    pub not_sensitive: bool,
    /// Bring the former value back
    #[arg(long, conflicts_with = "remove")]
    pub undo: bool,
    /// Forget this detail, with its former values
    #[arg(long)]
    pub remove: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// Only this one; `address` for a whole one
    #[arg(value_parser = Which::parse, value_name = "DETAIL")]
    pub which: Option<Which>,
    /// Only what bears this label; an empty text means what bears none
    #[arg(long, value_parser = Label::parse, value_name = "LABEL")]
    pub label: Option<Label>,
    /// Also former values
    #[arg(long)]
    pub history: bool,
    /// Also the values of sensitive details
    #[arg(long)]
    pub reveal: bool,
}
