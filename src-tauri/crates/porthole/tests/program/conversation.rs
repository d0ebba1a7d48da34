use std::process::Stdio;

use slipway_porthole::PROTOCOL;
use slipway_porthole::answer::{Answer, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{CHUNK, FromPorthole, MOST_REQUESTS, ToPorthole, WINDOW};
use slipway_porthole::request::Request;

use crate::support::{Ground, LONG, Porthole, list, program, read};

#[test]
fn the_first_words() {
    let ground = Ground::new();
    let mut porthole = Porthole::at(&ground.place);
    let (_, ending) = porthole.hear(Request::Hello { version: PROTOCOL });
    let Ok(Outcome::Hello(greeting)) = ending else {
        panic!("it greets: {ending:?}")
    };
    assert!(greeting.writable, "the folder is");
    let (_, ending) = porthole.hear(Request::Hello { version: 0 });
    assert_eq!(ending, Err(Fault::OtherVersion { ours: PROTOCOL }));
    assert_eq!(porthole.end(), Some(0));
}

#[test]
fn an_answer_stops_where_its_credit_ends_and_others_go_on() {
    let ground = Ground::new();
    let length = 4 * WINDOW as usize;
    ground.file("large", vec![7; length]);
    let mut porthole = Porthole::at(&ground.place);
    let large = porthole.ask(read("large"));
    let mut heard = 0;
    while heard < WINDOW as usize {
        match large.says.recv_timeout(LONG).expect("it is sent") {
            FromPorthole::Data(bytes) => heard += bytes.len(),
            other => panic!("data was asked for: {other:?}"),
        }
    }
    // A whole other request, asked later: were the first one not waiting, its bytes would come before.
    let (_, ending) = porthole.hear(list(""));
    assert_eq!(ending, Ok(Outcome::Count(1)));
    let more: usize = large
        .says
        .try_iter()
        .map(|says| match says {
            FromPorthole::Data(bytes) => bytes.len(),
            _ => 0,
        })
        .sum();
    assert!(
        heard + more <= WINDOW as usize + CHUNK,
        "no more than the credit came"
    );
    porthole.send(large.id, &ToPorthole::Credit(u32::MAX));
    let (said, ending) = porthole.rest(&large);
    assert!(ending.is_ok());
    assert_eq!(
        heard + more + said.data.len(),
        length,
        "the rest came with more credit"
    );
}

#[test]
fn a_request_that_waits_is_cancelled() {
    let ground = Ground::new();
    ground.file("large", vec![7; 4 * WINDOW as usize]);
    let mut porthole = Porthole::at(&ground.place);
    let waits_for_credit = porthole.ask(read("large"));
    let waits_for_data = porthole.ask(Request::Write {
        path: "new".into(),
        expected: None,
    });
    let waits_for_change = porthole.ask(Request::Watch {
        folders: vec!["".into()],
        file: None,
    });
    for asked in [waits_for_credit, waits_for_data, waits_for_change] {
        porthole.send(asked.id, &ToPorthole::Cancel);
        assert_eq!(porthole.rest(&asked).1, Err(Fault::Cancelled));
    }
    assert_eq!(
        porthole.row("new"),
        Err(Fault::NotFound),
        "nothing half-made is left"
    );
    let (_, ending) = porthole.hear(list(""));
    assert_eq!(ending, Ok(Outcome::Count(1)), "not even aside");
}

#[test]
fn one_too_many_is_refused_and_the_others_go_on() {
    let ground = Ground::new();
    let mut porthole = Porthole::at(&ground.place);
    let waiting: Vec<_> = (0..MOST_REQUESTS)
        .map(|_| {
            porthole.ask(Request::Write {
                path: "new".into(),
                expected: None,
            })
        })
        .collect();
    assert_eq!(porthole.hear(list("")).1, Err(Fault::Busy));
    for asked in &waiting {
        porthole.send(asked.id, &ToPorthole::Cancel);
        assert_eq!(porthole.rest(asked).1, Err(Fault::Cancelled));
    }
    assert!(porthole.hear(list("")).1.is_ok(), "there is room again");
}

#[test]
fn changes_are_told() {
    let ground = Ground::new();
    ground.file("folder/file", "one");
    let mut porthole = Porthole::at(&ground.place);
    let watch = porthole.ask(Request::Watch {
        folders: vec!["".into(), "folder".into(), "none".into()],
        file: Some("folder/file".into()),
    });
    let next = || match watch.says.recv_timeout(LONG).expect("it is told") {
        FromPorthole::Answer(answer) => answer,
        other => panic!("an answer was asked for: {other:?}"),
    };
    let Answer::Watching(watching) = next() else {
        panic!("first it says what it follows")
    };
    assert_eq!((watching.not, watching.file), (vec![2], true));
    ground.file("new", "");
    let Answer::Changed(changes) = next() else {
        panic!("a change is told")
    };
    assert_eq!((changes.folders, changes.file), (vec![0], false));
    ground.file("folder/file", "two");
    let Answer::Changed(changes) = next() else {
        panic!("a change is told")
    };
    assert_eq!((changes.folders, changes.file), (vec![1], true));
}

#[test]
fn it_ends_when_nobody_listens() {
    let ground = Ground::new();
    let mut child = program(&ground.place, &[])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    // Its input stays open: that the output is closed has to be enough.
    let input = child.stdin.take();
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
    drop(input);
}
