//! The files that `[tls]` names, looked at as the relay looks at them when it starts, and whether the relay's own user gets to them:
//! `doctor` is often run by root, who gets to everything.

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;

use passerby_protocol::time::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::finding::Finding;
use super::name::look_at_certificate;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::listen::{CertificateSource, plan};
use crate::shop::unreachable::Trouble;

const ABOUT: &str = "certificate file";

/// What is to be said of how it listens, and of each file; nothing of a relay behind a proxy.
pub async fn look(config: &Config, now: Timestamp) -> Vec<Finding> {
    if let Err(error) = plan::check(config, config.http.listen, config.http.metrics_listen) {
        let trouble = Trouble::new(
            error.to_string(),
            "Change [http] and [tls] in relay.toml so; until then it does not start.",
        );
        return vec![Finding::mend("listening", trouble)];
    }
    let Ok(Some(CertificateSource::Files { certificate, key })) = plan::find_source(config) else {
        return Vec::new();
    };
    let mut findings = match plan::open(config, Arc::new(SystemClock)).await {
        Ok(_) => vec![look_at_end(&certificate, now)],
        Err(error) => {
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            let because =
                error.source().and_then(std::error::Error::source).map(|cause| format!(" ({cause})"));
            let what = format!("{cause}{}", because.unwrap_or_default());
            let mend = "Put a pair there that fits; a relay that serves goes on with the former one, and takes the new one within half a minute.";
            vec![Finding::mend(ABOUT, Trouble::new(what, mend))]
        }
    };
    findings.extend(
        [&certificate, &key].into_iter().filter_map(|file| look_at_owner(file, &config.identity.key)),
    );
    findings
}

fn look_at_end(file: &Path, now: Timestamp) -> Finding {
    let leaf = std::fs::read(file).ok().and_then(|pem| CertificateDer::from_pem_slice(&pem).ok());
    let mut finding = look_at_certificate(leaf.as_deref().unwrap_or_default(), now);
    ABOUT.clone_into(&mut finding.about);
    finding.what = format!("{}, with the key that belongs to it, is {}", file.display(), finding.what);
    finding
}

/// Whether whoever owns the signing key, which is the relay, gets to this file. Its further groups are not known here.
#[cfg(unix)]
fn look_at_owner(file: &Path, signing_key: &Path) -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;
    let relay = std::fs::metadata(signing_key).ok()?;
    // As many as a link may stand for: what is behind it counts, and so does each folder on the way.
    let real = file.canonicalize().ok()?;
    let may = |path: &Path, bit: u32| {
        let Ok(about) = std::fs::metadata(path) else { return false };
        let shift = match () {
            () if about.uid() == relay.uid() => 6,
            () if about.gid() == relay.gid() => 3,
            () => 0,
        };
        relay.uid() == 0 || about.mode() >> shift & bit != 0
    };
    let closed =
        real.ancestors().skip(1).find(|folder| !may(folder, 1)).or((!may(&real, 4)).then_some(&*real))?;
    let what = format!(
        "{} may be closed to the relay's user, who owns {}: see {}",
        file.display(),
        signing_key.display(),
        closed.display()
    );
    let mend = "If the relay says that it cannot be read, copy both files to where it can, at each renewal (certbot: --deploy-hook).";
    Some(Finding::look(ABOUT, Trouble::new(what, mend)))
}

#[cfg(not(unix))]
fn look_at_owner(_: &Path, _: &Path) -> Option<Finding> {
    None
}
