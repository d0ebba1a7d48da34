//! Two Debian releases made with debootstrap: the small one that all lab images start from, and the testing
//! release whose packages carry today's engine.

use std::path::{Path, PathBuf};

use crate::BedError;
use crate::cache::{self, Fingerprint};
use crate::images;
use crate::process::{output, privilege, privileged, tail};

/// Packages of the lab images besides the minimal base.
const LAB_PACKAGES: &str =
    "python3,python3-pip,python3-venv,ca-certificates,sudo,tini,procps,iproute2,wget";
/// Packages of today's engine. Compose, buildx and tini come along for journeys that use them.
const ENGINE_PACKAGES: &str =
    "ca-certificates,iptables,docker.io,docker-cli,docker-compose,docker-buildx,tini";

/// What no lab reads: it would only make every pull longer.
const SUPERFLUOUS: &str = "var/cache/apt var/lib/apt/lists var/log usr/share/doc usr/share/man usr/share/locale usr/share/info";

/// The archive of the lab images' base; made where it is not there yet.
pub(crate) fn base_archive() -> Result<PathBuf, BedError> {
    let fingerprint = base_fingerprint();
    let archive = cache::cache().join(format!("debian-{}.tar", fingerprint.text()));
    if archive.exists() {
        return Ok(archive);
    }
    cache::say("making the base of the lab images (Debian 12, about a minute)");
    let root = cache::cache().join("debian.partial");
    bootstrap(&root, LAB_PACKAGES, "bookworm", None)?;
    let aside = archive.with_extension("tar.partial");
    let script = format!(
        "cd \"$1\" && rm -rf {SUPERFLUOUS} && mkdir -p var/log var/lib/apt/lists/partial && tar -c -f \"$2\" . && chmod a+r \"$2\" && rm -rf \"$1\""
    );
    output(
        "packing the base of the lab images",
        privileged("bash")?
            .args(["-c", &script, "pack"])
            .arg(&root)
            .arg(&aside),
    )?;
    std::fs::rename(&aside, &archive)
        .map_err(BedError::io("keeping the base of the lab images"))?;
    Ok(archive)
}

/// Debian packages that the `packages.txt` of a definition lists, with what they need and the base has not; fetched where
/// they are not there yet. Containers have no network, so the host's apt fetches them for the base's own list of packages.
pub(crate) fn packages(definition: &str) -> Result<PathBuf, BedError> {
    let list = images::definitions_folder()
        .join(definition)
        .join("packages.txt");
    let text = std::fs::read_to_string(&list)
        .map_err(BedError::io(format!("reading {}", list.display())))?;
    let fingerprint = base_fingerprint().add(text.as_bytes()).text();
    let folder = cache::cache().join(format!("packages-{definition}-{fingerprint}"));
    if folder.exists() {
        return Ok(folder);
    }
    cache::say("fetching Debian packages");
    let aside = folder.with_extension("partial");
    let script = r#"rm -rf "$1" && mkdir -p "$1/archives/partial" \
 && tar -x -f "$2" -C "$1" ./var/lib/dpkg/status \
 && apt-get -qq -o Dir::State::status="$1/var/lib/dpkg/status" -o Dir::Cache::archives="$1/archives" -o Debug::NoLocking=1 \
    --no-install-recommends --download-only -y install ${@:4} \
 && rmdir "$1/archives/partial" && chmod -R a+rX "$1" && mv "$1/archives" "$3" && rm -r "$1""#;
    output(
        "fetching Debian packages with apt",
        privileged("bash")?
            .args(["-c", script, "fetch"])
            .arg(&aside)
            .arg(base_archive()?)
            .arg(&folder)
            .args(text.split_whitespace()),
    )?;
    Ok(folder)
}

pub(crate) fn base_fingerprint() -> Fingerprint {
    Fingerprint::new()
        .add(LAB_PACKAGES.as_bytes())
        .add(SUPERFLUOUS.as_bytes())
}

fn engine_root_path() -> PathBuf {
    cache::cache().join(format!(
        "forky-{}",
        Fingerprint::new().add(ENGINE_PACKAGES.as_bytes()).text()
    ))
}

/// The folder with today's engine; empty as long as nobody asked for such a bed.
pub(crate) fn engine_root() -> Result<PathBuf, BedError> {
    let root = engine_root_path();
    if root.exists() {
        return Ok(root);
    }
    let _lock = cache::lock()?;
    if root.exists() {
        return Ok(root);
    }
    cache::say("fetching today's engine from Debian's testing release (about a minute)");
    let aside = root.with_extension("partial");
    bootstrap(
        &aside,
        ENGINE_PACKAGES,
        "forky",
        Some("/usr/share/debootstrap/scripts/sid"),
    )?;
    let script = "cd \"$1\" && mkdir -p etc/docker && rm -f etc/resolv.conf && touch etc/resolv.conf && rm -rf var/cache/apt var/lib/apt/lists && mv \"$1\" \"$2\"";
    output(
        "keeping today's engine",
        privileged("bash")?
            .args(["-c", script, "keep"])
            .arg(&aside)
            .arg(&root),
    )?;
    Ok(root)
}

fn bootstrap(
    root: &Path,
    packages: &str,
    release: &str,
    script: Option<&str>,
) -> Result<(), BedError> {
    privilege()?;
    output(
        "clearing an unfinished Debian",
        privileged("rm")?.arg("-rf").arg(root),
    )?;
    let mut command = privileged("debootstrap")?;
    command
        .arg("--variant=minbase")
        .arg(format!("--include={packages}"))
        .arg(release)
        .arg(root);
    match (apt_mirror(), script) {
        (Some(mirror), script) => {
            command.arg(mirror).args(script);
        }
        // An empty mirror would be taken for one; the script's own default needs both to be left out.
        (None, Some(script)) => {
            command.arg("").arg(script);
        }
        (None, None) => {}
    }
    let made = output(
        &format!("making Debian {release} with debootstrap"),
        &mut command,
    );
    made.map(|_| ()).map_err(|error| match error {
        BedError::Failed { what, detail } => {
            let log = std::fs::read_to_string(root.join("debootstrap/debootstrap.log"))
                .unwrap_or_default();
            BedError::failed(what, format!("{detail}\n{}", tail(&log, 10)))
        }
        other => other,
    })
}

/// The mirror that this machine's own packages come from, where that is Debian.
fn apt_mirror() -> Option<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir("/etc/apt/sources.list.d")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    files.insert(0, "/etc/apt/sources.list".into());
    files
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .find_map(|text| mirror_in(&text))
}

/// The first address in an apt sources file (either form) that ends in `/debian`.
fn mirror_in(text: &str) -> Option<String> {
    text.lines()
        .filter(|line| line.starts_with("URIs:") || line.starts_with("deb "))
        .flat_map(str::split_whitespace)
        .find(|word| word.contains("://") && word.trim_end_matches('/').ends_with("/debian"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::mirror_in;

    #[test]
    fn finds_the_mirror_in_both_forms_and_passes_over_other_repositories() {
        let deb822 = "Types: deb\n# http://snapshot.example/archive/debian/2025\nURIs: http://mirror.example/debian\nSuites: bookworm\n";
        assert_eq!(
            mirror_in(deb822).as_deref(),
            Some("http://mirror.example/debian")
        );
        let classic = "deb [signed-by=/x] https://other.example/apt main\ndeb http://mirror.example/debian/ bookworm main\n";
        assert_eq!(
            mirror_in(classic).as_deref(),
            Some("http://mirror.example/debian/")
        );
        assert_eq!(
            mirror_in("deb http://mirror.example/ubuntu noble main\n"),
            None
        );
    }
}
