use super::*;

pub(crate) fn row(name: &str, kind: Kind, size: u64) -> Row {
    Row {
        name: Raw(name.as_bytes().to_vec()),
        kind,
        size,
        on_disk: size,
        mode: 0o644,
        uid: 1000,
        gid: 100,
        changed: Moment {
            seconds: 1_700_000_000 + i64::try_from(size).unwrap(),
            nanoseconds: 0,
        },
        links: 1,
        device: 1,
        inode: 1,
        target: None,
        target_kind: None,
    }
}

fn folder() -> FolderRows {
    let mut rows = FolderRows::default();
    for (name, kind, size) in [
        ("file10.csv", Kind::File, 10),
        ("file2.csv", Kind::File, 400),
        (".hidden", Kind::File, 9000),
        ("zoo", Kind::Folder, 4096),
        ("Archive", Kind::Folder, 4096),
        ("b.ipynb", Kind::File, 30),
    ] {
        rows.push(&row(name, kind, size));
    }
    rows
}

fn names(rows: &FolderRows, by: Arrangement, sizes: &FolderSizes) -> Vec<String> {
    rows.arrange(by, sizes)
        .rows
        .into_iter()
        .map(|number| rows.entry(&Raw::default(), number, sizes).unwrap().name)
        .collect()
}

fn by(order: FolderOrder, descending: bool) -> Arrangement {
    Arrangement {
        order,
        descending,
        hidden: false,
    }
}

#[test]
fn rows_stand_as_they_are_asked_for() {
    let rows = folder();
    let none = FolderSizes::new();
    assert_eq!(
        names(&rows, by(FolderOrder::Name, false), &none),
        ["Archive", "zoo", "b.ipynb", "file2.csv", "file10.csv"]
    );
    assert_eq!(
        names(&rows, by(FolderOrder::Name, true), &none),
        ["zoo", "Archive", "file10.csv", "file2.csv", "b.ipynb"]
    );
    let sizes = FolderSizes::from([(b"zoo".to_vec(), (100, 100)), (b"Archive".to_vec(), (1, 1))]);
    assert_eq!(
        names(&rows, by(FolderOrder::Size, true), &sizes),
        ["file2.csv", "zoo", "b.ipynb", "file10.csv", "Archive"],
        "a folder weighs what was counted in it"
    );
    assert_eq!(
        names(&rows, by(FolderOrder::Kind, false), &none),
        ["Archive", "zoo", "b.ipynb", "file2.csv", "file10.csv"]
    );
    let arranged = rows.arrange(by(FolderOrder::Name, false), &sizes);
    assert_eq!((arranged.hidden, arranged.largest), (1, Bytes(400)));
}

#[test]
fn a_million_rows_are_kept_in_little_room() {
    let mut rows = FolderRows::default();
    for number in 0..1_000_000 {
        rows.push(&row(
            &format!("measurement-{number:07}.csv"),
            Kind::File,
            number,
        ));
    }
    assert_eq!(rows.len(), 1_000_000);
    assert!(
        rows.weight() < 130_000_000,
        "a million rows take {} bytes",
        rows.weight()
    );
}

#[test]
fn a_row_says_what_the_file_system_says() {
    let folder = Raw(b"data".to_vec());
    let mut link = row("latest\n", Kind::Link, 7);
    link.target = Some(Raw(b"../\xff".to_vec()));
    link.changed.seconds = i64::MAX;
    insta::assert_json_snapshot!([
        entry_of(&folder, &row("a.csv", Kind::File, 12)),
        entry_of(&folder, &link),
    ]);
}
