//! `passerby decline`: no.

use std::path::Path;
use std::process::ExitCode;

use passerby_protocol::sector::Sector;
use passerby_wallet::{Refusal, Wallet};
use rand::rngs::StdRng;
use serde_json::json;

use crate::arguments::Decline;
use crate::failure::Failure;
use crate::foreign;
use crate::output::Output;

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    decline: Decline,
    anchors: Option<&Path>,
    output: Output,
) -> Result<ExitCode, Failure> {
    let Decline { request, always } = decline;
    let refusal = if always { Refusal::Always } else { Refusal::ThisTime };
    if let Some(number) = wallet.find_foreign(request).await? {
        let trust = foreign::load_trust(anchors)?;
        return foreign::decline(wallet, rng, (number, refusal), &trust, output).await;
    }
    let declined = wallet.decline(request, refusal, rng).await.map_err(|error| Failure::of_step(&error))?;
    output.object(&json!({
        "number": declined.number,
        "sector": declined.sector,
        "declined": true,
        "told": declined.told,
        "blocked": declined.blocked,
        "return_to": declined.return_to.as_ref().map(ToString::to_string),
    }));
    output.line(&format!(
        "Request {} is refused. Nothing was sent. The shop is not told why.",
        declined.number
    ));
    if !declined.told {
        output.line("The relay server could not be told; the shop's page will stop waiting by itself.");
    }
    say_blocked(output, &declined.sector, (always, declined.blocked));
    output.line("On the shop's page you can fill in the usual form.");
    if let Some(to) = &declined.return_to {
        output.line(&format!("  {to}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What came of the wish to refuse a host always.
pub fn say_blocked(output: Output, host: &Sector, (wished, blocked): (bool, bool)) {
    if blocked {
        output.line(&format!(
            "From now on every request of {host} is refused. To lift that: passerby shops --unblock {host}"
        ));
    } else if wished {
        output.line(&format!(
            "Whether it was {host} that asked could not be checked, so other requests of {host} are not refused."
        ));
    }
}
