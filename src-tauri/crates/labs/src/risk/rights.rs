//! Rights that open the machine: privileged mode, some capabilities, disks as devices, the
//! machine's own processes, and containers without their usual walls.
//!
//! Each of them is a way out of the container: `SYS_ADMIN` mounts, `SYS_MODULE` loads code into the
//! kernel, a disk as a device is every file on it (capabilities(7); Docker's documentation,
//! "Runtime privilege and Linux capabilities").

use crate::form::{LaunchForm, RareKind};
use crate::options::rights::is_dangerous;

/// Which right it is, so that a button can take it away again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    Privileged,
    /// A place in the list of added capabilities.
    Capability(usize),
    /// A place in the list of rare options.
    Rare(usize),
}

impl Right {
    pub(crate) fn take_away(self, form: &mut LaunchForm) {
        let advanced = &mut form.advanced;
        match self {
            Self::Privileged => advanced.privileged = false,
            Self::Capability(index) if index < advanced.capabilities_added.len() => {
                advanced.capabilities_added.remove(index);
            }
            Self::Rare(index) if index < advanced.rare.len() => {
                advanced.rare.remove(index);
            }
            Self::Capability(_) | Self::Rare(_) => {}
        }
    }
}

/// Every dangerous right in this form: its field, what it means, and which it is.
pub(crate) fn rights(form: &LaunchForm) -> Vec<(String, String, Right)> {
    let advanced = &form.advanced;
    let mut rights = Vec::new();
    if advanced.privileged {
        let message = "Privileged mode takes down the walls around the lab: code in it can do everything on the machine.";
        rights.push((
            "advanced.privileged".to_owned(),
            message.to_owned(),
            Right::Privileged,
        ));
    }
    for (index, name) in advanced.capabilities_added.iter().enumerate() {
        if is_dangerous(name) {
            let message = format!(
                "With {}, code in the lab can get at the whole machine.",
                name.trim().to_ascii_uppercase()
            );
            rights.push((
                format!("advanced.capabilitiesAdded.{index}"),
                message,
                Right::Capability(index),
            ));
        }
    }
    for (index, row) in advanced.rare.iter().enumerate() {
        let value = row.value.trim();
        let message = match row.kind {
            RareKind::Pid if value == "host" => {
                "The lab sees all programs of the machine, and can end or read them."
            }
            RareKind::SecurityOption if is_without_walls(value) => {
                "This takes down one of the walls around the lab."
            }
            RareKind::Device if is_disk(value) => {
                "Code in the lab can read and write every file on this disk, past all rights."
            }
            _ => continue,
        };
        rights.push((
            format!("advanced.rare.{index}"),
            message.to_owned(),
            Right::Rare(index),
        ));
    }
    rights
}

fn is_without_walls(option: &str) -> bool {
    matches!(
        option.split_once(['=', ':']),
        Some(("seccomp" | "apparmor" | "systempaths", "unconfined"))
    )
}

/// Disks, partitions, and the machine's memory itself.
fn is_disk(device: &str) -> bool {
    const DISKS: [&str; 13] = [
        "sd", "hd", "vd", "xvd", "nvme", "mmcblk", "dm-", "mapper/", "md", "loop", "disk/", "mem",
        "kmem",
    ];
    let path = device.split(':').next().unwrap_or(device);
    let path = crate::risk::plain_path(path);
    if path == "/dev" || path == "/" {
        return true;
    }
    path.strip_prefix("/dev/")
        .is_some_and(|name| DISKS.iter().any(|disk| name.starts_with(disk)) || name == "port")
}
