//! Starting with the session: the file that desktops look for (the Desktop Application Autostart Specification).
//!
//! Written here, because the library that other systems use puts it below the home folder whatever `XDG_CONFIG_HOME` says, and names a
//! program whose path has a space as two words. What it must never do: start anything but this program, beside the clock.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use passerby_wallet::computer;

use super::manners::HIDDEN;

/// The name that older programs gave it, too.
const FILE: &str = "Passerby.desktop";

/// Starts this program with the session from now on, or no longer.
pub fn set(start: bool) -> io::Result<()> {
    let file = find_file().ok_or(io::ErrorKind::NotFound)?;
    if start {
        // An AppImage is a disk of its own; the program in it is somewhere else each time.
        let program =
            env::var_os("APPIMAGE").map_or_else(env::current_exe, |image| Ok(PathBuf::from(image)))?;
        return write(&file, &program);
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Beside the folder of this program's settings.
fn find_file() -> Option<PathBuf> {
    Some(computer::find_config_folder()?.parent()?.join("autostart").join(FILE))
}

pub(super) fn write(file: &Path, program: &Path) -> io::Result<()> {
    let program = program.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    let entry = format!(
        "[Desktop Entry]\nType=Application\nName=Passerby\nExec={} {HIDDEN}\nTerminal=false\n",
        quote(program)
    );
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(file, entry)
}

/// As one word of a command (the Desktop Entry Specification, `Exec`): quoted, and escaped once more as any text of such a file.
fn quote(word: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in word.chars() {
        match letter {
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => {
                quoted.push_str(r"\\");
                quoted.push(letter);
            }
            '%' => quoted.push_str("%%"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
