//! Reading a backup again.

use std::sync::Arc;

use slipway_labs::problem::ProblemKind;

use super::archive::{Broken, Watch};
use super::check::check;
use super::make::{are_good, blocking, entries};
use super::words::now;
use super::{BackupCheck, shelf};
use crate::jobs::{Done, JobId, JobKind, NewJob, Stop};
use crate::path::visible;
use crate::place::Place;
use crate::shared::Shared;
use crate::{Problem, Result};

/// Starts to read it and to compare every file in it; what is found is remembered.
pub(super) async fn begin(shared: &Arc<Shared>, file: &str) -> Result<JobId> {
    let path = shelf::path_of(shared, file)?;
    let backup = shelf::one(shared, file).await?;
    let shown = visible(file.as_bytes()).0;
    let new = NewJob {
        kind: JobKind::Verify,
        place: Place::Volume {
            name: backup.volume.clone(),
        },
        title: format!("Verifying {shown}"),
        steps: Vec::new(),
    };
    let kept = Arc::clone(shared);
    Ok(shared.jobs.begin(new, move |work| async move {
        work.whole(backup.size.0, backup.files.unwrap_or(0));
        let watch = Watch::of(&work);
        let read = blocking(move || check(&path, watch)).await?;
        let at = now();
        match read {
            Ok(checked) => {
                let amount = checked.head.as_ref().map(|_| (checked.files, checked.bytes));
                shelf::checked(&kept, &backup.file, BackupCheck::Good { at }, amount);
                let summary = match checked.head {
                    Some(_) => are_good(checked.files),
                    None => format!(
                        "It can be read to its end: {}. Another program made it without sums of its files.",
                        entries(checked.files + checked.folders)
                    ),
                };
                Ok(Done {
                    summary,
                    ..Done::default()
                })
            }
            Err(Broken::Stopped) => Err(Stop::Cancelled),
            Err(Broken::Failed(problem)) => Err(problem.into()),
            Err(Broken::Damaged(what)) => {
                let check = BackupCheck::Bad {
                    at,
                    what: what.clone(),
                };
                shelf::checked(&kept, &backup.file, check, None);
                Err(Problem::new(ProblemKind::Other, format!("{shown} is damaged."))
                    .because(what)
                    .hint("Make a new backup as long as the volume is there.")
                    .into())
            }
        }
    }))
}
