//! Previews of files in a volume of a real engine, read by the real program in a real container.
//!
//! The files were written by pandas, pyarrow, matplotlib, a Jupyter kernel and sqlite3 (see
//! `tests/files/make.py`), or are what a lab leaves behind and nobody expects: a pipe, a million rows,
//! one line of 100 MB. `SLIPWAY_ENGINE` chooses the engine.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::OnceLock;
use std::time::Duration;

use slipway_contents::place::{EntryPath, Place, PlaceId};
use slipway_contents::preview::{CellBody, CellOutput, Change, Preview, PreviewBody};
use slipway_contents::{Contents, ContentsHome};
use slipway_engine::VolumeName;
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::Inventory;
use slipway_labs::Labs;
use slipway_labs::labs::LabsHome;
use slipway_testbed::{Bed, EngineKind};
use slipway_vault::Vault;

/// What fills the volume: an image with busybox and nothing else.
const IMAGE: &str = "slipway/webapp:1";
const VOLUME: &str = "previewed";

const SCRIPT: &str = "
/bin/busybox --install -s /bin && cp -r /files/. . && mkfifo pipe && ln -s analysis.ipynb link.ipynb && ln -s nowhere dangling &&
ln -s /etc/passwd outside && : > empty.txt &&
awk 'BEGIN { print \"n,square\"; for (n = 0; n < 1000000; n++) print n \",\" n * n }' > million.csv &&
{ echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo last; } > long.txt &&
{ echo a,b; head -c 100000000 /dev/zero | tr '\\0' y; echo ,1; echo x,2; } > long-line.csv &&
{ echo a,b; printf 1,; head -c 100000000 /dev/zero | tr '\\0' ,; echo; echo x,2; } > commas.csv &&
sed 's/apple/cherry/' prices.csv > other.csv
";

fn bed() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| {
        let kind =
            std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
        let bed = Bed::start(kind).unwrap();
        bed.load(IMAGE).unwrap();
        let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
        let volume = format!("{VOLUME}:/v");
        bed.docker(&[
            "create",
            "--name",
            "filler",
            "--entrypoint",
            "/bin/busybox",
            "-v",
            &volume,
            "-w",
            "/v",
            IMAGE,
            "sh",
            "-c",
            SCRIPT,
        ])
        .unwrap();
        bed.docker(&["cp", files, "filler:/files"]).unwrap();
        bed.docker(&["start", "--attach", "filler"]).unwrap();
        bed.docker(&["rm", "filler"]).unwrap();
        bed
    })
}

struct Room {
    contents: Contents,
    place: PlaceId,
    _home: tempfile::TempDir,
}

impl Room {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let surroundings = Surroundings {
            variables: [("DOCKER_HOST".to_owned(), bed().docker_host())].into(),
            home: None,
        };
        let inventory = Inventory::start(surroundings);
        let labs = Labs::start(LabsHome {
            profiles: home.path().join("labs"),
            recipes: home.path().join("recipes"),
            inventory: inventory.clone(),
            vault: Vault::in_memory(),
            open_address: std::sync::Arc::new(|_| Ok(())),
            user: None,
        });
        let contents = Contents::start(ContentsHome {
            inventory: inventory.clone(),
            labs,
            cache: home.path().join("counted"),
            backups: home.path().join("backups"),
            settings: home.path().join("keeping"),
        });
        let name = VolumeName::from(VOLUME);
        let mut snapshots = inventory.watch();
        let seen = snapshots.wait_for(|snapshot| snapshot.volumes.contains_key(&name));
        tokio::time::timeout(Duration::from_mins(2), seen)
            .await
            .unwrap()
            .unwrap();
        let place = contents.open(Place::Volume { name }).await.unwrap().id;
        Self {
            contents,
            place,
            _home: home,
        }
    }

    async fn preview(&self, path: &str) -> Preview {
        let path = EntryPath(path.to_owned());
        self.contents.open_preview(self.place, path).await.unwrap()
    }
}

#[tokio::test]
async fn a_notebook_of_a_real_kernel_is_shown_with_its_plot_and_its_table() {
    let room = Room::new().await;
    for name in ["analysis.ipynb", "link.ipynb"] {
        let preview = room.preview(name).await;
        assert!(
            matches!(preview.body, PreviewBody::Notebook { cells: 5, .. }),
            "{preview:?}"
        );
        let page = room
            .contents
            .preview_cells(preview.id, 0, 50)
            .await
            .unwrap();
        let outputs: Vec<CellOutput> = page
            .cells
            .into_iter()
            .filter_map(|cell| match cell.body {
                CellBody::Code { outputs, .. } => Some(outputs),
                _ => None,
            })
            .flatten()
            .collect();
        assert!(outputs.iter().any(|output| matches!(output, CellOutput::Table { columns, .. } if columns.contains(&"fruit".to_owned()))));
        assert!(outputs.iter().any(|output| matches!(output, CellOutput::Failure { name, .. } if name == "ZeroDivisionError")));
        let key = outputs
            .iter()
            .find_map(|output| match output {
                CellOutput::Picture { key, .. } => Some(key),
                _ => None,
            })
            .unwrap();
        let picture = room
            .contents
            .preview_picture(preview.id, key)
            .await
            .unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "the plot");
    }
}

#[tokio::test]
async fn tables_of_real_programs_are_read_by_range() {
    let room = Room::new().await;
    for (name, from, wanted) in [
        ("prices.parquet", 999, "999"),
        ("prices.feather", 999, "999"),
        ("prices.arrows", 999, "999"),
        ("prices.xlsx", 49, "49"),
        ("prices.csv", 99, "99"),
        ("prices.jsonl", 99, "99"),
        ("prices.db", 99, "99"),
    ] {
        let preview = room.preview(name).await;
        assert!(
            matches!(preview.body, PreviewBody::Table { .. }),
            "{preview:?}"
        );
        assert!(
            preview.cautions.is_empty(),
            "{name}: {:?}",
            preview.cautions
        );
        let page = room
            .contents
            .preview_rows(preview.id, 0, from, 10)
            .await
            .unwrap();
        assert_eq!(page.rows.len(), 1, "{name} ends there");
        assert!(
            page.rows[0].iter().flatten().any(|value| value == wanted),
            "{name}: {:?}",
            page.rows
        );
    }
}

#[tokio::test]
async fn a_million_rows_and_a_line_of_100_mb_are_no_trouble() {
    let room = Room::new().await;
    let preview = room.preview("million.csv").await;
    let page = room
        .contents
        .preview_rows(preview.id, 0, 999_990, 100)
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.total), (10, Some(1_000_000)));
    assert_eq!(page.rows[9][0].as_deref(), Some("999999"));
    let preview = room.preview("long.txt").await;
    let page = room
        .contents
        .preview_lines(preview.id, 0, 10)
        .await
        .unwrap();
    assert_eq!(page.lines.len(), 3);
    assert_eq!(
        page.lines[1].cut,
        100_000_000 - 2000,
        "a long line says how long it is"
    );
    assert_eq!(page.lines[2].spans[0].text, "last");
}

#[tokio::test]
async fn a_table_with_a_line_of_100_mb_shows_its_other_lines() {
    let room = Room::new().await;
    for (name, begin) in [("long-line.csv", "yyyy"), ("commas.csv", "1")] {
        let preview = room.preview(name).await;
        let page = room
            .contents
            .preview_rows(preview.id, 0, 0, 10)
            .await
            .unwrap();
        let row = |number: usize| -> Vec<&str> {
            let cells = page.rows[number].iter();
            cells
                .map(|cell| cell.as_deref().unwrap_or_default())
                .collect()
        };
        assert_eq!(page.rows.len(), 3, "{name}: none is lost");
        assert_eq!(row(0), ["a", "b"], "{name}");
        assert!(row(1)[0].starts_with(begin), "{name}");
        assert!(
            row(1).concat().ends_with('\u{2026}'),
            "{name}: the long one says that it goes on"
        );
        assert!(
            row(1).concat().len() < 100_000,
            "{name}: it is given by its beginning"
        );
        assert_eq!(row(2), ["x", "2"], "{name}: the line behind it is there");
    }
}

#[tokio::test]
async fn what_holds_nothing_or_lies_elsewhere_says_why() {
    let room = Room::new().await;
    for name in ["pipe", "dangling", "outside"] {
        let preview = room.preview(name).await;
        let PreviewBody::Nothing { why } = preview.body else {
            panic!("{name}: {:?}", preview.body)
        };
        assert!(why.ends_with('.'), "{name} says why: {why}");
    }
    assert!(matches!(
        room.preview("empty.txt").await.body,
        PreviewBody::Empty
    ));
    let gone = room
        .contents
        .open_preview(room.place, EntryPath("gone.csv".to_owned()))
        .await;
    assert!(gone.is_err());
}

#[tokio::test]
async fn files_are_compared_and_previews_end_with_their_place() {
    let room = Room::new().await;
    let side = |name: &str| (room.place, EntryPath(name.to_owned()));
    let comparison = room
        .contents
        .compare(side("prices.csv"), side("other.csv"))
        .await
        .unwrap();
    assert!(
        comparison
            .parts
            .iter()
            .any(|part| part.change == Change::Changed),
        "{}",
        comparison.summary
    );
    let same = room
        .contents
        .compare(side("analysis.ipynb"), side("link.ipynb"))
        .await
        .unwrap();
    assert_eq!(same.summary, "The same.");
    let preview = room.preview("prices.csv").await;
    room.contents.close(room.place);
    assert!(
        room.contents
            .preview_rows(preview.id, 0, 0, 1)
            .await
            .is_err()
    );
}
