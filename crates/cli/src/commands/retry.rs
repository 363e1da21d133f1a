//! `passerby retry`: the same bytes again.

use std::process::ExitCode;

use passerby_wallet::{Sent, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::arguments::Browser;
use crate::decide;
use crate::failure::Failure;
use crate::output::Output;

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    browser: Browser,
    output: Output,
) -> Result<ExitCode, Failure> {
    let retried = wallet.retry(rng).await?;
    if retried.is_empty() {
        output.line("Everything has arrived: there is nothing to send again.");
    }
    let mut objects: Vec<Value> = Vec::new();
    let mut worst: Option<Failure> = None;
    for answer in &retried {
        match &answer.result {
            Ok(delivered) => {
                objects.push(decide::delivered_object(delivered));
                decide::show_delivered(output, delivered, browser);
            }
            Err(error) => {
                let failure = Failure::of_step(error);
                let (number, sector) = (answer.number, &answer.sector);
                objects.push(json!({ "number": number, "sector": sector, "error": failure.to_json() }));
                output.line(&format!("Request {number} of {sector}: {}", failure.message));
                if worst.as_ref().is_none_or(|worst| worst.sent == Sent::Nothing) {
                    worst = Some(failure);
                }
            }
        }
    }
    output.object(&json!({ "answers": objects }));
    Ok(worst.map_or(ExitCode::SUCCESS, |failure| failure.exit_code()))
}
