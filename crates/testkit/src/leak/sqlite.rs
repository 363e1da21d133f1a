//! Long values in a SQLite file: what does not fit into a row's own page goes on in overflow pages, so a text can be
//! torn apart in the middle and found in neither half.
//!
//! The file format, sections 1.5, 1.6 and 4.1: a row's own part is followed by the number of its first overflow page;
//! an overflow page begins with the number of the next. Rows are not parsed; every four bytes that could be such a
//! number are taken for one, which also covers rows that were deleted. In a write-ahead log, pages are found in its
//! own frames; a text that began in the database and goes on in the log is not put together.

use std::collections::BTreeMap;

const DATABASE: &[u8] = b"SQLite format 3\0";
const LOG: [&[u8]; 2] = [&[0x37, 0x7f, 0x06, 0x82], &[0x37, 0x7f, 0x06, 0x83]];
const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
const POINTER: usize = 4;

/// For every place where a text may go on in another page: the end of the one and the beginning of the other, each of
/// at most `longest` bytes.
pub fn torn_texts(bytes: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let pages = find_pages(bytes).unwrap_or_default();
    let mut all = Vec::new();
    for page in pages.values().flatten() {
        for place in 0..page.len() {
            // An overflow page points on from its beginning, and its text runs to the page's end.
            let end = if place == 0 { page.len() } else { place };
            for next in number_at(page, place).and_then(|number| pages.get(&number)).into_iter().flatten() {
                let before = &page[end.saturating_sub(longest)..end];
                let after = next.get(POINTER..).unwrap_or_default();
                all.push([before, &after[..after.len().min(longest)]].concat());
            }
        }
    }
    all
}

/// The pages by their numbers; a log may hold one several times. None if this is neither a database nor a log.
fn find_pages(bytes: &[u8]) -> Option<BTreeMap<u32, Vec<&[u8]>>> {
    let mut pages: BTreeMap<_, Vec<_>> = BTreeMap::new();
    if bytes.starts_with(DATABASE) {
        let size = match u16::from_be_bytes(bytes.get(16..18)?.try_into().ok()?) {
            1 => 1 << 16,
            size => usize::from(size).max(512),
        };
        for (number, page) in (1..).zip(bytes.chunks(size)) {
            pages.entry(number).or_default().push(page);
        }
    } else if LOG.iter().any(|start| bytes.starts_with(start)) {
        let size = usize::try_from(number_at(bytes, 8)?).ok()?.clamp(512, 1 << 16);
        for frame in bytes.get(LOG_HEAD..)?.chunks(FRAME_HEAD + size) {
            let page = frame.get(FRAME_HEAD..).unwrap_or_default();
            pages.entry(number_at(frame, 0)?).or_default().push(page);
        }
    }
    Some(pages)
}

fn number_at(bytes: &[u8], place: usize) -> Option<u32> {
    bytes.get(place..place + POINTER)?.try_into().ok().map(u32::from_be_bytes)
}
