//! A failed command: for people a text, for machines a code, for shells an exit code.

use std::error::Error;
use std::process::ExitCode;

use passerby_wallet::{
    AutomaticBackupError, BackupError, ChangeError, CreateError, RecordError, RestoreError, Sent,
    StorageError, Trouble, VaultError,
};

/// Why a command failed, and whether anything was sent.
#[derive(Debug)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub sent: Sent,
    /// Where the browser goes back to all the same.
    return_to: Option<String>,
    exit: u8,
}

impl Failure {
    /// Exit code 1.
    pub fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::with_exit(1, code, message.into())
    }

    /// Exit code 2.
    pub fn usage(message: &str) -> Self {
        Self::with_exit(2, "usage", message.trim().to_owned())
    }

    /// Exit code 5.
    pub fn vault(code: &str, message: impl Into<String>) -> Self {
        Self::with_exit(5, code, message.into())
    }

    fn with_exit(exit: u8, code: &str, message: String) -> Self {
        Self { code: code.to_owned(), message, sent: Sent::Nothing, return_to: None, exit }
    }

    /// A step of the story went wrong: exit code 3 or 4, or 1 when the vault failed in the middle of it.
    pub fn of_step(trouble: &(impl Trouble + ?Sized)) -> Self {
        let code = trouble.code();
        let of_vault = matches!(code, "disk-full" | "vault-damaged" | "vault-not-whole" | "vault");
        let exit = match trouble.sent() {
            Sent::Maybe => 4,
            Sent::Nothing if of_vault => 1,
            Sent::Nothing | Sent::NotTaken => 3,
        };
        let what =
            if code == "disk-full" { "The disk is full.".to_owned() } else { sentence(&trouble.to_string()) };
        let parts = [what.as_str(), trouble.sent_sentence(), trouble.next_step()];
        let message = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let return_to = trouble.return_to().map(str::to_owned);
        Self { code: code.to_owned(), message, sent: trouble.sent(), return_to, exit }
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }

    /// What people read, line by line.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.message.lines().chain(self.return_to.as_deref())
    }

    pub fn to_json(&self) -> serde_json::Value {
        let mut object =
            serde_json::json!({ "code": self.code, "message": self.message, "sent": self.sent.word() });
        if let Some(return_to) = &self.return_to {
            object["return_to"] = return_to.as_str().into();
        }
        object
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        let next = error.next_step();
        let message = [with_causes(&error).as_str(), next].join(" ").trim().to_owned();
        Self::failed(error.code(), message)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let next = match &error {
            VaultError::WrongPassphrase => {
                "Try again. If you forgot it and have your 24 words: passerby passphrase --words."
            }
            VaultError::WrongWords => {
                "They belong to another vault, or this one is from before words opened vaults."
            }
            VaultError::NoSlot { .. } | VaultError::Keyring(_) => "The passphrase opens it.",
            VaultError::Absent => "Make one with `passerby init`, or say where it is with --vault.",
            VaultError::Exists => "Choose another place with --vault.",
            VaultError::NotAVault => "It was left as it is. Look at --vault.",
            VaultError::Newer { .. } => "Install the newer program.",
            VaultError::NotWhole { .. } => "It can be read. What to do, says: passerby doctor.",
            VaultError::Storage(StorageError::Full) | VaultError::Copy(StorageError::Full) => {
                "Make room on the disk and try again."
            }
            _ => "",
        };
        Self::vault(error.code(), [with_causes(&error).as_str(), next].join(" ").trim())
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let next = match &error {
            BackupError::Damaged { .. } => "To save what can be read into a new file, add --salvage.",
            BackupError::Foreign => "Choose another place.",
            BackupError::Newer => "Choose another place, and look at which of the two you want.",
            BackupError::Full => "Make room and try again.",
            BackupError::NoFolder => "Is the disk plugged in?",
            _ => "",
        };
        Self::failed(error.code(), [with_causes(&error).as_str(), next].join(" ").trim())
    }
}

impl From<AutomaticBackupError> for Failure {
    fn from(error: AutomaticBackupError) -> Self {
        match error {
            AutomaticBackupError::Backup(error) => error.into(),
            AutomaticBackupError::Record(error) => error.into(),
            other => Self::failed(other.code(), with_causes(&other)),
        }
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Vault(error) => error.into(),
            ChangeError::Record(error) => error.into(),
            other => Self::failed(other.code(), sentence(&other.to_string()) + " Nothing was changed."),
        }
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        let next = match error {
            RestoreError::Vault(error) => return error.into(),
            RestoreError::Newer => "Install the newer program.",
            RestoreError::Damaged => "The one before it has `.previous` behind its name; try that.",
            _ => "",
        };
        let message = [with_causes(&error).as_str(), "Nothing was changed.", next].join(" ");
        Self::vault(error.code(), message.trim())
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Vault(error) => error.into(),
            CreateError::Record(error) => error.into(),
            other => Self::failed(other.code(), sentence(&other.to_string())),
        }
    }
}

/// The text of an error of the vault and of what caused it: those name no value.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    sentence(&text)
}

/// Begins large and ends with a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let large: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if large.ends_with(['.', '?', '!']) { large } else { format!("{large}.") }
}
