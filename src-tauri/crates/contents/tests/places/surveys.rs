//! What volumes hold, counted behind the list.

use slipway_contents::survey::SurveyState;
use slipway_engine::VolumeName;

use super::{Room, bed, fill, gone, shows};

#[tokio::test(flavor = "multi_thread")]
async fn volumes_are_counted_and_remembered() {
    fill(
        "counted-vol",
        "mkdir n; printf '{}' > n/a.ipynb; printf '{}' > b.ipynb; printf 1 > c.csv; printf 22 > d.csv",
    );
    fill(
        "postgres-vol",
        "mkdir base global pg_wal; printf 13 > PG_VERSION",
    );
    let room = Room::new().await;
    let named = |name: &str| VolumeName::from(name);
    room.until("the volumes", |snapshot| {
        snapshot.volumes.contains_key(&named("counted-vol"))
            && snapshot.volumes.contains_key(&named("postgres-vol"))
    })
    .await;
    let mut survey = room.contents.survey();
    let both = ["counted-vol", "postgres-vol"];
    let update = shows(&mut survey, "both counted", |update| {
        both.iter().all(|name| {
            update.volumes.iter().any(|row| {
                row.volume == named(name) && matches!(row.state, SurveyState::Counted { .. })
            })
        })
    })
    .await;
    let row = |name: &str| {
        update
            .volumes
            .iter()
            .find(|row| row.volume == named(name))
            .unwrap()
            .clone()
    };
    let counted = row("counted-vol");
    assert_eq!(
        (counted.holds.as_str(), counted.files, counted.bytes.0),
        ("2 notebooks, 2 tables", 4, 7)
    );
    assert!(counted.changed.is_some());
    assert_eq!(row("postgres-vol").holds, "PostgreSQL data");
    let preview = room.contents.preview_remove("counted-vol").unwrap();
    assert_eq!(preview.holds, "4 files, 7 bytes: 2 notebooks, 2 tables.");
    drop(survey);
    gone(bed(), "counted-vol").await;

    // Another run of the app knows at once.
    let Room {
        contents,
        inventory,
        folder,
    } = room;
    drop((contents, inventory));
    let room = Room::over(bed(), folder).await;
    let mut survey = room.contents.survey();
    let update = shows(&mut survey, "what was remembered", |update| {
        !update.volumes.is_empty()
    })
    .await;
    let remembered = update
        .volumes
        .iter()
        .find(|row| row.volume == named("counted-vol"))
        .unwrap();
    assert_eq!(remembered.holds, "2 notebooks, 2 tables");
}
