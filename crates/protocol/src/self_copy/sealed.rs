//! A self-copy as a relay keeps it: sealed, of one of three lengths, with its number beside it.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::SelfCopy;
use crate::hazmat::self_copy::{NONCE_LENGTH, TAG_LENGTH, derive_key, open, seal};
use crate::issuer::Issuer;
use crate::keys::{PairwiseKey, RootSecret, length_prefixed};
use crate::sector::Sector;
use crate::wire::{b64u, json};

/// The lengths of the padded plaintext, in bytes.
const LENGTHS: [usize; 3] = [4_096, 8_192, 16_384];
/// The highest number (docs/protocol.md section 1.1).
const HIGHEST_SEQ: u64 = (1 << 53) - 1;

/// A sealed self-copy; its JSON is the body that goes to the relay and comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedCopy {
    /// From 1, raised with each copy. Bound into the seal.
    pub seq: u64,
    /// `b64u(nonce || ciphertext || tag)`.
    pub copy: String,
}

/// A self-copy with so many grants does not fit into the largest length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the self-copy is larger than 16 KiB")]
pub struct SelfCopyTooLarge;

/// Why a self-copy is not taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelfCopyRefusal {
    /// It does not open: of somebody else, another shop, another relay, under another number, or damaged.
    #[error("the self-copy does not open")]
    Open,
    /// It opens, and is not what its place says.
    #[error("the self-copy is malformed")]
    Malformed,
}

impl SelfCopyRefusal {
    /// The word of docs/protocol.md.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "self-copy-open",
            Self::Malformed => "self-copy-malformed",
        }
    }
}

/// The plaintext: the copy and its padding.
#[derive(Serialize)]
struct Padded<'a> {
    #[serde(flatten)]
    copy: &'a SelfCopy,
    #[serde(rename = "_pad")]
    padding: String,
}

impl SelfCopy {
    /// Seals it under the key of (root, sector, n). The copy's `user_ref` is that of the same three.
    pub fn seal(
        &self,
        root: &RootSecret,
        n: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<SealedCopy, SelfCopyTooLarge> {
        let key = derive(root, &self.sector, n).ok_or(SelfCopyTooLarge)?;
        let bound = bind(&self.relay, &self.sector, &self.user_ref, self.seq).ok_or(SelfCopyTooLarge)?;
        let sealed = seal(&key, &bound, &self.write_padded()?, rng).ok_or(SelfCopyTooLarge)?;
        Ok(SealedCopy { seq: self.seq, copy: b64u::encode(sealed) })
    }

    fn write_padded(&self) -> Result<Zeroizing<Vec<u8>>, SelfCopyTooLarge> {
        let write = |padding: String| {
            let text = serde_json::to_vec(&Padded { copy: self, padding }).map_err(|_| SelfCopyTooLarge)?;
            Ok(Zeroizing::new(text))
        };
        let bare = write(String::new())?.len();
        let length = LENGTHS.into_iter().find(|length| bare <= *length).ok_or(SelfCopyTooLarge)?;
        write("0".repeat(length - bare))
    }
}

impl SealedCopy {
    /// Whether it looks like one from outside: a number from 1, and one of the three lengths. All that a relay can check.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let length = b64u::decode(&self.copy).map_or(0, |sealed| sealed.len());
        (1..=HIGHEST_SEQ).contains(&self.seq)
            && LENGTHS.iter().any(|plain| NONCE_LENGTH + plain + TAG_LENGTH == length)
    }

    /// Opens the copy of the person with this root secret about `sector`, as kept by `relay`.
    pub fn open(
        &self,
        root: &RootSecret,
        relay: &Issuer,
        sector: &Sector,
        n: u32,
    ) -> Result<SelfCopy, SelfCopyRefusal> {
        if !self.is_well_formed() {
            return Err(SelfCopyRefusal::Open);
        }
        let user_ref = PairwiseKey::derive(root, sector, n).map_err(|_| SelfCopyRefusal::Open)?.user_ref();
        let key = derive(root, sector, n).ok_or(SelfCopyRefusal::Open)?;
        let bound = bind(relay, sector, &user_ref, self.seq).ok_or(SelfCopyRefusal::Open)?;
        let sealed = b64u::decode(&self.copy).map_err(|_| SelfCopyRefusal::Open)?;
        let plaintext = open(&key, &bound, &sealed).ok_or(SelfCopyRefusal::Open)?;
        let copy: SelfCopy = json::parse(&plaintext).map_err(|_| SelfCopyRefusal::Malformed)?;
        // What is inside was written by a wallet of this person: this finds its mistakes, not a forger's.
        let fits = copy.relay == *relay
            && copy.sector == *sector
            && copy.pin.sector == *sector
            && copy.user_ref == user_ref
            && copy.seq == self.seq;
        if fits { Ok(copy) } else { Err(SelfCopyRefusal::Malformed) }
    }
}

fn derive(root: &RootSecret, sector: &Sector, n: u32) -> Option<Zeroizing<[u8; 32]>> {
    let mut info = length_prefixed(&["self-copy", "XChaCha20-Poly1305", sector.as_str()])?;
    info.extend_from_slice(&n.to_be_bytes());
    derive_key(root.expose(), &info)
}

fn bind(relay: &Issuer, sector: &Sector, user_ref: &str, seq: u64) -> Option<Vec<u8>> {
    let mut bound = length_prefixed(&["passerby/1 self-copy", relay.as_str(), sector.as_str(), user_ref])?;
    bound.extend_from_slice(&seq.to_be_bytes());
    Some(bound)
}

#[cfg(test)]
mod tests {
    use passerby_testkit::rng::seeded;

    use super::*;
    use crate::claim::ClaimName;
    use crate::request::Terms;
    use crate::self_copy::{CopiedGrant, CopiedState};
    use crate::time::Timestamp;
    use crate::verify::Pin;

    fn grant(number: usize) -> CopiedGrant {
        CopiedGrant {
            id: format!("0198c7f7-0000-7000-8000-{number:012}"),
            claims: vec![ClaimName::parse("email").unwrap()],
            terms: Terms {
                purpose: "to send order 7 to you".into(),
                retention: 30,
                standing: false,
                recipients: vec!["Parcel Service".into()],
            },
            terms_hash: b64u::sha256("terms"),
            given: Timestamp::from_seconds(1_795_348_800),
            kept_until: Timestamp::from_seconds(1_797_940_800),
            release_sha256: b64u::sha256("release"),
            state: CopiedState::Sent,
        }
    }

    fn copy(grants: usize) -> (RootSecret, SelfCopy) {
        let mut rng = seeded(7);
        let root = RootSecret::make(&mut rng);
        let sector = Sector::parse("shoes.example").unwrap();
        let key = PairwiseKey::derive(&root, &sector, 0).unwrap();
        let made = Timestamp::from_seconds(1_795_348_800);
        let pin = Pin {
            sector: sector.clone(),
            name: "Shoes".into(),
            root_jkt: key.public().jkt(),
            seq: 3,
            statement_sha256: b64u::sha256("statement"),
            next_root_jkt_hash: None,
            first_seen: made,
            post_quantum: true,
        };
        let relay = Issuer::parse("https://relay.example").unwrap();
        let grants = (0..grants).map(grant).collect();
        (root, SelfCopy { relay, sector, user_ref: key.user_ref(), seq: 5, made, pin, grants })
    }

    fn sealed(root: &RootSecret, copy: &SelfCopy) -> SealedCopy {
        copy.seal(root, 0, &mut seeded(8)).unwrap()
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let (root, copy) = copy(2);
        let back = sealed(&root, &copy).open(&root, &copy.relay, &copy.sector, 0).unwrap();
        assert_eq!(back, copy);
    }

    #[test]
    fn lengths_tell_only_their_bucket() {
        for (grants, plain) in [(0, 4_096), (2, 4_096), (15, 8_192), (30, 16_384)] {
            let (root, copy) = copy(grants);
            let sealed = sealed(&root, &copy);
            assert_eq!(b64u::decode(&sealed.copy).unwrap().len(), 24 + plain + 16, "{grants} grants");
            assert!(sealed.is_well_formed());
        }
        let (root, copy) = copy(60);
        assert_eq!(copy.seal(&root, 0, &mut seeded(8)), Err(SelfCopyTooLarge));
    }

    #[test]
    fn it_opens_in_its_place_only() {
        let (root, copy) = copy(1);
        let sealed = sealed(&root, &copy);
        let other = |text: &str| Issuer::parse(text).unwrap();
        let sector = |text: &str| Sector::parse(text).unwrap();
        let stranger = RootSecret::make(&mut seeded(9));
        let open = |sealed: &SealedCopy, root: &RootSecret, relay: &Issuer, sector: &Sector, n| {
            sealed.open(root, relay, sector, n).map(|_| ())
        };
        let no = Err(SelfCopyRefusal::Open);
        assert_eq!(open(&sealed, &root, &copy.relay, &copy.sector, 0), Ok(()));
        assert_eq!(open(&sealed, &stranger, &copy.relay, &copy.sector, 0), no);
        assert_eq!(open(&sealed, &root, &other("https://other.example"), &copy.sector, 0), no);
        assert_eq!(open(&sealed, &root, &copy.relay, &sector("books.example"), 0), no);
        assert_eq!(open(&sealed, &root, &copy.relay, &copy.sector, 1), no);
        let later = SealedCopy { seq: 6, ..sealed.clone() };
        assert_eq!(open(&later, &root, &copy.relay, &copy.sector, 0), no, "the number is bound");
        let shorter = SealedCopy { copy: sealed.copy[4..].to_owned(), ..sealed };
        assert_eq!(open(&shorter, &root, &copy.relay, &copy.sector, 0), no);
    }

    #[test]
    fn a_copy_that_names_another_place_inside_is_refused() {
        let (root, mut copy) = copy(1);
        copy.pin.sector = Sector::parse("books.example").unwrap();
        let sealed = sealed(&root, &copy);
        assert_eq!(sealed.open(&root, &copy.relay, &copy.sector, 0), Err(SelfCopyRefusal::Malformed));
    }

    #[test]
    fn a_state_of_a_later_revision_is_read() {
        let mut text = serde_json::to_value(grant(1)).unwrap();
        text["state"] = "withdrawn".into();
        let read: CopiedGrant = serde_json::from_value(text).unwrap();
        assert_eq!(read.state, CopiedState::Other);
    }
}
