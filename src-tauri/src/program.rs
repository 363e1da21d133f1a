//! The program: which plugins, which commands, which window.
//!
//! Generic over Tauri's runtime, so that the same commands run under a test's.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use passerby_wallet::SystemClock;
use passerby_wallet::computer::{self, hygiene};
use tauri::{Manager as _, Runtime};
use tauri_specta::{Builder, collect_commands, collect_events};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::change::Change;
use crate::commands::{
    activity, consent, details, lock, request, reveal, settings, shops, spare_key, start, transfer, welcome,
};
use crate::desktop::tauri_desktop::TauriDesktop;
use crate::desktop::{front, manners};
use crate::settings::Settings;
use crate::shell::{Places, Shell};

/// Names a file of authorities, as it does for `passerby`.
const TRUST_ANCHORS: &str = "PASSERBY_TRUST_ANCHORS";

/// The commands and events: the one list, from which the window's types are written too.
#[must_use]
pub fn bindings<R: Runtime>() -> Builder<R> {
    Builder::<R>::new()
        .commands(collect_commands![
            start::start,
            welcome::welcome_suggest_passphrase,
            welcome::welcome_weigh_passphrase,
            welcome::welcome_create,
            welcome::welcome_restore_words,
            welcome::welcome_restore_backup,
            lock::lock_unlock,
            lock::lock_unlock_by_system,
            lock::lock_lock,
            lock::lock_touched,
            lock::lock_new_passphrase,
            request::request_list,
            request::request_open,
            request::request_open_clipboard,
            request::request_open_screen,
            request::request_open_image,
            request::request_keep,
            request::request_keep_clipboard,
            request::request_open_kept,
            request::request_retry,
            consent::consent_view,
            consent::consent_confirm,
            consent::consent_send,
            consent::consent_refuse,
            consent::consent_open_policy,
            consent::consent_back_to_shop,
            details::data_view,
            details::data_save,
            details::data_history,
            details::data_remove,
            details::data_bring_back,
            details::data_set_sensitive,
            details::data_make_default,
            details::data_copy,
            transfer::data_choose_import,
            transfer::data_export_all,
            reveal::reveal,
            reveal::reveal_ended,
            shops::shops_list,
            shops::shops_view,
            shops::shops_block,
            shops::shops_refresh,
            activity::activity_view,
            spare_key::spare_key_view,
            spare_key::spare_key_words,
            spare_key::spare_key_quiz,
            spare_key::spare_key_check,
            settings::settings_view,
            settings::settings_change,
            settings::settings_change_passphrase,
            settings::settings_keyring,
            settings::settings_make_backup,
            settings::settings_start_backups,
            settings::settings_stop_backups,
            settings::settings_reset,
        ])
        .events(collect_events![Change])
        // Each type goes one way only.
        .disable_serde_phases()
}

/// Runs until the program is ended.
#[must_use]
pub fn run() -> ExitCode {
    hygiene::protect();
    speak_up();
    let (Some(vault), Some(settings)) = (computer::find_vault(), computer::find_config_folder()) else {
        eprintln!("There is no home folder to keep a wallet in.");
        return ExitCode::FAILURE;
    };
    let places = Places { vault, settings };
    let bindings = bindings::<tauri::Wry>();
    let builder = manners::add_plugins(tauri::Builder::default())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(bindings.invoke_handler())
        .setup(move |app| {
            bindings.mount_events(app);
            let language = Settings::load(&places.settings).language;
            let desktop = Box::new(TauriDesktop::new(app.handle().clone(), language));
            let shell = Shell::new(places.clone(), Arc::new(SystemClock), desktop);
            app.manage(shell.trusting(std::env::var_os(TRUST_ANCHORS).map(PathBuf::from)));
            let first = tauri::async_runtime::block_on(start::find_first(&app.state::<Shell>()));
            front::make(app, first.as_ref())?;
            manners::settle_in(app, std::env::args().skip(1).collect());
            Ok(())
        });
    match builder.build(tauri::generate_context!()) {
        Ok(app) => {
            app.run(|app, event| manners::hear(app, &event));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The window could not be opened: {error}.");
            ExitCode::FAILURE
        }
    }
}

/// What a system lacks is said where a terminal would be: warnings of our own crates, which never name a value.
fn speak_up() {
    let ours = Targets::new().with_target("passerby", LevelFilter::WARN);
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_filter(ours);
    tracing_subscriber::registry().with(layer).init();
}
