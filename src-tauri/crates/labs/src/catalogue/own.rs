//! A person's own recipes: one TOML file each, in a folder beside the labs'.
//!
//! A file may come from anywhere, so nothing of it is used before it keeps every rule, and what is
//! wrong with it is one sentence. Files are written whole or not at all. One that cannot be read is
//! reported and left as it is: a newer Slipway may have written it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Catalogue;
use super::rules::{is_id, keeps_the_rules};
use crate::problem::{Problem, ProblemKind, Result};
use crate::recipe::{Recipe, RecipeId};

/// The newest file format that this version reads.
const SCHEMA: u32 = 1;
/// Bytes; the largest recipe that ships has a tenth of it.
const LARGEST: usize = 64 * 1024;
/// A folder full of files is no catalogue.
const MOST_FILES: usize = 500;

/// Reads a recipe's text.
///
/// # Errors
/// One sentence on the first thing that is wrong with it.
pub fn read_recipe(text: &str) -> Result<Recipe> {
    let wrong = |why: String| unreadable().because(why);
    if text.len() > LARGEST {
        return Err(wrong(format!(
            "It has more than {} kB, and no recipe needs that much.",
            LARGEST / 1024
        )));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let invisible = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(invisible) {
        return Err(wrong("It holds invisible characters.".to_owned()));
    }
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let detail: toml::de::Error = error;
        wrong("It is not written in TOML, the format of recipes.".to_owned())
            .detail(detail.to_string())
    })?;
    if let Some(schema) = table.get("schema").and_then(toml::Value::as_integer)
        && schema > i64::from(SCHEMA)
    {
        return Err(wrong("It was made for a newer Slipway.".to_owned())
            .hint("Install the newest Slipway, then open it again."));
    }
    let recipe: Recipe = toml::from_str(text).map_err(|error| not_a_recipe(&error))?;
    keeps_the_rules(&recipe).map_err(wrong)?;
    if Catalogue::shipped().recipe(&recipe.id).is_some() {
        return Err(wrong(format!(
            "Slipway comes with a recipe “{}”, and another cannot take its place.",
            recipe.id.0
        ))
        .hint("Give it another id in the file."));
    }
    Ok(recipe)
}

fn unreadable() -> Problem {
    Problem::new(ProblemKind::Other, "This recipe cannot be used.")
        .hint("Ask whoever gave it to you for another one.")
}

fn not_a_recipe(error: &toml::de::Error) -> Problem {
    let said = error.message();
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let name: String = quoted.chars().take(40).collect();
    let why = if said.starts_with("unknown field") {
        format!("It says “{name}”, and recipes know no such word.")
    } else if said.starts_with("missing field") {
        format!("It does not say “{name}”.")
    } else if said.starts_with("unknown variant") {
        format!("It says “{name}” where recipes know other words.")
    } else {
        "One of its values is of the wrong kind.".to_owned()
    };
    unreadable().because(why).detail(error.to_string())
}

/// The recipe as a file. What is empty stays out of it.
pub fn written_recipe(recipe: &Recipe) -> Result<String> {
    let table = toml::Table::try_from(recipe).map_err(|error| {
        Problem::new(ProblemKind::Other, "The recipe could not be written.")
            .detail(error.to_string())
    })?;
    let table: toml::Table = table
        .into_iter()
        .filter_map(|(name, value)| Some((name, without_empty(value)?)))
        .collect();
    toml::to_string(&table).map_err(|error| {
        Problem::new(ProblemKind::Other, "The recipe could not be written.")
            .detail(error.to_string())
    })
}

/// `None` for what says nothing: the same as if it were not there.
fn without_empty(value: toml::Value) -> Option<toml::Value> {
    match value {
        toml::Value::String(text) if text.is_empty() => None,
        toml::Value::Array(items) if items.is_empty() => None,
        toml::Value::Boolean(false) => None,
        // A user mapping says each of its values.
        toml::Value::Table(table) if table.contains_key("on-by-default") => {
            Some(toml::Value::Table(table))
        }
        toml::Value::Table(table) => {
            let kept: toml::Table = table
                .into_iter()
                .filter_map(|(name, value)| Some((name, without_empty(value)?)))
                .collect();
            (!kept.is_empty()).then_some(toml::Value::Table(kept))
        }
        toml::Value::Array(items) if items.iter().all(toml::Value::is_table) => Some(
            toml::Value::Array(items.into_iter().filter_map(without_empty).collect()),
        ),
        other => Some(other),
    }
}

/// The folder of own recipes.
#[derive(Clone, Debug)]
pub struct RecipeFolder {
    folder: PathBuf,
}

impl RecipeFolder {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Every own recipe, and what is wrong with the files that cannot be read.
    pub fn read(&self) -> (Vec<Recipe>, Vec<Problem>) {
        let (mut recipes, mut unreadable) = (Vec::new(), Vec::new());
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return (recipes, unreadable);
        };
        let mut paths: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        paths.sort();
        for path in paths.into_iter().take(MOST_FILES) {
            match read_file(&path) {
                Ok(recipe) => recipes.push(recipe),
                Err(problem) => {
                    let file = path.file_name().unwrap_or_default().to_string_lossy();
                    let problem = Problem {
                        kind: ProblemKind::ProfileUnreadable,
                        title: format!("Your recipe {file} cannot be used."),
                        hint: Some(
                            "Repair the file or move it out of the folder, then start Slipway again."
                                .to_owned(),
                        ),
                        ..problem
                    };
                    unreadable.push(problem);
                }
            }
        }
        (recipes, unreadable)
    }

    /// Writes a recipe's text whole or not at all.
    pub fn save(&self, id: &RecipeId, text: &str) -> Result<()> {
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::Builder::new()
                .prefix(".writing-")
                .tempfile_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(self.path(id)?)?;
            Ok(())
        };
        write().map_err(|error| {
            Problem::new(ProblemKind::Other, "The recipe could not be saved.")
                .because(format!(
                    "Slipway may not write to {}.",
                    self.folder.display()
                ))
                .hint("Check who may write to this folder and how full its disk is.")
                .detail(error.to_string())
        })
    }

    /// The text of an own recipe's file, as it is.
    pub fn text(&self, id: &RecipeId) -> Result<String> {
        let read = self.path(id).and_then(std::fs::read_to_string);
        read.map_err(|error| {
            Problem::new(ProblemKind::Gone, "This recipe is gone.")
                .because("Its file cannot be read.")
                .detail(error.to_string())
        })
    }

    /// Deletes a recipe's file; one that is gone already is no error.
    pub fn remove(&self, id: &RecipeId) -> Result<()> {
        match self.path(id).and_then(std::fs::remove_file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Problem::new(
                ProblemKind::Other,
                "The recipe could not be removed.",
            )
            .because(format!(
                "Slipway may not write to {}.",
                self.folder.display()
            ))
            .detail(error.to_string())),
            _ => Ok(()),
        }
    }

    fn path(&self, id: &RecipeId) -> std::io::Result<PathBuf> {
        if is_id(&id.0) {
            Ok(self.folder.join(format!("{}.toml", id.0)))
        } else {
            Err(std::io::ErrorKind::InvalidInput.into())
        }
    }
}

fn read_file(path: &Path) -> Result<Recipe> {
    let failed = |error: std::io::Error| {
        Problem::new(ProblemKind::Other, "This recipe cannot be used.")
            .because("Its file cannot be read.")
            .detail(format!("{}: {error}", path.display()))
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() || about.len() > LARGEST as u64 {
        return Err(
            Problem::new(ProblemKind::Other, "This recipe cannot be used.")
                .because("Its file is no text of a recipe’s size."),
        );
    }
    let recipe = read_recipe(&std::fs::read_to_string(path).map_err(failed)?)?;
    if path.file_stem().and_then(|stem| stem.to_str()) == Some(recipe.id.0.as_str()) {
        Ok(recipe)
    } else {
        Err(
            Problem::new(ProblemKind::Other, "This recipe cannot be used.")
                .because(format!("The file holds the recipe “{}”.", recipe.id.0)),
        )
    }
}

#[cfg(test)]
mod tests;
