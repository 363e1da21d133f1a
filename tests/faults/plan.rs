//! What goes wrong in a run, and between which steps: a function of the seed and of nothing else.

use std::fmt;
use std::time::Duration;

use passerby_testkit::rng;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;
use serde::{Deserialize, Serialize};

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    KillRelay,
    KillOneOfThree,
    KillDatabase,
    DatabaseAway,
    FullDisk,
    ClockJump,
    PacketsLost,
    SlowDisk,
}

pub const KINDS: [Kind; 8] = [
    Kind::KillRelay,
    Kind::KillOneOfThree,
    Kind::KillDatabase,
    Kind::DatabaseAway,
    Kind::FullDisk,
    Kind::ClockJump,
    Kind::PacketsLost,
    Kind::SlowDisk,
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KillRelay => "kill -9 of the relay",
            Self::KillOneOfThree => "kill -9 of one of three relays",
            Self::KillDatabase => "kill -9 of PostgreSQL",
            Self::DatabaseAway => "database away",
            Self::FullDisk => "full disk",
            Self::ClockJump => "clock jumps",
            Self::PacketsLost => "packets lost",
            Self::SlowDisk => "slow disk",
        })
    }
}

/// Where the relays keep what they carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// One relay on a file.
    Sqlite,
    /// Three on a database.
    Postgres,
}

impl Keeps {
    const fn can_suffer(self, kind: Kind) -> bool {
        match kind {
            Kind::ClockJump | Kind::PacketsLost => true,
            Kind::KillRelay | Kind::FullDisk | Kind::SlowDisk => matches!(self, Self::Sqlite),
            Kind::KillOneOfThree | Kind::KillDatabase | Kind::DatabaseAway => matches!(self, Self::Postgres),
        }
    }
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Before which step of all wallets and shops together.
    pub at: u32,
    pub kind: Kind,
    /// How long until it is mended.
    pub length: Duration,
    /// Which relay, how far, how: whatever the kind leaves open.
    pub choice: u32,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub keeps: Keeps,
    /// In the order of their steps.
    pub faults: Vec<Fault>,
}

/// By when all faults have begun: fewer steps than the shortest run has.
const LAST_STEP: u32 = 260;

impl Plan {
    /// The run with this seed. With `long`, the database is away for a minute in some of them.
    pub fn of(seed: u64, long: bool) -> Self {
        let mut rng = rng::seeded(seed);
        let main = KINDS[usize::try_from(seed % 8).unwrap()];
        let keeps = match main {
            Kind::KillRelay | Kind::FullDisk | Kind::SlowDisk => Keeps::Sqlite,
            Kind::ClockJump | Kind::PacketsLost if rng.next_u32().is_multiple_of(2) => Keeps::Sqlite,
            _ => Keeps::Postgres,
        };
        let others: Vec<_> = KINDS.into_iter().filter(|kind| keeps.can_suffer(*kind)).collect();
        let mut kinds = vec![main];
        for _ in 0..rng.next_u32() % 4 {
            kinds.push(others[below(&mut rng, others.len())]);
        }
        let mut faults: Vec<_> = kinds.into_iter().map(|kind| make_fault(kind, &mut rng)).collect();
        faults.sort_by_key(|fault| fault.at);
        if long && seed % 80 == Kind::DatabaseAway as u64 {
            let away = faults.iter_mut().find(|fault| fault.kind == Kind::DatabaseAway);
            away.unwrap().length = Duration::from_mins(1);
        }
        Self { seed, keeps, faults }
    }

    /// Nothing goes wrong.
    pub fn quiet() -> Self {
        Self { seed: 0, keeps: Keeps::Sqlite, faults: Vec::new() }
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.faults.iter().any(|fault| fault.kind == kind)
    }
}

fn make_fault(kind: Kind, rng: &mut ChaCha20Rng) -> Fault {
    let millis = match kind {
        Kind::DatabaseAway => 1_000 + rng.next_u32() % 2_000,
        Kind::PacketsLost | Kind::SlowDisk => 500 + rng.next_u32() % 1_000,
        _ => rng.next_u32() % 500,
    };
    let at = 5 + rng.next_u32() % (LAST_STEP - 5);
    Fault { at, kind, length: Duration::from_millis(millis.into()), choice: rng.next_u32() }
}

/// A number below `end`.
pub fn below(rng: &mut ChaCha20Rng, end: usize) -> usize {
    usize::try_from(rng.next_u32()).unwrap() % end
}
