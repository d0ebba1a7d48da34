//! A launch plan: a checked form turned into exactly what will be created.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::containers::{ContainerSpec, Mount, MountSource, PortBinding};
use slipway_engine::health::EngineFacts;
use slipway_engine::images::ImageDetails;
use slipway_engine::{Bytes, ImageReference};

use crate::catalogue::Catalogue;
use crate::check::NoteLevel;
use crate::form::{DOCKER_SOCKET, LaunchForm, SignInChoice, StorageKind, typed_port};
use crate::options::ports::{self, MOST_PORTS};
use crate::problem::{Problem, ProblemKind, Result};
use crate::recipe::{Generation, Recipe};
use crate::{names, options, recognition, risk};

mod environment;

/// How long a lab may take to end by itself, Docker's own default.
const STOP_GRACE_SECONDS: u32 = 10;

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
    /// Variables whose values are secret: given at the moment of creation, too.
    pub secret_variables: Vec<String>,
    /// The page's port in the lab; there is a page where this port is published.
    pub page_port: u16,
    pub stop_grace_seconds: u32,
    /// The lab's user gets at the socket of Docker control only as a member of its group.
    pub joins_socket_group: bool,
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
    let (options, notes) = options::read(&form);
    if let Some(wrong) = notes.iter().find(|note| note.level == NoteLevel::Error) {
        return Err(invalid(&wrong.field, &wrong.message));
    }
    let ports = bindings(&form)?;
    let page = ports.first().filter(|binding| binding.protocol == "tcp");
    let page_port = page.map_or(generation.port, |binding| binding.container_port);
    let own = form.sign_in == SignInChoice::Own
        || (generation.sign_in.password_needed && !environment::sets_password(&form, &generation));
    let password_variable = generation.sign_in.password_variable.clone().filter(|_| own);
    let secret_variables =
        environment::secret(options.secret_variables, password_variable.as_deref());
    let mut mounts = mounts(&form)?;
    let mut chosen = options.spec;
    let typed = std::mem::take(&mut chosen.environment);
    let command = chosen.command.take();
    mounts.extend(chosen.mounts.iter().cloned());
    let container = ContainerSpec {
        name,
        image: reference.to_string(),
        environment: environment::open(&form, &generation, typed, &secret_variables)?,
        ports,
        publish_all: form.advanced.publish_all,
        mounts,
        // A program of the person's own would not understand the recipe's command.
        command: command.or_else(|| {
            let program_is_ours = chosen.entrypoint.is_none();
            generation.command.clone().filter(|_| program_is_ours)
        }),
        entrypoint: chosen
            .entrypoint
            .clone()
            .or_else(|| generation.entrypoint.clone()),
        user: match &chosen.user {
            Some(user) => Some(user.clone()),
            None => environment::user(&form, &generation)?,
        },
        tty: chosen.tty || generation.tty,
        stdin_open: chosen.stdin_open || generation.tty,
        shared_memory: chosen.shared_memory.or(generation.shared_memory.map(Bytes)),
        ..chosen
    };
    let joins_socket_group = form.docker_control
        && !generation.takes_socket_group
        && !runs_as_root(container.user.as_deref(), image);
    Ok(LaunchPlan {
        joins_socket_group,
        password_variable,
        secret_variables,
        recipe: Arc::clone(recipe),
        generation,
        image: reference,
        stop_grace_seconds: container.stop_timeout.unwrap_or(STOP_GRACE_SECONDS),
        container,
        page_port,
        form: without_secrets(form),
    })
}

/// A secret value has no place in what is kept, not even by a slip of whoever filled the form in.
fn without_secrets(mut form: LaunchForm) -> LaunchForm {
    for row in form
        .advanced
        .environment
        .iter_mut()
        .filter(|row| row.secret)
    {
        row.value.clear();
    }
    form
}

impl LaunchPlan {
    /// Whether a port is published that may be a page, or may turn out to be one.
    pub fn may_have_page(&self) -> bool {
        self.container.publish_all
            || self.container.ports.iter().any(|binding| {
                binding.container_port == self.page_port && binding.protocol == "tcp"
            })
    }

    /// The plan for this engine: Docker control gets the socket that this engine listens on, which
    /// in a virtual machine is the usual one, and membership in the socket's group.
    #[must_use]
    pub fn on_engine(mut self, facts: &EngineFacts) -> Self {
        if let Some(group) = facts.socket_group.filter(|_| self.joins_socket_group) {
            let group = group.to_string();
            if !self.container.group_add.contains(&group) {
                self.container.group_add.push(group);
            }
        }
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

fn bindings(form: &LaunchForm) -> Result<Vec<PortBinding>> {
    let mut bindings = Vec::new();
    for (index, row) in form.ports.iter().enumerate() {
        let wrong = |(part, why): (&str, &str)| {
            let of_lab = part == "listenIp" && row.listen_ip.trim().is_empty();
            if of_lab {
                invalid(part, why)
            } else {
                invalid(&format!("ports.{index}.{part}"), why)
            }
        };
        bindings.extend(ports::bindings(form, row).map_err(wrong)?);
        if bindings.len() > MOST_PORTS {
            return Err(wrong(("host", "These are too many ports for one lab.")));
        }
    }
    Ok(bindings)
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

/// Whether the container's first program is root's: then no socket is closed to it. An image that
/// is not here may be anybody's.
fn runs_as_root(user: Option<&str>, image: Option<&ImageDetails>) -> bool {
    let user = user.or_else(|| image.map(|image| image.user.as_str()));
    user.is_some_and(|user| {
        matches!(
            user.split(':').next().unwrap_or_default(),
            "" | "0" | "root"
        )
    })
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
