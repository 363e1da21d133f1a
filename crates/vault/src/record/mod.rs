//! What a person keeps, one sealed record each.
//!
//! A record's plaintext is a CBOR sequence (RFC 8742) of its kind and its value, padded to a bucket. The wallet owns
//! the types; this room owns how they become bytes, ids and versions.
//!
//! What it must never do: let a record be read as another kind than it was written as, or name its kind outside the
//! sealed blob.

mod batch;
mod id;
mod index;
pub(crate) mod padding;

use std::io;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use zeroize::Zeroizing;

pub use batch::Batch;
pub(crate) use batch::{Op, OpKind};
pub use id::RecordId;
pub(crate) use id::{IdClock, make_id};
pub(crate) use index::{Change, Index, Known, Stamp};

use crate::error::RecordError;

/// The most bytes an encoded record may have (kind and value, before padding).
pub const MAX_RECORD_LEN: usize = 4 * 1024 * 1024;

/// A type the wallet keeps in the vault.
///
/// The value is encoded as CBOR by serde, so fields may be added with `#[serde(default)]`. The type should wipe its own
/// secrets when dropped; the vault wipes only its buffers.
pub trait Record: Serialize + DeserializeOwned + Send {
    /// What the record is, in a word: `"attribute"`, `"grant"`. Part of the format: never changed once written.
    const KIND: &'static str;
}

/// The padded plaintext of a record.
pub(crate) fn encode<T: Record>(record: &T) -> Result<Zeroizing<Vec<u8>>, RecordError> {
    encode_value(T::KIND, record).map_err(|unfit| match unfit {
        Unfit::Shape => RecordError::Shape { kind: T::KIND },
        Unfit::TooLong => RecordError::TooLong { kind: T::KIND, limit: MAX_RECORD_LEN },
    })
}

/// Why a value cannot be the plaintext of a record.
pub(crate) enum Unfit {
    /// It has no form in CBOR.
    Shape,
    /// It is longer than [`MAX_RECORD_LEN`].
    TooLong,
}

/// The padded plaintext of a record of any kind.
pub(crate) fn encode_value(kind: &str, value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Unfit> {
    let shape = |_| Unfit::Shape;
    // Encoded twice, first only counting, so that the plaintext is never left behind by a growing buffer.
    let mut length = Length(0);
    ciborium::into_writer(kind, &mut length).map_err(shape)?;
    ciborium::into_writer(value, &mut length).map_err(shape)?;
    if length.0 > MAX_RECORD_LEN {
        return Err(Unfit::TooLong);
    }
    padding::pad(length.0, |mut writer| {
        ciborium::into_writer(kind, &mut writer).map_err(shape)?;
        ciborium::into_writer(value, &mut writer).map_err(shape)
    })
}

/// The record in a padded plaintext, if it is of this kind and shape.
pub(crate) fn decode<T: Record>(plaintext: &[u8]) -> Result<T, RecordError> {
    let (kind, mut value) = split(plaintext).ok_or(RecordError::Shape { kind: T::KIND })?;
    if kind != T::KIND {
        return Err(RecordError::Shape { kind: T::KIND });
    }
    read_cbor(&mut value).ok_or(RecordError::Shape { kind: T::KIND })
}

/// The kind named in a padded plaintext, if it is well formed: a text and exactly one value behind it.
pub(crate) fn find_kind(plaintext: &[u8]) -> Option<String> {
    let (kind, mut value) = split(plaintext)?;
    read_cbor::<IgnoredAny>(&mut value)?;
    value.is_empty().then_some(kind)
}

/// The kind and the value in a padded plaintext, whatever their meaning.
pub(crate) fn split_value(plaintext: &[u8]) -> Option<(String, ciborium::Value)> {
    let (kind, mut rest) = split(plaintext)?;
    let value = ciborium::from_reader(&mut rest).ok()?;
    rest.is_empty().then_some((kind, value))
}

fn split(plaintext: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = padding::unpad(plaintext)?;
    let kind = ciborium::from_reader(&mut rest).ok()?;
    Some((kind, rest))
}

/// The first value in `bytes`, which then begins behind it.
///
/// Every text passes through a buffer. This one holds the longest there can be, so that a text is copied once and its
/// memory never grows, and is wiped; the library's own would stay on the stack.
fn read_cbor<T: DeserializeOwned>(bytes: &mut &[u8]) -> Option<T> {
    let mut buffer = Zeroizing::new(vec![0; bytes.len()]);
    ciborium::from_reader_with_buffer(bytes, &mut buffer).ok()
}

/// A writer that only counts.
pub(crate) struct Length(pub(crate) usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
