//! Requests of foreign verifiers, in words and in JSON. They say less than a shop does, and so does the wallet.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use passerby_wallet::foreign::{ForeignDelivered, ForeignView, Trust};
use passerby_wallet::{Answer, Group, Label, Refusal, Wallet};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::arguments::Browser;
use crate::commands::{browser, decline::say_blocked};
use crate::failure::Failure;
use crate::moment::{day, minute, rfc3339};
use crate::output::Output;
use crate::prompt;
use crate::request_text::{detail_objects, lookalike, lookalike_object, names, table};

/// The system's authorities, and those in the file that the person named.
pub fn load_trust(file: Option<&Path>) -> Result<Trust, Failure> {
    let added = file
        .map(std::fs::read)
        .transpose()
        .map_err(|_| Failure::usage("The file of --trust-anchors cannot be read."))?;
    Trust::load(added.as_deref()).map_err(|error| Failure::usage(&format!("--trust-anchors: {error}.")))
}

/// `passerby open` with the link of a foreign verifier.
pub async fn open(
    wallet: &Wallet,
    rng: &mut StdRng,
    link: &str,
    trust: &Trust,
    output: Output,
) -> Result<ExitCode, Failure> {
    let view = wallet.open_foreign(link, trust, rng).await.map_err(|error| Failure::of_step(&error))?;
    output.object(&json!({ "request": object(&view) }));
    output.lines(&lines(&view, &BTreeMap::new()));
    let number = view.number;
    output.line(&format!("To send: passerby approve {number}    To refuse: passerby decline {number}"));
    Ok(ExitCode::SUCCESS)
}

/// What `passerby approve` was told about a foreign verifier's request.
pub struct Approval {
    pub number: u32,
    pub answer: Answer,
    pub yes: bool,
    pub browser: Browser,
}

/// `passerby approve`.
pub async fn approve(
    wallet: &Wallet,
    rng: &mut StdRng,
    approval: Approval,
    trust: &Trust,
    output: Output,
) -> Result<ExitCode, Failure> {
    let Approval { number, answer, yes, browser } = approval;
    let view = wallet.look_foreign(number, trust, rng).await.map_err(|error| Failure::of_step(&error))?;
    output.lines(&lines(&view, &answer.uses));
    if !output.is_json() && !yes && prompt::is_somebody_there() {
        let said = prompt::ask(&format!("Send to {}? Type yes (Enter sends nothing):", view.host))?;
        if said.trim() != "yes" {
            output.line(&format!("Nothing was sent. To refuse: passerby decline {number}"));
            return Ok(ExitCode::SUCCESS);
        }
    }
    let delivered = send(wallet, &view, &answer, trust, rng).await?;
    let mut sent = delivered_object(&delivered);
    sent["request"] = object(&view);
    output.object(&sent);
    show_delivered(output, &delivered, browser);
    Ok(ExitCode::SUCCESS)
}

/// `passerby decline`.
pub async fn decline(
    wallet: &Wallet,
    rng: &mut StdRng,
    (number, refusal): (u32, Refusal),
    trust: &Trust,
    output: Output,
) -> Result<ExitCode, Failure> {
    let declined = wallet.decline_foreign(number, refusal, trust, rng).await;
    let declined = declined.map_err(|error| Failure::of_step(&error))?;
    output.object(&json!({
        "number": declined.number,
        "sector": declined.host,
        "declined": true,
        "told": declined.told,
        "blocked": declined.blocked,
        "return_to": declined.return_to.as_ref().map(ToString::to_string),
    }));
    output.line(&format!("Request {number} is refused. Nothing was sent. Whoever asked is not told why."));
    if let Some(host) = &declined.host {
        say_blocked(output, host, (refusal == Refusal::Always, declined.blocked));
    }
    if let Some(to) = &declined.return_to {
        output.line(&format!("  {to}"));
    }
    Ok(ExitCode::SUCCESS)
}

async fn send(
    wallet: &Wallet,
    view: &ForeignView,
    answer: &Answer,
    trust: &Trust,
    rng: &mut StdRng,
) -> Result<ForeignDelivered, Failure> {
    wallet.approve_foreign(view, answer, trust, rng).await.map_err(|error| Failure::of_step(&error))
}

/// Says that it was sent, and where to go on.
pub fn show_delivered(output: Output, delivered: &ForeignDelivered, browser: Browser) {
    output.line(&format!("Sent to {}: {}.", delivered.host, names(&delivered.claims).join(", ")));
    if let Some(to) = &delivered.return_to {
        output.line("Back to the page that asked, in the same browser:");
        output.line(&format!("  {to}"));
        browser::open_if(browser, to);
    }
}

/// The same for machines.
pub fn delivered_object(delivered: &ForeignDelivered) -> Value {
    json!({
        "number": delivered.number,
        "sector": delivered.host,
        "foreign": true,
        "released": delivered.claims,
        "return_to": delivered.return_to.as_ref().map(ToString::to_string),
    })
}

fn lines(view: &ForeignView, uses: &BTreeMap<Group, Label>) -> Vec<String> {
    let here = if view.this_computer { ", a program on this computer" } else { "" };
    let known = match view.last_sent {
        Some(last) => format!("last answered {}", day(last)),
        None => "first time".to_owned(),
    };
    let mut lines = vec![format!("Request {}: {} ({known}{here})", view.number, view.host), String::new()];
    lines.push(format!("  {}", view.checked()));
    lines.extend(lookalike(&view.host, &view.lookalike).into_iter().map(|text| format!("  {text}")));
    lines.push(format!("  {}", view.unsaid()));
    lines.extend(table(&view.needed, &view.optional, &[], uses));
    lines.push(String::new());
    lines.push(format!("  Answer until {}.", minute(view.answer_by)));
    lines.push(String::new());
    lines
}

fn object(view: &ForeignView) -> Value {
    json!({
        "number": view.number,
        "sector": view.host,
        "foreign": true,
        "lookalike": lookalike_object(&view.lookalike),
        "this_computer": view.this_computer,
        "needed": detail_objects(&view.needed),
        "optional": detail_objects(&view.optional),
        "answer_by": rfc3339(view.answer_by),
        "last_sent": view.last_sent.map(rfc3339),
    })
}

#[cfg(test)]
mod tests {
    use passerby_protocol::sector::Sector;
    use passerby_protocol::time::Timestamp;
    use passerby_wallet::Lookalike;

    use super::*;

    /// What `open` and `approve` print, the latter before it asks.
    #[test]
    fn a_person_reads_what_a_certificate_does_not_say_before_they_decide() {
        let view = ForeignView {
            number: 4,
            host: Sector::parse("bank.example").unwrap(),
            lookalike: Lookalike::default(),
            this_computer: false,
            needed: Vec::new(),
            optional: Vec::new(),
            answer_by: Timestamp::from_seconds(1_795_348_800),
            last_sent: None,
        };
        let lines = lines(&view, &BTreeMap::new());
        let place = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
        assert!(place("Request 4: bank.example (first time)") < place("Not checked: who is behind it."));
        assert!(place("It does not say what for, how long") < place("Answer until"));
    }
}
