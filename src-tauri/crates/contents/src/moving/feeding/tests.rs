use std::io::Write;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::super::sources::gather;
use super::super::untar::{Item, Untar};
use super::*;
use crate::jobs::{Done, JobKind, Jobs, NewJob};
use crate::place::Place;

/// A job's end for something that is read outside of one.
async fn work() -> Work {
    let (out, came) = tokio::sync::oneshot::channel();
    let new = NewJob {
        kind: JobKind::Upload,
        place: Place::Folder {
            path: "/work".to_owned(),
        },
        title: String::new(),
        steps: Vec::new(),
    };
    Jobs::default().begin(new, |work| async move {
        let _ = out.send(work);
        Ok(Done::default())
    });
    came.await.unwrap()
}

/// What arrives of a file that `meanwhile` does something to when its first bytes were read, and what is
/// told of it.
async fn sent(length: usize, meanwhile: impl FnOnce(&PathBuf)) -> (Vec<u8>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("file");
    std::fs::write(&at, vec![b'x'; length]).unwrap();
    let (cautions, ledger) = (Arc::new(Cautions::default()), Arc::new(Ledger::default()));
    let work = work().await;
    let sources = gather(std::slice::from_ref(&at), true, &cautions, &work).unwrap();
    let all: Vec<Sent> = sources
        .into_iter()
        .map(|source| Sent {
            path: source.path.clone(),
            source,
        })
        .collect();
    let (out, mut pieces) = mpsc::channel(1);
    let feeding = Feeding::new(out, &ledger, &cautions, &work);
    let reading = tokio::task::spawn_blocking(move || feeding.run(&all));
    let mut untar = Untar::default();
    let mut bytes = Vec::new();
    let mut meanwhile = Some(meanwhile);
    while let Some(piece) = pieces.recv().await {
        untar.push(piece);
        while let Some(item) = untar.take().unwrap() {
            if let Item::Body(piece) = item {
                bytes.extend_from_slice(&piece);
                if let Some(meanwhile) = meanwhile.take() {
                    meanwhile(&at);
                }
            }
        }
    }
    let (done, summed) = reading.await.unwrap();
    done.unwrap();
    summed.await.unwrap();
    assert!(untar.is_over(), "the archive is whole");
    ledger.there(Raw::from("file"), Sha256::digest(&bytes).into());
    assert_eq!(ledger.verdict(), Ok(1), "the sum is that of what was sent");
    (bytes, cautions.told())
}

/// More than what is read ahead.
const LENGTH: usize = PIECE * 8 + 77;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives_as_it_is() {
    let (bytes, cautions) = sent(LENGTH, |_| {}).await;
    assert!(bytes == vec![b'x'; LENGTH]);
    assert!(cautions.is_empty(), "{cautions:?}");
    let (bytes, _) = sent(0, |_| {}).await;
    assert!(bytes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_is_as_long_as_it_was_and_told() {
    let (bytes, cautions) = sent(LENGTH, |at| {
        let mut file = File::options().append(true).open(at).unwrap();
        file.write_all(b"more").unwrap();
    })
    .await;
    assert!(bytes == vec![b'x'; LENGTH]);
    assert_eq!(
        cautions,
        ["Grew while being read; the copy is as long as the file was at first: file."]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_shrinks_is_filled_and_told() {
    let (bytes, cautions) = sent(LENGTH, |at| {
        let file = File::options().write(true).open(at).unwrap();
        file.set_len(10).unwrap();
    })
    .await;
    assert_eq!(bytes.len(), LENGTH);
    assert_eq!(bytes.first(), Some(&b'x'));
    assert_eq!(bytes.last(), Some(&0));
    assert_eq!(cautions.len(), 1);
    assert!(cautions[0].starts_with("Became shorter"), "{cautions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_written_to_is_told() {
    let (bytes, cautions) = sent(LENGTH, |at| {
        let file = File::options().write(true).open(at).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    })
    .await;
    assert_eq!(bytes.len(), LENGTH);
    assert!(cautions[0].starts_with("Changed while"), "{cautions:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_slipway_uses_itself_and_what_leads_away_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let make = |path: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "x").unwrap();
        path
    };
    make("one/data/.slipway-part-1-2-3");
    make("one/data/inner/file");
    std::os::unix::fs::symlink("inner/file", folder.path().join("one/data/link")).unwrap();
    std::os::unix::fs::symlink("../../two", folder.path().join("one/data/away")).unwrap();
    let same = make("two/data");
    let trash = make(".slipway-trash/x");
    let chosen = [
        folder.path().join("one/data"),
        same,
        trash.parent().unwrap().to_owned(),
    ];
    let cautions = Cautions::default();
    let work = work().await;
    let paths = |into_root: bool| -> Vec<String> {
        gather(&chosen, into_root, &cautions, &work)
            .unwrap()
            .iter()
            .map(|one| String::from_utf8(one.path.0.clone()).unwrap())
            .collect()
    };
    assert_eq!(
        paths(true),
        [
            "data",
            "data/link",
            "data/inner",
            "data/inner/file",
            "data (2)"
        ]
    );
    assert!(cautions.has(Fate::Reserved) && cautions.has(Fate::LinkOut));
    assert!(
        paths(false).contains(&".slipway-trash/x".to_owned()),
        "only at the top of a place is it the trash"
    );
}
