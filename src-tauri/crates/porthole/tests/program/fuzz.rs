//! Nonsense in both directions.

use std::io::Write;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use slipway_porthole::frame::{Frames, FromPorthole, MOST_BODY, ToPorthole, encode};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Search, SearchFor, Taken, UnpackOptions};

use crate::support::{Ground, Porthole, list, program};

fn path() -> impl Strategy<Value = Raw> {
    prop_oneof![
        vec(
            prop_oneof![
                Just("..".to_owned()),
                Just(".".to_owned()),
                Just(String::new()),
                Just("folder".to_owned()),
                Just("out".to_owned()),
                Just("secret".to_owned()),
                Just(".slipway-trash".to_owned()),
                "[a-c\\n]{1,3}",
            ],
            0..5
        )
        .prop_map(|names| Raw::from(names.join("/").as_str())),
        vec(any::<u8>(), 0..20).prop_map(Raw),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let options = UnpackOptions {
        taken: Taken::Replace,
        ..UnpackOptions::default()
    };
    prop_oneof![
        path().prop_map(|path| Request::List { path }),
        path().prop_map(|path| Request::Stat { path }),
        (path(), any::<u64>(), any::<u64>()).prop_map(|(path, offset, len)| Request::Read {
            path,
            offset,
            len,
            expected: None
        }),
        (path(), any::<u32>(), any::<Option<u8>>())
            .prop_map(|(path, every, quote)| Request::Lines { path, every, quote }),
        (path(), any::<u8>()).prop_map(|(path, largest)| Request::Walk { path, largest }),
        (path(), ".{0,8}").prop_map(|(path, pattern)| Request::Search(Search {
            path,
            what: SearchFor::Pattern(pattern),
            most: 10,
            most_of_one: 1,
            ..Search::default()
        })),
        path().prop_map(|path| Request::Watch {
            folders: vec![path.clone()],
            file: Some(path)
        }),
        (path(), path()).prop_map(|(path, beneath)| Request::Pack {
            paths: vec![path],
            excludes: Vec::new(),
            beneath
        }),
        path().prop_map(move |target| Request::Unpack {
            target,
            options: options.clone()
        }),
        path().prop_map(|path| Request::Write {
            path,
            expected: None
        }),
        path().prop_map(|path| Request::MakeFolder { path, owner: None }),
        (path(), path()).prop_map(|(from, to)| Request::Rename { from, to }),
        path().prop_map(|path| Request::Trash { paths: vec![path] }),
        (any::<u64>(), path()).prop_map(|(id, to)| Request::RestoreTrash { id, to: Some(to) }),
        Just(Request::EmptyTrash { ids: None }),
        path().prop_map(|path| Request::Discard { paths: vec![path] }),
        path().prop_map(|path| Request::Remove { paths: vec![path] }),
    ]
}

fn message() -> impl Strategy<Value = ToPorthole> {
    prop_oneof![
        4 => request().prop_map(ToPorthole::Request),
        2 => vec(any::<u8>(), 0..600).prop_map(ToPorthole::Data),
        1 => Just(ToPorthole::EndOfData),
        1 => any::<u32>().prop_map(ToPorthole::Credit),
        1 => Just(ToPorthole::Cancel),
    ]
}

#[test]
fn what_is_said_is_heard_in_any_pieces() {
    let mut runner = TestRunner::default();
    let said = (vec((any::<u32>(), message()), 0..8), 1..700usize);
    runner
        .run(&said, |(messages, piece)| {
            let mut bytes = Vec::new();
            for (id, message) in &messages {
                bytes.extend(encode(*id, message).expect("it is short"));
            }
            let mut frames = Frames::default();
            let mut heard = Vec::new();
            for piece in bytes.chunks(piece) {
                frames.push(piece);
                while let Some(next) = frames.next_frame().expect("it was said so") {
                    heard.push(next);
                }
            }
            assert_eq!(heard, messages, "every frame arrives as it was said");
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn nonsense_is_refused_and_never_believed() {
    let mut runner = TestRunner::default();
    runner
        .run(
            &(vec(any::<u8>(), 0..300), any::<[u8; 2]>()),
            |(mut bytes, length)| {
                if bytes.len() > 4 {
                    // A length that may be right, so that bodies are looked at too.
                    bytes[..2].copy_from_slice(&length);
                    bytes[2..4].fill(0);
                }
                for _ in 0..2 {
                    let mut frames = Frames::default();
                    frames.push(&bytes);
                    while let Ok(Some((_, message))) = frames.next_frame::<FromPorthole>() {
                        let _ = message;
                    }
                    let mut frames = Frames::default();
                    frames.push(&bytes);
                    while let Ok(Some((_, message))) = frames.next_frame::<ToPorthole>() {
                        // What was believed can be said again.
                        encode(1, &message).expect("it was short enough to be heard");
                    }
                }
                Ok(())
            },
        )
        .expect("it holds");
    let mut frames = Frames::default();
    frames.push(&u32::MAX.to_le_bytes());
    assert!(
        frames.next_frame::<ToPorthole>().is_err(),
        "no more is waited for"
    );
    assert!(encode(1, &ToPorthole::Data(vec![0; MOST_BODY + 1])).is_err());
}

/// Cases are few, since each starts a program.
fn few() -> TestRunner {
    TestRunner::new(Config {
        cases: 24,
        ..Config::default()
    })
}

#[test]
fn the_program_outlives_nonsense_of_the_right_shape_and_writes_nothing_outside() {
    few()
        .run(&vec((0..6u32, message()), 1..30), |messages| {
            let ground = Ground::new();
            ground.file("folder/file", "x");
            std::os::unix::fs::symlink(&ground.outside, ground.place.join("out")).expect("a link");
            let mut porthole = Porthole::at(&ground.place);
            // A number that still runs may not be used again; these do not come near another.
            for (at, (id, message)) in messages.iter().enumerate() {
                let id = match message {
                    ToPorthole::Request(_) => 1000 + u32::try_from(at).expect("few"),
                    _ => 1000 + id * 5,
                };
                porthole.send(id, message);
            }
            let (_, ending) = porthole.hear(list(""));
            let alive = matches!(ending, Ok(_) | Err(slipway_porthole::fault::Fault::Busy));
            assert!(alive, "it still answers: {ending:?}");
            assert_eq!(porthole.end(), Some(0), "it ends with its input");
            ground.untouched();
            Ok(())
        })
        .expect("it holds");
}

#[test]
fn the_program_ends_in_order_after_nonsense_of_no_shape() {
    few()
        .run(&vec(any::<u8>(), 1..2000), |bytes| {
            let ground = Ground::new();
            let mut child = program(&ground.place, &[]).spawn().expect("it starts");
            let mut input = child.stdin.take().expect("its input is a pipe");
            // It may have ended before all of it was taken.
            let _ = input.write_all(&bytes);
            drop(input);
            let code = child.wait().expect("it ends").code();
            assert!(
                matches!(code, Some(0 | 2)),
                "an exit code of its own: {code:?}"
            );
            ground.untouched();
            Ok(())
        })
        .expect("it holds");
}
