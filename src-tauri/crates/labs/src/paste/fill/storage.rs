//! `--volume`, `--mount`, `--tmpfs`: where the work is kept, Docker's socket, and what else is mounted.

use super::{Filling, Setting};
use crate::form::{DOCKER_SOCKET, MountKind, MountRow, StorageKind};
use crate::names;
use crate::paste::PartKind;
use crate::paste::options::shortened;
use crate::paste::places::Mounted;

impl Filling<'_> {
    pub(super) fn mounted(&mut self, mounted: Mounted, setting: &Setting) {
        for (text, why) in mounted.rest {
            self.leave(setting, format!("Without {}: {why}", shortened(&text)));
        }
        let row = mounted.row;
        let socket = is_socket(&row.source);
        if socket && row.kind == MountKind::Folder && row.target == DOCKER_SOCKET && !row.read_only
        {
            self.form.docker_control = true;
            self.say(
                setting,
                PartKind::Risk,
                "May control Docker.",
                "Code in the lab could take over the machine that runs Docker; Slipway asks first.",
            );
            return;
        }
        self.mounts.push((setting.clone(), row));
    }

    pub(super) fn settle_mounts(&mut self) {
        let mounts = std::mem::take(&mut self.mounts);
        let keeps = |row: &MountRow| {
            let named = match row.kind {
                MountKind::Volume => names::is_docker_name(&row.source),
                MountKind::Folder => !row.source.is_empty(),
                MountKind::Memory => false,
            };
            named
                && !row.read_only
                && row.target.starts_with('/')
                && row.target != "/"
                && !is_socket(&row.target)
        };
        let folder = self.generation.work_folder.as_deref();
        let work = mounts
            .iter()
            .position(|(_, row)| keeps(row) && Some(row.target.as_str()) == folder)
            .or_else(|| mounts.iter().position(|(_, row)| keeps(row)));
        for (place, (setting, row)) in mounts.into_iter().enumerate() {
            let (source, target) = (shortened(&row.source), shortened(&row.target));
            let is_work = Some(place) == work;
            let only_read = if row.read_only {
                " It can only be read there."
            } else {
                ""
            };
            let (lead, detail) = match (row.kind, is_work) {
                (MountKind::Volume, true) => (
                    "Keeps your work in a volume,".to_owned(),
                    format!("{source}, in the folder {target}."),
                ),
                (MountKind::Folder, true) => (
                    "Keeps your work in a folder,".to_owned(),
                    format!("{source}, seen as {target} in the lab."),
                ),
                (MountKind::Volume, false) if row.source.is_empty() => (
                    "Has a volume without a name".to_owned(),
                    format!("at {target}, which goes with the lab."),
                ),
                (MountKind::Volume, false) => (
                    format!("Mounts the volume {source}"),
                    format!("at {target}.{only_read}"),
                ),
                (MountKind::Folder, false) => (
                    format!("Mounts the folder {source}"),
                    format!("at {target}.{only_read}"),
                ),
                (MountKind::Memory, _) => (
                    format!("Keeps {target} in memory,"),
                    "gone when the lab stops.".to_owned(),
                ),
            };
            self.say(&setting, PartKind::Storage, lead, detail);
            if !is_work {
                self.form.advanced.mounts.push(row);
                continue;
            }
            let storage = &mut self.form.storage;
            if row.kind == MountKind::Volume {
                storage.kind = StorageKind::Volume;
                storage.volume = row.source;
            } else {
                storage.kind = StorageKind::Folder;
                storage.folder = row.source;
            }
            storage.target = row.target;
        }
    }
}

fn is_socket(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "sock")
}
