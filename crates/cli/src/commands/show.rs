//! `passerby show`: the saved details, with their values; sensitive ones only when asked for.

use std::process::ExitCode;

use passerby_wallet::{AttributeView, Wallet};
use serde_json::{Value, json};

use crate::arguments::Show;
use crate::failure::Failure;
use crate::moment::{day, rfc3339};
use crate::output::Output;
use crate::request_text::{HIDDEN, in_one_line};

pub async fn run(wallet: &Wallet, show: &Show, output: Output) -> Result<ExitCode, Failure> {
    let mut details = wallet.attributes().await?;
    details.retain(|detail| {
        show.which.as_ref().is_none_or(|which| which.holds(&detail.claim))
            && show.label.as_ref().is_none_or(|label| detail.label == *label)
    });
    if let (Some(which), true) = (&show.which, details.is_empty()) {
        let label = show.label.as_ref().and_then(|label| label.find_text());
        let under = label.map(|label| format!(" ({label})")).unwrap_or_default();
        return Err(Failure::failed("not-saved", format!("You have not saved {which}{under} yet.")));
    }
    output.object(&json!({ "details": details.iter().map(|one| object(one, show)).collect::<Vec<_>>() }));
    if details.is_empty() {
        output.line("Nothing is saved yet. Begin with: passerby set name");
    }
    if let ([only], Some(_), false) = (details.as_slice(), &show.which, show.history) {
        output.line(&shown(only, show, only.value.expose()));
        if only.sensitive && !show.reveal {
            Output::remark("To see it: passerby show --reveal");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let names: Vec<_> = details.iter().map(|detail| name(detail, &details)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, detail) in names.iter().zip(&details) {
        let value = shown(detail, show, detail.value.expose());
        output.line(&format!("{name:width$}  {value}  (since {})", day(detail.changed)));
        for former in detail.history.iter().filter(|_| show.history) {
            let value = shown(detail, show, former.value.expose());
            output.line(&format!("{:width$}  before: {value}  (since {})", "", day(former.changed)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(detail: &AttributeView, show: &Show, value: &str) -> String {
    if detail.sensitive && !show.reveal { HIDDEN.to_owned() } else { in_one_line(value) }
}

/// The name with its label, and which of several is the default.
fn name(detail: &AttributeView, all: &[AttributeView]) -> String {
    let several = all.iter().any(|other| other.claim == detail.claim && other.label != detail.label);
    match (detail.label.find_text(), several && detail.default) {
        (None, false) => detail.claim.to_string(),
        (None, true) => format!("{} [default]", detail.claim),
        (Some(label), false) => format!("{} [{label}]", detail.claim),
        (Some(label), true) => format!("{} [{label}, default]", detail.claim),
    }
}

/// The same for machines; the value is null when it is hidden.
fn object(detail: &AttributeView, show: &Show) -> Value {
    let value = |value: &str| (!detail.sensitive || show.reveal).then(|| value.to_owned());
    let mut object = json!({
        "name": detail.claim,
        "label": detail.label.find_text(),
        "value": value(detail.value.expose()),
        "changed": rfc3339(detail.changed),
        "default": detail.default,
        "sensitive": detail.sensitive,
        "known_to": detail.known_to,
        "outdated_at": detail.outdated_at,
    });
    if show.history {
        let former = detail.history.iter();
        let former = former.map(
            |former| json!({ "value": value(former.value.expose()), "changed": rfc3339(former.changed) }),
        );
        object["history"] = former.collect();
    }
    object
}
