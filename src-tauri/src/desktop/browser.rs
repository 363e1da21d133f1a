//! Web addresses, and the browsers that open them.
//!
//! What it must never do: open anything but `http` and `https`; hand an address to a shell.

use url::Url;

/// The kind of thing that browsers say they open.
#[cfg(target_os = "linux")]
const OPENS_WEB: &str = "x-scheme-handler/https";

/// An address of the web, and of nothing else.
#[derive(Debug, Clone)]
pub struct WebAddress(Url);

impl WebAddress {
    /// Reads one.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(Self(url))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The browsers that are installed, by the names people know.
#[cfg(target_os = "linux")]
pub fn find_all() -> Vec<String> {
    use gio::prelude::AppInfoExt as _;
    let mut names: Vec<_> =
        gio::AppInfo::all_for_type(OPENS_WEB).iter().map(|browser| browser.name().to_string()).collect();
    names.sort();
    names.dedup();
    names
}

/// Opens an address in the browser of this name, or in the system's own. Says whether one was started.
#[cfg(target_os = "linux")]
pub fn open(address: &WebAddress, name: Option<&str>) -> bool {
    use gio::prelude::AppInfoExt as _;
    let named = name.and_then(|name| {
        gio::AppInfo::all_for_type(OPENS_WEB).into_iter().find(|browser| browser.name() == name)
    });
    let browser = named.or_else(|| gio::AppInfo::default_for_type(OPENS_WEB, true));
    let context = gio::AppLaunchContext::NONE;
    browser.is_some_and(|browser| browser.launch_uris(&[address.as_str()], context).is_ok())
}

/// Elsewhere the system is not asked: it opens what it opens.
#[cfg(not(target_os = "linux"))]
pub fn find_all() -> Vec<String> {
    Vec::new()
}

/// Elsewhere this finds none, and the system's own is asked for.
#[cfg(not(target_os = "linux"))]
pub fn open(_address: &WebAddress, _name: Option<&str>) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_opened() {
        for text in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "passerby://x",
            "data:text/html,x",
            "mailto:a@b.example",
            "https:",
            "-new-window",
            "shoes.example",
            "/usr/bin/xcalc",
            "",
        ] {
            assert!(WebAddress::parse(text).is_none(), "{text}");
        }
        assert_eq!(
            WebAddress::parse("https://shoes.example/a?b=$(c)").unwrap().as_str(),
            "https://shoes.example/a?b=$(c)"
        );
        let with_quotes = WebAddress::parse("https://shoes.example/\" --x '").unwrap();
        assert!(!with_quotes.as_str().contains([' ', '"']), "{}", with_quotes.as_str());
    }
}
