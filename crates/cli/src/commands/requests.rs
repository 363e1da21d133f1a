//! `passerby requests`: what waits for a decision or a retry.

use std::process::ExitCode;

use passerby_wallet::{RequestState, Wallet};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::moment::{minute, rfc3339};
use crate::output::Output;

pub async fn run(wallet: &Wallet, output: Output) -> Result<ExitCode, Failure> {
    let requests = wallet.requests().await?;
    let objects: Vec<Value> = requests
        .iter()
        .map(|line| {
            json!({
                "number": line.number,
                "sector": line.sector,
                "foreign": line.foreign,
                "checked": line.answer_by.is_some(),
                "state": line.state,
                "opened": rfc3339(line.opened),
                "answer_by": line.answer_by.map(rfc3339),
            })
        })
        .collect();
    output.object(&json!({ "requests": objects }));
    if requests.is_empty() {
        output.line("No request is waiting for you.");
    }
    for line in &requests {
        let who = if line.answer_by.is_some() { String::new() } else { " (not checked)".to_owned() };
        let what = match (line.state, line.answer_by) {
            (RequestState::Sending, _) => "not confirmed: run `passerby retry`".to_owned(),
            (_, Some(until)) => format!("answer until {}", minute(until)),
            (_, None) => format!("opened {}", minute(line.opened)),
        };
        output.line(&format!("{:3}  {}{who}  {what}", line.number, line.sector));
    }
    Ok(ExitCode::SUCCESS)
}
