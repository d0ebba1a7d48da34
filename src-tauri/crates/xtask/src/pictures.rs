//! `cargo xtask pictures`: every screen and state from the real window, light and dark, and the README's pictures.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use slipway_testbed::process::command;

use crate::machine::{self, For};
use crate::{product, root, run, say};

/// What stands in the README: the picture that is taken, and its name there.
const SHOWN: [(&str, &str); 3] = [
    ("labs-light.png", "labs.png"),
    ("wizard-light.png", "wizard.png"),
    ("launch-download-light.png", "launch.png"),
];

/// Drives the window through its screens and copies what the README shows.
pub fn pictures() -> Result<()> {
    machine::ensure(&[For::Build, For::Bed, For::Screen, For::Driver])?;
    product::build_ui()?;
    say("taking pictures of every screen; this takes some minutes");
    run(
        "cargo",
        &[
            "test",
            "--quiet",
            "--test",
            "window",
            "--",
            "--ignored",
            "--test-threads=1",
            "pictures",
            "safe::keeping_safe",
            "sights",
        ],
    )?;
    let taken = root().join("target/pictures");
    let kept = root().join("docs/pictures");
    std::fs::create_dir_all(&kept).context("making docs/pictures")?;
    for (from, to) in SHOWN {
        shrink(&taken.join(from), &kept.join(to))?;
    }
    say(&format!(
        "the pictures are in {}; those of the README in {}",
        taken.display(),
        kept.display()
    ));
    Ok(())
}

/// A copy with as many colours as such a screen needs, so that the repository stays small.
fn shrink(from: &Path, to: &Path) -> Result<()> {
    let status = command("convert")
        .arg(from)
        .args(["-strip", "+dither", "-colors", "256"])
        .args(["-define", "png:compression-level=9"])
        .arg(to)
        .status()
        .context("starting convert, which is in the package imagemagick")?;
    ensure!(status.success(), "{} could not be copied", from.display());
    Ok(())
}
