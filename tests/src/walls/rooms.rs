//! One word on every floor: each step of the story has a room of the same name wherever it happens.

use std::path::Path;

use super::{Breach, WallError, list_sources};

/// Whether a room has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// It has to be there now. A path that ends in `/` is a folder; without an ending, a file `.rs` will also do.
    Exist(&'static [&'static str]),
    /// It must never be there: this floor is not to know the step.
    NeverExist(&'static [&'static str]),
    /// It comes with a later part.
    ComeLater(&'static str),
    /// The step has no room of its own on this floor, and why.
    BeElsewhere(&'static str),
}

/// One step on one floor.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// Such as `consent`.
    pub step: &'static str,
    /// Such as `relay`.
    pub floor: &'static str,
    /// What must be true of it.
    pub must: Must,
}

/// The rooms that are missing, or there and should not be.
#[must_use]
pub fn find_missing_rooms(root: &Path, cells: &[Cell]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for Cell { step, floor, must } in cells {
        match must {
            Must::Exist(paths) => {
                for path in paths.iter().filter(|path| !exists(root, path)) {
                    breaches
                        .push(Breach(format!("the step {step} has no room at {floor}: {path} is missing")));
                }
            }
            Must::NeverExist(paths) => {
                for path in paths.iter().filter(|path| exists(root, path)) {
                    breaches.push(Breach(format!("{floor} is not to know the step {step}: {path} must go")));
                }
            }
            Must::ComeLater(_) | Must::BeElsewhere(_) => {}
        }
    }
    breaches
}

/// Folders of our sources that the plan of the house does not name: of each crate, of the shell and of the window.
pub fn find_unnamed_rooms(root: &Path, plan: &str) -> Result<Vec<Breach>, WallError> {
    let mut breaches = Vec::new();
    for source in list_sources(root)? {
        let place = source.strip_prefix(root.join("crates")).or_else(|_| source.strip_prefix(root));
        let parts: Vec<_> = place.unwrap_or(&source).iter().filter_map(|part| part.to_str()).collect();
        // crate, src, rooms.., file
        let [floor, "src", rooms @ .., _file] = parts.as_slice() else { continue };
        for room in rooms.iter().filter(|room| !plan.contains(&format!("{room}/`"))) {
            breaches.push(Breach(format!("the plan does not name the room {room} of {floor}")));
        }
    }
    breaches.sort_unstable_by(|one, two| one.0.cmp(&two.0));
    breaches.dedup();
    Ok(breaches)
}

fn exists(root: &Path, path: &str) -> bool {
    match path.strip_suffix('/') {
        Some(name) => root.join(name).is_dir() || root.join(format!("{name}.rs")).is_file(),
        None => root.join(path).is_file(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_the_plan_forgot_is_named_once() {
        let folder = tempfile::tempdir().unwrap();
        let rooms = [
            "crates/relay/src/request",
            "crates/relay/src/secret/inner",
            "crates/relay/tests/parts",
            "src-tauri/src/request",
            "ui/src/secret",
            "ui/src/i18n/texts",
        ];
        for room in rooms {
            std::fs::create_dir_all(folder.path().join(room)).unwrap();
            std::fs::write(folder.path().join(room).join("one.rs"), "").unwrap();
            std::fs::write(folder.path().join(room).join("two.rs"), "").unwrap();
        }
        let find = |plan: &str| {
            let found = find_unnamed_rooms(folder.path(), plan).unwrap();
            found.into_iter().map(|breach| breach.0).collect::<Vec<_>>()
        };
        assert_eq!(find("`request/`, `secret/` and `inner/`"), [""; 0], "what is generated has no room");
        let forgotten =
            ["relay", "ui"].map(|floor| format!("the plan does not name the room secret of {floor}"));
        assert_eq!(find("`request/`, `inner/`, and a word about secret/"), forgotten);
    }

    #[test]
    fn a_missing_room_and_a_forbidden_one_are_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("relay/request")).unwrap();
        std::fs::write(folder.path().join("relay/seal.rs"), "").unwrap();
        let cell = |step, must| Cell { step, floor: "relay", must };
        let look = |must| find_missing_rooms(folder.path(), &[cell("step", must)]).len();
        assert_eq!(look(Must::Exist(&["relay/request/"])), 0);
        assert_eq!(look(Must::Exist(&["relay/seal/"])), 0, "a file is a room too");
        assert_eq!(look(Must::Exist(&["relay/seal.rs"])), 0);
        assert_eq!(look(Must::Exist(&["relay/request/", "relay/shop/"])), 1);
        assert_eq!(look(Must::Exist(&["relay/request.rs"])), 1);
        assert_eq!(look(Must::NeverExist(&["relay/consent/"])), 0);
        assert_eq!(look(Must::NeverExist(&["relay/seal/"])), 1);
        assert_eq!(look(Must::ComeLater("part 3")), 0);
    }
}
