//! Backups that Slipway makes by itself, by a clock that the test sets.

use slipway_contents::backup::BackupPlan;
use slipway_engine::{UnixMillis, VolumeName};

use super::super::{Room, bed, fill};
use super::in_folder;

const DAY: i64 = 86_400_000;

fn plan(volume: &str, every_days: u32, keep: u32) -> BackupPlan {
    BackupPlan {
        volume: VolumeName::from(volume),
        every_days,
        keep,
        next: None,
        trouble: None,
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_keeps_the_newest_of_its_own_and_leaves_all_others() {
    fill("plan-vol", "printf 1 > a");
    let room = Room::new().await;
    let mine = room.kept("plan-vol").await;
    // A young backup is there, so nothing is due now.
    room.contents.plan_backups(plan("plan-vol", 7, 2)).unwrap();
    assert_eq!(
        room.contents.back_up_due(UnixMillis(now())).await,
        Vec::<String>::new()
    );
    let mut made = Vec::new();
    for week in 1..=4 {
        let at = UnixMillis(now() + week * 8 * DAY);
        let files = room.contents.back_up_due(at).await;
        assert_eq!(files.len(), 1, "week {week}");
        made.extend(files);
        let again = room.contents.back_up_due(at).await;
        assert!(again.is_empty(), "once is enough");
        let next = room.contents.backups(None).await.unwrap().plans[0]
            .next
            .unwrap();
        assert!(next.0 > at.0 && next.0 <= at.0 + 7 * DAY + DAY / 12);
    }
    let mut kept = vec![mine.file.clone(), made[2].clone(), made[3].clone()];
    kept.sort();
    assert_eq!(in_folder(&room.backups_folder()), kept);
    let shelf = room.contents.backups(Some("plan-vol")).await.unwrap();
    assert_eq!(
        shelf.backups.iter().filter(|one| one.by_schedule).count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_backup_is_made_at_once_and_a_volume_that_is_gone_keeps_its_plan() {
    fill("first-vol", "printf 1 > a");
    let room = Room::new().await;
    room.knows("first-vol").await;
    room.contents.plan_backups(plan("first-vol", 1, 1)).unwrap();
    let mut jobs = room.contents.jobs();
    super::super::shows(&mut jobs, "the first backup", |list| {
        list.jobs
            .first()
            .is_some_and(slipway_contents::jobs::Job::is_over)
    })
    .await;
    assert_eq!(in_folder(&room.backups_folder()).len(), 1);
    bed().docker(&["volume", "rm", "first-vol"]).unwrap();
    let name = VolumeName::from("first-vol");
    room.until("it is gone", |snapshot| {
        !snapshot.volumes.contains_key(&name)
    })
    .await;
    let later = UnixMillis(now() + 3 * DAY);
    assert_eq!(room.contents.back_up_due(later).await, Vec::<String>::new());
    let told = room.contents.backups(None).await.unwrap().plans;
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .trouble
            .as_ref()
            .is_some_and(|why| why.contains("not on this engine"))
    );
    room.contents.forget_plan("first-vol").unwrap();
    assert!(room.contents.backups(None).await.unwrap().plans.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_there_at_the_next_start_and_a_broken_file_is_told() {
    let room = Room::new().await;
    for (days, keep, field) in [(0, 1, "everyDays"), (400, 1, "everyDays"), (1, 0, "keep")] {
        let refused = room
            .contents
            .plan_backups(plan("a-vol", days, keep))
            .unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field));
    }
    room.contents
        .plan_backups(plan("no-such-vol", 3, 4))
        .unwrap();
    let Room {
        folder,
        contents,
        inventory,
    } = room;
    drop((contents, inventory));
    let room = Room::over(bed(), folder).await;
    let plans = room.contents.backups(None).await.unwrap().plans;
    assert_eq!((plans[0].every_days, plans[0].keep), (3, 4));
    let Room {
        folder,
        contents,
        inventory,
    } = room;
    drop((contents, inventory));
    std::fs::write(
        folder.path().join("keeping/plans.json"),
        "{\"version\":1,\"ke",
    )
    .unwrap();
    let room = Room::over(bed(), folder).await;
    let shelf = room.contents.backups(None).await.unwrap();
    assert!(shelf.plans.is_empty());
    assert!(
        shelf.notices[0].starts_with("The plans for backups cannot be read."),
        "{:?}",
        shelf.notices
    );
    let kept = in_folder(&room.folder.path().join("keeping"));
    assert!(
        kept.iter().any(|name| name.starts_with("plans.json kept ")),
        "{kept:?}"
    );
}
