//! Self-copies, opened by the person who left them (docs/protocol.md section 14).

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::{PairwiseKey, RootSecret};
use passerby_protocol::request::{Terms, TermsText};
use passerby_protocol::sector::Sector;
use passerby_protocol::self_copy::{CopiedGrant, CopiedState, SealedCopy, SelfCopy};
use passerby_protocol::time::DAY;
use passerby_protocol::verify::Pin;
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::rng::seeded;
use passerby_testkit::scene::Scene;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::Writer;

fn root(byte: u8) -> RootSecret {
    RootSecret::from_bytes(Zeroizing::new([byte; 32]))
}

fn copy(scene: &Scene, n: u32, seq: u64, grants: usize) -> SelfCopy {
    let sector = scene.sector.clone();
    let terms = Terms {
        purpose: "to send order 7 to you".into(),
        retention: 30,
        standing: false,
        recipients: vec!["Parcel Service".into()],
    };
    let terms_hash = TermsText::write(&terms).expect("terms").hash();
    let grant = |number: usize| CopiedGrant {
        id: format!("019ab000-0000-7000-8000-{number:012}"),
        claims: ["name", "address.postal_code"].map(|name| ClaimName::parse(name).expect("a name")).to_vec(),
        terms: terms.clone(),
        terms_hash: terms_hash.clone(),
        given: NOON,
        kept_until: NOON + 30 * DAY,
        release_sha256: b64u::sha256(format!("release {number}")),
        state: CopiedState::Sent,
    };
    SelfCopy {
        relay: scene.issuer.clone(),
        user_ref: PairwiseKey::derive(&root(7), &sector, n).expect("a key").user_ref(),
        seq,
        made: NOON,
        pin: Pin {
            sector: sector.clone(),
            name: "Shoes".into(),
            root_jkt: scene.root.public().jkt(),
            seq: 3,
            statement_sha256: b64u::sha256("a Statement"),
            next_root_jkt_hash: None,
            first_seen: NOON,
            post_quantum: true,
        },
        sector,
        grants: (0..grants).map(grant).collect(),
    }
}

fn input(scene: &Scene, byte: u8, n: u32, sealed: &SealedCopy) -> Value {
    json!({
        "root_hex": format!("{byte:02x}").repeat(32),
        "relay": scene.issuer,
        "sector": scene.sector,
        "n": n,
        "sealed": sealed,
    })
}

pub fn write(writer: &mut Writer, scene: &Scene) -> std::io::Result<()> {
    let mut rng = seeded(31);
    let mut seal = |copy: &SelfCopy, n| copy.seal(&root(7), n, &mut rng).expect("a copy that fits");

    let plain = copy(scene, 0, 1, 1);
    let sealed = seal(&plain, 0);
    let ok = |copy: &SelfCopy| serde_json::to_value(copy).expect("JSON");
    writer.accepts("one-grant", "One grant: 4,096 bytes", input(scene, 7, 0, &sealed), ok(&plain))?;
    let many = copy(scene, 0, 8, 15);
    writer.accepts(
        "fifteen-grants",
        "Fifteen grants: 8,192 bytes",
        input(scene, 7, 0, &seal(&many, 0)),
        ok(&many),
    )?;
    let stranger = copy(scene, 5, 1, 1);
    writer.accepts(
        "stranger",
        "Of the pseudonym with the number 5",
        input(scene, 7, 5, &seal(&stranger, 5)),
        ok(&stranger),
    )?;

    let open = "self-copy-open";
    writer.refuses("other-person", "Another root secret", input(scene, 8, 0, &sealed), open)?;
    writer.refuses("other-number", "Another pseudonym", input(scene, 7, 5, &sealed), open)?;
    let later = SealedCopy { seq: 2, ..sealed.clone() };
    writer.refuses("other-seq", "Under a higher number", input(scene, 7, 0, &later), open)?;
    let mut elsewhere = input(scene, 7, 0, &sealed);
    elsewhere["relay"] = "https://other.example".into();
    writer.refuses("other-relay", "Handed out by another relay", elsewhere, open)?;
    let mut elsewhere = input(scene, 7, 0, &sealed);
    elsewhere["sector"] = "books.example".into();
    writer.refuses("other-sector", "Handed out for another shop", elsewhere, open)?;
    let mut bytes = b64u::decode(&sealed.copy).expect("base64url");
    bytes[1_000] ^= 1;
    let flipped = SealedCopy { seq: 1, copy: b64u::encode(&bytes) };
    writer.refuses("flipped", "One bit is another", input(scene, 7, 0, &flipped), open)?;
    bytes.truncate(4_000);
    let short = SealedCopy { seq: 1, copy: b64u::encode(&bytes) };
    writer.refuses("length", "Of a length that no copy has", input(scene, 7, 0, &short), open)?;
    let zero = copy(scene, 0, 0, 1);
    writer.refuses("seq-zero", "Numbers begin with 1", input(scene, 7, 0, &seal(&zero, 0)), open)?;

    let malformed = "self-copy-malformed";
    let mut foreign = plain.clone();
    foreign.pin.sector = Sector::parse("books.example").expect("a sector");
    let foreign = input(scene, 7, 0, &seal(&foreign, 0));
    writer.refuses("pin-of-another-shop", "The pin inside is of another shop", foreign, malformed)
}
