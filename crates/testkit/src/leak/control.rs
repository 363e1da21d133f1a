//! The leaky control: files that do hold the value, one a spelling, written the way a careless program would write
//! them. If one of them is not found, the scan proves nothing.
//!
//! Uses its own encoders and real ones wherever it can, never those that the search was built with.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};

use super::{Form, LeakError};

/// A control file.
#[derive(Clone, Debug)]
pub struct Planted {
    /// Where it is.
    pub file: PathBuf,
    /// The form in which it must be found.
    pub form: Form,
}

/// Writes a file for each spelling of each form into the folder.
pub fn plant_all_forms(folder: &Path, value: &str) -> Result<Vec<Planted>, LeakError> {
    let mut planted = Vec::new();
    for (number, (form, name, bytes)) in spellings(value).into_iter().enumerate() {
        let file = folder.join(format!("{number:02}-{name}"));
        fs::write(&file, bytes).map_err(|source| LeakError::Write { file: file.clone(), source })?;
        planted.push(Planted { file, form });
    }
    Ok(planted)
}

fn spellings(value: &str) -> Vec<(Form, &'static str, Vec<u8>)> {
    let json = serde_json::json!({ "a": value }).to_string();
    let mut all = vec![
        (Form::Plain, "plain", format!("log: {value}\n").into_bytes()),
        (Form::Case, "lower", value.to_lowercase().into_bytes()),
        (Form::Case, "upper", value.to_uppercase().into_bytes()),
        (Form::Json, "json", json.clone().into_bytes()),
        (Form::Json, "json-u", escaped(&json, |c| !c.is_ascii(), unicode).into_bytes()),
        (Form::Json, "json-slash", json.replace('/', "\\/").into_bytes()),
        (
            Form::Json,
            "json-u-slash",
            escaped(&json, |c| !c.is_ascii(), unicode).replace('/', "\\/").into_bytes(),
        ),
        (Form::Json, "json-html", escaped(&json, |c| "<>&'".contains(c), unicode).into_bytes()),
        (Form::Json, "json-in-json", serde_json::json!({ "b": json }).to_string().into_bytes()),
        (Form::Url, "url-20", url(value, "%20", true).into_bytes()),
        (Form::Url, "url-20-lower", url(value, "%20", false).into_bytes()),
        (Form::Url, "url-plus", url(value, "+", true).into_bytes()),
        (Form::Url, "url-plus-lower", url(value, "+", false).into_bytes()),
        (Form::Url, "url-twice", url(&url(value, "%20", true), "%20", true).into_bytes()),
        (Form::Html, "html-named", named(value).into_bytes()),
        (
            Form::Html,
            "html-decimal",
            escaped(value, |_| true, |c| format!("&#{};", u32::from(c))).into_bytes(),
        ),
        (
            Form::Html,
            "html-hex",
            escaped(value, |_| true, |c| format!("&#x{:X};", u32::from(c))).into_bytes(),
        ),
        (
            Form::Html,
            "html-not-ascii",
            escaped(&named(value), |c| !c.is_ascii(), |c| format!("&#{};", u32::from(c))).into_bytes(),
        ),
        (Form::Hex, "hex-lower", hex(value, "", false).into_bytes()),
        (Form::Hex, "hex-upper", hex(value, "", true).into_bytes()),
        (Form::Hex, "hex-colons", hex(value, ":", true).into_bytes()),
        (Form::Numbers, "debug-bytes", format!("{:?}", value.as_bytes()).into_bytes()),
        (Form::Numbers, "json-bytes", serde_json::json!(value.as_bytes()).to_string().into_bytes()),
        (Form::Bytes, "byte-escapes", format!("{}", value.as_bytes().escape_ascii()).into_bytes()),
        (Form::Utf16Le, "utf-16-le", utf16(value, u16::to_le_bytes)),
        (Form::Utf16Be, "utf-16-be", utf16(value, u16::to_be_bytes)),
    ];
    for before in ["", "x", "xy"] {
        let text = format!("{before}{value}{before}");
        let disclosure = serde_json::json!([before, "given_name", value]).to_string();
        let token = |text: &str| URL_SAFE_NO_PAD.encode(text);
        all.extend([
            (Form::Base64, "base64", STANDARD.encode(&text).into_bytes()),
            (Form::Base64, "base64-json", STANDARD.encode(&disclosure).replace('/', "\\/").into_bytes()),
            (Form::Base64, "base64-url", url(&STANDARD.encode(&text), "%20", true).into_bytes()),
            (Form::Base64Url, "base64url", token(&text).into_bytes()),
            (Form::Base64Url, "disclosure", token(&disclosure).into_bytes()),
            (
                Form::Base64Twice,
                "token-in-token",
                token(&format!("{before}.{}", token(&disclosure))).into_bytes(),
            ),
        ]);
    }
    all.extend(folded(value));
    all
}

/// The value as it is, in what a file can be folded into.
fn folded(value: &str) -> Vec<(Form, &'static str, Vec<u8>)> {
    let text = format!("<p>{value}</p>");
    let gzip = written(GzEncoder::new(Vec::new(), Compression::best()), &text, GzEncoder::finish);
    let zlib = written(ZlibEncoder::new(Vec::new(), Compression::default()), &text, ZlibEncoder::finish);
    let deflate =
        written(DeflateEncoder::new(Vec::new(), Compression::fast()), &text, DeflateEncoder::finish);
    let answer = |encoding: &str, body: &[u8]| {
        let mut bytes = format!("HTTP/1.1 200 OK\r\n{encoding}\r\n\r\n").into_bytes();
        bytes.extend_from_slice(body);
        bytes
    };
    vec![
        (Form::Plain, "gzip", [b"noise".as_slice(), &gzip].concat()),
        (Form::Plain, "http-gzip", answer("content-encoding: gzip", &gzip)),
        (Form::Plain, "http-zlib", answer("content-encoding: deflate", &zlib)),
        (Form::Plain, "http-deflate", answer("content-encoding: deflate", &deflate)),
        (Form::Plain, "http-chunks", answer("transfer-encoding: chunked", &chunked(text.as_bytes()))),
        (Form::Plain, "http-chunks-gzip", answer("transfer-encoding: chunked", &chunked(&gzip))),
        (Form::Plain, "sqlite-row-to-overflow", sqlite(value, 1)),
        (Form::Plain, "sqlite-overflow-to-overflow", sqlite(value, 2)),
        (Form::Plain, "sqlite-log", sqlite_log(&sqlite(value, 1))),
    ]
}

fn written<W: std::io::Write>(
    mut encoder: W,
    text: &str,
    finish: fn(W) -> std::io::Result<Vec<u8>>,
) -> Vec<u8> {
    // Writing into memory does not fail; if it did, the control would not be found, which is what must be noticed.
    encoder.write_all(text.as_bytes()).and_then(|()| finish(encoder)).unwrap_or_default()
}

/// Chunks of five bytes, which tear any value apart.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(5) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// A file in SQLite's format, of three pages, with the value torn apart at the end of the given page.
fn sqlite(value: &str, torn: usize) -> Vec<u8> {
    const PAGE: usize = 512;
    let (left, right) = value.as_bytes().split_at(value.len() / 2);
    let mut file = vec![0; 3 * PAGE];
    file[..18].copy_from_slice(b"SQLite format 3\0\x02\0");
    let pointer = |page: usize| [0, 0, 0, u8::try_from(page).unwrap_or_default()];
    if torn == 1 {
        // The row's own part ends at 300 and is followed by the number of the page it goes on in.
        file[300 - left.len()..300].copy_from_slice(left);
        file[300..304].copy_from_slice(&pointer(2));
    } else {
        file[PAGE..PAGE + 4].copy_from_slice(&pointer(3));
        file[2 * PAGE - left.len()..2 * PAGE].copy_from_slice(left);
    }
    let next = torn * PAGE;
    file[next + 4..next + 4 + right.len()].copy_from_slice(right);
    file
}

/// The same pages as frames of a write-ahead log.
fn sqlite_log(database: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 32];
    file[..4].copy_from_slice(&[0x37, 0x7f, 0x06, 0x82]);
    file[8..12].copy_from_slice(&512_u32.to_be_bytes());
    for (number, page) in (1_u32..).zip(database.chunks(512)) {
        file.extend_from_slice(&number.to_be_bytes());
        file.extend_from_slice(&[0; 20]);
        file.extend_from_slice(page);
    }
    file
}

fn escaped(text: &str, which: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|letter| if which(letter) { escape(letter) } else { letter.into() }).collect()
}

fn unicode(letter: char) -> String {
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat()
}

fn url(text: &str, space: &str, upper: bool) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' => space.to_owned(),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).into(),
            _ if upper => format!("%{byte:02X}"),
            _ => format!("%{byte:02x}"),
        })
        .collect()
}

/// With names for the letters that must not stand in HTML, and for those of western Europe; or, for a text with rarer
/// ones, only for the former, because no program names some and leaves others.
fn named(text: &str) -> String {
    let rare = |letter: char| ('\u{a0}'..='\u{ff}').contains(&letter) && name(letter).is_empty();
    let basic_only = text.chars().any(rare);
    let named = |letter: char| !name(letter).is_empty() && (letter.is_ascii() || !basic_only);
    escaped(text, named, |letter| format!("&{};", name(letter)))
}

fn name(letter: char) -> &'static str {
    const NAMES: [&str; 40] = [
        "& amp",
        "< lt",
        "> gt",
        "\" quot",
        "' #39",
        "Ä Auml",
        "Ö Ouml",
        "Ü Uuml",
        "ä auml",
        "ö ouml",
        "ü uuml",
        "ß szlig",
        "à agrave",
        "á aacute",
        "â acirc",
        "ã atilde",
        "å aring",
        "æ aelig",
        "ç ccedil",
        "è egrave",
        "é eacute",
        "ê ecirc",
        "ë euml",
        "ì igrave",
        "í iacute",
        "î icirc",
        "ï iuml",
        "ñ ntilde",
        "ò ograve",
        "ó oacute",
        "ô ocirc",
        "õ otilde",
        "ø oslash",
        "ù ugrave",
        "ú uacute",
        "û ucirc",
        "ý yacute",
        "É Eacute",
        "Ø Oslash",
        "Å Aring",
    ];
    NAMES.iter().find_map(|entry| entry.strip_prefix(letter)).map_or("", str::trim_start)
}

fn hex(text: &str, between: &str, upper: bool) -> String {
    let write = |byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
    text.bytes().map(write).collect::<Vec<_>>().join(between)
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}
