//! Bad input and bad luck, where the window meets it: the commands with a real wallet, a real vault, a shop, and a relay that can
//! be told to be slow, down or lying. Each tells the person what happened, and whether anything was sent.

#![allow(clippy::panic, reason = "a test fails where its world does")]

#[cfg(target_os = "linux")]
mod disk;
mod files;
mod house;
#[cfg(target_os = "linux")]
mod keyring;
mod links;
mod names;
mod relay;
#[cfg(target_os = "linux")]
mod sleep;
mod vault;
