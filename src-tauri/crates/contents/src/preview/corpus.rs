//! What an attacker would put into a volume, through the front door: every file is opened, every
//! part of it asked for, and what comes out is looked through for anything that could act.

mod others;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::memory::{FolderFiles, MemoryFiles, MemorySource, numbered};
use super::source::{Files, Found};
use super::*;
use crate::place::PlaceId;

const PLACE: PlaceId = PlaceId(1);

async fn opened(name: &str, bytes: impl Into<bytes::Bytes>) -> (Previews, Preview) {
    let previews = Previews::default();
    let files = MemoryFiles::with(name, bytes);
    let preview = previews
        .open(PLACE, files, EntryPath(name.to_owned()))
        .await
        .unwrap();
    (previews, preview)
}

/// Everything that the page can get of a preview, as one text.
async fn everything(previews: &Previews, preview: &Preview) -> String {
    let id = preview.id;
    let mut all = serde_json::to_string(preview).unwrap();
    let mut add = |part: Option<String>| all.push_str(&part.unwrap_or_default());
    let text = |part: serde_json::Result<String>| part.ok();
    if let Ok(page) = previews.cells(id, 0, 50).await {
        add(text(serde_json::to_string(&page)));
    }
    for sheet in 0..3 {
        if let Ok(page) = previews.rows(id, sheet, 0, 50).await {
            add(text(serde_json::to_string(&page)));
        }
    }
    if let Ok(page) = previews.lines(id, 0, 50).await {
        add(text(serde_json::to_string(&page)));
    }
    if let Ok(page) = previews.output(id, 0, 0).await {
        add(text(serde_json::to_string(&page)));
    }
    if let Ok(page) = previews.hex(id, 0, 50).await {
        add(text(serde_json::to_string(&page)));
    }
    all
}

fn hostile_notebook() -> String {
    json!({
        "nbformat": 4, "metadata": { "kernelspec": { "language": "<script>alert(1)</script>" } },
        "cells": [
            { "cell_type": "markdown", "source": "[go](javascript:alert(1)) <img src=x onerror=alert(1)> ![t](https://tracker.example/p.png) ![u](../../../etc/passwd)" },
            { "cell_type": "code", "source": "x", "outputs": [
                { "output_type": "display_data", "data": { "text/html": "<img src=x onerror=alert(1)><script>alert(2)</script>", "text/plain": "plain" } },
                { "output_type": "display_data", "data": { "text/html": "<table onmouseover=alert(3)><tr><td><a href='javascript:alert(4)'>cell</a></td></tr></table>" } },
                { "output_type": "display_data", "data": { "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='alert(5)'><script>alert(6)</script><image href='https://tracker.example/x.png' width='9' height='9'/></svg>" } },
            ] },
        ],
    })
    .to_string()
}

#[tokio::test]
async fn what_could_act_in_a_page_never_leaves_this_side() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='alert(1)'><script>alert(2)</script><foreignObject><body/></foreignObject></svg>";
    let (previews, preview) = opened("n.ipynb", hostile_notebook()).await;
    let all = everything(&previews, &preview).await;
    assert!(
        matches!(preview.body, PreviewBody::Notebook { cells: 2, .. }),
        "{preview:?}"
    );
    assert!(
        !all.contains("\"type\":\"link\""),
        "no link but http, https and mailto: {all}"
    );
    assert_eq!(
        all.matches("\"key\":\"").count(),
        1,
        "only the drawing has a key: {all}"
    );
    assert!(all.contains("\"type\":\"withheld\"") && all.contains("\"type\":\"table\""));
    let drawn = previews.picture(preview.id, "o:1:2").await.unwrap();
    assert!(drawn.starts_with(b"\x89PNG"), "a drawing leaves as pixels");

    let (previews, preview) = opened("a.svg", svg).await;
    assert!(
        matches!(
            preview.body,
            PreviewBody::Picture {
                width: 9,
                height: 9
            }
        ),
        "{preview:?}"
    );
    assert!(
        previews
            .picture(preview.id, "")
            .await
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[tokio::test]
async fn names_and_values_are_visible_and_nothing_else() {
    let name = "a\u{202e}cod.csv";
    let (previews, preview) = opened(
        name,
        "<script>alert(1)</script>,=cmd()\n\u{202e}x,\u{1b}[2J\n",
    )
    .await;
    assert_eq!(preview.name, "a⟨U+202E⟩cod.csv");
    let rows = previews.rows(preview.id, 0, 0, 10).await.unwrap().rows;
    assert!(
        rows.iter()
            .flatten()
            .flatten()
            .all(|value| value.chars().all(|sign| !sign.is_control()))
    );
}

#[tokio::test]
async fn a_damaged_file_is_shown_as_the_next_best_thing() {
    for (name, bytes, text) in [
        ("a.ipynb", "{\"cells\": 7}".as_bytes().to_vec(), true),
        ("a.json", b"{\"a\":".to_vec(), true),
        ("a.parquet", b"PAR1 nonsense".to_vec(), true),
        (
            "a.parquet",
            b"PAR1\0\0\0\0\xff\xff\xff\x7fPAR1".to_vec(),
            false,
        ),
        ("a.feather", b"ARROW1\0\0nonsense".to_vec(), false),
        ("a.db", b"SQLite format 3\0nonsense".to_vec(), false),
        ("a.xlsx", b"PK\x03\x04nonsense\0".to_vec(), false),
        ("a.png", b"\x89PNG\r\n\x1a\nnonsense\0".to_vec(), false),
        ("a.zip", b"PK\x05\x06nonsense\0".to_vec(), false),
        ("a.tar.gz", b"\x1f\x8bnonsense\0".to_vec(), false),
        ("a.svg", b"<svg".to_vec(), true),
    ] {
        let (previews, preview) = opened(name, bytes).await;
        assert_eq!(
            preview.cautions.len(),
            1,
            "{name} says what is wrong: {preview:?}"
        );
        match preview.body {
            PreviewBody::Text { .. } => assert!(text, "{name}"),
            PreviewBody::Hex { .. } => assert!(!text, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
        assert!(
            !previews
                .hex(preview.id, 0, 9)
                .await
                .unwrap()
                .lines
                .is_empty()
        );
    }
}

#[tokio::test]
async fn pictures_beside_a_document_are_found_and_nothing_else_is() {
    let mut files = MemoryFiles::default();
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(3, 2)
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    files.0.insert(
        "docs/read.md".to_owned(),
        MemorySource::new("![p](img/p.png) ![s](../secret.txt)"),
    );
    files.0.insert(
        "docs/img/p.png".to_owned(),
        MemorySource::new(png.into_inner()),
    );
    files
        .0
        .insert("secret.txt".to_owned(), MemorySource::new("secret"));
    let previews = Previews::default();
    let preview = previews
        .open(PLACE, Arc::new(files), EntryPath("docs/read.md".to_owned()))
        .await
        .unwrap();
    assert!(
        previews
            .picture(preview.id, "f:docs/img/p.png")
            .await
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    assert!(
        previews.picture(preview.id, "f:secret.txt").await.is_err(),
        "a text is no picture"
    );
    assert!(previews.picture(preview.id, "f:gone.png").await.is_err());
}

#[tokio::test]
async fn a_file_that_grows_is_shown_as_it_was_and_one_that_was_rewritten_is_not() {
    let text = |lines: usize| numbered(lines, "\n");
    let source = MemorySource::new(text(40_000));
    let mut files = MemoryFiles::default();
    files.0.insert("a.log".to_owned(), Arc::clone(&source));
    let previews = Previews::default();
    let preview = previews
        .open(PLACE, Arc::new(files), EntryPath("a.log".to_owned()))
        .await
        .unwrap();
    source.write(text(41_000));
    let page = previews.lines(preview.id, 39_999, 10).await.unwrap();
    assert_eq!(
        (page.lines.len(), page.total),
        (1, Some(40_000)),
        "what was added since is another preview"
    );
    source.write(text(41_000).replace("line", "LINE"));
    let problem = previews.lines(preview.id, 0, 10).await.unwrap_err();
    assert_eq!(problem.title, "The file changed while it was read.");
    source.write("short");
    assert!(previews.lines(preview.id, 0, 10).await.is_err());
}

#[tokio::test]
async fn closed_and_old_previews_are_gone() {
    let previews = Previews::default();
    let files = MemoryFiles::with("a.txt", "hello\n");
    let mut ids = Vec::new();
    for _ in 0..6 {
        let files = Arc::clone(&files) as Arc<dyn Files>;
        ids.push(
            previews
                .open(PLACE, files, EntryPath("a.txt".to_owned()))
                .await
                .unwrap()
                .id,
        );
    }
    assert!(
        previews.lines(ids[0], 0, 1).await.is_err(),
        "only the newest few are kept"
    );
    assert!(previews.lines(ids[5], 0, 1).await.is_ok());
    previews.close(PLACE);
    assert!(previews.lines(ids[5], 0, 1).await.is_err());
}

#[tokio::test]
async fn what_is_no_file_says_why() {
    struct Pipe;
    impl Files for Pipe {
        fn open<'a>(
            &'a self,
            _: &'a EntryPath,
        ) -> futures_util::future::BoxFuture<'a, crate::Result<Found>> {
            Box::pin(async {
                Ok(Found::Nothing {
                    why: "A pipe holds nothing.".to_owned(),
                })
            })
        }
    }
    let previews = Previews::default();
    let preview = previews
        .open(PLACE, Arc::new(Pipe), EntryPath("p".to_owned()))
        .await
        .unwrap();
    assert!(matches!(preview.body, PreviewBody::Nothing { why } if why == "A pipe holds nothing."));
    assert!(previews.hex(preview.id, 0, 1).await.is_err());
}

#[tokio::test]
async fn a_pdf_is_given_by_its_bytes() {
    let (previews, preview) = opened("a.pdf", "%PDF-1.7 rest").await;
    assert!(matches!(preview.body, PreviewBody::Pdf {}));
    assert_eq!(previews.bytes(preview.id, 5, 3).await.unwrap(), b"1.7");
    let (previews, preview) = opened("a.txt", "text").await;
    assert!(
        previews.bytes(preview.id, 0, 3).await.is_err(),
        "nothing else is given raw"
    );
}

/// The files that the real window is shown as well (`tests/window/hostile.rs`).
#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_file_is_read_and_none_of_it_can_act() {
    let mut outcomes = Vec::new();
    for file in slipway_testbed::hostile::files("http://127.0.0.1:9") {
        let path = EntryPath::of(&slipway_porthole::raw::Raw(file.name));
        let files = MemoryFiles::with(&path.0, file.bytes);
        let previews = Previews::default();
        let preview = previews.open(PLACE, files, path).await.unwrap();
        assert_eq!(preview.name, file.shown, "a name is shown as it is");
        let all = everything(&previews, &preview).await;
        for address in all.split("\"address\":\"").skip(1) {
            assert!(
                ["http://", "https://", "mailto:"]
                    .iter()
                    .any(|begin| address.starts_with(begin)),
                "{}: {}",
                file.shown,
                address.chars().take(80).collect::<String>()
            );
        }
        let drawn = previews.picture(preview.id, "").await;
        if let Ok(bytes) = &drawn {
            assert!(
                bytes.starts_with(b"\x89PNG"),
                "{} leaves as pixels",
                file.shown
            );
        }
        let body = serde_json::to_string(&preview.body).unwrap();
        let body = body.split('"').nth(3).unwrap();
        let drawn = drawn.is_ok();
        outcomes.push(
            json!({ "name": file.shown, "as": body, "drawn": drawn, "cautions": preview.cautions }),
        );
    }
    insta::assert_json_snapshot!(outcomes);
}

/// Beginnings that lead into each of the readers.
const MAGICS: [(&str, &[u8]); 12] = [
    ("a.parquet", b"PAR1"),
    ("a.feather", b"ARROW1\0\0"),
    ("a.arrows", b"\xff\xff\xff\xff\x10\0\0\0"),
    ("a.db", b"SQLite format 3\0"),
    ("a.zip", b"PK\x03\x04"),
    ("a.xlsx", b"PK\x03\x04"),
    ("a.tgz", b"\x1f\x8b\x08\0"),
    ("a.tar.zst", b"\x28\xb5\x2f\xfd"),
    ("a.jpg", b"\xff\xd8\xff\xe0"),
    ("a.gif", b"GIF89a"),
    ("a.webp", b"RIFF\x20\0\0\0WEBPVP8 "),
    ("a.svg", b"<svg "),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nonsense_after_any_beginning_breaks_nothing(
        which in 0_usize..12,
        rest in prop::collection::vec(any::<u8>(), 0..300),
        end in prop::sample::select(vec![&b""[..], b"PAR1", b"ARROW1", b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x40\0\0\0\0\0\0\0\0\0"]),
    ) {
        let (name, magic) = MAGICS[which];
        let bytes = [magic, &rest, end].concat();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
        runtime.block_on(async {
            let (previews, preview) = opened(name, bytes).await;
            let _ = everything(&previews, &preview).await;
            let _ = previews.picture(preview.id, "").await;
        });
    }
}

/// A folder of this repository with files that were written by the programs of analysts.
#[tokio::test]
async fn files_of_real_programs_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let files = Arc::new(FolderFiles(folder));
    let previews = Previews::default();
    let mut all = Vec::new();
    for name in [
        "analysis.ipynb",
        "prices.parquet",
        "prices.feather",
        "prices.arrows",
        "prices.xlsx",
        "prices.csv",
        "prices.jsonl",
        "prices.db",
        "plot.svg",
        "plot.pdf",
        "files.zip",
        "files.tar.gz",
        "files.tar.xz",
    ] {
        let files = Arc::clone(&files) as Arc<dyn Files>;
        let preview = previews
            .open(PLACE, files, EntryPath(name.to_owned()))
            .await
            .unwrap();
        let rows = previews
            .rows(preview.id, 0, 0, 3)
            .await
            .ok()
            .map(|page| page.rows);
        let cells = previews.cells(preview.id, 0, 50).await.ok();
        assert!(
            preview.cautions.is_empty(),
            "{name}: {:?}",
            preview.cautions
        );
        all.push(json!({ "name": name, "format": preview.format, "body": preview.body, "rows": rows, "cells": cells }));
        if let PreviewBody::Picture { .. } = preview.body {
            assert!(
                previews
                    .picture(preview.id, "")
                    .await
                    .unwrap()
                    .starts_with(b"\x89PNG")
            );
        }
        if let Some(cells) = cells {
            let drawn = cells.cells.iter().filter_map(|cell| match &cell.body {
                CellBody::Code { outputs, .. } => Some(outputs),
                _ => None,
            });
            let mut pictures = 0;
            for output in drawn.flatten() {
                if let CellOutput::Picture { key, .. } = output {
                    assert!(
                        previews
                            .picture(preview.id, key)
                            .await
                            .unwrap()
                            .starts_with(b"\x89PNG")
                    );
                    pictures += 1;
                }
            }
            assert!(pictures > 0, "the plot is there");
        }
    }
    insta::assert_json_snapshot!(all);
}
