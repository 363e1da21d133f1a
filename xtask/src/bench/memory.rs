//! The memory of a program and of all that it started.

use std::{collections::HashSet, fs};

use anyhow::{Context, Result, ensure};

/// The proportional set size of a process and all processes below it, in MiB: what is shared counts for each by its part.
pub fn measure(root: u32) -> Result<f64> {
    let mut kib = 0;
    for process in family(root, &parents()) {
        let file = format!("/proc/{process}/smaps_rollup");
        // One that ended meanwhile takes no memory. Of the wallet itself only root may ask.
        match fs::read_to_string(&file) {
            Ok(text) => kib += parse_pss(&text),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(error).context("tried to ask for the memory of the wallet, which only root may");
            }
            Err(_) => {}
        }
    }
    ensure!(kib > 0, "the program that was to be measured has ended");
    #[allow(clippy::cast_precision_loss, reason = "no computer has 2^53 KiB")]
    Ok(kib as f64 / 1024.0)
}

/// Every process, with the one that started it.
fn parents() -> Vec<(u32, u32)> {
    let listed = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = listed.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter_map(|process| {
            let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            // The name before it may hold anything, a parenthesis too.
            let parent = text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((process, parent))
        })
        .collect()
}

fn family(root: u32, parents: &[(u32, u32)]) -> HashSet<u32> {
    let mut family = HashSet::from([root]);
    while let Some((child, _)) =
        parents.iter().find(|(child, parent)| family.contains(parent) && !family.contains(child))
    {
        family.insert(*child);
    }
    family
}

/// In KiB.
fn parse_pss(text: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_belong_to_it_and_others_do_not() {
        let parents = [(5, 4), (2, 1), (4, 2), (3, 1)];
        assert_eq!(family(2, &parents), HashSet::from([2, 4, 5]));
    }

    #[test]
    fn the_proportional_size_is_read() {
        assert_eq!(
            parse_pss("00400000-7ff [rollup]\nRss:  9000 kB\nPss:   1234 kB\nPss_Dirty: 7 kB\n"),
            1234
        );
        let own = std::process::id();
        assert!(measure(own).unwrap() > 0.1, "this process takes memory");
        assert!(parents().iter().any(|(process, _)| *process == own));
    }
}
