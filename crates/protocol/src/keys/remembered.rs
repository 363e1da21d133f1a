//! What one key has signed or verified already, so that it need not be verified again.
//!
//! A digest of message and signature stands in the place that its first bytes name, until another one takes that place: a forgotten one is
//! verified anew. Never in here: a signature that was not made or verified by this very key.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::hazmat::es256::SIGNATURE_LENGTH;

/// How many are remembered at most: 128 KiB, from the first one on.
const PLACES: usize = 4_096;

#[derive(Default)]
pub(super) struct Remembered(Mutex<Vec<[u8; 32]>>);

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

impl Remembered {
    pub(super) fn has(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some((digest, place)) = find_place(message, signature) else { return false };
        self.lock().get(place) == Some(&digest)
    }

    pub(super) fn add(&self, message: &[u8], signature: &[u8]) {
        let Some((digest, place)) = find_place(message, signature) else { return };
        let mut places = self.lock();
        places.resize(PLACES, [0; 32]);
        if let Some(found) = places.get_mut(place) {
            *found = digest;
        }
    }

    /// Places have no halfway state that a panic elsewhere could have left behind.
    fn lock(&self) -> MutexGuard<'_, Vec<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing for what is no signature: with a length that is always the same, no two pairs are the same bytes.
fn find_place(message: &[u8], signature: &[u8]) -> Option<([u8; 32], usize)> {
    if signature.len() != SIGNATURE_LENGTH {
        return None;
    }
    let digest: [u8; 32] = Sha256::new().chain_update(signature).chain_update(message).finalize().into();
    let [first, second, ..] = digest;
    Some((digest, usize::from(u16::from_be_bytes([first, second])) % PLACES))
}

#[cfg(test)]
mod tests {
    use passerby_testkit::rng::seeded;

    use crate::hazmat::es256;
    use crate::keys::{PublicKey, SigningKey};
    use crate::wire::b64u;

    fn other_letter(text: &str, place: usize) -> String {
        let mut bytes = b64u::decode(text).unwrap();
        bytes[place] ^= 1;
        b64u::encode(bytes)
    }

    #[test]
    fn what_was_remembered_holds_for_this_key_and_these_bytes_only() {
        let mut rng = seeded(1);
        let key = SigningKey::make(&mut rng).remembering();
        let signature = es256::sign(&key, b"message").unwrap();
        let raw = b64u::decode(&signature).unwrap();
        assert!(key.public().remembers(b"message", &raw), "what it signed it need not verify");
        assert!(key.clone().public().remembers(b"message", &raw), "clones share it");

        let again = PublicKey::parse(*key.public().x(), *key.public().y()).unwrap();
        assert!(
            again == *key.public() && !again.remembers(b"message", &raw),
            "no other key of the same point"
        );
        let again = again.remembering();
        assert!(es256::verify(&again, b"message", &signature) && again.remembers(b"message", &raw));

        let stranger = SigningKey::make(&mut rng).remembering();
        for key in [key.public(), &again] {
            assert!(es256::verify(key, b"message", &signature));
            assert!(!es256::verify(key, b"another", &signature));
            for place in [0, 31, 32, 63] {
                let altered = other_letter(&signature, place);
                assert!(!es256::verify(key, b"message", &altered), "byte {place}");
                assert!(
                    !key.remembers(b"message", &b64u::decode(&altered).unwrap()),
                    "a wrong one is not remembered"
                );
            }
            assert!(!es256::verify(stranger.public(), b"message", &signature));
        }
    }

    #[test]
    fn a_message_and_its_signature_are_told_apart() {
        let key = SigningKey::make(&mut seeded(2)).remembering();
        let raw = b64u::decode(&es256::sign(&key, b"message").unwrap()).unwrap();
        // The same bytes in a row, cut elsewhere.
        let (short, rest) = raw.split_at(63);
        let message = [rest, b"message"].concat();
        assert!(!key.public().remembers(&message, short));
        key.public().remember(&message, short);
        assert!(!key.public().remembers(&message, short));
    }

    #[test]
    fn what_was_pushed_out_is_verified_anew() {
        let key = SigningKey::make(&mut seeded(3)).remembering();
        let signature = es256::sign(&key, b"first").unwrap();
        for number in 0..9 * super::PLACES {
            key.public().remember(&number.to_be_bytes(), &[7; 64]);
        }
        assert!(es256::verify(key.public(), b"first", &signature));
    }
}
