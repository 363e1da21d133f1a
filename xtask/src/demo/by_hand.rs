//! The story where there is a display: the window and the shop's page are opened, and whoever sits there plays Anna.
//!
//! The wallet is a throwaway: folders and a session bus of its own, so that it meets neither the person's wallet nor their
//! keyring, and registers nothing with their desktop.

use std::{
    fs,
    io::BufRead as _,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use super::Cast;
use crate::{
    checkout::Checkout,
    e2e::wait_for_line,
    needs::{self, Needs},
    process::Process,
    rust,
};

/// What it needs of the system beside a display.
pub const NEEDS: &[Needs] = &[needs::COMPILER, needs::SCRIPTS, needs::WINDOW, needs::OWN_DESK];

/// Opens both, says what to do, and waits for Enter.
pub fn play(checkout: &Checkout, cast: &Cast, folder: &Path) -> Result<()> {
    let log = folder.join("logs/bus.log");
    let mut bus = Command::new("dbus-daemon");
    bus.args(["--session", "--nofork", "--print-address"]);
    let _bus = Process::start("a session bus", &mut bus, &log)?;
    let bus = wait_for_line(&log, |line| line.starts_with("unix:"))?;
    let mut window = Command::new(checkout.built(rust::WINDOW));
    window.env("DBUS_SESSION_BUS_ADDRESS", bus);
    for (name, place) in
        [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")]
    {
        let place = folder.join("window").join(place);
        fs::create_dir_all(&place).with_context(|| format!("making {}", place.display()))?;
        window.env(name, place);
    }
    let window = Process::start("the window", &mut window, &folder.join("logs/window.log"))?;
    let shop = format!("http://{}/", cast.sector);
    open(&shop);
    explain(cast, &shop)?;
    // At the end of what can be typed there is nobody to wait for.
    std::io::stdin().lock().read_line(&mut String::new()).context("waiting for Enter")?;
    window.end()?;
    Ok(())
}

/// In the person's own browser. Not waited for: one that was not running yet runs until it is closed.
fn open(address: &str) {
    let mut browser = Command::new("xdg-open");
    browser.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Without it the address is on the terminal.
    drop(browser.spawn());
}

fn explain(cast: &Cast, shop: &str) -> Result<()> {
    let door = cast.packing_door()?;
    eprintln!(
        "
Two windows: a shop, and a wallet with nothing in it yet. You are Anna; make up what you like.

  1. The shop: {shop} (if your browser does not open it, do).
     Put shoes into the basket, and have them shipped with Passerby.
  2. Its button opens the wallet that is installed, and this one is not. After a moment the page
     offers \"Copy request\": press it.
  3. In the wallet's window press \"Take it from the clipboard\", and make a wallet.
     See who asks, and for what; send, or don't. The shop's page goes on by itself.
  4. The packing table opens the label: {door}

Enter ends it all."
    );
    Ok(())
}
