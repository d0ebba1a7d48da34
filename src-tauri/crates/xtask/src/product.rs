//! Building what is shipped: the user interface, the app, the package, and the types that both sides share.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use slipway_testbed::process::command;

use crate::machine::{self, For};
use crate::{root, run, run_aside, say};

/// The user interface, into `ui/dist`, from where the app takes it. What is newer than all that it is made from stays, since
/// the app is compiled anew after each change of it.
pub fn build_ui() -> Result<()> {
    machine::ensure_node_modules()?;
    let ui = root().join("ui");
    let built = ui
        .join("dist/index.html")
        .metadata()
        .and_then(|built| built.modified());
    if let (Ok(built), Some(changed)) = (built, last_change(&ui)?)
        && built > changed
    {
        return Ok(());
    }
    say("building the user interface");
    run_aside("npm", &["--prefix", "ui", "run", "--silent", "build"])
}

/// When something was last changed, added or taken away among the sources of the user interface.
fn last_change(ui: &Path) -> Result<Option<SystemTime>> {
    let mut last = None;
    let mut left = vec![ui.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in folder
            .read_dir()
            .context("reading the user interface's sources")?
        {
            let entry = entry?;
            let generated = ["node_modules", "dist"]
                .iter()
                .any(|name| entry.file_name() == *name);
            if folder == ui && generated {
                continue;
            }
            let metadata = entry.metadata()?;
            last = last.max(metadata.modified().ok());
            if metadata.is_dir() {
                left.push(entry.path());
            }
        }
    }
    let packages = ui.join("node_modules/.package-lock.json");
    Ok(last.max(
        packages
            .metadata()
            .and_then(|packages| packages.modified())
            .ok(),
    ))
}

/// The app in release.
pub fn build_app() -> Result<()> {
    say("building the app");
    run_aside("cargo", &["build", "--release", "--bin", "slipway"])
}

/// Where the app is after [`build_app`].
pub fn app_path() -> PathBuf {
    let name = if cfg!(windows) {
        "slipway.exe"
    } else {
        "slipway"
    };
    target().join("release").join(name)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// `cargo xtask bundle`: the packages that people install.
pub fn bundle() -> Result<()> {
    machine::ensure(&[For::Build])?;
    machine::ensure_node_modules()?;
    let tauri = root().join("ui/node_modules/.bin/tauri");
    // The bundler builds the user interface and the app itself, as its settings say.
    run(&tauri.to_string_lossy(), &["build", "--bundles", "deb"])?;
    let folder = target().join("release/bundle/deb");
    for entry in std::fs::read_dir(&folder)
        .context("looking for the package")?
        .flatten()
    {
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "deb")
        {
            say(&format!("the package is {}", entry.path().display()));
        }
    }
    Ok(())
}

/// `cargo xtask bindings`: writes the types of the commands for the user interface.
pub fn bindings() -> Result<()> {
    machine::ensure(&[For::Build])?;
    if !root().join("ui/dist/index.html").exists() {
        build_ui()?;
    }
    let status = command("cargo")
        .args(["test", "--quiet", "--test", "bindings"])
        .env("SLIPWAY_WRITE_BINDINGS", "1")
        .current_dir(root())
        .status()
        .context("starting cargo")?;
    anyhow::ensure!(status.success(), "the bindings could not be written");
    say("ui/src/ipc/bindings.ts is up to date");
    Ok(())
}
