//! `passerby set`: save details, or forget one.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use passerby_protocol::claim::{AttributeValue, ClaimName, TEXT_CLAIMS};
use passerby_protocol::wire::json::parse;
use passerby_wallet::Wallet;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::arguments::Set;
use crate::failure::Failure;
use crate::output::Output;
use crate::prompt;

pub async fn run(wallet: &Wallet, rng: &mut StdRng, set: Set, output: Output) -> Result<ExitCode, Failure> {
    let values = match (set.file, set.claim) {
        (Some(file), _) => read_file(&file)?,
        (None, Some(claim)) if set.remove => return remove(wallet, &claim, output).await,
        (None, Some(claim)) => {
            let value = find_value(&claim, set.value)?;
            BTreeMap::from([(claim, value)])
        }
        (None, None) => return Err(Failure::usage("Say which detail to save.")),
    };
    wallet.set_attributes(&values, rng).await.map_err(|error| {
        let failure = Failure::of_step(&error);
        Failure::failed(&failure.code, error.to_string() + " Nothing was saved.")
    })?;
    for claim in values.keys().filter(|claim| !TEXT_CLAIMS.contains(&claim.as_str())) {
        Output::remark(&format!(
            "{claim} is no standard name: only a shop that asks for exactly this name gets it."
        ));
    }
    output.object(&json!({ "saved": values.keys().collect::<Vec<_>>() }));
    for claim in values.keys() {
        output.line(&format!("Saved: {claim}"));
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(wallet: &Wallet, claim: &ClaimName, output: Output) -> Result<ExitCode, Failure> {
    let removed = wallet.remove_attribute(claim).await?;
    output.object(&json!({ "removed": if removed { vec![claim] } else { Vec::new() } }));
    output.line(&if removed { format!("Forgotten: {claim}") } else { format!("There was no {claim}.") });
    Ok(ExitCode::SUCCESS)
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
