//! A container that is there, as the form that would make another like it.

use slipway_engine::containers::{FoundContainer, PortBinding};
use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::ContainerMount;
use slipway_engine::{Bytes, ImageReference};

use super::fill::{target_of, user_of, version_of};
use super::{
    Advanced, DOCKER_SOCKET, GpuChoice, GpuRow, LOOPBACK, LabelRow, LaunchForm, MountKind,
    MountRow, NetworkJoin, PortRow, RareKind, RareRow, RestartChoice, RestartRow, SignInChoice,
    StorageKind, StorageRow, VariableRow,
};
use crate::names;
use crate::options::environment::looks_secret;
use crate::recipe::{Generation, Recipe};

/// What an engine gives without being asked.
const USUAL_SHARED_MEMORY: Bytes = Bytes(64 * 1024 * 1024);

/// The form of a container: what it was given beyond its image. Values that look secret are left out.
pub(crate) fn of_container(
    found: &FoundContainer,
    image: Option<&ImageDetails>,
    reference: &ImageReference,
    recipe: &Recipe,
    generation: &Generation,
) -> LaunchForm {
    let (listen_ip, ports) = ports(&found.ports, generation);
    let (kept, others) = mounts(&found.mounts, generation);
    let mut user = user_of(generation, None);
    user.mapped = false;
    LaunchForm {
        recipe: recipe.id.clone(),
        name: found.row.name.clone(),
        image: reference.repository.clone(),
        version: version_of(reference),
        listen_ip,
        ports,
        storage: storage(kept, generation),
        docker_control: found.mounts.iter().any(is_docker_socket),
        risk_accepted: false,
        sign_in: SignInChoice::FromImage,
        user,
        advanced: advanced(found, image, others),
    }
}

fn is_docker_socket(mount: &ContainerMount) -> bool {
    mount.kind == "bind"
        && mount.target.trim_end_matches('/') == DOCKER_SOCKET
        && mount.source.ends_with("docker.sock")
}

/// The page first. The lab's own address is that of its page.
fn ports(found: &[PortBinding], generation: &Generation) -> (String, Vec<PortRow>) {
    let mut found: Vec<&PortBinding> = found.iter().collect();
    found.sort_by_key(|port| {
        let is_page = port.container_port == generation.port && port.protocol == "tcp";
        (!is_page, port.container_port)
    });
    let address = |port: &PortBinding| match port.listen_ip.as_str() {
        "" => "0.0.0.0".to_owned(),
        given => given.to_owned(),
    };
    let listen_ip = found
        .first()
        .map_or_else(|| LOOPBACK.to_owned(), |port| address(port));
    let row = |port: &&PortBinding| {
        let own = address(port);
        let purpose = if port.container_port == generation.port {
            generation.answers.clone()
        } else {
            generation
                .more_ports
                .iter()
                .find(|extra| extra.port == port.container_port)
                .map(|extra| extra.purpose.clone())
                .unwrap_or_default()
        };
        PortRow {
            host: if port.host_port == 0 {
                String::new()
            } else {
                port.host_port.to_string()
            },
            container: port.container_port.to_string(),
            listen_ip: if own == listen_ip { String::new() } else { own },
            protocol: port.protocol.clone(),
            purpose,
        }
    };
    let rows = found.iter().map(row).collect();
    (listen_ip, rows)
}

/// The mount in which the work is kept, and the others. A volume that nobody named holds nothing
/// that could be found again.
fn mounts<'a>(
    found: &'a [ContainerMount],
    generation: &Generation,
) -> (Option<&'a ContainerMount>, Vec<&'a ContainerMount>) {
    let named: Vec<&ContainerMount> = found
        .iter()
        .filter(|mount| !is_docker_socket(mount))
        .filter(|mount| match mount.kind.as_str() {
            "volume" => !names::is_anonymous_volume(&mount.source),
            kind => matches!(kind, "bind" | "tmpfs"),
        })
        .collect();
    let may_keep = |mount: &&&ContainerMount| mount.kind != "tmpfs" && !mount.read_only;
    let at_work = named
        .iter()
        .filter(may_keep)
        .find(|mount| Some(&mount.target) == generation.work_folder.as_ref());
    let kept = at_work
        .or_else(|| {
            named
                .iter()
                .filter(may_keep)
                .find(|mount| mount.kind == "volume")
        })
        .or_else(|| named.iter().find(may_keep))
        .copied();
    let others = named
        .into_iter()
        .filter(|mount| kept.is_none_or(|kept| kept.target != mount.target))
        .collect();
    (kept, others)
}

fn storage(kept: Option<&ContainerMount>, generation: &Generation) -> StorageRow {
    let (kind, volume, folder) = match kept {
        Some(mount) if mount.kind == "volume" => {
            (StorageKind::Volume, mount.source.clone(), String::new())
        }
        Some(mount) => (StorageKind::Folder, String::new(), mount.source.clone()),
        None => (StorageKind::Nothing, String::new(), String::new()),
    };
    StorageRow {
        kind,
        volume,
        folder,
        target: kept.map_or_else(|| target_of(generation), |mount| mount.target.clone()),
    }
}

fn advanced(
    found: &FoundContainer,
    image: Option<&ImageDetails>,
    mounts: Vec<&ContainerMount>,
) -> Advanced {
    let (entrypoint, command) = program(found, image);
    let of_image = |value: &str, given: fn(&ImageDetails) -> &str| {
        let own = image.is_none_or(|image| given(image) != value);
        if own { value.to_owned() } else { String::new() }
    };
    let short_id: String = found.row.id.as_str().chars().take(12).collect();
    Advanced {
        environment: environment(found, image),
        mounts: mounts.into_iter().map(mount_row).collect(),
        publish_all: found.publish_all,
        working_folder: of_image(&found.working_directory, |image| &image.working_directory),
        entrypoint,
        command,
        memory: found.memory.map(size_text).unwrap_or_default(),
        cpus: found.nano_cpus.map(processors_text).unwrap_or_default(),
        shared_memory: found
            .shared_memory
            .filter(|size| *size != USUAL_SHARED_MEMORY)
            .map(size_text)
            .unwrap_or_default(),
        gpu: GpuRow {
            choice: if found.gpu {
                GpuChoice::All
            } else {
                GpuChoice::Nothing
            },
            ..GpuRow::default()
        },
        restart: restart(found),
        network: network(found),
        hostname: Some(found.hostname.clone())
            .filter(|name| *name != short_id)
            .unwrap_or_default(),
        terminal: found.tty,
        keep_input_open: found.stdin_open,
        remove_when_stopped: found.auto_remove,
        labels: labels(found, image),
        privileged: found.row.privileged,
        capabilities_added: found.capabilities_added.clone(),
        capabilities_dropped: found.capabilities_dropped.clone(),
        user: of_image(&found.user, |image| &image.user),
        rare: rare(found),
        nothing_added: true,
        ..Advanced::default()
    }
}

fn environment(found: &FoundContainer, image: Option<&ImageDetails>) -> Vec<VariableRow> {
    let given = found.environment.iter().filter(|(name, value)| {
        image.is_none_or(|image| image.variable(name) != Some(value.as_str()))
    });
    given
        .map(|(name, value)| {
            let secret = looks_secret(name, value);
            VariableRow {
                name: name.clone(),
                value: if secret { String::new() } else { value.clone() },
                secret,
            }
        })
        .collect()
}

/// Program and command where they are not the image's. A program of several words gives all but
/// the first to the command, as `docker run --entrypoint` would have it.
fn program(found: &FoundContainer, image: Option<&ImageDetails>) -> (String, String) {
    let same_program = image.is_some_and(|image| image.entrypoint == found.entrypoint);
    let same_command = image.is_some_and(|image| image.command == found.command);
    let joined = |words: &[String]| {
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
    };
    match (found.entrypoint.split_first(), same_program) {
        (_, true) if same_command => (String::new(), String::new()),
        (_, true) => (String::new(), joined(&found.command)),
        (None, false) => {
            // Taken away, or never there.
            let taken_away = image.is_some_and(|image| !image.entrypoint.is_empty());
            let program = if taken_away { "\"\"" } else { "" };
            (program.to_owned(), joined(&found.command))
        }
        (Some((program, rest)), false) => {
            let words: Vec<String> = rest.iter().chain(&found.command).cloned().collect();
            (program.clone(), joined(&words))
        }
    }
}

fn mount_row(mount: &ContainerMount) -> MountRow {
    let kind = match mount.kind.as_str() {
        "volume" => MountKind::Volume,
        "tmpfs" => MountKind::Memory,
        _ => MountKind::Folder,
    };
    MountRow {
        source: if kind == MountKind::Memory {
            String::new()
        } else {
            mount.source.clone()
        },
        kind,
        target: mount.target.clone(),
        read_only: mount.read_only,
        size: String::new(),
    }
}

fn labels(found: &FoundContainer, image: Option<&ImageDetails>) -> Vec<LabelRow> {
    let given = found.row.labels.iter().filter(|(name, value)| {
        image.is_none_or(|image| image.labels.get(*name) != Some(value))
            // A copy would be taken for a part of the same project.
            && !name.starts_with("com.docker.compose.")
            && !looks_secret(name, value)
    });
    given
        .map(|(name, value)| LabelRow {
            name: name.clone(),
            value: value.clone(),
        })
        .collect()
}

fn restart(found: &FoundContainer) -> RestartRow {
    let choice = match found.restart.as_str() {
        "always" => RestartChoice::Always,
        "unless-stopped" => RestartChoice::UnlessStopped,
        "on-failure" => RestartChoice::OnFailure,
        _ => RestartChoice::No,
    };
    RestartRow {
        retries: if choice == RestartChoice::OnFailure && found.restart_tries > 0 {
            found.restart_tries.to_string()
        } else {
            String::new()
        },
        choice,
    }
}

fn network(found: &FoundContainer) -> NetworkJoin {
    if matches!(found.network.as_str(), "" | "default" | "bridge") {
        return NetworkJoin::default();
    }
    NetworkJoin {
        name: found.network.clone(),
        create: false,
        aliases: found.aliases.clone(),
    }
}

fn rare(found: &FoundContainer) -> Vec<RareRow> {
    let groups = found.groups.iter().map(|group| RareRow {
        kind: RareKind::Group,
        value: group.clone(),
    });
    let read_only = found.read_only_root.then(|| RareRow {
        kind: RareKind::ReadOnly,
        value: "true".to_owned(),
    });
    groups.chain(read_only).collect()
}

/// `2g`, `512m`, or bytes.
fn size_text(size: Bytes) -> String {
    for (unit, factor) in [("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)] {
        if size.0.is_multiple_of(factor) {
            return format!("{}{unit}", size.0 / factor);
        }
    }
    size.0.to_string()
}

/// Billionths of a processor as `1.5`.
fn processors_text(nano: u64) -> String {
    let text = format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_processors_are_written_as_people_do() {
        assert_eq!(size_text(Bytes(2 << 30)), "2g");
        assert_eq!(size_text(Bytes(1536 << 20)), "1536m");
        assert_eq!(size_text(Bytes(1000)), "1000");
        assert_eq!(processors_text(1_500_000_000), "1.5");
        assert_eq!(processors_text(2_000_000_000), "2");
        assert_eq!(processors_text(10_000_000), "0.01");
    }
}
