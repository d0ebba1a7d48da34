use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use slipway_porthole::ASIDE;
use slipway_porthole::answer::{Answer, FileVersion, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{CHUNK, FromPorthole, ToPorthole};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Taken, UnpackOptions};

use crate::support::{Ground, LONG, Porthole, list, rows};

fn write(path: &str, expected: Option<FileVersion>) -> Request {
    Request::Write {
        path: path.into(),
        expected,
    }
}

#[test]
fn a_text_is_saved_unless_it_became_another() {
    let ground = Ground::new();
    let file = ground.file("notes.md", "one");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("a mode");
    let mut porthole = Porthole::at(&ground.place);
    let before = porthole.row("notes.md").expect("it is there");
    let (_, ending) = porthole.send_data(write("notes.md", Some(before.version())), b"two");
    let Ok(Outcome::Version(version)) = ending else {
        panic!("it is saved: {ending:?}")
    };
    let after = porthole.row("notes.md").expect("it is there");
    assert_eq!(after.version(), version);
    assert_eq!(
        (after.mode, after.uid),
        (0o640, before.uid),
        "mode and owner are kept"
    );
    let (_, ending) = porthole.send_data(write("notes.md", Some(before.version())), b"three");
    assert_eq!(ending, Err(Fault::Changed));
    let (_, ending) = porthole.send_data(write("notes.md", None), b"three");
    assert_eq!(ending, Err(Fault::Exists));
    assert_eq!(std::fs::read(&file).expect("it is there"), b"two");
    symlink("notes.md", ground.place.join("link")).expect("a link");
    let (_, ending) = porthole.send_data(write("link", Some(version)), b"through");
    assert!(ending.is_ok(), "{ending:?}");
    assert_eq!(
        std::fs::read(&file).expect("it is there"),
        b"through",
        "the link stays one"
    );
    symlink(ground.outside.join("secret"), ground.place.join("out")).expect("a link");
    let (_, ending) = porthole.send_data(write("out", None), b"evil");
    assert_eq!(ending, Err(Fault::LeftThePlace));
    let (_, ending) = porthole.send_data(write("../outside/new", None), b"evil");
    assert_eq!(ending, Err(Fault::LeftThePlace));
    ground.untouched();
}

#[test]
fn killed_in_the_middle_the_old_file_is_whole() {
    let ground = Ground::new();
    let file = ground.file("large", vec![b'o'; 100_000]);
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(3 << 20);
    header.set_mode(0o644);
    archive
        .append_data(&mut header, "large", &vec![b'n'; 3 << 20][..])
        .expect("it is in memory");
    let archive = archive.into_inner().expect("it is in memory");
    let mut porthole = Porthole::at(&ground.place);
    let asked = porthole.ask(Request::Unpack {
        target: Raw::default(),
        options: UnpackOptions {
            taken: Taken::Replace,
            ..UnpackOptions::default()
        },
    });
    let half = &archive[..1 << 19];
    for part in half.chunks(CHUNK) {
        porthole.send(asked.id, &ToPorthole::Data(part.to_vec()));
    }
    // It has taken all of it, and so has written most of it.
    let mut taken = 0;
    while taken < half.len() {
        if let FromPorthole::Credit(more) = asked.says.recv_timeout(LONG).expect("it takes") {
            taken += more as usize;
        }
    }
    let names = || -> Vec<String> {
        std::fs::read_dir(&ground.place)
            .expect("it is there")
            .map(|entry| {
                entry
                    .expect("it is read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    assert!(
        names().iter().any(|name| name.starts_with(ASIDE)),
        "it is being written aside"
    );
    porthole.child.kill().expect("it is ended");
    porthole.child.wait().expect("it ends");
    assert_eq!(
        std::fs::read(&file).expect("it is there"),
        vec![b'o'; 100_000]
    );
    // An engine that goes away closes the input instead, and then nothing is left over.
    let left = names().into_iter().find(|name| name.starts_with(ASIDE));
    std::fs::remove_file(ground.place.join(left.expect("it was killed"))).expect("it is removed");
    let mut porthole = Porthole::at(&ground.place);
    let asked = porthole.ask(Request::Unpack {
        target: Raw::default(),
        options: UnpackOptions {
            taken: Taken::Replace,
            ..UnpackOptions::default()
        },
    });
    porthole.send(asked.id, &ToPorthole::Data(archive[..CHUNK].to_vec()));
    assert_eq!(porthole.end(), Some(0));
    assert_eq!(names(), ["large"], "nothing half-made is left");
}

#[test]
fn folders_are_made_and_names_changed_without_replacing() {
    let ground = Ground::new();
    ground.file("one", "1");
    ground.file("two", "2");
    let mut porthole = Porthole::at(&ground.place);
    let rename = |from: &str, to: &str| Request::Rename {
        from: from.into(),
        to: to.into(),
    };
    let make = |path: &str| Request::MakeFolder {
        path: path.into(),
        owner: None,
    };
    assert_eq!(porthole.hear(rename("one", "two")).1, Err(Fault::Exists));
    assert!(porthole.hear(make("folder")).1.is_ok());
    assert_eq!(porthole.hear(make("folder")).1, Err(Fault::Exists));
    assert_eq!(porthole.hear(make("none/folder")).1, Err(Fault::NotFound));
    assert!(porthole.hear(rename("one", "folder/one")).1.is_ok());
    assert_eq!(
        porthole.hear(rename("none", "other")).1,
        Err(Fault::NotFound)
    );
    assert_eq!(
        porthole.hear(rename("two", "../two")).1,
        Err(Fault::LeftThePlace)
    );
    let remove = |path: &str| Request::Remove {
        paths: vec![path.into()],
    };
    assert_eq!(porthole.hear(remove("two")).1, Err(Fault::NotOurs));
    assert_eq!(porthole.hear(remove("folder")).1, Err(Fault::NotEmpty));
    assert!(porthole.hear(make("mine")).1.is_ok());
    assert_eq!(porthole.hear(remove("mine")).1, Ok(Outcome::Count(1)));
    assert!(porthole.hear(make("mine")).1.is_ok());
    let several = Request::Remove {
        paths: ["two", "none", "mine"].map(Raw::from).to_vec(),
    };
    assert_eq!(porthole.hear(several).1, Err(Fault::NotOurs));
    assert_eq!(
        porthole.row("mine"),
        Err(Fault::NotFound),
        "what is not ours does not keep the rest"
    );
    ground.untouched();
}

#[test]
fn what_is_deleted_comes_back() {
    let ground = Ground::new();
    ground.file("folder/a", "aa");
    ground.file("folder/deep/b", "bbb");
    ground.file("other", "o");
    let mut porthole = Porthole::at(&ground.place);
    let trash = |paths: &[&str]| Request::Trash {
        paths: paths.iter().map(|path| Raw::from(*path)).collect(),
    };
    let (said, ending) = porthole.hear(trash(&["folder", "other"]));
    assert_eq!(ending, Ok(Outcome::Count(2)));
    let entries = |answers: Vec<Answer>| -> Vec<_> {
        answers
            .into_iter()
            .flat_map(|answer| match answer {
                Answer::Trash(entries) => entries,
                _ => Vec::new(),
            })
            .collect()
    };
    let made = entries(said.answers);
    assert_eq!((made[0].files, made[0].bytes), (2, 5));
    assert!(!ground.place.join("folder").exists());
    let (said, ending) = porthole.hear(Request::ListTrash);
    assert_eq!(ending, Ok(Outcome::Count(2)));
    let mut listed = entries(said.answers);
    listed.sort_by_key(|entry| entry.id);
    assert_eq!(listed, made);
    let restore = |at: usize, to: Option<&str>| Request::RestoreTrash {
        id: made[at].id,
        to: to.map(Raw::from),
    };
    ground.file("other", "new");
    assert_eq!(
        porthole.hear(restore(1, None)).1,
        Err(Fault::Exists),
        "nothing is replaced"
    );
    assert!(porthole.hear(restore(1, Some("other (2)"))).1.is_ok());
    assert!(porthole.hear(restore(0, None)).1.is_ok());
    let read = |name: &str| std::fs::read_to_string(ground.place.join(name)).expect("it is there");
    assert_eq!(
        (read("folder/deep/b"), read("other (2)")),
        ("bbb".into(), "o".into())
    );
    assert_eq!(porthole.hear(restore(0, None)).1, Err(Fault::NotFound));
    let (_, ending) = porthole.hear(trash(&[".slipway-trash"]));
    assert_eq!(
        ending,
        Err(Fault::BadRequest),
        "the trash is not put into itself"
    );
    assert!(porthole.hear(trash(&["folder"])).1.is_ok());
    let (_, ending) = porthole.hear(Request::EmptyTrash { ids: None });
    assert_eq!(ending, Ok(Outcome::Count(4)), "two files and two folders");
    let (said, _) = porthole.hear(list(".slipway-trash"));
    assert_eq!(rows(&said), []);
}

#[test]
fn a_trash_that_someone_prepared_leads_nowhere() {
    let ground = Ground::new();
    ground.file("kept", "k");
    symlink(&ground.outside, ground.place.join(".slipway-trash")).expect("a link");
    let mut porthole = Porthole::at(&ground.place);
    for request in [
        Request::Trash {
            paths: vec!["kept".into()],
        },
        Request::ListTrash,
        Request::EmptyTrash { ids: None },
        Request::EmptyTrash { ids: Some(vec![1]) },
    ] {
        assert_eq!(porthole.hear(request).1, Err(Fault::NotAFolder));
    }
    ground.untouched();
    assert!(ground.place.join("kept").exists());
    // An info file that says a way out, as whoever works in the place could write it.
    std::fs::remove_file(ground.place.join(".slipway-trash")).expect("the link goes");
    ground.file(".slipway-trash/0000000000000007", "evil");
    let entry = slipway_porthole::answer::TrashEntry {
        id: 7,
        path: "../outside/new".into(),
        kind: slipway_porthole::answer::Kind::File,
        files: 1,
        bytes: 4,
        trashed: slipway_porthole::answer::Moment::default(),
    };
    let info = postcard::to_allocvec(&entry).expect("it can be said");
    ground.file(".slipway-trash/0000000000000007.info", info);
    let (_, ending) = porthole.hear(Request::RestoreTrash { id: 7, to: None });
    assert_eq!(ending, Err(Fault::NotFound), "such an entry is none");
    ground.untouched();
}

#[test]
fn what_is_discarded_is_gone_and_nothing_beside_it() {
    let ground = Ground::new();
    ground.file("folder/deep/b", "b");
    ground.file("kept", "k");
    symlink(&ground.outside, ground.place.join("way-out")).expect("a link");
    symlink("kept", ground.place.join("folder/link")).expect("a link");
    let mut porthole = Porthole::at(&ground.place);
    let discard = |paths: &[&str]| Request::Discard {
        paths: paths.iter().map(|path| Raw::from(*path)).collect(),
    };
    let (_, ending) = porthole.hear(discard(&["folder", "never-there", "way-out"]));
    assert_eq!(
        ending,
        Ok(Outcome::Count(5)),
        "a file, two links and two folders"
    );
    for path in ["", "..", "../outside", ".slipway-trash/x", "kept/x"] {
        assert!(
            porthole.hear(discard(&[path])).1.is_err(),
            "{path:?} is refused"
        );
    }
    ground.untouched();
    let (said, _) = porthole.hear(list(""));
    assert_eq!(rows(&said).len(), 1, "what was not named stays");
    assert!(ground.place.join("kept").exists());
}

/// A file system of 1 MiB, where this test may mount one.
fn small_disk(ground: &Ground) -> bool {
    slipway_testbed::process::command("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&ground.place)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|mounted| mounted.success())
}

#[test]
fn a_full_disk_is_told_and_nothing_half_made_is_left() {
    let ground = Ground::new();
    if !small_disk(&ground) {
        println!("not tested: a disk cannot be mounted without being root");
        return;
    }
    ground.file("old", "old");
    let mut porthole = Porthole::at(&ground.place);
    let version = porthole.row("old").expect("it is there").version();
    let text = vec![b'n'; 3 << 20];
    let (_, ending) = porthole.send_data(write("old", Some(version)), &text);
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    archive
        .append_data(&mut header, "new", &text[..])
        .expect("it is in memory");
    let archive = archive.into_inner().expect("it is in memory");
    let unpack = Request::Unpack {
        target: Raw::default(),
        options: UnpackOptions::default(),
    };
    let (_, unpacked) = porthole.send_data(unpack, &archive);
    let (said, _) = porthole.hear(list(""));
    let code = porthole.end();
    let old = std::fs::read(ground.place.join("old"));
    let unmounted = slipway_testbed::process::command("umount")
        .arg(&ground.place)
        .status();
    assert_eq!(ending, Err(Fault::Full));
    assert_eq!(unpacked, Err(Fault::Full));
    let names: Vec<_> = rows(&said).into_iter().map(|row| row.name).collect();
    assert_eq!(names, [Raw::from("old")], "nothing half-made is left");
    assert_eq!(old.expect("it is there"), b"old");
    assert_eq!(code, Some(0));
    assert!(unmounted.is_ok_and(|unmounted| unmounted.success()));
}
