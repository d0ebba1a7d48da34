//! A folder: does it exist, is it too much to give away, and can the lab write to it?
//!
//! Looked at only where the engine runs on this computer. Whether the lab can write is judged by
//! owner and mode, as the kernel will do for the container's user; engines in a virtual machine
//! (Docker Desktop and its like) write shared folders as this person, so there is nothing to judge.

use std::path::{Path, PathBuf};

use super::{FieldFix, NoteLevel, Notes, Subject};
use crate::form::{StorageKind, typed_number};
use crate::risk::{self, RiskKind, plain_path};

/// Folders of the system: what a lab changes there can break the machine.
const SYSTEM: [&str; 20] = [
    "/Applications",
    "/Library",
    "/System",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/opt",
    "/private/etc",
    "/private/var",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/usr",
    "/var",
];
/// The same on Windows, in small letters and with slashes.
const WINDOWS_SYSTEM: [&str; 5] = [
    "c:/windows",
    "c:/program files",
    "c:/program files (x86)",
    "c:/programdata",
    "c:/users",
];
/// Where all people's folders are.
const HOMES: [&str; 2] = ["/home", "/Users"];
/// Folders of a home that hold keys and passwords.
const SECRETS: [&str; 12] = [
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".config",
    ".password-store",
    ".local/share/keyrings",
    "Library/Keychains",
    "AppData",
    ".mozilla",
];

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let typed = subject.form.storage.folder.trim();
    if typed.is_empty() {
        notes.error(
            "storage.folder",
            "Choose the folder in which your work is kept.",
            in_a_volume(subject),
        );
        return;
    }
    if typed.chars().any(char::is_control) {
        notes.error(
            "storage.folder",
            "The path contains characters that cannot be shown.",
            in_a_volume(subject),
        );
        return;
    }
    if !subject.this_computer() {
        elsewhere(subject, notes, typed);
        return;
    }
    let home = std::env::home_dir();
    if !spelled_out(subject, notes, typed, home.as_deref()) {
        return;
    }
    let path = Path::new(typed);
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            let parent = path
                .parent()
                .map(|parent| parent.to_string_lossy().into_owned());
            let fix = parent.and_then(|parent| {
                subject.fix(format!("Use {parent}"), |form| {
                    form.storage.folder.clone_from(&parent);
                })
            });
            notes.error(
                "storage.folder",
                format!("{typed} is a file, not a folder."),
                fix,
            );
            return;
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            notes.error(
                "storage.folder",
                format!("Your account may not look at {typed}."),
                in_a_volume(subject),
            );
            return;
        }
        Err(_) => {
            notes.error(
                "storage.folder",
                format!("There is no folder {typed}."),
                in_a_volume(subject),
            );
            return;
        }
    }
    let sensitive = sensitive(subject, notes, typed, home.as_deref());
    ownership_and_writing(subject, notes, path, sensitive);
}

fn in_a_volume(subject: &Subject) -> Option<FieldFix> {
    subject.fix("Keep it in a volume", |form| {
        form.storage.kind = StorageKind::Volume;
    })
}

/// A folder of another machine: only its spelling can be judged.
fn elsewhere(subject: &Subject, notes: &mut Notes, typed: &str) {
    if !typed.starts_with('/') {
        notes.error(
            "storage.folder",
            format!("{typed} is not a full path on the engine’s machine."),
            in_a_volume(subject),
        );
    } else if typed.split('/').any(|part| part == "..") {
        up(subject, notes, typed);
    } else {
        sensitive(subject, notes, typed, None);
        notes.note("storage.folder", "This folder is on the engine’s machine, where Slipway cannot look. It must exist there.");
    }
}

/// Whether the path is a full one, written out.
fn spelled_out(subject: &Subject, notes: &mut Notes, typed: &str, home: Option<&Path>) -> bool {
    let use_path = |path: PathBuf| {
        let path = path.to_string_lossy().into_owned();
        subject.fix(format!("Use {path}"), |form| {
            form.storage.folder.clone_from(&path);
        })
    };
    if let Some(rest) = typed.strip_prefix('~') {
        let full = home.map(|home| home.join(rest.trim_start_matches(['/', '\\'])));
        notes.error(
            "storage.folder",
            "Docker does not know “~”. Write the path out.",
            full.and_then(use_path),
        );
        return false;
    }
    if !Path::new(typed).is_absolute() {
        let full = home
            .map(|home| home.join(plain_path(typed)))
            .filter(|path| path.is_dir());
        let message =
            format!("{typed} is not a full path. Docker would take it for the name of a volume.");
        notes.error(
            "storage.folder",
            message,
            full.and_then(use_path).or_else(|| in_a_volume(subject)),
        );
        return false;
    }
    if typed.split(['/', '\\']).any(|part| part == "..") {
        up(subject, notes, typed);
        return false;
    }
    true
}

fn up(subject: &Subject, notes: &mut Notes, typed: &str) {
    let plain = plain_path(typed);
    let fix = if plain == "/" {
        in_a_volume(subject)
    } else {
        subject.fix(format!("Use {plain}"), |form| {
            form.storage.folder.clone_from(&plain);
        })
    };
    notes.error(
        "storage.folder",
        "The path goes up with “..”. Write it out instead.",
        fix,
    );
}

/// Says what would be given away; true where that is too much.
fn sensitive(subject: &Subject, notes: &mut Notes, typed: &str, home: Option<&Path>) -> bool {
    let message = match risk::folder_risk(typed, subject.engine) {
        Some(RiskKind::HostRoot) => Some("This is the whole disk: code in the lab could read and change every file of the machine.".to_owned()),
        Some(_) => Some("The Docker socket is in this folder: code in the lab could take over the machine.".to_owned()),
        None => sensitive_place(typed, home, subject.this_computer()),
    };
    let Some(message) = message else { return false };
    notes.add(
        NoteLevel::Danger,
        "storage.folder",
        message,
        in_a_volume(subject),
    );
    true
}

pub(super) fn sensitive_place(typed: &str, home: Option<&Path>, here: bool) -> Option<String> {
    let mut ways = vec![plain_path(typed)];
    if here && let Ok(real) = std::fs::canonicalize(typed) {
        ways.push(plain_path(&real.to_string_lossy()));
    }
    let home = home.map(|home| plain_path(&home.to_string_lossy()));
    for path in &ways {
        let small = path.to_lowercase();
        if home.as_ref() == Some(path) {
            return Some("This is your whole home folder, with your keys and saved passwords. Choose a folder inside it.".to_owned());
        }
        let within_home = home
            .as_ref()
            .and_then(|home| path.strip_prefix(home.as_str())?.strip_prefix('/'));
        if let Some(inner) = within_home {
            if SECRETS
                .iter()
                .any(|secret| inner == *secret || inner.starts_with(&format!("{secret}/")))
            {
                return Some(
                    "Keys and passwords are kept in this folder. Code in the lab could read them."
                        .to_owned(),
                );
            }
            // A home may lie in a system's folder (/root, /var/home); what is in it is the person's.
            continue;
        }
        if HOMES.contains(&path.as_str()) {
            return Some("This holds the files of everybody who uses this machine. Choose a folder of your own.".to_owned());
        }
        let below = |parent: &str, path: &str| {
            path == parent
                || path
                    .strip_prefix(parent)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let system = SYSTEM.iter().any(|parent| below(parent, path))
            || WINDOWS_SYSTEM
                .iter()
                .any(|parent| below(parent, &small) && *parent != "c:/users");
        // Shared data is often kept in these; only the folder itself is too much.
        let shared = [
            "/srv/",
            "/opt/",
            "/var/lib/",
            "/var/data/",
            "/var/tmp/",
            "/var/folders/",
            "/private/var/folders/",
            "/run/media/",
        ]
        .iter()
        .any(|data| path.starts_with(data));
        if (system && !shared) || small == "c:/users" {
            return Some(format!(
                "{typed} belongs to the system. What the lab changes there can break the machine."
            ));
        }
    }
    None
}

fn ownership_and_writing(subject: &Subject, notes: &mut Notes, path: &Path, sensitive: bool) {
    let owner = owner_of(path);
    let mapped = subject.generation.user_mapping.is_some() && subject.form.user.mapped;
    let mapped_uid = typed_number(&subject.form.user.uid).filter(|_| mapped);
    let writes_as = mapped_uid.or_else(|| subject.generation.writes_as.map(u64::from));
    let shared = subject
        .engine
        .is_some_and(|engine| risk::in_virtual_machine(engine.endpoint.product));
    let keeps_owner = owner
        .as_ref()
        .is_some_and(|owner| Some(u64::from(owner.uid)) == writes_as);
    if subject.generation.takes_ownership && !shared && !keeps_owner {
        let level = if sensitive {
            NoteLevel::Danger
        } else {
            NoteLevel::Warning
        };
        let to_whom = writes_as.map_or_else(String::new, |uid| format!(" (user {uid})"));
        let message = format!(
            "Each start of {} takes everything in this folder for its own user{to_whom}. You may no longer be able to change your files outside the lab.",
            subject.kind_name()
        );
        notes.add(level, "storage.folder", message, in_a_volume(subject));
        return;
    }
    let (Some(owner), Some(uid)) = (owner, writes_as) else {
        return;
    };
    if shared {
        return;
    }
    let gid = typed_number(&subject.form.user.gid).filter(|_| mapped);
    let rootless = subject.engine.is_some_and(|engine| engine.rootless);
    if sensitive {
        return;
    }
    if may_write(&owner, uid, gid, rootless, subject.facts.user) {
        notes.add(
            NoteLevel::Good,
            "storage.folder",
            "The folder is there, and the lab can write to it",
            None,
        );
        return;
    }
    let as_owner =
        subject.generation.user_mapping.is_some() && !mapped && owner.uid != 0 && !rootless;
    let fix = if as_owner {
        subject.fix("Run it as the folder’s owner", |form| {
            form.user.mapped = true;
            form.user.uid = owner.uid.to_string();
            form.user.gid = owner.gid.to_string();
        })
    } else {
        in_a_volume(subject)
    };
    let message = format!(
        "The lab works as user {uid}, who may not write to this folder, so nothing could be saved."
    );
    notes.warning("storage.folder", message, fix);
}

/// Owner and mode of a folder.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    pub uid: u32,
    pub gid: u32,
    pub mode: u32,
}

#[cfg(unix)]
fn owner_of(path: &Path) -> Option<Owner> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some(Owner {
        uid: found.uid(),
        gid: found.gid(),
        mode: found.mode(),
    })
}

#[cfg(not(unix))]
fn owner_of(_path: &Path) -> Option<Owner> {
    None
}

/// Whether a container's user may make files in the folder: the kernel's rule, the first class that
/// fits decides. Under a rootless engine the container's root is this person and everyone else a
/// stranger.
pub(super) fn may_write(
    owner: &Owner,
    uid: u64,
    gid: Option<u64>,
    rootless: bool,
    person: Option<(u32, u32)>,
) -> bool {
    const WRITE_AND_ENTER: u32 = 0o3;
    let allows = |shift: u32| (owner.mode >> shift) & WRITE_AND_ENTER == WRITE_AND_ENTER;
    let (uid, gid) = match (rootless, uid) {
        (false, uid) => (Some(uid), gid),
        (true, 0) => (
            person.map(|(uid, _)| u64::from(uid)),
            person.map(|(_, gid)| u64::from(gid)),
        ),
        (true, _) => (None, None),
    };
    if !rootless && uid == Some(0) {
        return true;
    }
    if uid == Some(u64::from(owner.uid)) {
        allows(6)
    } else if gid == Some(u64::from(owner.gid)) {
        allows(3)
    } else {
        allows(0)
    }
}
