//! Whose things are, and what is counted anew, after a real volume was changed.

use slipway_contents::place::{EntryPath, Place};
use slipway_contents::survey::SurveyState;
use slipway_engine::VolumeName;

use super::copying::{done, ended};
use super::{IMAGE, Room, bed, fill, look, shows, volume_place};

const WHOSE: &str = "stat -c '%n %u:%g %a' . work work/new old 2>/dev/null; true";

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_beside_something_leaves_whose_it_is_alone() {
    fill(
        "roots-vol",
        "mkdir work && printf 1 > work/new && chmod 700 . work && chown 5:6 work/new",
    );
    fill(
        "labs-vol",
        "mkdir work && printf 2 > old && chown -R 1000:100 . && chmod 2775 . work",
    );
    let room = Room::new().await;
    let job = room
        .contents
        .copy_place(volume_place("roots-vol"), volume_place("labs-vol"))
        .await
        .unwrap();
    done(&room, job).await;
    assert_eq!(
        look("labs-vol", WHOSE),
        ". 1000:100 2775\nwork 1000:100 2775\nwork/new 5:6 644\nold 1000:100 644\n",
        "the lab can still write where it could"
    );
    // Where nothing lies yet, the place itself becomes as the other is.
    bed().docker(&["volume", "create", "empty-vol"]).unwrap();
    let job = room
        .contents
        .copy_place(volume_place("labs-vol"), volume_place("empty-vol"))
        .await
        .unwrap();
    done(&room, job).await;
    assert_eq!(look("empty-vol", WHOSE), look("labs-vol", WHOSE));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_a_folder_is_for_the_lab_to_work_with() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("notes")).unwrap();
    std::fs::write(folder.path().join("notes/n.ipynb"), "{}").unwrap();
    let source = folder.path().to_str().unwrap().to_owned();
    let mounts = [format!("{source}:/f"), "worked-in-vol:/v".to_owned()];
    let container = ["create", "--name", "works-as-4321", "--user", "4321:4322"];
    let of = ["-v", &mounts[0], "-v", &mounts[1], IMAGE];
    bed().docker(&[&container[..], &of[..]].concat()).unwrap();
    let room = Room::new().await;
    room.until("the lab and its volume", |snapshot| {
        let named = VolumeName::from("worked-in-vol");
        let mut rows = snapshot.containers.values();
        rows.any(|row| row.name == "works-as-4321") && snapshot.volumes.contains_key(&named)
    })
    .await;
    let here = Place::Folder { path: source };
    let job = room
        .contents
        .copy_place(here.clone(), volume_place("worked-in-vol"))
        .await
        .unwrap();
    done(&room, job).await;
    assert_eq!(
        look("worked-in-vol", "stat -c %u:%g notes notes/n.ipynb"),
        "4321:4322\n4321:4322\n"
    );
    let Place::Folder { path } = &here else {
        unreachable!()
    };
    let inner = Place::Folder {
        path: format!("{path}/notes"),
    };
    for (from, to) in [(here.clone(), inner.clone()), (inner, here)] {
        let refused = room.contents.copy_place(from, to).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("to"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_of_a_labs_volume_is_nobodys() {
    bed()
        .docker(&[
            "volume",
            "create",
            "--label",
            "io.slipway.lab=a-lab",
            "--label",
            "team=churn",
            "a-labs-vol",
        ])
        .unwrap();
    fill("a-labs-vol", "printf 1 > a");
    let room = Room::new().await;
    let job = room
        .contents
        .clone_volume("a-labs-vol", "nobodys-vol")
        .await
        .unwrap();
    assert!(ended(&room, job).await.is_over());
    let labels = [
        "volume",
        "inspect",
        "--format",
        "{{json .Labels}}",
        "nobodys-vol",
    ];
    let labels = bed().docker(&labels).unwrap();
    let mut labels: serde_json::Value = serde_json::from_str(&labels).unwrap();
    labels.as_object_mut().unwrap().remove("io.slipway.made");
    assert_eq!(labels, serde_json::json!({"team": "churn"}));
    assert_eq!(look("nobodys-vol", "cat a"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_that_was_changed_is_counted_anew_at_once() {
    fill("recounted-vol", "printf 1 > a.csv");
    let room = Room::new().await;
    let place = room.open("recounted-vol").await;
    let new_text = |name: &'static str| {
        let top = EntryPath(String::new());
        room.contents.create_text(place, top, name, "# text\n")
    };
    // What was changed a moment ago comes before all that other tests have made.
    new_text("b.md").await.unwrap();
    let mut survey = room.contents.survey();
    let counted = |files: u32| {
        move |update: &slipway_contents::survey::SurveyUpdate| {
            update.volumes.iter().any(|row| {
                row.volume == VolumeName::from("recounted-vol")
                    && row.files == files
                    && matches!(row.state, SurveyState::Counted { .. })
            })
        }
    };
    shows(&mut survey, "two files", counted(2)).await;
    new_text("c.md").await.unwrap();
    shows(&mut survey, "three files", counted(3)).await;
}
