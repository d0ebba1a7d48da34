//! The values of `--publish`, `--volume`, `--mount`, `--tmpfs` and `--gpus`, taken apart as Docker does it.

use crate::form::{GpuChoice, GpuRow, MountKind, MountRow};

/// `127.0.0.1:8888:8888/tcp` (docker/go-connections `nat.ParsePortSpec`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// Empty: every address.
    pub listen_ip: String,
    /// Empty: the engine chooses.
    pub host: String,
    pub container: String,
    pub protocol: String,
}

pub(super) fn published(value: &str) -> Published {
    let (ports, protocol) = match value.rsplit_once('/') {
        Some((ports, protocol)) => (ports, protocol.to_ascii_lowercase()),
        None => (value, "tcp".to_owned()),
    };
    let mut fields = ports.rsplitn(3, ':');
    let container = fields.next().unwrap_or_default().to_owned();
    let host = fields.next().unwrap_or_default().to_owned();
    let address = fields.next().unwrap_or_default();
    let address = address
        .strip_prefix('[')
        .and_then(|address| address.strip_suffix(']'))
        .unwrap_or(address);
    Published {
        listen_ip: address.to_owned(),
        host,
        container,
        protocol,
    }
}

/// A mount, and what of it is not taken: `(text, why)`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mounted {
    pub row: MountRow,
    pub rest: Vec<(String, &'static str)>,
}

const MOUNT_DETAIL: &str = "Slipway mounts folders and volumes without this detail.";
const RELABEL: &str =
    "It changes SELinux labels of your own files; Slipway leaves them as they are.";

/// `my-vol:/data`, `C:\work:/work:ro`, `/data` alone for a volume without a name.
pub(super) fn volume(value: &str, home: Option<&str>) -> Mounted {
    let drive = value.as_bytes().get(1) == Some(&b':')
        && value.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && value
            .as_bytes()
            .get(2)
            .is_some_and(|byte| matches!(byte, b'\\' | b'/'));
    let begin = if drive { 2 } else { 0 };
    let colon = value
        .get(begin..)
        .and_then(|rest| rest.find(':'))
        .map(|at| at + begin);
    let Some(colon) = colon else {
        return Mounted {
            row: MountRow {
                target: value.to_owned(),
                ..MountRow::default()
            },
            rest: Vec::new(),
        };
    };
    let (source, behind) = (
        value.get(..colon).unwrap_or_default(),
        value.get(colon + 1..).unwrap_or_default(),
    );
    let (target, options) = behind.split_once(':').unwrap_or((behind, ""));
    let mut mounted = Mounted {
        row: MountRow {
            kind: if is_path(source) {
                MountKind::Folder
            } else {
                MountKind::Volume
            },
            source: at_home(source, home),
            target: target.to_owned(),
            ..MountRow::default()
        },
        rest: Vec::new(),
    };
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" | "readonly" => mounted.row.read_only = true,
            "rw" | "cached" | "delegated" | "consistent" => {}
            "z" | "Z" => mounted.rest.push((option.to_owned(), RELABEL)),
            _ => mounted.rest.push((option.to_owned(), MOUNT_DETAIL)),
        }
    }
    mounted
}

/// A path, not the name of a volume (docker/cli `opts/mount.go`, `loader.ParseVolume`).
pub(super) fn is_path(source: &str) -> bool {
    source.starts_with(['/', '\\', '~', '.'])
        || source.as_bytes().get(1) == Some(&b':')
            && source.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// `~/work` is meant as the home folder, also where no shell would have said so.
fn at_home(source: &str, home: Option<&str>) -> String {
    match (source.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            format!("{home}{rest}")
        }
        _ => source.to_owned(),
    }
}

/// `type=bind,source=/data,target=/data,readonly`
pub(super) fn mount(value: &str, home: Option<&str>) -> Mounted {
    let mut mounted = Mounted::default();
    let mut kind = "volume".to_owned();
    for field in fields(value) {
        let (key, text) = field.split_once('=').unwrap_or((&field, ""));
        match key.to_ascii_lowercase().as_str() {
            "type" => text.clone_into(&mut kind),
            "source" | "src" => text.clone_into(&mut mounted.row.source),
            "target" | "destination" | "dst" => text.clone_into(&mut mounted.row.target),
            "readonly" | "ro" => mounted.row.read_only = switched(text).unwrap_or(true),
            "tmpfs-size" => text.clone_into(&mut mounted.row.size),
            "consistency" => {}
            _ => mounted.rest.push((field.clone(), MOUNT_DETAIL)),
        }
    }
    mounted.row.kind = match kind.as_str() {
        "bind" => MountKind::Folder,
        "tmpfs" => MountKind::Memory,
        "volume" => MountKind::Volume,
        _ => {
            mounted.rest.push((
                format!("type={kind}"),
                "Slipway mounts volumes, folders and memory.",
            ));
            MountKind::Volume
        }
    };
    if mounted.row.kind == MountKind::Folder {
        mounted.row.source = at_home(&mounted.row.source, home);
    }
    mounted
}

/// `/run:size=64m`
pub(super) fn memory(value: &str) -> Mounted {
    let (target, options) = value.split_once(':').unwrap_or((value, ""));
    let mut mounted = Mounted {
        row: MountRow {
            kind: MountKind::Memory,
            target: target.to_owned(),
            ..MountRow::default()
        },
        rest: Vec::new(),
    };
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("size", size)) => size.clone_into(&mut mounted.row.size),
            None if option == "ro" => mounted.row.read_only = true,
            // Docker's own defaults.
            None if ["rw", "noexec", "nosuid", "nodev"].contains(&option) => {}
            _ => mounted.rest.push((option.to_owned(), MOUNT_DETAIL)),
        }
    }
    mounted
}

/// `all`, `2`, `device=0,2`, `"device=0,2",capabilities=utility` (docker/cli `opts/gpus.go`).
pub(super) fn gpus(value: &str) -> (GpuRow, Vec<(String, &'static str)>) {
    let mut row = GpuRow::default();
    let mut rest = Vec::new();
    let mut all = fields(value);
    // `device=0,2` without inner quotes is what people type; Docker would refuse the 2.
    if all
        .first()
        .is_some_and(|first| first.starts_with("device=") && !first.contains(','))
        && all.len() > 1
        && all.iter().skip(1).all(|field| !field.contains('='))
    {
        all = vec![all.join(",")];
    }
    for field in all {
        match field.split_once('=').unwrap_or(("count", &field)) {
            ("count", "all" | "-1") => row.choice = GpuChoice::All,
            ("count", count) => {
                row.choice = GpuChoice::Count;
                count.clone_into(&mut row.count);
            }
            ("device", devices) => {
                row.choice = GpuChoice::Chosen;
                devices.clone_into(&mut row.devices);
            }
            _ => rest.push((
                field.clone(),
                "Slipway asks for what graphics cards need to compute.",
            )),
        }
    }
    (row, rest)
}

/// One line of CSV, as `--mount` and `--gpus` are read.
pub(super) fn fields(value: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        let Some(field) = fields.last_mut() else {
            break;
        };
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => field.push(letter),
        }
    }
    fields.retain(|field| !field.is_empty());
    fields
}

/// Go's spellings of true and false (`strconv.ParseBool`).
pub(super) fn switched(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
