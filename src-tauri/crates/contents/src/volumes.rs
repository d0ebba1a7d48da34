//! Making and removing volumes.

use std::collections::BTreeMap;
use std::time::Duration;

use slipway_engine::VolumeName;
use slipway_labs::names::{is_anonymous_volume, is_docker_name};
use slipway_labs::problem::ProblemKind;

use crate::place::Place;
use crate::shared::Shared;
use crate::survey::{RemovePreview, holds};
use crate::{Problem, Result};

/// Longer names are refused by file systems.
const LONGEST: usize = 255;

/// How long a container that nobody sees may take to leave a volume that is to be removed.
const LEAVING: Duration = Duration::from_secs(20);
const AGAIN: Duration = Duration::from_millis(250);

impl Shared {
    /// # Errors
    /// At `name`: empty, illegal, taken. At `labels` where two are of one name, or one has none.
    pub(crate) async fn create_volume(
        &self,
        name: &str,
        labels: Vec<(String, String)>,
    ) -> Result<()> {
        let engine = self.home.inventory.engine()?;
        let name = name.trim();
        check_name(name)?;
        // Docker gives back an existing volume as if it had made it.
        match engine.inspect_volume(name).await {
            Ok(_) => {
                return Err(Problem::new(
                    ProblemKind::NameTaken,
                    format!("There is a volume {name} already."),
                )
                .because("It was not changed.")
                .hint("Choose another name.")
                .at("name"));
            }
            Err(slipway_engine::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let mut named = BTreeMap::new();
        for (key, value) in labels {
            let key = key.trim().to_owned();
            if key.is_empty() {
                if value.trim().is_empty() {
                    continue;
                }
                return Err(
                    Problem::new(ProblemKind::InvalidForm, "A label needs a name.").at("labels"),
                );
            }
            if named.insert(key.clone(), value).is_some() {
                return Err(Problem::new(
                    ProblemKind::InvalidForm,
                    format!("The label {key} is there twice."),
                )
                .at("labels"));
            }
        }
        engine.create_volume(name, named).await?;
        Ok(())
    }

    pub(crate) fn preview_remove(&self, volume: &str) -> Result<RemovePreview> {
        let snapshot = self.home.inventory.snapshot();
        let name = VolumeName::from(volume);
        if !snapshot.volumes.contains_key(&name) {
            return Err(slipway_engine::Error::NotFound {
                what: "volume",
                name: volume.to_owned(),
                detail: String::new(),
            }
            .into());
        }
        let used_by = self.used_by(&name);
        let holds = match self.counted(volume) {
            Some(counted) => holds::sentence(&counted),
            None => "What it holds has not been counted yet.".to_owned(),
        };
        Ok(RemovePreview {
            refused: (!used_by.is_empty()).then(|| in_use(&name, &used_by)),
            volume: name,
            holds,
            used_by,
        })
    }

    /// # Errors
    /// While a lab or container uses it, or something is written to it at this moment.
    pub(crate) async fn remove_volume(&self, volume: &str) -> Result<()> {
        let name = VolumeName::from(volume);
        let engine = self.home.inventory.engine()?;
        let used_by = self.used_by(&name);
        if !used_by.is_empty() {
            return Err(in_use(&name, &used_by));
        }
        let place = Place::Volume { name: name.clone() };
        let begun = tokio::time::Instant::now();
        loop {
            self.let_go(&place).await?;
            match engine.remove_volume(volume).await {
                Ok(()) => return Ok(()),
                Err(slipway_engine::Error::InUse { detail, .. }) => {
                    // What looked into it a moment ago is ours, and the engine is still taking it away.
                    let used_by = self.used_by(&name);
                    if !used_by.is_empty() || begun.elapsed() > LEAVING {
                        return Err(in_use(&name, &used_by).detail(detail));
                    }
                }
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Labs by their names, other containers by theirs.
    pub(crate) fn used_by(&self, volume: &VolumeName) -> Vec<String> {
        let place = Place::Volume {
            name: volume.clone(),
        };
        let labs = self.home.labs.list();
        let snapshot = self.home.inventory.snapshot();
        let mut names: Vec<String> = self
            .mounts_of(&place)
            .into_iter()
            .map(|(container, _)| {
                let lab = labs.labs.iter().find(|card| {
                    card.container
                        .as_ref()
                        .and_then(|id| snapshot.containers.get(id))
                        .is_some_and(|row| row.name == container)
                });
                lab.map_or(container, |card| card.name.clone())
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

fn in_use(volume: &VolumeName, used_by: &[String]) -> Problem {
    let name = if is_anonymous_volume(&volume.0) {
        "This volume".to_owned()
    } else {
        volume.0.clone()
    };
    let problem = Problem::new(ProblemKind::Other, format!("{name} is in use."));
    match used_by {
        [] => problem
            .because("A container that is not shown here uses it.")
            .hint("Wait a moment, then try again."),
        [one] => problem
            .because(format!(
                "{one} keeps its files there, also while it is stopped."
            ))
            .hint(format!("Delete {one} first, then remove the volume.")),
        [first, rest @ ..] => problem
            .because(format!(
                "{first} and {} keep their files there, also while they are stopped.",
                match rest {
                    [one] => one.clone(),
                    rest => format!("{} others", rest.len()),
                }
            ))
            .hint("Delete those first, then remove the volume."),
    }
}

fn check_name(name: &str) -> Result<()> {
    let refused = |title: &str, hint: &str| {
        Err(Problem::new(ProblemKind::InvalidForm, title)
            .hint(hint)
            .at("name"))
    };
    if name.is_empty() {
        return refused("The volume needs a name.", "Type one, such as my-work.");
    }
    if name.len() > LONGEST {
        return refused("The name is too long.", "Use at most 255 letters.");
    }
    if !is_docker_name(name) {
        return refused(
            "Docker does not take this name.",
            "Use two or more letters, digits, dots, dashes or underscores, and begin with a letter or a digit.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_docker_refuses_are_refused_here() {
        for name in ["", "a", "-a", "a b", "a/b", "ä1", "..", &"a".repeat(256)] {
            assert_eq!(
                check_name(name).unwrap_err().field.as_deref(),
                Some("name"),
                "{name}"
            );
        }
        for name in ["a1", "my-work", "Work_2.old"] {
            check_name(name).unwrap();
        }
    }

    #[test]
    fn a_refusal_names_who_and_the_next_step() {
        let told: Vec<String> = [
            vec![],
            vec!["Churn model"],
            vec!["Churn model", "jupyter"],
            vec!["a", "b", "c"],
        ]
        .into_iter()
        .map(|names| {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            let problem = in_use(&VolumeName::from("work"), &names);
            format!("{problem} {}", problem.hint.clone().unwrap_or_default())
        })
        .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
