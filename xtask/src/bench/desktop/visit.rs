//! One visit: the program is started, unlocked, handed a link, and sends.

use std::{
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{
    eye::{Eye, Picture, Seen},
    lay_down, peers,
};
use crate::{
    bench::memory,
    demo::{Cast, Visitor},
    e2e::Person,
    process::Process,
    rust,
};

/// By then what was typed is drawn.
const TYPED: Duration = Duration::from_millis(300);

/// What was measured: seconds and MiB.
pub struct Visit {
    /// From the start of the program to its first text.
    pub paint: f64,
    /// To the lock as it stands.
    pub whole: f64,
    /// Locked, once it stands still.
    pub memory: f64,
    /// Unlocked, with the list on the screen.
    pub memory_open: f64,
    /// From Enter to a list that stands.
    pub unlock: f64,
    /// What the program takes that a click starts, with nothing to hand over.
    pub second: f64,
    /// From the start of the program that a click starts to a consent screen that stands.
    pub link: f64,
    /// From Ctrl+Enter to a receipt that stands.
    pub send: f64,
}

impl Visit {
    /// Somebody with a filled wallet answers a shop they have never met.
    pub fn pay(
        person: &Person,
        eye: &Eye,
        program: &Path,
        wallet: &Path,
        cast: &Cast,
        logs: &Path,
    ) -> Result<Self> {
        lay_down(wallet, &person.vault())?;
        let shop = Visitor::of(&cast.sector, cast.shop_port);
        let asked = shop.post("/api/checkout", &json!({}))?;
        let link = asked["link"].as_str().context("the shop gave no link")?;
        let (process, paint, whole) = open(person, eye, program, logs)?;
        let memory = measure(&process)?;

        // Nobody manages windows on this screen: it gets the keys when it is told to.
        hand(
            person,
            &["search", "--sync", "--onlyvisible", "--name", "^Passerby$", "windowfocus", "--sync"],
        )?;
        hand(person, &["key", "Tab"])?;
        // Whoever types takes longer than these hands: what was typed is drawn before Enter.
        hand(person, &["type", "--delay", "5", peers::PASSPHRASE])?;
        thread::sleep(TYPED);
        let seen = press(person, eye, "Return")?;
        let unlock = seen.last().context("nothing happened after Enter")?;
        let memory_open = measure(&process)?;

        let opens = program.with_file_name(rust::OPEN);
        let second = take_time(person, &opens)?;
        let start = || {
            person
                .live(Command::new(&opens).arg(link))
                .stdin(Stdio::null())
                .spawn()
                .context("tried to hand over a link")
        };
        let (mut handed, seen) = eye.watch(start, Picture::is_written)?;
        ensure!(
            handed.wait().context("tried to wait for what hands a link over")?.success(),
            "the link was not handed over"
        );
        let link = seen.last().context("nothing happened after the link")?;

        let seen = press(person, eye, "ctrl+Return")?;
        let send = seen.last().context("nothing happened after Ctrl+Enter")?;
        // The shop knows whether all this was what it seemed to be.
        let status = shop.get(asked["status"].as_str().context("the shop named no status")?)?;
        ensure!(status["state"] == "answered", "the shop was not answered: {status}");
        process.end()?;
        eye.wait_for_nothing()?;
        Ok(Self { paint, whole, memory, memory_open, unlock, second, link, send })
    }
}

/// The empty window: when its text was there, and its memory.
pub fn open_empty(person: &Person, eye: &Eye, program: &Path, logs: &Path) -> Result<(f64, f64)> {
    let (process, paint, _) = open(person, eye, program, logs)?;
    let memory = measure(&process)?;
    process.end()?;
    eye.wait_for_nothing()?;
    Ok((paint, memory))
}

/// With when its first text was there, and when it stood.
fn open(person: &Person, eye: &Eye, program: &Path, logs: &Path) -> Result<(Process, f64, f64)> {
    let mut command = Command::new(program);
    let start = || Process::start("the window", person.live(&mut command), &logs.join("window.log"));
    let (process, seen) = eye.watch(start, Picture::is_written)?;
    let paint = seen.first(Picture::is_written).context("the window stayed empty")?;
    let whole = seen.last().context("the window stayed empty")?;
    Ok((process, paint, whole))
}

fn measure(process: &Process) -> Result<f64> {
    memory::measure(process.id().context("the window has ended")?)
}

fn press(person: &Person, eye: &Eye, key: &str) -> Result<Seen> {
    let start = || hand_of(person, &["key", "--delay", "0", key]).spawn().context("tried to press a key");
    let (mut pressed, seen) = eye.watch(start, Picture::is_written)?;
    ensure!(pressed.wait().context("tried to press a key")?.success(), "a key could not be pressed");
    Ok(seen)
}

fn hand(person: &Person, arguments: &[&str]) -> Result<()> {
    let status = hand_of(person, arguments).status().context("tried to type")?;
    ensure!(status.success(), "xdotool {} failed", arguments[0]);
    Ok(())
}

fn hand_of(person: &Person, arguments: &[&str]) -> Command {
    let mut hand = Command::new("xdotool");
    person.live(hand.args(arguments)).stdin(Stdio::null()).stdout(Stdio::null());
    hand
}

fn take_time(person: &Person, program: &Path) -> Result<f64> {
    let begun = Instant::now();
    let status = person.live(&mut Command::new(program)).stdin(Stdio::null()).status();
    ensure!(
        status.context("tried to start what hands a link over")?.success(),
        "the link was not handed over"
    );
    Ok(begun.elapsed().as_secs_f64())
}
