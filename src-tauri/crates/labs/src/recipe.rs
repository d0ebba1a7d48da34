//! A recipe: everything Slipway knows of one kind of lab, as data.
//!
//! One TOML file a recipe in `src-tauri/recipes/`; adding one needs no code, and a person's own
//! recipes are files of the same format. The format is these types; unknown keys are refused, so
//! that a misspelt key is found at once and a file from elsewhere hides nothing.

use serde::{Deserialize, Serialize};
use specta::Type;

mod options;

pub use options::{OptionMount, Options};

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct RecipeId(pub String);

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// The file format's version; a file that names a newer one is not read. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<u32>,
    pub id: RecipeId,
    /// "Exasol AI-Lab"
    pub name: String,
    /// What a lab of it is called at first: "AI-Lab". The recipe's name otherwise; for a recipe
    /// without images, the image's own name.
    pub lab_name: Option<String>,
    /// "AI on top of Exasol"
    pub summary: String,
    pub category: Category,
    /// An icon of the design: `sparkles`, `kernel`, `workflow`, `globe`, …
    pub icon: String,
    /// 1-8: which data colour its tile has.
    pub tint: u8,
    /// Lists sort by it, lower first.
    #[serde(default)]
    pub order: u16,
    /// Repositories offered in the wizard; the first is the default. Empty for generic recipes.
    #[serde(default)]
    pub images: Vec<String>,
    /// The version proposed; `latest` otherwise.
    pub default_version: Option<String>,
    /// Versions known without asking a registry, newest first.
    #[serde(default)]
    pub known_versions: Vec<String>,
    /// Further words that a search finds it by.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Rough download in bytes, shown where the registry does not say it.
    pub download_size: Option<u64>,
    /// Image platforms there are; empty: unknown, ask.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Smallest sensible memory in bytes.
    pub memory_minimum: Option<u64>,
    /// Memory in bytes with which it works well.
    pub memory_recommended: Option<u64>,
    /// Room in bytes that it takes on the engine's disk, work included.
    pub disk_minimum: Option<u64>,
    #[serde(default)]
    pub gpu: GpuWish,
    /// Documentation address (https).
    pub documentation: Option<String>,
    /// How an image under another name is known to belong here: one of these must hold.
    #[serde(default)]
    pub recognise: Vec<Recognition>,
    /// Tried in order; the first whose conditions hold decides port, folder and sign-in. The last has no condition.
    pub generations: Vec<Generation>,
    /// Why this lab may want Docker control; absent: the switch is offered with a general sentence.
    pub docker_control: Option<String>,
    /// Why its labs need privileged mode, as one sentence for the risk panel.
    pub privileged: Option<String>,
    /// Two of its containers may have the same work open for a moment without harm, as notebooks can and
    /// databases cannot. A lab that is changed then goes on until the new one has answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared_work: bool,
}

/// What a recipe wants of graphics cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GpuWish {
    #[default]
    Nothing,
    /// Quicker with one, and works without.
    Useful,
    /// Of no use without one.
    Needed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Category {
    Exasol,
    Notebooks,
    Statistics,
    MachineLearning,
    Databases,
    Apps,
}

/// Signs by which an image under another name is known. All that are given must hold; the signs of
/// the Config hold only for an image that is on the engine.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Recognition {
    /// Repository paths, `*` for any text: `*jupyter*`.
    pub names: Vec<String>,
    /// Holds only while the image is not on the engine, so that its name is all there is.
    pub not_here: bool,
    pub has_volume: Option<String>,
    pub has_port: Option<u16>,
    /// `NAME`, or `NAME=value`.
    pub has_variable: Option<String>,
    /// A regular expression on the joined entrypoint and command.
    pub starts_with: Option<String>,
    /// A label's name, or the beginning of one with `*` at its end.
    pub has_label: Option<String>,
}

/// How one generation of a recipe's images behaves.
///
/// The Config is the truth and the tag a guess: where the image is on the engine and the
/// generation has conditions on its Config, those alone decide; `versions` decides before the
/// download, and for generations without such conditions.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts of an image"
)]
pub struct Generation {
    /// A range of versions (`>=2.0.0, <5.0.0`; all must hold), or a list of tags (`0.7, 0.8`,
    /// `notebook-*`; one must hold). `latest` counts as newest; other words are in no range.
    pub versions: Option<String>,
    /// Repositories it is limited to.
    pub images: Vec<String>,
    /// Conditions on the image's Config. All must hold.
    pub has_volume: Option<String>,
    pub has_port: Option<u16>,
    /// `NAME`, or `NAME=value`.
    pub has_variable: Option<String>,
    /// A regular expression on the joined entrypoint and command.
    pub starts_with: Option<String>,

    /// The page (or, with `connection`, the service): container port. 0: it listens nowhere.
    pub port: u16,
    /// What answers there, for sentences: "JupyterLab", "Jupyter", "the app".
    pub answers: String,
    /// More ports that the image is known to use: Spark UI and its like.
    pub more_ports: Vec<ExtraPort>,
    /// `http` or `https`.
    pub scheme: Option<String>,
    /// Opened path, before the token: `/lab/tree/start.ipynb`.
    pub path: Option<String>,
    /// Where work is kept in the lab.
    pub work_folder: Option<String>,
    /// Each start takes ownership of a mounted folder (AI-Lab's chown).
    pub takes_ownership: bool,
    /// User id that writes there; for the writability test of folders.
    pub writes_as: Option<u32>,
    pub sign_in: SignIn,
    pub ready: Ready,
    pub user_mapping: Option<UserMapping>,
    /// Program that replaces the image's.
    pub entrypoint: Option<Vec<String>>,
    /// Command that replaces the image's.
    pub command: Option<Vec<String>>,
    pub tty: bool,
    /// A program to start inside after the container runs, because the image starts none.
    pub start_inside: Option<StartInside>,
    /// Done inside one after the other when the lab answers for the first time. Each must be
    /// harmless when it is done again.
    pub prepare: Vec<PrepareStep>,
    /// `${FOLDER}` becomes the folder in which work is kept; such a variable is left out where
    /// nothing is kept.
    pub environment: Vec<(String, String)>,
    /// Fails where the socket has no group write permission, or on a rootless engine (AI-Lab).
    pub needs_writable_socket: bool,
    /// Its entrypoint gives the lab's user the group of the Docker socket (AI-Lab), or it runs as
    /// root, so nothing has to be added for Docker control.
    pub takes_socket_group: bool,
    pub shared_memory: Option<u64>,
    /// How a program reaches a lab without a page: `{host}:{port}, user postgres`. Never a password.
    pub connection: Option<String>,
    /// What a new form of it has set under Advanced.
    pub options: Options,
}

impl Generation {
    /// What is known of the image stays; what the recipe would add to its container goes.
    #[must_use]
    pub fn without_additions(mut self) -> Self {
        self.entrypoint = None;
        self.command = None;
        self.tty = false;
        self.sign_in.password_needed = false;
        self.sign_in.made_secrets = Vec::new();
        self.environment = Vec::new();
        self.shared_memory = None;
        self
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExtraPort {
    pub port: u16,
    pub purpose: String,
    /// Published by default.
    #[serde(default)]
    pub published: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SignIn {
    pub kind: SignInKind,
    /// The password the image comes with, where its Config does not tell.
    pub default_password: Option<String>,
    /// Read the password from the argument after this one in the entrypoint (`--password`).
    pub password_argument: Option<String>,
    /// Variable that sets an own password (`JUPYTER_PASSWORD`) or token (`JUPYTER_TOKEN`).
    pub password_variable: Option<String>,
    /// The image does not start (or lets everyone in) without a password: where the person sets
    /// none, Slipway makes one.
    pub password_needed: bool,
    /// The password holds from the first start on, as long as the kept work is there (databases).
    pub password_stays: bool,
    /// The name to sign in with, where the page asks for one.
    pub user: Option<String>,
    /// The part of the address that carries the token: `token` in Jupyter, `access_token` in marimo.
    pub token_parameter: Option<String>,
    /// Further variables that need a secret value of their own, which nobody ever types.
    pub made_secrets: Vec<String>,
    /// A Jupyter config file (JSON) that Slipway places before the start with a token of its own,
    /// so that the browser opens signed in although the lab asks for a password.
    pub token_config: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SignInKind {
    /// Not known: whatever the page asks.
    #[default]
    Unknown,
    /// No sign-in: anyone who reaches the page is in.
    Open,
    /// Jupyter's token, read from the log or from inside.
    Token,
    /// A password typed into the page.
    Password,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ready {
    /// Probed on the published address; 2xx or 3xx (or `accept`) is an answer. `{base}` is the server's base URL.
    pub http_path: Option<String>,
    /// Further accepted statuses.
    pub accept: Vec<u16>,
    /// It answers on its port in another way than by HTTP.
    pub tcp: bool,
    /// It speaks `PostgreSQL`'s protocol on that port, and is asked whether it takes clients yet.
    pub postgres: bool,
    /// A line of the container's log.
    pub log: Option<String>,
    /// A path of a log file inside that is shown when the start is slow (AI-Lab logs there).
    pub log_file: Option<String>,
    /// Seconds it usually takes, from and to, for the sentence.
    pub usual_seconds: Option<(u32, u32)>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
pub enum UserMapping {
    /// Variables carry the person's ids (`HOST_USER_ID`/`HOST_USER_GID`, `NB_UID`/`NB_GID`).
    #[serde(rename_all = "kebab-case")]
    Variables {
        uid: String,
        gid: String,
        as_root: bool,
        on_by_default: bool,
    },
    /// `--user uid:gid`
    #[serde(rename_all = "kebab-case")]
    User { on_by_default: bool },
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StartInside {
    pub user: Option<String>,
    /// `${PORT}` is filled in; the token is in the variable `JUPYTER_TOKEN`.
    pub command: Vec<String>,
}

/// Something done inside, once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrepareStep {
    /// What it does, as a button would say it: "Make the first account".
    pub title: String,
    /// The image's own user otherwise.
    pub user: Option<String>,
    /// The lab's password is in the variable `SLIPWAY_PASSWORD`.
    pub command: Vec<String>,
}

impl SignIn {
    /// The person can set a password or token of their own.
    pub fn takes_own(&self) -> bool {
        self.password_variable.is_some() || self.password_needed
    }
}

impl Generation {
    /// There is a page to open.
    pub fn has_page(&self) -> bool {
        self.connection.is_none() && self.port != 0
    }
}

/// A recipe as tiles show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecipeTile {
    pub id: RecipeId,
    pub name: String,
    pub summary: String,
    pub category: Category,
    pub icon: String,
    pub tint: u8,
    pub images: Vec<String>,
    /// Its default image is on the engine already.
    pub here: bool,
    /// How much there is to download at most, as far as it is known.
    pub download_size: Option<slipway_engine::Bytes>,
    /// Why that is not known, in one sentence; `None`: it is, or nobody has asked yet.
    pub size_unknown: Option<String>,
    /// One sentence where it will not run on this engine ("Needs an Intel or AMD processor"), else `None`.
    pub will_not_run: Option<String>,
    /// What may make it run badly here: "Wants 8 GB of memory; this computer has 4 GB".
    pub cautions: Vec<String>,
    pub memory_minimum: Option<slipway_engine::Bytes>,
    pub wants_gpu: bool,
    /// A person's own, which can be changed, shared and removed.
    pub own: bool,
    /// Further words that a search finds it by: image names, kinds of work.
    pub keywords: Vec<String>,
}
