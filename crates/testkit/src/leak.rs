//! The leak scan: are these values anywhere in these files, in any disguise a program could have given them?
//!
//! ```text
//! value --forms--> needles --.
//!                             >-- search --> findings (file, form, number of the value)
//! file --unfold--> views ----'
//! ```
//!
//! A *form* is an encoding ([`Form`]): plain, escaped, hexadecimal, base64 at each alignment, and so on. A *view* is
//! the file's bytes, or what they contain when a body is put together and inflated, or a text that SQLite tore
//! apart at the edge of a page. A clean result proves something only because a control is searched with the same
//! values: [`plant_all_forms`] writes a leaky file for each form, and each must be found.
//!
//! Never prints or returns a value: findings carry its number in the list that was handed in.

mod control;
mod escape;
mod form;
mod search;
mod sqlite;
mod unfold;

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

pub use self::{
    control::{Planted, plant_all_forms},
    form::{Form, forms},
};

/// The shortest value that is searched for. A shorter one would be found by chance.
pub const SHORTEST: usize = 6;

/// Why a scan could not be made. None of these is a leak, and none of them is a clean result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeakError {
    /// The value with this number is shorter than [`SHORTEST`] bytes.
    #[error("value {0} is too short to search for: it would be found by chance")]
    TooShort(usize),
    /// There is no value, or no file: such a scan would always be clean.
    #[error("there is nothing to search for, or nothing to search")]
    Nothing,
    /// A file or folder could not be read.
    #[error("tried to read {file}")]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A control file could not be written.
    #[error("tried to write {file}")]
    Write {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds an HTTP body in an encoding that this scan cannot open (brotli or zstd).
    #[error("{file} holds a body that this scan cannot open")]
    Sealed {
        /// Which.
        file: PathBuf,
    },
}

/// A value that was found where it must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// In which file.
    pub file: PathBuf,
    /// In which disguise.
    pub form: Form,
    /// Which value: its place in the list that was handed to [`scan`].
    pub value: usize,
}

/// Searches the files, and all files below the folders, for every form of every value.
///
/// A SQLite database is searched together with its journals (`-wal`, `-journal`, `-shm`), if they exist.
pub fn scan<F: AsRef<Path>, V: AsRef<str>>(files: &[F], values: &[V]) -> Result<Vec<Finding>, LeakError> {
    if files.is_empty() || values.is_empty() {
        return Err(LeakError::Nothing);
    }
    let mut needles = search::Needles::new();
    let mut meanings = Vec::new();
    for (value, text) in values.iter().enumerate() {
        let forms = forms(text.as_ref()).ok_or(LeakError::TooShort(value))?;
        for (form, disguises) in forms {
            for disguise in disguises {
                needles.add(disguise);
                meanings.push((form, value));
            }
        }
    }
    let mut findings = BTreeSet::new();
    for file in list_files(files)? {
        let bytes = fs::read(&file).map_err(|source| LeakError::Read { file: file.clone(), source })?;
        let mut found = BTreeSet::new();
        for view in unfold::views(bytes, &file, needles.longest())? {
            needles.find_in(&view, &mut found);
        }
        findings.extend(
            found.into_iter().filter_map(|needle| meanings.get(needle)).map(|(form, value)| Finding {
                file: file.clone(),
                form: *form,
                value: *value,
            }),
        );
    }
    Ok(findings.into_iter().collect())
}

fn list_files<F: AsRef<Path>>(places: &[F]) -> Result<BTreeSet<PathBuf>, LeakError> {
    let mut files = BTreeSet::new();
    let mut left: Vec<PathBuf> = places.iter().map(|place| place.as_ref().to_path_buf()).collect();
    while let Some(place) = left.pop() {
        let wrong = |source| LeakError::Read { file: place.clone(), source };
        if fs::metadata(&place).map_err(wrong)?.is_dir() {
            for entry in fs::read_dir(&place).map_err(wrong)? {
                left.push(entry.map_err(wrong)?.path());
            }
        } else {
            for journal in ["-wal", "-journal", "-shm"] {
                let mut beside = place.clone().into_os_string();
                beside.push(journal);
                if Path::new(&beside).is_file() {
                    files.insert(beside.into());
                }
            }
            files.insert(place);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "Zoë O'Hara <zoë/1@example.org> & \"Söhne\"";

    #[test]
    fn the_control_is_found_in_each_form() {
        let others =
            ["plain@example.org", "日本語の住所", "sixsix", "a+b/c d?e=f&g%h", "😀😀", "two\nlines \\ 'x'"];
        for value in others.into_iter().chain([VALUE, "Müller, Žižka, Škoda 1", "þórður §7 ö"]) {
            let folder = tempfile::tempdir().unwrap();
            let planted = plant_all_forms(folder.path(), value).unwrap();
            let findings = scan(&[folder.path()], &["somebody else's value", value]).unwrap();
            for one in &planted {
                let wanted = Finding { file: one.file.clone(), form: one.form, value: 1 };
                assert!(findings.contains(&wanted), "{:?} of {value:?} in {}", one.form, one.file.display());
            }
            for form in Form::ALL {
                assert!(planted.iter().any(|one| one.form == *form), "the control has no {form:?}");
            }
            assert!(findings.iter().all(|finding| finding.value == 1), "a value that nobody wrote was found");
        }
    }

    #[test]
    fn a_clean_folder_is_clean() {
        let folder = tempfile::tempdir().unwrap();
        plant_all_forms(folder.path(), "another@example.org").unwrap();
        assert_eq!(scan(&[folder.path()], &[VALUE]).unwrap(), []);
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        assert!(matches!(scan(&[folder.path()], &["short"]), Err(LeakError::TooShort(0))));
        assert!(matches!(scan(&[missing], &[VALUE]), Err(LeakError::Read { .. })));
        assert!(matches!(scan(&[folder.path()], &[] as &[&str]), Err(LeakError::Nothing)));
        let none: [&Path; 0] = [];
        assert!(matches!(scan(&none, &[VALUE]), Err(LeakError::Nothing)));
        fs::write(folder.path().join("traffic"), "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n..")
            .unwrap();
        assert!(matches!(scan(&[folder.path()], &[VALUE]), Err(LeakError::Sealed { .. })));
    }

    #[test]
    fn the_journals_of_a_named_database_are_searched() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("relay.db");
        fs::write(&database, "nothing").unwrap();
        fs::write(folder.path().join("relay.db-wal"), VALUE).unwrap();
        assert!(!scan(&[&database], &[VALUE]).unwrap().is_empty());
    }

    #[test]
    fn nothing_that_is_printed_holds_the_value() {
        let folder = tempfile::tempdir().unwrap();
        plant_all_forms(folder.path(), VALUE).unwrap();
        let findings = scan(&[folder.path()], &[VALUE]).unwrap();
        assert!(!format!("{findings:?}").contains("O'Hara"));
        assert!(!LeakError::TooShort(0).to_string().contains("short\""));
    }
}
