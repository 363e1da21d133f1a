//! Numbers for the admin beside those of requests ([`crate::http::metrics`]): what was refused and why, who holds connections, how the
//! store, the sweep and the disk are. The only place with names of metrics; docs/operate/monitoring.md explains each.
//!
//! A label has a handful of values that stand in this program. Never a shop, an address, a path, an id, or anything that a caller could
//! make up: the numbers of a relay go to whoever watches over it, and nobody is to be followed by them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum_prometheus::metrics::{counter, describe_counter, describe_gauge, gauge};
use passerby_protocol::time::Timestamp;
use passerby_relay_api::Problem;
use passerby_relay_store::{PoolUse, StoreError, Swept};

const BUILD: &str = "passerby_relay_build_info";
const REFUSALS: &str = "passerby_relay_refusals_total";
const RATE_LIMITED: &str = "passerby_relay_rate_limited_total";
const RATE_TRACKED: &str = "passerby_relay_rate_tracked";
const USED_PROOFS: &str = "passerby_relay_used_proofs";
const DEADLINES: &str = "passerby_relay_deadlines_total";
const CONNECTIONS: &str = "passerby_relay_connections";
const CONNECTIONS_LIMIT: &str = "passerby_relay_connections_limit";
const CONNECTIONS_REFUSED: &str = "passerby_relay_connections_refused_total";
const TLS_FAILURES: &str = "passerby_relay_tls_failures_total";
const STORE_ERRORS: &str = "passerby_relay_store_errors_total";
const STORE_CONNECTIONS: &str = "passerby_relay_store_connections";
const STORE_CONNECTIONS_LIMIT: &str = "passerby_relay_store_connections_limit";
const SWEEPS: &str = "passerby_relay_sweeps_total";
const SWEPT: &str = "passerby_relay_swept_rows_total";
const SWEEP_AT: &str = "passerby_relay_last_sweep_timestamp_seconds";
const SWEEP_TOOK: &str = "passerby_relay_last_sweep_duration_seconds";
const DISK_FREE: &str = "passerby_relay_disk_free_bytes";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant),+];

            const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// Whom a rate is for.
    Asker { Address = "address", Shop = "shop" }
}
words! {
    /// What was not done in time.
    Late {
        Handshake = "handshake",
        Request = "request",
        /// Nothing happened on a connection, or its answer was not taken.
        Idle = "idle",
    }
}
words! {
    /// Why a connection was not taken.
    TurnedAway {
        /// The address has as many as one may have.
        Crowd = "address-limit",
        /// Plain HTTP, from elsewhere than this computer and trusted proxies.
        Plain = "plain-http",
        /// The system could not accept it.
        System = "system",
    }
}
words! {
    /// What a sweep takes away.
    Kind {
        Requests = "requests",
        Uncollected = "uncollected",
        Expired = "expired",
        ForgottenClaims = "forgotten-claims",
    }
}

/// How a store fails.
const STORE_ERROR_WORDS: [&str; 3] = ["unavailable", "broken", "migration"];

/// Describes each number, and begins each counter at zero: what has not happened yet is told from what is not counted.
pub fn begin() {
    describe_gauge!(BUILD, "One, with the version of this program.");
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1);
    describe_counter!(REFUSALS, "Requests that were refused, by the word of docs/api.md.");
    for problem in Problem::ALL {
        counter!(REFUSALS, "problem" => problem.word()).increment(0);
    }
    describe_counter!(RATE_LIMITED, "Requests beyond the rate of an address or of a shop.");
    describe_gauge!(RATE_TRACKED, "Addresses and shops that are counted for their rates at present.");
    for asker in Asker::ALL {
        counter!(RATE_LIMITED, "by" => asker.word()).increment(0);
        gauge!(RATE_TRACKED, "by" => asker.word()).set(0);
    }
    describe_gauge!(
        USED_PROOFS,
        "Used proofs that are remembered at present; at 200,000 further ones are refused."
    );
    describe_counter!(DEADLINES, "What was given up because it took too long.");
    for late in Late::ALL {
        counter!(DEADLINES, "of" => late.word()).increment(0);
    }
    describe_gauge!(CONNECTIONS, "Connections that are open.");
    gauge!(CONNECTIONS).increment(0);
    describe_gauge!(CONNECTIONS_LIMIT, "Connections that may be open (limits.connections).");
    describe_counter!(CONNECTIONS_REFUSED, "Connections that were closed before their first byte.");
    for reason in TurnedAway::ALL {
        counter!(CONNECTIONS_REFUSED, "reason" => reason.word()).increment(0);
    }
    describe_counter!(TLS_FAILURES, "TLS handshakes that failed.");
    counter!(TLS_FAILURES).increment(0);
    describe_counter!(STORE_ERRORS, "Failures of the database: unavailable may pass, broken does not.");
    for kind in STORE_ERROR_WORDS {
        counter!(STORE_ERRORS, "kind" => kind).increment(0);
    }
    describe_gauge!(STORE_CONNECTIONS, "Connections to the database, by pool and whether they are in use.");
    describe_gauge!(STORE_CONNECTIONS_LIMIT, "Connections to the database that there may be, by pool.");
    describe_counter!(SWEEPS, "Sweeps, by how they ended.");
    for outcome in ["ok", "failed"] {
        counter!(SWEEPS, "outcome" => outcome).increment(0);
    }
    describe_counter!(SWEPT, "Rows that sweeps took away because their time was over.");
    for kind in Kind::ALL {
        counter!(SWEPT, "kind" => kind.word()).increment(0);
    }
    describe_gauge!(SWEEP_AT, "When a sweep ended well last, in seconds since 1970.");
    describe_gauge!(SWEEP_TOOK, "How long it took.");
    describe_gauge!(
        DISK_FREE,
        "Room on the disk of the relay's folder of data, for users that are not root."
    );
}

pub fn refuse(problem: Problem) {
    counter!(REFUSALS, "problem" => problem.word()).increment(1);
}

pub fn limit_rate(of: Asker) {
    counter!(RATE_LIMITED, "by" => of.word()).increment(1);
}

pub fn give_up(what: Late) {
    counter!(DEADLINES, "of" => what.word()).increment(1);
}

pub fn turn_away(reason: TurnedAway) {
    counter!(CONNECTIONS_REFUSED, "reason" => reason.word()).increment(1);
}

pub fn fail_tls() {
    counter!(TLS_FAILURES).increment(1);
}

pub fn fail_store(error: &StoreError) {
    let [unavailable, broken, migration] = STORE_ERROR_WORDS;
    let kind = match error {
        StoreError::Unavailable(_) => unavailable,
        StoreError::Migration(_) | StoreError::Newer => migration,
        _ => broken,
    };
    counter!(STORE_ERRORS, "kind" => kind).increment(1);
}

pub fn end_sweep(swept: &Swept, now: Timestamp, took: Duration) {
    counter!(SWEEPS, "outcome" => "ok").increment(1);
    for kind in Kind::ALL {
        let rows = match kind {
            Kind::Requests => swept.requests,
            Kind::Uncollected => swept.uncollected,
            Kind::Expired => swept.expired,
            Kind::ForgottenClaims => swept.forgotten_claims,
        };
        counter!(SWEPT, "kind" => kind.word()).increment(rows);
    }
    set(SWEEP_AT, now.seconds().unsigned_abs());
    gauge!(SWEEP_TOOK).set(took.as_secs_f64());
}

pub fn fail_sweep() {
    counter!(SWEEPS, "outcome" => "failed").increment(1);
}

/// A connection that is open, counted until it is dropped.
pub struct Open(());

impl Open {
    #[must_use]
    pub fn begin() -> Self {
        gauge!(CONNECTIONS).increment(1);
        Self(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!(CONNECTIONS).decrement(1);
    }
}

pub fn limit_connections(most: usize) {
    set(CONNECTIONS_LIMIT, most as u64);
}

/// What is looked at whenever somebody asks for the numbers.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Addresses and shops that are counted.
    pub tracked: [usize; 2],
    /// Used proofs of shops and of wallets.
    pub proofs: [usize; 2],
    pub pools: Vec<PoolUse>,
    /// The folder of the relay's data.
    pub data: Option<PathBuf>,
}

/// Writes the sample into the numbers.
pub fn note(sample: &Sample) {
    for (asker, tracked) in Asker::ALL.iter().zip(sample.tracked) {
        gauge!(RATE_TRACKED, "by" => asker.word()).set(precise(tracked as u64));
    }
    for (of, proofs) in ["shops", "wallets"].into_iter().zip(sample.proofs) {
        gauge!(USED_PROOFS, "of" => of).set(precise(proofs as u64));
    }
    for pool in &sample.pools {
        gauge!(STORE_CONNECTIONS, "pool" => pool.name, "state" => "used").set(f64::from(pool.used));
        gauge!(STORE_CONNECTIONS, "pool" => pool.name, "state" => "idle").set(f64::from(pool.idle));
        gauge!(STORE_CONNECTIONS_LIMIT, "pool" => pool.name).set(f64::from(pool.most));
    }
    if let Some(free) = sample.data.as_deref().and_then(|folder| find_free_bytes(folder).ok()) {
        set(DISK_FREE, free);
    }
}

fn set(name: &'static str, value: u64) {
    gauge!(name).set(precise(value));
}

/// Numbers of a relay are far below where a float counts no more.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn precise(value: u64) -> f64 {
    value as f64
}

/// Room on the disk of a folder, for users that are not root.
#[cfg(unix)]
pub fn find_free_bytes(folder: &Path) -> std::io::Result<u64> {
    let about = rustix::fs::statvfs(folder)?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(not(unix))]
pub fn find_free_bytes(_: &Path) -> std::io::Result<u64> {
    Err(std::io::ErrorKind::Unsupported.into())
}
