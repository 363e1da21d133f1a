//! What came of a measurement: ratios beside their goals, the times they are made of, and where it was.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::series::Series;
use crate::checkout::Checkout;

/// One run of the bench.
#[derive(Default)]
pub struct Report {
    place: Vec<(&'static str, String)>,
    series: Vec<(String, Series)>,
    ratios: Vec<Ratio>,
    figures: Vec<Figure>,
    notes: Vec<String>,
}

/// What has a goal of its own, or is told beside: not a ratio.
struct Figure {
    name: String,
    unit: &'static str,
    /// The most it should be; absent for what is told beside.
    goal: Option<f64>,
    series: Series,
}

struct Ratio {
    name: String,
    /// Absent for what is told beside.
    goal: Option<Goal>,
    value: f64,
}

/// What a value should be.
#[derive(Clone, Copy)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn bound(self) -> f64 {
        match self {
            Self::AtMost(bound) | Self::AtLeast(bound) => bound,
        }
    }

    /// What is said of a value that misses it.
    fn judge(self, value: f64) -> &'static str {
        match self {
            Self::AtMost(bound) if value > bound => "  <-- above its goal",
            Self::AtLeast(bound) if value < bound => "  <-- below its goal",
            _ => "",
        }
    }
}

impl Report {
    /// An empty report of this machine and this commit.
    pub fn begin(checkout: &Checkout) -> Result<Self> {
        let said = |program: &str, arguments: &[&str]| -> Result<String> {
            let output = checkout.program(program).args(arguments).output();
            let output = output.with_context(|| format!("tried to ask {program}"))?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let changed = if said("git", &["status", "--porcelain"])?.is_empty() { "" } else { ", changed" };
        let commit = said("git", &["rev-parse", "--short", "HEAD"])? + changed;
        let place = vec![
            ("date", said("date", &["-u", "+%Y-%m-%d"])?),
            ("commit", commit),
            ("machine", machine()),
            ("load before", read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned()),
        ];
        Ok(Self { place, series: Vec::new(), ratios: Vec::new(), figures: Vec::new(), notes: Vec::new() })
    }

    /// Keeps the times of something.
    pub fn keep(&mut self, name: impl Into<String>, series: Series) {
        self.series.push((name.into(), series));
    }

    /// Keeps the ratio of two medians.
    pub fn compare(&mut self, name: impl Into<String>, goal: Option<f64>, ours: &Series, theirs: &Series) {
        let goal = goal.map(Goal::AtMost);
        self.ratios.push(Ratio { name: name.into(), goal, value: ours.median() / theirs.median() });
    }

    /// The same, of what should be much.
    pub fn compare_at_least(&mut self, name: impl Into<String>, goal: f64, ours: &Series, theirs: &Series) {
        let goal = Some(Goal::AtLeast(goal));
        self.ratios.push(Ratio { name: name.into(), goal, value: ours.median() / theirs.median() });
    }

    /// Keeps the medians of something in a unit of its own.
    pub fn measure(
        &mut self,
        name: impl Into<String>,
        unit: &'static str,
        goal: Option<f64>,
        series: Series,
    ) {
        self.figures.push(Figure { name: name.into(), unit, goal, series });
    }

    /// Says something about the run.
    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    pub fn to_json(&self) -> Value {
        let ratios: Map<_, _> =
            self.ratios.iter().map(|ratio| (ratio.name.clone(), json!(round(ratio.value)))).collect();
        let goals: Map<_, _> = self
            .ratios
            .iter()
            .filter_map(|ratio| Some((ratio.name.clone(), json!(ratio.goal?.bound()))))
            .collect();
        let seconds: Map<_, _> =
            self.series.iter().map(|(name, series)| (name.clone(), series.to_json())).collect();
        let place: Map<_, _> =
            self.place.iter().map(|(name, value)| (name.replace(' ', "_"), json!(value))).collect();
        let mut report = json!({ "ratios": ratios, "goals": goals, "seconds": seconds, "where": place, "notes": self.notes });
        if !self.figures.is_empty() {
            report["figures"] = self.figures.iter().map(Figure::to_json).collect();
        }
        report
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.place {
            writeln!(out, "{name}: {value}")?;
        }
        for note in &self.notes {
            writeln!(out, "{note}")?;
        }
        writeln!(out, "\n{:<34} {:>12} {:>12} {:>12}", "", "median", "min", "max")?;
        for (name, series) in &self.series {
            let [median, min, max] = [series.median(), series.min(), series.max()].map(seconds);
            writeln!(out, "{name:<34} {median:>12} {min:>12} {max:>12}")?;
        }
        writeln!(out, "\n{:<34} {:>12} {:>12}", "", "ratio", "goal")?;
        for Ratio { name, goal, value } in &self.ratios {
            let (goal, mark) = judge(*goal, *value);
            writeln!(out, "{name:<34} {:>12} {goal:>12}{mark}", round(*value))?;
        }
        if !self.figures.is_empty() {
            writeln!(out, "\n{:<34} {:>12} {:>12} {:>12} {:>12}", "", "median", "min", "max", "goal")?;
        }
        for Figure { name, unit, goal, series } in &self.figures {
            let (goal, mark) = judge(goal.map(Goal::AtMost), series.median());
            let [median, min, max] =
                [series.median(), series.min(), series.max()].map(|value| format!("{value:.1}"));
            let name = format!("{name} ({unit})");
            writeln!(out, "{name:<34} {median:>12} {min:>12} {max:>12} {goal:>12}{mark}")?;
        }
        Ok(())
    }
}

impl Figure {
    fn to_json(&self) -> (String, Value) {
        let Self { name, unit, goal, series } = self;
        let [median, min, max] = [series.median(), series.min(), series.max()].map(round);
        (name.clone(), json!({ "median": median, "min": min, "max": max, "unit": unit, "goal": goal }))
    }
}

/// The goal, and whether it is missed.
fn judge(goal: Option<Goal>, value: f64) -> (String, &'static str) {
    let text = goal.map_or("-".to_owned(), |goal| goal.bound().to_string());
    (text, goal.map_or("", |goal| goal.judge(value)))
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn seconds(value: f64) -> String {
    if value < 0.001 { format!("{:.1} us", value * 1e6) } else { format!("{:.1} ms", value * 1e3) }
}

fn machine() -> String {
    let processors = read("/proc/cpuinfo");
    let models = || processors.lines().filter_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = models().next().map_or("unknown processor", |(_, model)| model);
    format!("{model}, {} cores, {} MiB of memory", models().count(), memory_kib() / 1024)
}

/// The memory of this computer; nothing where nobody says.
fn memory_kib() -> u64 {
    let text = read("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_its_goal_is_said_and_is_in_the_json() {
        let series = |seconds: f64| Series::parse(&json!([seconds])).unwrap();
        let mut report = Report::default();
        report.compare("unlock_1000", Some(1.3), &series(0.12), &series(0.1));
        report.compare("seal", Some(1.35), &series(0.2), &series(0.1));
        report.compare("beside", None, &series(9.0), &series(1.0));
        report.compare_at_least("postgres", 0.6, &series(0.5), &series(1.0));
        let text = report.to_string();
        let marked: Vec<_> = text.lines().filter(|line| line.contains("above its goal")).collect();
        assert_eq!(marked.len(), 1, "{text}");
        assert!(marked[0].starts_with("seal "), "{text}");
        let below = text.lines().find(|line| line.contains("below its goal"));
        assert!(below.is_some_and(|line| line.starts_with("postgres ")), "{text}");
        assert_eq!(report.to_json()["ratios"]["unlock_1000"], 1.2);
        assert_eq!(report.to_json()["goals"].as_object().unwrap().len(), 3);
        assert!(report.to_json()["figures"].is_null());
    }

    #[test]
    fn a_figure_stands_in_its_unit_beside_its_goal() {
        let mut report = Report::default();
        report.measure(
            "send_to_delivered",
            "ms",
            Some(100.0),
            Series::parse(&json!([120.0, 90.0, 130.0])).unwrap(),
        );
        report.measure("memory_empty", "MiB", None, Series::parse(&json!([80.25])).unwrap());
        let text = report.to_string();
        assert!(text.contains("send_to_delivered (ms)") && text.contains("above its goal"), "{text}");
        let figures = &report.to_json()["figures"];
        let sent = json!({ "median": 120.0, "min": 90.0, "max": 130.0, "unit": "ms", "goal": 100.0 });
        assert_eq!(figures["send_to_delivered"], sent);
        assert_eq!(figures["memory_empty"]["goal"], Value::Null);
    }
}
