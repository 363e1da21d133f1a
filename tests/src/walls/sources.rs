//! What may be written in which files, from a look at the sources.

use std::path::Path;

use super::{Breach, WallError, list_sources};

/// A file of code and where it is, from the root of the checkout, with `/` between folders.
#[derive(Clone, Debug)]
pub struct Source {
    /// Such as `crates/relay/src/router.rs`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What is confined.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// Uses of this external crate.
    Crate(&'static str),
    /// Anything that contains this text, outside comments.
    Text(&'static str),
}

/// Something that may stand in some files only.
#[derive(Clone, Copy, Debug)]
pub struct Confined {
    /// What.
    pub what: What,
    /// Beginnings of the paths where it may stand.
    pub to: &'static [&'static str],
}

/// Reads the sources of all crates, of the shell and of the window, without their integration tests.
pub fn read_sources(root: &Path) -> Result<Vec<Source>, WallError> {
    let mut sources = Vec::new();
    for file in list_sources(root)? {
        let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let code = ["rs", "ts", "js", "svelte", "css", "html"];
        if file.extension().is_some_and(|ending| code.iter().any(|code| ending == *code)) {
            let text = std::fs::read_to_string(&file);
            let text = text.map_err(|source| WallError::Read { path: file.clone(), source })?;
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}

/// The lines where something confined stands outside its place.
#[must_use]
pub fn find_strays(sources: &[Source], confined: &Confined) -> Vec<Breach> {
    let outside =
        sources.iter().filter(|source| !confined.to.iter().any(|place| source.path.starts_with(place)));
    let mut breaches = Vec::new();
    for source in outside {
        let own_module = matches!(confined.what, What::Crate(name) if has_own_module(&source.text, name));
        for (number, line) in code_lines(&source.text) {
            let (found, name) = match confined.what {
                What::Text(text) => (line.contains(text), text),
                What::Crate(name) => (uses_crate(line, name, own_module), name),
            };
            if found {
                let to = if confined.to.is_empty() {
                    "nowhere".to_owned()
                } else {
                    format!("only in {}", confined.to.join(", "))
                };
                breaches.push(Breach(format!("{}:{number}: `{name}` may stand {to}", source.path)));
            }
        }
    }
    breaches
}

/// The lines with their numbers, without line comments. A `//` inside a text also ends a line here; what follows it on
/// the same line is not looked at.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// Whether the file imports a module of ours that has the same name as the crate.
fn has_own_module(text: &str, name: &str) -> bool {
    code_lines(text).any(|(_, line)| {
        let line = line.trim_start();
        let ours = ["use crate::", "use super::", "use self::", "pub(crate) use crate::", "pub use self::"];
        ours.iter().any(|start| line.starts_with(start)) && words(line, name).next().is_some()
    })
}

/// Whether the line names the crate: `use name`, `name::..` or `::name::..`.
fn uses_crate(line: &str, name: &str, own_module: bool) -> bool {
    words(line, name).any(|place| {
        let (before, after) = (&line[..place], &line[place + name.len()..]);
        let path_before = before.strip_suffix("::");
        // In `hazmat::hpke::seal`, `hpke` is a module; in `::hpke::Kem` it is the crate.
        let from_root =
            path_before.is_some_and(|before| !before.ends_with(|last: char| is_word(last) || last == '>'));
        let imported = before.trim_end().ends_with("use") || before.trim_end().ends_with("extern crate");
        let bare = path_before.is_none() && after.starts_with("::");
        from_root || imported || (bare && !own_module)
    })
}

/// Where the word stands in the line, as a whole word.
fn words<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    line.match_indices(word).map(|(place, _)| place).filter(move |place| {
        !line[..*place].ends_with(is_word) && !line[place + word.len()..].starts_with(is_word)
    })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const HPKE: Confined = Confined { what: What::Crate("hpke"), to: &["crates/protocol/src/hazmat/"] };

    fn strays(path: &str, text: &str, confined: &Confined) -> usize {
        find_strays(&[Source { path: path.into(), text: text.into() }], confined).len()
    }

    #[test]
    fn every_way_to_name_a_crate_is_seen() {
        for text in [
            "use hpke::Kem;",
            "use hpke;",
            "pub use hpke as h;",
            "use ::hpke::Kem;",
            "    let x: <K as ::hpke::Kem>::Key = y;",
            "fn f() { hpke::seal() }",
            "fn f(x: &hpke::Key) {}",
            "extern crate hpke;",
            "use crate::hazmat::hpke;\nuse ::hpke::Kem;",
        ] {
            assert_eq!(strays("crates/wallet/src/seal.rs", text, &HPKE), 1, "{text}");
            assert_eq!(strays("crates/protocol/src/hazmat/hpke.rs", text, &HPKE), 0, "{text}");
        }
    }

    #[test]
    fn our_own_modules_and_comments_are_not_the_crate() {
        for text in [
            "use crate::hazmat::hpke;\nfn f() { hpke::seal() }",
            "use crate::hazmat::{es256, hpke};\nfn f() { hpke::seal() }",
            "fn f() { crate::hazmat::hpke::seal() }",
            "//! On top of hpke::Kem.",
            "let x = 1; // see hpke::Kem",
            "use my_hpke::Kem; use hpke_more::Kem;",
            "mod hpke;",
        ] {
            assert_eq!(strays("crates/protocol/src/seal/mod.rs", text, &HPKE), 0, "{text}");
        }
    }

    #[test]
    fn a_text_is_found_outside_its_place_with_its_line() {
        let routes = Confined { what: What::Text(".route("), to: &["crates/relay/src/router.rs"] };
        let text = "//! .route(\nfn f() {\n    app.route(\"/\", get(x))\n}\n";
        let source = Source { path: "crates/relay/src/state.rs".into(), text: text.into() };
        let breaches = find_strays(&[source], &routes);
        assert_eq!(
            breaches,
            [Breach(
                "crates/relay/src/state.rs:3: `.route(` may stand only in crates/relay/src/router.rs".into()
            )]
        );
        assert_eq!(strays("crates/relay/src/router.rs", text, &routes), 0);
        assert_eq!(strays("crates/relay/src/router.rs", text, &Confined { to: &[], ..routes }), 1);
    }

    #[test]
    fn sources_are_read_and_tests_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "crates/a/src/lib.rs",
            "crates/a/tests/t.rs",
            "crates/a/src/x.sql",
            "src-tauri/src/main.rs",
            "src-tauri/gen/x.rs",
            "ui/src/rooms/consent/Screen.svelte",
            "ui/src/i18n/texts/messages.js",
            "ui/node_modules/x/src/x.js",
            "xtask/src/main.rs",
        ];
        for file in files {
            let file = folder.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        let paths: Vec<_> =
            read_sources(folder.path()).unwrap().into_iter().map(|source| source.path).collect();
        assert_eq!(
            paths,
            ["crates/a/src/lib.rs", "src-tauri/src/main.rs", "ui/src/rooms/consent/Screen.svelte"]
        );
    }
}
