//! The review of what is folded away: a line for each kind of thing that is set, and none else.

use slipway_engine::containers::{GpuRequest, MountSource, RestartKind};

use super::super::advanced::removal;
use super::{ReviewKind, ReviewLine, Subject, Tone, line};
use crate::launch::words;
use crate::options::{self, Options};
use crate::risk;

pub(super) fn lines(subject: &Subject) -> Vec<ReviewLine> {
    let options = &subject.options;
    [
        variables(subject),
        mounts(options),
        limits(options),
        gpu(subject, options),
        network(subject, options),
        program(options),
        lifetime(subject, options),
        rights(subject, options),
        other(subject, options),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// "1 variable", "3 variables"
fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "each line is there only where something is set"
)]
fn some_line(
    kind: ReviewKind,
    title: String,
    detail: Vec<String>,
    tone: Tone,
) -> Option<ReviewLine> {
    Some(line(kind, title, detail.join(", "), tone))
}

fn variables(subject: &Subject) -> Option<ReviewLine> {
    let rows = &subject.form.advanced.environment;
    let rows: Vec<_> = rows
        .iter()
        .filter(|row| !row.name.trim().is_empty())
        .collect();
    if rows.is_empty() {
        return None;
    }
    let name = |row: &&crate::form::VariableRow| {
        let name = row.name.trim();
        if row.secret {
            format!("{name} (secret)")
        } else {
            name.to_owned()
        }
    };
    let title = counted(rows.len(), "variable", "variables");
    some_line(
        ReviewKind::Variables,
        title,
        rows.iter().map(name).collect(),
        Tone::Plain,
    )
}

fn mounts(options: &Options) -> Option<ReviewLine> {
    let mounts = &options.spec.mounts;
    if mounts.is_empty() {
        return None;
    }
    let words = mounts.iter().map(|mount| {
        let what = match &mount.source {
            MountSource::Volume(name) if name.is_empty() => "a new volume".to_owned(),
            MountSource::Volume(name) | MountSource::Folder(name) => name.clone(),
            MountSource::Memory { .. } => "memory".to_owned(),
        };
        let only = if mount.read_only {
            ", only to read"
        } else {
            ""
        };
        format!("{what} at {}{only}", mount.target)
    });
    let title = counted(mounts.len(), "more mount", "more mounts");
    some_line(ReviewKind::Mounts, title, words.collect(), Tone::Plain)
}

fn limits(options: &Options) -> Option<ReviewLine> {
    let spec = &options.spec;
    let mut limits = Vec::new();
    limits.extend(
        spec.memory
            .map(|size| format!("{} of memory", words::size(size))),
    );
    limits.extend(spec.nano_cpus.map(processors));
    limits.extend(
        spec.shared_memory
            .map(|size| format!("{} of shared memory", words::size(size))),
    );
    let (first, more) = limits.split_first()?;
    let title = format!("May use {first}");
    some_line(ReviewKind::Limits, title, more.to_vec(), Tone::Plain)
}

/// "1.5 processors"
fn processors(billionths: i64) -> String {
    let (whole, part) = (billionths / 1_000_000_000, billionths % 1_000_000_000);
    let part = format!("{part:09}");
    let part = part.trim_end_matches('0');
    match (whole, part) {
        (1, "") => "1 processor".to_owned(),
        (whole, "") => format!("{whole} processors"),
        (whole, part) => format!("{whole}.{part} processors"),
    }
}

fn gpu(subject: &Subject, options: &Options) -> Option<ReviewLine> {
    use crate::form::GpuChoice;
    let row = &subject.form.advanced.gpu;
    let title = match (&options.spec.gpu, row.choice) {
        (_, GpuChoice::Nothing) => return None,
        (Some(GpuRequest::Count(1)), _) => "Gets a graphics card".to_owned(),
        (Some(GpuRequest::Count(count)), _) => format!("Gets {count} graphics cards"),
        (Some(GpuRequest::Devices(ids)), _) => {
            format!("Gets the graphics cards {}", ids.join(", "))
        }
        (_, GpuChoice::Chosen) => format!("Gets the graphics cards {}", row.devices.trim()),
        (_, GpuChoice::Count) => format!("Gets {} graphics cards", row.count.trim()),
        (_, GpuChoice::All) => "Gets all graphics cards".to_owned(),
    };
    let how = if row.by_runtime {
        vec!["By the older way, the runtime nvidia".to_owned()]
    } else {
        Vec::new()
    };
    some_line(ReviewKind::Gpu, title, how, Tone::Plain)
}

fn network(subject: &Subject, options: &Options) -> Option<ReviewLine> {
    let spec = &options.spec;
    let mut detail = Vec::new();
    if !spec.network_aliases.is_empty() {
        detail.push(format!(
            "There it is also called {}",
            spec.network_aliases.join(", ")
        ));
    }
    if let Some(hostname) = &spec.hostname {
        detail.push(format!("Its hostname is {hostname}"));
    }
    let (title, tone) = match spec.network.as_deref() {
        None if detail.is_empty() => return None,
        None => ("On the standard network".to_owned(), Tone::Plain),
        Some("host") => ("Uses the machine’s own network".to_owned(), Tone::Warning),
        Some("none") => ("Has no network".to_owned(), Tone::Plain),
        Some(name) => {
            if subject.form.advanced.network.create {
                detail.push("The network is made where it is not there".to_owned());
            }
            (format!("Joins the network {name}"), Tone::Plain)
        }
    };
    some_line(ReviewKind::Network, title, detail, tone)
}

fn program(options: &Options) -> Option<ReviewLine> {
    let spec = &options.spec;
    let joined =
        |words: &[String]| shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    let mut detail = Vec::new();
    detail.extend(
        spec.working_directory
            .as_ref()
            .map(|folder| format!("In the folder {folder}")),
    );
    detail.extend(spec.user.as_ref().map(|user| format!("As the user {user}")));
    detail.extend(
        spec.platform
            .as_ref()
            .map(|platform| format!("For {platform}")),
    );
    if spec.tty {
        detail.push("With a terminal".to_owned());
    } else if spec.stdin_open {
        detail.push("With its input kept open".to_owned());
    }
    let program = spec
        .entrypoint
        .as_deref()
        .map(joined)
        .filter(|text| text != "''");
    let command = spec.command.as_deref().map(joined);
    let title = match (program, command) {
        (Some(program), Some(command)) => format!("Runs {program} {command}"),
        (Some(text), None) | (None, Some(text)) => format!("Runs {text}"),
        (None, None) if spec.entrypoint.is_some() => "Runs the image’s command alone".to_owned(),
        (None, None) if detail.is_empty() => return None,
        (None, None) => "Runs the image’s program".to_owned(),
    };
    some_line(ReviewKind::Program, title, detail, Tone::Plain)
}

fn lifetime(subject: &Subject, options: &Options) -> Option<ReviewLine> {
    if options.spec.auto_remove {
        let detail = vec![removal(subject.form)];
        return some_line(
            ReviewKind::Lifetime,
            "Is removed when it stops".to_owned(),
            detail,
            Tone::Warning,
        );
    }
    let restart = options.spec.restart;
    let (title, detail) = match restart.kind {
        RestartKind::No => return None,
        RestartKind::Always => (
            "Is always started again",
            "Also after the computer was restarted".to_owned(),
        ),
        RestartKind::UnlessStopped => (
            "Is started again until you stop it",
            "Also after the computer was restarted".to_owned(),
        ),
        RestartKind::OnFailure if restart.retries > 0 => (
            "Is started again when it fails",
            format!("At most {} times", restart.retries),
        ),
        RestartKind::OnFailure => ("Is started again when it fails", String::new()),
    };
    some_line(
        ReviewKind::Lifetime,
        title.to_owned(),
        vec![detail],
        Tone::Plain,
    )
}

fn rights(subject: &Subject, options: &Options) -> Option<ReviewLine> {
    let spec = &options.spec;
    let dangerous = !risk::rights(subject.form).is_empty();
    let mut detail = Vec::new();
    if !spec.capabilities_added.is_empty() {
        detail.push(format!("With {}", spec.capabilities_added.join(", ")));
    }
    if !spec.capabilities_dropped.is_empty() {
        detail.push(format!("Without {}", spec.capabilities_dropped.join(", ")));
    }
    let (title, tone) = if spec.privileged {
        detail.insert(0, "Could become root on the host machine".to_owned());
        ("Runs privileged", Tone::Danger)
    } else if dangerous {
        detail.insert(0, "Could become root on the host machine".to_owned());
        ("Has rights over the machine", Tone::Danger)
    } else if detail.is_empty() {
        return None;
    } else {
        ("Has other rights than usual", Tone::Plain)
    };
    some_line(ReviewKind::Privileged, title.to_owned(), detail, tone)
}

fn other(subject: &Subject, options: &Options) -> Option<ReviewLine> {
    let mut detail: Vec<String> = subject
        .form
        .advanced
        .rare
        .iter()
        .map(|row| {
            format!("{} {}", options::rare::flag(row.kind), row.value.trim())
                .trim()
                .to_owned()
        })
        .collect();
    let labels = options.spec.labels.len();
    if labels > 0 {
        detail.push(counted(labels, "label", "labels"));
    }
    if detail.is_empty() {
        return None;
    }
    let title = counted(detail.len(), "more option", "more options");
    some_line(ReviewKind::Other, title, detail, Tone::Plain)
}
