//! Who may depend on whom, from `cargo metadata`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    path::Path,
    process::Command,
};

use serde_json::Value;

use super::{Breach, WallError};

/// How far a wall reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The packages it depends on itself.
    Direct,
    /// Those, and everything they depend on in turn.
    Tree,
}

/// The packages and their dependencies, without those that only tests have.
pub struct Arrows {
    names: BTreeMap<String, String>,
    arrows: BTreeMap<String, BTreeSet<String>>,
}

impl Arrows {
    /// Asks cargo about the workspace at this place.
    pub fn of_workspace(cargo: &OsStr, root: &Path) -> Result<Self, WallError> {
        let mut command = Command::new(cargo);
        command.args(["metadata", "--format-version", "1", "--locked", "--all-features"]).current_dir(root);
        let output = command.output().map_err(|_| WallError::Metadata)?;
        let metadata = serde_json::from_slice(&output.stdout).map_err(|_| WallError::Metadata)?;
        Self::parse_metadata(&metadata).ok_or(WallError::Metadata)
    }

    /// Reads what `cargo metadata --format-version 1` prints.
    #[must_use]
    pub fn parse_metadata(metadata: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut names = BTreeMap::new();
        for package in metadata["packages"].as_array()? {
            names.insert(text(&package["id"])?, text(&package["name"])?);
        }
        let mut arrows = BTreeMap::new();
        for node in metadata["resolve"]["nodes"].as_array()? {
            let mut to = BTreeSet::new();
            for dependency in node["deps"].as_array()? {
                // `dev` stands for what only tests have; null and `build` are part of the program or of its build.
                if dependency["dep_kinds"].as_array()?.iter().any(|kind| kind["kind"] != "dev") {
                    to.insert(text(&dependency["pkg"])?);
                }
            }
            arrows.insert(text(&node["id"])?, to);
        }
        Some(Self { names, arrows })
    }

    /// The forbidden packages that `from` reaches.
    pub fn find_forbidden(
        &self,
        from: &str,
        reach: Reach,
        forbidden: &[&str],
    ) -> Result<Vec<Breach>, WallError> {
        let reached = self.reached(from, reach)?;
        let found = reached.into_iter().filter(|name| forbidden.contains(name));
        Ok(found.map(|name| Breach(format!("{from} depends on {name}, and must not ({reach:?})"))).collect())
    }

    /// The workspace's packages that depend on `to` themselves and are not among `allowed`.
    #[must_use]
    pub fn find_uninvited(&self, to: &str, allowed: &[&str], workspace: &str) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for (id, targets) in &self.arrows {
            let Some(name) = self.names.get(id).filter(|name| name.starts_with(workspace)) else { continue };
            let depends = targets.iter().any(|target| self.names.get(target).is_some_and(|name| name == to));
            if depends && !allowed.contains(&name.as_str()) {
                let who = if allowed.is_empty() {
                    "nobody".to_owned()
                } else {
                    format!("only {}", allowed.join(", "))
                };
                breaches.push(Breach(format!("{name} depends on {to}; {who} may")));
            }
        }
        breaches
    }

    fn reached(&self, from: &str, reach: Reach) -> Result<BTreeSet<&str>, WallError> {
        let missing = || WallError::NoPackage(from.to_owned());
        let (start, _) = self.names.iter().find(|(_, name)| *name == from).ok_or_else(missing)?;
        let mut seen = BTreeSet::new();
        let mut left = vec![start];
        while let Some(id) = left.pop() {
            for target in self.arrows.get(id).into_iter().flatten() {
                if seen.insert(target) && reach == Reach::Tree {
                    left.push(target);
                }
            }
        }
        Ok(seen.into_iter().filter_map(|id| self.names.get(id)).map(String::as_str).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// relay -> store -> vault, with tokio for relay's tests only.
    fn arrows() -> Arrows {
        let package = |name: &str| json!({ "id": format!("{name} 1"), "name": name });
        let node = |name: &str, to: &[(&str, Value)]| {
            let deps: Vec<_> = to
                .iter()
                .map(|(name, kind)| json!({ "pkg": format!("{name} 1"), "dep_kinds": [{ "kind": kind }] }))
                .collect();
            json!({ "id": format!("{name} 1"), "deps": deps })
        };
        let packages = ["p-relay", "p-store", "p-vault", "tokio"].map(package);
        let metadata = json!({
            "packages": packages,
            "resolve": { "nodes": [
                node("p-relay", &[("p-store", Value::Null), ("tokio", json!("dev"))]),
                node("p-store", &[("p-vault", json!("build"))]),
                node("p-vault", &[]),
                node("tokio", &[]),
            ] },
        });
        Arrows::parse_metadata(&metadata).unwrap()
    }

    #[test]
    fn a_forbidden_package_is_found_at_any_depth() {
        let breaches = arrows().find_forbidden("p-relay", Reach::Tree, &["p-vault", "tokio"]).unwrap();
        assert_eq!(breaches, [Breach("p-relay depends on p-vault, and must not (Tree)".into())]);
        assert_eq!(arrows().find_forbidden("p-relay", Reach::Direct, &["p-vault"]).unwrap(), []);
    }

    #[test]
    fn a_wall_around_nothing_is_an_error() {
        assert!(matches!(arrows().find_forbidden("gone", Reach::Tree, &[]), Err(WallError::NoPackage(_))));
        assert!(Arrows::parse_metadata(&json!({ "packages": [] })).is_none());
        let nowhere = Arrows::of_workspace(OsStr::new("no-such-program-anywhere"), Path::new("."));
        assert!(matches!(nowhere, Err(WallError::Metadata)));
    }

    #[test]
    fn an_uninvited_package_is_found() {
        assert_eq!(arrows().find_uninvited("p-vault", &["p-store"], "p-"), []);
        let breaches = arrows().find_uninvited("p-store", &["p-wallet"], "p-");
        assert_eq!(breaches, [Breach("p-relay depends on p-store; only p-wallet may".into())]);
        let breaches = arrows().find_uninvited("p-store", &[], "p-");
        assert_eq!(breaches, [Breach("p-relay depends on p-store; nobody may".into())]);
    }
}
