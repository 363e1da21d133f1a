//! `cargo xtask bench seal`: what HPKE and the JSON around it add to the primitives.

use anyhow::Result;

use super::{ask_example, build, report::Report, series::Series};
use crate::checkout::Checkout;

const EXAMPLE: &str = "bench_seal";

pub fn measure(checkout: &Checkout, repetitions: u32) -> Result<Report> {
    build(checkout, "passerby-protocol", &["--example", EXAMPLE])?;
    let mut report = Report::begin(checkout)?;
    let said = ask_example(checkout, EXAMPLE, &[&repetitions.to_string()])?;
    let series = |name: &str| Series::parse(&said["seconds"][name]);
    let (base_mult, dh) = (series("base_mult")?, series("dh")?);
    let (encrypt, decrypt) = (series("encrypt")?, series("decrypt")?);
    let (seal, open) = (series("seal")?, series("open")?);
    let (to_seal, to_open) = (base_mult.plus(&dh).plus(&encrypt), dh.plus(&decrypt));
    report.compare("seal", Some(1.35), &seal, &to_seal);
    report.compare("open", Some(1.4), &open, &to_open);
    for (name, series) in [
        ("base multiplication", base_mult),
        ("Diffie-Hellman", dh),
        ("encrypt 1 KiB", encrypt),
        ("decrypt 1 KiB", decrypt),
        ("seal 1 KiB", seal),
        ("open 1 KiB", open),
    ] {
        report.keep(name, series);
    }
    report.note("suite: HPKE-4, as a compact JWE; primitives: x25519-dalek, chacha20poly1305".to_owned());
    Ok(report)
}
