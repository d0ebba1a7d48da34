//! Looking into volumes asks no registry: it works the same where none can be reached, and on an engine that has never
//! seen Slipway before.

use slipway_contents::place::EntryPath;
use slipway_contents::preview::{CellBody, PreviewBody};
use slipway_contents::search::{SearchQuery, SearchWhere};
use slipway_testbed::Bed;

use super::{IMAGE, Room, fill_in, kind, names, shows};

const NOTEBOOK: &str = r##"{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"cell_type":"markdown","metadata":{},"source":"# Harbour tides"}]}"##;

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_is_looked_into_where_no_registry_is_reached() {
    let bed = Bed::start(kind()).unwrap();
    bed.load(IMAGE).unwrap();
    fill_in(
        &bed,
        "offline-vol",
        &format!(
            "mkdir data && printf 'port,height\\nhamburg,4.2\\n' > data/tides.csv && cat > tides.ipynb << 'END'\n{NOTEBOOK}\nEND"
        ),
    );
    let ours = [
        "images",
        "--quiet",
        "--filter",
        "reference=slipway/porthole",
    ];
    assert_eq!(bed.docker(&ours).unwrap(), "", "it was never here");
    bed.registry().cut();
    assert!(
        bed.docker(&["pull", "slipway/exits:1"]).is_err(),
        "no registry is reached"
    );

    let room = Room::over(&bed, tempfile::tempdir().unwrap()).await;
    let place = room.open("offline-vol").await;
    assert_eq!(names(&room.list(place, "").await), ["data", "tides.ipynb"]);
    let path = EntryPath("tides.ipynb".to_owned());
    let preview = room.contents.open_preview(place, path).await.unwrap();
    assert!(matches!(
        preview.body,
        PreviewBody::Notebook { cells: 1, .. }
    ));
    let page = room.contents.preview_cells(preview.id, 0, 9).await.unwrap();
    assert!(matches!(page.cells[0].body, CellBody::Markdown { .. }));
    let mut states = room.contents.measure(place).unwrap();
    let counted = shows(&mut states, "the end of counting", |state| state.done).await;
    assert_eq!(counted.files, 2);
    let query = SearchQuery {
        text: "hamburg".to_owned(),
        within: SearchWhere::Contents,
        ..SearchQuery::default()
    };
    let mut states = room.contents.search(place, query).unwrap();
    shows(&mut states, "the end of the search", |state| state.done).await;
    let hits = room.contents.search_hits(place, 0, 9).unwrap();
    assert_eq!(hits[0].path.0, "data/tides.csv");
    assert_ne!(
        bed.docker(&ours).unwrap(),
        "",
        "the program was brought by the app"
    );
}
