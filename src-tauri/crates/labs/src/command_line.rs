//! A launch plan as the equivalent `docker run`, quoted for bash and for PowerShell.
//!
//! Made from the same specification that the engine is given, so the two cannot drift apart. An own
//! password or token appears as `--env JUPYTER_PASSWORD` without a value: `docker` then takes it
//! from the shell's environment, and the command holds no secret at all.

use std::borrow::Cow;

use slipway_engine::containers::{Mount, MountSource, PortBinding};

use crate::check::EquivalentCommand;
use crate::plan::LaunchPlan;

/// The plan as `docker run`, secrets masked.
pub fn equivalent(plan: &LaunchPlan) -> EquivalentCommand {
    let groups = groups(plan);
    EquivalentCommand {
        bash: quoted(&groups, bash),
        powershell: quoted(&groups, powershell),
    }
}

/// The arguments, unquoted, one group a line.
fn groups(plan: &LaunchPlan) -> Vec<Vec<String>> {
    let spec = &plan.container;
    let mut groups = vec![words(&["docker", "run", "--detach"])];
    let mut option = |name: &str, value: String| groups.push(vec![name.to_owned(), value]);
    option("--name", spec.name.clone());
    for binding in &spec.ports {
        option("--publish", published(binding));
    }
    for mount in &spec.mounts {
        let (name, value) = mounted(mount);
        option(name, value);
    }
    if let Some(user) = &spec.user {
        option("--user", user.clone());
    }
    for group in &spec.group_add {
        option("--group-add", group.clone());
    }
    for (name, value) in &spec.environment {
        option("--env", format!("{name}={value}"));
    }
    for variable in &plan.secret_variables {
        option("--env", variable.clone());
    }
    if let Some(variable) = &plan.password_variable {
        option("--env", variable.clone());
    }
    if let Some(size) = spec.shared_memory {
        option("--shm-size", size.0.to_string());
    }
    if spec.tty {
        groups.push(words(&["--interactive", "--tty"]));
    }
    if spec.privileged {
        groups.push(words(&["--privileged"]));
    }
    groups.push(vec![spec.image.clone()]);
    if let Some(command) = spec.command.as_ref().filter(|command| !command.is_empty()) {
        groups.push(command.clone());
    }
    groups
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// `127.0.0.1:8888:8888`, `[::1]:53:53/udp`
fn published(binding: &PortBinding) -> String {
    let PortBinding {
        listen_ip,
        host_port,
        container_port,
        protocol,
    } = binding;
    let address = if listen_ip.contains(':') {
        format!("[{listen_ip}]")
    } else {
        listen_ip.clone()
    };
    let protocol = if protocol == "tcp" {
        String::new()
    } else {
        format!("/{protocol}")
    };
    format!("{address}:{host_port}:{container_port}{protocol}")
}

/// `--volume`, or `--mount` for a folder whose name has a colon, which `--volume` would split at.
fn mounted(mount: &Mount) -> (&'static str, String) {
    let read_only = if mount.read_only { ":ro" } else { "" };
    let source = match &mount.source {
        MountSource::Volume(name) | MountSource::Folder(name) => name,
        MountSource::Memory { size } => {
            let mut options: Vec<String> =
                size.iter().map(|size| format!("size={}", size.0)).collect();
            if mount.read_only {
                options.push("ro".to_owned());
            }
            let colon = if options.is_empty() { "" } else { ":" };
            let options = options.join(",");
            return ("--tmpfs", format!("{}{colon}{options}", mount.target));
        }
    };
    if source.is_empty() {
        return ("--volume", mount.target.clone());
    }
    let drive = source.as_bytes().get(1) == Some(&b':')
        && source.starts_with(|c: char| c.is_ascii_alphabetic());
    let after_drive = source.get(if drive { 2 } else { 0 }..).unwrap_or_default();
    if after_drive.contains(':') || mount.target.contains(':') {
        let kind = if matches!(mount.source, MountSource::Volume(_)) {
            "volume"
        } else {
            "bind"
        };
        let read_only = if mount.read_only { ",readonly" } else { "" };
        let fields = format!(
            "{},{}",
            csv(&format!("source={source}")),
            csv(&format!("target={}", mount.target))
        );
        return ("--mount", format!("type={kind},{fields}{read_only}"));
    }
    ("--volume", format!("{source}:{}{read_only}", mount.target))
}

/// A field of `--mount`, which is read as a line of CSV.
fn csv(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn quoted(groups: &[Vec<String>], quote: fn(&str) -> Cow<'_, str>) -> Vec<String> {
    groups
        .iter()
        .map(|group| {
            group
                .iter()
                .map(|word| quote(word))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

/// For POSIX shells. A NUL cannot be in any argument; it is left out.
fn bash(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&byte);
    if !word.is_empty() && !word.starts_with('=') && word.bytes().all(plain) {
        return Cow::Borrowed(word);
    }
    match shlex::try_quote(word) {
        Ok(quoted) => quoted,
        Err(_) => Cow::Owned(
            shlex::try_quote(&word.replace('\0', ""))
                .map_or_else(|_| String::new(), Cow::into_owned),
        ),
    }
}

/// For PowerShell (`about_Quoting_Rules`, `about_Parsing`): bare where nothing in it has a meaning,
/// else in single quotes, in which only quotes have one, typographic ones included; those are doubled.
fn powershell(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=\\+".contains(&byte);
    // A parameter with a dot or colon in it would be split there.
    let split = word.starts_with('-') && word.contains(['.', ':']);
    let bare = !word.is_empty() && word.bytes().all(plain) && !split && !word.ends_with('\\');
    if bare {
        return Cow::Borrowed(word);
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for letter in word.chars().filter(|letter| *letter != '\0') {
        if matches!(
            letter,
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
        ) {
            quoted.push(letter);
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    Cow::Owned(quoted)
}

#[cfg(test)]
mod tests;
