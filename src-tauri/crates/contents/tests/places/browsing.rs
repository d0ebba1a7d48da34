//! Rows, changes, space and search of hostile and of large volumes.

use std::time::Instant;

use slipway_contents::browse::{FolderOrder, FolderQuery};
use slipway_contents::entry::EntryKind;
use slipway_contents::place::EntryPath;
use slipway_contents::search::{SearchQuery, SearchWhere};

use super::{Room, fill, names, shows};

/// Everything that a program may leave in a folder to harm whoever looks.
const HOSTILE: &str = r#"
set -e
mkdir -p data deep empty
printf 'x,y\n1,2\n' > data/a.csv
printf 'needle in here\n' > "$(printf 'two\nlines.txt')"
printf 'a' > "$(printf 'latin\351.txt')"
printf 'b' > "$(printf 'x\342\200\256gpj.exe')"
mkfifo pipe
ln -s loop loop
ln -s /etc/passwd out
ln -s data/a.csv inside
ln -s nowhere broken
ln -s data folder-link
truncate -s 1099511627776 sparse.bin
printf 'secret' > closed; chmod 000 closed; chown 1234:1234 closed
mkdir locked; printf 'z' > locked/in; chmod 000 locked; chown 1234:1234 locked
printf h > .hidden
p=deep; i=0; while [ $i -lt 60 ]; do p="$p/d"; i=$((i+1)); done; mkdir -p "$p"; printf 'q' > "$p/end.txt"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_volume_is_shown_as_it_is() {
    fill("hostile-vol", HOSTILE);
    let room = Room::new().await;
    let place = room.open("hostile-vol").await;
    let page = room.list(place, "").await;
    assert!(page.complete);
    assert_eq!(page.hidden, 1);
    let row = |name: &str| {
        page.rows
            .iter()
            .find(|row| row.name == name)
            .unwrap_or_else(|| panic!("{name} is missing in {:?}", names(&page)))
    };
    assert!(row("two␊lines.txt").odd_name);
    assert_eq!(row("latin⟨E9⟩.txt").path.0, "latin\\xE9.txt");
    assert!(row("x⟨U+202E⟩gpj.exe").odd_name);
    assert_eq!(row("pipe").kind, EntryKind::Pipe);
    assert_eq!(row("loop").target_kind, None, "a circle leads nowhere");
    assert_eq!(row("out").target_kind, None, "a link leads nowhere outside");
    assert_eq!(row("out").target.as_deref(), Some("/etc/passwd"));
    assert_eq!(row("inside").target_kind, Some(EntryKind::File));
    assert_eq!(row("folder-link").target_kind, Some(EntryKind::Folder));
    assert_eq!(row("closed").user, 1234);
    assert_eq!(row("closed").permissions, "---------");
    let sparse = row("sparse.bin");
    assert_eq!(sparse.size.unwrap().0, 1 << 40);
    assert!(sparse.on_disk.unwrap().0 < 1 << 20);

    assert_eq!(
        names(&room.list(place, "locked").await),
        ["in"],
        "a look needs no permission"
    );
    assert_eq!(names(&room.list(place, "folder-link").await), ["a.csv"]);
    for path in [
        "out",
        "loop",
        "broken",
        "pipe",
        "data/../..",
        "latin\\xe9.txt",
    ] {
        let query = FolderQuery {
            folder: EntryPath(path.to_owned()),
            count: 10,
            ..FolderQuery::default()
        };
        let refused = room.contents.list_folder(place, query).await;
        assert!(refused.is_err(), "{path} is no folder of this place");
    }

    let found = room
        .contents
        .find_entry(place, "/data/./a.csv")
        .await
        .unwrap();
    assert_eq!(found.path.0, "data/a.csv");
    let missing = room
        .contents
        .find_entry(place, "data/b.csv")
        .await
        .unwrap_err();
    assert_eq!(missing.field.as_deref(), Some("path"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_files_come_at_once_and_are_counted() {
    fill(
        "large-vol",
        "d=0; while [ $d -lt 100 ]; do mkdir d$d; i=1; while [ $i -le 1000 ]; do : > d$d/file$i.csv; i=$((i+1)); done; \
         d=$((d+1)); done; printf '12345' > d7/file7.csv; printf 'a needle\n' > d9/notes.txt",
    );
    let room = Room::new().await;
    let began = Instant::now();
    let place = room.open("large-vol").await;
    let page = room.list(place, "").await;
    let first = began.elapsed();
    assert_eq!(page.total, 100);
    assert_eq!(names(&page)[..3], ["d0", "d1", "d2"]);
    let again = Instant::now();
    let page = room.list(place, "d7").await;
    let next = again.elapsed();
    assert_eq!((page.total, page.rows.len()), (1000, 1000));
    eprintln!("first rows after {first:?}, the next folder after {next:?}");

    let mut states = room.contents.measure(place).unwrap();
    let state = shows(&mut states, "the end of counting", |state| state.done).await;
    assert_eq!((state.files, state.bytes.0), (100_001, 14));
    let map = room
        .contents
        .space_map(place, &EntryPath::default())
        .unwrap();
    assert_eq!(map.cells[0].name, "d9");
    assert_eq!(map.largest_files[0].path.0, "d9/notes.txt");
    let sized = FolderQuery {
        order: FolderOrder::Size,
        descending: true,
        count: 2,
        ..FolderQuery::default()
    };
    let page = room.contents.list_folder(place, sized).await.unwrap();
    assert_eq!(names(&page), ["d9", "d7"], "folders weigh what was counted");

    let mut states = room
        .contents
        .search(
            place,
            SearchQuery {
                text: "file7.*".to_owned(),
                ..SearchQuery::default()
            },
        )
        .unwrap();
    let state = shows(&mut states, "the end of the search", |state| state.done).await;
    assert_eq!((state.hits, state.capped), (100, false));
    let mut states = room
        .contents
        .search(
            place,
            SearchQuery {
                text: "NEEDLE".to_owned(),
                within: SearchWhere::Contents,
                ..SearchQuery::default()
            },
        )
        .unwrap();
    shows(&mut states, "the end of the search", |state| state.done).await;
    let hits = room.contents.search_hits(place, 0, 10).unwrap();
    let line = hits[0].line.clone().unwrap();
    assert_eq!((hits.len(), hits[0].path.0.as_str()), (1, "d9/notes.txt"));
    assert_eq!((line.number, line.start, line.end), (1, 2, 8));
    assert_eq!(line.text, "a needle");
    let mut states = room
        .contents
        .search(
            place,
            SearchQuery {
                text: "csv".to_owned(),
                ..SearchQuery::default()
            },
        )
        .unwrap();
    let state = shows(&mut states, "the end of the search", |state| state.done).await;
    assert_eq!((state.hits, state.capped), (10_000, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lab_writes_appears() {
    fill("live-vol", "mkdir data; printf 1 > data/a.csv");
    let room = Room::new().await;
    let place = room.open("live-vol").await;
    let folder = EntryPath("data".to_owned());
    assert_eq!(names(&room.list(place, "data").await), ["a.csv"]);
    let file = EntryPath("data/a.csv".to_owned());
    let mut updates = room
        .contents
        .watch(place, vec![folder.clone()], Some(file))
        .unwrap();
    let before = updates.borrow_and_update().clone();
    fill("live-vol", "printf 2 > data/b.csv");
    let after = shows(&mut updates, "the new file", |update| {
        update.folders[0].revision > before.folders[0].revision
    })
    .await;
    assert_eq!(after.folders[0].folder, folder);
    let page = room.list(place, "data").await;
    assert_eq!(names(&page), ["a.csv", "b.csv"]);
    assert!(page.revision > before.folders[0].revision);
    fill("live-vol", "printf 3 >> data/a.csv");
    shows(&mut updates, "the changed file", |update| {
        update.file > before.file
    })
    .await;
}
