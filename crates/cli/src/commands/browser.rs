//! The way back into the shop, in the default browser, when the person asked for that.

use std::process::{Command, Stdio};

use crate::arguments::Browser;
use crate::output::Output;

/// Opens an address that the wallet has checked. A browser that does not start is a remark: the address is printed too.
pub fn open_if(browser: Browser, address: impl AsRef<str>) {
    if !browser.browser {
        return;
    }
    let (program, before): (_, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command
        .args(before)
        .arg(address.as_ref())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if command.spawn().is_err() {
        Output::remark("The browser could not be started; open the address above yourself.");
    }
}
