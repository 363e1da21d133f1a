//! How much work a passphrase costs: Argon2's parameters, within fixed bounds.
//!
//! What it must never do: accept parameters outside the bounds because a file states them. Weaker ones would hand the
//! passphrase to whoever edits the file, larger ones would let a file stop the machine.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{KeyError, SlotKey};
use crate::error::VaultError;

const MIB: u32 = 1024;
/// Above this a file is taken for an attack on the machine, not for a careful person.
const CAP: Stretching = Stretching { memory_kib: 1024 * MIB, passes: 16, lanes: 16 };
/// What one opening should take.
const GOAL: Duration = Duration::from_secs(1);
/// A vault has to open beside everything else that runs.
const SHARE_OF_MEMORY: u64 = 8;

/// How a passphrase is stretched: the parameters of Argon2id (RFC 9106), kept in the slot as CBOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretching {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Stretching {
    /// The least this program accepts, and RFC 9106's second recommended choice: 64 MiB, three passes, four lanes.
    pub const FLOOR: Self = Self { memory_kib: 64 * MIB, passes: 3, lanes: 4 };

    /// Parameters that make this computer work for about a second, of which an eighth of its memory is the most.
    ///
    /// `memory_kib` is the computer's memory, as far as the caller can tell. `measure` runs what it is given, once, and
    /// says how long that took: the clock is the caller's. Takes about two seconds; not for an async thread.
    pub fn calibrate(
        memory_kib: u64,
        mut measure: impl FnMut(&mut dyn FnMut()) -> Duration,
    ) -> Result<Self, KeyError> {
        let passphrase = SecretString::from("measured, never kept");
        Self::choose(memory_kib, |tried| {
            let mut stretched = Err(KeyError::Refused);
            let took = measure(&mut || {
                stretched = SlotKey::derive(&passphrase, b"passerby measure", tried);
            });
            stretched.map(|_| took)
        })
    }

    fn choose(
        memory_kib: u64,
        mut run: impl FnMut(Self) -> Result<Duration, KeyError>,
    ) -> Result<Self, KeyError> {
        let share = u32::try_from(memory_kib / SHARE_OF_MEMORY).unwrap_or(u32::MAX);
        let limit = share.clamp(Self::FLOOR.memory_kib, CAP.memory_kib);
        let grown = Self::FLOOR.scaled(run(Self::FLOOR)?, limit);
        if grown == Self::FLOOR {
            return Ok(grown);
        }
        // More memory is slower than in proportion, so the first guess is measured too.
        match run(grown) {
            Ok(took) => Ok(grown.scaled(took, limit)),
            // What could not even be tried once would lock its owner out on a busy day.
            Err(KeyError::Memory) => Ok(Self::FLOOR),
            Err(error) => Err(error),
        }
    }

    /// The parameters that would take [`GOAL`] where these took `took`: memory first, and where that is at its limit,
    /// passes.
    fn scaled(self, took: Duration, limit: u32) -> Self {
        let work = |amount: u32| u128::from(amount) * GOAL.as_micros() / took.as_micros().max(1);
        let memory_kib =
            u32::try_from(work(self.memory_kib) * u128::from(self.passes) / 3).unwrap_or(u32::MAX);
        let memory_kib = (memory_kib / MIB * MIB).clamp(Self::FLOOR.memory_kib, limit);
        // The work that the limited memory leaves over.
        let passes = work(self.passes) * u128::from(self.memory_kib) / u128::from(memory_kib.max(1));
        let passes = u32::try_from(passes).unwrap_or(u32::MAX).clamp(Self::FLOOR.passes, CAP.passes);
        Self { memory_kib, passes, lanes: self.lanes }
    }

    /// Argon2 memory in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Argon2 passes over the memory.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Argon2 lanes, each on a thread of its own.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// The CBOR map that stands in the slot.
    pub(crate) fn encode(self) -> Result<Vec<u8>, KeyError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(&self, &mut bytes).map_err(|_| KeyError::Refused)?;
        Ok(bytes)
    }

    /// Parameters as a slot states them, if they lie within the bounds.
    pub(crate) fn parse(mut bytes: &[u8]) -> Result<Self, VaultError> {
        let Self { memory_kib, passes, lanes } =
            ciborium::from_reader(&mut bytes).map_err(|_| VaultError::SlotDamaged)?;
        if !bytes.is_empty() {
            return Err(VaultError::SlotDamaged);
        }
        if (Self::FLOOR.memory_kib..=CAP.memory_kib).contains(&memory_kib)
            && (Self::FLOOR.passes..=CAP.passes).contains(&passes)
            && (Self::FLOOR.lanes..=CAP.lanes).contains(&lanes)
        {
            return Ok(Self { memory_kib, passes, lanes });
        }
        Err(VaultError::Stretching { memory_kib, passes, lanes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1024 * 1024;

    fn encoded(memory_kib: u32, passes: u32, lanes: u32) -> Vec<u8> {
        Stretching { memory_kib, passes, lanes }.encode().unwrap()
    }

    /// What is chosen on a computer that takes this many milliseconds for a pass over 64 MiB.
    fn chosen(memory_kib: u64, millis: u64) -> Stretching {
        Stretching::choose(memory_kib, |tried| {
            let work = u64::from(tried.memory_kib) * u64::from(tried.passes);
            Ok(Duration::from_millis(millis * work / u64::from(64 * MIB)))
        })
        .unwrap()
    }

    #[test]
    fn bounds_hold_on_each_side_of_each_parameter() {
        assert!(Stretching::parse(&encoded(65_536, 3, 4)).is_ok());
        assert!(Stretching::parse(&encoded(1_048_576, 16, 16)).is_ok());
        for (memory, passes, lanes) in [
            (65_535, 3, 4),
            (65_536, 2, 4),
            (65_536, 3, 3),
            (1_048_577, 3, 4),
            (65_536, 17, 4),
            (65_536, 3, 17),
            (0, 0, 0),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            let refused = Stretching::parse(&encoded(memory, passes, lanes));
            assert!(matches!(refused, Err(VaultError::Stretching { .. })), "{memory} {passes} {lanes}");
        }
    }

    #[test]
    fn parameters_that_are_not_exactly_one_map_are_damage() {
        let mut trailing = encoded(65_536, 3, 4);
        trailing.push(0);
        for bytes in [&b""[..], b"\xff", b"\xa0", &trailing] {
            assert!(matches!(Stretching::parse(bytes), Err(VaultError::SlotDamaged)));
        }
    }

    #[test]
    fn a_second_of_work_is_chosen_memory_first() {
        for (memory_kib, millis, expected) in [
            // A slow computer gets the floor, however slow it is.
            (16 * GIB, 400, (64, 3)),
            (16 * GIB, 100_000, (64, 3)),
            // A middling one gets more memory.
            (16 * GIB, 111, (192, 3)),
            (16 * GIB, 50, (426, 3)),
            // A fast one gets all the memory that is accepted, then passes.
            (64 * GIB, 5, (1024, 12)),
            (64 * GIB, 0, (1024, 16)),
            // Little memory is not used up: passes instead.
            (GIB, 50, (128, 10)),
            (GIB / 4, 50, (64, 16)),
            (0, 111, (64, 9)),
        ] {
            let Stretching { memory_kib: found, passes, lanes } = chosen(memory_kib, millis);
            assert_eq!((found / MIB, passes, lanes), (expected.0, expected.1, 4), "{memory_kib} {millis}");
        }
    }

    #[test]
    fn what_was_chosen_is_what_a_file_may_state() {
        for memory_kib in [0, GIB / 2, 3 * GIB, 1024 * GIB, u64::MAX] {
            for millis in [0, 1, 7, 30, 77, 300, 5_000] {
                let chosen = chosen(memory_kib, millis);
                assert_eq!(Stretching::parse(&chosen.encode().unwrap()).unwrap(), chosen);
            }
        }
    }

    #[test]
    fn a_computer_without_room_gets_the_floor() {
        let chosen = Stretching::choose(64 * GIB, |tried| match tried {
            Stretching::FLOOR => Ok(Duration::from_millis(100)),
            _ => Err(KeyError::Memory),
        });
        assert_eq!(chosen.unwrap(), Stretching::FLOOR);
        let none = Stretching::choose(64 * GIB, |_| Err(KeyError::Memory));
        assert!(matches!(none, Err(KeyError::Memory)));
    }

    #[test]
    fn measuring_runs_the_derivation_itself() {
        let mut runs = 0;
        let chosen = Stretching::calibrate(GIB, |run| {
            run();
            runs += 1;
            Duration::from_secs(2)
        });
        assert_eq!((chosen.unwrap(), runs), (Stretching::FLOOR, 1));
        let skipped = Stretching::calibrate(GIB, |_| Duration::from_secs(2));
        assert!(matches!(skipped, Err(KeyError::Refused)));
    }
}
