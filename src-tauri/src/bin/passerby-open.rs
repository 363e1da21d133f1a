//! `passerby-open`: what a click on a link starts. Hands the link to the window that is open, or becomes `passerby-desktop` with it.
//!
//! `passerby-desktop` does the same by itself, but brings the web view and its 169 libraries along before it finds that it is the second
//! one: most of what a person waits between a click and an answer. This program must never look at what it hands over.

use std::process::{Command, ExitCode};

/// The program with the window. It lies beside this one.
const WINDOW: &str = "passerby-desktop";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    #[cfg(target_os = "linux")]
    if open_window::hand_over(&arguments) {
        return ExitCode::SUCCESS;
    }
    let Ok(here) = std::env::current_exe() else { return complain("where this program lies is not known") };
    let mut window = Command::new(here.with_file_name(WINDOW));
    window.args(arguments.iter().skip(1));
    complain(become_it(&mut window))
}

/// Comes back only with why not.
#[cfg(unix)]
fn become_it(program: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(program)
}

#[cfg(not(unix))]
fn become_it(program: &mut Command) -> std::io::Error {
    match program.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

fn complain(why: impl std::fmt::Display) -> ExitCode {
    eprintln!("{WINDOW} could not be started, and the link was not opened: {why}");
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod open_window {
    use std::ffi::OsString;
    use std::time::Duration;

    use zbus::blocking::connection::Builder;

    /// Where a running window listens: what tauri-plugin-single-instance makes of the identifier in `tauri.conf.json`.
    const NAME: &str = "org.passerby.Wallet.SingleInstance";
    const PATH: &str = "/org/passerby/Wallet/SingleInstance";
    const INTERFACE: &str = "org.SingleInstance.DBus";
    /// A window that takes longer hangs; a new one will say so.
    const ANSWER: Duration = Duration::from_secs(10);

    /// Whether a window is open and took the arguments. Nobody is started for that.
    pub fn hand_over(arguments: &[OsString]) -> bool {
        let arguments: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let folder = std::env::current_dir().unwrap_or_default();
        let body = (arguments, folder.to_string_lossy().into_owned());
        let connection = Builder::session().and_then(|builder| builder.method_timeout(ANSWER).build());
        connection
            .and_then(|bus| bus.call_method(Some(NAME), PATH, Some(INTERFACE), "ExecuteCallback", &body))
            .is_ok()
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn a_window_listens_under_the_name_of_its_identifier() {
            let conf: serde_json::Value =
                serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
            let name = format!("{}.SingleInstance", conf["identifier"].as_str().unwrap());
            assert_eq!(super::NAME, name);
            assert_eq!(super::PATH, format!("/{}", name.replace('.', "/")));
        }
    }
}
