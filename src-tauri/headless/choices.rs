//! The choices of the command line, put into the form.
//!
//! Values go in as they were typed, like in the window's fields; the form's check judges them. Only
//! what has no field is refused here.

use slipway_labs::form::{
    GpuChoice, GpuRow, LaunchForm, PortRow, RestartChoice, RestartRow, SignInChoice, StorageKind,
    TypedSecrets, VariableRow,
};

use super::arguments::Choices;
use super::failure::{Failure, Outcome};

/// Puts the choices into the form, but for the version, after which the form has to be revised.
/// `generic`: the recipe knows no image, so the page's port is only a guess.
///
/// # Errors
/// `Usage` for a choice that has no place in the form; `Refused` for a variable that is not set here.
pub fn apply(
    choices: &Choices,
    mut form: LaunchForm,
    generic: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Outcome<(LaunchForm, TypedSecrets)> {
    let mut typed = TypedSecrets::default();
    set(&mut form.name, choices.name.as_ref());
    set(&mut form.listen_ip, choices.listen.as_ref());
    ports(&choices.ports, &mut form, generic)?;
    storage(choices, &mut form)?;
    if choices.socket {
        form.docker_control = true;
    }
    form.risk_accepted = choices.accept_risk;
    if choices.password_stdin {
        form.sign_in = SignInChoice::Own;
    }
    for text in &choices.env {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (text.as_str(), variable(text).ok_or_else(|| unset(text))?),
        };
        put_variable(&mut form, name, value, false);
    }
    for name in &choices.secret_env {
        if name.contains('=') {
            return Err(
                Failure::usage("--secret-env takes only the name of a variable.")
                    .because("A value on the command line could be read by others.")
                    .hint("Set the variable in this shell, and name it here."),
            );
        }
        let value = variable(name).ok_or_else(|| unset(name))?;
        put_variable(&mut form, name, String::new(), true);
        typed.variables.insert(name.clone(), value);
    }
    let advanced = &mut form.advanced;
    set(&mut advanced.memory, choices.memory.as_ref());
    set(&mut advanced.cpus, choices.cpus.as_ref());
    set(&mut advanced.network.name, choices.network.as_ref());
    set(&mut advanced.platform, choices.platform.as_ref());
    set(&mut advanced.working_folder, choices.workdir.as_ref());
    set(&mut advanced.command, choices.command.as_ref());
    if choices.rm {
        advanced.remove_when_stopped = true;
    }
    if let Some(gpus) = &choices.gpus {
        advanced.gpu = gpu(gpus, advanced.gpu.by_runtime);
    }
    if let Some(when) = &choices.restart {
        advanced.restart = restart(when)?;
    }
    Ok((form, typed))
}

fn set(field: &mut String, choice: Option<&String>) {
    if let Some(choice) = choice {
        field.clone_from(choice);
    }
}

fn unset(name: &str) -> Failure {
    Failure::refused(format!("The variable {name} is not set here."))
        .at("advanced.environment")
        .hint(format!(
            "Set it in this shell, or write --env {name}=value."
        ))
}

fn put_variable(form: &mut LaunchForm, name: &str, value: String, secret: bool) {
    let rows = &mut form.advanced.environment;
    rows.retain(|row| row.name != name);
    rows.push(VariableRow {
        name: name.to_owned(),
        value,
        secret,
    });
}

fn storage(choices: &Choices, form: &mut LaunchForm) -> Outcome {
    if let Some(volume) = &choices.volume {
        form.storage.kind = StorageKind::Volume;
        form.storage.volume.clone_from(volume);
    }
    if let Some(folder) = &choices.folder {
        let folder = std::path::absolute(folder).map_err(|error| {
            Failure::refused("This folder cannot be used.")
                .because(error.to_string())
                .at("storage.folder")
        })?;
        form.storage.kind = StorageKind::Folder;
        form.storage.folder = folder.to_string_lossy().into_owned();
    }
    if choices.no_storage {
        form.storage.kind = StorageKind::Nothing;
    }
    set(&mut form.storage.target, choices.target.as_ref());
    Ok(())
}

/// A port as typed: `8889`, `8889:8888`, `0.0.0.0:8889:8888/tcp`, `[::1]:8889:8888`.
struct TypedPort<'a> {
    listen_ip: &'a str,
    host: &'a str,
    container: Option<&'a str>,
    protocol: &'a str,
}

fn typed_port(text: &str) -> TypedPort<'_> {
    let (rest, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let (listen_ip, ports) = match rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]:"))
    {
        Some((address, ports)) => (address, ports),
        None if rest.matches(':').count() > 1 => {
            let host = rest.match_indices(':').rev().nth(1).map_or(0, |(at, _)| at);
            (&rest[..host], rest[host..].trim_start_matches(':'))
        }
        None => ("", rest),
    };
    let (host, container) = match ports.split_once(':') {
        Some((host, container)) => (host, Some(container)),
        None => (ports, None),
    };
    TypedPort {
        listen_ip,
        host,
        container,
        protocol,
    }
}

fn ports(texts: &[String], form: &mut LaunchForm, generic: bool) -> Outcome {
    let mut bare = 0;
    for (index, text) in texts.iter().enumerate() {
        let port = typed_port(text);
        let place = match port.container {
            None => {
                bare += 1;
                if form.ports.len() < bare {
                    return Err(Failure::usage(format!(
                        "--port {text} leads to no port of the lab."
                    ))
                    .hint(format!(
                        "Name the port in the lab, too: --port {text}:8080."
                    )));
                }
                Some(bare - 1)
            }
            Some(container) => {
                let same = |row: &PortRow| {
                    row.container == container && row.protocol.eq_ignore_ascii_case(port.protocol)
                };
                let known = form.ports.iter().position(same);
                known.or((generic && index == 0 && !form.ports.is_empty()).then_some(0))
            }
        };
        if let Some(row) = place.and_then(|place| form.ports.get_mut(place)) {
            port.host.clone_into(&mut row.host);
            port.listen_ip.clone_into(&mut row.listen_ip);
            if let Some(container) = port.container {
                container.clone_into(&mut row.container);
            }
        } else if let Some(container) = port.container {
            form.ports.push(PortRow {
                host: port.host.to_owned(),
                container: container.to_owned(),
                listen_ip: port.listen_ip.to_owned(),
                protocol: port.protocol.to_owned(),
                purpose: String::new(),
            });
        }
    }
    Ok(())
}

/// `all`, `2`, `device=0,1` or `0,1`; Docker's own quotes around a list are taken off.
fn gpu(text: &str, by_runtime: bool) -> GpuRow {
    let text = text.trim().trim_matches('"');
    let choice = if text == "all" {
        GpuChoice::All
    } else if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        GpuChoice::Count
    } else {
        GpuChoice::Chosen
    };
    GpuRow {
        choice,
        count: match choice {
            GpuChoice::Count => text.to_owned(),
            _ => String::new(),
        },
        devices: match choice {
            GpuChoice::Chosen => text.strip_prefix("device=").unwrap_or(text).to_owned(),
            _ => String::new(),
        },
        by_runtime,
    }
}

fn restart(text: &str) -> Outcome<RestartRow> {
    let (word, retries) = text.split_once(':').unwrap_or((text, ""));
    let choice = match word {
        "no" => RestartChoice::No,
        "on-failure" => RestartChoice::OnFailure,
        "always" => RestartChoice::Always,
        "unless-stopped" => RestartChoice::UnlessStopped,
        _ => {
            return Err(Failure::usage(format!("--restart does not know “{text}”."))
                .hint("It takes no, on-failure[:TIMES], always or unless-stopped."));
        }
    };
    Ok(RestartRow {
        choice,
        retries: retries.to_owned(),
    })
}

#[cfg(test)]
mod tests;
