//! The lab images: what they are called and what each is built from. The definitions themselves are files in
//! the crate's `images` folder. They are built once per cache, on a bed of their own, and pushed to the registry
//! whose storage all later beds share.

use std::path::{Path, PathBuf};

use crate::bed::Bed;
use crate::cache::{self, Fingerprint};
use crate::{BedError, debian, foreign, wheels};

/// One image of the bed.
#[derive(Debug)]
pub(crate) struct Definition {
    /// As people write it, with its tag.
    pub(crate) name: &'static str,
    /// Further names of the same image.
    also: &'static [&'static str],
    folder: &'static str,
    dockerfile: &'static str,
    parent: Option<&'static str>,
    arguments: &'static [&'static str],
    ingredients: Ingredients,
}

/// What a build needs besides the files of its folder.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ingredients {
    None,
    /// The wheels of the folder's own list.
    Wheels,
    /// The machine's static busybox.
    Busybox,
    /// Busybox and twelve files of random bytes.
    RandomLayers,
    /// The Debian packages of the folder's own list.
    Packages,
    /// A program for 64-bit ARM; the image's configuration is changed to say so.
    ForArm,
}

const DEBIAN: &str = "slipway-base/debian:latest";
const JUPYTER: &str = "slipway-base/jupyter:latest";
const NOTEBOOK6: &str = "slipway-base/notebook6:latest";
const JUPYTERLAB3: &str = "slipway-base/jupyterlab3:latest";
const APPS: &str = "slipway-base/apps:latest";
const MEBIBYTE: usize = 1024 * 1024;
/// The size of each of the twelve random layers.
const RANDOM_LAYER: usize = 8 * MEBIBYTE;

const fn built(name: &'static str, folder: &'static str, parent: &'static str) -> Definition {
    Definition {
        name,
        also: &[],
        folder,
        dockerfile: "Dockerfile",
        parent: Some(parent),
        arguments: &[],
        ingredients: Ingredients::None,
    }
}

const fn small(
    name: &'static str,
    dockerfile: &'static str,
    ingredients: Ingredients,
) -> Definition {
    Definition {
        name,
        also: &[],
        folder: "small",
        dockerfile,
        parent: None,
        arguments: &[],
        ingredients,
    }
}

/// Every image, parents before their children. The small ones come first: they are ready within seconds.
pub(crate) const DEFINITIONS: &[Definition] = &[
    small(
        "hello-world:latest",
        "Dockerfile.hello",
        Ingredients::Busybox,
    ),
    small(
        "slipway/webapp:1",
        "Dockerfile.webapp",
        Ingredients::Busybox,
    ),
    small("slipway/slow:1", "Dockerfile.slow", Ingredients::Busybox),
    small("slipway/exits:1", "Dockerfile.exits", Ingredients::Busybox),
    small(
        "slipway/hungry:1",
        "Dockerfile.hungry",
        Ingredients::Busybox,
    ),
    small(
        "slipway/many-layers:1",
        "Dockerfile.many-layers",
        Ingredients::RandomLayers,
    ),
    small("slipway/arm:1", "Dockerfile.arm", Ingredients::ForArm),
    Definition {
        ingredients: Ingredients::Wheels,
        ..built(JUPYTER, "jupyter", DEBIAN)
    },
    Definition {
        ingredients: Ingredients::Wheels,
        ..built(NOTEBOOK6, "notebook6", DEBIAN)
    },
    built(
        "exasol/data-science-sandbox:0.1.0",
        "data-science-sandbox",
        JUPYTER,
    ),
    Definition {
        arguments: &["VERSION=5.0.0"],
        ..built("exasol/ai-lab:5.0.0", "ai-lab", JUPYTER)
    },
    Definition {
        arguments: &["VERSION=6.0.0"],
        also: &["exasol/ai-lab:latest"],
        ..built("exasol/ai-lab:6.0.0", "ai-lab", JUPYTER)
    },
    built(
        "quay.io/jupyter/all-spark-notebook:latest",
        "docker-stacks",
        JUPYTER,
    ),
    Definition {
        dockerfile: "Dockerfile.hub",
        ..built(
            "jupyter/all-spark-notebook:latest",
            "docker-stacks",
            JUPYTER,
        )
    },
    Definition {
        dockerfile: "Dockerfile.notebook6",
        ..built(
            "jupyter/minimal-notebook:notebook-6.5.7",
            "docker-stacks",
            NOTEBOOK6,
        )
    },
    built("kave/eskapade-usr:0.7", "eskapade", NOTEBOOK6),
];

/// Images that only some tests need, built when one of them asks (`prepare_more`); parents first.
const ON_DEMAND: &[Definition] = &[
    Definition {
        ingredients: Ingredients::Wheels,
        ..built(JUPYTERLAB3, "jupyterlab3", DEBIAN)
    },
    Definition {
        ingredients: Ingredients::Wheels,
        ..built(APPS, "apps", DEBIAN)
    },
    app("marimo-team/marimo:latest", "Dockerfile.marimo"),
    app("mlflow/mlflow:latest", "Dockerfile.mlflow"),
    app("slipway/own-streamlit:1", "Dockerfile.streamlit"),
    app("slipway/flask:1", "Dockerfile.flask"),
    Definition {
        ingredients: Ingredients::Packages,
        ..built("mariadb:latest", "mariadb", DEBIAN)
    },
    server(
        "slipway/lab:base-url",
        "Dockerfile.lab-base-url",
        JUPYTER,
        &[],
    ),
    server("slipway/lab:open", "Dockerfile.lab-open", JUPYTER, &[]),
    server(
        "slipway/lab:hidden",
        "Dockerfile.lab",
        JUPYTER,
        &["SETTINGS=c.ServerApp.base_url = '/pre/fix'\nc.IdentityProvider.token = 'set-in-a-file'"],
    ),
    server(
        "slipway/lab:https",
        "Dockerfile.lab",
        JUPYTER,
        &[
            "SETTINGS=c.ServerApp.certfile = '/etc/jupyter/cert.pem'\nc.ServerApp.keyfile = '/etc/jupyter/key.pem'",
        ],
    ),
    server(
        "slipway/lab:password",
        "Dockerfile.lab",
        JUPYTER,
        &[PASSWORD_ONLY],
    ),
    server(
        "slipway/lab3:base-url",
        "Dockerfile.lab3",
        JUPYTERLAB3,
        &["SETTINGS=c.ServerApp.base_url = '/pre/fix'"],
    ),
    server(
        "slipway/lab3:password",
        "Dockerfile.lab3",
        JUPYTERLAB3,
        &[PASSWORD_ONLY_1],
    ),
    server(
        "slipway/notebook:hidden",
        "Dockerfile.notebook",
        NOTEBOOK6,
        &["SETTINGS=c.NotebookApp.base_url = '/pre/fix'\nc.NotebookApp.token = 'set-in-a-file'"],
    ),
];

/// The password `bed-password`, as the server keeps it: `jupyter_server.auth.passwd(…, algorithm="sha1")`.
const PASSWORD_ONLY: &str = "SETTINGS=c.PasswordIdentityProvider.hashed_password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";
const PASSWORD_ONLY_1: &str =
    "SETTINGS=c.ServerApp.password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";

const fn app(name: &'static str, dockerfile: &'static str) -> Definition {
    Definition {
        dockerfile,
        ..built(name, "each-app", APPS)
    }
}

const fn server(
    name: &'static str,
    dockerfile: &'static str,
    parent: &'static str,
    arguments: &'static [&'static str],
) -> Definition {
    Definition {
        dockerfile,
        arguments,
        ..built(name, "servers", parent)
    }
}

/// The names of all images that a bed's registry has.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = DEFINITIONS
        .iter()
        .flat_map(|definition| {
            std::iter::once(definition.name).chain(definition.also.iter().copied())
        })
        .filter(|name| !name.starts_with("slipway-base/"))
        .collect();
    names.push(foreign::LIST_FOR_ARM);
    names
}

/// The path that a name has in the registry: official images live under `library/`, as on Docker Hub.
pub(crate) fn path_in_registry(name: &str) -> String {
    if name.contains('/') {
        name.to_owned()
    } else {
        format!("library/{name}")
    }
}

/// Where the definitions are.
pub(crate) fn definitions_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("images")
}

/// Builds what is missing or has changed. Costs nothing where all is there.
pub fn prepare() -> Result<(), BedError> {
    let mut wanted = fingerprints()?;
    wanted.truncate(DEFINITIONS.len());
    build_missing(&wanted)
}

/// Builds images that only some tests need, with what they stand on; costs nothing where all is there.
/// Every bed that runs can pull them as soon as this comes back.
pub fn prepare_more(names: &[&str]) -> Result<(), BedError> {
    prepare()?;
    let all = fingerprints()?;
    let mut needed: Vec<&str> = names.to_vec();
    for definition in ON_DEMAND.iter().rev() {
        if needed.contains(&definition.name) {
            needed.extend(definition.parent);
        }
    }
    let unknown = names
        .iter()
        .find(|name| !ON_DEMAND.iter().any(|known| known.name == **name));
    if let Some(unknown) = unknown {
        return Err(BedError::failed(
            "preparing more images",
            format!("{unknown} is no image of the bed"),
        ));
    }
    let wanted: Vec<_> = all
        .into_iter()
        .skip(DEFINITIONS.len())
        .filter(|(definition, _)| needed.contains(&definition.name))
        .collect();
    build_missing(&wanted)
}

fn build_missing(wanted: &[(&'static Definition, Fingerprint)]) -> Result<(), BedError> {
    if wanted
        .iter()
        .all(|(definition, fingerprint)| cache::is_stamped(definition.name, *fingerprint))
    {
        return Ok(());
    }
    let _lock = cache::lock()?;
    let mut builder: Option<Bed> = None;
    for (position, (definition, fingerprint)) in wanted.iter().enumerate() {
        if cache::is_stamped(definition.name, *fingerprint) {
            continue;
        }
        cache::say(&format!(
            "building {} ({} of {})",
            definition.name,
            position + 1,
            wanted.len()
        ));
        let bed = match &builder {
            Some(bed) => bed,
            None => builder.insert(Bed::for_building()?),
        };
        build(bed, definition)?;
        cache::stamp(definition.name, *fingerprint)?;
    }
    cache::say("all lab images are built");
    Ok(())
}

/// What each image is made of, its parents included; those on demand last.
fn fingerprints() -> Result<Vec<(&'static Definition, Fingerprint)>, BedError> {
    let mut all: Vec<(&Definition, Fingerprint)> = Vec::new();
    for definition in DEFINITIONS.iter().chain(ON_DEMAND) {
        let mut fingerprint = match definition.parent {
            Some(DEBIAN) => debian::base_fingerprint(),
            Some(parent) => all
                .iter()
                .find(|(known, _)| known.name == parent)
                .map_or_else(Fingerprint::new, |(_, fingerprint)| *fingerprint),
            None => Fingerprint::new(),
        };
        fingerprint = fingerprint
            .add(format!("{definition:?} {RANDOM_LAYER} {}", foreign::VERSION).as_bytes())
            .add_folder(&definitions_folder().join(definition.folder))?;
        all.push((definition, fingerprint));
    }
    Ok(all)
}

fn build(bed: &Bed, definition: &Definition) -> Result<(), BedError> {
    if let Some(parent) = definition.parent {
        bring(bed, parent)?;
    }
    let context = tempfile::tempdir().map_err(BedError::io("making a folder to build in"))?;
    fill_context(definition, context.path())
        .map_err(BedError::io(format!("gathering {}", definition.name)))?;
    if definition.ingredients == Ingredients::Wheels {
        copy_folder(
            &wheels::folder(definition.folder)?,
            &context.path().join("wheels"),
        )
        .map_err(BedError::io("gathering the wheels"))?;
    }
    if definition.ingredients == Ingredients::Packages {
        copy_folder(
            &debian::packages(definition.folder)?,
            &context.path().join("packages"),
        )
        .map_err(BedError::io("gathering the packages"))?;
    }
    let dockerfile = context.path().join(definition.dockerfile);
    let mut arguments = vec![
        "build",
        "--quiet",
        "--force-rm",
        "--tag",
        definition.name,
        "--file",
    ];
    let (dockerfile, folder) = (
        dockerfile.to_string_lossy(),
        context.path().to_string_lossy(),
    );
    arguments.push(&dockerfile);
    for argument in definition.arguments {
        arguments.extend(["--build-arg", argument]);
    }
    arguments.push(&folder);
    bed.docker(&arguments)?;
    if definition.ingredients == Ingredients::ForArm {
        foreign::relabel(bed, definition.name)?;
    }
    for name in std::iter::once(&definition.name).chain(definition.also) {
        push(bed, definition.name, name)?;
    }
    if definition.ingredients == Ingredients::ForArm {
        foreign::push_list(bed, definition.name)?;
    }
    Ok(())
}

/// Makes a parent present on the building engine: from the registry, or, for the base, from its archive.
fn bring(bed: &Bed, parent: &str) -> Result<(), BedError> {
    if bed.has_image(parent) {
        return Ok(());
    }
    if parent == DEBIAN {
        let archive = debian::base_archive()?;
        let (archive, path) = (
            archive.to_string_lossy().into_owned(),
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        );
        return bed
            .docker(&[
                "import",
                "--change",
                &format!("ENV {path}"),
                "--change",
                "CMD [\"bash\"]",
                &archive,
                parent,
            ])
            .map(|_| ());
    }
    let held = format!("{}/{}", bed.registry_address(), path_in_registry(parent));
    bed.docker(&["pull", "--quiet", &held])?;
    bed.docker(&["tag", &held, parent]).map(|_| ())
}

/// Pushes the image `local` under the name `name`.
pub(crate) fn push(bed: &Bed, local: &str, name: &str) -> Result<(), BedError> {
    let held = format!("{}/{}", bed.registry_address(), path_in_registry(name));
    bed.docker(&["tag", local, &held])?;
    bed.docker(&["push", "--quiet", &held])?;
    bed.docker(&["rmi", &held]).map(|_| ())
}

fn fill_context(definition: &Definition, context: &Path) -> std::io::Result<()> {
    copy_folder(&definitions_folder().join(definition.folder), context)?;
    if matches!(
        definition.ingredients,
        Ingredients::Busybox | Ingredients::RandomLayers
    ) {
        std::fs::copy("/bin/busybox", context.join("busybox"))?;
    }
    if definition.ingredients == Ingredients::RandomLayers {
        use std::io::Read;
        let mut random = std::fs::File::open("/dev/urandom")?;
        for layer in 1..=12 {
            let mut bytes = vec![0; RANDOM_LAYER];
            random.read_exact(&mut bytes)?;
            std::fs::write(context.join(format!("layer-{layer:02}")), bytes)?;
        }
    }
    if definition.ingredients == Ingredients::ForArm {
        foreign::write_program(&context.join("arm64-program"))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_has_its_files_and_comes_after_its_parent() {
        let all: Vec<&Definition> = DEFINITIONS.iter().chain(ON_DEMAND).collect();
        for (position, definition) in all.iter().enumerate() {
            let file = definitions_folder()
                .join(definition.folder)
                .join(definition.dockerfile);
            assert!(file.exists(), "{} is missing", file.display());
            if let Some(parent) = definition.parent.filter(|parent| *parent != DEBIAN) {
                let before = all[..position].iter().any(|known| known.name == parent);
                assert!(
                    before,
                    "{} is listed before its parent {parent}",
                    definition.name
                );
            }
        }
    }

    #[test]
    fn official_images_live_under_library() {
        assert_eq!(
            path_in_registry("hello-world:latest"),
            "library/hello-world:latest"
        );
        assert_eq!(
            path_in_registry("exasol/ai-lab:6.0.0"),
            "exasol/ai-lab:6.0.0"
        );
    }
}
