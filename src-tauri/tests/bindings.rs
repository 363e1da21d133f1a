//! The window's types are written from the commands: what the window believes of them is what they are.

#![allow(clippy::unwrap_used, reason = "a test")]

use specta_typescript::Typescript;

const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/platform/bindings.ts");

const HEAD: &str = "// Written from the commands of src-tauri by its test `bindings`; do not edit. To write it anew:\n// PASSERBY_WRITE_BINDINGS=1 cargo test -p passerby-desktop --test bindings";

#[test]
fn the_window_knows_the_commands_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("bindings.ts");
    passerby_desktop::program::bindings::<tauri::Wry>()
        .export(Typescript::default().header(HEAD), &written)
        .unwrap();
    let fresh = std::fs::read_to_string(&written).unwrap();
    if std::env::var_os("PASSERBY_WRITE_BINDINGS").is_some() {
        std::fs::write(PLACE, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(PLACE).unwrap_or_default();
    assert!(
        kept == fresh,
        "ui/src/platform/bindings.ts is not what the commands are; its head says how to write it"
    );
}
