//! What the stages need of the system, by what they do. A stage that does several things names several of these; none lists
//! again what another brings.

use crate::install::{
    APPINDICATOR, APPSTREAM, BINUTILS, C_COMPILER, CHROMIUM, CURL, DBUS, DBUS_MOCK, DBUS_MONITOR, DEBHELPER,
    DESKTOP_FILES, DPKG, FAKETIME, GDBUS, GNOME_KEYRING, IPROUTE, KEEPASSXC, LINTIAN, LLVM_RC, NFTABLES,
    NGINX, NODE, NPM, NSENTER, PEBBLE, PKG_CONFIG, POSTGRESQL, PYTHON, RPM, RUST_SOURCES, SETPRIV, SQLITE,
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
pub const STAND_INS: Needs = &[&APPINDICATOR, &DBUS_MOCK, &DBUS_MONITOR, &XCLIP, &UNSHARE];
/// Around a relay: a proxy in front, a caller, who certifies it, and what starts it.
pub const STREET: Needs = &[&CURL, &NGINX, &PEBBLE, &SYSTEMD];
/// A browser at a shop's page, and a proxy between the two.
pub const BROWSER: Needs = &[&CHROMIUM, &NGINX];
/// Making a relay's life hard: a lossy wire, a clock that jumps, disks and name spaces of its own.
pub const FAULTS: Needs = &[&IPROUTE, &NFTABLES, &FAKETIME, &UNSHARE];
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
pub const DEB: Needs = &[&BINUTILS, &DPKG, &DEBHELPER];
/// Looking into packages of all kinds.
pub const PACKAGES: Needs = &[&RPM, &APPSTREAM];
/// Judging a package for Debian, and a copy of this computer to try it in.
pub const TRIAL: Needs = &[&LINTIAN, &UNSHARE, &NSENTER, &SETPRIV, &SYSTEMD];
/// Checking types for systems that are not this one.
pub const FOREIGN_SYSTEMS: Needs = &[&RUST_SOURCES, &LLVM_RC];
