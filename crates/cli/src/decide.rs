//! The decision, at a terminal. Enter decides nothing: the request stays.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_wallet::{Answer, Delivered, Optionals, RequestView, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::arguments::Browser;
use crate::commands::browser;
use crate::failure::Failure;
use crate::output::Output;
use crate::prompt::ask;
use crate::request_text::names;

/// Asks for what is missing, for the optional details unless they were named already, and for the yes.
pub async fn at_terminal(
    wallet: &Wallet,
    view: &RequestView,
    optional: Option<Optionals>,
    rng: &mut StdRng,
) -> Result<Option<Answer>, Failure> {
    let mut answer = Answer { optional: Optionals::None, typed: BTreeMap::new() };
    for claim in view.missing() {
        let Some(value) = ask_value(wallet, claim, rng).await? else { return Ok(None) };
        answer.typed.insert(claim.clone(), value);
    }
    answer.optional = match optional {
        Some(optional) => optional,
        None => ask_optional(view)?,
    };
    let yes = ask(&format!("Send to {}? Type yes (Enter sends nothing):", view.sector))?;
    Ok((yes.trim() == "yes").then_some(answer))
}

async fn ask_value(
    wallet: &Wallet,
    claim: &ClaimName,
    rng: &mut StdRng,
) -> Result<Option<AttributeValue>, Failure> {
    let typed =
        ask(&format!("{claim} is needed, and you have not saved it yet. Type it (Enter to stop here):"))?;
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let value = AttributeValue::new(typed.as_str().to_owned());
    let keep = ask("Keep it in your wallet for next time? Type yes or no:")?;
    if keep.trim() == "yes" {
        let saved = BTreeMap::from([(claim.clone(), value.clone())]);
        wallet.set_attributes(&saved, rng).await.map_err(|error| Failure::of_step(&error))?;
    }
    Ok(Some(value))
}

fn ask_optional(view: &RequestView) -> Result<Optionals, Failure> {
    let saved: Vec<_> = view
        .optional
        .iter()
        .filter(|detail| detail.value.is_some())
        .map(|detail| detail.claim.clone())
        .collect();
    if saved.is_empty() {
        return Ok(Optionals::None);
    }
    let choice = names(&saved).join(", ");
    loop {
        let typed =
            ask(&format!("Your choice: {choice}. Which of these go too? (names, or Enter for none):"))?;
        let named: Vec<_> = typed.split([',', ' ']).filter(|name| !name.is_empty()).collect();
        let chosen: BTreeSet<_> =
            saved.iter().filter(|claim| named.contains(&claim.as_str())).cloned().collect();
        if chosen.len() == named.len() {
            return Ok(Optionals::Only(chosen));
        }
        Output::remark("That is not one of them.");
    }
}

/// Sends, and says how it went.
pub async fn send(
    wallet: &Wallet,
    view: &RequestView,
    answer: &Answer,
    rng: &mut StdRng,
) -> Result<Delivered, Failure> {
    wallet.approve(view, answer, rng).await.map_err(|error| Failure::of_step(&error))
}

/// Says that it was sent, and leads back into the shop.
pub fn show_delivered(output: Output, delivered: &Delivered, browser: Browser) {
    output.line(&format!("Sent to {}: {}.", delivered.sector, names(&delivered.claims).join(", ")));
    output.line("Back to the shop, in the browser where you are shopping:");
    output.line(&format!("  {}", delivered.return_to));
    browser::open_if(browser, &delivered.return_to);
}

/// The same for machines.
pub fn delivered_object(delivered: &Delivered) -> Value {
    json!({
        "number": delivered.number,
        "sector": delivered.sector,
        "grant_id": delivered.grant_id,
        "released": delivered.claims,
        "return_to": delivered.return_to.as_str(),
    })
}
