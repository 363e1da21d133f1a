//! `passerby retry`: the same bytes again.

use std::path::Path;
use std::process::ExitCode;

use passerby_wallet::{Sent, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::arguments::Browser;
use crate::decide;
use crate::failure::Failure;
use crate::foreign;
use crate::output::Output;

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    anchors: Option<&Path>,
    browser: Browser,
    output: Output,
) -> Result<ExitCode, Failure> {
    let retried = wallet.retry(rng).await?;
    let foreign = wallet.retry_foreign(&foreign::load_trust(anchors)?, rng).await?;
    if retried.is_empty() && foreign.is_empty() {
        output.line("Everything has arrived: there is nothing to send again.");
    }
    let mut objects: Vec<Value> = Vec::new();
    let mut failures = Vec::new();
    for answer in &retried {
        match &answer.result {
            Ok(delivered) => {
                objects.push(decide::delivered_object(delivered));
                decide::show_delivered(output, delivered, browser);
            }
            Err(error) => failures.push((answer.number, &answer.sector, Failure::of_step(error))),
        }
    }
    for answer in &foreign {
        match &answer.result {
            Ok(delivered) => {
                objects.push(foreign::delivered_object(delivered));
                foreign::show_delivered(output, delivered, browser);
            }
            Err(error) => failures.push((answer.number, &answer.host, Failure::of_step(error))),
        }
    }
    let mut worst: Option<Failure> = None;
    for (number, sector, failure) in failures {
        objects.push(json!({ "number": number, "sector": sector, "error": failure.to_json() }));
        output.line(&format!("Request {number} of {sector}: {}", failure.message));
        if worst.as_ref().is_none_or(|worst| worst.sent == Sent::Nothing) {
            worst = Some(failure);
        }
    }
    output.object(&json!({ "answers": objects }));
    decide::leave_copy(wallet, None, rng).await;
    Ok(worst.map_or(ExitCode::SUCCESS, |failure| failure.exit_code()))
}
