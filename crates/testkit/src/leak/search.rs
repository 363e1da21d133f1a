//! Looks for many needles at once, in one pass.

use std::collections::BTreeSet;

/// What is looked for, ordered by its first two bytes.
pub struct Needles {
    needles: Vec<Vec<u8>>,
    by_start: Vec<Vec<usize>>,
}

impl Needles {
    /// Nothing to look for yet.
    pub fn new() -> Self {
        Self { needles: Vec::new(), by_start: vec![Vec::new(); 1 << 16] }
    }

    /// Adds a needle of at least two bytes; they are numbered in the order they are added.
    pub fn add(&mut self, needle: Vec<u8>) {
        if let [first, second, ..] = needle.as_slice() {
            self.by_start[start(*first, *second)].push(self.needles.len());
        }
        self.needles.push(needle);
    }

    /// The length of the longest.
    pub fn longest(&self) -> usize {
        self.needles.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Adds the numbers of those that occur in the bytes to `found`.
    pub fn find_in(&self, bytes: &[u8], found: &mut BTreeSet<usize>) {
        let mut place = 0;
        while let [first, second, ..] = &bytes[place..] {
            for needle in &self.by_start[start(*first, *second)] {
                if bytes[place..].starts_with(&self.needles[*needle]) {
                    found.insert(*needle);
                }
            }
            place += 1;
        }
    }
}

fn start(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_occur_are_found_and_no_other() {
        let mut needles = Needles::new();
        for needle in ["needle", "need", "edle end", "absent", "needles"] {
            needles.add(needle.into());
        }
        let mut found = BTreeSet::new();
        needles.find_in(b"a needle end", &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(needles.longest(), 8);
        needles.find_in(b"", &mut BTreeSet::new());
    }
}
