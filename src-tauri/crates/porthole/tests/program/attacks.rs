//! Archives that want to write where they may not.

use std::os::unix::fs::symlink;

use slipway_porthole::answer::{Answer, Fate, Outcome, Unpacked};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Taken, UnpackOptions};
use tar::{Builder, EntryType, Header};

use crate::support::{Ground, Porthole};

/// An entry as no honest program writes it: the name stands in the header as it is.
fn entry(archive: &mut Builder<Vec<u8>>, kind: EntryType, name: &str, link: &str, bytes: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1);
    header.set_size(bytes.len() as u64);
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name.as_bytes());
    old.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    archive.append(&header, bytes).expect("it is in memory");
}

fn unpack(ground: &Ground, target: &str, more: &[&str], archive: &[u8]) -> Vec<Unpacked> {
    let (said, ending) = Porthole::with(&ground.place, more).send_data(
        Request::Unpack {
            target: Raw::from(target),
            options: UnpackOptions {
                taken: Taken::Replace,
                ..UnpackOptions::default()
            },
        },
        archive,
    );
    assert!(
        matches!(ending, Ok(Outcome::Unpack(_))),
        "it goes on: {ending:?}"
    );
    said.answers
        .into_iter()
        .flat_map(|answer| match answer {
            Answer::Unpacked(unpacked) => unpacked,
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn nothing_leaves_the_target() {
    for more in [&[][..], &["--by-hand"]] {
        let ground = Ground::new();
        ground.file("beside/kept", "old");
        ground.file("target/there", "old");
        let outside = ground.outside.display().to_string();
        symlink(&ground.outside, ground.place.join("target/planted")).expect("a link");
        symlink("../beside", ground.place.join("target/aside")).expect("a link");
        let mut archive = Builder::new(Vec::new());
        let out = &mut archive;
        let file = EntryType::Regular;
        entry(out, file, "../beside/kept", "", b"evil");
        entry(out, file, "a/../../beside/kept", "", b"evil");
        entry(out, file, &format!("{outside}/secret"), "", b"evil");
        entry(out, file, "planted/secret", "", b"evil");
        entry(out, file, "aside/kept", "", b"evil");
        entry(out, EntryType::Symlink, "way", &outside, b"");
        entry(out, file, "way/secret", "", b"evil");
        entry(out, file, "way/new", "", b"evil");
        entry(out, EntryType::Symlink, "deep/way", "../../beside", b"");
        entry(out, file, "deep/way/kept", "", b"evil");
        entry(out, EntryType::Directory, "way/", "", b"");
        entry(out, EntryType::Link, "hard", "../beside/kept", b"");
        entry(
            out,
            EntryType::Link,
            "hard-abs",
            &format!("{outside}/secret"),
            b"",
        );
        entry(out, EntryType::Link, "hard-way", "way/secret", b"");
        entry(out, EntryType::Link, "hard-aside", "aside/kept", b"");
        entry(out, EntryType::Link, "hard-link", "way", b"");
        entry(out, EntryType::Char, "device", "", b"");
        entry(out, EntryType::Block, "disk", "", b"");
        entry(out, EntryType::Fifo, "pipe", "", b"");
        entry(out, file, "there", "", b"new");
        let archive = archive.into_inner().expect("it is in memory");
        let unpacked = unpack(&ground, "target", more, &archive);
        assert_eq!(unpacked.len(), 20, "each entry is told");
        for one in &unpacked {
            let name = one.name.0.escape_ascii().to_string();
            let fine = matches!(name.as_str(), "way" | "deep/way" | "there");
            let refused = matches!(one.fate, Fate::Refused(_));
            assert_eq!(refused, !fine, "{name}: {:?}", one.fate);
        }
        ground.untouched();
        let read = |name: &str| std::fs::read_to_string(ground.place.join(name)).expect("it is");
        assert_eq!(read("beside/kept"), "old");
        assert_eq!(read("target/there"), "new");
        let names = std::fs::read_dir(ground.place.join("target"))
            .expect("it is there")
            .count();
        assert_eq!(
            names, 5,
            "there, planted, aside, way, deep: and nothing half-made"
        );
    }
}

#[test]
fn a_link_in_the_place_of_a_file_is_replaced_and_not_written_through() {
    let ground = Ground::new();
    symlink(ground.outside.join("secret"), ground.place.join("file")).expect("a link");
    let mut archive = Builder::new(Vec::new());
    entry(&mut archive, EntryType::Regular, "file", "", b"new");
    let archive = archive.into_inner().expect("it is in memory");
    let unpacked = unpack(&ground, "", &[], &archive);
    assert_eq!(unpacked[0].fate, Fate::Replaced);
    assert!(
        ground
            .place
            .join("file")
            .symlink_metadata()
            .is_ok_and(|about| about.is_file())
    );
    ground.untouched();
}

#[test]
fn a_damaged_archive_ends_and_leaves_nothing_half_made() {
    let ground = Ground::new();
    ground.file("file", "old");
    let mut archive = Builder::new(Vec::new());
    entry(&mut archive, EntryType::Regular, "file", "", &[b'n'; 5000]);
    let archive = archive.into_inner().expect("it is in memory");
    let garbage = vec![b'?'; 4096];
    for bytes in [&archive[..3000], &garbage] {
        let (_, ending) = Porthole::at(&ground.place).send_data(
            Request::Unpack {
                target: Raw::default(),
                options: UnpackOptions {
                    taken: Taken::Replace,
                    ..UnpackOptions::default()
                },
            },
            bytes,
        );
        assert!(
            matches!(ending, Err(Fault::BadArchive { .. })),
            "{ending:?}"
        );
        assert_eq!(
            std::fs::read(ground.place.join("file")).expect("it is there"),
            b"old"
        );
        let names = std::fs::read_dir(&ground.place)
            .expect("it is there")
            .count();
        assert_eq!(names, 1, "nothing half-made is left");
    }
}

#[test]
fn a_map_of_holes_that_lies_is_refused() {
    for map in [
        "1\n0\n9999999999999999999\n",
        "99999999\n",
        "1\n-5\n1\n",
        "x",
        "1\n5\n600\n",
    ] {
        let ground = Ground::new();
        let mut archive = Builder::new(Vec::new());
        archive
            .append_pax_extensions([
                ("GNU.sparse.major", &b"1"[..]),
                ("GNU.sparse.minor", b"0"),
                ("GNU.sparse.name", b"sparse"),
                ("GNU.sparse.realsize", b"600"),
            ])
            .expect("it is in memory");
        let mut bytes = map.as_bytes().to_vec();
        bytes.resize(512, 0);
        entry(
            &mut archive,
            EntryType::Regular,
            "GNUSparseFile.0/sparse",
            "",
            &bytes,
        );
        let archive = archive.into_inner().expect("it is in memory");
        let (_, ending) = Porthole::at(&ground.place).send_data(
            Request::Unpack {
                target: Raw::default(),
                options: UnpackOptions::default(),
            },
            &archive,
        );
        assert!(
            matches!(ending, Err(Fault::BadArchive { .. })),
            "{map:?}: {ending:?}"
        );
        let names = std::fs::read_dir(&ground.place)
            .expect("it is there")
            .count();
        assert_eq!(names, 0, "nothing half-made is left");
    }
}
