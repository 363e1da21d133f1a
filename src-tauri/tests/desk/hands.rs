//! What a person does at the window, by xdotool and by the window system.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus};

use super::{Desk, PASSPHRASE, PAUSE};

/// Says that it is over, also when a test fails in between.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Desk {
    /// Whether the window can be seen.
    pub fn has_window(&self) -> bool {
        self.find_window().is_some()
    }

    /// The window; xdotool misses it when another one goes while it looks.
    fn window(&self) -> String {
        let mut found = None;
        self.wait_until(|desk| {
            found = desk.find_window();
            found.is_some()
        });
        found.unwrap()
    }

    fn find_window(&self) -> Option<String> {
        let found = self.read("xdotool", &["search", "--onlyvisible", "--name", "^Passerby$"]);
        found.lines().next_back().map(str::to_owned)
    }

    pub fn press(&self, keys: &str) {
        let window = self.window();
        self.read("xdotool", &["windowfocus", "--sync", &window]);
        for key in keys.split(' ') {
            self.read("xdotool", &["key", "--clearmodifiers", key]);
        }
    }

    /// From nowhere in the window to the first place where something can be typed.
    fn go_to_first_field(&self) {
        let window = self.window();
        self.read("xdotool", &["windowfocus", "--sync", &window]);
        self.read("xdotool", &["mousemove", "--window", &window, "20", "20", "click", "1", "key", "Tab"]);
    }

    /// Types the passphrase, again if the window was not ready for it.
    pub fn unlock(&self) {
        self.unlock_after(|_| ());
    }

    pub fn unlock_after(&self, first: impl Fn(&Self)) {
        first(self);
        let begun = Instant::now();
        let mut typed: Option<Instant> = None;
        let mut was_open = false;
        self.wait_until(|desk| {
            let is_time = typed.is_none_or(|typed| typed.elapsed() > Duration::from_secs(5));
            if desk.find_window().is_some() && is_time && !desk.is_open() {
                desk.go_to_first_field();
                desk.read("xdotool", &["type", "--delay", "2", PASSPHRASE]);
                desk.press("Return");
                typed = Some(Instant::now());
            }
            // A locked program holds the file too, for the moment in which it looks how it is opened.
            let stays_open =
                std::mem::replace(&mut was_open, desk.is_open() && desk.has_journal()) && was_open;
            typed.is_some() && begun.elapsed() > PAUSE && stays_open
        });
    }

    /// Does something while the system keeps the window behind others: whatever it asks for, it does not get the keyboard.
    pub fn behind_others<T>(&self, work: impl FnOnce() -> T) -> T {
        let (connection, _) = x11rb::connect(Some(&self.screen.display)).unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    connection.set_input_focus(InputFocus::NONE, x11rb::NONE, x11rb::CURRENT_TIME).unwrap();
                    connection.flush().unwrap();
                    thread::sleep(PAUSE / 10);
                }
            });
            let _ends = Ends(&done);
            work()
        })
    }

    /// As the cross at a window's edge does (ICCCM section 4.2.8.1).
    pub fn close_window(&self) {
        let window = self.find_window().unwrap().parse().unwrap();
        let (connection, _) = x11rb::connect(Some(&self.screen.display)).unwrap();
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"]
            .map(|name| connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom);
        let close = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        connection.send_event(false, window, EventMask::NO_EVENT, close).unwrap().check().unwrap();
    }
}
