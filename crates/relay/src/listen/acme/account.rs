//! The account at the authority: made once, then found in its file.

use instant_acme::{Account, AccountBuilder, AccountCredentials, NewAccount};
use zeroize::Zeroizing;

use super::files::{self, read_if_there};
use super::{AcmeError, Authority};

/// Opens the account of the folder, or makes one. Whoever names an authority agrees to its terms: the configuration says so.
pub(super) async fn open(authority: &Authority) -> Result<Account, AcmeError> {
    let path = authority.folder.join("account.json");
    if let Some(text) = read_if_there(&path)? {
        let credentials: AccountCredentials =
            serde_json::from_slice(&text).map_err(|source| AcmeError::Account { path, source })?;
        return Ok(builder(authority)?.from_credentials(credentials).await?);
    }
    let contact: Vec<_> = authority.contact.iter().map(String::as_str).collect();
    let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) =
        builder(authority)?.create(&wanted, authority.directory.to_string(), None).await?;
    let text = serde_json::to_vec(&credentials)
        .map(Zeroizing::new)
        .map_err(|source| AcmeError::Account { path: path.clone(), source })?;
    files::write(&path, &text)?;
    tracing::info!("an account at the authority was made");
    Ok(account)
}

fn builder(authority: &Authority) -> Result<AccountBuilder, instant_acme::Error> {
    match &authority.ca {
        Some(ca) => Account::builder_with_root(ca),
        None => Account::builder(),
    }
}
