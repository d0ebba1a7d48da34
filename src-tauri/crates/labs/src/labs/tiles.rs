//! The catalogue's tiles: recipes joined with what this engine has and can do.
//!
//! Whether a lab runs here is said before anything is downloaded. What cannot run at all is kept
//! apart from what may run badly: the first is a fact of the processor or the graphics card, the
//! second a guess from the recipe's figures.

use slipway_engine::Bytes;
use slipway_engine::health::EngineFacts;
use slipway_engine::inventory::Snapshot;

use crate::catalogue::Catalogue;
use crate::form;
use crate::processor;
use crate::recipe::{GpuWish, Recipe, RecipeTile};

/// A machine with 8 GB tells its programs of a little less.
const TOLERANCE: f64 = 0.88;
const GIBIBYTE: f64 = 1_073_741_824.0;

/// Recipe tiles in the catalogue's order.
pub(super) fn tiles(catalogue: &Catalogue, snapshot: &Snapshot) -> Vec<RecipeTile> {
    let facts = snapshot.report.facts.as_ref();
    catalogue
        .recipes()
        .map(|recipe| RecipeTile {
            id: recipe.id.clone(),
            name: recipe.name.clone(),
            summary: recipe.summary.clone(),
            category: recipe.category,
            icon: recipe.icon.clone(),
            tint: recipe.tint,
            images: recipe.images.clone(),
            here: form::default_reference(recipe, snapshot).is_some_and(|(_, here)| here),
            download_size: recipe.download_size.map(Bytes),
            will_not_run: facts.and_then(|facts| will_not_run(recipe, facts)),
            cautions: facts
                .map(|facts| cautions(recipe, facts))
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
        })
        .collect()
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
fn cautions(recipe: &Recipe, facts: &EngineFacts) -> Vec<String> {
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
    let room = recipe.disk_minimum.or(recipe.download_size);
    if let (Some(wanted), Some(free)) = (room, facts.disk_free)
        && free.0 < wanted
    {
        cautions.push(format!(
            "Takes {} of disk; {here} has {} free",
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
        let tiles = tiles(&Catalogue::shipped(), &snapshot(facts));
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
