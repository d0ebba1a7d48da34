//! The catalogue's tiles: recipes joined with what this engine has and can do.
//!
//! Whether a lab runs here is said before anything is downloaded. What cannot run at all is kept
//! apart from what may run badly: the first is a fact of the processor or the graphics card, the
//! second a guess from the recipe's figures.

use slipway_engine::health::EngineFacts;
use slipway_engine::inventory::Snapshot;
use slipway_engine::{Bytes, ImageReference};

use crate::catalogue::Catalogue;
use crate::downloads::{Known, UNPACKED};
use crate::form;
use crate::processor;
use crate::recipe::{GpuWish, Recipe, RecipeTile};

/// A machine with 8 GB tells its programs of a little less.
const TOLERANCE: f64 = 0.88;
const GIBIBYTE: f64 = 1_073_741_824.0;

/// Recipe tiles in the catalogue's order. `download` is asked for what is known of an image's download.
pub(super) fn tiles(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    download: &dyn Fn(&ImageReference) -> Option<Known>,
) -> Vec<RecipeTile> {
    let facts = snapshot.report.facts.as_ref();
    catalogue
        .recipes()
        .map(|recipe| tile(catalogue, recipe, snapshot, facts, download))
        .collect()
}

fn tile(
    catalogue: &Catalogue,
    recipe: &Recipe,
    snapshot: &Snapshot,
    facts: Option<&EngineFacts>,
    download: &dyn Fn(&ImageReference) -> Option<Known>,
) -> RecipeTile {
    let (reference, here) = form::default_reference(recipe, snapshot).unzip();
    let here = here.unwrap_or_default();
    let known = reference.filter(|_| !here).as_ref().and_then(download);
    let (download_size, size_unknown) = match known {
        Some(Known::Size(bytes)) => (Some(bytes), None),
        // What the recipe's author has seen is better than nothing.
        Some(Known::Unknown(why)) => (recipe.download_size, Some(why)),
        None => (recipe.download_size, None),
    };
    RecipeTile {
        id: recipe.id.clone(),
        name: recipe.name.clone(),
        summary: recipe.summary.clone(),
        category: recipe.category,
        icon: recipe.icon.clone(),
        tint: recipe.tint,
        images: recipe.images.clone(),
        here,
        size_unknown: size_unknown.filter(|_| download_size.is_none()),
        download_size: download_size.map(Bytes),
        will_not_run: facts.and_then(|facts| will_not_run(recipe, facts)),
        cautions: facts
            .map(|facts| cautions(recipe, facts, download_size.filter(|_| !here)))
            .unwrap_or_default(),
        memory_minimum: recipe.memory_minimum.map(Bytes),
        wants_gpu: recipe.gpu != GpuWish::Nothing,
        own: catalogue.is_own(&recipe.id),
        keywords: recipe
            .keywords
            .iter()
            .chain(&recipe.images)
            .cloned()
            .collect(),
    }
}

fn will_not_run(recipe: &Recipe, facts: &EngineFacts) -> Option<String> {
    let runs = processor::runs(
        &recipe.platforms,
        &facts.architecture,
        facts.endpoint.product,
    );
    if !runs {
        return Some(needs(&recipe.platforms));
    }
    if recipe.gpu == GpuWish::Needed && !facts.gpu {
        return Some("Needs a graphics card that Docker can use".to_owned());
    }
    None
}

fn needs(platforms: &[String]) -> String {
    let words: Vec<&str> = platforms
        .iter()
        .map(|platform| match platform.as_str() {
            "amd64" => "an Intel or AMD processor",
            "arm64" => "an ARM processor",
            other => other,
        })
        .collect();
    format!("Needs {}", words.join(" or "))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes are compared roughly and shown rounded"
)]
fn cautions(recipe: &Recipe, facts: &EngineFacts, download: Option<u64>) -> Vec<String> {
    let here = if facts.this_computer {
        "this computer"
    } else {
        "the engine’s machine"
    };
    let mut cautions = Vec::new();
    let memory = facts.memory.0 as f64;
    let short = |wanted: &u64| memory > 0.0 && memory < *wanted as f64 * TOLERANCE;
    let (least, good) = (recipe.memory_minimum, recipe.memory_recommended);
    if let Some(wanted) = least.filter(short) {
        cautions.push(format!(
            "Needs {} of memory; {here} has {}",
            gigabytes(wanted as f64),
            gigabytes(memory)
        ));
    } else if let Some(wanted) = good.filter(short) {
        cautions.push(format!(
            "Wants {} of memory; {here} has {}",
            gigabytes(wanted as f64),
            gigabytes(memory)
        ));
    }
    let unpacked = download.map(|bytes| bytes.saturating_mul(UNPACKED));
    let (room, takes) = match recipe.disk_minimum {
        Some(minimum) => (Some(minimum), "Takes"),
        None => (unpacked, "May take about"),
    };
    if let (Some(wanted), Some(free)) = (room, facts.disk_free)
        && free.0 < wanted
    {
        cautions.push(format!(
            "{takes} {} of disk; {here} has {} free",
            gigabytes(wanted as f64),
            gigabytes(free.0 as f64)
        ));
    }
    if recipe.gpu == GpuWish::Useful && !facts.gpu {
        cautions.push("Works without a graphics card, and much slower".to_owned());
    }
    let privileged = |generation: &crate::recipe::Generation| generation.options.privileged;
    if facts.rootless && recipe.generations.iter().any(privileged) {
        cautions.push("Needs privileged mode, which this engine gives only in part".to_owned());
    }
    cautions
}

/// "8 GB", "1.5 GB", "512 MB": in the sizes that memory is sold in.
fn gigabytes(bytes: f64) -> String {
    let size = bytes / GIBIBYTE;
    if size < 0.95 {
        format!("{:.0} MB", size * 1024.0)
    } else if size < 3.5 && (size - size.round()).abs() > 0.1 {
        format!("{size:.1} GB")
    } else {
        format!("{size:.0} GB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{engine, snapshot};
    use crate::recipe::RecipeId;

    fn tile(recipe: &str, facts: EngineFacts) -> RecipeTile {
        tile_with(recipe, facts, None)
    }

    fn tile_with(recipe: &str, facts: EngineFacts, known: Option<Known>) -> RecipeTile {
        let known = |_: &ImageReference| known.clone();
        let tiles = tiles(&Catalogue::shipped(), &snapshot(facts), &known);
        let id = RecipeId(recipe.to_owned());
        tiles.into_iter().find(|tile| tile.id == id).unwrap()
    }

    #[test]
    fn what_runs_badly_here_is_said_before_a_download() {
        let small = EngineFacts {
            memory: Bytes(4_100_000_000),
            disk_free: Some(Bytes(9_000_000_000)),
            ..engine()
        };
        assert_eq!(
            tile("pytorch", small.clone()).cautions,
            [
                "Wants 8 GB of memory; this computer has 4 GB",
                "Works without a graphics card, and much slower",
            ]
        );
        assert_eq!(
            tile("exasol-db", small.clone()).cautions,
            ["Takes 15 GB of disk; this computer has 8 GB free"]
        );
        let tiny = EngineFacts {
            memory: Bytes(1_000_000_000),
            this_computer: false,
            ..engine()
        };
        assert_eq!(
            tile("superset", tiny).cautions,
            ["Needs 2 GB of memory; the engine’s machine has 954 MB"]
        );
        let nominal = EngineFacts {
            memory: Bytes(8_200_000_000),
            gpu: true,
            ..engine()
        };
        assert!(
            tile("pytorch", nominal).cautions.is_empty(),
            "a machine sold with 8 GB has 8 GB"
        );
    }

    #[test]
    fn a_download_is_as_large_as_the_registry_says() {
        let size = Some(Known::Size(2_400_000_000));
        let known = tile_with("jupyter", engine(), size.clone());
        assert_eq!(known.download_size, Some(Bytes(2_400_000_000)));
        assert_eq!((known.size_unknown, known.cautions), (None, Vec::new()));
        let full = EngineFacts {
            disk_free: Some(Bytes(4_000_000_000)),
            ..engine()
        };
        assert_eq!(
            tile_with("jupyter", full, size).cautions,
            ["May take about 7 GB of disk; this computer has 4 GB free"]
        );
        let unknown = Some(Known::Unknown("Why.".to_owned()));
        let unknown = tile_with("jupyter", engine(), unknown);
        assert_eq!(
            (unknown.download_size, unknown.size_unknown.as_deref()),
            (None, Some("Why."))
        );
        let any = tile_with("web-app", engine(), Some(Known::Size(1)));
        assert_eq!(any.download_size, None, "there is no image to ask about");
    }

    #[test]
    fn what_cannot_run_here_says_why() {
        assert_eq!(
            tile("rapids", engine()).will_not_run.as_deref(),
            Some("Needs a graphics card that Docker can use")
        );
        let arm = EngineFacts {
            architecture: "arm64".to_owned(),
            ..engine()
        };
        assert_eq!(
            tile("exasol-ai-lab", arm).will_not_run.as_deref(),
            Some("Needs an Intel or AMD processor")
        );
        assert_eq!(tile("jupyter", engine()).will_not_run, None);
    }

    #[test]
    fn tiles_are_found_by_what_people_call_things() {
        let tile = tile("code-server", engine());
        assert!(tile.keywords.contains(&"IDE".to_owned()));
        assert!(tile.keywords.contains(&"codercom/code-server".to_owned()));
        assert!(!tile.own);
    }
}
