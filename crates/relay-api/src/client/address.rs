//! Which addresses may be asked at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use passerby_protocol::sector::is_loopback_host;
use url::{Host, Url};

/// An address that is never asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this address is not asked: only https, and http on this very computer, and never a private network")]
pub struct RefusedAddress;

/// Reads an address that may be asked: `https`, or `http` on this computer; no private network by its number.
pub(crate) fn parse_address(text: &str) -> Result<Url, RefusedAddress> {
    let url = Url::parse(text).map_err(|_| RefusedAddress)?;
    let this_computer = url.host_str().is_some_and(is_loopback_host);
    let scheme = match url.scheme() {
        "https" => true,
        "http" => this_computer,
        _ => false,
    };
    let number = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(RefusedAddress),
    };
    let reachable = this_computer || number.is_none_or(is_public);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if scheme && reachable && plain { Ok(url) } else { Err(RefusedAddress) }
}

/// Whether an address is on the public Internet, as far as its number tells.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special-purpose registry of IANA (RFC 6890 and its successors).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Addresses that carry an IPv4 address lead where that leads.
    let carried = match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        _ => None,
    };
    if let Some(carried) = carried {
        return is_public_v4(carried);
    }
    // 2000::/3 is all that is handed out; without Teredo, benchmarking, ORCHID and documentation.
    let special = match segments {
        [0x2001, second, ..] => matches!(second, 0 | 2 | 0xdb8 | 0x10..=0x2f),
        [0x3fff, second, ..] => second < 0x1000,
        _ => false,
    };
    (segments[0] & 0xe000) == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_numbers_are_not_public() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text} passed as public");
        }
        for text in
            ["1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"]
        {
            assert!(is_public(text.parse().unwrap()), "{text} is public");
        }
    }

    #[test]
    fn only_careful_addresses_are_asked() {
        for text in [
            "https://shop.example/x",
            "http://127.0.0.1:4000/",
            "http://shoes.localhost:4001/",
            "http://[::1]:9/",
            "https://1.1.1.1/",
        ] {
            assert!(parse_address(text).is_ok(), "{text}");
        }
        for text in [
            "http://shop.example/",
            "ftp://shop.example/",
            "https://10.0.0.1/",
            "https://[::ffff:127.0.0.1]/",
            "https://0x7f000002/",
            "http://127.0.0.2/",
            "https://me:secret@shop.example/",
            "https://shop.example/#x",
            "file:///etc/passwd",
            "x",
        ] {
            assert_eq!(parse_address(text), Err(RefusedAddress), "{text}");
        }
    }
}
