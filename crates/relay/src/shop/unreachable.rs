//! Why a shop's host did not say what it should, in words for the admin: what is wrong, and what to do.

use std::error::Error;
use std::fmt;

use passerby_relay_api::{NameError, RelayError};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong. No full stop.
    pub what: String,
    /// What to do. No full stop.
    pub mend: String,
}

impl Trouble {
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }

    /// Why nothing came from an address.
    #[must_use]
    pub fn of(error: &RelayError) -> Self {
        if let Some(cause) = find_certificate_error(error) {
            return Self::new(
                format!("its certificate is not accepted ({cause})"),
                "it needs one for this very name, in date, with its intermediates, from an authority that this computer trusts",
            );
        }
        match (error, error.find_name_error()) {
            (_, Some(NameError::PrivateNetwork)) => Self::new(
                "the name leads to a private network",
                "wallets are outside of it and would not reach the shop either: the name has to lead to its public address",
            ),
            (_, Some(_)) => Self::new(
                "the name cannot be resolved",
                "look for a slip in the host, and whether the name stands in the DNS: this computer asked as its other programs do",
            ),
            (RelayError::Address(_), _) => Self::new(
                "this address is never asked",
                "a shop is a public host name that is reached by https, or in development a name on this computer",
            ),
            (RelayError::NotSent(_), _) => Self::new(
                format!("no connection came about ({})", root_cause(error)),
                "see that the web server runs, that its port is open to this computer, and that it speaks TLS 1.3",
            ),
            (RelayError::Foreign { status: status @ 300..=399 }, _) => Self::new(
                format!("it answers with a redirect (status {status})"),
                "what is asked for has to stand at this very address, as wallets follow no redirect",
            ),
            (RelayError::Foreign { status: 404 | 410 }, _) => {
                Self::new("it is not there", "place it, readable for everybody and without a login")
            }
            (RelayError::Foreign { status: 200 }, _) => Self::new(
                "it is longer than 65,536 bytes, or no text",
                "see that the file itself is served and not a page about it",
            ),
            (RelayError::Foreign { status }, _) => Self::new(
                format!("it answers with status {status}"),
                "see what the web server's log says of it; a login, a firewall or a page for robots may stand before it",
            ),
            _ => Self::new(
                format!("no whole answer came ({})", root_cause(error)),
                "try again; if it stays so, look for a proxy or a firewall between here and there",
            ),
        }
    }
}

/// On one line: what, then what to do.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.mend)
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn root_cause(error: &RelayError) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn find_certificate_error(error: &RelayError) -> Option<String> {
    let tls = causes(error).find_map(find_tls_error)?;
    matches!(tls, rustls::Error::InvalidCertificate(_)).then(|| tls.to_string())
}

/// TLS comes wrapped in an I/O error, once or twice, which does not count what it holds among its sources.
fn find_tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    error.downcast_ref().or_else(|| {
        let held = error.downcast_ref::<std::io::Error>()?.get_ref()?;
        find_tls_error(held)
    })
}
