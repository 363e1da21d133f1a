//! `passerby-desktop`: the wallet with a window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    passerby_desktop::run()
}
