//! The lab images of the bed. They are built once per cache, on a bed of their own, and pushed to the registry
//! whose storage all later beds share.

use std::path::{Path, PathBuf};

use crate::bed::Bed;
use crate::cache::{self, Fingerprint};
use crate::{BedError, debian, foreign, wheels};

mod list;

use list::{DEBIAN, Ingredients, ON_DEMAND, RANDOM_LAYER};
pub(crate) use list::{DEFINITIONS, Definition};

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
