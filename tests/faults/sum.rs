//! What runs come to, one by one and in all.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::audit::Verdict;
use crate::machines::Happened;
use crate::plan::{KINDS, Kind, Plan};

/// What a run came to.
pub struct Played {
    pub verdict: Verdict,
    pub happened: Happened,
    pub steps: u32,
    pub not_reached: usize,
    pub took: Duration,
}

/// What all runs came to.
#[derive(Default, Serialize, Deserialize)]
pub struct Sum {
    runs: u64,
    steps: u64,
    not_reached: usize,
    total: Verdict,
    faults: BTreeMap<Kind, u32>,
    left_out: BTreeMap<Kind, u32>,
    packets_lost: u64,
    failed: Vec<u64>,
}

impl Sum {
    /// Adds a run, and says how it went.
    pub fn add(&mut self, plan: &Plan, played: Played) {
        let Played { verdict, happened, steps, not_reached, took } = played;
        self.runs += 1;
        self.steps += u64::from(steps);
        self.not_reached += not_reached;
        self.packets_lost += happened.packets_lost;
        count(&mut self.faults, &happened.faults);
        count(&mut self.left_out, &happened.left_out);
        self.total.add(&verdict);
        let faults: Vec<_> = plan.faults.iter().map(|fault| fault.kind.to_string()).collect();
        let word = if verdict.is_clean() { "holds" } else { "FAILS" };
        let (seed, kept, seconds) = (plan.seed, verdict.acknowledged, took.as_secs_f32());
        println!(
            "seed {seed}: {word}; {kept} acknowledged in {steps} steps, {seconds:.1} s; {}",
            faults.join(", ")
        );
        if !verdict.is_clean() {
            self.failed.push(seed);
            println!("{verdict:?}");
            println!(
                "again: PASSERBY_FAULT_SEED={seed} cargo nextest run -p passerby-tests --test faults --no-capture what_was"
            );
        }
    }

    /// This and that together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.steps += other.steps;
        self.not_reached += other.not_reached;
        self.total.add(&other.total);
        count(&mut self.faults, &other.faults);
        count(&mut self.left_out, &other.left_out);
        self.packets_lost += other.packets_lost;
        self.failed.extend(other.failed);
        self
    }

    #[track_caller]
    pub fn assert_nothing_is_wrong(&self) {
        assert!(self.failed.is_empty(), "the runs with these seeds failed: {:?}", self.failed);
    }
}

fn count(all: &mut BTreeMap<Kind, u32>, more: &BTreeMap<Kind, u32>) {
    for (kind, count) in more {
        *all.entry(*kind).or_default() += count;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = &self.total;
        writeln!(f, "\n{} runs, {} steps", self.runs, self.steps)?;
        for kind in KINDS {
            let count = |counts: &BTreeMap<Kind, u32>| counts.get(&kind).copied().unwrap_or(0);
            write!(f, "  {:<30} {:>5} times", kind.to_string(), count(&self.faults))?;
            match count(&self.left_out) {
                0 => writeln!(f)?,
                left_out => {
                    writeln!(f, "; left out {left_out} times: this system does not allow or have it")?;
                }
            }
        }
        writeln!(f, "  {:<30} {:>5}", "not reached", self.not_reached)?;
        writeln!(f, "  {:<30} {:>5}", "packets thrown away", self.packets_lost)?;
        for (name, count) in [
            ("answers acknowledged", total.acknowledged),
            ("  lost", total.lost),
            ("  doubled", total.doubled),
            ("  overtaken by a clock", total.overtaken),
            ("burned", total.burned),
            ("  readable", total.readable),
            ("refusals acknowledged", total.declined),
            ("openings shown to persons", total.openings),
            ("tasks hung for good", total.hung),
            ("mistakes of a relay", total.mistakes),
        ] {
            writeln!(f, "  {name:<30} {count:>5}")?;
        }
        Ok(())
    }
}
