//! `passerby set`: save details, mark, bring back or forget them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use passerby_protocol::claim::{AttributeValue, ClaimName, TEXT_CLAIMS};
use passerby_protocol::wire::json::parse;
use passerby_wallet::{AttributeError, Group, Label, Marks, Trouble as _, Wallet, Which};
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::arguments::Set;
use crate::failure::Failure;
use crate::output::Output;
use crate::prompt;

pub async fn run(wallet: &Wallet, rng: &mut StdRng, set: Set, output: Output) -> Result<ExitCode, Failure> {
    let marks = Marks {
        default: set.default,
        sensitive: if set.not_sensitive { Some(false) } else { set.sensitive.then_some(true) },
    };
    let marked = marks.default || marks.sensitive.is_some();
    let label = set.label.as_ref();
    let values = match (set.file, set.which) {
        (Some(file), _) => read_file(&file)?,
        (None, Some(which)) if set.remove => return remove(wallet, &which, label, output).await,
        (None, Some(which)) if marked && set.value.is_none() => {
            wallet.mark_attributes(&which, label, marks, rng).await.map_err(|error| refused(&error))?;
            output.object(&json!({ "marked": which.to_string() }));
            output.line(&format!("Marked: {which}"));
            return Ok(ExitCode::SUCCESS);
        }
        (None, Some(Which::Detail(claim))) if set.undo => {
            return undo(wallet, rng, &claim, label, output).await;
        }
        (None, Some(Which::Detail(claim))) => {
            let value = find_value(&claim, set.value)?;
            BTreeMap::from([(claim, value)])
        }
        (None, Some(Which::Address)) => {
            return Err(Failure::usage("An address is saved by its members, such as address.postal_code."));
        }
        (None, None) => return Err(Failure::usage("Say which detail to save.")),
    };
    let label = set.label.unwrap_or_default();
    wallet.save_attributes(&values, &label, marks, rng).await.map_err(|error| refused(&error))?;
    for claim in values.keys().filter(|claim| !TEXT_CLAIMS.contains(&claim.as_str())) {
        Output::remark(&format!(
            "{claim} is no standard name: only a shop that asks for exactly this name gets it."
        ));
    }
    output.object(&json!({ "saved": values.keys().collect::<Vec<_>>(), "label": label.find_text() }));
    for claim in values.keys() {
        output.line(&format!("Saved: {}", called(claim, &label)));
    }
    tell_default(wallet, &values, &label).await?;
    Ok(ExitCode::SUCCESS)
}

/// A value that does not go by itself must not surprise anybody later.
async fn tell_default(
    wallet: &Wallet,
    values: &BTreeMap<ClaimName, AttributeValue>,
    label: &Label,
) -> Result<(), Failure> {
    let groups: BTreeSet<_> = values.keys().map(Group::of).collect();
    for view in wallet.attributes().await?.into_iter().filter(|view| view.default && view.label != *label) {
        // One word for a group, however many members an address has.
        if groups.contains(&Group::of(&view.claim)) && values.contains_key(&view.claim) {
            let name = called(&view.claim, &view.label);
            Output::remark(&format!(
                "{name} still goes unless you name another. To change that, save or mark this one with --default."
            ));
        }
    }
    Ok(())
}

async fn remove(
    wallet: &Wallet,
    which: &Which,
    label: Option<&Label>,
    output: Output,
) -> Result<ExitCode, Failure> {
    let removed = match wallet.remove_attributes(which, label).await {
        Err(AttributeError::NotSaved { .. }) => Vec::new(),
        Ok(removed) => {
            removed.names().map(|(claim, label)| (claim.clone(), label.clone())).collect::<Vec<_>>()
        }
        Err(error) => return Err(refused(&error)),
    };
    output.object(&json!({ "removed": removed.iter().map(|(claim, _)| claim).collect::<Vec<_>>() }));
    if removed.is_empty() {
        output.line(&format!("There was no {which}."));
        return Ok(ExitCode::SUCCESS);
    }
    for (claim, label) in &removed {
        output.line(&format!("Forgotten, with its former values: {}", called(claim, label)));
    }
    output.line(
        "An old copy of the file may still hold it sealed; only a rotation of the vault's key ends that.",
    );
    Ok(ExitCode::SUCCESS)
}

async fn undo(
    wallet: &Wallet,
    rng: &mut StdRng,
    claim: &ClaimName,
    label: Option<&Label>,
    output: Output,
) -> Result<ExitCode, Failure> {
    wallet.undo_attribute(claim, label, rng).await.map_err(|error| refused(&error))?;
    output.object(&json!({ "restored": claim }));
    output.line(&format!(
        "The former value of {claim} is back. To take that back: passerby set --undo {claim}"
    ));
    Ok(ExitCode::SUCCESS)
}

/// Nothing was to be sent, so nothing is said about it.
fn refused(error: &AttributeError) -> Failure {
    let message = [error.to_string().as_str(), error.next_step()].join(" ");
    Failure::failed(error.code(), message.trim())
}

fn called(claim: &ClaimName, label: &Label) -> String {
    label.find_text().map_or_else(|| claim.to_string(), |label| format!("{claim} ({label})"))
}

fn find_value(claim: &ClaimName, given: Option<String>) -> Result<AttributeValue, Failure> {
    match given {
        Some(dash) if dash == "-" => {
            let mut text = Zeroizing::new(String::new());
            std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .map_err(|_| Failure::failed("input", "Standard input could not be read as text."))?;
            Ok(AttributeValue::new(text.trim_end_matches(['\n', '\r']).to_owned()))
        }
        Some(value) => Ok(AttributeValue::new(value)),
        None if prompt::is_somebody_there() => {
            Ok(AttributeValue::new(prompt::ask(&format!("{claim}:"))?.as_str().to_owned()))
        }
        None => Err(Failure::usage(
            "There is no terminal to ask on: give the value, or `-` to read it from standard input.",
        )),
    }
}

/// An object of claim names and texts; `address` may be an object of its own.
fn read_file(file: &Path) -> Result<BTreeMap<ClaimName, AttributeValue>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::failed("file", format!("The file could not be read: {}.", error.kind()))
    };
    let bytes = Zeroizing::new(std::fs::read(file).map_err(unreadable)?);
    let object: Map<String, Value> = parse(&bytes).map_err(|_| {
        Failure::failed("file", "The file is not one JSON object in which each name stands once.")
    })?;
    let mut values = BTreeMap::new();
    for (name, value) in object {
        match value {
            Value::Object(members) if name == "address" => {
                for (member, value) in members {
                    keep(&mut values, &format!("address.{member}"), value)?;
                }
            }
            value => keep(&mut values, &name, value)?,
        }
    }
    if values.is_empty() {
        Err(Failure::failed("file", "There is no detail in the file."))
    } else {
        Ok(values)
    }
}

fn keep(values: &mut BTreeMap<ClaimName, AttributeValue>, name: &str, value: Value) -> Result<(), Failure> {
    let claim = ClaimName::parse(name)
        .map_err(|refused| Failure::failed("file", format!("{name}: {refused}. Nothing was saved.")))?;
    let Value::String(text) = value else {
        return Err(Failure::failed(
            "file",
            format!("The value for {claim} is not a text. Nothing was saved."),
        ));
    };
    let twice = values.insert(claim.clone(), AttributeValue::new(text)).is_some();
    if twice { Err(Failure::failed("file", format!("{claim} stands twice in the file."))) } else { Ok(()) }
}
