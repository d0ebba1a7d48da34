//! What a person named: a recipe, a lab, an image or a file, in this order.
//!
//! A word that is nearly a recipe's or a lab's name is not taken for an image: “jupiter” would be
//! downloaded from strangers. An image can always be meant by writing its version, too.

use std::path::{Path, PathBuf};

use slipway_labs::Problem;
use slipway_labs::card::{LabCard, LabId};
use slipway_labs::check::Tone;
use slipway_labs::form::{FormSeed, LaunchForm};
use slipway_labs::problem::ProblemKind;
use slipway_labs::recipe::{RecipeId, RecipeTile};

use super::failure::{Failure, Outcome};
use super::names::did_you_mean;
use super::session::Session;

/// Profiles and recipes are texts of our own making; none is larger.
const LARGEST: u64 = 1 << 20;

/// What was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Recipe(RecipeId),
    Lab(LabId),
    Image(String),
    /// An exported lab.
    ProfileFile(PathBuf),
    RecipeFile(PathBuf),
}

/// Which of them a text means.
///
/// # Errors
/// `NotFound` with suggestions.
pub fn target(
    text: &str,
    recipes: &[RecipeTile],
    labs: &[LabCard],
    is_file: impl Fn(&Path) -> bool,
) -> Outcome<Target> {
    let text = text.trim();
    if let Some(file) = file(text, is_file)? {
        return Ok(file);
    }
    let folded = text.to_lowercase();
    if let Some(tile) = recipes.iter().find(|tile| tile.id.0 == text) {
        return Ok(Target::Recipe(tile.id.clone()));
    }
    let same = |card: &&LabCard| card.id.0 == text || card.name == text;
    if let Some(card) = labs.iter().find(same) {
        return Ok(Target::Lab(card.id.clone()));
    }
    let alike = |tile: &&RecipeTile| {
        tile.name.to_lowercase() == folded || tile.id.0.to_lowercase() == folded
    };
    if let Some(tile) = recipes.iter().find(alike) {
        return Ok(Target::Recipe(tile.id.clone()));
    }
    if let Some(card) = labs.iter().find(|card| card.name.to_lowercase() == folded) {
        return Ok(Target::Lab(card.id.clone()));
    }
    let is_one_word = !text.contains(['/', ':', '@']);
    let ids = recipes.iter().map(|tile| tile.id.0.as_str());
    let names = ids.chain(labs.iter().map(|card| card.name.as_str()));
    match did_you_mean(text, names) {
        Some(sentence) if is_one_word => Err(Failure::not_found(format!(
            "There is no recipe and no lab “{text}”."
        ))
        .because(sentence)
        .hint(format!(
            "If you mean an image, write its version, too: {text}:latest."
        ))),
        _ => Ok(Target::Image(text.to_owned())),
    }
}

/// A file is known by its ending, so that no file in the folder stands in the way of a recipe.
fn file(text: &str, is_file: impl Fn(&Path) -> bool) -> Outcome<Option<Target>> {
    let path = Path::new(text);
    let ending = path.extension().and_then(|ending| ending.to_str());
    let target = match ending.map(str::to_lowercase).as_deref() {
        Some("json") => Target::ProfileFile(path.to_owned()),
        Some("toml") => Target::RecipeFile(path.to_owned()),
        _ => return Ok(None),
    };
    if is_file(path) {
        Ok(Some(target))
    } else {
        Err(Failure::not_found(format!("There is no file {text}.")))
    }
}

/// A form of what was named, and whether its recipe knows no image.
///
/// # Errors
/// What was named is not there, or needs the person's agreement.
pub async fn form(session: &mut Session, target: Target, agreed: bool) -> Outcome<LaunchForm> {
    let seed = match target {
        Target::Recipe(recipe) => FormSeed {
            recipe: Some(recipe),
            ..FormSeed::default()
        },
        Target::Lab(lab) => FormSeed {
            like_lab: Some(lab.0),
            ..FormSeed::default()
        },
        Target::Image(image) => FormSeed {
            image: Some(image),
            ..FormSeed::default()
        },
        Target::ProfileFile(path) => {
            let imported = session
                .state
                .labs
                .import_profile(&read(&path).await?)
                .await?;
            for note in &imported.notes {
                session.voice.note(note)?;
            }
            return Ok(imported.form);
        }
        Target::RecipeFile(path) => FormSeed {
            recipe: Some(agree_to_recipe(session, &path, agreed).await?),
            ..FormSeed::default()
        },
    };
    Ok(session.state.labs.new_form(seed).await?)
}

/// Shows what a recipe from elsewhere will do, and adds it where the person agrees.
async fn agree_to_recipe(session: &mut Session, path: &Path, agreed: bool) -> Outcome<RecipeId> {
    let preview = session.state.labs.preview_recipe(&read(path).await?)?;
    session
        .voice
        .note(&format!("{}: {}", preview.name, preview.summary))?;
    let deed = |deed: &slipway_labs::sharing::RecipeDeed| match deed.tone {
        Tone::Plain => deed.message.clone(),
        Tone::Warning | Tone::Danger => format!("! {}", deed.message),
    };
    let deeds: Vec<String> = preview.does.iter().map(deed).collect();
    for deed in &deeds {
        session.voice.note(&format!("  {deed}"))?;
    }
    if let Some(replaced) = &preview.replaces {
        session
            .voice
            .note(&format!("  It replaces your recipe {replaced}."))?;
    }
    if !agreed {
        let refused = Failure::refused(format!(
            "The recipe {} comes from elsewhere, and needs your agreement.",
            preview.name
        ))
        .hint("If you trust it, add --yes.");
        // A person has just read what it does; a program has not.
        return Err(if session.voice.speaks_json() {
            deeds
                .into_iter()
                .fold(refused, |refused, deed| refused.remark(None, deed))
        } else {
            refused
        });
    }
    Ok(session.state.labs.add_recipe(&preview.text).await?)
}

/// # Errors
/// A file that is not there, too large, or no text.
async fn read(path: &Path) -> Outcome<String> {
    let unreadable = |why: String| {
        Failure::from(
            Problem::new(
                ProblemKind::ProfileUnreadable,
                format!("The file {} cannot be read.", path.display()),
            )
            .because(why),
        )
    };
    let length = tokio::fs::metadata(path)
        .await
        .map_err(|error| unreadable(error.to_string()))?
        .len();
    if length > LARGEST {
        return Err(unreadable("It is larger than 1 MiB.".to_owned()));
    }
    tokio::fs::read_to_string(path)
        .await
        .map_err(|error| unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use slipway_labs::recipe::{Category, RecipeId, RecipeTile};

    use super::{Target, target};
    use crate::headless::failure::Exit;

    fn recipes() -> Vec<RecipeTile> {
        let tile = |id: &str, name: &str| RecipeTile {
            id: RecipeId(id.to_owned()),
            name: name.to_owned(),
            summary: String::new(),
            category: Category::Notebooks,
            icon: String::new(),
            tint: 1,
            images: Vec::new(),
            here: false,
            download_size: None,
            size_unknown: None,
            will_not_run: None,
            cautions: Vec::new(),
            memory_minimum: None,
            wants_gpu: false,
            own: false,
            keywords: Vec::new(),
        };
        vec![
            tile("jupyter", "Jupyter"),
            tile("exasol-ai-lab", "Exasol AI-Lab"),
        ]
    }

    #[test]
    fn a_word_means_what_is_nearest_to_the_person() {
        let means = |text: &str| target(text, &recipes(), &[], |path| path.ends_with("here.toml"));
        let recipe = |id: &str| Target::Recipe(RecipeId(id.to_owned()));
        assert_eq!(means("jupyter").ok(), Some(recipe("jupyter")));
        assert_eq!(means("exasol ai-lab").ok(), Some(recipe("exasol-ai-lab")));
        assert_eq!(
            means("jupyter:latest").ok(),
            Some(Target::Image("jupyter:latest".to_owned())),
            "with its version it is an image"
        );
        assert_eq!(
            means("ubuntu").ok(),
            Some(Target::Image("ubuntu".to_owned())),
            "it is near to nothing"
        );
        assert_eq!(
            means("./here.toml").ok(),
            Some(Target::RecipeFile("./here.toml".into()))
        );
        let failure = means("jupiter").expect_err("it is no image that anybody means");
        assert_eq!(failure.exit, Exit::NotFound);
        assert_eq!(failure.problem.message, "Did you mean jupyter?");
        let failure = means("gone.json").expect_err("there is no such file");
        assert_eq!(failure.exit, Exit::NotFound);
    }
}
