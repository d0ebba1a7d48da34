//! The arguments of `docker run` for a plan, unquoted, one group a line.

use slipway_engine::Bytes;
use slipway_engine::containers::{
    ContainerSpec, Device, GpuRequest, Mount, MountSource, PortBinding, RestartKind, Ulimit,
};

use crate::flags::{Take, written};
use crate::plan::LaunchPlan;

/// `docker run --detach`, each option, and the image with its command.
pub(super) fn groups(plan: &LaunchPlan) -> Vec<Vec<String>> {
    let mut all = vec![["docker", "run", "--detach"].map(str::to_owned).to_vec()];
    all.extend(options(&plan.container, &secrets(plan)));
    all.push(image_and_command(&plan.container));
    all
}

/// Variables whose values are taken from the shell's environment.
pub(super) fn secrets(plan: &LaunchPlan) -> Vec<String> {
    let given = plan.secret_variables.iter().chain(&plan.password_variable);
    let mut secrets: Vec<String> = given.cloned().collect();
    for made in &plan.generation.sign_in.made_secrets {
        let open = plan
            .container
            .environment
            .iter()
            .any(|(name, _)| name == made);
        if !open && !secrets.contains(made) {
            secrets.push(made.clone());
        }
    }
    secrets
}

/// The image, and what of the program does not fit into `--entrypoint`.
pub(super) fn image_and_command(spec: &ContainerSpec) -> Vec<String> {
    let program = spec.entrypoint.iter().flatten().skip(1);
    let command = spec.command.iter().flatten();
    std::iter::once(&spec.image)
        .chain(program)
        .chain(command)
        .cloned()
        .collect()
}

struct Options(Vec<Vec<String>>);

impl Options {
    /// A value that begins with a hyphen would be taken for a flag, and some shells drop an empty one.
    fn value(&mut self, take: Take, value: impl Into<String>) {
        let (flag, value) = (written(take), value.into());
        self.0.push(if value.starts_with('-') || value.is_empty() {
            vec![format!("{flag}={value}")]
        } else {
            vec![flag, value]
        });
    }

    fn each<T: AsRef<str>>(&mut self, take: Take, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.value(take, value.as_ref());
        }
    }

    fn switch(&mut self, take: Take, on: bool) {
        if on {
            self.0.push(vec![written(take)]);
        }
    }
}

fn options(spec: &ContainerSpec, secrets: &[String]) -> Vec<Vec<String>> {
    let mut options = Options(Vec::new());
    options.value(Take::Name, &spec.name);
    options.each(Take::Platform, &spec.platform);
    options.each(Take::Publish, spec.ports.iter().map(published));
    options.switch(Take::PublishAll, spec.publish_all);
    for mount in &spec.mounts {
        let (take, value) = mounted(mount);
        options.value(take, value);
    }
    options.each(Take::User, &spec.user);
    options.each(Take::GroupAdd, &spec.group_add);
    options.each(
        Take::Env,
        spec.environment
            .iter()
            .map(|(name, value)| format!("{name}={value}")),
    );
    options.each(Take::Env, secrets);
    options.each(Take::Workdir, &spec.working_directory);
    options.each(Take::Entrypoint, spec.entrypoint.iter().flatten().take(1));
    limits(spec, &mut options);
    network(spec, &mut options);
    rights(spec, &mut options);
    lifetime(spec, &mut options);
    options.each(
        Take::Label,
        spec.labels
            .iter()
            .map(|(name, value)| format!("{name}={value}")),
    );
    match (spec.stdin_open, spec.tty) {
        (true, true) => options
            .0
            .push(vec![written(Take::Interactive), written(Take::Tty)]),
        (open, tty) => {
            options.switch(Take::Interactive, open);
            options.switch(Take::Tty, tty);
        }
    }
    options.0
}

fn limits(spec: &ContainerSpec, options: &mut Options) {
    options.each(Take::Memory, spec.memory.map(size));
    options.each(Take::Cpus, spec.nano_cpus.map(processors));
    options.each(Take::SharedMemory, spec.shared_memory.map(size));
    options.each(Take::Ulimit, spec.ulimits.iter().map(ulimit));
    options.each(Take::Gpus, spec.gpu.as_ref().map(graphics));
    options.each(Take::Runtime, &spec.runtime);
    options.each(Take::Device, spec.devices.iter().map(device));
}

fn network(spec: &ContainerSpec, options: &mut Options) {
    options.each(Take::Network, &spec.network);
    options.each(Take::NetworkAlias, &spec.network_aliases);
    options.each(Take::Hostname, &spec.hostname);
    options.each(Take::AddHost, &spec.extra_hosts);
    options.each(Take::Dns, &spec.dns);
}

fn rights(spec: &ContainerSpec, options: &mut Options) {
    options.each(Take::Ipc, &spec.ipc);
    options.each(Take::Pid, &spec.pid);
    options.switch(Take::ReadOnly, spec.read_only_root);
    options.switch(Take::Privileged, spec.privileged);
    options.each(Take::CapAdd, &spec.capabilities_added);
    options.each(Take::CapDrop, &spec.capabilities_dropped);
    options.each(Take::SecurityOption, &spec.security_options);
    options.each(
        Take::Sysctl,
        spec.sysctls
            .iter()
            .map(|(name, value)| format!("{name}={value}")),
    );
}

fn lifetime(spec: &ContainerSpec, options: &mut Options) {
    options.switch(Take::Init, spec.init);
    options.switch(Take::Remove, spec.auto_remove);
    options.each(Take::Restart, restart(spec));
    options.each(Take::StopSignal, &spec.stop_signal);
    options.each(
        Take::StopTimeout,
        spec.stop_timeout.map(|seconds| seconds.to_string()),
    );
}

/// `on-failure:3`; `None` where Docker's own choice stays.
pub(super) fn restart(spec: &ContainerSpec) -> Option<String> {
    Some(match (spec.restart.kind, spec.restart.retries) {
        (RestartKind::No, _) => return None,
        (RestartKind::Always, _) => "always".to_owned(),
        (RestartKind::UnlessStopped, _) => "unless-stopped".to_owned(),
        (RestartKind::OnFailure, 0) => "on-failure".to_owned(),
        (RestartKind::OnFailure, retries) => format!("on-failure:{retries}"),
    })
}

/// `127.0.0.1:8888:8888`, `[::1]:53:53/udp`, `127.0.0.1::80` where the engine chooses.
pub(super) fn published(binding: &PortBinding) -> String {
    let PortBinding {
        listen_ip,
        host_port,
        container_port,
        protocol,
    } = binding;
    let address = match listen_ip.as_str() {
        "" => String::new(),
        six if six.contains(':') => format!("[{six}]:"),
        four => format!("{four}:"),
    };
    let host = match host_port {
        0 if address.is_empty() => String::new(),
        0 => ":".to_owned(),
        port => format!("{port}:"),
    };
    let protocol = match protocol.as_str() {
        "tcp" | "" => String::new(),
        other => format!("/{other}"),
    };
    format!("{address}{host}{container_port}{protocol}")
}

/// `--volume` or `--tmpfs`; `--mount` where a colon in a name would split those, or where they
/// cannot say it.
fn mounted(mount: &Mount) -> (Take, String) {
    let source = match &mount.source {
        MountSource::Volume(name) | MountSource::Folder(name) => name,
        MountSource::Memory { size: memory } => return in_memory(mount, *memory),
    };
    let drive = source.as_bytes().get(1) == Some(&b':')
        && source.starts_with(|c: char| c.is_ascii_alphabetic());
    let after_drive = source.get(if drive { 2 } else { 0 }..).unwrap_or_default();
    let nameless = source.is_empty();
    if after_drive.contains(':') || mount.target.contains(':') || nameless && mount.read_only {
        let kind = if matches!(mount.source, MountSource::Volume(_)) {
            "volume"
        } else {
            "bind"
        };
        let source = if nameless {
            String::new()
        } else {
            format!("{},", csv(&format!("source={source}")))
        };
        let target = csv(&format!("target={}", mount.target));
        let read_only = if mount.read_only { ",readonly" } else { "" };
        return (
            Take::Mount,
            format!("type={kind},{source}{target}{read_only}"),
        );
    }
    let read_only = if mount.read_only { ":ro" } else { "" };
    if nameless {
        return (Take::Volume, mount.target.clone());
    }
    (
        Take::Volume,
        format!("{source}:{}{read_only}", mount.target),
    )
}

fn in_memory(mount: &Mount, memory: Option<Bytes>) -> (Take, String) {
    if mount.target.contains(':') {
        let target = csv(&format!("target={}", mount.target));
        let room = memory.map_or_else(String::new, |memory| format!(",tmpfs-size={}", memory.0));
        let read_only = if mount.read_only { ",readonly" } else { "" };
        return (Take::Mount, format!("type=tmpfs,{target}{room}{read_only}"));
    }
    let details: Vec<String> = mount
        .read_only
        .then(|| "ro".to_owned())
        .into_iter()
        .chain(memory.map(|memory| format!("size={}", size(memory))))
        .collect();
    let details = if details.is_empty() {
        String::new()
    } else {
        format!(":{}", details.join(","))
    };
    (Take::Tmpfs, format!("{}{details}", mount.target))
}

/// A field of `--mount`, which is read as a line of CSV.
fn csv(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// `2g`, `512m`, in Docker's units of 1,024; bytes where none fits.
pub(super) fn size(bytes: Bytes) -> String {
    for (unit, letter) in [(1_u64 << 30, 'g'), (1 << 20, 'm'), (1 << 10, 'k')] {
        if bytes.0 >= unit && bytes.0.is_multiple_of(unit) {
            return format!("{}{letter}", bytes.0 / unit);
        }
    }
    bytes.0.to_string()
}

/// `1.5` of 1,500,000,000.
pub(super) fn processors(nano: i64) -> String {
    let (whole, part) = (nano / 1_000_000_000, (nano % 1_000_000_000).abs());
    let part = format!("{part:09}");
    let part = part.trim_end_matches('0');
    if part.is_empty() {
        whole.to_string()
    } else {
        format!("{whole}.{part}")
    }
}

fn ulimit(limit: &Ulimit) -> String {
    if limit.soft == limit.hard {
        format!("{}={}", limit.name, limit.soft)
    } else {
        format!("{}={}:{}", limit.name, limit.soft, limit.hard)
    }
}

/// `/dev/fuse`, `/dev/sda:/dev/xvda:r`
pub(super) fn device(device: &Device) -> String {
    let Device {
        host,
        container,
        permissions,
    } = device;
    if permissions != "rwm" {
        format!("{host}:{container}:{permissions}")
    } else if host == container {
        host.clone()
    } else {
        format!("{host}:{container}")
    }
}

/// The inner quotes keep Docker from splitting at the commas.
fn graphics(request: &GpuRequest) -> String {
    match request {
        GpuRequest::All => "all".to_owned(),
        GpuRequest::Count(count) => count.to_string(),
        GpuRequest::Devices(devices) => csv(&format!("device={}", devices.join(","))),
    }
}
