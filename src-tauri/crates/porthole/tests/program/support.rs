//! The asking end, as simple as it can be: one thread reads, frames are sorted by request.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slipway_porthole::answer::{Answer, Ending, Outcome, Row};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{CHUNK, Frames, FromPorthole, ToPorthole, WINDOW, encode};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

/// Longer than anything here takes, on the slowest machine.
pub const LONG: Duration = Duration::from_mins(2);

type Waiting = Arc<Mutex<HashMap<u32, Sender<FromPorthole>>>>;

pub struct Porthole {
    pub child: Child,
    pub input: Option<ChildStdin>,
    waiting: Waiting,
    next: u32,
}

pub struct Asked {
    pub id: u32,
    pub says: Receiver<FromPorthole>,
}

/// Everything that was said to one request.
#[derive(Default)]
pub struct Said {
    pub answers: Vec<Answer>,
    pub data: Vec<u8>,
}

pub fn program(place: &Path, more: &[&str]) -> Command {
    let mut command = slipway_testbed::process::command(env!("CARGO_BIN_EXE_slipway-porthole"));
    command
        .arg("--place")
        .arg(place)
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

impl Porthole {
    pub fn at(place: &Path) -> Porthole {
        Porthole::with(place, &[])
    }

    pub fn with(place: &Path, more: &[&str]) -> Porthole {
        Porthole::started(program(place, more))
    }

    pub fn started(mut command: Command) -> Porthole {
        let mut child = command.spawn().expect("the program starts");
        let input = child.stdin.take();
        let mut output = child.stdout.take().expect("its output is a pipe");
        let waiting: Waiting = Arc::default();
        let table = Arc::clone(&waiting);
        std::thread::spawn(move || {
            let mut frames = Frames::default();
            let mut buffer = vec![0; CHUNK];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                frames.push(&buffer[..count]);
                while let Some((id, says)) = frames
                    .next_frame::<FromPorthole>()
                    .expect("the program keeps to the protocol")
                {
                    let to = table.lock().expect("nobody panicked").get(&id).cloned();
                    if let Some(to) = to {
                        // A test that has seen enough listens no more.
                        let _ = to.send(says);
                    }
                }
            }
            table.lock().expect("nobody panicked").clear();
        });
        Porthole {
            child,
            input,
            waiting,
            next: 0,
        }
    }

    pub fn send(&mut self, id: u32, message: &ToPorthole) {
        let frame = encode(id, message).expect("a test sends what can be said");
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(&frame).expect("the program takes frames");
    }

    pub fn ask(&mut self, request: Request) -> Asked {
        self.next += 1;
        let id = self.next;
        let (sender, says) = channel();
        self.waiting
            .lock()
            .expect("nobody panicked")
            .insert(id, sender);
        self.send(id, &ToPorthole::Request(request));
        Asked { id, says }
    }

    /// Asks and gives credit until the end.
    pub fn hear(&mut self, request: Request) -> (Said, Ending) {
        let asked = self.ask(request);
        self.rest(&asked)
    }

    pub fn rest(&mut self, asked: &Asked) -> (Said, Ending) {
        let mut said = Said::default();
        loop {
            match asked.says.recv_timeout(LONG).expect("the program answers") {
                FromPorthole::End(ending) => return (said, ending),
                FromPorthole::Credit(_) => {}
                FromPorthole::Data(bytes) => {
                    let count = u32::try_from(bytes.len()).expect("a frame is short");
                    said.data.extend_from_slice(&bytes);
                    self.send(asked.id, &ToPorthole::Credit(count));
                }
                FromPorthole::Answer(answer) => {
                    said.answers.push(answer);
                    self.send(asked.id, &ToPorthole::Credit(64 * 1024));
                }
            }
        }
    }

    /// Sends bytes as the request's data, as far as it is allowed, and hears the end.
    pub fn send_data(&mut self, request: Request, bytes: &[u8]) -> (Said, Ending) {
        let asked = self.ask(request);
        let mut credit = i64::from(WINDOW);
        let mut said = Said::default();
        for part in bytes.chunks(CHUNK) {
            while credit <= 0 {
                match asked.says.recv_timeout(LONG).expect("the program answers") {
                    FromPorthole::Credit(more) => credit += i64::from(more),
                    FromPorthole::Answer(answer) => said.answers.push(answer),
                    FromPorthole::Data(_) => {}
                    FromPorthole::End(ending) => return (said, ending),
                }
            }
            credit -= i64::try_from(part.len()).expect("a part is short");
            self.send(asked.id, &ToPorthole::Data(part.to_vec()));
        }
        self.send(asked.id, &ToPorthole::EndOfData);
        let (rest, ending) = self.rest(&asked);
        said.answers.extend(rest.answers);
        (said, ending)
    }

    pub fn row(&mut self, path: &str) -> Result<Row, Fault> {
        match self.hear(Request::Stat { path: path.into() }).1? {
            Outcome::Row(row) => Ok(row),
            other => panic!("a row was asked for: {other:?}"),
        }
    }

    /// Closes the input and gives the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().expect("the program ends").code()
    }
}

impl Drop for Porthole {
    fn drop(&mut self) {
        self.input = None;
        // Already ended where the test asked for its code.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An empty folder to be looked into, and one beside it that nothing may reach.
pub struct Ground {
    _all: tempfile::TempDir,
    pub place: PathBuf,
    pub outside: PathBuf,
}

impl Ground {
    pub fn new() -> Ground {
        let all = tempfile::tempdir().expect("a folder for a test");
        let (place, outside) = (all.path().join("place"), all.path().join("outside"));
        for folder in [&place, &outside] {
            std::fs::create_dir(folder).expect("a folder for a test");
        }
        std::fs::write(outside.join("secret"), "not for you").expect("a file outside");
        Ground {
            _all: all,
            place,
            outside,
        }
    }

    pub fn file(&self, path: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.place.join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in the place")).expect("a folder");
        let mut file = File::create(&path).expect("a file");
        file.write_all(contents.as_ref()).expect("its contents");
        path
    }

    /// What lies outside is as it was.
    pub fn untouched(&self) {
        let names: Vec<_> = std::fs::read_dir(&self.outside)
            .expect("it is still there")
            .map(|entry| entry.expect("it can be read").file_name())
            .collect();
        assert_eq!(names, ["secret"], "nothing was made or removed outside");
        assert_eq!(
            std::fs::read(self.outside.join("secret")).expect("it is still there"),
            b"not for you",
            "nothing was written outside"
        );
    }
}

pub fn rows(said: &Said) -> Vec<Row> {
    said.answers
        .iter()
        .flat_map(|answer| match answer {
            Answer::Rows(rows) => rows.clone(),
            _ => Vec::new(),
        })
        .collect()
}

pub fn list(path: &str) -> Request {
    Request::List { path: path.into() }
}

pub fn read(path: &str) -> Request {
    Request::Read {
        path: Raw::from(path),
        offset: 0,
        len: u64::MAX,
        expected: None,
    }
}
