//! A session against the real program, run on this computer over a folder of its own, and against
//! noise.

use std::path::Path;
use std::process::Stdio;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};
use proptest::prelude::*;
use slipway_porthole::raw::Raw;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::*;

fn pieces<R>(reader: R) -> BoxStream<'static, slipway_engine::Result<Bytes>>
where
    R: AsyncRead + Send + Unpin + 'static,
{
    stream::unfold(reader, |mut reader| async move {
        let mut bytes = BytesMut::with_capacity(4096);
        match reader.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some((Ok(bytes.freeze()), reader)),
        }
    })
    .boxed()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program that these tests talk with is run by them"
)]
/// The program over a folder; `None` where this computer cannot run it.
async fn over(place: &Path) -> Option<(Session, tokio::process::Child, tempfile::TempDir)> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        _ => return None,
    };
    let program =
        slipway_porthole_program::program(architecture).filter(|_| cfg!(target_os = "linux"))?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("porthole");
    std::fs::write(&path, program).unwrap();
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&path, permissions).unwrap();
    let mut child = tokio::process::Command::new(&path)
        .arg("--place")
        .arg(place)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let incoming = pieces(child.stdout.take().unwrap());
    let outgoing = Box::new(child.stdin.take().unwrap());
    let session = Session {
        line: Line::start(incoming, outgoing, None),
    };
    session.greet().await.unwrap();
    Some((session, child, folder))
}

fn stat(path: &str) -> Request {
    Request::Stat {
        path: Raw(path.as_bytes().to_vec()),
    }
}

fn read(path: &str) -> Request {
    Request::Read {
        path: Raw(path.as_bytes().to_vec()),
        offset: 0,
        len: u64::MAX,
        expected: None,
    }
}

#[tokio::test]
async fn a_download_that_nobody_takes_holds_up_nothing() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("large"), vec![7; 20_000_000]).unwrap();
    let Some((session, _child, _folder)) = over(place.path()).await else {
        return;
    };
    let mut waiting = session.ask(read("large")).await.unwrap();
    assert!(matches!(
        session.one(stat("large")).await,
        Ok(Outcome::Row(_))
    ));
    let mut bytes = 0;
    loop {
        match waiting.next().await.unwrap() {
            Step::Data(data) => bytes += data.len(),
            Step::End(_) => break,
            Step::Answer(_) => panic!("bytes are no answer"),
        }
    }
    assert_eq!(bytes, 20_000_000);
}

#[tokio::test]
async fn what_is_dropped_is_cancelled_and_makes_room() {
    let place = tempfile::tempdir().unwrap();
    let Some((session, _child, _folder)) = over(place.path()).await else {
        return;
    };
    for _ in 0..200 {
        let watch = Request::Watch {
            folders: vec![Raw::default()],
            file: None,
        };
        drop(session.ask(watch).await.unwrap());
    }
    assert!(matches!(session.one(stat("")).await, Ok(Outcome::Row(_))));
}

#[tokio::test]
async fn what_is_stopped_has_told_everything_and_does_nothing_more() {
    let place = tempfile::tempdir().unwrap();
    let Some((session, _child, _folder)) = over(place.path()).await else {
        return;
    };
    let request = Request::Unpack {
        target: Raw::default(),
        options: slipway_porthole::request::UnpackOptions::default(),
    };
    let exchange = session.ask(request).await.unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(5);
    header.set_mode(0o644);
    archive
        .append_data(&mut header, "whole", &b"whole"[..])
        .unwrap();
    let mut bytes = archive.into_inner().unwrap();
    bytes.truncate(1024);
    let mut header = tar::Header::new_ustar();
    header.set_path("half").unwrap();
    header.set_size(1_000_000);
    header.set_cksum();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend(std::iter::repeat_n(7, 70_000));
    exchange.send(&bytes).await.unwrap();
    // Once the second file is begun, the first one is whole; it may not have been told yet.
    let names = || {
        let mut names: Vec<String> = std::fs::read_dir(place.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    while names().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let told = exchange.stop().await;
    assert_eq!(names(), ["whole"], "nothing half-made is left");
    let told: Vec<Raw> = told
        .into_iter()
        .flat_map(|answer| match answer {
            Answer::Unpacked(entries) => entries,
            _ => Vec::new(),
        })
        .map(|entry| entry.path)
        .collect();
    assert_eq!(told, [Raw::from("whole")], "what was made is known");
}

#[tokio::test]
async fn bytes_are_sent_as_fast_as_they_are_taken() {
    let place = tempfile::tempdir().unwrap();
    let Some((session, _child, _folder)) = over(place.path()).await else {
        return;
    };
    let request = Request::Write {
        path: Raw(b"notes.txt".to_vec()),
        expected: None,
    };
    let (mut steps, sending) = session.ask(request).await.unwrap().split();
    let text = vec![b'x'; 3_000_000];
    let sent = async {
        let sent = sending.send(&text).await;
        sending.finish().and(sent)
    };
    let ended = async {
        loop {
            match steps.next().await {
                Ok(Step::End(outcome)) => return Ok(outcome),
                Ok(_) => {}
                Err(refused) => return Err(refused),
            }
        }
    };
    let (sent, ended) = tokio::join!(sent, ended);
    match ended {
        Ok(_) => {
            sent.unwrap();
            assert_eq!(std::fs::read(place.path().join("notes.txt")).unwrap(), text);
        }
        // A text may be too large for the program; then it says so, and nothing hangs.
        Err(refused) => assert!(matches!(refused, Refused::Fault(_)), "{refused:?}"),
    }
}

#[tokio::test]
async fn whoever_waits_hears_that_the_program_died() {
    let place = tempfile::tempdir().unwrap();
    let Some((session, mut child, _folder)) = over(place.path()).await else {
        return;
    };
    let watch = Request::Watch {
        folders: vec![Raw::default()],
        file: None,
    };
    let mut exchange = session.ask(watch).await.unwrap();
    exchange.next().await.unwrap();
    child.kill().await.unwrap();
    assert!(matches!(exchange.next().await, Err(Refused::Lost(_))));
    assert!(matches!(session.one(stat("")).await, Err(Refused::Lost(_))));
    assert!(session.lost().borrow().is_some());
}

proptest! {
    #[test]
    fn noise_ends_the_conversation_and_nothing_else(
        noise in proptest::collection::vec(any::<u8>(), 0..600)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let noise = Bytes::from(noise);
            let incoming = stream::iter([Ok(noise)]).boxed();
            let session = Session {
                line: Line::start(incoming, Box::new(tokio::io::sink()), None),
            };
            let answer = session.one(stat("a")).await;
            // Of bytes like these one in billions is a row.
            assert!(answer.is_err());
        });
    }
}
