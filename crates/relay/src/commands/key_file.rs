//! The signing key on disk: a private JWK, readable by its owner only.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use passerby_protocol::keys::SigningKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Makes a key and writes it; the file must not be there.
pub fn make(path: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<()> {
    let shown = path.display();
    let text = SigningKey::make(rng).to_jwk().context("making the signing key")?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("making the key file {shown}"))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing the key file {shown}"))
}

/// Reads a key. Refused when others can read the file too.
pub fn read(path: &Path) -> anyhow::Result<SigningKey> {
    let shown = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The six low bits are those of the group and of everybody else.
        let about = std::fs::metadata(path).with_context(|| format!("reading the key file {shown}"))?;
        ensure!(
            about.permissions().mode().trailing_zeros() >= 6,
            "the key file {shown} can be read by others; run: chmod 600 {shown}"
        );
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the key file {shown}"))?;
    let text = Zeroizing::new(text);
    SigningKey::parse_jwk(&text).with_context(|| format!("reading the key file {shown}"))
}
