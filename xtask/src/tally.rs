//! How many tests passed and failed, read from what the test runners print.

use std::ops::AddAssign;

/// Tests that passed and tests that did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// A stage that is not a test runner counts as one.
    pub fn one(success: bool) -> Self {
        Self { passed: u64::from(success), failed: u64::from(!success) }
    }

    /// What a test runner's summary and exit code say together.
    ///
    /// A runner that failed without a failed test (it did not compile, it was killed) counts as one failure, and so
    /// does one that claims success and ran nothing.
    pub fn of_runner(success: bool, summary: Option<Self>) -> Self {
        let mut tally = summary.unwrap_or_default();
        if tally.failed == 0 && (!success || tally.passed == 0) {
            tally.failed = 1;
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Reads cargo-nextest's last line: `Summary [ 1.2s] 10 tests run: 8 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
pub fn parse_nextest(text: &str) -> Option<Tally> {
    let line = text.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, counts) = line.split_once(" run: ")?;
    let mut tally = Tally::default();
    for part in counts.split(", ") {
        let Some((number, word)) = part.split_once(' ') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        if word.starts_with("passed") {
            tally.passed += number;
        } else if ["failed", "timed out", "exec failed"].iter().any(|bad| word.starts_with(bad)) {
            tally.failed += number;
        }
    }
    Some(tally)
}

/// Adds up the lines `test result: ok. 3 passed; 0 failed; ..` that Rust's own test runner prints once a crate.
pub fn parse_libtest(text: &str) -> Option<Tally> {
    let mut sum = None;
    for line in text.lines().filter(|line| line.starts_with("test result: ")) {
        let tally: &mut Tally = sum.get_or_insert_default();
        tally.passed += number_before(line, " passed").unwrap_or(0);
        tally.failed += number_before(line, " failed").unwrap_or(0);
    }
    sum
}

/// Adds up what JavaScript's runners print: node's `# pass 3` or `ℹ pass 3`, and vitest's `Tests  1 failed | 3 passed`.
pub fn parse_node(text: &str) -> Option<Tally> {
    let mut sum = None;
    for line in text.lines().map(str::trim) {
        if let Some(count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            let Some((word, number)) = count.split_once(' ') else { continue };
            let Ok(number) = number.trim().parse::<u64>() else { continue };
            let tally: &mut Tally = match word {
                "pass" | "fail" | "cancelled" => sum.get_or_insert_default(),
                _ => continue,
            };
            if word == "pass" {
                tally.passed += number;
            } else {
                tally.failed += number;
            }
        } else if line.starts_with("Tests ") && line.ends_with(')') {
            let tally: &mut Tally = sum.get_or_insert_default();
            tally.passed += number_before(line, " passed").unwrap_or(0);
            tally.failed += number_before(line, " failed").unwrap_or(0);
        }
    }
    sum
}

/// Reads pytest's last line: `1 failed, 38 passed, 2 errors in 15.36s`.
pub fn parse_pytest(text: &str) -> Option<Tally> {
    text.lines().rev().find_map(|line| {
        let (counts, _) = line.trim_matches(['=', ' ']).split_once(" in ")?;
        let mut tally = None;
        for part in counts.split(", ") {
            let (number, word) = part.split_once(' ')?;
            let number = number.parse::<u64>().ok()?;
            let tally: &mut Tally = tally.get_or_insert_default();
            match word {
                "passed" => tally.passed += number,
                "failed" | "error" | "errors" => tally.failed += number,
                _ => {}
            }
        }
        tally
    })
}

fn number_before(line: &str, word: &str) -> Option<u64> {
    let (before, _) = line.split_once(word)?;
    before.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn nextest_counts_what_did_not_finish_as_failed() {
        let text = "PASS x\n     Summary [   1.204s] 12 tests run: 8 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 1 exec failed, 7 skipped\n";
        assert_eq!(parse_nextest(text), Some(tally(8, 4)));
        assert_eq!(
            parse_nextest("     Summary [   0.1s] 3/9 tests run: 2 passed, 1 failed, 0 skipped"),
            Some(tally(2, 1))
        );
        assert_eq!(
            parse_nextest("     Summary [   0.1s] 1 test run: 1 passed, 0 skipped"),
            Some(tally(1, 0))
        );
        assert_eq!(parse_nextest("error: could not compile"), None);
    }

    #[test]
    fn every_crate_of_libtest_is_added() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\n\ntest result: FAILED. 1 passed; 2 failed; 0 ignored\n";
        assert_eq!(parse_libtest(text), Some(tally(4, 2)));
        assert_eq!(parse_libtest("nothing"), None);
    }

    #[test]
    fn node_in_both_its_hands_and_vitest() {
        assert_eq!(
            parse_node("# tests 5\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 0\n"),
            Some(tally(3, 2))
        );
        assert_eq!(parse_node("ℹ tests 3\nℹ pass 3\nℹ fail 0\nℹ duration_ms 12.5\n"), Some(tally(3, 0)));
        assert_eq!(
            parse_node(" Test Files  1 failed (1)\n      Tests  1 failed | 12 passed (13)\n"),
            Some(tally(12, 1))
        );
        assert_eq!(parse_node("npm error missing script: test"), None);
    }

    #[test]
    fn pytest_counts_errors_as_failed() {
        assert_eq!(parse_pytest("..F\n1 failed, 38 passed, 2 errors in 15.36s\n"), Some(tally(38, 3)));
        assert_eq!(parse_pytest("===== 3 passed, 1 skipped in 75.01s (0:01:15) ====="), Some(tally(3, 0)));
        assert_eq!(parse_pytest("no tests ran in 0.01s\n"), None);
        assert_eq!(parse_pytest("ModuleNotFoundError: No module named 'x'"), None);
    }

    #[test]
    fn a_runner_that_ran_nothing_has_failed() {
        assert_eq!(Tally::of_runner(true, None), tally(0, 1));
        assert_eq!(Tally::of_runner(true, Some(tally(0, 0))), tally(0, 1));
        assert_eq!(Tally::of_runner(false, Some(tally(9, 0))), tally(9, 1));
        assert_eq!(Tally::of_runner(false, Some(tally(9, 2))), tally(9, 2));
        assert_eq!(Tally::of_runner(true, Some(tally(9, 0))), tally(9, 0));
    }
}
