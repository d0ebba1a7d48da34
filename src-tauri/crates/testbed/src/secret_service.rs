//! A desktop's keyring without a desktop: a private message bus with an unlocked gnome-keyring on it, and home
//! folders that nobody else uses.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;

use crate::BedError;
use crate::process::{Leashed, command, wait_for};

/// The bus, the keyring and the folders; all of them end with this value.
#[derive(Debug)]
pub struct SecretService {
    // The order matters: the keyring goes before the bus, the folders last.
    keyring: Option<Leashed>,
    bus: Leashed,
    address: String,
    home: TempDir,
}

impl SecretService {
    /// A bus with an unlocked keyring.
    pub fn start() -> Result<Self, BedError> {
        let mut service = Self::start_locked_out()?;
        let unlock = "exec gnome-keyring-daemon --foreground --unlock --components=secrets < <(printf test-bed)";
        service.keyring = Some(Leashed::start(
            "bash",
            &["-c", unlock],
            &service.environment(),
            Stdio::null(),
        )?);
        let mut ask = || {
            let asked = command("dbus-send")
                .envs(service.environment())
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                ])
                .args([
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.secrets",
                ])
                .output();
            asked
                .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("true"))
                .then_some(())
        };
        wait_for(Duration::from_secs(15), &mut ask).ok_or_else(|| {
            BedError::failed(
                "starting the keyring",
                "gnome-keyring-daemon did not appear on its bus",
            )
        })?;
        Ok(service)
    }

    /// A bus without any keyring on it, for what a person without one sees.
    pub fn start_locked_out() -> Result<Self, BedError> {
        let home = tempfile::tempdir().map_err(BedError::io("making a home folder"))?;
        for folder in ["run", "data", "config", "cache", "state"] {
            let folder = home.path().join(folder);
            std::fs::create_dir(&folder).map_err(BedError::io("making a home folder"))?;
            std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
                .map_err(BedError::io("protecting a home folder"))?;
        }
        // Without service files: nothing may be started on demand, least of all the machine's own keyring.
        let settings = home.path().join("bus.conf");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n<busconfig><type>session</type>\
             <listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
            home.path().join("run/bus").display()
        );
        std::fs::write(&settings, text).map_err(BedError::io("writing the bus's settings"))?;
        let settings = format!("--config-file={}", settings.display());
        let mut bus = Leashed::start(
            "dbus-daemon",
            &[&settings, "--nofork", "--print-address"],
            &[],
            Stdio::piped(),
        )?;
        let mut address = String::new();
        if let Some(stdout) = bus.take_stdout() {
            BufReader::new(stdout)
                .read_line(&mut address)
                .map_err(BedError::io("reading the bus's address"))?;
        }
        if address.trim().is_empty() {
            return Err(BedError::failed(
                "starting a message bus",
                "dbus-daemon gave no address",
            ));
        }
        Ok(Self {
            keyring: None,
            bus,
            address: address.trim().to_owned(),
            home,
        })
    }

    /// What a program needs in its environment to find this bus and these folders.
    pub fn environment(&self) -> Vec<(String, String)> {
        let folder = |name: &str| self.home.path().join(name).to_string_lossy().into_owned();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS".into(), self.address.clone()),
            (
                "HOME".into(),
                self.home.path().to_string_lossy().into_owned(),
            ),
            ("XDG_RUNTIME_DIR".into(), folder("run")),
            ("XDG_DATA_HOME".into(), folder("data")),
            ("XDG_CONFIG_HOME".into(), folder("config")),
            ("XDG_CACHE_HOME".into(), folder("cache")),
            ("XDG_STATE_HOME".into(), folder("state")),
        ]
    }

    /// The private home folder.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Ends the keyring and leaves the bus, as when a person's keyring crashes.
    pub fn end_keyring(&mut self) {
        self.keyring = None;
    }

    /// Whether the bus is still there; only a broken machine makes it go early.
    pub fn is_running(&mut self) -> bool {
        self.bus.is_running()
    }
}
