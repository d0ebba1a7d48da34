//! What looking into a volume costs, beside the tools of a terminal in a container that runs already: `find` for
//! what takes the space, `grep` for what a search finds. Ours is a release build of the contents alone, without a
//! window (`examples/looking.rs`); it and the tools work in turns on the same 100,000 files.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use slipway_testbed::{Bed, process};

use crate::windows::in_turn;
use crate::{Goal, Row, median};

const ROUNDS: usize = 7;
/// How many folders are listed, one after the other.
const FOLDERS: usize = 30;
pub(crate) const VOLUME: &str = "bench-vol";
/// A container with the tools of Debian, which has the volume at `/v` and waits.
pub(crate) const TOOLS: &str = "bench-tools";
const IMAGE: &str = "exasol/data-science-sandbox:0.1.0";
const FILES: u64 = 100_000;
const MILLION: u64 = 1_000_000;

/// Tables of different lengths, in folders of a thousand; what is looked for stands in twenty of them.
pub(crate) const FILL: &str = r#"
import os, random
random.seed(7)
words = "harbour tide ship ledger north cargo value weight crane rope anchor berth".split()
line = lambda: ",".join(random.choice(words) + str(random.randrange(10000)) for _ in range(6)) + "\n"
text = "".join(line() for _ in range(20000)).encode()
for folder in range(100):
    os.mkdir(f"/v/folder{folder}")
    for number in range(1000):
        length = random.choice((300, 900, 2000, 4000, 9000))
        start = random.randrange(len(text) - length)
        with open(f"/v/folder{folder}/table{number}.csv", "wb") as file:
            file.write(text[start:start + length])
            if number == 500 and folder % 5 == 0:
                file.write(b"\nzebra-crossing-7\n")
"#;
const RARE: &str = "zebra-crossing-7";

/// A million files, all in one folder or in a thousand.
const FILL_ONE: &str = "import os\nos.mkdir('/v/all')\nfor n in range(1000000): os.close(os.open(f'/v/all/table{n}.csv', os.O_CREAT))";
const FILL_SPREAD: &str = "import os\nfor f in range(1000):\n    os.mkdir(f'/v/folder{f}')\n    for n in range(1000): os.close(os.open(f'/v/folder{f}/table{n}.csv', os.O_CREAT))";

/// The rows about opening, counting and searching.
pub fn measure(bed: &Bed) -> Vec<Row> {
    let volume = Filled::new(bed, FILL);
    let mut looking = Looking::start(bed);
    let mut rows = vec![program(&mut looking)];

    // The first look of all brings the program to the engine.
    looking.open();
    let (mut opened, mut listed) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        looking.close(bed);
        opened.push(in_turn(
            round,
            || looking.open(),
            || volume.list_in_a_container(),
        ));
    }
    for folder in 0..FOLDERS {
        listed.push(looking.milliseconds(&format!("list folder{folder}")));
    }
    rows.push(Row {
        ratio: None,
        ..Row::of_rounds(
            "first rows of a volume of 100,000 files, beside ls in a new container",
            "ms",
            Goal::Below(500.0),
            &opened,
        )
    });
    rows.push(Row {
        name: "rows of the next folder, of 1,000 files",
        unit: "ms",
        ours: median(listed),
        floor: None,
        goal: Goal::Below(30.0),
        runs: FOLDERS,
        ratio: None,
    });

    let mut shell = Shell::start(bed);
    let find = r"find /v -printf '%p %s %b %T@ %y %n %i\n' > /dev/null";
    shell.milliseconds(find);
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        // What was counted a moment ago is not counted again in a volume that stays open.
        looking.open();
        let count = |looking: &mut Looking| {
            let counted = looking.order("count");
            assert_eq!(counted["files"], FILES, "all are counted");
            milliseconds(&counted)
        };
        rounds.push(in_turn(
            round,
            || count(&mut looking),
            || shell.milliseconds(find),
        ));
    }
    rows.push(Row::of_rounds(
        "counting 100,000 files, beside find -printf",
        "ms",
        Goal::Ratio(1.3),
        &rounds,
    ));

    for (name, order, options) in [
        ("searching them for a text, beside grep -r", "find", "-rn"),
        (
            "searching them for a text in any case, beside grep -ri",
            "find-any-case",
            "-rni",
        ),
    ] {
        // Not to /dev/null, where grep looks no further than the first hit in a file.
        let grep = format!("grep {options} {RARE} /v > /tmp/found");
        let mut rounds = Vec::new();
        for round in 0..=ROUNDS {
            let find = |looking: &mut Looking| {
                let found = looking.order(&format!("{order} {RARE}"));
                assert_eq!(found["hits"], 20, "all are found");
                milliseconds(&found)
            };
            rounds.push(in_turn(
                round,
                || find(&mut looking),
                || shell.milliseconds(&grep),
            ));
        }
        // The first round reads from the disk what the others read from memory.
        rounds.remove(0);
        rows.push(Row::of_rounds(name, "ms", Goal::Ratio(1.3), &rounds));
    }
    looking.close(bed);
    rows
}

/// The program's size, in the unit of its goal.
fn program(looking: &mut Looking) -> Row {
    let bytes = looking.order("program")["bytes"].as_f64();
    Row {
        name: "size of the program that looks into volumes",
        unit: "MB",
        ours: bytes.expect("a program was built") / 1e6,
        floor: None,
        goal: Goal::Below(1.5),
        runs: 1,
        ratio: None,
    }
}

/// The rows about a million files: the most memory that the program ever had while it listed, counted and searched
/// them. Making and removing the files takes minutes.
pub fn million(bed: &Bed) -> Vec<Row> {
    let memory = |name, script, folder: &str| {
        let _volume = Filled::new(bed, script);
        let mut looking = Looking::start(bed);
        looking.open();
        looking.order(&format!("list {folder}"));
        assert_eq!(looking.order("count")["files"], MILLION, "all are counted");
        looking.order(&format!("find {RARE}"));
        let ours = peak_memory(bed);
        looking.close(bed);
        Row {
            name,
            unit: "MB",
            ours,
            floor: None,
            goal: Goal::Below(32.0),
            runs: 1,
            ratio: None,
        }
    };
    vec![
        memory(
            "memory of that program at a million files in one folder",
            FILL_ONE,
            "all",
        ),
        memory(
            "memory of that program at a million files in 1,000 folders",
            FILL_SPREAD,
            "folder7",
        ),
    ]
}

/// A volume full of files, and the container with the tools; both go with it.
pub(crate) struct Filled<'a> {
    bed: &'a Bed,
}

impl<'a> Filled<'a> {
    pub(crate) fn new(bed: &'a Bed, script: &str) -> Self {
        bed.load(IMAGE).expect("the tools' image comes");
        bed.load("slipway/webapp:1").expect("the small image comes");
        let mount = format!("{VOLUME}:/v");
        bed.docker(&[
            "run",
            "--detach",
            "--name",
            TOOLS,
            "--network",
            "none",
            "--user",
            "0",
            "--volume",
            &mount,
            "--entrypoint",
            "sleep",
            IMAGE,
            "infinity",
        ])
        .expect("the container with the tools runs");
        let filled = Self { bed };
        bed.docker(&["exec", TOOLS, "python3", "-c", script])
            .expect("the files are made");
        let synced = process::command("sync").status().expect("sync starts");
        assert!(synced.success(), "the disk is written");
        filled
    }

    /// What a person would do without Slipway to see the same rows.
    fn list_in_a_container(&self) -> f64 {
        let mount = format!("{VOLUME}:/v");
        let begun = Instant::now();
        self.bed
            .docker(&[
                "run",
                "--rm",
                "--network",
                "none",
                "--volume",
                &mount,
                "--entrypoint",
                "/bin/busybox",
                "slipway/webapp:1",
                "ls",
                "-l",
                "/v",
            ])
            .expect("the volume is listed");
        begun.elapsed().as_secs_f64() * 1000.0
    }
}

impl Drop for Filled<'_> {
    fn drop(&mut self) {
        // Where a measurement has failed, the bed goes with everything in it.
        let _ = self.bed.docker(&["rm", "--force", "--volumes", TOOLS]);
        let _ = self.bed.docker(&["volume", "rm", VOLUME]);
    }
}

/// The release build that looks into volumes by order.
pub(crate) struct Looking {
    program: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Looking {
    pub(crate) fn start(bed: &Bed) -> Self {
        let program = std::env::var("SLIPWAY_LOOKING").expect("xtask names the release build");
        let mut command = process::command(program);
        command.env("DOCKER_HOST", bed.docker_host());
        let (program, orders, answers) = with_pipes(command);
        Self {
            program,
            orders,
            answers,
        }
    }

    fn order(&mut self, order: &str) -> Value {
        writeln!(self.orders, "{order}").expect("orders are taken");
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("orders are answered");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{order}: {error}: {line}"))
    }

    pub(crate) fn milliseconds(&mut self, order: &str) -> f64 {
        milliseconds(&self.order(order))
    }

    pub(crate) fn open(&mut self) -> f64 {
        self.milliseconds(&format!("open {VOLUME} "))
    }

    /// Closes the volume, and waits until the engine holds nothing of the look.
    pub(crate) fn close(&mut self, bed: &Bed) {
        self.order("close");
        process::wait_for(Duration::from_mins(1), || {
            portholes(bed).is_empty().then_some(())
        })
        .expect("the throw-away container goes");
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        // It has no more to say; one that has ended already is what was wanted.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A shell within the container with the tools, so that no start of a client is measured.
pub(crate) struct Shell {
    client: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Shell {
    pub(crate) fn start(bed: &Bed) -> Self {
        let command = bed
            .docker_command(&["exec", "--interactive", TOOLS, "sh"])
            .expect("there is a docker client");
        let (client, orders, answers) = with_pipes(command);
        Self {
            client,
            orders,
            answers,
        }
    }

    pub(crate) fn milliseconds(&mut self, script: &str) -> f64 {
        let begun = Instant::now();
        writeln!(self.orders, "{script}; echo $?").expect("the shell listens");
        let mut code = String::new();
        self.answers
            .read_line(&mut code)
            .expect("the shell answers");
        assert_eq!(code.trim(), "0", "{script}");
        begun.elapsed().as_secs_f64() * 1000.0
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}

fn with_pipes(mut command: std::process::Command) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut program = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let orders = program.stdin.take().expect("it takes orders");
    let answers = program.stdout.take().expect("it answers");
    (program, orders, BufReader::new(answers))
}

fn milliseconds(answer: &Value) -> f64 {
    answer["ms"].as_f64().expect("the answer has a time")
}

/// Ids of the throw-away containers.
fn portholes(bed: &Bed) -> Vec<String> {
    let filter = [
        "ps",
        "--all",
        "--quiet",
        "--no-trunc",
        "--filter",
        "label=io.slipway.porthole",
    ];
    let listed = bed.docker(&filter).expect("the client lists");
    listed.lines().map(str::to_owned).collect()
}

/// The most memory that the one program in a throw-away container ever had, in megabytes. The engine's own number
/// would hold what the kernel remembers of the files as well.
fn peak_memory(bed: &Bed) -> f64 {
    let containers = portholes(bed);
    let [container] = containers.as_slice() else {
        panic!("one volume is open: {containers:?}")
    };
    let of_process = |entry: std::fs::DirEntry| {
        let group = std::fs::read_to_string(entry.path().join("cgroup")).ok()?;
        if !group.contains(container.as_str()) {
            return None;
        }
        let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        peak.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()
    };
    let processes = std::fs::read_dir("/proc")
        .expect("there is a /proc")
        .flatten();
    let peaks: Vec<f64> = processes.filter_map(of_process).collect();
    let [kibibytes] = peaks.as_slice() else {
        panic!("one program runs in it: {peaks:?}")
    };
    kibibytes * 1024.0 / 1e6
}
