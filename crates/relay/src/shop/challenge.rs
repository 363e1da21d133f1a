//! What a host has to show to be added as a shop: in a file of its web site, or in a TXT record. Either is enough, as with the
//! `http-01` and `dns-01` challenges of ACME (RFC 8555 section 8).
//!
//! What is shown names the relay that asked: whoever finds it later knows whose it is, and two relays do not meet.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::sector::Sector;
use passerby_protocol::wire::b64u;
use rand_core::CryptoRng;

/// A fresh token: 16 random bytes.
pub fn make_token(rng: &mut impl CryptoRng) -> String {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    b64u::encode(bytes)
}

/// The line that the host has to show.
#[must_use]
pub fn line(issuer: &Issuer, token: &str) -> String {
    format!("relay={issuer} token={token}")
}

/// The name of the TXT record. Nothing for an address that has no place in the DNS.
#[must_use]
pub fn find_record_name(sector: &Sector) -> Option<String> {
    let authority = sector.as_str();
    let host = if sector.is_development() { authority.rsplit_once(':')?.0 } else { authority };
    (!host.starts_with('[')).then(|| format!("_passerby-challenge.{host}."))
}

/// What was found where the line should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The line.
    Token,
    /// A line for this relay with another token.
    OtherToken,
    /// Something, but nothing for this relay.
    Foreign,
    Nothing,
}

/// Finds the line among those that are shown.
#[must_use]
pub fn look_through<'a>(lines: impl IntoIterator<Item = &'a str>, issuer: &Issuer, token: &str) -> Shown {
    let (ours, any) = (line(issuer, token), line(issuer, ""));
    let mut shown = Shown::Nothing;
    for line in lines {
        match line.trim() {
            "" => {}
            line if line == ours => return Shown::Token,
            line if line.starts_with(&any) => shown = Shown::OtherToken,
            _ if shown == Shown::Nothing => shown = Shown::Foreign,
            _ => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_found_among_others_and_nothing_else_is_taken_for_it() {
        let issuer = Issuer::parse("https://relay.example").unwrap();
        let look = |text: &str| look_through(text.lines(), &issuer, "abc");
        assert_eq!(look("relay=https://relay.example token=abc"), Shown::Token);
        let among = "relay=https://other.example token=abc\r\nrelay=https://relay.example token=old\n relay=https://relay.example token=abc \r\n";
        assert_eq!(look(among), Shown::Token);
        assert_eq!(look("relay=https://relay.example token=abcd"), Shown::OtherToken);
        assert_eq!(look("relay=https://relay.example token="), Shown::OtherToken);
        for foreign in
            ["abc", "relay=https://relay.example.evil.example token=abc", "<html>abc</html>", "token=abc"]
        {
            assert_eq!(look(foreign), Shown::Foreign, "{foreign}");
        }
        assert_eq!(look(" \n\n"), Shown::Nothing);
    }

    #[test]
    fn a_record_stands_below_the_host_and_never_below_an_address() {
        let name = |text: &str| find_record_name(&Sector::parse(text).unwrap());
        assert_eq!(name("www.shop.example").as_deref(), Some("_passerby-challenge.www.shop.example."));
        assert_eq!(name("shoes.localhost:4001").as_deref(), Some("_passerby-challenge.shoes.localhost."));
        assert_eq!(name("[::1]:4001"), None);
    }
}
