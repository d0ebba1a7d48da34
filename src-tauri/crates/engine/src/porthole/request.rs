//! What a porthole is asked to look into, and the container that is made for it.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountBindOptions,
    MountBindOptionsPropagationEnum, MountType, MountVolumeOptions,
};

use super::LABEL;

/// The program needs some 32 MiB for a million files; the rest is room for what the kernel counts.
const MEMORY: i64 = 256 * 1024 * 1024;

/// One thread for each request, some for each walk.
const PROCESSES: i64 = 256;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortholePlace {
    Volume(String),
    /// Absolute, on the engine's machine.
    Folder(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortholeRights {
    /// The place cannot be written to.
    Read,
    /// For the time of one action.
    Write,
}

#[derive(Clone, Debug)]
pub struct PortholeRequest {
    /// A static Linux program for the engine's processor.
    pub program: &'static [u8],
    /// Mounted at `/place`.
    pub place: PortholePlace,
    pub rights: PortholeRights,
    /// Mounted at `/other`, always read-only.
    pub other: Option<PortholePlace>,
    /// Whose it is, so that what a killed app leaves is known at its next start.
    pub owner: String,
}

pub(super) fn body(request: &PortholeRequest, image: &str) -> ContainerCreateBody {
    let read_only = request.rights == PortholeRights::Read;
    let mut mounts = vec![mount(&request.place, "/place", read_only)];
    mounts.extend(
        request
            .other
            .as_ref()
            .map(|other| mount(other, "/other", true)),
    );
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![super::image::PATH.to_owned()]),
        cmd: Some(Vec::new()),
        user: Some("0:0".to_owned()),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        // With the connection the input ends, and with the input the program.
        stdin_once: Some(true),
        tty: Some(false),
        labels: Some(HashMap::from([(LABEL.to_owned(), request.owner.clone())])),
        host_config: Some(HostConfig {
            mounts: Some(mounts),
            auto_remove: Some(true),
            network_mode: Some("none".to_owned()),
            readonly_rootfs: Some(true),
            cap_drop: Some(vec!["ALL".to_owned()]),
            cap_add: Some(
                capabilities(request.rights)
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect(),
            ),
            security_opt: Some(vec!["no-new-privileges".to_owned()]),
            memory: Some(MEMORY),
            memory_swap: Some(MEMORY),
            pids_limit: Some(PROCESSES),
            // What goes through the connection is files; the engine must not keep them as a log.
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

/// A lab's files belong to the lab's user, whom root without rights may not read (`DAC_READ_SEARCH`).
/// Writing needs to get past the permissions of folders (`DAC_OVERRIDE`), to give files to that user
/// (`CHOWN`), to set modes and times of files that are not root's (`FOWNER`), and to keep set-id bits
/// on them (`FSETID`).
fn capabilities(rights: PortholeRights) -> &'static [&'static str] {
    match rights {
        PortholeRights::Read => &["DAC_READ_SEARCH"],
        PortholeRights::Write => &["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"],
    }
}

fn mount(place: &PortholePlace, target: &str, read_only: bool) -> Mount {
    let mount = Mount {
        target: Some(target.to_owned()),
        read_only: Some(read_only),
        ..Mount::default()
    };
    match place {
        PortholePlace::Volume(name) => Mount {
            typ: Some(MountType::VOLUME),
            source: Some(name.clone()),
            volume_options: Some(MountVolumeOptions {
                // An empty volume stays empty.
                no_copy: Some(true),
                ..MountVolumeOptions::default()
            }),
            ..mount
        },
        PortholePlace::Folder(path) => Mount {
            typ: Some(MountType::BIND),
            source: Some(path.clone()),
            bind_options: Some(MountBindOptions {
                propagation: Some(MountBindOptionsPropagationEnum::RPRIVATE),
                ..MountBindOptions::default()
            }),
            ..mount
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(rights: PortholeRights) -> PortholeRequest {
        PortholeRequest {
            program: b"",
            place: PortholePlace::Volume("work".to_owned()),
            rights,
            other: Some(PortholePlace::Folder("/home/eva/work".to_owned())),
            owner: "eva".to_owned(),
        }
    }

    #[test]
    fn a_look_has_no_more_rights_than_it_needs() {
        insta::assert_json_snapshot!(body(&request(PortholeRights::Read), "slipway/porthole:1"));
    }

    #[test]
    fn an_action_may_write_to_its_place_and_to_nothing_else() {
        let host = body(&request(PortholeRights::Write), "slipway/porthole:1")
            .host_config
            .unwrap();
        let mounts: Vec<_> = host
            .mounts
            .unwrap()
            .into_iter()
            .map(|mount| (mount.target.unwrap(), mount.read_only.unwrap()))
            .collect();
        assert_eq!(
            mounts,
            [("/place".to_owned(), false), ("/other".to_owned(), true)]
        );
        assert_eq!(
            host.cap_add.unwrap(),
            ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"]
        );
        assert_eq!(host.readonly_rootfs, Some(true));
    }
}
