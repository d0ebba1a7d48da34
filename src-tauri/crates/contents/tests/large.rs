//! What is far larger than anybody expects: a notebook of 200 MB, a million files in one folder. Alone in
//! their process, so that its memory is theirs.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::OnceLock;
use std::time::Duration;

use slipway_contents::browse::FolderQuery;
use slipway_contents::place::{EntryPath, Place, PlaceId};
use slipway_contents::preview::{CellBody, PreviewBody};
use slipway_contents::{Contents, ContentsHome};
use slipway_engine::VolumeName;
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::Inventory;
use slipway_labs::Labs;
use slipway_labs::labs::LabsHome;
use slipway_testbed::{Bed, EngineKind};
use slipway_vault::Vault;

const IMAGE: &str = "slipway/slow:1";

/// 2,000 cells that printed 104 kB each.
const NOTEBOOK: &str = r#"
awk 'BEGIN {
  for (i = 0; i < 2000; i++) text = text "a line that a loop of the analyst printed, once more\\n";
  printf "{\"nbformat\":4,\"nbformat_minor\":5,\"metadata\":{\"language_info\":{\"name\":\"python\"}},\"cells\":[";
  for (n = 0; n < 2000; n++)
    printf "%s{\"cell_type\":\"code\",\"execution_count\":%d,\"metadata\":{},\"source\":\"x = %d\",\"outputs\":[{\"output_type\":\"stream\",\"name\":\"stdout\",\"text\":\"%s\"}]}", n ? "," : "", n, n, text;
  printf "]}" }' > large.ipynb
"#;

fn bed() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| {
        let kind =
            std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
        let bed = Bed::start(kind).unwrap();
        bed.load(IMAGE).unwrap();
        bed
    })
}

fn fill(volume: &str, script: &str) {
    let mount = format!("{volume}:/v");
    let run = ["run", "--rm", "--network", "none", "--user", "0"];
    let of = ["--entrypoint", "/bin/busybox", "-v", &mount, "-w", "/v"];
    bed()
        .docker(&[&run[..], &of[..], &[IMAGE, "sh", "-c", script]].concat())
        .unwrap();
}

async fn open(volume: &str) -> (Contents, PlaceId, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let inventory = Inventory::start(Surroundings {
        variables: [("DOCKER_HOST".to_owned(), bed().docker_host())].into(),
        home: None,
    });
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
    let name = VolumeName::from(volume);
    let mut snapshots = inventory.watch();
    let seen = snapshots.wait_for(|snapshot| snapshot.volumes.contains_key(&name));
    tokio::time::timeout(Duration::from_mins(2), seen)
        .await
        .unwrap()
        .unwrap();
    let place = contents.open(Place::Volume { name }).await.unwrap().id;
    (contents, place, home)
}

/// The most that this process has ever held, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes.unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_of_200_mb_is_shown_in_little_memory() {
    fill("large-notebook", NOTEBOOK);
    let (contents, place, _home) = open("large-notebook").await;
    let path = EntryPath("large.ipynb".to_owned());
    let before = peak();
    let preview = contents.open_preview(place, path).await.unwrap();
    assert!(preview.size.0 > 200_000_000, "{:?}", preview.size);
    assert!(
        matches!(preview.body, PreviewBody::Notebook { cells: 2000, .. }),
        "{:?}",
        preview.body
    );
    assert!(preview.cautions.is_empty(), "{:?}", preview.cautions);
    for from in [0, 1000, 1995] {
        let page = contents.preview_cells(preview.id, from, 5).await.unwrap();
        assert_eq!(page.cells.len(), 5);
        let CellBody::Code { outputs, .. } = &page.cells[0].body else {
            panic!("{:?}", page.cells[0]);
        };
        assert_eq!(outputs.len(), 1);
    }
    let more = peak() - before;
    eprintln!("{} MB more than before", more / 1_000_000);
    assert!(more < 120_000_000, "{more} bytes for one notebook");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "making a million files takes minutes"]
async fn a_million_files_in_one_folder_are_listed() {
    fill(
        "million-files",
        r#"mkdir all && cd all && awk 'BEGIN { for (n = 1; n <= 1000000; n++) printf "file-%07d.csv\n", n }' | xargs touch"#,
    );
    let (contents, place, _home) = open("million-files").await;
    let query = |from| FolderQuery {
        folder: EntryPath("all".to_owned()),
        from,
        count: 3,
        ..FolderQuery::default()
    };
    // As the page does: it follows the folder, shows what there is, and is told when all was read.
    let followed = vec![EntryPath("all".to_owned())];
    let mut updates = contents.watch(place, followed, None).unwrap();
    let before = updates.borrow_and_update().folders[0].revision;
    let first = contents.list_folder(place, query(0)).await.unwrap();
    assert_eq!(first.rows.len(), 3, "shown while it is read");
    if !first.complete {
        let whole = updates.wait_for(|update| update.folders[0].revision > before);
        tokio::time::timeout(Duration::from_mins(5), whole)
            .await
            .unwrap()
            .unwrap();
    }
    let page = contents.list_folder(place, query(999_997)).await.unwrap();
    assert!(page.complete);
    assert_eq!(page.total, 1_000_000);
    assert_eq!(page.rows[2].name, "file-1000000.csv");
    eprintln!("{} MB at the most", peak() / 1_000_000);
}
