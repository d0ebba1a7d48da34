//! Places on an engine that cannot run Slipway's program: seen through the engine's archive, which is slower and
//! shows the same. The engine is the real one; what stands in front of its socket changes what it says of its
//! processor, or the program's name in what it is asked to start.

use slipway_contents::browse::{FolderOrder, FolderQuery};
use slipway_contents::entry::{Entry, EntryKind};
use slipway_contents::jobs::JobState;
use slipway_contents::place::{EntryPath, PlaceId, PlaceReach};
use slipway_contents::preview::PreviewBody;
use slipway_contents::search::{SearchQuery, SearchWhere};
use slipway_contents::survey::SurveyState;
use slipway_engine::VolumeName;
use slipway_testbed::UnixRecorder;

use super::moving::{done, tree};
use super::{Room, bed, fill, gone, names, portholes_on, shows, volume_place};

/// An engine of another processor.
const PROCESSOR: (&str, &str) = ("\"Architecture\":\"x86_64\"", "\"Architecture\":\"mips64\"");

/// An engine that finds nothing to start.
const PROGRAM: (&str, &str) = (
    "\"Entrypoint\":[\"/slipway-porthole\"]",
    "\"Entrypoint\":[\"/slipway-porthola\"]",
);

const WORK: &str = r#"
set -e
mkdir -p data/inner empty
printf 'x,y\n1,2\n' > data/a.csv
printf 'one\na needle here\nthree\n' > data/inner/notes.txt
printf 'a needle\n' > .hidden
printf 'needle' > "$(printf 'two\nlines.txt')"
printf 'a' > "$(printf 'latin\351.txt')"
printf 'b' > "$(printf 'x\342\200\256gpj.exe')"
printf 'c' > 'größe & 数据 +%41.txt'
mkfifo pipe
ln -s loop loop
ln -s /etc/passwd out
ln -s ../../../etc/passwd above
ln -s data/a.csv inside
ln -s nowhere broken
ln -s data folder-link
ln data/a.csv again.csv
truncate -s 10000000 sparse.bin
printf 'secret' > closed; chmod 000 closed; chown 1234:1234 closed
mkdir locked; printf 'z' > locked/in; chmod 000 locked; chown 1234:3000000 locked
awk 'BEGIN { print "n,square"; for (n = 0; n < 200000; n++) print n "," n * n }' > squares.csv
p=data; i=0; while [ $i -lt 60 ]; do p="$p/a folder with a name"; i=$((i+1)); done; mkdir -p "$p"; printf q > "$p/end"
find . ! -type l -exec touch -d '2021-02-03 04:05:06' {} +
"#;

impl Room {
    /// A room on an engine in disguise.
    async fn disguised(words: &[(&str, &str)]) -> (Self, UnixRecorder) {
        let recorder = UnixRecorder::disguised(&bed().socket(), words).unwrap();
        let folder = tempfile::tempdir().unwrap();
        (Self::at(recorder.docker_host(), folder).await, recorder)
    }

    async fn all(&self, place: PlaceId, folder: &str) -> Vec<Entry> {
        let query = FolderQuery {
            folder: EntryPath(folder.to_owned()),
            hidden: true,
            count: 1000,
            ..FolderQuery::default()
        };
        // A large place is shown while it is read.
        loop {
            let page = self
                .contents
                .list_folder(place, query.clone())
                .await
                .unwrap();
            if page.complete {
                return page.rows;
            }
        }
    }
}

/// Without what an archive does not tell: holes, and names of a file that come later.
fn bare(row: &mut Entry) {
    row.on_disk = None;
    row.links = 1;
    if row.kind == EntryKind::Folder {
        row.size = None;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_processor_shows_the_same_files_the_slower_way() {
    fill("archived-vol", WORK);
    let program = Room::new().await;
    let with = program.open("archived-vol").await;
    let (room, _recorder) = Room::disguised(&[PROCESSOR]).await;
    let name = VolumeName::from("archived-vol");
    room.until("the volume", |snapshot| {
        snapshot.volumes.contains_key(&name)
    })
    .await;
    let opened = room
        .contents
        .open(volume_place("archived-vol"))
        .await
        .unwrap();
    let PlaceReach::Archive { why } = &opened.reach else {
        panic!("the program cannot have run: {opened:?}");
    };
    assert!(why.contains("(mips64)"), "{why}");
    assert!(
        opened.read_only.is_some(),
        "and it says that nothing can be changed"
    );
    let without = opened.id;

    for folder in ["", "data", "data/inner", "locked", "folder-link", "empty"] {
        let mut expected = program.all(with, folder).await;
        expected.iter_mut().for_each(bare);
        let mut rows = room.all(without, folder).await;
        rows.iter_mut().for_each(bare);
        for (row, expected) in rows.iter().zip(&expected) {
            if row.kind != EntryKind::Link {
                assert_eq!(row, expected, "in {folder:?}");
                continue;
            }
            // Links have the time at which they were made, to the second.
            assert_eq!(
                (&row.path, &row.target, row.target_kind),
                (&expected.path, &expected.target, expected.target_kind)
            );
        }
        assert_eq!(rows.len(), expected.len(), "in {folder:?}");
    }
    previews_are_shown(&room, without).await;
    space_and_hits_are_the_same((&program, with), (&room, without)).await;
    room.contents.close(without);
    program.contents.close(with);
    gone(bed(), "archived-vol").await;
}

async fn previews_are_shown(room: &Room, without: PlaceId) {
    for path in [
        "out",
        "loop",
        "broken",
        "pipe",
        "above",
        "data/../..",
        "nothing",
    ] {
        let query = FolderQuery {
            folder: EntryPath(path.to_owned()),
            count: 10,
            ..FolderQuery::default()
        };
        let refused = room.contents.list_folder(without, query).await;
        assert!(refused.is_err(), "{path} is no folder of this place");
    }
    let found = room.contents.find_entry(without, "/data/./a.csv").await;
    assert_eq!(found.unwrap().path.0, "data/a.csv");

    for (path, format) in [
        ("inside", "Text"),
        ("data/a.csv", "Comma-separated"),
        ("closed", "Text"),
        ("latin\\xE9.txt", "Text"),
    ] {
        let path = EntryPath(path.to_owned());
        let preview = room
            .contents
            .open_preview(without, path.clone())
            .await
            .unwrap();
        assert!(
            preview.format.starts_with(format),
            "{path:?}: {}",
            preview.format
        );
    }
    for path in ["out", "pipe", "loop"] {
        let path = EntryPath(path.to_owned());
        let preview = room.contents.open_preview(without, path).await.unwrap();
        assert!(
            matches!(preview.body, PreviewBody::Nothing { .. }),
            "{preview:?}"
        );
    }
    let preview = room
        .contents
        .open_preview(without, EntryPath("squares.csv".to_owned()))
        .await
        .unwrap();
    let page = room
        .contents
        .preview_rows(preview.id, 0, 199_990, 5)
        .await
        .unwrap();
    assert_eq!(
        page.rows[0][1].as_deref(),
        Some("39996000100"),
        "far behind, from a copy"
    );
}

async fn space_and_hits_are_the_same(
    (program, with): (&Room, PlaceId),
    (room, without): (&Room, PlaceId),
) {
    let mut states = room.contents.measure(without).unwrap();
    let state = shows(&mut states, "the end of counting", |state| state.done).await;
    let mut states = program.contents.measure(with).unwrap();
    let expected = shows(&mut states, "the end of counting", |state| state.done).await;
    assert_eq!(
        (state.files, state.folders, state.bytes, state.left_out),
        (expected.files, expected.folders, expected.bytes, None)
    );
    let sized = FolderQuery {
        order: FolderOrder::Size,
        descending: true,
        count: 2,
        ..FolderQuery::default()
    };
    let page = room.contents.list_folder(without, sized).await.unwrap();
    assert_eq!(names(&page)[0], "sparse.bin");

    for (text, within, hidden, expected) in [
        ("*.csv", SearchWhere::Names, false, 3),
        ("NEEDLE", SearchWhere::Contents, false, 2),
        ("needle", SearchWhere::Contents, true, 3),
    ] {
        let query = SearchQuery {
            text: text.to_owned(),
            within,
            hidden,
            ..SearchQuery::default()
        };
        let mut states = room.contents.search(without, query).unwrap();
        let state = shows(&mut states, "the end of the search", |state| state.done).await;
        assert_eq!((state.hits, state.problem), (expected, None), "{text}");
    }
    let hits = room.contents.search_hits(without, 0, 10).unwrap();
    let notes = hits.iter().find(|hit| hit.path.0 == "data/inner/notes.txt");
    let line = notes.unwrap().line.clone().unwrap();
    assert_eq!((line.number, line.text.as_str()), (2, "a needle here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_downloaded_the_slower_way_is_the_same() {
    fill("carried-vol", WORK);
    let here = tempfile::tempdir().unwrap();
    let program = Room::new().await;
    let with = program.open("carried-vol").await;
    let (room, _recorder) = Room::disguised(&[PROCESSOR]).await;
    let without = room.open("carried-vol").await;
    let mut came = Vec::new();
    for (room, place, to) in [(&program, with, "with"), (&room, without, "without")] {
        let to = here.path().join(to);
        std::fs::create_dir(&to).unwrap();
        let id = room
            .download(
                place,
                &[
                    "data",
                    "closed",
                    "locked",
                    "sparse.bin",
                    "folder-link",
                    "latin\\xE9.txt",
                ],
                &to,
            )
            .await;
        let (summary, cautions) = done(room.ended(id).await);
        came.push((summary.replace(" Checked.", ""), cautions, tree(&to)));
    }
    assert!(came[0].2.len() > 65, "the whole of it: {}", came[0].2.len());
    for (name, what) in &came[0].2 {
        let shown = String::from_utf8_lossy(name);
        assert!(came[1].2.get(name) == Some(what), "{shown}");
    }
    assert_eq!(came[0].2.len(), came[1].2.len(), "and nothing besides");
    assert!(
        came[1].1.is_empty(),
        "all of it was checked: {:?}",
        came[1].1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_and_a_change_is_refused_the_slower_way() {
    fill("unchanged-vol", "mkdir a; printf 1 > a/b; ln a/b c");
    let (room, _recorder) = Room::disguised(&[PROCESSOR]).await;
    let place = room.open("unchanged-vol").await;
    let folder = EntryPath(String::new());
    let refused = room
        .contents
        .make_folder(place, folder, "new")
        .await
        .unwrap_err();
    assert_eq!(refused.title, "Nothing can be changed here.");
    assert!(refused.message.contains("(mips64)"), "{}", refused.message);
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("up.txt");
    std::fs::write(&file, "x").unwrap();
    let id = room.upload(place, "", &[file]).await;
    let JobState::Failed { problem } = room.ended(id).await.state else {
        panic!("nothing can be uploaded");
    };
    assert_eq!(problem.title, "Nothing can be changed here.");
    let id = room.contents.back_up("unchanged-vol", false).unwrap();
    done(room.ended(id).await);
    let shelf = room.contents.backups(Some("unchanged-vol")).await.unwrap();
    assert_eq!(shelf.backups[0].files, Some(2));
    let volume = VolumeName::from("unchanged-vol");
    let mut surveys = room.contents.survey();
    let update = shows(&mut surveys, "the volume", |update| {
        update
            .volumes
            .iter()
            .any(|row| row.volume == volume && matches!(row.state, SurveyState::Failed { .. }))
    })
    .await;
    let row = update
        .volumes
        .iter()
        .find(|row| row.volume == volume)
        .unwrap();
    let SurveyState::Failed { problem } = &row.state else {
        panic!("{row:?}");
    };
    assert_eq!(problem.title, "Nothing is counted here until you open it.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_start_is_done_without() {
    fill("refused-vol", "printf 1 > a");
    let (room, _recorder) = Room::disguised(&[PROGRAM]).await;
    let name = VolumeName::from("refused-vol");
    room.until("the volume", |snapshot| {
        snapshot.volumes.contains_key(&name)
    })
    .await;
    let opened = room
        .contents
        .open(volume_place("refused-vol"))
        .await
        .unwrap();
    let PlaceReach::Archive { why } = &opened.reach else {
        panic!("the program cannot have run: {opened:?}");
    };
    assert!(why.starts_with("This engine does not run"), "{why}");
    assert_eq!(names(&room.list(opened.id, "").await), ["a"]);
    let ids = portholes_on(bed(), "refused-vol");
    let states = bed()
        .docker(
            &[
                &["inspect", "-f", "{{.State.Status}}"][..],
                &ids.iter().map(String::as_str).collect::<Vec<_>>(),
            ]
            .concat(),
        )
        .unwrap();
    assert!(
        states.lines().all(|state| state == "created"),
        "nothing was started: {states}"
    );
    room.contents.remove_volume("refused-vol").await.unwrap();
    gone(bed(), "refused-vol").await;
    let left = bed().docker(&["volume", "ls", "-q"]).unwrap();
    assert!(!left.lines().any(|volume| volume == "refused-vol"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slower_way_comes_back_with_its_engine() {
    fill("away-vol", "printf 1 > a");
    let (room, recorder) = Room::disguised(&[PROCESSOR]).await;
    let place = room.open("away-vol").await;
    assert_eq!(names(&room.list(place, "").await), ["a"]);
    let folder = EntryPath::default();
    let mut updates = room.contents.watch(place, vec![folder], None).unwrap();
    let ids = portholes_on(bed(), "away-vol");
    recorder.refuse();
    bed()
        .docker(
            &[
                &["rm", "-f"][..],
                &ids.iter().map(String::as_str).collect::<Vec<_>>(),
            ]
            .concat(),
        )
        .unwrap();
    let lost = room
        .contents
        .open_preview(place, EntryPath("a".to_owned()))
        .await;
    assert!(lost.is_err());
    shows(&mut updates, "that it is lost", |update| {
        update.lost.is_some()
    })
    .await;
    fill("away-vol", "printf 2 > b");
    recorder.accept();
    shows(&mut updates, "that it came back", |update| {
        update.lost.is_none() && update.comeback > 0
    })
    .await;
    assert_eq!(names(&room.list(place, "").await), ["a", "b"]);
}
