//! A launch plan: a checked form turned into exactly what will be created.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::containers::{ContainerSpec, Mount, MountSource, PortBinding};
use slipway_engine::health::EngineFacts;
use slipway_engine::images::ImageDetails;
use slipway_engine::{Bytes, ImageReference};

use crate::catalogue::Catalogue;
use crate::form::{DOCKER_SOCKET, LaunchForm, SignInChoice, StorageKind, typed_number, typed_port};
use crate::problem::{Problem, ProblemKind, Result};
use crate::recipe::{Generation, Recipe, UserMapping};
use crate::{names, recognition, risk};

/// How long a lab may take to end by itself, Docker's own default.
const STOP_GRACE_SECONDS: u32 = 10;
/// Stands for the kept folder in a recipe's environment.
const FOLDER_MARK: &str = "${FOLDER}";

/// A checked form, ready to be carried out. Holds no secret.
#[derive(Clone, Debug)]
pub struct LaunchPlan {
    pub form: LaunchForm,
    pub recipe: Arc<Recipe>,
    pub generation: Generation,
    pub image: ImageReference,
    /// The container as it will be created, without secrets, without Slipway's labels.
    pub container: ContainerSpec,
    /// Variable that carries the own password or token, added at the moment of creation.
    pub password_variable: Option<String>,
    /// The page's port in the lab (1-65535).
    pub page_port: u16,
    pub stop_grace_seconds: u32,
}

/// What Slipway writes into the container's labels (`io.slipway.profile`) and into the profile
/// file: enough to rebuild the lab. Holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedForm {
    pub version: u32,
    pub form: LaunchForm,
    /// When the risks were accepted, in milliseconds since 1970, if there are any.
    pub risk_accepted_at: Option<i64>,
    #[serde(default)]
    pub more: BTreeMap<String, String>,
}

/// Turns a form into a plan. `image` is the image's Config where it is on the engine; the plan is
/// made again with it after a download, because the Config decides the generation: what the form
/// took from the recipe then follows the Config, and what the person typed stays.
///
/// The socket of Docker control is the usual one; `LaunchPlan::on_engine` puts in this engine's own.
///
/// # Errors
/// `InvalidForm` with the first field that is wrong.
pub fn plan(
    form: &LaunchForm,
    image: Option<&ImageDetails>,
    catalogue: &Catalogue,
) -> Result<LaunchPlan> {
    let reference = ImageReference::parse(&form.reference_text())
        .map_err(|error| not_an_image(form, &error))?;
    let image = recognition::config_of(&reference, image);
    let recipe = match catalogue.recipe(&form.recipe) {
        // A generic recipe was only a guess while the image was not here.
        Some(recipe) if !recipe.images.is_empty() || image.is_none() => recipe,
        Some(recipe) => recognition::recognised(catalogue, &reference, image).unwrap_or(recipe),
        None => recognition::recognise(catalogue, &reference, image),
    };
    let generation = recognition::generation(recipe, &reference, image);
    let generation = if form.advanced.nothing_added {
        generation.without_additions()
    } else {
        generation
    };
    let form = following_config(form, catalogue, recipe, &reference, &generation);

    let name = names::container_name(&form.name);
    if !names::is_docker_name(&name) {
        return Err(invalid(
            "name",
            "The lab needs a name with at least two letters or digits.",
        ));
    }
    let ports = bindings(&form, generation.port != 0)?;
    let page_port = ports
        .first()
        .map_or(generation.port, |binding| binding.container_port);
    let container = ContainerSpec {
        name,
        image: reference.to_string(),
        environment: environment(&form, &generation)?,
        ports,
        mounts: mounts(&form)?,
        entrypoint: generation.entrypoint.clone(),
        command: generation.command.clone(),
        user: user(&form, &generation)?,
        tty: generation.tty,
        stdin_open: generation.tty,
        shared_memory: generation.shared_memory.map(Bytes),
        ..ContainerSpec::default()
    };
    let own = form.sign_in == SignInChoice::Own || generation.sign_in.password_needed;
    Ok(LaunchPlan {
        password_variable: generation.sign_in.password_variable.clone().filter(|_| own),
        recipe: Arc::clone(recipe),
        generation,
        image: reference,
        container,
        page_port,
        stop_grace_seconds: STOP_GRACE_SECONDS,
        form,
    })
}

impl LaunchPlan {
    /// The plan for this engine: Docker control gets the socket that this engine listens on, which
    /// in a virtual machine is the usual one.
    #[must_use]
    pub fn on_engine(mut self, facts: &EngineFacts) -> Self {
        let Some(socket) = &facts.socket_path else {
            return self;
        };
        if risk::in_virtual_machine(facts.endpoint.product) {
            return self;
        }
        for mount in &mut self.container.mounts {
            if mount.target == DOCKER_SOCKET {
                mount.source = MountSource::Folder(socket.clone());
            }
        }
        self
    }
}

/// The form with the port and folder of the Config, where it still has those that the recipe gave
/// before the image was here.
fn following_config(
    form: &LaunchForm,
    catalogue: &Catalogue,
    recipe: &Arc<Recipe>,
    reference: &ImageReference,
    now: &Generation,
) -> LaunchForm {
    let chosen = catalogue.recipe(&form.recipe).unwrap_or(recipe);
    let before = recognition::generation(chosen, reference, None);
    let mut form = form.clone();
    form.recipe = recipe.id.clone();
    if form.advanced.nothing_added {
        return form;
    }
    if let Some(page) = form.ports.first_mut()
        && typed_port(&page.container) == Some(before.port)
    {
        page.container = now.port.to_string();
    }
    let target = form.storage.target.trim();
    if let Some(folder) = &now.work_folder
        && Some(target) == before.work_folder.as_deref()
    {
        form.storage.target.clone_from(folder);
    }
    form
}

fn bindings(form: &LaunchForm, needed: bool) -> Result<Vec<PortBinding>> {
    let listen_ip = form.listen_ip.trim();
    if listen_ip.parse::<std::net::IpAddr>().is_err() {
        return Err(invalid(
            "listenIp",
            "The listen address is not an IP address.",
        ));
    }
    if form.ports.is_empty() && needed {
        return Err(invalid("ports.0.host", "The lab needs a port."));
    }
    let binding = |(index, row): (usize, &crate::form::PortRow)| {
        let wrong = |side: &str| {
            invalid(
                &format!("ports.{index}.{side}"),
                "A port is a number from 1 to 65535.",
            )
        };
        let protocol = row.protocol.trim().to_ascii_lowercase();
        if protocol != "tcp" && protocol != "udp" {
            return Err(invalid(
                &format!("ports.{index}.host"),
                "A port is either tcp or udp.",
            ));
        }
        Ok(PortBinding {
            listen_ip: listen_ip.to_owned(),
            host_port: typed_port(&row.host).ok_or_else(|| wrong("host"))?,
            container_port: typed_port(&row.container).ok_or_else(|| wrong("container"))?,
            protocol,
        })
    };
    form.ports.iter().enumerate().map(binding).collect()
}

fn mounts(form: &LaunchForm) -> Result<Vec<Mount>> {
    let storage = &form.storage;
    let target = storage.target.trim();
    let source = match storage.kind {
        StorageKind::Nothing => None,
        StorageKind::Volume => {
            let volume = storage.volume.trim();
            if !names::is_docker_name(volume) {
                return Err(invalid(
                    "storage.volume",
                    "The volume needs a name with at least two letters or digits.",
                ));
            }
            Some(MountSource::Volume(volume.to_owned()))
        }
        StorageKind::Folder => {
            if storage.folder.trim().is_empty() {
                return Err(invalid(
                    "storage.folder",
                    "Choose the folder in which your work is kept.",
                ));
            }
            Some(MountSource::Folder(storage.folder.trim().to_owned()))
        }
    };
    let mut mounts = Vec::new();
    if let Some(source) = source {
        if !target.starts_with('/') || target == "/" {
            return Err(invalid(
                "storage.target",
                "The folder in the lab is a path that starts with a slash.",
            ));
        }
        mounts.push(Mount {
            source,
            target: target.to_owned(),
            read_only: false,
        });
    }
    if form.docker_control {
        let source = MountSource::Folder(DOCKER_SOCKET.to_owned());
        mounts.push(Mount {
            source,
            target: DOCKER_SOCKET.to_owned(),
            read_only: false,
        });
    }
    Ok(mounts)
}

/// The recipe's variables, then the person's ids over them.
fn environment(form: &LaunchForm, generation: &Generation) -> Result<Vec<(String, String)>> {
    let kept = form.storage.kind != StorageKind::Nothing;
    let mut environment: Vec<(String, String)> = generation
        .environment
        .iter()
        .filter(|(_, value)| kept || !value.contains(FOLDER_MARK))
        .map(|(name, value)| {
            (
                name.clone(),
                value.replace(FOLDER_MARK, &argument(form.storage.target.trim())),
            )
        })
        .collect();
    if let Some(UserMapping::Variables { uid, gid, .. }) = mapping(form, generation) {
        for (name, value) in [(uid, user_id(form)?), (gid, group_id(form)?)] {
            environment.retain(|(other, _)| other != name);
            environment.push((name.clone(), value));
        }
    }
    Ok(environment)
}

/// A folder as an argument in a text that a program splits like a shell does.
fn argument(folder: &str) -> String {
    shlex::try_quote(folder).map_or_else(|_| folder.to_owned(), std::borrow::Cow::into_owned)
}

fn user(form: &LaunchForm, generation: &Generation) -> Result<Option<String>> {
    Ok(match mapping(form, generation) {
        Some(UserMapping::Variables { as_root: true, .. }) => Some("root".to_owned()),
        Some(UserMapping::User { .. }) => Some(format!("{}:{}", user_id(form)?, group_id(form)?)),
        Some(UserMapping::Variables { .. }) | None => None,
    })
}

fn mapping<'a>(form: &LaunchForm, generation: &'a Generation) -> Option<&'a UserMapping> {
    generation
        .user_mapping
        .as_ref()
        .filter(|_| form.user.mapped)
}

fn user_id(form: &LaunchForm) -> Result<String> {
    id(&form.user.uid).ok_or_else(|| invalid("user.uid", "A user id is a whole number."))
}

fn group_id(form: &LaunchForm) -> Result<String> {
    id(&form.user.gid).ok_or_else(|| invalid("user.gid", "A group id is a whole number."))
}

fn id(typed: &str) -> Option<String> {
    typed_number(typed)
        .filter(|id| *id < u64::from(u32::MAX))
        .map(|id| id.to_string())
}

fn not_an_image(form: &LaunchForm, error: &slipway_engine::Error) -> Problem {
    let field = if ImageReference::parse(form.image.trim()).is_ok() {
        "version"
    } else {
        "image"
    };
    let why = match error {
        slipway_engine::Error::InvalidReference { why, .. } => why.clone(),
        other => other.to_string(),
    };
    Problem {
        message: why,
        ..invalid(field, "This is not the name of an image.")
    }
}

fn invalid(field: &str, title: &str) -> Problem {
    Problem {
        kind: ProblemKind::InvalidForm,
        title: title.to_owned(),
        message: String::new(),
        hint: None,
        field: Some(field.to_owned()),
        detail: None,
    }
}

#[cfg(test)]
mod tests;
