//! A shop's first keys and its first Statement.

use std::path::Path;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::{Jkt, NotASigningKey, ReleasePublicKey, SigningKey};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::verify::ParsedStatement;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::keys_folder::{
    DRAFT, EXPLANATION, FolderError, KeysFolder, NEXT_ROOT_KEY, RELEASE_KEYS, REQUEST_KEY, ROOT_KEY,
    STATEMENT,
};
use crate::passphrase::Passphrase;
use crate::release_keys::ReleaseKeys;
use crate::root_key::{self, RootKeyError};
use crate::statement_draft::{DraftError, SigningMembers, StatementDraft};
use crate::statement_file::{self, SignError};

/// How long the first Statement is valid: as long as the protocol lets it.
const LIFE: i64 = 180 * DAY;

/// What a shop says of itself at the beginning; the rest of the Statement can be edited later.
#[derive(Debug, Clone)]
pub struct NewShop {
    /// The host that identifies it.
    pub sector: Sector,
    /// What it calls itself.
    pub name: String,
    /// Its privacy policy.
    pub policy_uri: String,
    /// What it may ask for.
    pub allowed_claims: Vec<ClaimName>,
    /// The longest retention it may ask for, in days.
    pub retention_max: u32,
}

/// What was made: public halves only; the private ones lie in the folder.
#[derive(Debug)]
pub struct FirstKeys {
    /// The root key's thumbprint: for the relay's admin.
    pub root_jkt: Jkt,
    /// The announced next root key's.
    pub next_root_jkt: Jkt,
    /// The request key's.
    pub request_jkt: Jkt,
    /// What releases are sealed to, one for each suite.
    pub release_keys: Vec<ReleasePublicKey>,
    /// The first Statement.
    pub statement: ParsedStatement,
}

/// Why the first keys were not made. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirstKeysError {
    /// The shop's own words break a rule.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A root key could not be encrypted.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// The request key could not be written down.
    #[error("the request key could not be written as a JWK")]
    RequestKey(#[from] NotASigningKey),
    /// The Statement could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The folder could not be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Makes the folder at `path` with all keys and the first Statement (`seq` 1), or nothing.
pub fn make_first_keys(
    path: &Path,
    shop: NewShop,
    passphrase: &Passphrase,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<FirstKeys, FirstKeysError> {
    KeysFolder::check_free(path)?;
    let (root, next_root) = (SigningKey::make(rng), SigningKey::make(rng));
    let (request_key, release_keys) = (SigningKey::make(rng), ReleaseKeys::make(rng));

    let mut draft = StatementDraft {
        iss: shop.sector,
        name: shop.name,
        policy_uri: shop.policy_uri,
        allowed_claims: shop.allowed_claims,
        retention_max: shop.retention_max,
        return_origins: Vec::new(),
        desk_origins: Vec::new(),
        deletion_contact: None,
        authority_contact: None,
        request_jkts: vec![request_key.public().jkt()],
        release_keys: Vec::new(),
        revoked_jkts: Vec::new(),
    };
    draft.replace_release_keys(&release_keys)?;
    draft.check()?;
    let statement = draft.fill(SigningMembers {
        seq: 1,
        iat: now,
        exp: now + LIFE,
        prev: None,
        next_root_jkt_hash: Some(next_root.public().jkt().commitment()),
    });
    let (compact, parsed) = statement_file::sign(&statement, &root)?;

    let keys = FirstKeys {
        root_jkt: root.public().jkt(),
        next_root_jkt: next_root.public().jkt(),
        request_jkt: request_key.public().jkt(),
        release_keys: release_keys.as_slice().iter().map(|key| key.public().clone()).collect(),
        statement: parsed,
    };
    let root_pem = root_key::lock(&root, passphrase, rng)?;
    let next_root_pem = root_key::lock(&next_root, passphrase, rng)?;
    let request_jwk = to_file(&request_key)?;
    let release_jwks = release_keys.to_text();
    let draft = draft.to_text()?;
    let files: [(&str, &[u8]); 7] = [
        (ROOT_KEY, root_pem.as_bytes()),
        (NEXT_ROOT_KEY, next_root_pem.as_bytes()),
        (REQUEST_KEY, request_jwk.as_bytes()),
        (RELEASE_KEYS, release_jwks.as_bytes()),
        (DRAFT, draft.as_bytes()),
        (EXPLANATION, include_bytes!("folder.txt")),
        (STATEMENT, compact.as_bytes()),
    ];
    KeysFolder::make(path, &files)?;
    Ok(keys)
}

/// A request key as the text of its file.
pub(crate) fn to_file(request_key: &SigningKey) -> Result<Zeroizing<String>, NotASigningKey> {
    let jwk = request_key.to_jwk()?;
    let mut text = Zeroizing::new(String::with_capacity(jwk.len() + 1));
    text.push_str(&jwk);
    text.push('\n');
    Ok(text)
}
