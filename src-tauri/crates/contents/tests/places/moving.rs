//! Files out of volumes and into them: byte for byte, with every answer, stopped, broken off, and hostile.

mod broken;
mod dragged;
mod full;
mod owners;
mod taken;

use std::collections::BTreeMap;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_contents::jobs::{Conflict, ConflictAnswer, Job, JobId, JobState};
use slipway_contents::place::{EntryPath, PlaceId};

use super::{Room, bed, fill, say_in};

/// What a shell in the volume says.
fn say(volume: &str, user: &str, script: &str) -> String {
    say_in(bed(), volume, user, script)
}

impl Room {
    /// Waits for a state of a job.
    async fn job(&self, id: JobId, what: &str, wanted: impl Fn(&Job) -> bool) -> Job {
        let mut jobs = self.contents.jobs();
        let of = |list: &slipway_contents::jobs::JobList| {
            list.jobs.iter().find(|job| job.id == id).cloned()
        };
        let seen = jobs.wait_for(|list| of(list).is_some_and(|job| wanted(&job)));
        let list = tokio::time::timeout(Duration::from_mins(4), seen)
            .await
            .unwrap_or_else(|_| panic!("a job never shows: {what}"))
            .unwrap()
            .clone();
        of(&list).unwrap()
    }

    pub(super) async fn ended(&self, id: JobId) -> Job {
        self.job(id, "its end", Job::is_over).await
    }

    /// Waits for the question of a job.
    async fn asked(&self, id: JobId) -> Conflict {
        let job = self
            .job(id, "a question", |job| {
                matches!(job.state, JobState::Asking { .. }) || job.is_over()
            })
            .await;
        match job.state {
            JobState::Asking { conflict } => conflict,
            other => panic!("it asks nothing: {other:?}"),
        }
    }

    pub(super) async fn download(&self, place: PlaceId, paths: &[&str], to: &Path) -> JobId {
        let paths = paths.iter().map(|path| EntryPath((*path).to_owned()));
        self.contents
            .download(place, paths.collect(), to.to_owned())
            .await
            .unwrap()
    }

    pub(super) async fn upload(&self, place: PlaceId, folder: &str, sources: &[PathBuf]) -> JobId {
        self.contents
            .upload(place, EntryPath(folder.to_owned()), sources.to_vec())
            .await
            .unwrap()
    }
}

/// The summary and the cautions of a job that is done.
pub(super) fn done(job: Job) -> (String, Vec<String>) {
    match job.state {
        JobState::Done {
            summary, cautions, ..
        } => (summary, cautions),
        other => panic!("it is not done: {other:?}"),
    }
}

/// Everything below a folder: what it is, its rights and its bytes or target.
pub(super) fn tree(folder: &Path) -> BTreeMap<Vec<u8>, (String, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(at) = ahead.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let about = std::fs::symlink_metadata(&path).unwrap();
            let mode = about.mode() & 0o7777;
            let name = path.strip_prefix(folder).unwrap();
            let what = if about.is_dir() {
                ahead.push(path.clone());
                (format!("folder {mode:o}"), Vec::new())
            } else if about.is_symlink() {
                let target = std::fs::read_link(&path).unwrap();
                ("link".to_owned(), target.into_os_string().into_vec())
            } else if about.is_file() {
                let kind = format!("file {mode:o} {} {}", about.mtime(), about.mtime_nsec());
                (kind, std::fs::read(&path).unwrap())
            } else {
                ("special".to_owned(), Vec::new())
            };
            all.insert(name.as_os_str().as_bytes().to_vec(), what);
        }
    }
    all
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A file that takes long to move and no room here.
fn large(path: &Path) {
    let file = std::fs::File::create(path).unwrap();
    file.set_len(1 << 30).unwrap();
}

/// A tree with everything that is hard to move.
fn nasty(folder: &Path) {
    let top = folder.join("nasty");
    std::fs::create_dir_all(top.join("empty/inner")).unwrap();
    let mut deep = top.clone();
    for _ in 0..80 {
        deep.push("a folder with quite a long name");
    }
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("end"), "far down").unwrap();
    for (name, bytes) in [
        (&b"two\nlines"[..], &b"1"[..]),
        (b"latin\xE9", b"2"),
        ("größe 数据 🙂.csv".as_bytes(), b"a,b\n1,2\n"),
        ("x\u{202e}gpj.exe".as_bytes(), b"3"),
        (b" blank ", b""),
        (b"-rf *", b"4"),
        (b".hidden", b"5"),
    ] {
        std::fs::write(top.join(std::ffi::OsStr::from_bytes(name)), bytes).unwrap();
    }
    std::fs::write(top.join("x".repeat(255)), "long name").unwrap();
    let noise: Vec<u8> = (0..3_000_001u32)
        .map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect();
    std::fs::write(top.join("noise.bin"), noise).unwrap();
    std::fs::write(top.join("run.sh"), "#!/bin/sh").unwrap();
    mode(&top.join("run.sh"), 0o755);
    mode(&top.join(".hidden"), 0o600);
    std::fs::write(top.join("read-only"), "6").unwrap();
    mode(&top.join("read-only"), 0o444);
    std::fs::hard_link(top.join("run.sh"), top.join("run-again.sh")).unwrap();
    symlink("run.sh", top.join("link")).unwrap();
    symlink("../run.sh", top.join("empty/up")).unwrap();
    symlink("/etc/passwd", top.join("out")).unwrap();
    symlink("../../elsewhere", top.join("above")).unwrap();
    let sparse = std::fs::File::create(top.join("sparse")).unwrap();
    sparse.set_len(5_000_000).unwrap();
    let made = slipway_testbed::process::command("mkfifo")
        .arg(top.join("pipe"))
        .status();
    assert!(made.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nasty_tree_comes_back_byte_for_byte() {
    fill("nasty-vol", "true");
    let here = tempfile::tempdir().unwrap();
    let (from, to) = (here.path().join("from"), here.path().join("to"));
    std::fs::create_dir(&from).unwrap();
    std::fs::create_dir(&to).unwrap();
    nasty(&from);
    let room = Room::new().await;
    let place = room.open("nasty-vol").await;
    let up = room.upload(place, "", &[from.join("nasty")]).await;
    let (summary, cautions) = done(room.ended(up).await);
    assert!(summary.starts_with("14 files, "), "{summary}");
    assert!(summary.ends_with("Checked."), "{summary}");
    assert_eq!(
        cautions,
        [
            "Left out, since it is a pipe, a socket or a device and holds nothing: nasty/pipe.",
            "Left out, since it is a link that leads out of what is moved: nasty/above and nasty/out.",
        ]
    );
    let down = room.download(place, &["nasty"], &to).await;
    let job = room.ended(down).await;
    let JobState::Done { made, .. } = &job.state else {
        panic!("{job:?}");
    };
    assert_eq!(made.as_deref(), to.join("nasty").to_str());
    let (summary, cautions) = done(job);
    assert!(summary.starts_with("14 files, "), "{summary}");
    assert!(cautions.is_empty(), "{cautions:?}");
    let mut expected = tree(&from);
    for left in ["nasty/out", "nasty/above", "nasty/pipe"] {
        expected.remove(left.as_bytes());
    }
    let came = tree(&to);
    for (name, what) in &expected {
        let shown = String::from_utf8_lossy(name);
        assert_eq!(came.get(name).map(|it| &it.0), Some(&what.0), "{shown}");
        assert!(came.get(name) == Some(what), "the bytes of {shown}");
    }
    assert_eq!(came.len(), expected.len(), "and nothing besides");
    assert_eq!(names_in(&to), ["nasty"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_volume_writes_nowhere_but_into_the_chosen_folder() {
    fill(
        "hostile-down-vol",
        r"
        set -e
        mkdir -p tree/sub
        printf 'inner' > tree/sub/file
        ln tree/sub/file tree/again
        ln -s /etc/passwd tree/absolute
        ln -s ../../outside tree/sub/far
        ln -s . tree/here
        ln -s sub/../../outside tree/round
        ln -s sub/file tree/good
        mkfifo tree/pipe
        truncate -s 1099511627776 tree/sparse
        printf 'set' > tree/setuid; chmod 6777 tree/setuid
        printf 'z' > tree/closed; chmod 000 tree/closed; chown 1234:1234 tree/closed
        chmod 000 tree/sub
        ",
    );
    let here = tempfile::tempdir().unwrap();
    let (to, outside) = (here.path().join("to"), here.path().join("outside"));
    std::fs::create_dir(&to).unwrap();
    std::fs::create_dir(&outside).unwrap();
    // As if somebody had prepared the folder: the incoming one's name leads out of it.
    symlink(&outside, to.join("tree")).unwrap();
    let room = Room::new().await;
    let place = room.open("hostile-down-vol").await;
    let down = room.download(place, &["tree"], &to).await;
    let conflict = room.asked(down).await;
    assert_eq!(
        (&*conflict.name, &*conflict.both_name),
        ("tree", "tree (2)")
    );
    // A folder replaces no link; both stay.
    room.contents
        .answer_conflict(down, ConflictAnswer::Replace, false);
    let (_, cautions) = done(room.ended(down).await);
    assert_eq!(names_in(&outside), [""; 0], "nothing went through the link");
    assert_eq!(names_in(&to), ["tree", "tree (2)"]);
    assert!(to.join("tree").is_symlink(), "what was there stays");
    let came = to.join("tree (2)");
    assert_eq!(
        names_in(&came),
        ["again", "closed", "good", "here", "setuid", "sparse", "sub"]
    );
    assert_eq!(std::fs::read_to_string(came.join("good")).unwrap(), "inner");
    assert_eq!(std::fs::metadata(came.join("again")).unwrap().nlink(), 2);
    let about = |name: &str| std::fs::metadata(came.join(name)).unwrap();
    assert_eq!(about("setuid").mode() & 0o7777, 0o755);
    assert_eq!(about("closed").mode() & 0o7777, 0o400);
    assert_eq!(about("sub").mode() & 0o7777, 0o700);
    assert_eq!(about("sparse").len(), 1 << 40);
    assert!(about("sparse").blocks() < 1 << 12, "holes stay holes");
    assert_eq!(
        cautions,
        [
            "Left out, since it is a pipe, a socket or a device and holds nothing: tree/pipe.",
            "Left out, since it is a link that leads out of what is moved: tree/absolute, tree/round \
             and tree/sub/far.",
            "A file with holes, whose holes were not checked: tree/sparse.",
            "Put beside what is there under another name, since a file and a folder cannot replace \
             each other: tree.",
        ]
        .map(str::to_owned)
    );
}
