//! The desktop around the window, as far as it is real here: an X server of the test's own, a foreign program that reads the
//! clipboard, browsers in a folder.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where its world does")]

#[path = "../../tests/screen/mod.rs"]
mod screen;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use image::{GrayImage, Luma};
use qrcode::QrCode;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, CreateGCAux, ImageFormat};

use self::screen::Screen;
use super::autostart;
use super::browser::{self, WebAddress};
use super::clipboard::Clipboard;
use super::x11;
use crate::inside::run_inside;
use crate::qr::find_link;

const LINK: &str = "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=https%3A%2F%2Frelay.example%2Fr%2F0000000000000000000001";

/// Runs a test's body in a process of its own, which sees this screen and nothing of the real session.
fn on_a_screen(test: &str, body: impl AsyncFnOnce(std::path::PathBuf)) {
    let mut screen = None;
    let on_screen = |program: &Path, folder: &Path| {
        let screen = screen.insert(Screen::start());
        let mut command = Command::new(program);
        command.env("DISPLAY", &screen.display).env_remove("WAYLAND_DISPLAY").env("HOME", folder);
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        for (name, place) in
            [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_DIRS", "none")]
        {
            command.env(name, folder.join(place));
        }
        command
    };
    run_inside(test, on_screen, body);
}

fn code() -> GrayImage {
    QrCode::new(LINK).unwrap().render::<Luma<u8>>().module_dimensions(4, 4).build()
}

/// What another program reads there; nothing when there is nothing.
fn foreign_read(target: &str) -> Option<String> {
    foreign_bytes(target).map(|bytes| String::from_utf8(bytes).unwrap())
}

fn foreign_bytes(target: &str) -> Option<Vec<u8>> {
    let mut xclip = Command::new("xclip");
    xclip.args(["-selection", "clipboard", "-out", "-target", target]).stderr(Stdio::null());
    let output = xclip.output().expect("xclip is not installed; `cargo xtask test` installs it");
    output.status.success().then_some(output.stdout)
}

/// Another program copies. It goes on in the background, and ends with the screen.
fn foreign_copy(target: &str, content: &[u8]) {
    let mut xclip = Command::new("xclip");
    xclip.args(["-selection", "clipboard", "-in", "-target", target]);
    let mut child = xclip.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    assert!(child.wait().unwrap().success());
    // It takes the clipboard over behind its own back.
    while foreign_bytes(target).as_deref() != Some(content) {}
}

#[test]
fn what_is_lent_to_the_clipboard_is_marked_and_taken_back_unless_somebody_copied_since() {
    let test =
        "desktop::tests::what_is_lent_to_the_clipboard_is_marked_and_taken_back_unless_somebody_copied_since";
    on_a_screen(test, async |_folder| {
        let clipboard = Clipboard::default();
        let loan = clipboard.lend("Slomškova 8").unwrap();
        assert_eq!(foreign_read("UTF8_STRING").as_deref(), Some("Slomškova 8"));
        assert_eq!(foreign_read("x-kde-passwordManagerHint").as_deref(), Some("secret"), "managers leave it");
        clipboard.take_back(loan);
        assert_eq!(foreign_read("UTF8_STRING").filter(|text| !text.is_empty()), None);

        // A second loan is not ended with the first.
        let first = clipboard.lend("one").unwrap();
        let second = clipboard.lend("two").unwrap();
        clipboard.take_back(first);
        assert_eq!(foreign_read("UTF8_STRING").as_deref(), Some("two"));
        clipboard.take_back(second);
        assert_eq!(foreign_read("UTF8_STRING").filter(|text| !text.is_empty()), None);

        // What somebody else copied since is theirs.
        let loan = clipboard.lend("mine").unwrap();
        foreign_copy("UTF8_STRING", "theirs".as_bytes());
        clipboard.take_back(loan);
        assert_eq!(foreign_read("UTF8_STRING").as_deref(), Some("theirs"));
        clipboard.lend("mine").unwrap();
        clipboard.take_all_back();
        assert_eq!(foreign_read("UTF8_STRING").filter(|text| !text.is_empty()), None);
    });
}

#[test]
fn a_link_or_the_picture_of_one_is_taken_from_the_clipboard() {
    let test = "desktop::tests::a_link_or_the_picture_of_one_is_taken_from_the_clipboard";
    on_a_screen(test, async |_folder| {
        let clipboard = Clipboard::default();
        foreign_copy("UTF8_STRING", LINK.as_bytes());
        assert_eq!(clipboard.text().as_deref(), Some(LINK));
        assert!(clipboard.picture().is_none());
        let mut png = std::io::Cursor::new(Vec::new());
        code().write_to(&mut png, image::ImageFormat::Png).unwrap();
        foreign_copy("image/png", png.get_ref());
        assert_eq!(find_link(&clipboard.picture().unwrap()).as_deref(), Some(LINK));
        foreign_copy("image/png", b"\x89PNG\r\n\x1a\n and then nothing");
        assert!(clipboard.picture().is_none());
    });
}

#[test]
fn a_code_on_the_screen_is_found() {
    on_a_screen("desktop::tests::a_code_on_the_screen_is_found", async |_folder| {
        let empty = x11::find_screens().unwrap();
        assert_eq!((empty.len(), empty[0].width, empty[0].height), (1, 1280, 900));
        assert_eq!(find_link(&empty[0]), None);
        draw(&code());
        let screens = x11::find_screens().unwrap();
        assert_eq!(find_link(&screens[0]).as_deref(), Some(LINK));
        assert!(x11::find_idle_time().is_some());
        assert!(x11::find_keyboard().is_some_and(|name| name.contains("English")));
    });
}

/// Draws a picture on the screen itself, as a page in a window would have it.
fn draw(picture: &GrayImage) {
    let (connection, screen) = x11rb::connect(None).unwrap();
    let root = connection.setup().roots[screen].root;
    let context = connection.generate_id().unwrap();
    connection.create_gc(context, root, &CreateGCAux::new()).unwrap();
    let width = u16::try_from(picture.width()).unwrap();
    for (row, shades) in (200_i16..).zip(picture.rows()) {
        let pixels: Vec<u8> = shades.flat_map(|&Luma([shade])| [shade, shade, shade, 0]).collect();
        let format = ImageFormat::Z_PIXMAP;
        connection.put_image(format, root, context, width, 1, 300, row, 0, 24, &pixels).unwrap();
    }
    // Answered after what was asked before.
    connection.get_input_focus().unwrap().reply().unwrap();
}

#[test]
fn the_browsers_that_are_installed_are_listed_and_the_named_one_opens() {
    let test = "desktop::tests::the_browsers_that_are_installed_are_listed_and_the_named_one_opens";
    on_a_screen(test, async |folder| {
        let applications = folder.join("data/applications");
        fs::create_dir_all(&applications).unwrap();
        fs::create_dir_all(folder.join("config")).unwrap();
        for (name, opens) in [
            ("Alpha", "x-scheme-handler/https"),
            ("Beta", "x-scheme-handler/https"),
            ("Mail", "x-scheme-handler/mailto"),
        ] {
            let said = folder.join(name);
            // A pipe: whoever reads it waits for the browser.
            assert!(Command::new("mkfifo").arg(&said).status().unwrap().success());
            let program = folder.join(format!("{name} program"));
            fs::write(&program, format!("#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" >'{}'\n", said.display()))
                .unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            let entry = format!(
                "[Desktop Entry]\nType=Application\nName={name}\nExec=\"{}\" %u\nMimeType={opens};\n",
                program.display()
            );
            fs::write(applications.join(format!("{name}.desktop")), entry).unwrap();
        }
        fs::write(
            folder.join("config/mimeapps.list"),
            "[Default Applications]\nx-scheme-handler/https=Alpha.desktop\n",
        )
        .unwrap();
        assert!(Command::new("update-desktop-database").arg(&applications).status().unwrap().success());

        assert_eq!(browser::find_all(), ["Alpha", "Beta"]);
        let address = WebAddress::parse("https://shoes.example/back?a=$(id)&b='c'").unwrap();
        let expected = format!("1|{}", address.as_str());
        assert!(browser::open(&address, Some("Beta")));
        assert_eq!(fs::read_to_string(folder.join("Beta")).unwrap(), expected);
        for name in [None, Some("Gone since")] {
            assert!(browser::open(&address, name));
            assert_eq!(fs::read_to_string(folder.join("Alpha")).unwrap(), expected, "the system's own");
        }
    });
}

#[test]
fn it_starts_with_the_session_where_the_session_looks_whatever_its_path() {
    let test = "desktop::tests::it_starts_with_the_session_where_the_session_looks_whatever_its_path";
    on_a_screen(test, async |folder| {
        let file = folder.join("config/autostart/Passerby.desktop");
        autostart::set(true).unwrap();
        let entry = fs::read_to_string(&file).unwrap();
        assert!(entry.contains(std::env::current_exe().unwrap().to_str().unwrap()), "{entry}");
        autostart::set(false).unwrap();
        autostart::set(false).unwrap();
        assert!(!file.exists());

        let (said, program) = (folder.join("said"), folder.join("a \"strange\" $HOME `id` \\ place"));
        assert!(Command::new("mkfifo").arg(&said).status().unwrap().success());
        fs::write(&program, format!("#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" >'{}'\n", said.display()))
            .unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        autostart::write(&file, &program).unwrap();
        let mut launch = Command::new("gio").arg("launch").arg(&file).spawn().unwrap();
        assert_eq!(fs::read_to_string(&said).unwrap(), "1|--hidden");
        assert!(launch.wait().unwrap().success());
    });
}
