//! `passerby show`: the saved details, with their values.

use std::process::ExitCode;

use passerby_protocol::claim::ClaimName;
use passerby_wallet::Wallet;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::moment::{day, rfc3339};
use crate::output::Output;

pub async fn run(wallet: &Wallet, only: Option<&ClaimName>, output: Output) -> Result<ExitCode, Failure> {
    let mut details = wallet.attributes().await?;
    details.retain(|detail| only.is_none_or(|only| detail.claim == *only));
    if let (Some(only), true) = (only, details.is_empty()) {
        return Err(Failure::failed("not-saved", format!("You have not saved {only} yet.")));
    }
    let objects: Vec<Value> = details
        .iter()
        .map(|detail| json!({ "name": detail.claim, "value": detail.value.expose(), "changed": rfc3339(detail.changed) }))
        .collect();
    output.object(&json!({ "details": objects }));
    if details.is_empty() {
        output.line("Nothing is saved yet. Begin with: passerby set name");
    }
    let width = details.iter().map(|detail| detail.claim.as_str().len()).max().unwrap_or(0);
    for detail in &details {
        let value = detail.value.expose().replace('\n', ", ");
        if only.is_some() {
            output.line(&value);
        } else {
            output.line(&format!(
                "{:width$}  {value}  (since {})",
                detail.claim.as_str(),
                day(detail.changed)
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
