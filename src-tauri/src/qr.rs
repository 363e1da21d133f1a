//! QR codes in pictures: the link in one, if there is one.
//!
//! A picture is foreign input. What it must never do: open what it found; believe a picture's own word for its size.

use std::path::Path;

use image::{ImageReader, Limits};
use rqrr::PreparedImage;

use crate::command_error::CommandError;
use crate::desktop::Picture;
use crate::waiting_links::is_link;

/// The largest side of a picture from a file, in pixels.
const LARGEST_SIDE: u32 = 10_000;

/// The most memory that reading a picture may take.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// The first link to a request among the codes in a picture, dark on light or light on dark.
#[must_use]
pub fn find_link(picture: &Picture) -> Option<String> {
    find(picture, |shade| shade).or_else(|| find(picture, |shade| 255 - shade))
}

fn find(picture: &Picture, shade: impl Fn(u8) -> u8) -> Option<String> {
    let at = |x: usize, y: usize| picture.shades.get(y * picture.width + x).copied().map_or(255, &shade);
    let mut prepared = PreparedImage::prepare_from_greyscale(picture.width, picture.height, at);
    let grids = prepared.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).find(|text| is_link(text))
}

/// The same in an image file.
pub fn find_link_in_file(file: &Path) -> Result<Option<String>, CommandError> {
    let unreadable = || CommandError::new("not-a-picture", "This file could not be read as a picture.");
    let mut reader =
        ImageReader::open(file).and_then(ImageReader::with_guessed_format).map_err(|_| unreadable())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let grey = reader.decode().map_err(|_| unreadable())?.into_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    Ok(find_link(&Picture { width, height, shades: grey.into_raw() }))
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, imageops};
    use qrcode::QrCode;

    use super::*;

    const LINK: &str = "passerby://?client_id=verifier_attestation%3Ashoes.example&request_uri=https%3A%2F%2Frelay.example%2Fr%2F0000000000000000000001";

    fn code(text: &str, dot: u32) -> GrayImage {
        QrCode::new(text).unwrap().render::<Luma<u8>>().module_dimensions(dot, dot).build()
    }

    fn picture(image: &GrayImage) -> Picture {
        Picture {
            width: image.width() as usize,
            height: image.height() as usize,
            shades: image.as_raw().clone(),
        }
    }

    /// A full screen of windows, lines and dots that are the same in each run.
    fn screen() -> GrayImage {
        let mut state = 1_u32;
        GrayImage::from_fn(1_920, 1_080, |x, y| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let window = if (x / 320 + y / 180) % 2 == 0 { 60_u32 } else { 200 };
            let line = if y % 24 < 2 && x % 7 < 5 { 90 } else { 0 };
            Luma([u8::try_from((window + line + (state >> 24) % 24).min(255)).unwrap()])
        })
    }

    #[test]
    fn a_code_is_found_upright_turned_and_light_on_dark() {
        let upright = code(LINK, 6);
        let mut inverted = upright.clone();
        imageops::invert(&mut inverted);
        for image in [&upright, &imageops::rotate90(&upright), &imageops::rotate180(&upright), &inverted] {
            assert_eq!(find_link(&picture(image)).as_deref(), Some(LINK));
        }
    }

    #[test]
    fn a_code_is_found_on_a_full_screen() {
        for (dot, x, y) in [(3, 1_200, 80), (5, 40, 400)] {
            let mut screen = screen();
            imageops::overlay(&mut screen, &code(LINK, dot), x, y);
            assert_eq!(find_link(&picture(&screen)).as_deref(), Some(LINK), "dots of {dot}");
        }
    }

    #[test]
    fn other_codes_and_no_codes_are_no_links() {
        for image in [code("https://shoes.example", 6), screen(), GrayImage::new(1, 1), GrayImage::new(0, 0)]
        {
            assert_eq!(find_link(&picture(&image)), None);
        }
        let short = Picture { width: 400, height: 400, shades: vec![0; 10] };
        assert_eq!(find_link(&short), None);
    }

    #[test]
    fn a_file_is_read_as_what_it_is_and_not_as_what_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("code.txt");
        code(LINK, 6).save_with_format(&file, image::ImageFormat::Png).unwrap();
        assert_eq!(find_link_in_file(&file).unwrap().as_deref(), Some(LINK));
        std::fs::write(&file, b"\x89PNG\r\n\x1a\n and then nothing").unwrap();
        assert!(find_link_in_file(&file).is_err());
        // A small file that says it is a very large picture.
        let mut bytes = Vec::new();
        GrayImage::new(8, 8)
            .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
            .unwrap();
        bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        std::fs::write(&file, &bytes).unwrap();
        assert!(find_link_in_file(&file).is_err());
        assert!(find_link_in_file(&folder.path().join("nothing")).is_err());
    }
}
