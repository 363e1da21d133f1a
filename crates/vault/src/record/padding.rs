//! Plaintexts come in few lengths, so that a row's size tells little about what is in it.
//!
//! A padded plaintext is `length (4 bytes, big-endian) || bytes || zeros`, in buckets of 256 bytes up to 4 KiB and of
//! 4 KiB above.

use zeroize::Zeroizing;

const SMALL: usize = 256;
const LARGE: usize = 4096;
const PREFIX: usize = 4;

/// The length of the bucket that holds `length` bytes and their prefix.
fn bucket(length: usize) -> usize {
    let needed = length + PREFIX;
    if needed <= LARGE { needed.next_multiple_of(SMALL) } else { needed.next_multiple_of(LARGE) }
}

/// A plaintext of `length` bytes, which `write` puts into a buffer that never grows, and hence never leaves a copy.
///
/// `length` is at most `u32::MAX`; what `write` leaves unwritten is zero.
pub(crate) fn pad<E>(
    length: usize,
    write: impl FnOnce(&mut [u8]) -> Result<(), E>,
) -> Result<Zeroizing<Vec<u8>>, E> {
    let mut padded = Zeroizing::new(vec![0; bucket(length)]);
    let prefix = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    padded[..PREFIX].copy_from_slice(&prefix);
    write(&mut padded[PREFIX..PREFIX + length])?;
    Ok(padded)
}

/// The bytes inside a padded plaintext, if the bucket is the right one and the rest is zero.
pub(super) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = padded.split_first_chunk::<PREFIX>()?;
    let length = usize::try_from(u32::from_be_bytes(*prefix)).ok()?;
    let (bytes, zeros) = rest.split_at_checked(length)?;
    (padded.len() == bucket(length) && zeros.iter().all(|byte| *byte == 0)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn padded(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
        pad(bytes.len(), |buffer| {
            buffer.copy_from_slice(bytes);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn buckets_turn_where_they_are_said_to() {
        for (length, expected) in
            [(0, 256), (252, 256), (253, 512), (4092, 4096), (4093, 8192), (8188, 8192), (8189, 12_288)]
        {
            assert_eq!(padded(&vec![7; length]).len(), expected, "{length}");
        }
    }

    proptest! {
        #[test]
        fn what_is_padded_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..9000)) {
            let padded = padded(&bytes);
            prop_assert!(padded.len() >= bytes.len() + PREFIX);
            prop_assert_eq!(unpad(&padded), Some(bytes.as_slice()));
        }

        #[test]
        fn nothing_else_is_taken_for_padded(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            // Whatever unpads must be exactly what padding would have made.
            if let Some(inner) = unpad(&bytes) {
                let again = padded(inner);
                prop_assert_eq!(again.as_slice(), bytes.as_slice());
            }
        }

        #[test]
        fn a_longer_or_shorter_bucket_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let padded = padded(&bytes);
            prop_assert_eq!(unpad(&padded[..padded.len() - 1]), None);
            let mut longer = padded.to_vec();
            longer.extend_from_slice(&[0; 256]);
            prop_assert_eq!(unpad(&longer), None);
        }
    }
}
