//! Rare options, one row each, with the value as Docker takes it.

use std::net::IpAddr;

use slipway_engine::containers::{Device, Ulimit};

use super::network::is_host_name;
use super::{Options, Page, quoted};
use crate::form::{RareKind, typed_number};

/// Limits of setrlimit(2) as Docker calls them.
const ULIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];
/// Settings of the kernel that a container has for itself.
const SYSCTLS: [&str; 9] = [
    "net.",
    "fs.mqueue.",
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shm",
    "kernel.shmall",
    "kernel.shm_rmid_forced",
];

/// What the row is called in a sentence.
pub(crate) fn flag(kind: RareKind) -> &'static str {
    match kind {
        RareKind::Group => "--group-add",
        RareKind::Ulimit => "--ulimit",
        RareKind::Device => "--device",
        RareKind::Host => "--add-host",
        RareKind::Dns => "--dns",
        RareKind::Ipc => "--ipc",
        RareKind::Pid => "--pid",
        RareKind::Init => "--init",
        RareKind::ReadOnly => "--read-only",
        RareKind::StopSignal => "--stop-signal",
        RareKind::StopTimeout => "--stop-timeout",
        RareKind::SecurityOption => "--security-opt",
        RareKind::Sysctl => "--sysctl",
    }
}

fn taken_once(kind: RareKind) -> bool {
    matches!(
        kind,
        RareKind::Ipc
            | RareKind::Pid
            | RareKind::Init
            | RareKind::ReadOnly
            | RareKind::StopSignal
            | RareKind::StopTimeout
    )
}

pub(super) fn read(page: &mut Page, options: &mut Options) {
    let rows = &page.form.advanced.rare;
    for (index, row) in rows.iter().enumerate() {
        let value = row.value.trim();
        let earlier = || rows.iter().take(index);
        let wrong = if taken_once(row.kind) && earlier().any(|other| other.kind == row.kind) {
            Some(format!("Docker takes {} only once.", flag(row.kind)))
        } else if earlier().any(|other| other.kind == row.kind && other.value.trim() == value) {
            Some("This row is there twice.".to_owned())
        } else if value.chars().any(char::is_control) {
            Some("The value contains characters that cannot be shown.".to_owned())
        } else if value.is_empty() && !matches!(row.kind, RareKind::Init | RareKind::ReadOnly) {
            Some(format!("Type the value of {}.", flag(row.kind)))
        } else {
            take(row.kind, value, options).err()
        };
        if let Some(message) = wrong {
            let remove = page.fix("Remove the row", |form| {
                form.advanced.rare.remove(index);
            });
            page.error(format!("advanced.rare.{index}"), message, remove);
        }
    }
}

fn take(kind: RareKind, value: &str, options: &mut Options) -> Result<(), String> {
    let spec = &mut options.spec;
    let wrong = |example: &str| {
        Err(format!(
            "{} cannot be used with {}. It looks like {example}.",
            quoted(value),
            flag(kind)
        ))
    };
    let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    match kind {
        RareKind::Group if plain(value) && !value.contains(':') => {
            spec.group_add.push(value.to_owned());
        }
        RareKind::Group => return wrong("docker or 100"),
        RareKind::Ulimit => match ulimit(value) {
            Some(limit) if spec.ulimits.iter().any(|other| other.name == limit.name) => {
                return Err(format!("The limit {} is set twice.", limit.name));
            }
            Some(limit) => spec.ulimits.push(limit),
            None => return wrong("nofile=1024:4096 or memlock=-1"),
        },
        RareKind::Device => match device(value) {
            Some(device) => spec.devices.push(device),
            None => return wrong("/dev/fuse or /dev/sda:/dev/disk:r"),
        },
        RareKind::Host => match host(value) {
            Some(host) => spec.extra_hosts.push(host),
            None => return wrong("exasol:10.0.0.7"),
        },
        RareKind::Dns if value.parse::<IpAddr>().is_ok() => spec.dns.push(value.to_owned()),
        RareKind::Dns => return wrong("10.0.0.2"),
        RareKind::Ipc
            if matches!(value, "none" | "private" | "shareable" | "host")
                || names_container(value) =>
        {
            spec.ipc = Some(value.to_owned());
        }
        RareKind::Ipc => return wrong("private, shareable or host"),
        RareKind::Pid if value == "host" || names_container(value) => {
            spec.pid = Some(value.to_owned());
        }
        RareKind::Pid => return wrong("host"),
        RareKind::Init => spec.init = switch(value).ok_or_else(|| switch_words(kind))?,
        RareKind::ReadOnly => {
            spec.read_only_root = switch(value).ok_or_else(|| switch_words(kind))?;
        }
        RareKind::StopSignal if is_signal(value) => spec.stop_signal = Some(value.to_owned()),
        RareKind::StopSignal => return wrong("SIGINT"),
        RareKind::StopTimeout => {
            match typed_number(value).and_then(|seconds| u32::try_from(seconds).ok()) {
                Some(seconds) if seconds <= 86_400 => spec.stop_timeout = Some(seconds),
                Some(_) => return Err("A lab gets at most a day to end: 86400 seconds.".to_owned()),
                None => return wrong("60 (seconds)"),
            }
        }
        RareKind::SecurityOption => {
            security(value)?;
            spec.security_options.push(value.to_owned());
        }
        RareKind::Sysctl => {
            let (name, setting) = sysctl(value)?;
            if spec.sysctls.insert(name.clone(), setting).is_some() {
                return Err(format!("{name} is set twice."));
            }
        }
    }
    Ok(())
}

fn names_container(value: &str) -> bool {
    value
        .strip_prefix("container:")
        .is_some_and(crate::names::is_docker_name)
}

/// `true` as it stands for a flag that takes no value.
fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "" | "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

fn switch_words(kind: RareKind) -> String {
    format!("{} is either true or false.", flag(kind))
}

/// `nofile=1024:4096`; one number stands for both, and -1 for no limit (go-units, `ParseUlimit`).
fn ulimit(value: &str) -> Option<Ulimit> {
    let (name, limits) = value.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    if !ULIMITS.contains(&name.as_str()) {
        return None;
    }
    let (soft, hard) = limits.split_once(':').unwrap_or((limits, limits));
    let (soft, hard): (i64, i64) = (soft.trim().parse().ok()?, hard.trim().parse().ok()?);
    let fits = hard == -1 || (soft != -1 && soft <= hard);
    (soft >= -1 && hard >= -1 && fits).then_some(Ulimit { name, soft, hard })
}

/// `/dev/fuse`, `/dev/sda:/dev/disk`, `/dev/sda:r`, `/dev/sda:/dev/disk:rw`
fn device(value: &str) -> Option<Device> {
    let is_mode = |text: &str| !text.is_empty() && text.chars().all(|c| "rwm".contains(c));
    let parts: Vec<&str> = value.split(':').collect();
    let (host, container, permissions) = match parts.as_slice() {
        [host] => (*host, *host, "rwm"),
        [host, mode] if is_mode(mode) => (*host, *host, *mode),
        [host, container] => (*host, *container, "rwm"),
        [host, container, mode] if is_mode(mode) => (*host, *container, *mode),
        _ => return None,
    };
    let full = |path: &str| path.starts_with('/') && !path.contains(char::is_whitespace);
    (full(host) && full(container)).then(|| Device {
        host: host.to_owned(),
        container: container.to_owned(),
        permissions: permissions.to_owned(),
    })
}

/// `name:address`; the address may be the engine's own machine, `host-gateway`.
fn host(value: &str) -> Option<String> {
    let (name, address) = value.split_once('=').or_else(|| value.split_once(':'))?;
    let (name, address) = (name.trim(), address.trim());
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let good = address == "host-gateway" || bare.parse::<IpAddr>().is_ok();
    (is_host_name(name) && good).then(|| format!("{name}:{bare}"))
}

fn is_signal(value: &str) -> bool {
    const SIGNALS: [&str; 12] = [
        "HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "PIPE", "ALRM", "TERM", "CONT",
        "WINCH",
    ];
    let name = value.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    SIGNALS.contains(&name)
        || name.starts_with("RTMIN")
        || name.starts_with("RTMAX")
        || typed_number(value).is_some_and(|number| (1..=64).contains(&number))
}

fn security(value: &str) -> Result<(), String> {
    let (name, setting) = value.split_once(['=', ':']).unwrap_or((value, ""));
    match (name, setting) {
        ("no-new-privileges", "" | "true" | "false") | ("seccomp", "unconfined" | "builtin") => {
            Ok(())
        }
        ("seccomp", _) => Err(
            "Slipway takes no seccomp profile from a file; unconfined and builtin are possible."
                .to_owned(),
        ),
        ("apparmor" | "label", setting)
            if !setting.is_empty() && !setting.contains(char::is_whitespace) =>
        {
            Ok(())
        }
        ("systempaths", _) => Err(
            "Slipway does not open the system’s own paths; privileged mode includes them."
                .to_owned(),
        ),
        _ => Err(format!(
            "{} cannot be used with --security-opt. It looks like no-new-privileges.",
            quoted(value)
        )),
    }
}

fn sysctl(value: &str) -> Result<(String, String), String> {
    let (name, setting) = value.split_once('=').unwrap_or((value, ""));
    let (name, setting) = (name.trim(), setting.trim());
    if name.is_empty() || setting.is_empty() || name.contains(char::is_whitespace) {
        return Err(format!(
            "{} cannot be used with --sysctl. It looks like net.core.somaxconn=1024.",
            quoted(value)
        ));
    }
    if SYSCTLS.iter().any(|own| name.starts_with(own)) {
        Ok((name.to_owned(), setting.to_owned()))
    } else {
        Err(format!(
            "{} belongs to the whole machine, and Docker does not change it for a lab.",
            quoted(name)
        ))
    }
}
