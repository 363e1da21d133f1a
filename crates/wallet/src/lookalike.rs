//! Hosts that can be taken for another one: punycode written out, and names that resemble one this wallet knows.
//!
//! Two hosts resemble each other if what looks like their registrable parts (the last two labels, or three where the second
//! last is as short as in `co.uk`) are the same for the eye (the skeletons of Unicode's UTS 39), or differ in one letter
//! more, less, other or exchanged; or if the whole of the known host stands at the beginning of the longer one. There is no
//! list of public suffixes behind this: two hosts under one provider's name are taken for one owner's.
//!
//! Never in here: a word that a host is safe. Nothing follows from finding nothing, and nothing is refused for this.

use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;

use crate::records::PinRecord;
use crate::wallet::Wallet;

/// Names shorter than this are too easily alike in all but one letter.
const TELLING: usize = 4;

/// What the eye may miss about a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookalike {
    /// What it reads like with its punycode written out; absent when it is written as it reads.
    pub written_out: Option<String>,
    /// A host that this wallet has known for longer, and that this one is not.
    pub resembles: Option<Resembled>,
}

/// A known host that another one resembles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resembled {
    /// Which.
    pub sector: Sector,
    /// Since when its keys are known here.
    pub since: Timestamp,
}

impl Wallet {
    /// Looks at a host as an eye does, beside those that this wallet knows.
    pub(crate) async fn find_lookalike(&self, sector: &Sector) -> Result<Lookalike, RecordError> {
        let pins: Vec<_> =
            self.vault().list::<PinRecord>().await?.into_iter().map(|(_, pin)| pin.0).collect();
        let own = pins.iter().find(|pin| pin.sector == *sector);
        let met = own.map_or(self.now(), |pin| pin.first_seen);
        let mut others = pins.iter().filter(|pin| pin.sector != *sector && pin.first_seen <= met);
        let other = others.find(|pin| resembles(host_of(sector), host_of(&pin.sector)));
        let resembles = other.map(|pin| Resembled { sector: pin.sector.clone(), since: pin.first_seen });
        Ok(Lookalike { written_out: write_out(host_of(sector)), resembles })
    }
}

/// The host without the port that a development sector has.
fn host_of(sector: &Sector) -> &str {
    let text = sector.as_str();
    if sector.is_development() { text.rsplit_once(':').map_or(text, |(host, _)| host) } else { text }
}

fn write_out(host: &str) -> Option<String> {
    let (written, _) = idna::domain_to_unicode(host);
    (written != host).then_some(written)
}

/// Whether a host could be taken for a known one, which is another owner's as far as its name tells.
fn resembles(host: &str, known: &str) -> bool {
    let (own, other) = (find_registrable(host), find_registrable(known));
    if own == other {
        return false;
    }
    if host.strip_prefix(known).is_some_and(|rest| rest.starts_with('.')) {
        return true;
    }
    let ((own, _), (other, _)) = (idna::domain_to_unicode(own), idna::domain_to_unicode(other));
    let near = strsim::osa_distance(&own, &other) == 1 && is_telling(&own) && is_telling(&other);
    near || make_skeleton(&own) == make_skeleton(&other)
}

/// What looks like the part of a host that somebody registered.
fn find_registrable(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (Some(last), Some(second)) = (dots.next(), dots.next()) else { return host };
    let is_short = host.len() - last <= 3 && last - second <= 4;
    let before = if is_short { dots.next() } else { Some(second) };
    before.and_then(|at| host.get(at + 1..)).unwrap_or(host)
}

/// What a name comes down to for the eye (UTS 39 section 4).
fn make_skeleton(written: &str) -> String {
    unicode_security::skeleton(written).flat_map(char::to_lowercase).collect()
}

fn is_telling(registrable: &str) -> bool {
    registrable.split('.').next().is_some_and(|name| name.chars().count() >= TELLING)
}

#[cfg(test)]
mod tests {
    use super::{find_registrable, resembles, write_out};

    #[test]
    fn punycode_is_written_out_and_nothing_else() {
        assert_eq!(write_out("xn--mnchen-3ya.example").as_deref(), Some("münchen.example"));
        assert_eq!(write_out("shoes.example"), None);
    }

    #[test]
    fn what_was_registered_is_told_by_its_look() {
        let parts = [
            ("shoes.example", "shoes.example"),
            ("www.shoes.example", "shoes.example"),
            ("pass.shoes.co.uk", "shoes.co.uk"),
            ("shoes.co.uk", "shoes.co.uk"),
            ("a.b.shoes.de", "shoes.de"),
            ("localhost", "localhost"),
        ];
        for (host, part) in parts {
            assert_eq!(find_registrable(host), part, "{host}");
        }
    }

    #[test]
    fn the_eye_takes_one_for_the_other() {
        let alike = [
            // Cyrillic о, a digit, two letters that look like one.
            ("xn--shes-65d.example", "shoes.example"),
            ("paypa1.com", "paypal.com"),
            ("g00gle.com", "google.com"),
            ("rnoon.example", "moon.example"),
            // One letter less, more, another, exchanged; in the end, too.
            ("shoe.example", "shoes.example"),
            ("shooes.example", "shoes.example"),
            ("shaes.example", "shoes.example"),
            ("sheos.example", "shoes.example"),
            ("www.shoes.co", "shoes.com"),
            // All of it in front of somebody else's.
            ("shoes.example.pay.test", "shoes.example"),
        ];
        for (host, known) in alike {
            assert!(resembles(host, known), "{host} was not taken for {known}");
        }
    }

    #[test]
    fn what_is_another_name_or_the_same_owner_is_not_remarked() {
        let others = [
            ("books.example", "shoes.example"),
            ("pass.shoes.example", "shoes.example"),
            ("shoes.example", "www.shoes.example"),
            ("aby.de", "abc.de"),
            ("horses.co.uk", "shoes.co.uk"),
            ("shoes.net", "shoes.com"),
        ];
        for (host, known) in others {
            assert!(!resembles(host, known), "{host} was taken for {known}");
        }
    }
}
