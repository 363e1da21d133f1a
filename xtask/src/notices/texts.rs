//! The texts themselves: each once, with the licence's name before and those it is for after.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Packages of npm that name no licence where others do, with the one that their text is.
const UNNAMED: &[(&str, &str)] = &[("svelte-toolbelt", "MIT")];

/// Texts, each with the licence's name before and those it is for after.
pub type Texts = BTreeMap<(String, String), Vec<String>>;

/// Of what cargo-about says.
pub fn crates_by_text(said: &Value) -> Result<Texts> {
    let mut texts = Texts::new();
    for license in list(&said["licenses"])? {
        let (id, text) = (word(license, "id")?, word(license, "text")?);
        for used in list(&license["used_by"])? {
            let one = &used["crate"];
            let who = format!("{} {}", word(one, "name")?, word(one, "version")?);
            let own = if license["source_path"].is_null() { read_own_texts(one, OWN)? } else { Vec::new() };
            if !license["source_path"].is_null() {
                add(&mut texts, id, text, who);
            } else if own.is_empty() {
                // The licence's text as its makers publish it, where whose it is has to be filled in.
                let authors: Vec<_> = list(&one["authors"])?.iter().filter_map(Value::as_str).collect();
                let by = if authors.is_empty() { "its authors".to_owned() } else { authors.join(", ") };
                add(&mut texts, id, text, format!("{who}, which has no text of its own; by {by}"));
            } else {
                // It has texts that cargo-about does not know for what they are, such as several licences in one file.
                let license = one["license"].as_str().unwrap_or(id);
                for text in &own {
                    add(&mut texts, license, text, who.clone());
                }
            }
        }
    }
    for one in list(&said["crates"])? {
        let one = &one["package"];
        for text in read_own_texts(one, &["notice"])? {
            add(&mut texts, "NOTICE", &text, format!("{} {}", word(one, "name")?, word(one, "version")?));
        }
    }
    Ok(texts)
}

/// How files begin that a crate's own texts are in.
const OWN: &[&str] = &["license", "licence", "copying", "copyright"];

/// The texts of the files beside a crate's manifest whose names begin so, and of those in a folder of such a name, in order.
fn read_own_texts(one: &Value, beginnings: &[&str]) -> Result<Vec<String>> {
    let folder = Path::new(word(one, "manifest_path")?).parent().context("a manifest is in no folder")?;
    let mut files = Vec::new();
    for path in list_folder(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if beginnings.iter().any(|begin| name.starts_with(begin)) {
            files.extend(if path.is_dir() { list_folder(&path)? } else { vec![path] });
        }
    }
    let read = |file: &PathBuf| {
        fs::read_to_string(file).with_context(|| format!("tried to read {}", file.display()))
    };
    files.iter().filter(|file| file.is_file()).map(read).collect()
}

fn list_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let wrong = || format!("tried to look into {}", folder.display());
    let entries = fs::read_dir(folder).with_context(wrong)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(wrong)?;
    paths.sort();
    Ok(paths)
}

/// Of what the window's build says. Only if `deny.toml` allows them, too: of crates, cargo-about sees to that.
pub fn packages_by_text(said: &Value, allowed: &[String]) -> Result<Texts> {
    let mut texts = Texts::new();
    for one in list(said)? {
        let name = word(one, "name")?;
        let unnamed = || UNNAMED.iter().find(|(other, _)| *other == name).map(|(_, license)| *license);
        let license = one["identifier"].as_str().or_else(unnamed);
        let license = license.with_context(|| format!("{name} names no licence"))?;
        ensure!(
            license
                .trim_matches(['(', ')'])
                .split(" OR ")
                .any(|one| allowed.iter().any(|other| other == one)),
            "{name} is under {license}, which deny.toml does not allow"
        );
        let text = word(one, "text").with_context(|| format!("{name} brings no text"))?;
        add(&mut texts, license, text, format!("{name} {}", word(one, "version")?));
    }
    Ok(texts)
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a list is missing")
}

fn word<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    value[name]
        .as_str()
        .filter(|text| !text.trim().is_empty())
        .with_context(|| format!("`{name}` is missing"))
}

fn add(texts: &mut Texts, license: &str, text: &str, who: String) {
    // Without what cannot be seen, in which copies of one text differ.
    let lines: Vec<_> = text.trim_matches(['\u{feff}', '\r', '\n']).lines().map(str::trim_end).collect();
    let names = texts.entry((license.to_owned(), lines.join("\n"))).or_default();
    names.push(who);
    names.sort();
    names.dedup();
}

/// Writes a part of the file.
pub fn add_part(file: &mut String, title: &str, texts: &Texts) {
    let _ = writeln!(file, "\n\n{title}\n{}", "=".repeat(title.len()));
    for ((license, text), names) in texts {
        let _ = writeln!(file, "\n{}\n{license}\n", "-".repeat(78));
        for name in names {
            let _ = writeln!(file, "* {name}");
        }
        let _ = writeln!(file, "\n{text}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_text_stands_once_behind_all_that_it_is_for() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| {
            let place = folder.path().join(name);
            fs::create_dir(&place).unwrap();
            place.join("Cargo.toml")
        };
        let about = |name: &str| json!({ "name": name, "version": "1.0.0", "authors": ["A"], "manifest_path": place(name) });
        let (plain, bare, mut several) = (about("plain"), about("bare"), about("several"));
        several["license"] = "ISC AND MIT".into();
        fs::write(folder.path().join("several/LICENSE"), "two licences\n").unwrap();
        fs::write(folder.path().join("plain/NOTICE.md"), "made by A\n").unwrap();
        let said = json!({
            "licenses": [
                { "id": "MIT", "text": "(c) A \r\ndo\r\n", "source_path": "x", "used_by": [{ "crate": plain }] },
                { "id": "MIT", "text": "(c) A\ndo", "source_path": "y", "used_by": [{ "crate": bare }] },
                { "id": "ISC", "text": "(c) <who>", "used_by": [{ "crate": bare }, { "crate": several }] },
            ],
            "crates": [{ "package": plain }, { "package": bare }, { "package": several }],
        });
        let mut text = String::new();
        add_part(&mut text, "Crates", &crates_by_text(&said).unwrap());
        let line = "-".repeat(78);
        let expected = format!(
            "\n\nCrates\n======\n\n{line}\nISC\n\n* bare 1.0.0, which has no text of its own; by A\n\n(c) <who>\n\
             \n{line}\nISC AND MIT\n\n* several 1.0.0\n\ntwo licences\n\
             \n{line}\nMIT\n\n* bare 1.0.0\n* plain 1.0.0\n\n(c) A\ndo\n\
             \n{line}\nNOTICE\n\n* plain 1.0.0\n\nmade by A\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_package_without_an_allowed_licence_or_a_text_is_no_part_of_a_package() {
        let allowed = ["MIT".to_owned()];
        let of = |one: Value| packages_by_text(&json!([one]), &allowed).map(|texts| texts.len());
        let one = |license: &str, text: &str| json!({ "name": "a", "version": "1", "identifier": license, "text": text });
        assert_eq!(of(one("Apache-2.0 OR MIT", "do")).unwrap(), 1);
        assert!(of(one("GPL-3.0-only", "do")).is_err());
        assert!(of(one("MIT", "")).is_err());
        assert!(of(json!({ "name": "a", "version": "1", "text": "do" })).is_err());
        assert!(of(json!({ "name": "svelte-toolbelt", "version": "1", "text": "do" })).is_ok());
    }
}
