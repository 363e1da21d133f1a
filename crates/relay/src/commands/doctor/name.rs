//! The relay's own name: does it lead here, and with which certificate?

use passerby_protocol::keys::RelayKeys;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_relay_api::client::glance;
use passerby_relay_api::{Connection, NameError};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::clock::OtherClock;
use super::finding::Finding;
use crate::Identity;
use crate::commands::key_file;
use crate::config::Config;
use crate::shop::unreachable::Trouble;

/// What was seen there.
pub struct Name {
    pub findings: Vec<Finding>,
    pub clock: Option<OtherClock>,
}

impl Name {
    fn only(finding: Finding) -> Self {
        Self { findings: vec![finding], clock: None }
    }
}

pub async fn look(config: &Config, connection: &Connection, now: Timestamp) -> Name {
    let issuer = &config.identity.issuer;
    let about = "name";
    if issuer.as_str().ends_with(":0") {
        let what = format!("{issuer} is at whatever port is free, so nobody can be asked there");
        return Name::only(Finding::look(
            about,
            Trouble::new(what, "Choose a port in [http] listen and the issuer."),
        ));
    }
    let seen = match glance(connection, &issuer.keys_address()).await {
        Ok(seen) => seen,
        Err(error) if matches!(error.find_name_error(), Some(NameError::PrivateNetwork)) => {
            let what = format!("{issuer} leads into a private network, seen from here");
            let mend = "That may be right inside your network; whether it leads here from outside has to be looked at from there.";
            return Name::only(Finding::look(about, Trouble::new(what, mend)));
        }
        Err(error) => {
            let trouble = Trouble::of(&error);
            let mend = format!(
                "See that the relay serves, and the proxy before it, if there is one; {}.",
                trouble.mend
            );
            return Name::only(Finding::mend(
                about,
                Trouble::new(format!("{issuer}: {}", trouble.what), mend),
            ));
        }
    };
    let clock =
        OtherClock::find(format!("{issuer}, which may be this very computer"), seen.date.as_deref(), now);
    let mut findings = vec![whose(config, seen.status, &seen.body, now)];
    if let Some(der) = &seen.certificate {
        findings.push(look_at_certificate(der, now));
    }
    Name { findings, clock }
}

fn whose(config: &Config, status: u16, body: &[u8], now: Timestamp) -> Finding {
    let issuer = &config.identity.issuer;
    let keys = RelayKeys::parse(body, issuer).ok().filter(|_| status == 200);
    let Some(keys) = keys else {
        let what = format!("{issuer} is answered by something that is not this relay (status {status})");
        let mend = "Let the proxy send everything of this name to the address in [http] listen, unchanged.";
        return Finding::mend("name", Trouble::new(what, mend));
    };
    let held = key_file::read(&config.identity.key).ok();
    let ours =
        held.and_then(|held| Identity::with_keys(issuer.clone(), held, config.identity.development).ok());
    match ours {
        Some(ours) if *ours.keys(now) == keys => {
            Finding::ok("name", format!("{issuer} leads to this relay, with its key"))
        }
        _ => Finding::mend(
            "name",
            Trouble::new(
                format!("{issuer} leads to a relay with another key"),
                "Either another relay serves there, or this one has not read its key file since that changed: run systemctl reload passerby-relay.",
            ),
        ),
    }
}

/// Below so many days somebody has to act now; certificates are usually renewed a month before.
const LAST_DAYS: i64 = 7;
const FEW_DAYS: i64 = 21;

pub fn look_at_certificate(der: &[u8], now: Timestamp) -> Finding {
    let about = "certificate";
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        let trouble = Trouble::new("it cannot be read", "See which certificate the proxy has.");
        return Finding::look(about, trouble);
    };
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|names| {
        let hosts = names.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        });
        hosts.collect::<Vec<_>>().join(", ")
    });
    let left = (certificate.validity().not_after.timestamp() - now.seconds()) / DAY;
    let what = format!("for {}, good for {left} more days", names.unwrap_or_default());
    let mend = "See why it was not renewed: certbot's timer, the proxy's log, or port 80 from outside.";
    match left {
        ..LAST_DAYS => Finding::mend(about, Trouble::new(what, mend)),
        LAST_DAYS..FEW_DAYS => Finding::look(about, Trouble::new(what, mend)),
        _ => Finding::ok(about, what),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_certificate_is_looked_at_before_it_ends() {
        let mut params = rcgen::CertificateParams::new(["relay.example".to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (rcgen::date_time_ymd(2027, 1, 1), rcgen::date_time_ymd(2027, 4, 1));
        let made = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let end = params_end();
        let look = |days: i64| look_at_certificate(made.der(), Timestamp::from_seconds(end - days * DAY));
        assert_eq!(look(30).verdict, Verdict::Ok);
        assert!(look(30).what.contains("relay.example, good for 30 more days"), "{:?}", look(30));
        assert_eq!(look(20).verdict, Verdict::Look);
        assert_eq!(look(6).verdict, Verdict::Mend);
        assert_eq!(look(-1).verdict, Verdict::Mend);
        assert_eq!(look_at_certificate(b"no certificate", Timestamp::from_seconds(0)).verdict, Verdict::Look);
    }

    /// 2027-04-01T00:00:00Z.
    fn params_end() -> i64 {
        1_806_537_600
    }
}
