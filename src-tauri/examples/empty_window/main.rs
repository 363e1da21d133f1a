//! An empty Tauri window: what `cargo xtask bench desktop` holds the wallet's against.
//!
//! The same Tauri with the same features, the same private web view under the same policy, one page with a line of text, and
//! nothing else: no plugin, no command, no tray. What the wallet takes beyond this is the wallet's own.

use tauri::WebviewWindowBuilder;

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            // As the wallet does: made by hand from the settings, and shown at once.
            for config in &app.config().app.windows {
                WebviewWindowBuilder::from_config(app, config)?.build()?.show()?;
            }
            Ok(())
        })
        .run(tauri::generate_context!("examples/empty_window/tauri.conf.json"))
}
