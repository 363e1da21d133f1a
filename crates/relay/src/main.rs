//! `passerby-relay`: carries sealed releases between wallets and shops, and cannot open them.

use std::process::ExitCode;

use clap::Parser as _;
use passerby_relay::cli::Cli;
use passerby_relay::commands;

#[tokio::main]
async fn main() -> ExitCode {
    commands::run(Cli::parse().command).await
}
