//! What changed in a lab, and a lab saved as an image: nothing that was installed is lost, and nothing secret gets out.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use slipway_engine::containers::ChangeKind;
use slipway_labs::card::{LabId, LabState};
use slipway_labs::changes::{
    ChangeSort, ChangesQuery, ChangesRow, ChangesState, KeptAs, LabChanges,
};
use slipway_labs::form::{StorageKind, TypedSecrets, VariableRow};
use slipway_labs::launch::LaunchOutcome;
use slipway_labs::problem::ProblemKind;
use slipway_labs::saving::ImageWish;
use slipway_testbed::EngineKind;

use crate::{Room, bed, browse, docker, is_signed_in};

const PATIENCE: Duration = Duration::from_mins(2);

/// A package that no index has, made and installed inside as a person would.
const INSTALL: &str = r#"set -e
cd /tmp
python3 - <<'END'
import zipfile
with zipfile.ZipFile("tidetables-1.2.3-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tidetables/__init__.py", "HEIGHT = 42\n")
    wheel.writestr("tidetables/harbours.py", "NAMES = ['Cuxhaven']\n" * 500)
    wheel.writestr("tide_extra.py", "EXTRA = 1\n")
    info = "tidetables-1.2.3.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: tidetables\nVersion: 1.2.3\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(info + "RECORD", "tidetables/__init__.py,,\ntidetables/harbours.py,,\ntide_extra.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n")
END
pip3 --python /opt/jupyter/bin/python install --quiet --no-index ./tidetables-1.2.3-py3-none-any.whl
rm tidetables-1.2.3-py3-none-any.whl
mkdir -p /root/scratch
head -c 200000 /dev/zero > /root/scratch/tides.csv
echo '{}' > /root/scratch/try.ipynb
rm /root/.jupyter/*_server_config.py.bak 2>/dev/null || true
rm /etc/motd 2>/dev/null || true"#;

const IMPORT: &str = "import tidetables, tide_extra; print(tidetables.HEIGHT + tide_extra.EXTRA)";

async fn measured(changes: &LabChanges) -> ChangesState {
    let mut states = changes.state();
    let done = tokio::time::timeout(PATIENCE, states.wait_for(|state| state.measured));
    let state = done.await.expect("it is measured").unwrap().clone();
    assert_eq!(state.problem, None);
    state
}

fn rows(changes: &LabChanges, find: &str) -> Vec<ChangesRow> {
    let page = changes.rows(&ChangesQuery {
        find: find.to_owned(),
        folded: Vec::new(),
        from: 0,
        count: 500,
    });
    page.rows
}

fn file(changes: &LabChanges, wanted: &str) -> (ChangeKind, Option<u64>) {
    rows(changes, wanted)
        .into_iter()
        .find_map(|row| match row {
            ChangesRow::File {
                path, change, size, ..
            } if path == wanted => Some((change, size.map(|size| size.0))),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{wanted} is no change: {:#?}", rows(changes, "")))
}

fn wish(name: &str, tag: &str) -> ImageWish {
    ImageWish {
        name: name.to_owned(),
        tag: tag.to_owned(),
        note: "with tides".to_owned(),
        pause: true,
    }
}

/// What stands around these bytes where they are anywhere in an image as it would be handed on.
fn in_image(image: &str, secret: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("image.tar");
    let archive_path = archive.to_str().unwrap();
    if crate::kind() == EngineKind::TodayContainerd {
        // What it saves is packed; the files of a container of it are not.
        let container = docker(&["create", image, "true"]);
        docker(&["export", "--output", archive_path, container.trim()]);
        docker(&["rm", container.trim()]);
    } else {
        docker(&["save", "--output", archive_path, image]);
    }
    let mut file = std::fs::File::open(&archive).unwrap();
    let (mut part, mut kept) = (vec![0; 1 << 20], Vec::new());
    loop {
        let length = file.read(&mut part).unwrap();
        if length == 0 {
            return None;
        }
        kept.extend_from_slice(&part[..length]);
        let found = kept
            .windows(secret.len())
            .position(|window| window == secret.as_bytes());
        if let Some(at) = found {
            let around = at.saturating_sub(1500)..(at + 500).min(kept.len());
            let text = String::from_utf8_lossy(&kept[around]).replace('\0', "");
            return Some(text);
        }
        let from = kept.len().saturating_sub(secret.len() + 2000);
        kept.drain(..from);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "it is one person's way, and each step needs the one before"
)]
async fn a_package_is_seen_saved_and_there_again_and_no_secret_with_it() {
    const SECRET: &str = "flotsam-4711-jetsam";
    let room = Room::new().await;
    let mut form = room
        .form(Some("data-science-sandbox"), None, "tide-lab")
        .await;
    form.version = "0.1.0".into();
    form.advanced.environment.push(VariableRow {
        name: "TIDE_KEY".into(),
        value: String::new(),
        secret: true,
    });
    let typed = TypedSecrets {
        password: None,
        variables: [("TIDE_KEY".to_owned(), SECRET.to_owned())].into(),
    };
    let lab = room.labs.launch(form.clone(), typed).await.unwrap();
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { .. }),
        "{progress:#?}"
    );
    let opened = room.last_opened();
    let token = opened.split("token=").nth(1).unwrap().to_owned();
    assert!(token.len() > 20, "long enough to stand nowhere by chance");
    assert!(docker(&["inspect", "tide-lab"]).contains(SECRET));
    bed()
        .docker(&["exec", "tide-lab", "sh", "-c", INSTALL])
        .unwrap();

    // Changes: by name and version, with sizes, and without what Slipway itself wrote.
    let changes = room.labs.changes(&lab).await.unwrap();
    let state = measured(&changes).await;
    let package = rows(&changes, "").into_iter().find_map(|row| match row {
        ChangesRow::Package {
            name,
            version,
            change,
            files,
            size,
            ..
        } if name == "tidetables" => Some((version, change, files, size)),
        _ => None,
    });
    let (version, change, files, size) = package.expect("the package is told by its name");
    assert_eq!((version.as_str(), change), ("1.2.3", ChangeKind::Added));
    assert!(files >= 6, "its module beside it belongs to it: {files}");
    assert!(size.unwrap().0 > 10_000, "{size:?}");
    assert_eq!(
        file(&changes, "/root/scratch/tides.csv"),
        (ChangeKind::Added, Some(200_000))
    );
    assert!(
        state.size.0 >= 210_000 && state.unmeasured == 0,
        "{state:#?}"
    );
    assert!(state.layer.unwrap().0 >= 200_000, "{state:#?}");
    assert!(
        rows(&changes, "jupyter_config.json").is_empty(),
        "a file of Slipway's own is no change of a person"
    );
    assert!(
        rows(&changes, "/root/notebooks").is_empty(),
        "what is in the volume is no change"
    );
    let kept: Vec<(&str, KeptAs, &str)> = state
        .kept
        .iter()
        .map(|place| (place.target.as_str(), place.kept, place.source.as_str()))
        .collect();
    assert_eq!(kept, [("/root/notebooks", KeptAs::Volume, "tide-lab-vol")]);
    let preview = room.labs.preview_delete(&lab).await.unwrap();
    let told: Vec<&String> = preview
        .changes
        .iter()
        .flat_map(|group| &group.examples)
        .collect();
    assert!(told.contains(&&"tidetables 1.2.3".to_owned()), "{told:?}");

    // Saved.
    let before = room.labs.preview_save(&lab).await.unwrap();
    assert_eq!(before.name, "my-tide-lab");
    assert!(before.running && before.size.unwrap() > before.layer.unwrap());
    let saved = room
        .labs
        .save_image(&lab, wish(&before.name, "1"))
        .await
        .unwrap();
    assert_eq!(saved.caution, None);
    assert_eq!(saved.image.reference, "my-tide-lab:1");
    assert_eq!(saved.image.note, "with tides");
    assert_eq!(
        room.labs.saved_images(&lab),
        std::slice::from_ref(&saved.image)
    );
    let check = room.labs.check_image_name("my-tide-lab", "1");
    assert_eq!(check.replaces.unwrap().reference, "my-tide-lab:1");

    // The Config is the image's own, and no byte of the image tells a secret.
    let config = docker(&["image", "inspect", "my-tide-lab:1"]);
    for leaked in [SECRET, token.as_str(), lab.0.as_str()] {
        let of_origin = leaked == lab.0;
        assert!(
            of_origin || !config.contains(leaked),
            "{leaked} is in {config}"
        );
    }
    let field =
        |image: &str, format: &str| docker(&["image", "inspect", "--format", format, image]);
    let own = "exasol/data-science-sandbox:0.1.0";
    for format in [
        "{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{json .Config.User}} {{json .Config.ExposedPorts}}",
        "{{json .Config.WorkingDir}}",
    ] {
        assert_eq!(field("my-tide-lab:1", format), field(own, format));
    }
    if crate::kind() == EngineKind::TodayContainerd {
        let environment = field("my-tide-lab:1", "{{json .Config.Env}}");
        assert!(environment.contains("\"TIDE_KEY\""), "unset: {environment}");
    } else {
        let environment = "{{json .Config.Env}}";
        assert_eq!(field("my-tide-lab:1", environment), field(own, environment));
        let label = field(
            "my-tide-lab:1",
            "{{index .Config.Labels \"io.slipway.lab\"}}",
        );
        assert_eq!(label.trim(), "");
    }
    let labels = field("my-tide-lab:1", "{{json .Config.Labels}}");
    assert!(
        labels.contains("\"io.slipway.saved.from\":\"tide-lab\""),
        "{labels}"
    );
    assert!(!labels.contains("\"io.slipway.profile\":\"{"), "{labels}");
    assert_eq!(in_image("my-tide-lab:1", SECRET), None);
    assert_eq!(in_image("my-tide-lab:1", &token), None);
    assert!(
        in_image("my-tide-lab:1", "HEIGHT = 42").is_some(),
        "what is looked for can be found at all"
    );

    // The lab is as it was, and is still signed in after a restart.
    assert_eq!(
        docker(&["exec", "tide-lab", "printenv", "TIDE_KEY"]).trim(),
        SECRET
    );
    room.labs.restart_lab(&lab).await.unwrap();
    room.card(&lab, "running again", |card| {
        card.state == LabState::Running && card.intent.is_none()
    })
    .await;
    room.labs.open(&lab).await.unwrap();
    assert!(is_signed_in(&browse(&room.last_opened()).await));

    // Deleted, and launched from the image: the package is there.
    room.delete(&lab).await;
    let mut again = room.form(None, Some("my-tide-lab:1"), "tide-again").await;
    assert_eq!(
        again.recipe.0, "data-science-sandbox",
        "its recipe is known"
    );
    assert_eq!(again.storage.target, "/root/notebooks");
    again.storage.kind = StorageKind::Nothing;
    let second = room.launched(&again, None).await;
    assert!(is_signed_in(&browse(&room.last_opened()).await));
    let said = docker(&[
        "exec",
        "tide-again",
        "/opt/jupyter/bin/python",
        "-c",
        IMPORT,
    ]);
    assert_eq!(said.trim(), "43");
    assert_eq!(
        docker(&["exec", "tide-again", "printenv", "TIDE_KEY"]).trim(),
        ""
    );

    // A state that is saved of it goes back to the same published image.
    room.labs
        .save_image(&second, wish("my-tide-lab", "2"))
        .await
        .unwrap();
    let origin = "{{index .Config.Labels \"io.slipway.saved.image\"}}";
    assert_eq!(field("my-tide-lab:2", origin).trim(), own);
    room.delete(&second).await;
    docker(&["image", "rm", "my-tide-lab:1", "my-tide-lab:2"]);
}

/// A container of somebody else's, made a lab.
async fn adopted(room: &Room, name: &str, script: &str) -> LabId {
    let id = bed()
        .docker(&[
            "run",
            "--detach",
            "--name",
            name,
            "slipway/webapp:1",
            "/bin/busybox",
            "sh",
            "-c",
            &format!("{script}; trap 'exit 0' TERM; while :; do busybox sleep 1 & wait $!; done"),
        ])
        .unwrap();
    let id = slipway_engine::ContainerId(id.lines().last().unwrap().trim().to_owned());
    let known = async {
        loop {
            match room.labs.adopt(&id).await {
                Ok(lab) => return lab,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    let lab = tokio::time::timeout(PATIENCE, known)
        .await
        .expect("it can be adopted");
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_stopped_lab_and_of_one_that_vanishes() {
    let room = Room::new().await;
    let script = "busybox mkdir -p /data/many /scratch; i=0; while [ $i -lt 300 ]; do echo tide > /data/many/$i.txt; i=$((i+1)); done; busybox dd if=/dev/zero of=/scratch/model.parquet bs=1000 count=70; : ready > /ready";
    let lab = adopted(&room, "drift", script).await;
    let written = async {
        while !docker(&["diff", "drift"]).contains("/ready") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, written)
        .await
        .expect("it writes its files");
    room.labs.stop_lab(&lab).await.unwrap();
    room.card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    let changes = room.labs.changes(&lab).await.unwrap();
    let state = measured(&changes).await;
    assert_eq!(state.unmeasured, 0, "{state:#?}");
    assert_eq!(
        file(&changes, "/scratch/model.parquet"),
        (ChangeKind::Added, Some(70_000))
    );
    assert_eq!(
        file(&changes, "/data/many/299.txt"),
        (ChangeKind::Added, Some(5)),
        "read with its folder"
    );
    let data = state
        .groups
        .iter()
        .find(|group| group.sort == ChangeSort::Data)
        .unwrap();
    assert_eq!((data.files, data.size.0), (1, 70_000));

    // A stopped lab is saved, too; what cannot be a name is said at its field.
    let refused = room.labs.save_image(&lab, wish("My Drift", "1")).await;
    let problem = refused.unwrap_err();
    assert_eq!(
        (problem.kind, problem.field.as_deref()),
        (ProblemKind::InvalidForm, Some("name"))
    );
    let saved = room.labs.save_image(&lab, wish("drift-wood", "1")).await;
    let saved = saved.unwrap();
    assert!(saved.image.size.0 >= 70_000, "{saved:?}");
    let again = room.labs.save_image(&lab, wish("drift-wood", "1")).await;
    assert!(again.is_ok(), "it takes the name over: {again:?}");
    assert_eq!(room.labs.saved_images(&lab).len(), 1);

    docker(&["rm", "--force", "drift"]);
    room.card(&lab, "gone", |card| card.state == LabState::Missing)
        .await;
    assert!(
        !rows(&changes, "").is_empty(),
        "what was read can still be looked at"
    );
    for refused in [
        room.labs.changes(&lab).await.map(drop).unwrap_err(),
        room.labs.preview_save(&lab).await.map(drop).unwrap_err(),
        room.labs
            .save_image(&lab, wish("drift-wood", "2"))
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert_eq!(refused.title, "The container of drift is gone.");
    }
    assert_eq!(
        docker(&["image", "ls", "--quiet", "drift-wood:2"]).trim(),
        ""
    );
    docker(&["image", "rm", "drift-wood:1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_with_a_hundred_thousand_changes_is_read_by_range() {
    let room = Room::new().await;
    // Links to one file are fast to make, and each is a path of its own.
    let script = "busybox mkdir -p /data/deep; echo tide > /data/deep/0; i=1; while [ $i -le 100000 ]; do echo /data/deep/$i; i=$((i+1)); done | busybox xargs -n 500 busybox touch; : > /ready";
    let lab = adopted(&room, "flood", script).await;
    let written = async {
        while bed()
            .docker(&["exec", "flood", "/bin/busybox", "test", "-e", "/ready"])
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, written)
        .await
        .expect("it writes its files");
    let changes = Arc::new(room.labs.changes(&lab).await.unwrap());
    let state = changes.state().borrow().clone();
    assert!(state.files > 100_000, "{}", state.files);
    let page = |from| {
        changes.rows(&ChangesQuery {
            from,
            count: 50,
            ..ChangesQuery::default()
        })
    };
    let first = page(0);
    assert_eq!(first.rows.len(), 50);
    let far = page(first.total - 20);
    assert_eq!((far.rows.len(), far.total), (20, first.total));
    let state = measured(&changes).await;
    assert_eq!(state.unmeasured, 0, "one archive tells all of them");
    docker(&["rm", "--force", "flood"]);
}
