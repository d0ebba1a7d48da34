use slipway_porthole::answer::SortCount;

use super::*;

fn told(id: u32, parent: u32, name: &str, files: &[(&str, u64)]) -> FolderCount {
    let mut sorts: HashMap<Sort, (u64, u64)> = HashMap::new();
    for (name, size) in files {
        let sum = sorts.entry(Sort::of(name.as_bytes())).or_default();
        sum.0 += 1;
        sum.1 += size;
    }
    let mut sorts: Vec<SortCount> = sorts
        .into_iter()
        .map(|(sort, (files, bytes))| SortCount { sort, files, bytes })
        .collect();
    sorts.sort_by_key(|count| count.sort);
    let bytes = files.iter().map(|(_, size)| size).sum();
    FolderCount {
        id,
        parent,
        name: Raw(name.as_bytes().to_vec()),
        files: files.len() as u64,
        bytes,
        on_disk: bytes,
        sorts,
        newest: Moment::default(),
        largest: files
            .iter()
            .map(|(name, size)| LargeFile {
                name: Raw(name.as_bytes().to_vec()),
                size: *size,
                on_disk: *size,
                changed: Moment::default(),
            })
            .collect(),
        fault: None,
    }
}

fn tree() -> SpaceTree {
    let mut tree = SpaceTree::default();
    tree.add(told(0, 0, "", &[("readme.md", 10)]));
    tree.add(told(1, 0, "data", &[("a.csv", 500), ("b.csv", 300)]));
    tree.add(told(2, 1, "deep", &[("c.parquet", 2000)]));
    tree.add(told(3, 0, "notebooks", &[("x.ipynb", 40), ("y.ipynb", 60)]));
    tree
}

#[test]
fn a_picture_shows_a_folder_and_one_level_within() {
    let map = tree().map(
        &EntryPath::default(),
        &Raw::default(),
        SpaceState::default(),
    );
    insta::assert_json_snapshot!(map);
}

#[test]
fn a_zoom_shows_the_same_of_a_folder() {
    let tree = tree();
    let folder = Raw(b"data".to_vec());
    let map = tree.map(&EntryPath::of(&folder), &folder, SpaceState::default());
    let cells: Vec<_> = map
        .cells
        .iter()
        .map(|cell| (cell.name.as_str(), cell.bytes.0))
        .collect();
    assert_eq!(cells, [("deep", 2000), ("a.csv", 500), ("b.csv", 300)]);
    assert_eq!(
        tree.sizes_in(&Raw::default()),
        FolderSizes::from([
            (b"data".to_vec(), (2800, 2800)),
            (b"notebooks".to_vec(), (100, 100))
        ])
    );
}

#[test]
fn small_things_are_one_cell_and_nothing_is_lost() {
    let mut tree = SpaceTree::default();
    tree.add(told(0, 0, "", &[]));
    for number in 1..=500 {
        tree.add(told(
            number,
            0,
            &format!("f{number}"),
            &[("a.csv", u64::from(number))],
        ));
    }
    let map = tree.map(
        &EntryPath::default(),
        &Raw::default(),
        SpaceState::default(),
    );
    assert_eq!(map.cells.len(), 201);
    let all: u64 = map.cells.iter().map(|cell| cell.bytes.0).sum();
    assert_eq!(all, tree.bytes);
    let rest = map.cells.last().unwrap();
    assert_eq!((rest.path.clone(), rest.files), (None, 300));
    assert_eq!(map.largest_files.len(), 10);
    assert_eq!(map.largest_files[0].size, Some(Bytes(500)));
}

#[test]
fn five_thousand_folders_in_each_other_are_counted() {
    let mut tree = SpaceTree::default();
    tree.add(told(0, 0, "", &[]));
    for number in 1..5000 {
        tree.add(told(number, number - 1, "d", &[("a", 1)]));
    }
    let map = tree.map(
        &EntryPath::default(),
        &Raw::default(),
        SpaceState::default(),
    );
    assert_eq!(map.cells[0].bytes, Bytes(4999));
}
