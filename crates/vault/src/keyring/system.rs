//! The keyring that comes with the system: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! Each call connects anew: a service that was restarted in between is then no trouble. On Linux a call ends the program
//! with a panic when it is made on an async thread: the library below runs a runtime of its own.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use secrecy::SecretSlice;
use zeroize::Zeroizing;

use super::{Keyring, KeyringError};

/// What all of this program's entries stand under.
const SERVICE: &str = "passerby";

/// The keyring of this system and session, whether or not it can be reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeyring;

#[cfg(target_os = "macos")]
mod platform {
    pub(super) use apple_native_keyring_store::keychain::Store;
    pub(super) const STORE: &str = "keychain";
    pub(super) const LABELLED: bool = false;
}

#[cfg(windows)]
mod platform {
    pub(super) use windows_native_keyring_store::Store;
    pub(super) const STORE: &str = "windows-credentials";
    pub(super) const LABELLED: bool = false;
}

#[cfg(not(any(windows, target_os = "macos")))]
mod platform {
    pub(super) use zbus_secret_service_keyring_store::Store;
    pub(super) const STORE: &str = "secret-service";
    /// The person sees this label in the keyring's own program.
    pub(super) const LABELLED: bool = true;
}

impl Keyring for SystemKeyring {
    fn store(&self) -> &str {
        platform::STORE
    }

    fn find(&self, name: &str) -> Result<Option<SecretSlice<u8>>, KeyringError> {
        match entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(SecretSlice::from(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeyringError> {
        entry(name)?.set_secret(secret).map_err(fault)
    }

    fn remove(&self, name: &str) -> Result<(), KeyringError> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }
}

fn entry(name: &str) -> Result<Entry, KeyringError> {
    let store: Arc<CredentialStore> = platform::Store::new().map_err(|_| KeyringError::Absent)?;
    let label = HashMap::from([("label", "Passerby")]);
    store.build(SERVICE, name, platform::LABELLED.then_some(&label)).map_err(fault)
}

/// The causes are left out: some of them hold the secret, others the entry's name.
fn fault(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::BadEncoding(secret) | Error::BadDataFormat(secret, _) => {
            drop(Zeroizing::new(secret));
            KeyringError::Failed
        }
        _ => KeyringError::Failed,
    }
}
