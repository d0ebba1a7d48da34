//! A bed: one engine and one registry that belong to one test, and nothing of which is left afterwards.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use tempfile::TempDir;

use crate::http::unix_get;
use crate::keeper::{Keeper, Settings};
use crate::process::{command, not_started, output, tail, wait_for};
use crate::registry::{self, RegistryLine};
use crate::relay::locked;
use crate::slot::Slot;
use crate::{BedError, cache, debian, images};

/// How long an engine may take to answer after its start; a busy machine with two cores needs the patience.
const ENGINE_START: Duration = Duration::from_secs(90);

/// The engines that people have: the oldest that Slipway supports, and today's with either image store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// Engine 20.10 (API 1.41) from Debian 12: the floor.
    Floor,
    /// Engine 28.5 (API 1.51) with the classic overlay2 store.
    TodayClassic,
    /// Engine 28.5 with the containerd image store.
    TodayContainerd,
}

impl EngineKind {
    /// All of them, the floor first.
    pub const ALL: [Self; 3] = [Self::Floor, Self::TodayClassic, Self::TodayContainerd];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::TodayClassic => "today-classic",
            Self::TodayContainerd => "today-containerd",
        }
    }
}

impl std::str::FromStr for EngineKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| format!("{name} is none of floor, today-classic, today-containerd"))
    }
}

/// A real engine with real registries. Everything ends with this value, or with the process.
#[derive(Debug)]
pub struct Bed {
    // The order matters: the keeper ends first, the slot is given back last.
    keeper: Mutex<Keeper>,
    registry: RegistryLine,
    registry_itself: String,
    client_settings: TempDir,
    kind: EngineKind,
    data: PathBuf,
    slot: Slot,
}

impl Bed {
    /// Starts an engine of that kind; the first bed of a checkout builds the lab images, which takes minutes.
    pub fn start(kind: EngineKind) -> Result<Self, BedError> {
        images::prepare()?;
        Self::begin(kind, true, false)
    }

    /// The floor's engine as one with NVIDIA's toolkit is: it knows the runtime `nvidia`, and takes
    /// `--gpus`. Labs get the choice of cards and no card.
    pub fn with_cards() -> Result<Self, BedError> {
        images::prepare()?;
        Self::begin(EngineKind::Floor, true, true)
    }

    /// The bed that the images are built on: its registry can be written to.
    pub(crate) fn for_building() -> Result<Self, BedError> {
        Self::begin(EngineKind::Floor, false, false)
    }

    fn begin(kind: EngineKind, registry_read_only: bool, cards: bool) -> Result<Self, BedError> {
        let forky = if kind == EngineKind::Floor {
            PathBuf::new()
        } else {
            debian::engine_root()?
        };
        for needed in [
            "docker-registry",
            "unshare",
            "setpriv",
            "flock",
            "ip",
            "openssl",
        ] {
            find(needed)?;
        }
        if kind == EngineKind::Floor {
            find("dockerd")?;
        }
        let slot = Slot::take()?;
        let data = cache::data_folder(slot.number);
        let registry = RegistryLine::open(&slot)?;
        let client_settings = tempfile::tempdir()
            .map_err(BedError::io("making a folder for the client's settings"))?;
        let mut keeper = Keeper::start(&Settings {
            slot: &slot,
            kind,
            data: &data,
            forky: &forky,
            registry_storage: &cache::cache().join("registry"),
            registry_read_only,
            cards,
            mirror: &registry.address(),
            named: registry.has_names(),
            certificate: &registry::certificate()?,
        })?;
        let registries = keeper.order("registry")?;
        let registries: Vec<&str> = registries.split(' ').collect();
        registry.lead_to(&registries);
        let registry_itself = registries
            .first()
            .map_or_else(String::new, |plain| (*plain).to_owned());
        let bed = Self {
            keeper: Mutex::new(keeper),
            registry,
            registry_itself,
            client_settings,
            kind,
            data,
            slot,
        };
        bed.start_engine()?;
        Ok(bed)
    }

    /// Which engine this is.
    pub fn kind(&self) -> EngineKind {
        self.kind
    }

    /// The value for `DOCKER_HOST`, `unix://…`.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The engine's socket.
    pub fn socket(&self) -> PathBuf {
        self.slot.run_folder().join("docker.sock")
    }

    /// `127.0.0.1:PORT` of the plain registry, which holds everything the named ones have.
    pub fn registry_address(&self) -> &str {
        &self.registry_itself
    }

    /// The lines from the engine to its registries, which can be made slow and cut.
    pub fn registry(&self) -> &RegistryLine {
        &self.registry
    }

    /// The address of the engine's own bridge, on which its containers are.
    pub fn gateway(&self) -> String {
        self.slot.gateway()
    }

    /// Runs the docker client against this bed and gives what it printed.
    pub fn docker(&self, arguments: &[&str]) -> Result<String, BedError> {
        let shown = arguments
            .iter()
            .take(3)
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        output(
            &format!("docker {shown}"),
            &mut self.docker_command(arguments)?,
        )
    }

    /// The docker client set up for this bed, for tests that want more than its output.
    pub fn docker_command(&self, arguments: &[&str]) -> Result<std::process::Command, BedError> {
        let mut command = command(find("docker")?);
        command
            .args(arguments)
            .env("DOCKER_HOST", self.docker_host())
            .env("DOCKER_CONFIG", self.client_settings.path())
            .env("DOCKER_BUILDKIT", "0")
            .env_remove("DOCKER_CONTEXT")
            .env_remove("DOCKER_TLS_VERIFY");
        Ok(command)
    }

    /// Compose set up for this bed; it comes with the packages of today's engine.
    pub fn compose_command(&self, arguments: &[&str]) -> Result<std::process::Command, BedError> {
        let program = debian::engine_root()?.join("usr/libexec/docker/cli-plugins/docker-compose");
        let mut command = command(program);
        command
            .args(arguments)
            .env("DOCKER_HOST", self.docker_host())
            .env("DOCKER_CONFIG", self.client_settings.path());
        Ok(command)
    }

    /// Whether the engine has an image of that name.
    pub fn has_image(&self, name: &str) -> bool {
        self.docker(&["image", "inspect", "--format", "{{.Id}}", name])
            .is_ok()
    }

    /// Brings an image of the bed's registries into the engine under its published name.
    pub fn load(&self, name: &str) -> Result<(), BedError> {
        if self.has_image(name) {
            return Ok(());
        }
        if self.registry.has_names() {
            return self.docker(&["pull", "--quiet", name]).map(|_| ());
        }
        let held = format!(
            "{}/{}",
            self.registry.address(),
            images::path_in_registry(name)
        );
        self.docker(&["pull", "--quiet", &held])?;
        self.docker(&["tag", &held, name])?;
        self.docker(&["rmi", &held]).map(|_| ())
    }

    /// Stops the engine as the service manager does; containers are stopped with it.
    pub fn stop_engine(&self) -> Result<(), BedError> {
        locked(&self.keeper).order("stop").map(|_| ())
    }

    /// Ends the engine and its containers at once, as a power cut does.
    pub fn kill_engine(&self) -> Result<(), BedError> {
        locked(&self.keeper).order("kill").map(|_| ())
    }

    /// Starts the engine again on the same data. Also allowed while it runs: then it is killed first.
    pub fn restart_engine(&self) -> Result<(), BedError> {
        self.kill_engine()?;
        self.start_engine()
    }

    /// Starts the engine after [`Self::stop_engine`] or [`Self::kill_engine`] and waits until it answers.
    pub fn start_engine(&self) -> Result<(), BedError> {
        let mut keeper = locked(&self.keeper);
        keeper.order("start")?;
        let socket = self.socket();
        let mut ended = None;
        let answered = wait_for(ENGINE_START, || {
            if answers(&socket) {
                return Some(true);
            }
            if let Err(error) = keeper.order("alive") {
                ended = Some(error);
                return Some(false);
            }
            // Not the owner yet, when the test is not root.
            if socket.exists() && std::os::unix::net::UnixStream::connect(&socket).is_err() {
                ended = keeper.order("own").err();
            }
            None
        });
        if answered == Some(true) {
            return Ok(());
        }
        let log = std::fs::read_to_string(self.data.join("engine.log")).unwrap_or_default();
        Err(BedError::failed(
            format!("starting the {} engine", self.kind.name()),
            tail(&log, 20),
        ))
    }

    /// What the engine wrote so far.
    pub fn engine_log(&self) -> String {
        std::fs::read_to_string(self.data.join("engine.log")).unwrap_or_default()
    }
}

fn answers(socket: &Path) -> bool {
    unix_get(socket, "/_ping").is_ok_and(|answer| answer.status == 200)
}

/// Where a program is; Debian keeps some of them outside an ordinary user's path.
pub(crate) fn find(program: &str) -> Result<PathBuf, BedError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    ["/usr/bin", "/usr/sbin", "/sbin"]
        .into_iter()
        .map(PathBuf::from)
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| not_started(program, std::io::ErrorKind::NotFound.into()))
}
