//! HMAC-SHA256 (RFC 2104) over everything that belongs to a vault, and SHA-256 of each slot in it.
//!
//! What it must never do: leave anything out that decides what the vault holds or who can open it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::seal::bind;
use super::{Key, KeyError, Slot, VaultId};
use crate::record::{RecordId, Stamp};
use secrecy::ExposeSecret as _;

/// The length of a manifest's code in bytes.
pub(crate) const MAC_LEN: usize = 32;

/// Stands for a slot in the manifest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SlotDigest([u8; 32]);

impl Slot {
    /// What the manifest knows of this slot: all of its columns.
    pub(crate) fn derive_digest(&self, vault: VaultId) -> SlotDigest {
        let Self { head, commitment, wrapped } = self;
        let columns: [&[u8]; 7] =
            [b"slot row", &head.id, head.kind.as_bytes(), &head.parameters, &head.salt, commitment, wrapped];
        SlotDigest(Sha256::digest(bind(vault, &columns)).into())
    }
}

/// The key of an open vault's manifest in one epoch.
pub(crate) struct ManifestKey {
    vault: VaultId,
    epoch: i64,
    mac: Hmac<Sha256>,
}

impl ManifestKey {
    pub(super) fn new(vault: VaultId, epoch: i64, key: &Key) -> Result<Self, KeyError> {
        let mac = Hmac::new_from_slice(key.expose_secret()).map_err(|_| KeyError::Refused)?;
        Ok(Self { vault, epoch, mac })
    }

    pub(crate) fn vault(&self) -> VaultId {
        self.vault
    }

    /// The code over `slots` and over `records`, which come in the order of their ids.
    pub(crate) fn derive_mac(
        &self,
        (schema, counter): (i64, u64),
        slots: &[SlotDigest],
        records: impl ExactSizeIterator<Item = (RecordId, Stamp)>,
    ) -> [u8; MAC_LEN] {
        let mut mac = self.mac.clone();
        let head: [&[u8]; 4] =
            [b"manifest", &schema.to_be_bytes(), &self.epoch.to_be_bytes(), &counter.to_be_bytes()];
        mac.update(&bind(self.vault, &head));
        // Sorted by themselves, so that the order in which SQLite gives the slots does not matter.
        let mut slots: Vec<_> = slots.iter().collect();
        slots.sort_unstable();
        mac.update(&(slots.len() as u64).to_be_bytes());
        for SlotDigest(digest) in slots {
            mac.update(digest);
        }
        mac.update(&(records.len() as u64).to_be_bytes());
        for (id, Stamp { ver, tag }) in records {
            // In one piece: a call for each field takes longer than hashing it.
            let mut row = [0; 40];
            row[..16].copy_from_slice(id.as_bytes());
            row[16..24].copy_from_slice(&ver.to_be_bytes());
            row[24..].copy_from_slice(&tag);
            mac.update(&row);
        }
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for ManifestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ManifestKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SlotHead, VaultKey};
    use super::*;

    /// Made by another implementation (Python, with `hmac` and `hashlib` only) from docs/vault-format.md. Never
    /// regenerated to make this test pass: a vault that was closed whole must be found whole for ever.
    const MAC: [u8; MAC_LEN] = [
        0x97, 0x5e, 0x66, 0xeb, 0x44, 0x5f, 0xc9, 0xe4, 0xa6, 0xbf, 0x48, 0xcc, 0x39, 0xaa, 0x6c, 0x73, 0x5f,
        0xe7, 0xa8, 0x37, 0x90, 0x38, 0x99, 0x2b, 0xa9, 0x76, 0xec, 0x6b, 0x13, 0xbf, 0x9c, 0x62,
    ];

    fn counting<const N: usize>(from: u8) -> [u8; N] {
        std::array::from_fn(|n| from + u8::try_from(n).unwrap())
    }

    fn slot(id: u8, kind: &str) -> Slot {
        Slot {
            head: SlotHead {
                id: counting::<16>(id).to_vec(),
                kind: kind.to_owned(),
                parameters: vec![0xa0],
                salt: counting::<16>(32).to_vec(),
            },
            commitment: counting::<32>(100).to_vec(),
            wrapped: counting::<72>(140).to_vec(),
        }
    }

    #[test]
    fn a_manifest_made_elsewhere_from_the_description_fits() {
        let vault = VaultId(counting(0));
        let keys = VaultKey(Key::new(Box::new(counting(64)))).derive_keys(vault, 2).unwrap();
        let slots = [slot(16, "passphrase"), slot(17, "later")].map(|slot| slot.derive_digest(vault));
        let blob = [counting::<40>(0).as_slice(), &counting::<16>(200)].concat();
        let stamps = [(1, Stamp::of(5, &blob)), (2, Stamp::of(1, &[7; 15]))];
        let records =
            stamps.map(|(from, stamp)| (RecordId::try_from(counting::<16>(from).as_slice()).unwrap(), stamp));

        assert_eq!(keys.manifest.derive_mac((2, 7), &slots, records.into_iter()), MAC);
        let [first, second] = slots;
        let other_order = [second, first];
        assert_eq!(keys.manifest.derive_mac((2, 7), &other_order, records.into_iter()), MAC);
        assert_ne!(keys.manifest.derive_mac((2, 8), &other_order, records.into_iter()), MAC);
        assert_ne!(keys.manifest.derive_mac((2, 7), &other_order[..1], records.into_iter()), MAC);
        assert_ne!(keys.manifest.derive_mac((2, 7), &other_order, records[..1].iter().copied()), MAC);
    }
}
