//! `passerby open`: who asks, for what, why, for how long.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use passerby_wallet::{Answer, Wallet};
use rand::rngs::StdRng;
use serde_json::json;

use crate::arguments::Browser;
use crate::failure::Failure;
use crate::output::Output;
use crate::{decide, foreign, prompt, request_text};

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    link: &str,
    browser: Browser,
    passphrase: Option<&Path>,
    anchors: Option<&Path>,
    output: Output,
) -> Result<ExitCode, Failure> {
    if Wallet::is_foreign_link(link) {
        return foreign::open(wallet, rng, link, &foreign::load_trust(anchors)?, output).await;
    }
    let view = wallet.open_request(link, rng).await.map_err(|error| Failure::of_step(&error))?;
    output.object(&json!({ "request": request_text::object(&view) }));
    output.lines(&request_text::lines(&view, &BTreeMap::new(), &BTreeMap::new()));
    let number = view.number;
    if !output.is_json() && prompt::is_somebody_there() {
        let answer = decide::at_terminal(wallet, &view, None, Answer::default(), rng).await?;
        if let Some(mut answer) = answer {
            decide::confirm(wallet, &view, &mut answer, passphrase).await?;
            let delivered = decide::send(wallet, &view, &answer, rng).await?;
            decide::show_delivered(output, &delivered, browser);
            decide::leave_copy(wallet, Some(&delivered.sector), rng).await;
            return Ok(ExitCode::SUCCESS);
        }
        output.line("Nothing was sent.");
    }
    output.line(&format!("To send: passerby approve {number}    To refuse: passerby decline {number}"));
    Ok(ExitCode::SUCCESS)
}
