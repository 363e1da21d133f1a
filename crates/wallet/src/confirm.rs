//! The passphrase once more, before something sensitive leaves: an open wallet on an unattended desk is not consent.
//!
//! The check is the wallet's, not the program's: without a [`PassphraseConfirmed`] for this very request, made by this
//! very wallet a moment ago, [`Wallet::approve`] sends nothing sensitive.

use std::sync::Arc;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::time::Timestamp;
use passerby_vault::VaultError;
use secrecy::SecretString;

use crate::consent::{Answer, RequestView};
use crate::seal::ApproveError;
use crate::wallet::Wallet;

/// How long a confirmation holds, in seconds.
const HOLDS: i64 = 300;

/// Proof that the passphrase was typed for one request. Only [`Wallet::confirm_passphrase`] makes it.
#[derive(Debug, Clone)]
pub struct PassphraseConfirmed {
    wallet: Arc<()>,
    request: u32,
    at: Timestamp,
}

impl Wallet {
    /// Checks the passphrase against the vault's own slot, for an answer to this request. Takes as long as opening.
    pub async fn confirm_passphrase(
        &self,
        request: u32,
        passphrase: &SecretString,
    ) -> Result<PassphraseConfirmed, VaultError> {
        self.vault().check(passphrase).await?;
        Ok(PassphraseConfirmed { wallet: self.mark().clone(), request, at: self.now() })
    }

    /// Refuses what is sensitive and not confirmed. `shown` is what the person saw, `fresh` what is saved now: a value
    /// that either of them calls sensitive is.
    pub(crate) fn ensure_confirmed(
        &self,
        shown: &RequestView,
        fresh: &RequestView,
        answer: &Answer,
    ) -> Result<(), ApproveError> {
        let mut sensitive: Vec<ClaimName> = shown.sensitive(answer)?;
        // A value that was renamed or forgotten meanwhile goes as it was shown.
        sensitive.extend(fresh.sensitive(answer).unwrap_or_default());
        sensitive.sort();
        sensitive.dedup();
        let now = self.now();
        let holds = |confirmed: &PassphraseConfirmed| {
            Arc::ptr_eq(&confirmed.wallet, self.mark())
                && confirmed.request == shown.number
                && (0..=HOLDS).contains(&(now - confirmed.at))
        };
        if sensitive.is_empty() || answer.confirmed.as_ref().is_some_and(holds) {
            Ok(())
        } else {
            Err(ApproveError::Unconfirmed(sensitive))
        }
    }
}
