//! What a lab of a recipe will do to this computer, before it may do anything.
//!
//! A person decides on these lines, so each thing that runs, opens, reads or changes something is
//! one of them, the gravest first. They say what the file says: nothing is left to a good faith in
//! its name or summary.

use crate::check::Tone;
use crate::recipe::{Generation, OptionMount, Options, Recipe, SignInKind};
use crate::risk;
use crate::sharing::RecipeDeed;

/// Every deed, the gravest first.
pub fn deeds(recipe: &Recipe) -> Vec<RecipeDeed> {
    let mut deeds = Deeds::default();
    images(recipe, &mut deeds);
    for generation in &recipe.generations {
        rights(recipe, &generation.options, &mut deeds);
        programs(generation, &mut deeds);
        settings(generation, &mut deeds);
    }
    let mut deeds = deeds.0;
    deeds.sort_by_key(|deed| match deed.tone {
        Tone::Danger => 0,
        Tone::Warning => 1,
        Tone::Plain => 2,
    });
    deeds
}

#[derive(Default)]
struct Deeds(Vec<RecipeDeed>);

impl Deeds {
    /// Generations often do the same; it is said once.
    fn add(&mut self, tone: Tone, message: impl Into<String>) {
        let deed = RecipeDeed {
            message: message.into(),
            tone,
        };
        if !self.0.contains(&deed) {
            self.0.push(deed);
        }
    }
}

fn images(recipe: &Recipe, deeds: &mut Deeds) {
    match recipe.images.as_slice() {
        [] => deeds.add(Tone::Plain, "Starts an image that you name."),
        [one] => deeds.add(
            Tone::Plain,
            format!("Downloads and starts the image {one}."),
        ),
        several => deeds.add(
            Tone::Plain,
            format!(
                "Downloads and starts one of the images {}.",
                several.join(", ")
            ),
        ),
    }
    for signs in &recipe.recognise {
        let names = signs.names.join(", ");
        let by = if names.is_empty() {
            "that are built in a certain way".to_owned()
        } else {
            format!("whose name looks like {names}")
        };
        deeds.add(
            Tone::Warning,
            format!("Is proposed for other images, too: those {by}."),
        );
    }
}

fn rights(recipe: &Recipe, options: &Options, deeds: &mut Deeds) {
    if options.privileged {
        let reason = recipe.privileged.as_deref().unwrap_or_default();
        let message = format!(
            "Asks for privileged mode: code in the lab can take over the whole machine. {}",
            if reason.is_empty() {
                "It does not say why.".to_owned()
            } else {
                format!("It says: “{reason}”")
            }
        );
        deeds.add(Tone::Danger, message);
    }
    if options.docker_control {
        deeds.add(
            Tone::Danger,
            "Turns Docker control on: code in the lab can take over the whole machine.",
        );
    }
    for mount in &options.mounts {
        mounted(mount, deeds);
    }
    for (what, shared) in [
        ("network", options.network.as_str()),
        ("processes", options.pid.as_str()),
    ] {
        if shared == "host" {
            deeds.add(Tone::Danger, format!("Shares the machine’s {what}."));
        } else if !shared.is_empty() {
            deeds.add(Tone::Warning, format!("Shares the {what} of {shared}."));
        }
    }
    if !options.ipc.is_empty() {
        deeds.add(
            Tone::Warning,
            format!("Shares memory with other programs (ipc {}).", options.ipc),
        );
    }
    let mut further = |tone: Tone, what: &str, values: &[String]| {
        if !values.is_empty() {
            deeds.add(tone, format!("{what}: {}.", values.join(", ")));
        }
    };
    further(
        Tone::Danger,
        "Asks for further rights on the machine",
        &options.capabilities,
    );
    further(
        Tone::Danger,
        "Changes the walls around the lab",
        &options.security,
    );
    further(
        Tone::Danger,
        "Uses devices of the machine",
        &options.devices,
    );
    if !options.user.is_empty() {
        deeds.add(Tone::Warning, format!("Runs as the user {}.", options.user));
    }
    if options.restart == "always" || options.restart == "unless-stopped" {
        deeds.add(
            Tone::Warning,
            "Starts again by itself, also after the computer was restarted.",
        );
    }
    if options.gpu {
        deeds.add(Tone::Plain, "Uses the graphics cards.");
    }
}

fn mounted(mount: &OptionMount, deeds: &mut Deeds) {
    let how = if mount.read_only { "read" } else { "change" };
    if !mount.folder.is_empty() {
        let folder = &mount.folder;
        match risk::folder_risk(folder, None) {
            Some(risk::RiskKind::HostRoot) => deeds.add(
                Tone::Danger,
                format!("Can {how} every file of the whole machine."),
            ),
            Some(_) => deeds.add(
                Tone::Danger,
                format!("Gets the Docker socket with {folder}: code in the lab can take over the whole machine."),
            ),
            None => deeds.add(
                Tone::Warning,
                format!("Can {how} the files in the folder {folder} of this machine."),
            ),
        }
    } else if !mount.volume.is_empty() {
        deeds.add(
            Tone::Plain,
            format!("Can {how} what is in the volume {}.", mount.volume),
        );
    }
}

fn programs(generation: &Generation, deeds: &mut Deeds) {
    let options = &generation.options;
    let line = |words: &[String]| shlex::try_join(words.iter().map(String::as_str));
    let words: Vec<String> = generation
        .entrypoint
        .iter()
        .chain(&generation.command)
        .flatten()
        .cloned()
        .collect();
    if !words.is_empty()
        && let Ok(line) = line(&words)
    {
        deeds.add(
            Tone::Warning,
            format!("Runs in the lab, in place of the image’s own program: {line}"),
        );
    }
    let typed = format!("{} {}", options.entrypoint, options.command);
    if !typed.trim().is_empty() {
        deeds.add(
            Tone::Warning,
            format!(
                "Runs in the lab, in place of the image’s own program: {}",
                typed.trim()
            ),
        );
    }
    let mut inside = |when: &str, user: Option<&str>, command: &[String]| {
        let who = user.map(|user| format!(" as {user}")).unwrap_or_default();
        let line = line(command).unwrap_or_default();
        deeds.add(
            Tone::Warning,
            format!("Runs in the lab{who}, {when}: {line}"),
        );
    };
    if let Some(start) = &generation.start_inside {
        inside("after each start", start.user.as_deref(), &start.command);
    }
    for step in &generation.prepare {
        inside(
            "once after the first start",
            step.user.as_deref(),
            &step.command,
        );
    }
    if let Some(path) = &generation.sign_in.token_config {
        deeds.add(
            Tone::Plain,
            format!("Puts a file with a token made by Slipway into the lab, as {path}."),
        );
    }
}

fn settings(generation: &Generation, deeds: &mut Deeds) {
    if generation.port != 0 {
        deeds.add(
            Tone::Plain,
            format!(
                "Opens port {} of the lab, at first to this computer only.",
                generation.port
            ),
        );
    }
    let published: Vec<String> = generation
        .more_ports
        .iter()
        .filter(|extra| extra.published)
        .map(|extra| extra.port.to_string())
        .collect();
    if !published.is_empty() {
        deeds.add(
            Tone::Plain,
            format!("Opens more ports of the lab: {}.", published.join(", ")),
        );
    }
    if generation.sign_in.kind == SignInKind::Open {
        deeds.add(
            Tone::Warning,
            "Lets in whoever reaches it, without a password.",
        );
    }
    if let Some(folder) = &generation.work_folder {
        let deed = if generation.takes_ownership {
            format!("Keeps work from {folder}, and makes itself the owner of the files there.")
        } else {
            format!("Keeps work from {folder}.")
        };
        deeds.add(Tone::Plain, deed);
    }
    let variables: Vec<&str> = generation
        .environment
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(
            generation
                .options
                .variables
                .iter()
                .map(|row| row.name.as_str()),
        )
        .collect();
    if !variables.is_empty() {
        deeds.add(
            Tone::Plain,
            format!("Sets variables in the lab: {}.", variables.join(", ")),
        );
    }
}
