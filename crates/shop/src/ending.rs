//! How a run ends when it does not end well: what is said, and the exit code.

use std::process::ExitCode;

use passerby_shop::first_keys::FirstKeysError;
use passerby_shop::keys_folder::FolderError;
use passerby_shop::renewal::RenewalError;
use passerby_shop::root_key::RootKeyError;

use crate::screen::print_json;

/// Why a command did not do what was asked.
pub(crate) enum Failure {
    /// Exit code 1: something went wrong; the message says what to do.
    Failed(anyhow::Error),
    /// Exit code 2: the command line asks for something that cannot be.
    Usage(String),
    /// Exit code 3: a Statement or a release was refused, with the protocol's word for it.
    Refused {
        /// The word.
        word: &'static str,
        /// The sentence.
        message: String,
        /// Whether the command already printed its own JSON.
        told: bool,
    },
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Failure {
    /// Says it: as one JSON object on standard output, or as a sentence on standard error.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let (exit, code, message, told) = match self {
            Self::Failed(error) => (1, code_of(&error), format!("{error:#}"), false),
            Self::Usage(message) => (2, "usage", message, false),
            Self::Refused { word, message, told } => (3, word, format!("{message} [{word}]"), told),
        };
        if !json {
            eprintln!("passerby-shop: {message}");
        } else if !told {
            // If not even that can be said, the exit code still does.
            let _ = print_json(&serde_json::json!({ "error": { "code": code, "message": message } }));
        }
        ExitCode::from(exit)
    }
}

/// A word for the failures that a script can do something about.
fn code_of(error: &anyhow::Error) -> &'static str {
    for cause in error.chain() {
        if let Some(RootKeyError::Locked) = cause.downcast_ref() {
            return "wrong-passphrase";
        }
        let folder = match (cause.downcast_ref(), cause.downcast_ref()) {
            (Some(RenewalError::Folder(folder)), _) | (_, Some(FirstKeysError::Folder(folder))) => {
                Some(folder)
            }
            _ => cause.downcast_ref(),
        };
        match folder {
            Some(FolderError::Occupied(_)) => return "already-there",
            Some(FolderError::NoKeys(_)) => return "no-keys",
            Some(FolderError::InUse(_)) => return "in-use",
            _ => {}
        }
    }
    "failed"
}
