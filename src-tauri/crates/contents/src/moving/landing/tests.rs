use std::collections::BTreeMap;

use slipway_porthole::answer::Moment;
use slipway_porthole::head::{Body, Head};

use super::*;
use crate::jobs::{Done, JobKind, Jobs, NewJob};
use crate::place::Place;

/// An archive that is put together by hand.
#[derive(Default)]
struct Made(Vec<u8>);

impl Made {
    fn folder(mut self, name: &str) -> Self {
        self.0.extend(head(name, Body::Folder));
        self
    }

    fn file(mut self, name: &str, text: &str) -> Self {
        let size = text.len() as u64;
        self.0.extend(head(name, Body::File(size)));
        self.0.extend_from_slice(text.as_bytes());
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn link(mut self, name: &str, target: &str) -> Self {
        let target = target.as_bytes();
        self.0.extend(head(name, Body::Link(target)));
        self
    }

    fn other(mut self, name: &str, link: &str, kind: tar::EntryType) -> Self {
        let mut head = tar::Header::new_ustar();
        head.set_entry_type(kind);
        head.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        head.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        head.set_size(0);
        head.set_mode(0o4777);
        head.set_mtime(7);
        head.set_cksum();
        self.0.extend_from_slice(head.as_bytes());
        self
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

fn head(name: &str, body: Body<'_>) -> Vec<u8> {
    Head {
        name: name.as_bytes(),
        body,
        mode: 0o777,
        uid: 0,
        gid: 0,
        changed: Moment {
            seconds: 1_700_000_000,
            nanoseconds: 5,
        },
        attributes: &[],
    }
    .bytes()
}

struct Outcome {
    folder: tempfile::TempDir,
    landed: Result<Landed, Stop>,
    cautions: Vec<String>,
}

/// What comes of an archive of which `tops` were asked for.
async fn land(tops: &[&str], rules: Rules, archive: Vec<u8>) -> Outcome {
    let all = tempfile::tempdir().unwrap();
    let aside = all.path().join("aside");
    std::fs::create_dir(&aside).unwrap();
    let tops: Vec<Top> = tops
        .iter()
        .map(|top| Top {
            path: Raw::from(*top),
            name: top.rsplit('/').next().unwrap().into(),
        })
        .collect();
    let cautions = Arc::new(Cautions::default());
    let (out, came) = tokio::sync::oneshot::channel();
    let jobs = Jobs::default();
    let new = NewJob {
        kind: JobKind::Download,
        place: Place::Folder {
            path: "/work".to_owned(),
        },
        title: String::new(),
        steps: Vec::new(),
    };
    let told = Arc::clone(&cautions);
    jobs.begin(new, |work| async move {
        let ledger = Arc::new(Ledger::default());
        let landing = Landing::new(&aside, &tops, rules, &ledger, &told, &work);
        let (feed, coming) = mpsc::channel(1);
        let writing = tokio::task::spawn_blocking(move || landing.run(coming));
        for piece in archive.chunks(1000) {
            if feed
                .send(Feed::Bytes(Bytes::copy_from_slice(piece)))
                .await
                .is_err()
            {
                break;
            }
        }
        let _ = feed.send(Feed::Over).await;
        let (landed, summed) = writing.await.unwrap();
        summed.await.unwrap();
        let _ = out.send(landed);
        Ok(Done::default())
    });
    Outcome {
        landed: came.await.unwrap(),
        cautions: cautions.told(),
        folder: all,
    }
}

/// Every name below a folder with what it is.
fn found(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(at) = ahead.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let about = std::fs::symlink_metadata(&path).unwrap();
            let what = if about.is_dir() {
                ahead.push(path.clone());
                "folder".to_owned()
            } else if about.is_symlink() {
                format!("-> {}", std::fs::read_link(&path).unwrap().display())
            } else {
                std::fs::read_to_string(&path).unwrap()
            };
            let name = path.strip_prefix(folder).unwrap();
            all.insert(name.to_str().unwrap().to_owned(), what);
        }
    }
    all
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_tree_is_written_with_times_and_links_that_stay_in_it() {
    use std::os::unix::fs::MetadataExt;
    let archive = Made::default()
        .folder("data/in")
        .file("data/in/a\nb", "hello")
        .link("data/in/up", "../in/a\nb")
        .link("data/in/over", "../../data")
        .link("data/in/root", "/etc")
        .link("data/in/round", "x/../../y")
        .folder("data/in/deep")
        .other("data/in/deep/pipe", "", tar::EntryType::Fifo)
        .other("data/in/deep/same", "data/in/a\nb", tar::EntryType::Link)
        .end();
    let outcome = land(&["data/in"], Rules::BYTES, archive).await;
    assert_eq!(outcome.landed.unwrap().files, 2);
    let aside = outcome.folder.path().join("aside");
    let names: Vec<_> = found(&aside).into_iter().collect();
    let names: Vec<_> = names
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("in", "folder"),
            ("in/a\nb", "hello"),
            ("in/deep", "folder"),
            ("in/deep/same", "hello"),
        ],
        "`../in` leaves the folder that was asked for"
    );
    let about = std::fs::metadata(aside.join("in/a\nb")).unwrap();
    assert_eq!((about.mtime(), about.mtime_nsec()), (1_700_000_000, 5));
    assert_eq!(about.mode() & 0o7777, 0o755, "others may not change it");
    assert_eq!(about.nlink(), 2);
    assert_eq!(
        std::fs::metadata(aside.join("in")).unwrap().mtime(),
        1_700_000_000
    );
    insta::assert_snapshot!(outcome.cautions.join("\n"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_within_what_was_asked_for_are_made() {
    let archive = Made::default()
        .folder("data")
        .link("data/first", "sub/file")
        .folder("data/sub")
        .link("data/sub/up", "../first")
        .file("data/sub/file", "x")
        .end();
    let outcome = land(&["data"], Rules::BYTES, archive).await;
    outcome.landed.unwrap();
    let names = found(&outcome.folder.path().join("aside"));
    assert_eq!(names["data/first"], "-> sub/file");
    assert_eq!(names["data/sub/up"], "-> ../first");
    assert!(outcome.cautions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_asked_for_ends_the_download() {
    for (archive, what) in [
        (Made::default().file("other", "x"), "another name"),
        (Made::default().file("data/../../x", "x"), "a way up"),
        (Made::default().file("/data/x", "x"), "an absolute name"),
        (Made::default().file("../data", "x"), "above"),
        (
            Made::default().other("data", "/etc/passwd", tar::EntryType::Link),
            "another name of a file elsewhere",
        ),
        (
            Made::default()
                .file("data/x", "x")
                .other("data/x", "data/x", tar::EntryType::Link),
            "a name twice",
        ),
    ] {
        let outcome = land(&["data"], Rules::BYTES, archive.end()).await;
        assert!(matches!(outcome.landed, Err(Stop::Failed(_))), "{what}");
        let beside: Vec<_> = std::fs::read_dir(outcome.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(beside, ["aside"], "{what}: nothing is written elsewhere");
    }
    let mut short = Made::default().file("data/x", "hello").end();
    short.truncate(700);
    let outcome = land(&["data"], Rules::BYTES, short).await;
    assert!(matches!(outcome.landed, Err(Stop::Failed(_))), "cut short");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_through_a_link_of_the_archive() {
    let archive = Made::default()
        .folder("data")
        .link("data/way", "sub")
        .file("data/way/x", "through")
        .end();
    let outcome = land(&["data"], Rules::BYTES, archive).await;
    outcome.landed.unwrap();
    let names = found(&outcome.folder.path().join("aside"));
    assert_eq!(names["data/way"], "folder", "the link came too late");
    assert_eq!(names["data/way/x"], "through");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_not_legal_here_are_told() {
    let rules = Rules {
        windows: true,
        text: true,
        folds: true,
    };
    let archive = Made::default()
        .folder("data")
        .file("data/a:b", "1")
        .file("data/Notes", "2")
        .file("data/notes", "3")
        .folder("data/con")
        .file("data/con/x.", "4")
        .end();
    let outcome = land(&["data"], rules, archive).await;
    outcome.landed.unwrap();
    let names = found(&outcome.folder.path().join("aside"));
    let names: Vec<_> = names.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "data",
            "data/Notes",
            "data/_con",
            "data/_con/x_",
            "data/a_b",
            "data/notes (2)"
        ]
    );
    assert_eq!(outcome.cautions.len(), 1, "{:?}", outcome.cautions);
    assert!(outcome.cautions[0].starts_with("Renamed"));
}
