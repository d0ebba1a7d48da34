//! Files that other programs, other systems and older versions write, each by the real one (see
//! `tests/files/make.py`): what they are called, and that what stands in them is read.

use super::*;

async fn real(name: &str) -> (Previews, Preview) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let previews = Previews::default();
    let files = Arc::new(FolderFiles(folder));
    let preview = previews
        .open(PLACE, files, EntryPath(name.to_owned()))
        .await
        .unwrap();
    assert!(
        preview.cautions.is_empty(),
        "{name}: {:?}",
        preview.cautions
    );
    (previews, preview)
}

#[tokio::test]
async fn tables_are_read_whatever_parts_their_columns_and_writes_their_letters() {
    for (name, format, first, row) in [
        (
            "prices.tsv",
            "Tab-separated values, UTF-8",
            "apple",
            ["2024-01-01 01:00:00", "pear", "1.14", "1", "False"],
        ),
        (
            "latin.csv",
            "Semicolon-separated values, Windows-1252",
            "Käse aus Köln",
            ["2024-01-01 01:00:00", "Käse aus Köln", "1,14", "1", "False"],
        ),
        (
            "utf16.csv",
            "Comma-separated values, UTF-16",
            "Käse aus 東京",
            ["2024-01-01 01:00:00", "Käse aus 東京", "1.14", "1", "False"],
        ),
    ] {
        let (previews, preview) = real(name).await;
        assert!(
            preview.format.starts_with(format),
            "{name}: {}",
            preview.format
        );
        let PreviewBody::Table { sheets } = &preview.body else {
            panic!("{name}: {:?}", preview.body);
        };
        let columns: Vec<&str> = sheets[0]
            .columns
            .iter()
            .map(|column| &*column.name)
            .collect();
        assert_eq!(
            columns,
            ["day", "fruit", "price", "sold", "fresh"],
            "{name}"
        );
        let kinds: Vec<&str> = sheets[0]
            .columns
            .iter()
            .map(|column| &*column.kind)
            .collect();
        assert_eq!(
            kinds,
            ["date", "text", "decimal", "whole number", "yes or no"],
            "{name}"
        );
        let page = previews.rows(preview.id, 0, 0, 2).await.unwrap();
        assert_eq!(page.rows[0][1].as_deref(), Some(first), "{name}");
        let read: Vec<&str> = page.rows[1]
            .iter()
            .map(|value| value.as_deref().unwrap())
            .collect();
        assert_eq!(read, row, "{name}");
        let page = previews.rows(preview.id, 0, 99, 5).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (1, Some(100)), "{name}");
    }
}

#[tokio::test]
async fn archives_of_gnu_tar_are_listed_packed_or_not() {
    for name in [
        "files.tar",
        "files.tar.zst",
        "files.tar.xz",
        "files.tar.gz",
        "files.zip",
    ] {
        let (previews, preview) = real(name).await;
        assert!(
            matches!(preview.body, PreviewBody::Archive { .. }),
            "{name}: {:?}",
            preview.body
        );
        let page = previews.rows(preview.id, 0, 0, 5).await.unwrap();
        assert_eq!(page.rows.len(), 1, "{name}");
        assert!(
            page.rows[0]
                .iter()
                .flatten()
                .any(|value| value == "tables/prices.csv"),
            "{name}: {:?}",
            page.rows
        );
    }
}

#[tokio::test]
async fn a_log_of_python_has_its_colours_and_no_signs() {
    let (previews, preview) = real("job.log").await;
    assert_eq!(preview.format, "Log, UTF-8");
    let page = previews.lines(preview.id, 0, 50).await.unwrap();
    assert_eq!(page.lines.len(), 20);
    let text: String = page.lines[7].spans.iter().map(|span| &*span.text).collect();
    assert_eq!(
        text,
        "2024-01-01 00:00:00,000 WARNING train: epoch 7 is slow"
    );
    assert!(
        page.lines[7].spans.len() >= 3,
        "the coloured part stands by itself"
    );
}

#[tokio::test]
async fn notebooks_of_the_older_format_and_with_drawings_are_shown() {
    let outputs = async |previews: &Previews, preview: &Preview| -> Vec<CellOutput> {
        let page = previews.cells(preview.id, 0, 50).await.unwrap();
        page.cells
            .into_iter()
            .filter_map(|cell| match cell.body {
                CellBody::Code { outputs, .. } => Some(outputs),
                _ => None,
            })
            .flatten()
            .collect()
    };
    // What nbformat itself makes of the notebook of today.
    let (previews, preview) = real("older.ipynb").await;
    assert!(
        matches!(preview.body, PreviewBody::Notebook { cells: 5, .. }),
        "{:?}",
        preview.body
    );
    let all = outputs(&previews, &preview).await;
    assert!(all.iter().any(|output| matches!(output, CellOutput::Table { columns, .. } if columns.contains(&"fruit".to_owned()))), "{all:?}");
    assert!(all.iter().any(
        |output| matches!(output, CellOutput::Failure { name, .. } if name == "ZeroDivisionError")
    ));
    let picture = |output: &CellOutput| match output {
        CellOutput::Picture { key, .. } => Some(key.clone()),
        _ => None,
    };
    let key = all.iter().find_map(picture).unwrap();
    let plot = previews.picture(preview.id, &key).await.unwrap();
    assert!(plot.starts_with(b"\x89PNG"));
    // A plot that a kernel drew as SVG is painted here, and goes to the page as a picture.
    let (previews, preview) = real("drawn.ipynb").await;
    let all = outputs(&previews, &preview).await;
    let key = all.iter().find_map(picture).unwrap();
    let plot = previews.picture(preview.id, &key).await.unwrap();
    assert!(plot.starts_with(b"\x89PNG"), "painted");
}
