//! `cargo xtask test`: every stage, then a table of the minutes each took, what was left out, and the sum.

use std::{
    env,
    fmt::Display,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    checkout::Checkout,
    install,
    stage::{ELSEWHERE, Outcome, STAGES, Stage, Tier},
    tally::Tally,
};

/// Install what is missing and run every test.
#[derive(clap::Args)]
#[command(after_help = stages_help())]
pub struct Arguments {
    /// Also run what is too long for every run.
    #[arg(long)]
    full: bool,
    /// Run only this stage (may be given several times).
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
}

fn stages_help() -> String {
    let mut lines = vec![String::from("Stages, in this order:")];
    for stage in STAGES {
        let note = if stage.tier == Tier::Full { " (with --full)" } else { "" };
        lines.push(format!("  {:<10} {}{note}", stage.name, stage.about));
    }
    lines.join("\n")
}

/// Runs the stages that were asked for.
pub fn run(checkout: &Checkout, arguments: &Arguments) -> Result<ExitCode> {
    for name in &arguments.only {
        if !STAGES.iter().any(|stage| stage.name == name) {
            let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
            bail!("there is no stage `{name}`; there are: {}", names.join(", "));
        }
    }
    let stages: Vec<_> = STAGES
        .iter()
        .filter(|stage| match arguments.only.as_slice() {
            [] => arguments.full || stage.tier < Tier::Full,
            only => only.iter().any(|name| name == stage.name),
        })
        .collect();
    let how = if arguments.only.is_empty() { "run with --full" } else { "run without --only" };
    run_stages(checkout, &stages, how)
}

/// Runs these stages to the last one, whatever fails on the way, and prints the sum as the last line.
pub fn run_stages(checkout: &Checkout, stages: &[&Stage], how_to_run_others: &str) -> Result<ExitCode> {
    // Asked for at once, so that one line for root names all of them.
    let needs: Vec<_> = stages.iter().flat_map(|stage| stage.needs.concat()).collect();
    install::system_parts(checkout, &needs)?;
    let mut rows = Vec::new();
    for stage in stages {
        println!("\n== {}: {} ==", stage.name, stage.about);
        let start = Instant::now();
        let outcome = (stage.run)(checkout).unwrap_or_else(|error| {
            eprintln!("error: {}: {error:#}", stage.name);
            Outcome::Ran(Tally::one(false))
        });
        rows.push((stage.name, start.elapsed(), outcome));
    }

    let not_asked: Vec<_> = STAGES
        .iter()
        .filter(|stage| !stages.iter().any(|one| one.name == stage.name))
        .map(|stage| stage.name)
        .collect();
    let mut elsewhere: Vec<String> = find_missing_vectors(checkout).into_iter().collect();
    elsewhere.push(ELSEWHERE.to_owned());
    let (report, sum) = report(&rows, &not_asked, how_to_run_others, elsewhere);
    println!("\n{report}");
    Ok(if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text that ends a run.
fn report(
    rows: &[(&str, Duration, Outcome)],
    not_asked: &[&str],
    how: &str,
    elsewhere: Vec<String>,
) -> (String, Tally) {
    let mut sum = Tally::default();
    let mut whole = Duration::ZERO;
    let mut lines = vec![line("stage", "minutes", "passed", "failed")];
    let mut left_out = Vec::new();
    if !not_asked.is_empty() {
        left_out.push(format!("{} ({how})", not_asked.join(", ")));
    }
    for (name, took, outcome) in rows {
        whole += *took;
        match outcome {
            Outcome::Ran(tally) => {
                sum += *tally;
                let mark = if tally.failed > 0 { "  <-- failed" } else { "" };
                lines.push(format!("{}{mark}", line(name, minutes(*took), tally.passed, tally.failed)));
            }
            Outcome::LeftOut(why) => {
                lines.push(line(name, minutes(*took), "-", "-"));
                left_out.push(format!("{name} ({why})"));
            }
        }
    }
    left_out.extend(elsewhere);
    lines.push(line("all", minutes(whole), sum.passed, sum.failed));
    lines.push(format!("\nleft out: {}", left_out.join("; ")));
    lines.push(format!("{} passed, {} failed", sum.passed, sum.failed));
    (lines.join("\n"), sum)
}

/// Vectors published with the standards are not part of the checkout; the tests that read them pass over without them.
fn find_missing_vectors(checkout: &Checkout) -> Option<String> {
    let beside = checkout.root().join("../shared/vectors");
    let folder = env::var_os("PASSERBY_VECTORS").map_or(beside, PathBuf::from);
    let what = "the published vectors of RFC 9180 and JOSE HPKE (name their folder in PASSERBY_VECTORS)";
    (!folder.is_dir()).then(|| what.to_owned())
}

fn line(stage: &str, minutes: impl Display, passed: impl Display, failed: impl Display) -> String {
    format!("{stage:<10} {minutes:>7} {passed:>7} {failed:>7}")
}

fn minutes(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_ends_with_the_sum_and_hides_nothing() {
        let rows = [
            ("fmt", Duration::from_secs(6), Outcome::Ran(Tally::one(true))),
            ("rust", Duration::from_secs(90), Outcome::Ran(Tally { passed: 40, failed: 2 })),
            ("shop", Duration::ZERO, Outcome::LeftOut("it has no tests".into())),
        ];
        let (text, sum) = report(&rows, &["long", "release"], "run with --full", vec![ELSEWHERE.to_owned()]);
        assert_eq!(sum, Tally { passed: 41, failed: 2 });
        assert!(text.contains("rust           1.5      40       2  <-- failed"), "{text}");
        assert!(
            text.contains("left out: long, release (run with --full); shop (it has no tests); advisories"),
            "{text}"
        );
        assert!(text.ends_with("\n41 passed, 2 failed"), "{text}");
    }
}
