//! `passerby doctor`: how the vault is, on one screen, and the two decisions that only a person takes.

use std::process::ExitCode;

use passerby_wallet::computer::keyring;
use passerby_wallet::{Opens, Wallet};
use serde_json::{Value, json};

use crate::arguments::{Doctor, Global};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::output::Output;
use crate::session::Session;
use crate::{diagnosis, place, prompt, surroundings};

/// Something needs care.
const NEEDS_CARE: u8 = 6;

pub async fn run(global: &Global, doctor: Doctor, output: Output) -> Result<ExitCode, Failure> {
    let path = place::find_vault(global.vault.clone())?;
    // What can be told without opening it is worth most when it does not open.
    let around = if path.exists() { surroundings::look(&path) } else { Vec::new() };
    let session = match Session::open_quietly(global).await {
        Ok(session) => session,
        Err(failure) => {
            for finding in around.iter().filter(|finding| finding.needs_care()) {
                output.lines(&finding.lines());
            }
            return Err(failure);
        }
    };
    let result = examine(&session.wallet, doctor, around, output, &path.to_string_lossy()).await;
    session.close(result).await
}

async fn examine(
    wallet: &Wallet,
    doctor: Doctor,
    around: Vec<Finding>,
    output: Output,
    path: &str,
) -> Result<ExitCode, Failure> {
    let accepted = if doctor.accept { accept(wallet, doctor.yes, output).await? } else { false };
    let removed = if doctor.remove_damaged { remove_damaged(wallet, doctor.yes, output).await? } else { 0 };

    let health = wallet.health().await?;
    let has_keyring = health.ways.iter().any(|way| matches!(way.opens, Opens::Keyring(_)));
    let answer = if has_keyring { Some(wallet.check_way(&keyring()).await) } else { None };
    let mut findings = diagnosis::of(&health, answer);
    findings.extend(around);

    let care = findings.iter().filter(|finding| finding.needs_care()).count();
    output.object(&json!({
        "vault": path,
        "schema": health.schema,
        "fine": care == 0,
        "wholeness": diagnosis::word(health.wholeness),
        "damaged": health.damaged,
        "accepted": accepted,
        "removed": removed,
        "findings": findings.iter().map(Finding::object).collect::<Vec<Value>>(),
    }));
    output.line(&format!("Your vault: {path}"));
    for finding in &findings {
        output.lines(&finding.lines());
    }
    output.line(&match care {
        0 => "All is well.".to_owned(),
        1 => "One thing needs your care.".to_owned(),
        many => format!("{many} things need your care."),
    });
    Ok(if care == 0 { ExitCode::SUCCESS } else { ExitCode::from(NEEDS_CARE) })
}

/// Takes the vault as it is, if the person says so after they were told what that means.
async fn accept(wallet: &Wallet, yes: bool, output: Output) -> Result<bool, Failure> {
    let found = wallet.wholeness().await?;
    if found.is_fine() {
        output.line("The vault is whole: there is nothing to accept.");
        return Ok(false);
    }
    output.line(&diagnosis::meaning(found));
    output.line("If you accept it, it is your vault as it stands now, and what is missing stays missing. Copy the file first");
    output.line("if you are not sure: the copy can still be compared.");
    decide("Accept it?", yes, output)?;
    wallet.accept().await?;
    output.line("Accepted.");
    Ok(true)
}

async fn remove_damaged(wallet: &Wallet, yes: bool, output: Output) -> Result<usize, Failure> {
    let damaged = wallet.count_damaged().await?;
    if damaged == 0 {
        output.line("No record is damaged: there is nothing to remove.");
        return Ok(0);
    }
    output.line(&format!(
        "{damaged} records cannot be opened, and nobody can tell what they were. A backup or an older copy of the file may"
    ));
    output.line("still have them. If you remove them here, they are gone from this file.");
    decide("Remove them?", yes, output)?;
    let removed = wallet.remove_damaged().await?;
    output.line(&format!("Removed: {removed}."));
    Ok(removed)
}

fn decide(question: &str, yes: bool, output: Output) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if output.is_json() || !prompt::is_somebody_there() {
        return Err(Failure::usage("There is nobody to ask: add --yes. Nothing was changed."));
    }
    if prompt::ask(&format!("{question} Type yes (Enter changes nothing):"))?.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::failed("not-decided", "Nothing was changed."))
    }
}
