use proptest::prelude::*;

use super::*;
use slipway_porthole::answer::Moment;
use slipway_porthole::head::{Body as Stored, Head};

type Body = Vec<u8>;

/// Everything that comes of an archive in pieces of this size: entries with their bodies.
fn read(archive: &[u8], piece: usize) -> Result<Option<Vec<(Entry, Body)>>, Broken> {
    let mut untar = Untar::default();
    let mut all = Vec::new();
    let mut ended = 0;
    for piece in archive.chunks(piece) {
        untar.push(Bytes::copy_from_slice(piece));
        while let Some(item) = untar.take()? {
            match item {
                Item::Entry(entry) => all.push((*entry, Vec::new())),
                Item::Body(bytes) => all.last_mut().unwrap().1.extend_from_slice(&bytes),
                Item::End => ended += 1,
            }
        }
    }
    assert!(ended <= all.len(), "each entry ends once");
    Ok((untar.is_over() && ended == all.len()).then_some(all))
}

fn file(name: &[u8], body: &[u8], changed: (i64, u32)) -> Vec<u8> {
    let head = Head {
        name,
        body: Stored::File(body.len() as u64),
        mode: 0o640,
        uid: 1000,
        gid: 3_000_000,
        changed: Moment {
            seconds: changed.0,
            nanoseconds: changed.1,
        },
        attributes: &[],
    };
    let mut bytes = head.bytes();
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

#[test]
fn long_names_with_line_breaks_are_read_as_they_are() {
    let long = "two\nlines/".repeat(30) + "name";
    let target = "up\nand/".repeat(40);
    let mut archive = file(long.as_bytes(), b"hello", (5, 6));
    archive.extend(
        Head {
            name: long.as_bytes(),
            body: Stored::Link(target.as_bytes()),
            mode: 0o777,
            uid: 0,
            gid: 0,
            changed: Moment::default(),
            attributes: &[],
        }
        .bytes(),
    );
    archive.extend(file(b"short", b"", (7, 0)));
    archive.extend([0; 1024]);
    for piece in [1, 511, 700, 100_000] {
        let all = read(&archive, piece).unwrap().unwrap();
        assert_eq!(all[0].0.name, Raw::from(&*long));
        assert_eq!((all[0].0.changed, &*all[0].1), ((5, 6), &b"hello"[..]));
        assert_eq!(all[1].0.name, Raw::from(&*long));
        assert_eq!(all[1].0.link, Raw::from(&*target));
        assert_eq!(all[2].0.name, Raw::from("short"), "each counts once");
    }
}

#[test]
fn what_another_program_reads_is_what_was_written() {
    let long = "long/".repeat(60) + "name";
    let mut archive = file(long.as_bytes(), b"hello", (-2, 750_000_000));
    archive.extend(
        Head {
            name: b"caf\xE9\n",
            body: Stored::Link(b"../x"),
            mode: 0o777,
            uid: 0,
            gid: 0,
            changed: Moment {
                seconds: 5,
                nanoseconds: 0,
            },
            attributes: &[],
        }
        .bytes(),
    );
    archive.extend([0; 1024]);
    let mut other = tar::Archive::new(&archive[..]);
    let entries: Vec<_> = other
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.path_bytes().into_owned(),
                entry.link_name_bytes().map(std::borrow::Cow::into_owned),
                entry.size(),
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            (long.clone().into_bytes(), None, 5),
            (b"caf\xE9\n".to_vec(), Some(b"../x".to_vec()), 0)
        ]
    );
    let ours = read(&archive, 700).unwrap().unwrap();
    assert_eq!(ours[0].0.name, Raw::from(&*long));
    assert_eq!(ours[0].0.changed, (-2, 750_000_000));
    assert_eq!((ours[0].0.uid, ours[0].0.gid), (1000, 3_000_000));
    assert_eq!(ours[0].1, b"hello");
    assert_eq!(ours[1].0.link, Raw::from("../x"));
}

#[test]
fn what_is_no_whole_archive_is_an_error() {
    let mut archive = file(b"a", &[1; 700], (1, 0));
    archive.extend([0; 1024]);
    assert!(read(&archive, 512).unwrap().is_some());
    for short in [100, 512, 900, 1536, archive.len() - 1] {
        assert_eq!(read(&archive[..short], 77).unwrap(), None, "cut at {short}");
    }
    let mut wrong = archive.clone();
    wrong[0] = b'b';
    assert!(
        read(&wrong, 512).is_err(),
        "another name, the same checksum"
    );
    let mut endless = Header::new_ustar();
    endless.set_entry_type(EntryType::XHeader);
    endless.set_size(1 << 40);
    endless.set_cksum();
    assert!(
        read(endless.as_bytes(), 512).is_err(),
        "records without end"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_in_pieces_of_any_size(
        files in proptest::collection::vec(
            (proptest::collection::vec(1..=255u8, 1..300), proptest::collection::vec(any::<u8>(), 0..1500),
             -5_000_000_000..50_000_000_000i64, 0..1_000_000_000u32),
            0..5,
        ),
        piece in 1..3000usize,
    ) {
        let mut archive = Vec::new();
        for (name, body, seconds, nanoseconds) in &files {
            archive.extend(file(name, body, (*seconds, *nanoseconds)));
        }
        archive.extend([0; 1024]);
        let back = read(&archive, piece).unwrap().unwrap();
        prop_assert_eq!(back.len(), files.len());
        for ((entry, bytes), (name, body, seconds, nanoseconds)) in back.iter().zip(&files) {
            prop_assert_eq!(&entry.name.0, name);
            prop_assert_eq!(bytes, body);
            prop_assert_eq!(entry.changed, (*seconds, *nanoseconds));
            prop_assert_eq!(entry.mode, 0o640);
        }
    }

    #[test]
    fn noise_is_an_error_or_nothing(
        noise in proptest::collection::vec(any::<u8>(), 0..3000),
        at in 0..2000usize,
        piece in 1..1500usize,
    ) {
        let _ = read(&noise, piece);
        let mut archive = file(b"records/of/some/file", &[7; 600], (1, 5));
        archive.extend([0; 1024]);
        let end = (at + noise.len()).min(archive.len());
        if at < end {
            archive[at..end].copy_from_slice(&noise[..end - at]);
        }
        let _ = read(&archive, piece);
    }
}
