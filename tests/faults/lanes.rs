//! Lanes: runs beside each other. Each lane is a process, with name spaces, persons and machines of its own.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::thread;

use crate::plan::Plan;
use crate::private;
use crate::sum::Sum;

/// Set in the process of a lane: which one of how many, as `0/3`.
const LANE: &str = "PASSERBY_FAULT_LANE";
/// Before what a lane came to, which is JSON.
const CAME_TO: &str = "this lane came to ";
/// How lines begin that the test runner in a lane says by itself.
const RUNNER_SAYS: [&str; 2] = ["running 1 test", "test "];

/// Plays the plans of a test, in as many lanes as `PASSERBY_FAULT_LANES` says (1), and holds what all of them came to against
/// what must be. `test` is the full name of the test.
pub fn play_all(test: &str, plans: Vec<Plan>, one_lane: impl AsyncFnOnce(Vec<Plan>) -> Sum) {
    if let Ok(lane) = env::var(LANE) {
        let (number, count) = lane.split_once('/').unwrap();
        let plans = plans.into_iter().skip(number.parse().unwrap()).step_by(count.parse().unwrap()).collect();
        private::within(test, async || {
            let sum = one_lane(plans).await;
            println!("{CAME_TO}{}", serde_json::to_string(&sum).unwrap());
        });
        return;
    }
    if plans.is_empty() {
        return;
    }
    let count = env::var("PASSERBY_FAULT_LANES").map_or(1, |count| count.parse().unwrap());
    let lanes: Vec<_> = (0..count.min(plans.len())).map(|number| format!("{number}/{count}")).collect();
    let sum = thread::scope(|scope| {
        let lanes: Vec<_> = lanes.iter().map(|lane| scope.spawn(move || play_one(test, lane))).collect();
        lanes.into_iter().fold(Sum::default(), |sum, lane| sum.with(lane.join().unwrap()))
    });
    println!("{sum}");
    sum.assert_nothing_is_wrong();
}

/// Starts one lane, passes on what it says, and reads what it came to.
fn play_one(test: &str, lane: &str) -> Sum {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(LANE, lane).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut sum = None;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let said = line.unwrap();
        match said.strip_prefix(CAME_TO) {
            Some(json) => sum = Some(serde_json::from_str(json).unwrap()),
            None if RUNNER_SAYS.iter().any(|word| said.starts_with(word)) => {}
            None => println!("{said}"),
        }
    }
    assert!(process.wait().unwrap().success(), "lane {lane}: what it says stands above");
    sum.unwrap_or_else(|| panic!("lane {lane} ended and did not say what it came to"))
}
