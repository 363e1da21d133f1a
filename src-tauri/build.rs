//! Reads `tauri.conf.json` and the capabilities, and puts the window's files into the program.

fn main() {
    tauri_build::build();
}
