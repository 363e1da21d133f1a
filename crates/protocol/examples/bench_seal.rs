//! Times for `cargo xtask bench seal`: sealing and opening 1 KiB with HPKE-4, beside the primitives of the same libraries
//! that it is made of. Only means something in a release build.
//!
//! `bench_seal REPETITIONS` prints one JSON object: for each name the seconds of one operation, in each repetition. The
//! names take turns, so that a machine that is busy for a while is busy for all of them.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use passerby_protocol::keys::{ReleaseKey, ReleaseSuite};
use passerby_protocol::wire::jwe;
use passerby_testkit::rng::seeded;
use serde_json::json;
use x25519_dalek::{PublicKey, StaticSecret};

/// How many operations one time is taken over.
const RUNS: u32 = 2_000;
const INFO: &[u8] = b"a context of the usual length, which binds the release to one request and its terms";

fn main() -> Result<(), Box<dyn Error>> {
    let repetitions: usize = std::env::args().nth(1).ok_or("bench_seal REPETITIONS")?.parse()?;
    let mut rng = seeded(1);
    let plaintext = [7; 1024];
    let keys = [ReleaseKey::make(ReleaseSuite::Hpke4, &mut rng)];
    let sealed = jwe::seal(&plaintext, keys[0].public(), INFO, &mut rng)?;
    if jwe::open(&sealed, &keys, INFO)?.as_slice() != plaintext {
        return Err("what was sealed does not open".into());
    }

    let secret = StaticSecret::random_from_rng(&mut rng);
    let public = PublicKey::from(&StaticSecret::random_from_rng(&mut rng));
    let cipher = ChaCha20Poly1305::new(&Key::from([1; 32]));
    let nonce = Nonce::from([2; 12]);
    let mut encrypted = plaintext.to_vec();
    cipher.encrypt_in_place(&nonce, INFO, &mut encrypted).map_err(|_| "encryption failed")?;

    let mut times = serde_json::Map::new();
    for _ in 0..repetitions {
        let mut note = |name: &str, seconds: f64| {
            let list = times.entry(name.to_owned()).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(json!(seconds));
            }
        };
        note("base_mult", time(|| PublicKey::from(black_box(&secret))));
        note("dh", time(|| secret.diffie_hellman(black_box(&public))));
        note(
            "encrypt",
            time(|| {
                let mut buffer = plaintext.to_vec();
                let done = cipher.encrypt_in_place(&nonce, INFO, &mut buffer);
                (buffer, done)
            }),
        );
        note(
            "decrypt",
            time(|| {
                let mut buffer = encrypted.clone();
                let done = cipher.decrypt_in_place(&nonce, INFO, &mut buffer);
                (buffer, done)
            }),
        );
        note("seal", time(|| jwe::seal(black_box(&plaintext), keys[0].public(), INFO, &mut rng)));
        note("open", time(|| jwe::open(black_box(&sealed), &keys, INFO)));
    }
    println!("{}", json!({ "seconds": times }));
    Ok(())
}

/// The seconds that one run takes, over [`RUNS`] of them.
fn time<T>(mut run: impl FnMut() -> T) -> f64 {
    let begun = Instant::now();
    for _ in 0..RUNS {
        black_box(run());
    }
    begun.elapsed().as_secs_f64() / f64::from(RUNS)
}
