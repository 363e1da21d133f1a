//! One target for each reader of bytes from outside. `fuzz/` feeds them what libFuzzer makes up, and
//! `tests/fuzz_corpus.rs` what is kept in `fuzz/corpus/<target>/`.
//!
//! A target may refuse its bytes. It must never panic, and where something is read that can be written again, reading
//! that must give the same.
//!
//! A signature would keep everything behind it from being reached, because no fuzzer guesses one. So bytes with a line
//! break are header and payload of a message that is then really signed with the key of the [scene](crate::scene).
//!
//! The vault's file and its backup are not here: only the vault seals, so it has targets of its own (`passerby_vault::fuzz`).

#![expect(clippy::missing_panics_doc, reason = "a panic is what a target reports")]

mod answering;
mod asking;
mod bodies;
mod foreign;

use std::path::PathBuf;
use std::sync::LazyLock;

use passerby_protocol::keys::{PairwiseKey, SigningKey};

use crate::checkout;
use crate::forge;
use crate::scene::Scene;

pub use answering::*;
pub use asking::*;
pub use bodies::*;
pub use foreign::*;

/// Reads bytes, and says whether it accepted them: so that the tests see that something behind the checks is reached.
pub type Target = fn(&[u8]) -> bool;

/// Every target by its name, which is that of its file in `fuzz/fuzz_targets` and of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("answer_form", answer_form),
    ("attestation", attestation),
    ("consent_receipt", consent_receipt),
    ("dcql", dcql),
    ("dpop", dpop),
    ("foreign_query", foreign_query),
    ("foreign_request", foreign_request),
    ("grant_claim", grant_claim),
    ("key_file", key_file),
    ("link", link),
    ("passport", passport),
    ("passport_request", passport_request),
    ("presentation", presentation),
    ("profile", profile),
    ("relay_body", relay_body),
    ("relay_keys", relay_keys),
    ("relay_receipt", relay_receipt),
    ("release", release),
    ("request", request),
    ("response", response),
    ("self_copy", self_copy),
    ("shop_proof", shop_proof),
    ("statement", statement),
    ("statement_draft", statement_draft),
    ("terms", terms),
];

/// The folder whose folders are the corpora.
#[must_use]
pub fn corpora() -> PathBuf {
    checkout::find("fuzz/corpus")
}

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);
/// Kept, because deriving it takes longer than most targets.
static PAIRWISE: LazyLock<PairwiseKey> = LazyLock::new(|| SCENE.pairwise());

/// The compact JWS that the bytes stand for: themselves, or a header and a payload on two lines, to be signed.
fn message(bytes: &[u8], key: &SigningKey) -> Option<String> {
    let text = text(bytes)?;
    Some(match text.split_once('\n') {
        Some((header, payload)) => forge::jws_of_text(header, payload, key),
        None => text.to_owned(),
    })
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
