//! `passerby approve`: yes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use passerby_wallet::{Answer, Optionals, Wallet};
use rand::rngs::StdRng;
use serde_json::json;

use crate::arguments::Approve;
use crate::failure::Failure;
use crate::output::Output;
use crate::{decide, foreign, less, prompt, request_text};

pub async fn run(
    wallet: &Wallet,
    rng: &mut StdRng,
    approve: Approve,
    passphrase: Option<&Path>,
    anchors: Option<&Path>,
    output: Output,
) -> Result<ExitCode, Failure> {
    let mut uses = BTreeMap::new();
    for (group, label) in approve.uses {
        if uses.insert(group, label).is_some() {
            return Err(Failure::usage("--use names a detail twice."));
        }
    }
    let optional = match (approve.all, approve.only) {
        (true, _) => Some(Optionals::All),
        (false, Some(names)) => Some(Optionals::Only(names.into_iter().collect())),
        (false, None) => None,
    };
    if let Some(number) = wallet.find_foreign(approve.request).await? {
        let less = less::find_ways(&[], approve.less)?;
        let optional = optional.unwrap_or_default();
        let answer = Answer { optional, uses, less, as_stranger: approve.stranger, ..Answer::default() };
        let approval = foreign::Approval { number, answer, yes: approve.yes, browser: approve.browser };
        return foreign::approve(wallet, rng, approval, &foreign::load_trust(anchors)?, output).await;
    }
    let view = wallet.look(approve.request, rng).await.map_err(|error| Failure::of_step(&error))?;
    let less = less::find_ways(&view.offers, approve.less)?;
    output.lines(&request_text::lines(&view, &uses, &less));
    if approve.stranger {
        output.line("  You answer as a stranger: the shop sees a name that you have nowhere else.");
    }
    let answer = Answer { uses, less, as_stranger: approve.stranger, ..Answer::default() };
    let answer = if !output.is_json() && !approve.yes && prompt::is_somebody_there() {
        decide::at_terminal(wallet, &view, optional, answer, rng).await?
    } else {
        Some(Answer { optional: optional.unwrap_or_default(), ..answer })
    };
    let Some(mut answer) = answer else {
        output.line(&format!("Nothing was sent. To refuse: passerby decline {}", view.number));
        return Ok(ExitCode::SUCCESS);
    };
    decide::confirm(wallet, &view, &mut answer, passphrase).await?;
    let delivered = decide::send(wallet, &view, &answer, rng).await?;
    let mut object = decide::delivered_object(&delivered);
    object["request"] = request_text::object(&view);
    object["as_stranger"] = approve.stranger.into();
    output.object(&json!(object));
    if approve.stranger {
        output.line(request_text::AS_STRANGER);
    }
    decide::show_delivered(output, &delivered, approve.browser);
    decide::leave_copy(wallet, Some(&delivered.sector), rng).await;
    Ok(ExitCode::SUCCESS)
}
