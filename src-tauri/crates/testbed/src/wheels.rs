//! Python packages, fetched on the host: containers have neither its network nor its certificates.
//! The versions are locked, so that the labs stay the same until somebody changes the list.

use std::path::{Path, PathBuf};

use crate::BedError;
use crate::cache::{self, Fingerprint};
use crate::images::definitions_folder;
use crate::process::{command, output};

/// The platforms whose wheels run on the lab images' Debian.
const PLATFORMS: [&str; 7] = [
    "manylinux_2_28_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux2014_x86_64",
    "manylinux_2_12_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
    "any",
];

/// The wheels that the `requirements.txt` of a definition lists; fetched where they are not there yet.
pub(crate) fn folder(definition: &str) -> Result<PathBuf, BedError> {
    let requirements = definitions_folder()
        .join(definition)
        .join("requirements.txt");
    let text = std::fs::read(&requirements)
        .map_err(BedError::io(format!("reading {}", requirements.display())))?;
    let folder = cache::cache().join(format!(
        "wheels-{definition}-{}",
        Fingerprint::new().add(&text).text()
    ));
    if !folder.exists() {
        fetch(&requirements, &folder)?;
    }
    Ok(folder)
}

fn fetch(requirements: &Path, folder: &Path) -> Result<(), BedError> {
    cache::say("fetching Python packages");
    let aside = folder.with_extension("partial");
    let mut pip = command("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
    ])
    .args([
        "--python-version",
        "3.11",
        "--implementation",
        "cp",
        "--abi",
        "cp311",
        "--abi",
        "abi3",
        "--abi",
        "none",
    ])
    .args(
        PLATFORMS
            .iter()
            .flat_map(|platform| ["--platform", platform]),
    )
    .arg("--dest")
    .arg(&aside)
    .arg("--requirement")
    .arg(requirements);
    output("fetching Python packages with pip", &mut pip)?;
    std::fs::rename(&aside, folder).map_err(BedError::io("keeping the Python packages"))
}
