//! Backups that Slipway makes by itself.
//!
//! A plan names the moment of its next backup, by the clock on the wall: after each one the next moment
//! lies whole days later, so it neither drifts nor moves with summer time. What became due while the app
//! was not running is made once it runs. A volume that is gone keeps its plan, which says so. Of its own
//! backups a plan keeps the newest; all others are nobody's to delete.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use slipway_engine::{UnixMillis, VolumeName};
use slipway_labs::problem::ProblemKind;
use tokio::sync::oneshot;

use super::make::{self, Wanted};
use super::shelf;
use super::words::{now, zoned};
use super::{BackupCheck, BackupPlan};
use crate::shared::{Shared, is_ready};
use crate::{Problem, Result};

const MOST_DAYS: u32 = 366;
const MOST_KEPT: u32 = 1000;

/// How long one that failed waits for its next try, in milliseconds.
const AGAIN: i64 = 60 * 60 * 1000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Planned {
    every_days: u32,
    keep: u32,
    next: UnixMillis,
    /// The last try, where it failed, and why.
    #[serde(default)]
    tried: Option<UnixMillis>,
    #[serde(default)]
    trouble: Option<String>,
}

impl Planned {
    fn is_due(&self, now: UnixMillis) -> bool {
        // A clock that was set back must not hold it up for ever.
        let waits = self
            .tried
            .is_some_and(|tried| (0..AGAIN).contains(&(now.0 - tried.0)));
        self.next.0 <= now.0 && !waits
    }
}

/// Whole days after `from`, the first that lies after `now`.
fn following(from: UnixMillis, days: u32, now: UnixMillis) -> UnixMillis {
    let begin = zoned(from);
    let mut at = from;
    let mut turns = 0_i64;
    while at.0 <= now.0 {
        turns += 1;
        let later = begin.checked_add((i64::from(days.max(1)) * turns).days());
        match later {
            Ok(later) => at = UnixMillis(later.timestamp().as_millisecond()),
            // Beyond the calendar.
            Err(_) => return UnixMillis(now.0 + i64::from(days) * 86_400_000),
        }
    }
    at
}

/// When something is to be done next.
pub(super) fn next(plans: &BTreeMap<String, Planned>) -> Option<UnixMillis> {
    plans
        .values()
        .map(|plan| {
            plan.tried
                .map_or(plan.next.0, |tried| plan.next.0.max(tried.0 + AGAIN))
        })
        .min()
        .map(UnixMillis)
}

pub(super) fn list(shared: &Shared) -> Vec<BackupPlan> {
    let snapshot = shared.home.inventory.snapshot();
    let plans = shared.keeping.plans.now();
    plans
        .into_iter()
        .map(|(volume, plan)| {
            let volume = VolumeName(volume);
            let gone = is_ready(&snapshot) && !snapshot.volumes.contains_key(&volume);
            BackupPlan {
                every_days: plan.every_days,
                keep: plan.keep,
                next: Some(plan.next),
                trouble: if gone {
                    Some("This volume is not on this engine. The plan waits for it.".to_owned())
                } else {
                    plan.trouble
                },
                volume,
            }
        })
        .collect()
}

/// Plans backups of a volume, in the place of what was planned for it.
///
/// # Errors
/// At `everyDays` and `keep`, for numbers that make no sense.
pub(super) fn plan(shared: &Shared, plan: BackupPlan) -> Result<()> {
    let refused =
        |field: &str, title: String| Err(Problem::new(ProblemKind::InvalidForm, title).at(field));
    if !(1..=MOST_DAYS).contains(&plan.every_days) {
        return refused(
            "everyDays",
            format!("Choose between 1 and {MOST_DAYS} days."),
        );
    }
    if !(1..=MOST_KEPT).contains(&plan.keep) {
        return refused("keep", format!("Keep between 1 and {MOST_KEPT} backups."));
    }
    if plan.volume.0.is_empty() {
        return refused("volume", "A plan needs a volume.".to_owned());
    }
    let last = shared
        .keeping
        .shelf
        .now()
        .into_values()
        .filter(|known| known.own && known.volume == plan.volume)
        .map(|known| known.made.0)
        .max();
    let now = now();
    let days = i64::from(plan.every_days);
    let after = |from: i64| {
        zoned(UnixMillis(from))
            .checked_add(days.days())
            .map_or(now.0, |at| at.timestamp().as_millisecond())
    };
    // Without a backup that is young enough the first one is due at once.
    let next = UnixMillis(last.map_or(now.0, after).max(now.0));
    shared.keeping.plans.change(|plans| {
        plans.insert(
            plan.volume.0,
            Planned {
                every_days: plan.every_days,
                keep: plan.keep,
                next,
                tried: None,
                trouble: None,
            },
        );
    })?;
    shared.keeping.changed.notify_one();
    Ok(())
}

pub(super) fn forget(shared: &Shared, volume: &str) -> Result<()> {
    shared.keeping.plans.change(|plans| {
        plans.remove(volume);
    })
}

/// Makes what is due, one after the other; gives the files that were made.
pub(super) async fn back_up_due(shared: &Arc<Shared>, now: UnixMillis) -> Vec<String> {
    let _turn = shared.keeping.turn.lock().await;
    let mut due: Vec<(String, Planned)> = shared
        .keeping
        .plans
        .now()
        .into_iter()
        .filter(|(_, plan)| plan.is_due(now))
        .collect();
    due.sort_by_key(|(_, plan)| plan.next.0);
    let mut made = Vec::new();
    for (volume, plan) in due {
        let name = VolumeName(volume.clone());
        let there = shared.home.inventory.snapshot().volumes.contains_key(&name);
        if !there {
            continue;
        }
        let (ended, heard) = oneshot::channel();
        let wanted = Wanted {
            volume: name.clone(),
            pause: false,
            remark: String::new(),
            by_schedule: true,
        };
        let done = match make::begin(shared, wanted, Some(ended)) {
            Ok(_) => heard.await.unwrap_or_else(|_| {
                Err(Problem::new(
                    ProblemKind::Other,
                    "This could not be finished.",
                ))
            }),
            Err(problem) => Err(problem),
        };
        let told = shared.keeping.plans.change(|plans| {
            // It may have been changed or forgotten meanwhile.
            let Some(kept) = plans.get_mut(&volume).filter(|kept| kept.next == plan.next) else {
                return;
            };
            match &done {
                Ok(_) => {
                    kept.next = following(plan.next, kept.every_days, now);
                    kept.tried = None;
                    kept.trouble = None;
                }
                Err(problem) => {
                    kept.tried = Some(now);
                    kept.trouble = Some(problem.title.clone());
                }
            }
        });
        if let Err(problem) = told {
            tracing::warn!(%problem, "a plan is not remembered");
        }
        if let Ok(file) = done {
            rotate(shared, &name, plan.keep).await;
            made.push(file);
        }
    }
    made
}

/// Deletes the oldest of a plan's own backups beyond those that it keeps.
async fn rotate(shared: &Arc<Shared>, volume: &VolumeName, keep: u32) {
    let mut own: Vec<(i64, String)> = shared
        .keeping
        .shelf
        .now()
        .into_iter()
        .filter(|(file, known)| {
            known.own
                && known.by_schedule
                && known.volume == *volume
                && !matches!(known.check, BackupCheck::Moved)
                && shelf::path_of(shared, file).is_ok()
        })
        .map(|(file, known)| (known.made.0, file))
        .collect();
    own.sort_unstable_by(|one, other| other.cmp(one));
    for (_, file) in own
        .into_iter()
        .skip(usize::try_from(keep).unwrap_or(usize::MAX))
    {
        if let Err(problem) = shelf::delete(shared, &file).await {
            tracing::warn!(%problem, file, "an old backup stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn the_next_one_lies_on_the_same_grid_however_late_it_was() {
        let first = UnixMillis(1_763_640_000_000);
        let same_hour =
            |one: UnixMillis, other: UnixMillis| zoned(one).time() == zoned(other).time();
        for late in [0, 1, DAY, 7 * DAY - 1, 7 * DAY, 200 * DAY] {
            let now = UnixMillis(first.0 + late);
            let next = following(first, 7, now);
            assert!(next.0 > now.0, "{late}");
            assert!(next.0 <= now.0 + 7 * DAY + DAY / 12, "{late}");
            assert!(same_hour(first, next), "{late}: it would drift");
        }
        assert_eq!(following(first, 7, UnixMillis(first.0 - 1)), first);
    }

    #[test]
    fn one_that_failed_waits_before_it_is_tried_again() {
        let plan = Planned {
            every_days: 1,
            keep: 1,
            next: UnixMillis(1000),
            tried: Some(UnixMillis(2000)),
            trouble: None,
        };
        assert!(!plan.is_due(UnixMillis(2001)));
        assert!(plan.is_due(UnixMillis(2000 + AGAIN)));
        assert!(plan.is_due(UnixMillis(1500)), "the clock was set back");
        let plans = BTreeMap::from([("a".to_owned(), plan)]);
        assert_eq!(next(&plans), Some(UnixMillis(2000 + AGAIN)));
    }
}
