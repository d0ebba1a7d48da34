//! Portholes leave no trace: closed, killed, left behind, lost with the engine.

use slipway_contents::place::{EntryPath, Place};
use slipway_testbed::Bed;

use super::{Room, bed, fill, fill_in, gone, kind, names, portholes_on, shows, volume_place};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_shows_a_porthole_and_closing_ends_it() {
    fill("quiet-vol", "printf 1 > a");
    let room = Room::new().await;
    let place = room.open("quiet-vol").await;
    assert_eq!(names(&room.list(place, "").await), ["a"]);
    let ids = portholes_on(bed(), "quiet-vol");
    assert_eq!(ids.len(), 1, "it runs");
    assert_eq!(
        rights_of(&ids[0]),
        [
            "network none: none",
            "root read-only true, privileged false, user 0:0",
            "rights -[ALL] +[DAC_READ_SEARCH], [no-new-privileges]",
            "memory 268435456 swap 268435456, processes 256, log none",
            "ports map[], devices [], binds []",
            "/place written false",
        ],
        "a look may do no more than it needs"
    );
    let mark = format!("marker-{}", ids[0]);
    fill(&mark, "true");
    let marked = slipway_engine::VolumeName::from(mark.as_str());
    room.until("what was made after it", |snapshot| {
        snapshot.volumes.contains_key(&marked)
    })
    .await;
    let snapshot = room.inventory.snapshot();
    assert!(
        snapshot
            .containers
            .values()
            .all(|row| !row.labels.contains_key("io.slipway.porthole")),
        "no list shows it"
    );
    assert!(
        snapshot.images.values().all(|row| row
            .tags
            .iter()
            .all(|tag| !tag.starts_with("slipway/porthole"))),
        "nor its image"
    );
    room.contents.close(place);
    gone(bed(), "quiet-vol").await;
}

/// What the engine says that a container may do.
fn rights_of(id: &str) -> Vec<String> {
    let asked = [
        "network {{.HostConfig.NetworkMode}}:{{range $name, $_ := .NetworkSettings.Networks}} {{$name}}{{end}}",
        "root read-only {{.HostConfig.ReadonlyRootfs}}, privileged {{.HostConfig.Privileged}}, user {{.Config.User}}",
        "rights -{{.HostConfig.CapDrop}} +{{.HostConfig.CapAdd}}, {{.HostConfig.SecurityOpt}}",
        "memory {{.HostConfig.Memory}} swap {{.HostConfig.MemorySwap}}, processes {{.HostConfig.PidsLimit}}, log {{.HostConfig.LogConfig.Type}}",
        "ports {{.HostConfig.PortBindings}}, devices {{.HostConfig.Devices}}, binds {{.HostConfig.Binds}}",
        "{{range .Mounts}}{{.Destination}} written {{.RW}}{{end}}",
    ];
    let shown = bed()
        .docker(&["inspect", "-f", &asked.join("\n"), id])
        .unwrap();
    shown.trim().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_may_write_to_its_place_and_nothing_else() {
    fill("rights-vol", "printf 1 > a");
    let room = Room::new().await;
    let place = room.open("rights-vol").await;
    let looking = portholes_on(bed(), "rights-vol");
    // What writes stays for a moment for the next action.
    room.contents
        .make_folder(place, EntryPath::default(), "new")
        .await
        .unwrap();
    let writing: Vec<Vec<String>> = portholes_on(bed(), "rights-vol")
        .iter()
        .filter(|id| !looking.contains(id))
        .map(|id| rights_of(id))
        .collect();
    assert_eq!(
        writing,
        [[
            "network none: none",
            "root read-only true, privileged false, user 0:0",
            "rights -[ALL] +[CHOWN DAC_OVERRIDE FOWNER FSETID], [no-new-privileges]",
            "memory 268435456 swap 268435456, processes 256, log none",
            "ports map[], devices [], binds []",
            "/place written true",
        ]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_goes_closes_its_places() {
    fill("page-vol", "printf 1 > a");
    let room = Room::new().await;
    let first = room.open("page-vol").await;
    room.open("page-vol").await;
    room.contents.close_all();
    gone(bed(), "page-vol").await;
    let closed = room
        .contents
        .space_map(first, &EntryPath::default())
        .unwrap_err();
    assert_eq!(closed.title, "This place has been closed.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_app_leaves_is_cleared_at_its_next_start() {
    fill("left-vol", "printf 1 > a");
    let room = Room::new().await;
    let place = room.open("left-vol").await;
    // As after a crash between two steps: created, labelled as this app's, never started.
    let ids = portholes_on(bed(), "left-vol");
    let owner = bed()
        .docker(&[
            "inspect",
            "-f",
            "{{index .Config.Labels \"io.slipway.porthole\"}}",
            &ids[0],
        ])
        .unwrap();
    let label = format!("io.slipway.porthole={}", owner.trim());
    bed()
        .docker(&[
            "create",
            "--label",
            &label,
            "-v",
            "left-vol:/place",
            super::IMAGE,
        ])
        .unwrap();
    room.contents.close(place);
    let Room {
        contents,
        inventory,
        folder,
    } = room;
    drop((contents, inventory));
    let room = Room::over(bed(), folder).await;
    gone(bed(), "left-vol").await;
    assert_eq!(
        names(&room.list(room.open("left-vol").await, "").await),
        ["a"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_comes_back_with_its_engine() {
    // An engine of its own: others are not to lose theirs.
    let bed = Bed::start(kind()).unwrap();
    bed.load(super::IMAGE).unwrap();
    fill_in(&bed, "back-vol", "printf 1 > a");
    let room = Room::over(&bed, tempfile::tempdir().unwrap()).await;
    let place = room.open("back-vol").await;
    assert_eq!(names(&room.list(place, "").await), ["a"]);
    let mut updates = room
        .contents
        .watch(place, vec![EntryPath::default()], None)
        .unwrap();
    bed.kill_engine().unwrap();
    shows(&mut updates, "the loss", |update| update.lost.is_some()).await;
    bed.start_engine().unwrap();
    shows(&mut updates, "the comeback", |update| {
        update.lost.is_none() && update.comeback == 1
    })
    .await;
    assert_eq!(names(&room.list(place, "").await), ["a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_folders_of_labs_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "1").unwrap();
    let path = folder.path().display().to_string();
    let room = Room::new().await;
    let place = Place::Folder { path: path.clone() };
    let refused = room.contents.open(place.clone()).await.unwrap_err();
    assert!(
        refused.title.ends_with("is not a folder of a lab."),
        "{refused}"
    );
    let mount = format!("{path}:/shelf");
    bed()
        .docker(&["create", "--name", "folder-lab", "-v", &mount, super::IMAGE])
        .unwrap();
    room.until("the lab", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "folder-lab")
    })
    .await;
    let opened = room.contents.open(place).await.unwrap();
    assert_eq!(names(&room.list(opened.id, "").await), ["a.csv"]);
    let found = room
        .contents
        .find_entry(opened.id, "/shelf/a.csv")
        .await
        .unwrap();
    assert_eq!(found.path.0, "a.csv");
    let gone = room
        .contents
        .open(volume_place("never-made"))
        .await
        .unwrap_err();
    assert!(gone.title.contains("never-made"), "{gone}");
    let volumes = bed().docker(&["volume", "ls", "-q"]).unwrap();
    assert!(
        !volumes.lines().any(|name| name == "never-made"),
        "looking makes no volume"
    );
}
