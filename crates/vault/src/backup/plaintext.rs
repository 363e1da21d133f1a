//! What is sealed in a backup: all records, as JSON, so that nobody needs this program or CBOR to read them.
//!
//! `{"records":[{"id":"..","ver":1,"kind":"attribute","value":{..}}, ..]}`, then spaces up to a length that tells little.
//!
//! What it must never do: leave a readable copy in a buffer it made, or change a record on its way there and back.

use ciborium::Value;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::BackupError;
use super::json::Json;
use super::transcode::{from_json, to_json, wipe};
use crate::record::{Length, RecordId, encode_value, split_value};

/// The shortest contents, in bytes.
const SMALLEST: usize = 4096;

/// All records of a vault.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Plaintext {
    records: Vec<RecordForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordForm {
    id: RecordId,
    ver: i64,
    kind: String,
    value: Json,
}

/// A record on its way into a new vault: its place, and the padded plaintext to seal there.
pub(super) struct PlainRecord {
    pub(super) id: RecordId,
    pub(super) ver: i64,
    pub(super) plaintext: Zeroizing<Vec<u8>>,
}

impl Plaintext {
    /// Adds a record by its padded plaintext.
    pub(super) fn push(&mut self, id: RecordId, ver: i64, plaintext: &[u8]) -> Result<(), BackupError> {
        let unconvertible = || BackupError::Unconvertible { id };
        let (kind, value) = split_value(plaintext).ok_or_else(unconvertible)?;
        let value = to_json(value).map_err(|_| unconvertible())?;
        self.records.push(RecordForm { id, ver, kind, value });
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The plaintext of the backup.
    pub(super) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        let refused = |error: serde_json::Error| BackupError::Write(error.into());
        // Written twice, first only counting, so that the plaintext is never left behind by a growing buffer.
        let mut length = Length(0);
        serde_json::to_writer(&mut length, self).map_err(refused)?;
        let mut bytes = Zeroizing::new(vec![b' '; padded_length(length.0)]);
        serde_json::to_writer(&mut *bytes.as_mut_slice(), self).map_err(refused)?;
        Ok(bytes)
    }

    /// The records in the plaintext of a backup, or `None` if it is not what [`encode`](Self::encode) writes.
    pub(super) fn parse(plaintext: &[u8]) -> Option<Vec<PlainRecord>> {
        let contents: Self = serde_json::from_slice(plaintext).ok()?;
        // In order, and hence none twice.
        let in_order = contents.records.is_sorted_by(|one, next| one.id < next.id);
        let records = contents.records.into_iter().map(RecordForm::restore).collect::<Option<_>>();
        records.filter(|_| in_order)
    }
}

impl RecordForm {
    fn restore(self) -> Option<PlainRecord> {
        let Self { id, ver, kind, value } = self;
        let mut value: Value = from_json(value).ok()?;
        let plaintext = encode_value(&kind, &value).ok();
        wipe(&mut value);
        (ver >= 1).then_some(PlainRecord { id, ver, plaintext: plaintext? })
    }
}

/// Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files", PETS 2019, section 4): at most an eighth
/// is added, and the length tells the order of magnitude and a few bits.
fn padded_length(length: usize) -> usize {
    let length = length.max(SMALLEST);
    let exponent = length.ilog2();
    let kept_bits = exponent.ilog2() + 1;
    length.next_multiple_of(1 << exponent.saturating_sub(kept_bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_few_and_an_eighth_longer_at_most() {
        for (length, padded) in [(0, 4096), (4096, 4096), (4097, 4352), (9, 4096), (100_000, 100_352)] {
            assert_eq!(padded_length(length), padded, "{length}");
        }
        for length in (4096..200_000).step_by(37) {
            let padded = padded_length(length);
            assert!(padded >= length && padded <= length + length / 8, "{length} {padded}");
            assert_eq!(padded_length(padded), padded);
        }
    }
}
