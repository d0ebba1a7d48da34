//! What this machine must have, and getting it: Debian packages as root or through sudo, and the UI's packages
//! from npm. Where the machine is not a Debian, or nobody may install here, the task ends with the exact list.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use slipway_testbed::process::command;

/// A reason to need packages: a file that one of them has, and the packages that bring it.
struct Need {
    /// Programs are looked for on the path, everything else as it stands.
    sign: &'static str,
    packages: &'static [&'static str],
    why: &'static str,
}

const fn need(sign: &'static str, packages: &'static [&'static str], why: &'static str) -> Need {
    Need {
        sign,
        packages,
        why,
    }
}

/// What building the window takes.
const BUILD: &[Need] = &[
    need(
        "cc",
        &["build-essential"],
        "Rust links with the system's linker, and the porthole with its static C library",
    ),
    need("pkg-config", &["pkg-config"], "finds the libraries below"),
    need(
        "pkg-config:webkit2gtk-4.1",
        &["libwebkit2gtk-4.1-dev"],
        "the window is a WebKitGTK view",
    ),
    need(
        "pkg-config:librsvg-2.0",
        &["librsvg2-dev"],
        "the bundler draws icons with it",
    ),
    need(
        "npm",
        &["nodejs", "npm"],
        "builds the user interface (Node 20.19 or newer)",
    ),
];

/// What the test bed takes.
const BED: &[Need] = &[
    need("dockerd", &["docker.io"], "the bed's own engine"),
    need(
        "docker",
        &["docker.io"],
        "the client that builds the lab images",
    ),
    need(
        "iptables",
        &["iptables"],
        "the engine's name resolution in networks uses it",
    ),
    need(
        "docker-registry",
        &["docker-registry"],
        "the bed's own registry",
    ),
    need(
        "debootstrap",
        &["debootstrap"],
        "the base of the lab images",
    ),
    need(
        "/usr/share/keyrings/debian-archive-keyring.gpg",
        &["debian-archive-keyring"],
        "checks that base",
    ),
    need(
        "/usr/bin/busybox",
        &["busybox-static"],
        "the smallest images are made of it",
    ),
    need(
        "python3",
        &["python3"],
        "fetches the Python packages of the labs",
    ),
    need(
        "python-module:pip",
        &["python3-pip"],
        "fetches the Python packages of the labs",
    ),
    need("ip", &["iproute2"], "the bed's own network bridge"),
    need(
        "setpriv",
        &["util-linux"],
        "keeps the bed from outliving its test",
    ),
    need(
        "openssl",
        &["openssl"],
        "the bed's registries have certificates of their own",
    ),
    need("tar", &["tar"], "packs images"),
];

/// What a window without a screen takes.
const SCREEN: &[Need] = &[
    need("Xvfb", &["xvfb"], "a screen that nobody sees"),
    need("import", &["imagemagick"], "takes the pictures of it"),
    need(
        "dbus-daemon",
        &["dbus"],
        "the keyring is reached over a message bus",
    ),
    need(
        "dbus-send",
        &["dbus"],
        "asks that bus whether the keyring is there",
    ),
    need(
        "gnome-keyring-daemon",
        &["gnome-keyring"],
        "passwords are kept in it",
    ),
    need(
        "desktop-file-validate",
        &["desktop-file-utils"],
        "judges a lab's shortcut",
    ),
];

/// What driving the window takes.
const DRIVER: &[Need] = &[
    need(
        "WebKitWebDriver",
        &["webkit2gtk-driver"],
        "drives the real window in tests",
    ),
    need(
        "xdotool",
        &["xdotool"],
        "moves the real pointer, and types into the system's own dialogs",
    ),
];

/// Which part of the list a task needs.
#[derive(Clone, Copy, PartialEq)]
pub enum For {
    Build,
    Bed,
    Screen,
    Driver,
}

impl For {
    fn needs(self) -> &'static [Need] {
        match self {
            Self::Build => BUILD,
            Self::Bed => BED,
            Self::Screen => SCREEN,
            Self::Driver => DRIVER,
        }
    }
}

/// Makes sure that everything for these purposes is there, and installs what is not.
pub fn ensure(purposes: &[For]) -> Result<()> {
    if purposes.contains(&For::Build) {
        ensure_targets();
    }
    let missing: Vec<&Need> = purposes
        .iter()
        .flat_map(|purpose| purpose.needs())
        .filter(|need| !is_there(need.sign))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    packages.sort_unstable();
    packages.dedup();
    crate::say(&format!("installing {}", packages.join(" ")));
    if let Err(error) = install(&packages) {
        let list: Vec<String> = missing
            .iter()
            .map(|need| format!("  {:28} {}", need.packages.join(" "), need.why))
            .collect();
        bail!(
            "{error:#}\nThis machine still needs:\n{}\nOn Debian or Ubuntu:\n  sudo apt-get install {}",
            list.join("\n"),
            packages.join(" ")
        );
    }
    if let Some(still) = missing.iter().find(|need| !is_there(need.sign)) {
        bail!(
            "{} was installed, but {} is still not there ({})",
            still.packages.join(" "),
            still.sign,
            still.why
        );
    }
    Ok(())
}

fn is_there(sign: &str) -> bool {
    if let Some(library) = sign.strip_prefix("pkg-config:") {
        return succeeds("pkg-config", &["--exists", library]);
    }
    if let Some(module) = sign.strip_prefix("python-module:") {
        return succeeds("python3", &["-c", &format!("import {module}")]);
    }
    if sign.starts_with('/') {
        Path::new(sign).exists()
    } else {
        find(sign).is_some()
    }
}

/// What the program that looks into volumes is built for. Without them it is larger, or for one processor
/// alone, and the app still builds.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];

fn ensure_targets() {
    let installed = command("rustup")
        .args(["target", "list", "--installed"])
        .output();
    let Ok(installed) = installed else { return };
    let installed = String::from_utf8_lossy(&installed.stdout).into_owned();
    if TARGETS
        .iter()
        .all(|target| installed.lines().any(|line| line == *target))
    {
        return;
    }
    crate::say(&format!("installing {}", TARGETS.join(" ")));
    let mut arguments = vec!["target", "add"];
    arguments.extend(TARGETS);
    if !succeeds("rustup", &arguments) {
        crate::say(
            "they cannot be had here; volumes are looked into with what this machine can build",
        );
    }
}

/// Where a program is, also where only root usually looks.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// Runs a program in silence and tells whether it ended well.
pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    command(program)
        .args(arguments)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Whether this user is root or can be without being asked.
pub fn can_be_root() -> bool {
    cfg!(target_os = "linux") && (is_root() || succeeds("sudo", &["-n", "true"]))
}

fn is_root() -> bool {
    command("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn install(packages: &[&str]) -> Result<()> {
    if find("apt-get").is_none() {
        bail!("there is no apt-get here");
    }
    if !can_be_root() {
        bail!("installing packages needs root, or sudo that asks for no password");
    }
    let apt = |arguments: &[&str]| -> Result<()> {
        let mut words: Vec<&str> = if is_root() {
            vec![]
        } else {
            vec!["sudo", "-n"]
        };
        words.extend([
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
            "-y",
        ]);
        words.extend(arguments);
        let status = command(words[0])
            .args(&words[1..])
            .status()
            .context("starting apt-get")?;
        if status.success() {
            Ok(())
        } else {
            bail!("apt-get {} failed", arguments.join(" "))
        }
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments)
}

/// The UI's packages, where the lock file is newer than what is installed.
pub fn ensure_node_modules() -> Result<()> {
    let ui = crate::root().join("ui");
    let (lock, installed) = (
        ui.join("package-lock.json"),
        ui.join("node_modules/.package-lock.json"),
    );
    let written = |path: &Path| path.metadata().and_then(|metadata| metadata.modified());
    if let (Ok(lock), Ok(installed)) = (written(&lock), written(&installed))
        && installed >= lock
    {
        return Ok(());
    }
    check_node()?;
    crate::say("fetching the user interface's packages");
    crate::run_aside("npm", &["--prefix", "ui", "ci", "--no-audit", "--no-fund"])
}

/// Vite 8 does not start on an older Node, and Debian 12 has one.
fn check_node() -> Result<()> {
    let output = command("node")
        .arg("--version")
        .output()
        .context("starting node")?;
    let version = String::from_utf8_lossy(&output.stdout)
        .trim()
        .trim_start_matches('v')
        .to_owned();
    let mut numbers = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) < (20, 19) {
        bail!(
            "Node {version} is too old for the user interface's tools: install Node 20.19 or newer (nodejs.org)"
        );
    }
    Ok(())
}
