//! What a file holds besides its bytes: bodies that were sent in pieces, and streams that were compressed.

use std::{collections::BTreeSet, io::Read, path::Path};

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::{LeakError, sqlite};

/// How often one thing may be folded into another.
const DEPTH: usize = 4;
/// The most that one stream is inflated to.
const LARGEST: u64 = 64 << 20;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// The bytes themselves, and everything that can be unfolded from them.
///
/// `longest` is the length of the longest text that is looked for.
pub fn views(bytes: Vec<u8>, file: &Path, longest: usize) -> Result<Vec<Vec<u8>>, LeakError> {
    let mut views = vec![bytes];
    let mut known = BTreeSet::new();
    let mut from = 0;
    for _ in 0..DEPTH {
        let mut inner = Vec::new();
        for view in &views[from..] {
            if has_sealed_body(view) {
                return Err(LeakError::Sealed { file: file.to_path_buf() });
            }
            inner.extend(streams(view));
            inner.extend(bodies(view));
            inner.extend(sqlite::torn_texts(view, longest));
        }
        inner.retain(|view| !view.is_empty() && known.insert(view.clone()));
        if inner.is_empty() {
            break;
        }
        from = views.len();
        views.append(&mut inner);
    }
    Ok(views)
}

/// Every stream that looks like gzip or zlib, and is one for at least a byte. A torn stream gives what it has.
fn streams(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for place in 0..bytes.len() {
        match &bytes[place..] {
            [0x1f, 0x8b, 8, ..] => all.push(read_all(GzDecoder::new(&bytes[place..]))),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => all.push(read_all(ZlibDecoder::new(&bytes[place..]))),
            _ => {}
        }
    }
    all
}

/// What follows each HTTP head: put together if it was sent in chunks, and inflated if it is a bare deflate stream.
fn bodies(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for place in find_all(bytes, END_OF_HEAD) {
        let body = &bytes[place + END_OF_HEAD.len()..];
        let whole = join_chunks(body);
        all.push(read_all(DeflateDecoder::new(body)));
        all.push(read_all(DeflateDecoder::new(whole.as_slice())));
        all.push(whole);
    }
    all
}

/// RFC 9112, section 7.1, as far as the chunks go; empty if this is not one.
fn join_chunks(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.iter().take(64).position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&body[..end]);
        let digits = line.split(';').next().unwrap_or_default().trim();
        let Ok(length) = usize::from_str_radix(digits, 16) else { break };
        let rest = &body[end + 1..];
        let Some(chunk) = rest.get(..length.min(rest.len())).filter(|chunk| !chunk.is_empty()) else { break };
        whole.extend_from_slice(chunk);
        body = rest[chunk.len()..].strip_prefix(b"\r\n").unwrap_or_default();
    }
    whole
}

/// Whether a head announces an encoding that cannot be opened here.
fn has_sealed_body(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"content-encoding:";
    bytes.windows(NAME.len()).enumerate().filter(|(_, window)| window.eq_ignore_ascii_case(NAME)).any(
        |(place, _)| {
            let line = bytes[place + NAME.len()..].split(|byte| *byte == b'\r').next().unwrap_or_default();
            let line = String::from_utf8_lossy(line).to_ascii_lowercase();
            line.split(',').any(|coding| matches!(coding.trim(), "br" | "zstd"))
        },
    )
}

fn read_all(reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Where the stream is damaged or ends early, what came before still counts.
    drop(reader.take(LARGEST).read_to_end(&mut bytes));
    bytes
}

fn find_all<'a>(bytes: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes
        .windows(needle.len())
        .enumerate()
        .filter(move |(_, window)| *window == needle)
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_other_bodies_are_not() {
        assert_eq!(join_chunks(b"4\r\nWiki\r\n6;x=y\r\npedia \r\n0\r\n\r\n"), b"Wikipedia ");
        assert_eq!(join_chunks(b"4\r\nWi"), b"Wi", "a torn body gives what it has");
        assert_eq!(join_chunks(b"{\"a\":1}"), b"");
        assert_eq!(join_chunks(b""), b"");
    }

    #[test]
    fn an_encoding_that_cannot_be_opened_is_noticed() {
        assert!(has_sealed_body(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip, br\r\n\r\n"));
        assert!(has_sealed_body(b"Content-Encoding:zstd"));
        assert!(!has_sealed_body(b"content-encoding: gzip\r\n"));
    }
}
