//! What an X server says: a picture of each screen, the keyboard's layout, how long nobody touched anything.
//!
//! In a Wayland session an X server may be there too, for older programs. It sees nothing of the others, so it is not asked.
//! What it must never do: ask for anything but these three.

use std::env;
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::screensaver::ConnectionExt as _;
use x11rb::protocol::xkb::{ConnectionExt as _, NameDetail};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, ImageOrder, Screen};
use x11rb::rust_connection::RustConnection;

use super::Picture;

/// The keyboard that all keys go through (the X Keyboard Extension's `UseCoreKbd`).
const CORE_KEYBOARD: u16 = 0x100;

/// The largest side of a screen, in pixels: the protocol's own limit is close.
const LARGEST_SIDE: u16 = 16_384;

/// Whether this session is one of an X server alone.
pub fn is_here() -> bool {
    env::var_os("WAYLAND_DISPLAY").is_none() && env::var_os("DISPLAY").is_some()
}

/// How long nobody touched keyboard or mouse.
pub fn find_idle_time() -> Option<Duration> {
    let (connection, screen) = connect()?;
    let root = connection.setup().roots.get(screen)?.root;
    let answer = connection.screensaver_query_info(root).ok()?.reply().ok()?;
    Some(Duration::from_millis(answer.ms_since_user_input.into()))
}

/// The layout that keys have now, by the name that the system shows.
pub fn find_keyboard() -> Option<String> {
    let (connection, _) = connect()?;
    connection.xkb_use_extension(1, 0).ok()?.reply().ok().filter(|answer| answer.supported)?;
    let keyboard = CORE_KEYBOARD;
    let group = u8::from(connection.xkb_get_state(keyboard).ok()?.reply().ok()?.group);
    let names = connection.xkb_get_names(keyboard, NameDetail::GROUP_NAMES).ok()?.reply().ok()?;
    // Only groups that have a name are in the list.
    let with_names = u32::from(u8::from(names.group_names));
    let before = (with_names & ((1 << group) - 1)).count_ones() as usize;
    let atom = *names.value_list.groups?.get(before)?;
    let name = connection.get_atom_name(atom).ok()?.reply().ok()?.name;
    String::from_utf8(name).ok().filter(|name| !name.is_empty())
}

/// A picture of each screen.
pub fn find_screens() -> Option<Vec<Picture>> {
    let (connection, _) = connect()?;
    let screens = &connection.setup().roots;
    let pictures: Vec<_> =
        screens.iter().filter_map(|screen| take_picture(&connection, screen).ok()?).collect();
    (!pictures.is_empty()).then_some(pictures)
}

fn connect() -> Option<(RustConnection, usize)> {
    if !is_here() {
        return None;
    }
    x11rb::connect(None).ok()
}

fn take_picture(connection: &RustConnection, screen: &Screen) -> Result<Option<Picture>, ReplyOrIdError> {
    let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
    if width == 0 || height == 0 || width > LARGEST_SIDE || height > LARGEST_SIDE {
        return Ok(None);
    }
    let format = ImageFormat::Z_PIXMAP;
    let image = connection.get_image(format, screen.root, 0, 0, width, height, u32::MAX)?.reply()?;
    let setup = connection.setup();
    let four_bytes =
        setup.pixmap_formats.iter().any(|one| one.depth == image.depth && one.bits_per_pixel == 32);
    let (width, height) = (usize::from(width), usize::from(height));
    if !four_bytes || image.data.len() != width * height * 4 {
        return Ok(None);
    }
    // Blue, green, red and a byte of nothing, or the other way round.
    let colours = if setup.image_byte_order == ImageOrder::LSB_FIRST { 0..3 } else { 1..4 };
    let shades = image.data.chunks_exact(4).map(|pixel| shade(&pixel[colours.clone()])).collect();
    Ok(Some(Picture { width, height, shades }))
}

fn shade(colours: &[u8]) -> u8 {
    let sum: u32 = colours.iter().map(|&part| u32::from(part)).sum();
    u8::try_from(sum / 3).unwrap_or(u8::MAX)
}
