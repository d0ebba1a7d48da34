//! The wizard's form: what a person may fill in, exactly as typed.
//!
//! Everything has a default, so that Launch can be clicked at once. Numbers are texts here, so
//! that what was typed stays, however wrong; `check.rs` says what is wrong with it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::recipe::RecipeId;

mod advanced;
mod fill;
mod found;
mod frame;
mod machine;
mod rows;

pub use advanced::{
    Advanced, GpuChoice, GpuRow, LabelRow, MountKind, MountRow, NetworkJoin, RareKind, RareRow,
    RestartChoice, RestartRow, TypedSecrets, VariableRow,
};
pub(crate) use fill::{LOOPBACK, free_name, free_volume, local_references, name_taken};
pub use fill::{default_reference, like, new_form, revise};
pub(crate) use found::of_container;
pub(crate) use frame::{DOCKER_SOCKET, obstacle, volume_choices};
pub use frame::{IMAGE_LABEL, frame};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LaunchForm {
    pub recipe: RecipeId,
    pub name: String,
    /// Repository: `exasol/ai-lab`.
    pub image: String,
    /// Tag: `6.0.0`; or `sha256:…`.
    pub version: String,
    /// `127.0.0.1`, `0.0.0.0`, an address of the engine's machine, or whatever was typed.
    pub listen_ip: String,
    /// The first is the lab's page, where it has one; a program without a page may have none.
    pub ports: Vec<PortRow>,
    pub storage: StorageRow,
    /// Mount the Docker socket.
    pub docker_control: bool,
    /// "I understand the risk", ticked for the risks that stand in `FormCheck::risks` now.
    pub risk_accepted: bool,
    pub sign_in: SignInChoice,
    pub user: UserRow,
    /// Everything that is folded away.
    #[serde(default)]
    pub advanced: Advanced,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PortRow {
    /// Port on the engine's machine, as typed, or a range of them: `4040-4045`. Empty: the engine chooses.
    pub host: String,
    /// Port in the lab, as typed, or a range as long as the other.
    pub container: String,
    /// Its own listen address; empty: the lab's.
    #[serde(default)]
    pub listen_ip: String,
    /// `tcp` or `udp`
    pub protocol: String,
    /// "JupyterLab", "Spark UI"; empty for a row that the person added.
    pub purpose: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StorageKind {
    Volume,
    Folder,
    Nothing,
}

/// Where the work is kept. What was typed for the other kinds stays when the kind is switched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StorageRow {
    pub kind: StorageKind,
    pub volume: String,
    pub folder: String,
    /// Folder in the lab.
    pub target: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SignInChoice {
    /// What the image comes with: its password, or a token that it makes.
    FromImage,
    /// The person's own; typed beside the form and never part of it.
    Own,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserRow {
    pub mapped: bool,
    pub uid: String,
    pub gid: String,
}

/// What a new form starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct FormSeed {
    pub recipe: Option<RecipeId>,
    /// A typed or local image reference; recognised where no recipe is given.
    pub image: Option<String>,
    /// Copy the choices of this lab ("launch another like it", or after a discarded failure).
    pub like_lab: Option<String>,
}

/// What the wizard shows around the form and the form does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FormFrame {
    pub recipe_name: String,
    pub icon: String,
    pub tint: u8,
    /// Repositories of the recipe; empty where the image is typed.
    pub images: Vec<String>,
    /// Addresses of the engine's machine that can be listened on, loopback and "all" left out.
    pub addresses: Vec<ListenAddress>,
    pub volumes: Vec<VolumeChoice>,
    pub sign_in: SignInFrame,
    /// `None`: the recipe has no user mapping.
    pub user_mapping: Option<UserMappingFrame>,
    pub docker_control: DockerControlFrame,
    /// False where a native folder dialog would show the wrong machine's folders.
    pub folders_offered: bool,
    /// "JupyterLab"
    pub answers: String,
    pub machine: MachineFrame,
}

/// What the engine's machine has, for limits and choices under Advanced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct MachineFrame {
    pub processors: u32,
    pub memory: Option<slipway_engine::Bytes>,
    /// Graphics cards can be given to labs.
    pub gpu: bool,
    /// Why not, or what is known of them, in one sentence.
    pub gpu_message: String,
    /// Networks that a lab can join: name and kind (`bridge`, `macvlan`).
    pub networks: Vec<NetworkChoice>,
    /// The image's own working folder, command and program, for placeholders; empty: not known.
    pub image_working_folder: String,
    pub image_command: String,
    pub image_entrypoint: String,
    /// Platforms of the image where it is on the engine; else those the engine can run.
    pub platforms: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NetworkChoice {
    pub name: String,
    pub driver: String,
    /// Labs and containers on it.
    pub used_by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListenAddress {
    pub ip: String,
    /// "eth0", "Wi-Fi"
    pub label: String,
    pub is_ipv6: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VolumeChoice {
    pub name: String,
    /// Names of labs (or containers) that use it.
    pub used_by: Vec<String>,
    /// One of them runs.
    pub in_use: bool,
    /// `exasol/ai-lab:1.0.0`, where a label says which image made it.
    pub made_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts for the screen"
)]
pub struct SignInFrame {
    pub kind: crate::recipe::SignInKind,
    /// The password that the image comes with, where it is known. It is published in the image, no secret.
    pub image_password: Option<String>,
    /// An own one can be set.
    pub own_possible: bool,
    /// Where no own one is set, Slipway makes one.
    pub made: bool,
    /// The name to sign in with, where the page asks for one.
    pub user: Option<String>,
    /// Slipway can sign the browser in.
    pub opens_signed_in: bool,
    /// The keyring can keep it; else it is kept until Slipway quits and asked again after.
    pub keyring: bool,
    /// Why there is no keyring, in one sentence.
    pub keyring_message: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserMappingFrame {
    /// `HOST_USER_ID` and `HOST_USER_GID`, or `--user`: Docker's word beside the question.
    pub technical: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DockerControlFrame {
    /// Why this lab may want it.
    pub reason: String,
    /// Why it cannot work here (rootless engine, socket without group write, no socket), if so.
    pub obstacle: Option<String>,
}

impl LaunchForm {
    /// The image with its version as one text: `exasol/ai-lab:6.0.0`, `…@sha256:…` for a digest.
    pub fn reference_text(&self) -> String {
        let (image, version) = (self.image.trim(), self.version.trim());
        let mark = if version.starts_with("sha256:") {
            '@'
        } else {
            ':'
        };
        if version.is_empty() {
            image.to_owned()
        } else {
            format!("{image}{mark}{version}")
        }
    }

    /// The image as a valid reference, where it is one.
    pub fn reference(&self) -> Option<slipway_engine::ImageReference> {
        slipway_engine::ImageReference::parse(&self.reference_text()).ok()
    }
}

/// A port as typed: 1 to 65535, digits only.
pub(crate) fn typed_port(text: &str) -> Option<u16> {
    typed_number(text)
        .and_then(|number| u16::try_from(number).ok())
        .filter(|port| *port != 0)
}

/// A whole number as typed: digits only, blanks around it do not count.
pub(crate) fn typed_number(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests;
