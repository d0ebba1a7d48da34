//! The walls between the rooms of the house: which crate may know which, and which part of the user interface
//! may import which. A crate exists to make a dependency impossible; this is what holds it to that.

mod interface;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use slipway_testbed::process::command;

/// Looks at every wall and names all that are broken.
pub fn check() -> Result<()> {
    let output = command("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(crate::root())
        .output()
        .context("starting cargo metadata")?;
    if !output.status.success() {
        bail!(
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("reading cargo's metadata")?;
    let mut broken = crate_walls(&metadata);
    broken.extend(interface::check(&crate::root().join("ui/src"))?);
    broken.extend(source_rules(&crate::root())?);
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{} broken:\n  {}", broken.len(), broken.join("\n  "))
    }
}

/// The product's own crates; the test bed and xtask are not among them.
const PRODUCT: [&str; 4] = ["slipway", "slipway-engine", "slipway-labs", "slipway-vault"];

fn crate_walls(metadata: &Value) -> Vec<String> {
    let crates = Crates::read(metadata);
    let mut broken = Vec::new();
    for name in PRODUCT {
        if name != "slipway-engine" && crates.direct(name).contains("bollard") {
            broken.push(format!(
                "{name} depends on bollard, which only slipway-engine may know"
            ));
        }
        if name != "slipway" {
            for known in crates.reachable(name) {
                if known == "tauri" || known.starts_with("tauri-") || known == "wry" {
                    broken.push(format!(
                        "{name} reaches {known}; only the app may know Tauri"
                    ));
                }
            }
        }
        for test_only in ["slipway-testbed", "xtask"] {
            if crates.reachable(name).contains(test_only) {
                broken.push(format!(
                    "{name} ships {test_only}, which is for development only"
                ));
            }
        }
    }
    for inner in ["slipway-engine", "slipway-vault"] {
        for upper in ["slipway", "slipway-labs"] {
            if crates.reachable(inner).contains(upper) {
                broken.push(format!("{inner} depends on {upper}, which is built on it"));
            }
        }
    }
    for name in ["slipway-testbed", "xtask"] {
        for product in PRODUCT {
            if crates.reachable(name).contains(product) {
                broken.push(format!(
                    "{name} depends on {product}, so it could not test it from outside"
                ));
            }
        }
    }
    broken
}

/// What each package of the workspace depends on when it is built to be used, tests left out.
struct Crates<'a> {
    names: HashMap<&'a str, &'a str>,
    edges: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Crates<'a> {
    fn read(metadata: &'a Value) -> Self {
        let list = |value: &'a Value| value.as_array().map(Vec::as_slice).unwrap_or_default();
        let names = list(&metadata["packages"])
            .iter()
            .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
            .collect();
        let edges = list(&metadata["resolve"]["nodes"])
            .iter()
            .filter_map(|node| {
                let normal = list(&node["deps"])
                    .iter()
                    .filter(|edge| {
                        list(&edge["dep_kinds"])
                            .iter()
                            .any(|kind| kind["kind"].is_null())
                    })
                    .filter_map(|edge| edge["pkg"].as_str())
                    .collect();
                Some((node["id"].as_str()?, normal))
            })
            .collect();
        Self { names, edges }
    }

    fn ids(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.names
            .iter()
            .filter(move |(_, known)| **known == name)
            .map(|(id, _)| *id)
    }

    fn direct(&self, name: &str) -> HashSet<&'a str> {
        let ids = self.ids(name);
        ids.filter_map(|id| self.edges.get(id))
            .flatten()
            .filter_map(|id| self.names.get(id).copied())
            .collect()
    }

    fn reachable(&self, name: &str) -> HashSet<&'a str> {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open: Vec<&str> = self.ids(name).collect();
        let start: Vec<&str> = open.clone();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.edges.get(id).into_iter().flatten());
            }
        }
        seen.iter()
            .filter(|id| !start.contains(id))
            .filter_map(|id| self.names.get(*id).copied())
            .collect()
    }
}

/// Habits that no lint knows: no `mod.rs`, no `#[allow]` without a reason's keyword.
fn source_rules(root: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for folder in ["src-tauri", "tests"] {
        each_file(&root.join(folder), &mut |path, text| {
            let shown = path.strip_prefix(root).unwrap_or(path).display();
            if path.file_name().is_some_and(|name| name == "mod.rs") {
                broken.push(format!(
                    "{shown}: a module's file has the module's name here"
                ));
            }
            let words = ["#[all", "ow(", "#![all"].concat();
            let (outer, inner) = (words[..8].to_owned(), format!("{}ow(", &words[8..]));
            for (number, line) in text.lines().enumerate() {
                let line = line.trim_start();
                if path.extension().is_some_and(|extension| extension == "rs")
                    && (line.starts_with(&outer) || line.starts_with(&inner))
                {
                    broken.push(format!(
                        "{shown}:{}: use #[expect(…, reason = …)]",
                        number + 1
                    ));
                }
            }
        })?;
    }
    Ok(broken)
}

/// Shows every text file below a folder to `look`; a folder that is not there has none.
fn each_file(folder: &Path, look: &mut dyn FnMut(&Path, &str)) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            each_file(&path, look)?;
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            look(&path, &text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, needs: &[(&str, Option<&str>)]) -> (Value, Value) {
        let edges: Vec<Value> = needs
            .iter()
            .map(|(to, kind)| json!({"pkg": to, "dep_kinds": [{"kind": kind}]}))
            .collect();
        (
            json!({"id": name, "name": name}),
            json!({"id": name, "deps": edges}),
        )
    }

    fn metadata(packages: &[(Value, Value)]) -> Value {
        let (packages, nodes): (Vec<Value>, Vec<Value>) = packages.iter().cloned().unzip();
        json!({"packages": packages, "resolve": {"nodes": nodes}})
    }

    #[test]
    fn a_wall_is_seen_through_other_crates_and_tests_may_look_over_it() {
        let sound = metadata(&[
            package(
                "slipway",
                &[
                    ("slipway-engine", None),
                    ("tauri", None),
                    ("slipway-testbed", Some("dev")),
                ],
            ),
            package("slipway-engine", &[("bollard", None)]),
            package("slipway-testbed", &[]),
            package("bollard", &[]),
            package("tauri", &[]),
        ]);
        assert_eq!(crate_walls(&sound), [""; 0]);
        let broken = metadata(&[
            package("slipway", &[("bollard", None)]),
            package("slipway-labs", &[("between", None)]),
            package("between", &[("tauri", None)]),
            package("bollard", &[]),
            package("tauri", &[]),
        ]);
        assert_eq!(crate_walls(&broken).len(), 2, "{:?}", crate_walls(&broken));
    }
}
