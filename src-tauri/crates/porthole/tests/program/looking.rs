use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, symlink};
use std::os::unix::net::UnixListener;

use slipway_porthole::answer::{Answer, FolderCount, Hit, Kind, Outcome, SearchTotals, WalkTotals};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Search, SearchFor};

use crate::support::{Ground, Porthole, list, read, rows};

fn walk(porthole: &mut Porthole) -> (Vec<FolderCount>, WalkTotals) {
    let (said, ending) = porthole.hear(Request::Walk {
        path: Raw::default(),
        largest: 3,
    });
    let folders = said
        .answers
        .into_iter()
        .flat_map(|answer| match answer {
            Answer::Folders(folders) => folders,
            other => panic!("folders were asked for: {other:?}"),
        })
        .collect();
    match ending {
        Ok(Outcome::Walk(totals)) => (folders, totals),
        other => panic!("the walk ends: {other:?}"),
    }
}

pub fn search(porthole: &mut Porthole, wanted: Search) -> (Vec<Hit>, SearchTotals) {
    let (said, ending) = porthole.hear(Request::Search(wanted));
    let hits = said
        .answers
        .into_iter()
        .flat_map(|answer| match answer {
            Answer::Hits(hits) => hits,
            _ => Vec::new(),
        })
        .collect();
    match ending {
        Ok(Outcome::Search(totals)) => (hits, totals),
        other => panic!("the search ends: {other:?}"),
    }
}

fn text(text: &str) -> Search {
    Search {
        what: SearchFor::Text(text.into()),
        case: true,
        hidden: true,
        most: 1000,
        most_of_one: 100,
        ..Search::default()
    }
}

/// A pipe, without `unsafe` and without another crate.
fn pipe(path: &std::path::Path) {
    let made = slipway_testbed::process::command("mkfifo")
        .arg(path)
        .status()
        .expect("mkfifo runs");
    assert!(made.success(), "a pipe was made");
}

/// Everything that makes simple programs hang, end, or answer wrongly.
fn hostile() -> Ground {
    let ground = Ground::new();
    let place = &ground.place;
    ground.file("plain.csv", "a,b\n1,2\n");
    ground.file("folder/inner.py", "print('needle')\n");
    pipe(&place.join("pipe"));
    drop(UnixListener::bind(place.join("socket")).expect("a socket"));
    symlink("folder", place.join("link")).expect("a link");
    symlink("round", place.join("around")).expect("a link");
    symlink("around", place.join("round")).expect("a link");
    symlink(&ground.outside, place.join("out")).expect("a link");
    symlink("../outside/secret", place.join("out-by-dots")).expect("a link");
    symlink("folder/../plain.csv", place.join("dots")).expect("a link");
    for name in [
        &b"two\nlines"[..],
        b"no \xff text",
        "\u{202e}vsc.txt".as_bytes(),
    ] {
        std::fs::write(place.join(OsStr::from_bytes(name)), "needle").expect("an odd name");
    }
    let sparse = std::fs::File::create(place.join("sparse")).expect("a file");
    sparse.set_len(1 << 40).expect("a terabyte of nothing");
    sparse
        .write_all_at(b"head", 0)
        .expect("a little of something");
    ground
}

fn both_ways(act: impl Fn(&mut Porthole, &Ground)) {
    for more in [&[][..], &["--by-hand"]] {
        let ground = hostile();
        let mut porthole = Porthole::with(&ground.place, more);
        act(&mut porthole, &ground);
        ground.untouched();
        assert_eq!(porthole.end(), Some(0), "it ends with its input");
    }
}

#[test]
fn a_hostile_folder_is_listed() {
    both_ways(|porthole, _| {
        let (said, ending) = porthole.hear(list(""));
        assert_eq!(ending, Ok(Outcome::Count(14)));
        let rows = rows(&said);
        let row = |name: &str| {
            rows.iter()
                .find(|row| row.name == Raw::from(name))
                .unwrap_or_else(|| panic!("{name} is listed"))
        };
        assert_eq!(row("pipe").kind, Kind::Pipe);
        assert_eq!(row("socket").kind, Kind::Socket);
        assert_eq!(row("link").target_kind, Some(Kind::Folder));
        assert_eq!(row("dots").target_kind, Some(Kind::File));
        for name in ["around", "out", "out-by-dots"] {
            assert_eq!(row(name).kind, Kind::Link);
            assert_eq!(row(name).target_kind, None, "{name} leads nowhere in here");
        }
        assert_eq!(row("sparse").size, 1 << 40);
        assert!(row("sparse").on_disk < 1 << 20, "holes take no space");
        assert!(rows.iter().any(|row| row.name.0 == b"two\nlines"));
        assert!(rows.iter().any(|row| row.name.0 == b"no \xff text"));
    });
}

#[test]
fn links_are_followed_within_the_place_alone() {
    both_ways(|porthole, _| {
        let (said, ending) = porthole.hear(read("link/inner.py"));
        assert!(ending.is_ok(), "a folder's link is a way: {ending:?}");
        assert_eq!(said.data, b"print('needle')\n");
        let (said, _) = porthole.hear(read("dots"));
        assert_eq!(said.data, b"a,b\n1,2\n");
        assert_eq!(
            porthole.hear(read("out/secret")).1,
            Err(Fault::LeftThePlace)
        );
        assert_eq!(
            porthole.hear(read("out-by-dots")).1,
            Err(Fault::LeftThePlace)
        );
        assert_eq!(
            porthole.hear(read("../outside/secret")).1,
            Err(Fault::LeftThePlace)
        );
        assert_eq!(
            porthole.hear(read("/etc/passwd")).1,
            Err(Fault::LeftThePlace)
        );
        assert_eq!(porthole.hear(read("around")).1, Err(Fault::Loop));
        assert_eq!(porthole.hear(list("out")).1, Err(Fault::LeftThePlace));
    });
}

#[test]
fn what_is_no_file_is_not_opened() {
    both_ways(|porthole, _| {
        assert_eq!(porthole.hear(read("pipe")).1, Err(Fault::NotAFile));
        assert_eq!(porthole.hear(read("socket")).1, Err(Fault::NotAFile));
        assert_eq!(porthole.hear(read("folder")).1, Err(Fault::IsAFolder));
        assert_eq!(porthole.hear(read("nothing")).1, Err(Fault::NotFound));
        assert_eq!(porthole.hear(list("plain.csv")).1, Err(Fault::NotAFolder));
        assert_eq!(porthole.hear(list("plain.csv/a")).1, Err(Fault::NotAFolder));
    });
}

#[test]
fn a_range_of_a_terabyte_is_read_at_once() {
    both_ways(|porthole, _| {
        let (said, ending) = porthole.hear(Request::Read {
            path: "sparse".into(),
            offset: (1 << 40) - 100,
            len: 1000,
            expected: None,
        });
        assert_eq!(said.data, [0; 100]);
        let Ok(Outcome::Read(end)) = ending else {
            panic!("it is read: {ending:?}")
        };
        assert_eq!((end.bytes, end.changed), (100, false));
        let (_, ending) = porthole.hear(Request::Read {
            path: "plain.csv".into(),
            offset: 0,
            len: 10,
            expected: Some(end.version),
        });
        assert_eq!(
            ending,
            Err(Fault::Changed),
            "it is not the file that was meant"
        );
    });
}

#[test]
fn space_is_counted_once_and_links_are_not_followed() {
    both_ways(|porthole, ground| {
        let big = ground.file("folder/big.parquet", vec![1; 10_000]);
        std::fs::hard_link(&big, ground.place.join("again.parquet")).expect("a second name");
        let (folders, totals) = walk(porthole);
        assert_eq!((totals.folders, totals.unread), (2, 0));
        assert_eq!(folders[0].id, 0, "the first is the one that was asked for");
        let bytes = totals.bytes - (1 << 40);
        assert_eq!(bytes, 8 + 16 + 18 + 10_000, "each file counts once");
        assert_eq!(
            folders.iter().map(|one| one.files).sum::<u64>(),
            totals.files
        );
        let inner = folders.iter().find(|one| one.name == Raw::from("folder"));
        assert_eq!(inner.map(|one| one.parent), Some(0));
    });
}

#[test]
fn five_thousand_levels_are_walked_searched_and_removed() {
    for more in [&[][..], &["--by-hand"]] {
        let ground = Ground::new();
        let mut porthole = Porthole::with(&ground.place, more);
        let mut path = Raw::default();
        for level in 0..50 {
            // A hundred levels at once, below what is there already.
            let made = slipway_testbed::process::command("mkdir")
                .current_dir(&ground.place)
                .args(["-p", &vec!["d"; 100].join("/")])
                .status();
            assert!(made.is_ok_and(|made| made.success()), "folders at {level}");
            let tower = ground.place.join(vec!["d"; 100].join("/"));
            if level > 0 {
                std::fs::rename(ground.place.join("tower"), tower.join("d")).expect("one more");
            }
            std::fs::rename(ground.place.join("d"), ground.place.join("tower")).expect("again");
            path = Raw::from("tower");
        }
        let (folders, totals) = walk(&mut porthole);
        assert_eq!(totals.unread, 0);
        assert_eq!(folders.len(), 1 + 50 * 100, "every level is counted");
        let (hits, _) = search(
            &mut porthole,
            Search {
                what: SearchFor::Name("d".into()),
                most: 100_000,
                ..text("")
            },
        );
        assert_eq!(
            hits.len(),
            50 * 100 - 1,
            "every name is found, but the tower's"
        );
        let deepest = hits
            .iter()
            .map(|hit| hit.path.clone())
            .max_by_key(|path| path.0.len())
            .expect("there are hits");
        assert!(deepest.0.len() > 5000, "longer than a path can be");
        let (_, ending) = porthole.hear(Request::List { path: deepest });
        assert_eq!(
            ending,
            Ok(Outcome::Count(0)),
            "the deepest is opened by its path"
        );
        let (_, ending) = porthole.hear(Request::Trash { paths: vec![path] });
        assert_eq!(ending, Ok(Outcome::Count(1)));
        let (_, ending) = porthole.hear(Request::EmptyTrash { ids: None });
        assert_eq!(ending, Ok(Outcome::Count(50 * 100)));
    }
}

#[test]
fn lines_are_found_with_their_numbers() {
    both_ways(|porthole, ground| {
        ground.file("log.txt", "one\r\ntwo needle\r\nthree\nneedle at last");
        let long = [vec![b'x'; 300_000], b"needle".to_vec(), vec![b'y'; 300_000]].concat();
        ground.file(
            "long.txt",
            [b"first\n".to_vec(), long, b"\nafter needle\n".to_vec()].concat(),
        );
        ground.file(".hidden/deep", "needle");
        ground.file("binary", b"needle\0");
        let (hits, totals) = search(porthole, text("needle"));
        let lines = |path: &str| -> Vec<_> {
            hits.iter()
                .filter(|hit| hit.path == Raw::from(path))
                .filter_map(|hit| hit.line.clone())
                .collect()
        };
        let log = lines("log.txt");
        assert_eq!(
            log.iter().map(|line| line.number).collect::<Vec<_>>(),
            [2, 4]
        );
        assert_eq!(log[0].text, Raw::from("two needle"));
        assert_eq!((log[0].start, log[0].end, log[0].offset), (4, 10, 5));
        let long = lines("long.txt");
        assert_eq!(
            long.iter().map(|line| line.number).collect::<Vec<_>>(),
            [2, 3]
        );
        let line = &long[0];
        assert_eq!(
            &line.text.0[line.start as usize..line.end as usize],
            b"needle"
        );
        assert_eq!(
            (line.offset, line.cut + u64::from(line.start)),
            (6, 300_000)
        );
        assert_eq!(lines(".hidden/deep").len(), 1);
        assert_eq!(lines("binary").len(), 0);
        assert!(
            totals.binary >= 2,
            "the sparse file is none to search in either"
        );
        let (hits, _) = search(
            porthole,
            Search {
                hidden: false,
                ..text("needle")
            },
        );
        assert!(hits.iter().all(|hit| hit.path != Raw::from(".hidden/deep")));
        let (hits, totals) = search(
            porthole,
            Search {
                most: 2,
                ..text("needle")
            },
        );
        assert_eq!((hits.len(), totals.capped), (2, true));
        let pattern = |pattern: &str| Search {
            what: SearchFor::Pattern(pattern.into()),
            ..text("")
        };
        let (hits, _) = search(porthole, pattern("^needle at"));
        assert_eq!(hits.len(), 1, "a line's begin is one");
        let (hits, _) = search(porthole, pattern(r"needle\s+three"));
        assert_eq!(hits.len(), 0, "nothing reaches over a line's end");
        let (_, ending) = porthole.hear(Request::Search(pattern("(")));
        assert!(
            matches!(ending, Err(Fault::BadPattern { .. })),
            "{ending:?}"
        );
    });
}

#[test]
fn lines_of_a_table_are_marked() {
    let ground = Ground::new();
    let rows: Vec<_> = (0..10_000)
        .map(|row| format!("{row},\"with\na break\"\n"))
        .collect();
    let contents = rows.concat();
    ground.file("table.csv", &contents);
    let mut porthole = Porthole::at(&ground.place);
    let (said, ending) = porthole.hear(Request::Lines {
        path: "table.csv".into(),
        every: 100,
        quote: Some(b'"'),
    });
    let mut marks = Vec::new();
    for answer in said.answers {
        let Answer::Lines(step) = answer else {
            panic!("lines were asked for")
        };
        assert_eq!(
            step.first,
            marks.len() as u64 * 100,
            "steps follow each other"
        );
        marks.extend(step.offsets);
    }
    let Ok(Outcome::Lines(end)) = ending else {
        panic!("it is counted: {ending:?}")
    };
    assert_eq!((end.lines, end.bytes), (10_000, contents.len() as u64));
    let at = usize::try_from(marks[37]).expect("it is small");
    assert!(
        contents[at..].starts_with("3700,"),
        "row 3,700 begins there"
    );
}
