//! Links that arrived and wait for a click: the newest three, never fetched, never shown before the wallet is open.
//!
//! Whoever runs as the person can hand over any text as a link. So it is only kept if it is one, and a flood of them neither
//! grows without bound nor pushes a person's request away unseen: it pushes out the oldest.

use std::collections::VecDeque;

use passerby_protocol::foreign::Link;

/// The most that wait.
const MOST: usize = 3;

/// The longest text that is looked at: a link is at most 2,048 bytes (docs/protocol.md section 5.1).
const LONGEST: usize = 8_192;

/// Whether a text is a link to a request.
#[must_use]
pub fn is_link(text: &str) -> bool {
    let text = text.trim();
    text.len() <= LONGEST && Link::parse(text).is_ok()
}

/// The links that wait, oldest first.
#[derive(Debug, Default)]
pub struct WaitingLinks(VecDeque<String>);

impl WaitingLinks {
    /// Keeps a link. Says whether it was one; a link that waits already stays where it is.
    pub fn keep(&mut self, text: &str) -> bool {
        let text = text.trim();
        if !is_link(text) {
            return false;
        }
        if !self.0.iter().any(|kept| kept == text) {
            if self.0.len() == MOST {
                self.0.pop_front();
            }
            self.0.push_back(text.to_owned());
        }
        true
    }

    /// Whether this one waits.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        self.0.iter().any(|kept| kept == text.trim())
    }

    /// Takes the newest: the one that the person has just clicked.
    pub fn take_newest(&mut self) -> Option<String> {
        self.0.pop_back()
    }

    /// Takes the oldest: what has waited longest.
    pub fn take_oldest(&mut self) -> Option<String> {
        self.0.pop_front()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(n: usize) -> String {
        format!(
            "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=https%3A%2F%2Frelay.example%2Fr%2F{n:022}"
        )
    }

    #[test]
    fn only_links_wait_and_a_flood_pushes_out_the_oldest() {
        let mut links = WaitingLinks::default();
        for text in
            ["", "https://shoes.example", "passerby://", "passerby://?client_id=x", &"x".repeat(100_000)]
        {
            assert!(!links.keep(text), "{}", text.len());
        }
        for n in 0..1_000 {
            links.keep(&link(n));
            links.keep(&link(n));
        }
        assert_eq!(links.len(), MOST);
        assert_eq!(links.take_newest(), Some(link(999)));
        assert_eq!(links.take_oldest(), Some(link(997)));
    }
}
