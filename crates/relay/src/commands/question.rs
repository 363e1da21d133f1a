//! Questions on a terminal. Where there is none, nothing is asked and nothing is taken for granted.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use dialoguer::{Confirm, Input};

/// Whether somebody is there to be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A question with yes or no; Enter alone is no.
pub fn confirm(question: &str) -> anyhow::Result<bool> {
    let asked = Confirm::new().with_prompt(question).default(false).wait_for_newline(true);
    asked.interact().context("tried to ask")
}

/// A question with a default, asked again until `parse` takes the answer.
pub fn ask<T>(question: &str, default: &str, parse: impl Fn(&str) -> Result<T, String>) -> anyhow::Result<T> {
    let input = Input::<String>::new().with_prompt(question).allow_empty(default.is_empty());
    let input = if default.is_empty() { input } else { input.default(default.to_owned()) };
    let answer = input
        .validate_with(|answer: &String| parse(answer.trim()).map(|_| ()))
        .interact_text()
        .context("tried to ask")?;
    parse(answer.trim()).map_err(anyhow::Error::msg)
}
