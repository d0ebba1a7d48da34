use std::collections::HashMap;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::process::Stdio;

use slipway_porthole::answer::{Answer, Caution, Kind, Outcome, Packed};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{FromPorthole, ToPorthole};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{OwnerRule, Request, Sync, Taken, UnpackOptions};

use crate::support::{Ground, LONG, Porthole, Said};

fn all() -> Request {
    Request::Pack {
        paths: vec![Raw::default()],
        excludes: vec!["left-out".into()],
        beneath: Raw::default(),
    }
}

fn packed(said: &Said) -> HashMap<Raw, Packed> {
    said.answers
        .iter()
        .flat_map(|answer| match answer {
            Answer::Packed(packed) => packed.clone(),
            _ => Vec::new(),
        })
        .map(|packed| (packed.path.clone(), packed))
        .collect()
}

/// Everything that an archive has to bring back.
fn work() -> Ground {
    let ground = Ground::new();
    let long = "long/".repeat(60) + "name.txt";
    ground.file(&long, "far down");
    let first = ground.file("folder/script.sh", "#!/bin/sh\n");
    std::fs::set_permissions(&first, PermissionsExt::from_mode(0o750)).expect("a mode");
    std::fs::hard_link(&first, ground.place.join("folder/second.sh")).expect("a second name");
    symlink("/opt/conda/bin/python", ground.place.join("python")).expect("a link");
    symlink("folder/".repeat(30), ground.place.join("long-link")).expect("a link");
    ground.file("left-out/file", "not in it");
    ground.file("empty", "");
    ground.file("block", vec![b'b'; 512]);
    ground.file(
        "large",
        (0..200_000u32)
            .flat_map(u32::to_le_bytes)
            .collect::<Vec<u8>>(),
    );
    let sparse = std::fs::File::create(ground.place.join("sparse")).expect("a file");
    sparse.set_len(1 << 40).expect("a terabyte of nothing");
    sparse
        .write_all_at(b"in the middle", 1 << 39)
        .expect("something");
    let old = std::fs::File::open(&first).expect("it is there");
    let time = std::time::UNIX_EPOCH - std::time::Duration::from_millis(1500);
    old.set_modified(time).expect("a time before 1970");
    ground
}

fn same(one: &Ground, other: &Ground) {
    for path in [
        "folder/script.sh",
        "folder/second.sh",
        "folder",
        "empty",
        "block",
        "large",
        "sparse",
        "python",
        "long-link",
        &("long/".repeat(60) + "name.txt"),
    ] {
        let about = |ground: &Ground| {
            let path = ground.place.join(path);
            let about =
                std::fs::symlink_metadata(&path).unwrap_or_else(|_| panic!("{}", path.display()));
            let link = std::fs::read_link(&path).ok();
            let times = (about.mtime(), about.mtime_nsec());
            let len = if about.is_dir() { 0 } else { about.len() };
            (
                about.mode(),
                about.uid(),
                about.gid(),
                times,
                len,
                about.nlink(),
                link,
            )
        };
        assert_eq!(about(one), about(other), "{path} is as it was");
    }
    let read = |ground: &Ground| std::fs::read(ground.place.join("large")).expect("it is read");
    assert_eq!(read(one), read(other), "every byte is as it was");
    let mut middle = [0; 13];
    let sparse = std::fs::File::open(other.place.join("sparse")).expect("it is there");
    sparse
        .read_exact_at(&mut middle, 1 << 39)
        .expect("it is read");
    assert_eq!(&middle, b"in the middle");
    assert!(
        sparse.metadata().expect("it is there").blocks() < 1 << 11,
        "holes are holes again"
    );
    assert!(
        !other.place.join("left-out").exists(),
        "what was left out is not there"
    );
}

#[test]
fn what_is_packed_is_unpacked_the_same() {
    let (from, to) = (work(), Ground::new());
    let (said, ending) = Porthole::at(&from.place).hear(all());
    let Ok(Outcome::Pack(totals)) = ending else {
        panic!("it is packed: {ending:?}")
    };
    assert_eq!((totals.cautions, totals.links), (0, 2));
    let sums = packed(&said);
    let options = UnpackOptions {
        sync: Sync::AtTheEnd,
        ..UnpackOptions::default()
    };
    let mut porthole = Porthole::at(&to.place);
    let unpack = Request::Unpack {
        target: Raw::default(),
        options,
    };
    let (unpacked, ending) = porthole.send_data(unpack, &said.data);
    let Ok(Outcome::Unpack(totals)) = ending else {
        panic!("it is unpacked: {ending:?}")
    };
    assert_eq!((totals.refused, totals.skipped), (0, 0));
    same(&from, &to);
    let mut compared = 0;
    for answer in unpacked.answers {
        let Answer::Unpacked(entries) = answer else {
            continue;
        };
        for entry in entries.iter().filter(|entry| entry.sha256.is_some()) {
            assert_eq!(sums[&entry.path].sha256, entry.sha256, "{:?}", entry.path);
            compared += 1;
        }
    }
    assert_eq!(
        compared, 5,
        "each file with bytes of its own has a sum on both ends"
    );
}

/// Names that a record cannot say to every reader, and attributes of all shapes.
#[test]
fn long_names_with_line_breaks_and_extended_attributes_come_back() {
    use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};

    let (from, to) = (Ground::new(), Ground::new());
    let folder = format!("{}\n{}", "a".repeat(90), "b".repeat(90));
    let far = from.file(&format!("{folder}/file\n1"), "far");
    let sparse = std::fs::File::create(from.place.join(&folder).join("holes\n2")).expect("a file");
    sparse.set_len(1 << 24).expect("nothing");
    sparse.write_all_at(b"in it", 1 << 23).expect("something");
    symlink(format!("{folder}/file\n1"), from.place.join("link")).expect("a link");
    std::fs::hard_link(&far, from.place.join("same")).expect("a second name");
    let plain = from.file("plain.csv", "1");
    let all: [(&str, Vec<u8>); 5] = [
        ("user.mime_type", b"text/csv".to_vec()),
        ("user.lines", b"1\n27 path=../elsewhere\n".to_vec()),
        ("user.bytes", (0..=255).collect()),
        ("user.odd = name %", b"x".to_vec()),
        ("user.empty", Vec::new()),
    ];
    for (name, value) in &all {
        for of in [&plain, &from.place, &from.place.join(&folder)] {
            if let Err(errno) = setxattr(of, *name, value, XattrFlags::empty()) {
                println!("not tested: this file system keeps no extended attributes ({errno})");
                return;
            }
        }
    }
    let (said, ending) = Porthole::at(&from.place).hear(all_of_it());
    let Ok(Outcome::Pack(totals)) = ending else {
        panic!("it is packed: {ending:?}")
    };
    assert_eq!(totals.cautions, 0);
    let unpack = Request::Unpack {
        target: Raw::default(),
        options: UnpackOptions::default(),
    };
    let (_, ending) = Porthole::at(&to.place).send_data(unpack, &said.data);
    let Ok(Outcome::Unpack(totals)) = ending else {
        panic!("it is unpacked: {ending:?}")
    };
    assert_eq!((totals.refused, totals.skipped), (0, 0));
    let read = |path: &str| std::fs::read(to.place.join(path)).expect("it is there");
    assert_eq!(read(&format!("{folder}/file\n1")), b"far");
    assert_eq!(read("same"), b"far");
    assert_eq!(read("link"), b"far", "the link names what it named");
    assert_eq!(read(&format!("{folder}/holes\n2")).len(), 1 << 24);
    for of in ["plain.csv", "", &folder] {
        let path = to.place.join(of);
        let mut names = vec![0; 4096];
        let count = listxattr(&path, &mut names[..]).expect("they are listed");
        let names: Vec<&[u8]> = names[..count]
            .split(|byte| *byte == 0)
            .filter(|name| name.starts_with(b"user."))
            .collect();
        assert_eq!(names.len(), all.len(), "{of}: {names:?}");
        for (name, value) in &all {
            let mut bytes = vec![0; 4096];
            let count = getxattr(&path, *name, &mut bytes[..]).expect("it is there");
            assert_eq!(&bytes[..count], value, "{of}: {name}");
        }
    }
    // Another program reads the same names, and the attributes that have a plain form.
    let out = Ground::new();
    let archive = to.outside.with_file_name("long.tar");
    std::fs::write(&archive, &said.data).expect("it is written");
    let tar = slipway_testbed::process::command("tar")
        .args(["--extract", "--xattrs", "--file"])
        .arg(&archive)
        .arg("--directory")
        .arg(&out.place)
        .output()
        .expect("tar starts");
    assert!(
        tar.status.success(),
        "{}",
        String::from_utf8_lossy(&tar.stderr)
    );
    let far = std::fs::read(out.place.join(&folder).join("file\n1"));
    assert_eq!(far.expect("it is there"), b"far");
    let mut bytes = vec![0; 4096];
    let count = getxattr(
        out.place.join("plain.csv"),
        "user.mime_type",
        &mut bytes[..],
    )
    .expect("tar has set it");
    assert_eq!(&bytes[..count], b"text/csv");
}

fn all_of_it() -> Request {
    Request::Pack {
        paths: vec![Raw::default()],
        excludes: Vec::new(),
        beneath: Raw::default(),
    }
}

#[test]
fn the_archive_is_one_that_tar_reads() {
    let (from, to) = (work(), Ground::new());
    let (said, _) = Porthole::at(&from.place).hear(all());
    let archive = to.outside.with_file_name("archive.tar");
    std::fs::write(&archive, &said.data).expect("it is written");
    let tar = slipway_testbed::process::command("tar")
        .args(["--extract", "--same-permissions", "--same-owner", "--file"])
        .arg(&archive)
        .current_dir(&to.place)
        .stdin(Stdio::null())
        .output()
        .expect("tar runs");
    assert!(
        tar.status.success(),
        "{}",
        String::from_utf8_lossy(&tar.stderr)
    );
    same(&from, &to);
}

#[test]
fn what_tar_packed_is_unpacked() {
    for format in ["gnu", "pax", "oldgnu"] {
        let (from, to) = (work(), Ground::new());
        // The old formats keep no parts of seconds and no time before 1970.
        let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1000);
        for path in [
            "folder/script.sh",
            "large",
            "block",
            "empty",
            "sparse",
            "long",
        ] {
            let file = std::fs::File::open(from.place.join(path)).expect("it is there");
            file.set_modified(old).expect("a time");
        }
        let tar = slipway_testbed::process::command("tar")
            .args([
                "--create",
                "--format",
                format,
                "--exclude=./left-out",
                "--exclude=./sparse",
            ])
            .args(["--file=-", "."])
            .current_dir(&from.place)
            .stdin(Stdio::null())
            .output()
            .expect("tar runs");
        assert!(
            tar.status.success(),
            "{}",
            String::from_utf8_lossy(&tar.stderr)
        );
        let (_, ending) = Porthole::at(&to.place).send_data(
            Request::Unpack {
                target: Raw::default(),
                options: UnpackOptions::default(),
            },
            &tar.stdout,
        );
        let Ok(Outcome::Unpack(totals)) = ending else {
            panic!("{format} is unpacked: {ending:?}")
        };
        assert_eq!((totals.refused, totals.files), (0, 6), "{format}");
        let read = |ground: &Ground| std::fs::read(ground.place.join("large")).expect("it is");
        assert_eq!(read(&from), read(&to), "{format}");
        let long = "long/".repeat(60) + "name.txt";
        assert_eq!(
            std::fs::read(to.place.join(long)).expect("it is there"),
            b"far down"
        );
    }
}

#[test]
fn a_tree_is_copied_from_the_other_mount() {
    let (from, to) = (work(), Ground::new());
    let other = from
        .place
        .to_str()
        .expect("a test's path is text")
        .to_owned();
    let mut porthole = Porthole::with(&to.place, &["--other", &other]);
    let (_, ending) = porthole.hear(Request::CopyTree {
        from: Raw::default(),
        to: Raw::default(),
        excludes: vec!["left-out".into()],
        options: UnpackOptions::default(),
    });
    let Ok(Outcome::Unpack(totals)) = ending else {
        panic!("it is copied: {ending:?}")
    };
    assert_eq!(totals.refused, 0);
    same(&from, &to);
}

#[test]
fn a_file_that_changes_while_it_is_read_keeps_the_archive_whole() {
    let ground = Ground::new();
    for name in ["grows", "shrinks", "vanishes-first", "vanishes-last"] {
        ground.file(name, vec![b'x'; 3 << 20]);
    }
    let mut porthole = Porthole::at(&ground.place);
    let asked = porthole.ask(Request::Pack {
        paths: vec!["grows".into(), "shrinks".into(), "vanishes-last".into()],
        excludes: Vec::new(),
        beneath: Raw::default(),
    });
    // The first file is longer than the credit: the program waits within it.
    let mut data = Vec::new();
    while data.len() < 1 << 20 {
        match asked.says.recv_timeout(LONG).expect("it is sent") {
            FromPorthole::Data(bytes) => data.extend(bytes),
            other => panic!("data was asked for: {other:?}"),
        }
    }
    ground.file("grows", vec![b'x'; 5 << 20]);
    std::fs::remove_file(ground.place.join("vanishes-last")).expect("it vanishes");
    porthole.send(
        asked.id,
        &ToPorthole::Credit(u32::try_from(data.len()).expect("small") + (3 << 20)),
    );
    // Now it waits within the second.
    while data.len() < 4 << 20 {
        match asked.says.recv_timeout(LONG).expect("it is sent") {
            FromPorthole::Data(bytes) => data.extend(bytes),
            FromPorthole::Answer(_) => {}
            other => panic!("data was asked for: {other:?}"),
        }
    }
    ground.file("shrinks", "short");
    porthole.send(asked.id, &ToPorthole::Credit(u32::MAX));
    let (said, ending) = porthole.rest(&asked);
    data.extend(&said.data);
    assert!(
        ending.is_err(),
        "what was named and is gone is a fault: {ending:?}"
    );
    let mut archive = tar::Archive::new(&data[..]);
    let lengths: Vec<_> = archive
        .entries()
        .expect("it is an archive")
        .map_while(Result::ok)
        .map(|entry| {
            (
                entry.path().expect("a name").display().to_string(),
                entry.size(),
            )
        })
        .collect();
    assert_eq!(
        lengths,
        [
            ("grows".to_owned(), 3 << 20),
            ("shrinks".to_owned(), 3 << 20)
        ]
    );
}

#[test]
fn what_cannot_be_packed_is_told() {
    let ground = Ground::new();
    ground.file("file", "x");
    drop(std::os::unix::net::UnixListener::bind(ground.place.join("socket")).expect("a socket"));
    let (said, ending) = Porthole::at(&ground.place).hear(all());
    let Ok(Outcome::Pack(totals)) = ending else {
        panic!("it is packed: {ending:?}")
    };
    assert_eq!((totals.cautions, totals.files), (1, 1));
    let socket = &packed(&said)[&Raw::from("socket")];
    assert_eq!(
        (socket.kind, &socket.caution),
        (Kind::Socket, &Some(Caution::LeftOut))
    );
}

#[test]
fn names_that_are_taken_are_as_the_person_said() {
    let (from, to) = (Ground::new(), Ground::new());
    for name in ["replaced", "skipped", "both", "folder/inner"] {
        from.file(name, "new");
        to.file(name, "old");
    }
    let (said, _) = Porthole::at(&from.place).hear(all());
    let mut porthole = Porthole::at(&to.place);
    let unpack = |names| Request::Unpack {
        target: Raw::default(),
        options: UnpackOptions {
            names,
            ..UnpackOptions::default()
        },
    };
    let (_, ending) = porthole.send_data(unpack(Vec::new()), &said.data);
    assert_eq!(ending, Err(Fault::Exists), "nothing is replaced unasked");
    let (_, ending) = porthole.send_data(
        unpack(vec![
            ("replaced".into(), Taken::Replace),
            ("skipped".into(), Taken::Skip),
            ("both".into(), Taken::CallIt("both (2)".into())),
            ("folder".into(), Taken::CallIt("folder (2)".into())),
        ]),
        &said.data,
    );
    assert!(ending.is_ok(), "{ending:?}");
    let read = |name: &str| std::fs::read_to_string(to.place.join(name)).expect("it is there");
    assert_eq!(read("replaced"), "new");
    assert_eq!(read("skipped"), "old");
    assert_eq!(
        (read("both"), read("both (2)")),
        ("old".into(), "new".into())
    );
    assert_eq!(read("folder/inner"), "old");
    assert_eq!(read("folder (2)/inner"), "new");
}

#[test]
fn what_is_put_beside_something_changes_no_folder_that_is_there() {
    let (from, to) = (Ground::new(), Ground::new());
    from.file("shared/new/file", "new");
    to.file("shared/old", "old");
    let mode = |path: std::path::PathBuf, mode: u32| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
    };
    for path in ["", "shared", "shared/new", "shared/new/file"] {
        mode(from.place.join(path), 0o700);
    }
    let (said, _) = Porthole::at(&from.place).hear(all());
    for (owner, wanted) in [
        (OwnerRule::KeepOfNew, [0o751, 0o751, 0o700, 0o700]),
        (OwnerRule::Keep, [0o700; 4]),
    ] {
        mode(to.place.clone(), 0o751);
        mode(to.place.join("shared"), 0o751);
        let unpack = Request::Unpack {
            target: Raw::default(),
            options: UnpackOptions {
                owner,
                taken: Taken::Replace,
                ..UnpackOptions::default()
            },
        };
        let (_, ending) = Porthole::at(&to.place).send_data(unpack, &said.data);
        assert!(ending.is_ok(), "{ending:?}");
        let modes = ["", "shared", "shared/new", "shared/new/file"].map(|path| {
            let about = to.place.join(path).metadata().expect("it is there");
            about.permissions().mode() & 0o7777
        });
        assert_eq!(modes, wanted, "{owner:?}");
    }
}

#[test]
fn a_path_too_long_to_be_said_is_told_and_the_rest_goes_on() {
    let ground = Ground::new();
    let (tower, next) = (ground.place.join("tower"), ground.place.join("next"));
    std::fs::create_dir(&tower).expect("a folder");
    std::fs::write(tower.join("needle"), "needle").expect("a file");
    for _ in 0..300 {
        std::fs::create_dir(&next).expect("a folder");
        std::fs::rename(&tower, next.join("n".repeat(250))).expect("one deeper");
        std::fs::rename(&next, &tower).expect("again");
    }
    ground.file("needle", "needle");
    let mut porthole = Porthole::at(&ground.place);
    let (said, ending) = porthole.hear(all());
    let Ok(Outcome::Pack(totals)) = ending else {
        panic!("the rest is packed: {ending:?}")
    };
    assert_eq!(totals.files, 1, "the file that has a path");
    assert!(
        totals.cautions > 1,
        "the other, and the folders around it, are told"
    );
    assert!(packed(&said).contains_key(&Raw::from("needle")));
    let wanted = slipway_porthole::request::Search {
        what: slipway_porthole::request::SearchFor::Name("needle".into()),
        most: 10,
        ..slipway_porthole::request::Search::default()
    };
    let (hits, totals) = crate::looking::search(&mut porthole, wanted);
    assert_eq!((hits.len(), totals.unread), (1, 1));
}
