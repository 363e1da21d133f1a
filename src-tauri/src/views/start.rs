//! What the window is told when it opens: which room is first. No value, and no host of a waiting request.

use serde::Serialize;
use specta::Type;

use crate::settings::{Language, Theme};

/// What the window opens on.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartView {
    /// Whether there is a wallet, and whether it is open.
    pub wallet: WalletState,
    /// So many requests wait.
    pub waiting: u32,
    /// A link started the program or waits, or the clipboard holds one.
    pub sent_by_shop: bool,
    /// The system's keyring opens this wallet.
    pub system_unlock: bool,
    /// The keyboard layout, by the name people know.
    pub keyboard: Option<String>,
    /// What can keep the wallet from opening whatever is typed.
    pub trouble: Option<StartTrouble>,
    /// How the window looks.
    pub settings: StartSettings,
}

/// Whether there is a wallet, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum WalletState {
    /// None was made on this computer.
    None,
    /// It is locked.
    Locked,
    /// It is open.
    Open,
}

/// The vault's file cannot be opened by anything that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum StartTrouble {
    /// Another program has it open.
    InUse,
    /// It was written by a newer program.
    Newer,
    /// The file is something else.
    NotAVault,
    /// It is damaged.
    Damaged,
}

/// The part of the settings that the first picture needs.
#[derive(Debug, Clone, Serialize, Type)]
pub struct StartSettings {
    /// The language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
}

/// How strong a new passphrase looks.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub struct StrengthView {
    /// From 0, the weakest, to 4.
    pub score: u8,
    /// Whether a wallet can be made with it.
    pub accepted: bool,
}
