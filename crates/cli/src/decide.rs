//! The decision, at a terminal. Enter decides nothing: the request stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::sector::Sector;
use passerby_wallet::attributes::check_value;
use passerby_wallet::{Answer, Delivered, Detail, Group, Label, Marks, Optionals, RequestView, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::arguments::Browser;
use crate::commands::browser;
use crate::failure::Failure;
use crate::output::Output;
use crate::prompt::ask;
use crate::request_text::{going_lines, names};
use crate::{less, passphrase, prompt};

/// Asks which of several values goes, what goes where less would do, for what is missing, for the optional details unless
/// they were named already, and for the yes.
pub async fn at_terminal(
    wallet: &Wallet,
    view: &RequestView,
    optional: Option<Optionals>,
    mut answer: Answer,
    rng: &mut StdRng,
) -> Result<Option<Answer>, Failure> {
    // A slip in --use is told before anything is asked.
    view.going(&answer).map_err(|error| Failure::of_step(&error))?;
    let several = ask_labels(view, &mut answer.uses)?;
    let in_part = less::ask_ways(view, &answer.uses, &mut answer.less, optional.is_none())?;
    let chosen = several || in_part || !answer.less.is_empty();
    let lacking = view.lacking(&answer).map_err(|error| Failure::of_step(&error))?;
    for detail in lacking {
        let label = answer.uses.get(&Group::of(&detail.claim)).unwrap_or(&detail.label);
        let Some(value) = ask_value(wallet, &detail.claim, label, rng).await? else { return Ok(None) };
        answer.typed.insert(detail.claim.clone(), value);
    }
    answer.optional = match optional {
        Some(optional) => optional,
        None => ask_optional(view, &answer.uses)?,
    };
    if chosen {
        Output::remarks(&going_lines(view, &answer)?);
    }
    let yes = ask(&format!("Send to {}? Type yes (Enter sends nothing):", view.sector))?;
    Ok((yes.trim() == "yes").then_some(answer))
}

/// The passphrase once more, if something sensitive goes and somebody can be asked, or a file says it. The wallet sends
/// nothing sensitive without.
pub async fn confirm(
    wallet: &Wallet,
    view: &RequestView,
    answer: &mut Answer,
    file: Option<&Path>,
) -> Result<(), Failure> {
    let sensitive = view.sensitive(answer).map_err(|error| Failure::of_step(&error))?;
    if sensitive.is_empty() || (file.is_none() && !prompt::is_somebody_there()) {
        return Ok(());
    }
    Output::remark(&format!("Very personal: {}.", names(&sensitive).join(", ")));
    let passphrase = passphrase::ask_again(file)?;
    answer.confirmed = Some(wallet.confirm_passphrase(view.number, &passphrase).await?);
    Ok(())
}

/// Which value goes where there are several and none was named. Says whether anything was asked.
fn ask_labels(view: &RequestView, uses: &mut BTreeMap<Group, Label>) -> Result<bool, Failure> {
    let mut asked = false;
    let groups: BTreeSet<_> = view.asked().map(|detail| Group::of(&detail.claim)).collect();
    for group in groups.into_iter().filter(|group| !uses.contains_key(group)).collect::<Vec<_>>() {
        let details = || view.asked().filter(|detail| group.holds(&detail.claim));
        let others: BTreeSet<_> =
            details().flat_map(|detail| &detail.others).map(|held| &held.label).collect();
        let (Some(default), false) = (details().next().map(|detail| &detail.label), others.is_empty()) else {
            continue;
        };
        asked = true;
        let choice = others.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        loop {
            let typed =
                ask(&format!("Which {group}? {default} goes. Instead: {choice} (Enter for {default}):"))?;
            let named =
                others.iter().copied().chain([default]).find(|label| label.to_string() == typed.trim());
            match named {
                None if typed.trim().is_empty() => break,
                None => Output::remark("That is not one of them."),
                Some(label) => {
                    uses.insert(group.clone(), label.clone());
                    break;
                }
            }
        }
    }
    Ok(asked)
}

async fn ask_value(
    wallet: &Wallet,
    claim: &ClaimName,
    label: &Label,
    rng: &mut StdRng,
) -> Result<Option<AttributeValue>, Failure> {
    let value = loop {
        let typed =
            ask(&format!("{claim} is needed, and you have not saved it yet. Type it (Enter to stop here):"))?;
        if typed.trim().is_empty() {
            return Ok(None);
        }
        let value = AttributeValue::new(typed.as_str().to_owned());
        match check_value(claim, &value) {
            Ok(()) => break value,
            Err(error) => Output::remark(&error.to_string()),
        }
    };
    let keep = ask("Keep it in your wallet for next time? Type yes or no:")?;
    if keep.trim() == "yes" {
        let saved = BTreeMap::from([(claim.clone(), value.clone())]);
        let kept = wallet.save_attributes(&saved, label, Marks::default(), rng).await;
        kept.map_err(|error| Failure::of_step(&error))?;
    }
    Ok(Some(value))
}

fn ask_optional(view: &RequestView, uses: &BTreeMap<Group, Label>) -> Result<Optionals, Failure> {
    let alone = |detail: &&Detail| view.find_offer(&Group::of(&detail.claim)).is_none();
    let saved: Vec<_> = view
        .optional
        .iter()
        .filter(alone)
        .filter(|detail| detail.find(uses.get(&Group::of(&detail.claim))).is_some())
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

/// Leaves the person's own copy at the relay, after everything that matters more: what goes wrong with it is tried again the
/// next time, and is no failure of the command.
pub async fn leave_copy(wallet: &Wallet, only: Option<&Sector>, rng: &mut StdRng) {
    if let Err(error) = wallet.leave_self_copies(only, rng).await {
        Output::remark(&format!("It arrived; only the copy for your spare key was not written: {error}."));
    }
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
