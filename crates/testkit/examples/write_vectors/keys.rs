//! Pairwise keys and pseudonyms (docs/protocol.md section 2).

use passerby_protocol::keys::{PairwiseKey, RootSecret};
use passerby_protocol::sector::Sector;
use passerby_testkit::scene::Scene;
use serde_json::json;
use zeroize::Zeroizing;

use crate::Writer;

pub fn write(writer: &mut Writer, _: &Scene) -> std::io::Result<()> {
    let cases = [
        ("pairwise-regular", "The regular pseudonym of a person at a shop", 7, "shoes.example", 0),
        (
            "pairwise-stranger",
            "Another number gives another pseudonym at the same shop",
            7,
            "shoes.example",
            0xdead_beef,
        ),
        ("pairwise-other-shop", "Another shop gives another pseudonym", 7, "books.example", 0),
        ("pairwise-other-person", "Another root secret gives another pseudonym", 8, "shoes.example", 0),
        ("pairwise-a-label", "A sector of A-labels", 7, "xn--mnchen-3ya.example", 0),
        ("pairwise-development", "A development sector keeps its port", 7, "shoes.localhost:4001", 0),
    ];
    for (name, about, byte, sector, n) in cases {
        let root = [byte; 32];
        let sector = Sector::parse(sector).expect("a sector");
        let key =
            PairwiseKey::derive(&RootSecret::from_bytes(Zeroizing::new(root)), &sector, n).expect("a key");
        let root = format!("{byte:02x}").repeat(32);
        let input = json!({ "root_hex": root, "sector": sector, "n": n });
        let ok = json!({ "jwk": key.public(), "jkt": key.public().jkt(), "user_ref": key.user_ref() });
        writer.accepts(name, about, input, ok)?;
    }
    Ok(())
}
