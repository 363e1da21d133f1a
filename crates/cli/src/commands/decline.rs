//! `passerby decline`: no.

use std::path::Path;
use std::process::ExitCode;

use passerby_wallet::Wallet;
use rand::rngs::StdRng;
use serde_json::json;

use crate::failure::Failure;
use crate::foreign;
use crate::output::Output;

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    request: Option<u32>,
    anchors: Option<&Path>,
    output: Output,
) -> Result<ExitCode, Failure> {
    if let Some(number) = wallet.find_foreign(request).await? {
        return foreign::decline(wallet, rng, number, &foreign::load_trust(anchors)?, output).await;
    }
    let declined = wallet.decline(request, rng).await.map_err(|error| Failure::of_step(&error))?;
    output.object(&json!({
        "number": declined.number,
        "sector": declined.sector,
        "declined": true,
        "told": declined.told,
        "return_to": declined.return_to.as_ref().map(ToString::to_string),
    }));
    output.line(&format!(
        "Request {} is refused. Nothing was sent. The shop is not told why.",
        declined.number
    ));
    if !declined.told {
        output.line("The relay server could not be told; the shop's page will stop waiting by itself.");
    }
    output.line("On the shop's page you can fill in the usual form.");
    if let Some(to) = &declined.return_to {
        output.line(&format!("  {to}"));
    }
    Ok(ExitCode::SUCCESS)
}
