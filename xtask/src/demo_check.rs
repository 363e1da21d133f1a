//! The stage that runs the demo and does not believe it: what was opened must be what was released, and nothing the
//! demo leaves behind may hold the person's data in any disguise.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{checkout::Checkout, demo, rust, stage::Outcome, tally::Tally};

/// The members of the demo's report that name files or folders to search. All must be there.
const SEARCHED: &[&str] = &["relay_db", "shop_db", "logs", "traffic", "wallet_files"];

/// Runs the demo, checks its report, and searches what it left behind.
pub fn run(checkout: &Checkout) -> Result<Outcome> {
    let itself = std::env::current_exe().context("tried to find this program")?;
    let mut demo = checkout.program(itself);
    demo.args(["demo", "--headless", "--json"]).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = demo.output().context("tried to start the demo")?;
    ensure!(output.status.success(), "the demo failed ({})", output.status);
    let report: Value = serde_json::from_slice(&output.stdout)
        .context("the demo's standard output is not one JSON object")?;
    parse_opened(&report)?;
    // All that was put into the vault, sent or not: what was kept back must be nowhere either.
    let mut values = Vec::new();
    collect_texts(&demo::details(), &mut values);
    let mut files = Vec::new();
    for name in SEARCHED {
        collect_files(&report[name], &mut files);
        ensure!(!report[name].is_null(), "the demo's report has no `{name}`");
    }
    for file in &files {
        ensure!(file.exists(), "the demo's report names {}, which does not exist", file.display());
    }
    search(checkout, &values, &files)?;
    Ok(Outcome::Ran(Tally::one(true)))
}

/// The values the packing page decrypted, if the report is sound.
fn parse_opened(report: &Value) -> Result<Vec<String>> {
    ensure!(report["ok"] == Value::Bool(true), "the demo's report does not say ok");
    for name in ["user_ref", "grant_id"] {
        ensure!(
            report[name].as_str().is_some_and(|text| !text.is_empty()),
            "the demo's report has no `{name}`"
        );
    }
    let Some(opened) = report["opened"].as_object() else { bail!("the demo's report has no `opened`") };
    ensure!(!opened.is_empty(), "the demo opened nothing");
    match &report["released"] {
        Value::Array(names) => {
            let mut released: Vec<_> = names.iter().filter_map(Value::as_str).collect();
            released.sort_unstable();
            let mut names: Vec<_> = opened.keys().map(String::as_str).collect();
            names.sort_unstable();
            ensure!(released == names, "the attributes released and opened are not the same");
        }
        released => ensure!(*released == report["opened"], "what was released and opened is not the same"),
    }
    let mut values = Vec::new();
    opened.values().for_each(|value| collect_texts(value, &mut values));
    Ok(values)
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|one| collect_texts(one, texts)),
        Value::Object(members) => members.values().for_each(|one| collect_texts(one, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The paths in a member of the report, which is one path, a list, or names with paths.
fn collect_files(value: &Value, files: &mut Vec<PathBuf>) {
    let mut texts = Vec::new();
    collect_texts(value, &mut texts);
    for text in texts {
        // A database that was not closed in order has a journal beside it.
        let journals = ["-wal", "-journal"].map(|ending| PathBuf::from(format!("{text}{ending}")));
        files.extend(journals.into_iter().filter(|journal| journal.exists()));
        files.push(Path::new(&text).to_path_buf());
    }
}

/// Hands values and files to the leak scan, which first proves on a control that it can find each form.
fn search(checkout: &Checkout, values: &[String], files: &[PathBuf]) -> Result<()> {
    let question = json!({ "values": values, "files": files });
    rust::build(checkout, &["leak-scan"])?;
    let mut scan = checkout.program(checkout.built("leak-scan"));
    let mut child = scan.stdin(Stdio::piped()).spawn().context("tried to start the leak scan")?;
    // Through a pipe and not as arguments: values do not belong into the list of processes.
    let mut pipe = child.stdin.take().context("tried to speak to the leak scan")?;
    pipe.write_all(question.to_string().as_bytes()).context("tried to speak to the leak scan")?;
    drop(pipe);
    let status = child.wait().context("tried to wait for the leak scan")?;
    ensure!(status.success(), "the leak scan failed ({status})");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Value {
        json!({
            "ok": true, "user_ref": "u", "grant_id": "g",
            "released": ["email", "address.locality"],
            "opened": { "address.locality": "Leipzig", "email": "someone@example.org" },
        })
    }

    #[test]
    fn a_sound_report_gives_its_values() {
        assert_eq!(parse_opened(&report()).unwrap(), ["Leipzig", "someone@example.org"]);
    }

    #[test]
    fn an_unsound_report_is_refused() {
        let spoil: [(&str, Value); 5] = [
            ("ok", json!(false)),
            ("grant_id", json!("")),
            ("opened", json!({})),
            ("released", json!(["email"])),
            ("released", json!({ "email": "another@example.org" })),
        ];
        for (member, value) in spoil {
            let mut bad = report();
            bad[member] = value;
            assert!(parse_opened(&bad).is_err(), "{member}");
        }
    }

    #[test]
    fn paths_are_found_in_every_shape() {
        let mut files = Vec::new();
        collect_files(&json!({ "relay": "a", "shop": ["b", "c"] }), &mut files);
        assert_eq!(files, ["a", "b", "c"].map(PathBuf::from));
    }
}
