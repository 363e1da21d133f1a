//! What was typed into the window and is secret: a passphrase, words, a value. Wiped when it is done with, never printed.

use secrecy::SecretString;
use serde::Deserialize;
use specta::Type;
use zeroize::Zeroizing;

/// A secret text from the window.
#[derive(Deserialize, Type)]
#[serde(transparent)]
pub struct Typed(#[specta(type = String)] Zeroizing<String>);

impl Typed {
    /// The text, for the wallet.
    pub fn secret(mut self) -> SecretString {
        std::mem::take(&mut *self.0).into()
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(..)")
    }
}
