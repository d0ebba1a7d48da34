//! `cargo xtask run`: the window, on any machine. What is missing is installed or named, UI and app are built in
//! release, and where there is no engine or no way to get images, the test bed stands in.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use slipway_testbed::process::{Leashed, pause};
use slipway_testbed::{Bed, Display, EngineKind, SecretService};

use crate::engine::{self, Found};
use crate::machine::{self, For};
use crate::{product, say};

#[derive(clap::Args)]
pub struct RunArguments {
    /// Open the window, take the picture where there is no display, and end instead of waiting for the person
    #[arg(long)]
    no_window_wait: bool,
    /// Use the test bed even where an engine is reachable: floor, today-classic or today-containerd
    #[arg(long, value_name = "KIND")]
    bed: Option<EngineKind>,
}

/// How long a window may take to show something; the first start of WebKit on a small machine is slow.
const WINDOW: Duration = Duration::from_secs(40);

pub fn run(arguments: RunArguments) -> Result<()> {
    machine::ensure(&[For::Build])?;
    product::build_ui()?;
    product::build_app()?;
    let bed = stand_in(arguments.bed)?;
    let mut environment: Vec<(String, String)> = Vec::new();
    if let Some(bed) = &bed {
        environment.push(("DOCKER_HOST".into(), bed.docker_host()));
    }
    if has_display() {
        let mut window = open_window(&environment)?;
        say("the window is open; close it, or press Ctrl-C here");
        if arguments.no_window_wait {
            pause(Duration::from_secs(3));
            return if window.is_running() {
                Ok(())
            } else {
                ended(&mut window)
            };
        }
        return ended(&mut window);
    }
    say("there is no display, so the window opens on one that nobody sees (Xvfb)");
    machine::ensure(&[For::Screen])?;
    let display = Display::start(1280, 800)?;
    environment.push(("DISPLAY".into(), display.name().to_owned()));
    // A machine without a display rarely has a keyring either; with one, passwords can be kept as on a desktop.
    let keyring = SecretService::start()
        .inspect_err(|error| say(&format!("no keyring: {error}")))
        .ok();
    if let Some(bus) = keyring
        .iter()
        .flat_map(SecretService::environment)
        .find(|(name, _)| name.starts_with("DBUS"))
    {
        environment.push(bus);
    }
    // There is nobody whose screen reader could ask.
    environment.push(("NO_AT_BRIDGE".into(), "1".into()));
    let mut window = open_window(&environment)?;
    let picture = crate::root().join("target/slipway-window.png");
    take_picture(&display, &mut window, &picture)?;
    say(&format!(
        "a picture of the window is in {}",
        picture.display()
    ));
    if arguments.no_window_wait {
        return Ok(());
    }
    say(&format!(
        "the window stays open on display {}; Ctrl-C ends it",
        display.name()
    ));
    ended(&mut window)
}

/// The test bed, where nothing else would do.
fn stand_in(wanted: Option<EngineKind>) -> Result<Option<Bed>> {
    let why = match (wanted, engine::look()) {
        (Some(_), _) => "as asked for".to_owned(),
        (None, Found::Whole(host)) => {
            say(&format!("using the Docker Engine at {host}"));
            return Ok(None);
        }
        (None, Found::Nothing) => "no Docker Engine is reachable".to_owned(),
        (None, Found::WithoutRegistry(host)) => {
            format!("the engine at {host} reaches no image registry")
        }
    };
    if !machine::can_be_root() {
        say(&format!(
            "{why}, and the test bed needs root on Linux; the window will say what to do"
        ));
        return Ok(None);
    }
    say(&format!(
        "{why}: starting the test bed, an engine and a registry of its own with the labs in it"
    ));
    machine::ensure(&[For::Bed])?;
    let bed = Bed::start(wanted.unwrap_or(EngineKind::Floor)).context("starting the test bed")?;
    say(&format!(
        "the window works on the test bed ({}); it goes when the window closes",
        bed.docker_host()
    ));
    Ok(Some(bed))
}

fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn open_window(environment: &[(String, String)]) -> Result<Leashed> {
    let program = product::app_path();
    let program = program
        .to_str()
        .context("the path of the app is not text")?;
    Leashed::start_with(
        program,
        &[],
        environment,
        Stdio::inherit(),
        Stdio::inherit(),
    )
    .context("opening the window")
}

fn ended(window: &mut Leashed) -> Result<()> {
    match window.wait()? {
        Some(0) => Ok(()),
        Some(code) => bail!("the window ended with code {code}"),
        None => bail!("the window was ended by a signal"),
    }
}

/// Takes pictures until the window shows something and has come to rest.
fn take_picture(display: &Display, window: &mut Leashed, picture: &Path) -> Result<()> {
    let end = Instant::now() + WINDOW;
    let mut last: Vec<u8> = Vec::new();
    loop {
        pause(Duration::from_secs(1));
        if !window.is_running() {
            ended(window)?;
            bail!("the window closed before it showed anything");
        }
        display.capture(picture)?;
        let now = std::fs::read(picture).context("reading the picture")?;
        // An empty screen of this size is a file of some hundred bytes; text and shadows take tens of thousands.
        if now.len() > 10_000 && pixels_agree(&now, &last) {
            return Ok(());
        }
        last = now;
        if Instant::now() > end {
            say("the window did not come to rest; the picture shows it as it is");
            return Ok(());
        }
    }
}

/// The files carry the time at which they were made, so their sizes are compared, not their bytes.
fn pixels_agree(one: &[u8], other: &[u8]) -> bool {
    one.len().abs_diff(other.len()) < 16
}
