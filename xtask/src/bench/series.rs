//! The times of one thing, or its sizes, in the order they were taken.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Seconds, or MiB.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Times that a program of ours printed.
    pub fn parse(seconds: &Value) -> Result<Self> {
        let list = seconds.as_array().context("a list of seconds is missing")?;
        let list: Option<Vec<_>> = list.iter().map(Value::as_f64).collect();
        let list = list.context("a list of seconds holds something else")?;
        ensure!(!list.is_empty(), "a list of seconds is empty");
        Ok(Self(list))
    }

    /// Of what is taken once.
    pub fn of(value: f64) -> Self {
        Self(vec![value])
    }

    /// Runs a program to its end and notes how long that took. Its output is not shown; failing is an error.
    pub fn run(&mut self, command: &mut Command, typed: &str) -> Result<()> {
        let name = command.get_program().to_string_lossy().into_owned();
        let begun = Instant::now();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("tried to start {name}"))?;
        if let Some(mut input) = child.stdin.take() {
            // A program that reads nothing may have ended already.
            drop(std::io::Write::write_all(&mut input, typed.as_bytes()));
        }
        let status = child.wait().with_context(|| format!("tried to wait for {name}"))?;
        self.0.push(begun.elapsed().as_secs_f64());
        ensure!(status.success(), "{name} failed ({status})");
        Ok(())
    }

    /// Notes one more.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The one in the middle.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Item by item, as long as both have one: what takes turns belongs together.
    pub fn plus(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, two)| one + two).collect())
    }

    /// Item by item, as long as both have one: how much more the first took.
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, two)| one - two).collect())
    }

    /// In a smaller unit.
    pub fn times(&self, factor: f64) -> Self {
        Self(self.0.iter().map(|one| one * factor).collect())
    }

    pub fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub fn max(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    pub fn to_json(&self) -> Value {
        json!({ "median": self.median(), "min": self.min(), "max": self.max(), "repetitions": self.0.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        let series = Series::parse(&json!([5.0, 1.0, 3.0])).unwrap();
        assert_eq!(series.to_json()["median"], 3.0);
        assert_eq!((&series.to_json()["min"], &series.to_json()["max"]), (&json!(1.0), &json!(5.0)));
        assert!((series.plus(&series).median() - 6.0).abs() < 1e-9);
        assert!(Series::parse(&json!([])).is_err() && Series::parse(&json!(["1"])).is_err());
    }

    #[test]
    fn a_program_that_fails_is_no_time() {
        let mut series = Series::default();
        series.run(Command::new("sh").args(["-c", "read line; test \"$line\" = yes"]), "yes\n").unwrap();
        assert!(series.run(&mut Command::new("false"), "").is_err());
    }
}
