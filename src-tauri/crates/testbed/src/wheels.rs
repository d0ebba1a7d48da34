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

/// The wheels that the `requirements.txt` of a definition lists, and the source archives of its `sources.txt`, of what
/// has no wheels; fetched where they are not there yet.
pub(crate) fn folder(definition: &str) -> Result<PathBuf, BedError> {
    let of_definition = definitions_folder().join(definition);
    let requirements = of_definition.join("requirements.txt");
    let sources = Some(of_definition.join("sources.txt")).filter(|sources| sources.exists());
    let mut fingerprint = Fingerprint::new();
    for list in std::iter::once(&requirements).chain(&sources) {
        let text =
            std::fs::read(list).map_err(BedError::io(format!("reading {}", list.display())))?;
        fingerprint = fingerprint.add(&text);
    }
    let folder = cache::cache().join(format!("wheels-{definition}-{}", fingerprint.text()));
    if !folder.exists() {
        fetch(&requirements, sources.as_deref(), &folder)?;
    }
    Ok(folder)
}

fn fetch(requirements: &Path, sources: Option<&Path>, folder: &Path) -> Result<(), BedError> {
    cache::say("fetching Python packages");
    let aside = folder.with_extension("partial");
    if let Some(sources) = sources {
        let mut pip = command("python3");
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .arg(&aside)
            .arg("--requirement")
            .arg(sources);
        output("fetching Python sources with pip", &mut pip)?;
    }
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
