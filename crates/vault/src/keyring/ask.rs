//! Asking a keyring without holding up an async thread.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice};
use tokio::sync::oneshot;

use super::{Keyring, KeyringError};

/// Long enough for a person to find the password of the keyring, and an end for a service that died while it asked.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) async fn find(
    keyring: &Arc<dyn Keyring>,
    name: String,
) -> Result<Option<SecretSlice<u8>>, KeyringError> {
    ask(keyring, move |keyring| keyring.find(&name)).await
}

pub(crate) async fn put(
    keyring: &Arc<dyn Keyring>,
    name: String,
    secret: SecretSlice<u8>,
) -> Result<(), KeyringError> {
    ask(keyring, move |keyring| keyring.put(&name, secret.expose_secret())).await
}

pub(crate) async fn remove(keyring: &Arc<dyn Keyring>, name: String) -> Result<(), KeyringError> {
    ask(keyring, move |keyring| keyring.remove(&name)).await
}

/// Not a thread of the runtime's: the runtime would wait for a silent keyring when the program ends.
async fn ask<T: Send + 'static>(
    keyring: &Arc<dyn Keyring>,
    question: impl FnOnce(&dyn Keyring) -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let keyring = Arc::clone(keyring);
    let (answer, answered) = oneshot::channel();
    let thread = std::thread::Builder::new().name("keyring".to_owned());
    let thread = thread.spawn(move || {
        // Nobody waits any more if the question was abandoned.
        drop(answer.send(question(keyring.as_ref())));
    });
    thread.map_err(|_| KeyringError::Failed)?;
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(KeyringError::Failed),
        Err(_) => Err(KeyringError::Silent),
    }
}
