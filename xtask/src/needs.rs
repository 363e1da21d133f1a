//! What the stages need of the system, by what they do. A stage that does several things names several of these; none lists
//! again what another brings.

use crate::install::{
    APPSTREAM, BINUTILS, C_COMPILER, CURL, DBUS, DBUS_MOCK, DBUS_MONITOR, DESKTOP_FILES, DPKG, GDBUS,
    GNOME_KEYRING, KEEPASSXC, NGINX, NODE, NPM, PKG_CONFIG, POSTGRESQL, PYTHON, RPM, SETPRIV, SQLITE,
    SYSTEMD, SystemPart, TYPEFACE, UNSHARE, WEBKIT, WEBKIT_DRIVER, XCLIP, XDG_UTILS, XDOTOOL, XVFB,
};

/// Parts of the system for one purpose.
pub type Needs = &'static [&'static SystemPart];

/// Building the programs that have no window.
pub const COMPILER: Needs = &[&C_COMPILER];
/// JavaScript.
pub const SCRIPTS: Needs = &[&NODE, &NPM];
/// Building the window too, beside [`COMPILER`] and [`SCRIPTS`].
pub const WINDOW: Needs = &[&PKG_CONFIG, &WEBKIT];
/// A person's computer for a window: a screen that nobody looks at, hands, letters to draw, a bus and a keyring.
pub const DESK: Needs = &[&XVFB, &XDOTOOL, &TYPEFACE, &DBUS, &GDBUS, &GNOME_KEYRING, &DESKTOP_FILES];
/// Telling stories in the window, at a [`DESK`]: its driver, and what opens links.
pub const DRIVER: Needs = &[&WEBKIT_DRIVER, &XDG_UTILS];
/// What the Rust tests play with at a [`DESK`].
pub const STAND_INS: Needs = &[&DBUS_MOCK, &DBUS_MONITOR, &XCLIP, &UNSHARE];
/// Around a relay: a proxy in front, a caller, and what starts it.
pub const STREET: Needs = &[&CURL, &NGINX, &SYSTEMD];
/// A page and a bus on the screen of whoever looks on.
pub const OWN_DESK: Needs = &[&XDG_UTILS, &DBUS];
/// Software in another language.
pub const STRANGERS: Needs = &[&PYTHON];
/// A database to try queries on.
pub const DATABASE: Needs = &[&SQLITE];
/// A PostgreSQL server of our own.
pub const SERVER: Needs = &[&POSTGRESQL, &SETPRIV];
/// A program to compare with.
pub const RIVAL: Needs = &[&KEEPASSXC];
/// Making a package for Debian.
pub const DEB: Needs = &[&BINUTILS, &DPKG];
/// Looking into packages of all kinds.
pub const PACKAGES: Needs = &[&RPM, &APPSTREAM];
