//! `passerby activity`: what happened, without any value.

use std::process::ExitCode;

use passerby_wallet::{ActivityView, BroughtBack, Trouble as _, Wallet, What};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::moment::{minute, rfc3339};
use crate::output::Output;
use crate::request_text::{self, names};

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    fresh: bool,
    output: Output,
) -> Result<ExitCode, Failure> {
    if fresh {
        refresh(wallet, rng).await?;
    }
    let log = wallet.activity().await?;
    output.object(&json!({ "activity": log.iter().map(object).collect::<Vec<_>>() }));
    if log.is_empty() {
        output.line("Nothing has happened yet.");
    }
    for line in &log {
        let about = if line.claims.is_empty() {
            String::new()
        } else {
            format!(": {}", names(&line.claims).join(", "))
        };
        output.line(&format!("{}  {}  {}{about}", minute(line.at), line.sector, text(&line.what)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the relays what was opened; a relay that cannot be asked is a remark, not a failure.
pub async fn refresh(wallet: &Wallet, rng: &mut StdRng) -> Result<(), Failure> {
    let (_, troubles) = wallet.refresh_openings(None, rng).await?;
    for trouble in troubles {
        Output::remark(&format!("Openings: {trouble} {}", trouble.next_step()));
    }
    Ok(())
}

fn text(what: &What) -> String {
    match what {
        What::Asked => "asked for".to_owned(),
        What::Stopped { refusal } => format!("claimed to ask, and was stopped ({refusal})"),
        What::Approved => "you agreed to send".to_owned(),
        What::Sent => "sent".to_owned(),
        What::NotTaken { reason } => format!("the server it went to says that it did not take it ({reason})"),
        What::Unclear => "may have arrived".to_owned(),
        What::Declined => "you refused".to_owned(),
        What::BroughtBack(found) => request_text::brought_back(*found).to_owned(),
        What::Opened { reason } => format!("opened, \"{reason}\""),
        _ => "something this program does not know".to_owned(),
    }
}

fn object(line: &ActivityView) -> Value {
    let (word, reason) = match &line.what {
        What::Asked => ("asked", None),
        What::Stopped { refusal } => ("stopped", Some(refusal)),
        What::Approved => ("approved", None),
        What::Sent => ("sent", None),
        What::NotTaken { reason } => ("not_taken", Some(reason)),
        What::Unclear => ("unclear", None),
        What::Declined => ("declined", None),
        What::BroughtBack(BroughtBack::Copy { .. }) => ("brought_back", None),
        What::BroughtBack(_) => ("copy_ignored", None),
        What::Opened { reason } => ("opened", Some(reason)),
        _ => ("unknown", None),
    };
    json!({ "at": rfc3339(line.at), "sector": line.sector, "what": word, "reason": reason, "claims": line.claims })
}
