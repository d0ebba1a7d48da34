//! Everything in one place into another.
//!
//! Both places are mounted into one porthole, so nothing passes through this computer. Where names are
//! taken, the job asks before anything is written; what is newly made is taken away again where the copy
//! does not come to its end, and the source is never changed. What lies in the source's trash is deleted
//! and stays behind.

mod copy;
mod taken;

use std::collections::BTreeMap;
use std::sync::Arc;

use slipway_engine::VolumeName;
use slipway_labs::problem::ProblemKind;

use crate::jobs::{JobId, JobKind, NewJob, Stop};
use crate::place::Place;
use crate::shared::place_name;
use crate::volumes::check_name;
use crate::{Contents, Problem, Result};

impl Contents {
    /// Copies a volume into a new one of the engine's own kind, with its labels. The new one goes again
    /// where the copy fails or is stopped.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken. `Gone` where there is no such volume.
    pub async fn clone_volume(&self, volume: &str, name: &str) -> Result<JobId> {
        let name = name.trim().to_owned();
        check_name(&name)?;
        let engine = self.shared.home.inventory.engine()?;
        let old = engine.inspect_volume(volume).await?;
        match engine.inspect_volume(&name).await {
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
        let from = Place::Volume {
            name: VolumeName::from(volume),
        };
        let to = Place::Volume {
            name: VolumeName::from(name.as_str()),
        };
        let labels = labels_of(old.labels);
        let new = NewJob {
            kind: JobKind::Copy,
            place: from.clone(),
            title: format!("Cloning {} as {name}", place_name(&from)),
            steps: Vec::new(),
        };
        let shared = Arc::clone(&self.shared);
        Ok(self.shared.jobs.begin(new, |work| {
            Box::pin(async move {
                work.go_on()?;
                engine
                    .create_volume(&name, labels)
                    .await
                    .map_err(Problem::from)?;
                let copied = copy::run(&shared, &from, &to, &work).await;
                if copied.is_err() {
                    // What holds it is let go of first. A volume that stays all the same is said.
                    let gone = match shared.let_go(&to).await {
                        Ok(()) => engine.remove_volume(&name).await.map_err(Problem::from),
                        Err(problem) => Err(problem),
                    };
                    if gone.is_err() {
                        work.stays(format!("The volume {name} was made and stays."));
                    }
                }
                copied
            })
        }))
    }

    /// Copies everything in one place into another, beside what is there.
    ///
    /// # Errors
    /// Where both are the same, or the other may only be read.
    pub async fn copy_place(&self, from: Place, to: Place) -> Result<JobId> {
        if from == to {
            return Err(
                Problem::new(ProblemKind::InvalidForm, "Both are the same place.")
                    .hint("Choose another place to copy to.")
                    .at("to"),
            );
        }
        if let Some(why) = self.shared.why_read_only(&to) {
            return Err(Problem::new(
                ProblemKind::Other,
                format!("Nothing can be copied to {}.", place_name(&to)),
            )
            .because(why)
            .at("to"));
        }
        let engine = self.shared.home.inventory.engine()?;
        for place in [&from, &to] {
            // Mounting a volume that is not there would make one.
            if let Place::Volume { name } = place {
                engine.inspect_volume(&name.0).await?;
            }
        }
        let new = NewJob {
            kind: JobKind::Copy,
            place: to.clone(),
            title: format!("Copying {} to {}", place_name(&from), place_name(&to)),
            steps: Vec::new(),
        };
        let shared = Arc::clone(&self.shared);
        Ok(self.shared.jobs.begin(new, |work| {
            Box::pin(async move { copy::run(&shared, &from, &to, &work).await })
        }))
    }
}

/// What a volume was labelled with by hand. What programs say of whose it is counts for the old one alone:
/// Compose would take the new one for its own, and Docker names anonymous ones so.
fn labels_of(labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of_programs = ["com.docker.compose.", "com.docker.volume.anonymous"];
    labels
        .into_iter()
        .filter(|(name, _)| !of_programs.iter().any(|program| name.starts_with(program)))
        .collect()
}

/// What a request of a job is refused with.
fn stop(refused: crate::session::Refused, name: &str) -> Stop {
    Stop::Failed(refused.about(name))
}
