//! Making and removing volumes.

use slipway_engine::VolumeName;

use super::{IMAGE, Room, bed, fill, names};

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_that_is_looked_at_can_be_removed() {
    fill("watched-vol", "printf 1 > a");
    let room = Room::new().await;
    let place = room.open("watched-vol").await;
    assert_eq!(names(&room.list(place, "").await), ["a"]);
    room.contents.remove_volume("watched-vol").await.unwrap();
    let volumes = bed().docker(&["volume", "ls", "-q"]).unwrap();
    assert!(!volumes.lines().any(|name| name == "watched-vol"));
    let closed = room
        .contents
        .list_folder(place, slipway_contents::browse::FolderQuery::default())
        .await;
    assert!(closed.is_err(), "it is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_is_removed_as_soon_as_what_looked_into_it_has_left() {
    fill("leaving-vol", "printf 1 > a");
    let room = Room::new().await;
    room.until("the volume", |snapshot| {
        snapshot
            .volumes
            .contains_key(&VolumeName::from("leaving-vol"))
    })
    .await;
    // Hidden from the lists, as what looks into volumes is, and taken away by the engine only later.
    let create = ["create", "--name", "leaves", "-v", "leaving-vol:/v"];
    let hidden = ["--label", "io.slipway.porthole=test", IMAGE];
    bed().docker(&[&create[..], &hidden[..]].concat()).unwrap();
    let removing = room.contents.remove_volume("leaving-vol");
    let leaving = tokio::task::spawn_blocking(|| bed().docker(&["rm", "leaves"]).unwrap());
    let (removed, left) = tokio::join!(removing, leaving);
    left.unwrap();
    removed.unwrap();
    let volumes = bed().docker(&["volume", "ls", "-q"]).unwrap();
    assert!(!volumes.lines().any(|name| name == "leaving-vol"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_in_use_stays_and_its_users_are_named() {
    fill("used-vol", "printf 1 > a");
    bed()
        .docker(&["create", "--name", "uses-it", "-v", "used-vol:/v", IMAGE])
        .unwrap();
    let room = Room::new().await;
    room.until("the user", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "uses-it")
    })
    .await;
    let preview = room.contents.preview_remove("used-vol").unwrap();
    assert_eq!(preview.used_by, ["uses-it"]);
    let refused = room.contents.remove_volume("used-vol").await.unwrap_err();
    assert_eq!(Some(refused), preview.refused);
    assert!(
        bed()
            .docker(&["volume", "ls", "-q"])
            .unwrap()
            .lines()
            .any(|name| name == "used-vol")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_volume_has_its_labels_and_a_name_of_its_own() {
    let room = Room::new().await;
    let labels = vec![("team".to_owned(), "churn".to_owned())];
    room.contents
        .create_volume(" new-vol ", labels.clone())
        .await
        .unwrap();
    let name = VolumeName::from("new-vol");
    room.until("the new volume", |snapshot| {
        snapshot.volumes.contains_key(&name)
    })
    .await;
    let row = room.inventory.snapshot().volumes[&name].clone();
    assert_eq!(row.labels.get("team").map(String::as_str), Some("churn"));
    let taken = room
        .contents
        .create_volume("new-vol", Vec::new())
        .await
        .unwrap_err();
    assert_eq!(taken.field.as_deref(), Some("name"));
}
