//! From one Statement to the next: planned, read by a person, signed.
//!
//! ```text
//! statement.jwt, statement.json, wishes ──plan──▶ Renewal ──changes──▶ a person ──sign──▶ statement.jwt, seq + 1
//! ```
//!
//! Never in here: two Statements with one number. Wallets would take the shop for somebody who tells two stories.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::{Jkt, NotASigningKey, SigningKey};
use passerby_protocol::time::{DAY, SKEW, Timestamp};
use passerby_protocol::verify::{ParsedStatement, Statement, StatementRefusal};
use rand_core::CryptoRng;

use crate::fact::{Change, find_changes};
use crate::first_keys::to_file;
use crate::keys_folder::{
    DRAFT, FolderError, KeysFolder, NEXT_ROOT_KEY, RELEASE_KEYS, REQUEST_KEY, ROOT_KEY, STATEMENT,
};
use crate::passphrase::Passphrase;
use crate::release_keys::{NotReleaseKeys, ReleaseKeys};
use crate::root_key::{self, RootKeyError};
use crate::statement_draft::{DraftError, SigningMembers, StatementDraft};
use crate::statement_file::{self, SignError};

/// What is to change beyond what was edited in `statement.json`.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Request or release keys to take back.
    pub revoke: Vec<Jkt>,
    /// Further keys that may sign requests.
    pub add_request_keys: Vec<Jkt>,
    /// Whether to make a new request key.
    pub new_request_key: bool,
    /// Whether to make new release keys, one for each suite.
    pub new_release_key: bool,
    /// What the shop may ask for from now on.
    pub claims: Option<Vec<ClaimName>>,
    /// How long the Statement is valid, in days: 1 to 180.
    pub days: u8,
    /// Whether the announced next root key takes over.
    pub rollover: bool,
}

/// Why there is no next Statement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenewalError {
    /// The folder or a file in it cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The present Statement does not hold.
    #[error("statement.jwt is damaged ({}): put the Statement back that stands on the shop's site", .0.word())]
    Predecessor(#[source] StatementRefusal),
    /// The draft cannot become a Statement.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The draft is for another shop.
    #[error(
        "`iss` in statement.json is another shop than in statement.jwt: another shop needs keys of its own, by `passerby-shop init`"
    )]
    OtherShop,
    /// This computer's clock is wrong.
    #[error(
        "this computer's clock shows a time before the last Statement was signed: set the clock, then sign again"
    )]
    ClockBehind,
    /// No next root key was ever announced.
    #[error(
        "the last Statement announces no next root key, so wallets would refuse every other one than the present"
    )]
    NothingAnnounced,
    /// Wallets remember that the shop had a post-quantum key, and refuse it without one.
    #[error(
        "no post-quantum release key (HPKE-9) would be left, and wallets that saw one refuse a shop without: make new ones with --new-release-key"
    )]
    Downgrade,
    /// A root key does not open.
    #[error("tried to open {file}")]
    RootKey {
        /// Which.
        file: &'static str,
        /// Why.
        source: RootKeyError,
    },
    /// A root key that is not the shop's.
    #[error(
        "{0} is not the key that wallets expect after the last Statement: put the right file back, or another copy of statement.jwt"
    )]
    ForeignRoot(&'static str),
    /// The key files cannot be read or written.
    #[error("tried to read release-keys.jwks")]
    ReleaseKeys(#[from] NotReleaseKeys),
    /// The new request key could not be written down.
    #[error("the new request key could not be written as a JWK")]
    RequestKey(#[from] NotASigningKey),
    /// The Statement could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// A Statement that waits for its signature. Nothing of it is on disk yet.
#[derive(Debug)]
pub struct Renewal {
    predecessor: ParsedStatement,
    predecessor_compact: String,
    draft: StatementDraft,
    /// Whether the wishes changed the draft: only then is its file written anew, in this program's layout.
    draft_changed: bool,
    statement: Statement,
    new_request_key: Option<SigningKey>,
    new_release_keys: Option<ReleaseKeys>,
    /// The root key after next, when the next one takes over.
    new_next_root: Option<SigningKey>,
}

/// What was signed.
#[derive(Debug)]
pub struct Renewed {
    /// The Statement.
    pub statement: ParsedStatement,
    /// The announced root after it, when it was made just now.
    pub next_root_jkt: Option<Jkt>,
}

impl Renewal {
    /// Plans the next Statement of a folder that was opened with [`KeysFolder::open_alone`].
    pub fn plan(
        folder: &KeysFolder,
        wishes: &Wishes,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RenewalError> {
        let predecessor_compact = folder.read(STATEMENT)?.trim_ascii().to_owned();
        let predecessor = statement_file::read(&predecessor_compact).map_err(RenewalError::Predecessor)?;
        folder.finish_rollover(&predecessor)?;
        let last = predecessor.statement();
        if now + SKEW < last.iat {
            return Err(RenewalError::ClockBehind);
        }
        if wishes.rollover && last.next_root_jkt_hash.is_none() {
            return Err(RenewalError::NothingAnnounced);
        }

        let edited = StatementDraft::parse(&folder.read(DRAFT)?)?;
        let mut draft = edited.clone();
        if draft.iss != last.iss {
            return Err(RenewalError::OtherShop);
        }
        let new_request_key = wishes.new_request_key.then(|| SigningKey::make(rng));
        let new_release_keys = wishes.new_release_key.then(|| ReleaseKeys::make(rng));
        let new_next_root = wishes.rollover.then(|| SigningKey::make(rng));
        // What was taken back once stays so, whatever became of statement.json.
        for jkt in &last.revoked_jkts {
            if !draft.revoked_jkts.contains(jkt) {
                draft.revoked_jkts.push(jkt.clone());
            }
        }
        for jkt in &wishes.revoke {
            draft.revoke(jkt)?;
        }
        for jkt in wishes
            .add_request_keys
            .iter()
            .cloned()
            .chain(new_request_key.iter().map(|key| key.public().jkt()))
        {
            draft.add_request_key(jkt);
        }
        if let Some(keys) = &new_release_keys {
            draft.replace_release_keys(keys)?;
        }
        if let Some(claims) = &wishes.claims {
            draft.allowed_claims.clone_from(claims);
        }
        draft.check()?;

        let announced = new_next_root.as_ref().map(|key| key.public().jkt().commitment());
        let statement = draft.fill(SigningMembers {
            seq: last.seq + 1,
            iat: now,
            exp: now + i64::from(wishes.days) * DAY,
            prev: Some(predecessor.sha256().to_owned()),
            next_root_jkt_hash: announced.or_else(|| last.next_root_jkt_hash.clone()),
        });
        if last.is_post_quantum() && !statement.is_post_quantum() {
            return Err(RenewalError::Downgrade);
        }
        Ok(Self {
            predecessor,
            predecessor_compact,
            draft_changed: draft != edited,
            draft,
            statement,
            new_request_key,
            new_release_keys,
            new_next_root,
        })
    }

    /// The Statement before.
    #[must_use]
    pub fn predecessor(&self) -> &ParsedStatement {
        &self.predecessor
    }

    /// What the next one will say.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// What the next one is made from.
    #[must_use]
    pub fn draft(&self) -> &StatementDraft {
        &self.draft
    }

    /// The differences between the two, for the eyes of whoever signs.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        find_changes(self.predecessor.statement(), &self.statement)
    }

    /// Which file's key will sign.
    #[must_use]
    pub fn root_file(&self) -> &'static str {
        if self.new_next_root.is_some() { NEXT_ROOT_KEY } else { ROOT_KEY }
    }

    /// Signs and writes everything down: private keys first, `statement.jwt` last.
    pub fn sign(
        self,
        folder: &KeysFolder,
        passphrase: &Passphrase,
        rng: &mut impl CryptoRng,
    ) -> Result<Renewed, RenewalError> {
        let file = self.root_file();
        let wrong = |source| RenewalError::RootKey { file, source };
        let root = root_key::unlock(&folder.read(file)?, passphrase).map_err(wrong)?;
        let expected = match &self.new_next_root {
            Some(_) => {
                self.predecessor.statement().next_root_jkt_hash.as_deref()
                    == Some(&root.public().jkt().commitment())
            }
            None => root.public().jkt() == self.predecessor.root_jkt(),
        };
        if !expected {
            return Err(RenewalError::ForeignRoot(file));
        }
        let (compact, statement) = statement_file::sign(&self.statement, &root)?;
        let next_root_jkt = self.new_next_root.as_ref().map(|key| key.public().jkt());

        let last_seq = self.predecessor.statement().seq;
        if let Some(key) = &self.new_next_root {
            let pem = root_key::lock(key, passphrase, rng).map_err(wrong)?;
            folder.keep_pending_root(&key.public().jkt().commitment(), &pem)?;
        }
        if let Some(newer) = self.new_release_keys {
            let there = folder.path_of(RELEASE_KEYS).is_file();
            let mut keys =
                if there { ReleaseKeys::parse(&folder.read(RELEASE_KEYS)?)? } else { ReleaseKeys::default() };
            keys.append(newer);
            folder.replace(RELEASE_KEYS, keys.to_text().as_bytes())?;
        }
        if let Some(key) = &self.new_request_key {
            if folder.path_of(REQUEST_KEY).is_file() {
                folder.retire(REQUEST_KEY, last_seq)?;
            }
            folder.replace(REQUEST_KEY, to_file(key)?.as_bytes())?;
        }
        if self.draft_changed {
            folder.replace(DRAFT, self.draft.to_text()?.as_bytes())?;
        }
        folder.keep_predecessor(last_seq, &self.predecessor_compact)?;
        folder.replace(STATEMENT, compact.as_bytes())?;
        folder.finish_rollover(&statement)?;
        Ok(Renewed { statement, next_root_jkt })
    }
}
