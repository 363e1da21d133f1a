//! The icon beside the clock: shows the window, locks, says how many requests wait, ends the program.
//!
//! Where the system has no such place, or no library for it, there is no icon, and nothing else is different: closing the
//! window then ends the program. What it must never do: name a shop; answer a request.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Runtime};

use super::words::Words;
use super::{front, manners};
use crate::change::Change;
use crate::settings::Language;
use crate::shell::unpoisoned;

const SHOW: &str = "show";
const LOCK: &str = "lock";
const QUIT: &str = "quit";

/// The icon, if it is shown.
pub struct Tray<R: Runtime> {
    app: AppHandle<R>,
    state: Mutex<State<R>>,
}

struct State<R: Runtime> {
    language: Language,
    waiting: u32,
    parts: Option<Parts<R>>,
}

struct Parts<R: Runtime> {
    /// Taken away when it is dropped.
    icon: TrayIcon<R>,
    show: MenuItem<R>,
    waiting: MenuItem<R>,
    lock: MenuItem<R>,
    quit: MenuItem<R>,
}

impl<R: Runtime> Tray<R> {
    /// None yet.
    pub fn new(app: AppHandle<R>, language: Language) -> Self {
        Self { app, state: Mutex::new(State { language, waiting: 0, parts: None }) }
    }

    /// Shows it, or takes it away. Only on the main thread.
    pub fn show(&self, show: bool) {
        let mut state = unpoisoned(&self.state);
        if !show {
            if let Some(parts) = state.parts.take() {
                drop(self.app.remove_tray_by_id(parts.icon.id()));
            }
        } else if state.parts.is_none() {
            let words = Words::of(state.language);
            // The library is looked for when it is first used, and the program ends if it is not found: not for an icon.
            let make = || has_a_place().then(|| Parts::make(&self.app, words, state.waiting));
            if let Ok(Some(Ok(parts))) = catch_unwind(AssertUnwindSafe(make)) {
                state.parts = Some(parts);
            } else {
                tracing::warn!(
                    "this system shows no icon beside the clock; a window that is closed ends the program"
                );
            }
        }
    }

    /// Whether it is there.
    pub fn is_shown(&self) -> bool {
        unpoisoned(&self.state).parts.is_some()
    }

    /// In this language from now on.
    pub fn speak(&self, language: Language) {
        let mut state = unpoisoned(&self.state);
        state.language = language;
        state.say();
    }

    /// Hears what the window is told.
    pub fn hear(&self, change: &Change) {
        let mut state = unpoisoned(&self.state);
        if let Change::Waiting { count } = change {
            state.waiting = *count;
            state.say();
        }
    }
}

impl<R: Runtime> State<R> {
    fn say(&self) {
        let Some(parts) = &self.parts else { return };
        let words = Words::of(self.language);
        let said = [
            parts.show.set_text(words.show),
            parts.waiting.set_text(words.waiting(self.waiting)),
            parts.lock.set_text(words.lock),
            parts.quit.set_text(words.quit),
        ];
        if said.iter().any(Result::is_err) {
            tracing::warn!("the menu beside the clock could not be changed");
        }
    }
}

impl<R: Runtime> Parts<R> {
    fn make(app: &AppHandle<R>, words: Words, waiting: u32) -> tauri::Result<Self> {
        let show = MenuItem::with_id(app, SHOW, words.show, true, None::<&str>)?;
        let waiting = MenuItem::new(app, words.waiting(waiting), false, None::<&str>)?;
        let lock = MenuItem::with_id(app, LOCK, words.lock, true, None::<&str>)?;
        let quit = MenuItem::with_id(app, QUIT, words.quit, true, None::<&str>)?;
        let line = PredefinedMenuItem::separator(app)?;
        let menu = Menu::with_items(app, &[&waiting, &show, &line, &lock, &quit])?;
        let mut builder =
            TrayIconBuilder::new().menu(&menu).show_menu_on_left_click(cfg!(target_os = "linux"));
        if let Some(picture) = app.default_window_icon() {
            builder = builder.icon(picture.clone());
        }
        let icon = builder.on_menu_event(hear_menu).on_tray_icon_event(hear_click).build(app)?;
        Ok(Self { icon, show, waiting, lock, quit })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as Tauri calls it")]
fn hear_menu<R: Runtime>(app: &AppHandle<R>, event: MenuEvent) {
    match event.id().as_ref() {
        SHOW => front::show(app),
        LOCK => manners::lock(app),
        QUIT => app.exit(0),
        _ => {}
    }
}

/// Not on Linux, where the system says nothing of clicks.
#[expect(clippy::needless_pass_by_value, reason = "as Tauri calls it")]
fn hear_click<R: Runtime>(icon: &TrayIcon<R>, event: TrayIconEvent) {
    if let TrayIconEvent::Click { button: MouseButton::Left, .. } = event {
        front::show(icon.app_handle());
    }
}

/// Whether anybody shows such icons. Otherwise a window that was closed could not be found again.
#[cfg(target_os = "linux")]
fn has_a_place() -> bool {
    let asked = zbus::blocking::Connection::session().and_then(|bus| {
        let names = zbus::blocking::fdo::DBusProxy::new(&bus)?;
        let place = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        Ok(names.name_has_owner(place)?)
    });
    asked.unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn has_a_place() -> bool {
    true
}
