//! A line of the journal: `1800000000 + <digest>`, or `-` for a deletion that then was none.

use passerby_protocol::wire::b64u;
use passerby_relay_store::GrantId;

use crate::hazmat::sha256;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Seconds since 1970.
    pub at: i64,
    /// `false`: it was taken back.
    pub buried: bool,
    pub digest: [u8; 32],
}

/// What stands in the journal for a grant.
pub(super) fn digest_of(id: GrantId) -> [u8; 32] {
    sha256(format!("passerby-relay/1 tombstone {id}"))
}

impl Entry {
    pub(super) fn to_line(self) -> String {
        let sign = if self.buried { '+' } else { '-' };
        format!("{} {sign} {}\n", self.at, b64u::encode(self.digest))
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let at = words.next()?.parse().ok()?;
        let buried = match words.next()? {
            "+" => true,
            "-" => false,
            _ => return None,
        };
        let digest = b64u::decode(words.next()?).ok()?.try_into().ok()?;
        words.next().is_none().then_some(Self { at, buried, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let entry = Entry { at: 1_800_000_000, buried: true, digest: [7; 32] };
        let line = entry.to_line();
        assert_eq!(Entry::parse(line.trim_end()), Some(entry));
        let back = Entry { buried: false, ..entry };
        assert_eq!(Entry::parse(back.to_line().trim_end()), Some(back));
        let torn = &line[..line.len() - 5];
        for other in [torn, "", "now + x", &line.replace('+', "*"), &format!("{} x", line.trim_end())] {
            assert_eq!(Entry::parse(other), None, "{other}");
        }
    }
}
