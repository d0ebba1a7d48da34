//! What moving files costs, beside `docker cp`, and keeping a volume safe, beside `tar` and `zstd` in a container that
//! runs already. Ours checks what it has moved, and reads a backup back before it counts as one; the others do not.

use std::path::Path;
use std::time::Instant;

use slipway_testbed::{Bed, process};

use crate::volumes::{FILL, Filled, Looking, Shell, TOOLS, VOLUME};
use crate::windows::in_turn;
use crate::{Goal, Row};

const ROUNDS: usize = 5;
/// A gigabyte that cannot be packed, as pictures and models cannot.
const LARGE: &str = r"
import os
with open('/v/large.bin', 'wb') as file:
    for _ in range(1000): file.write(os.urandom(1000000))
";

/// The rows about moving a gigabyte, and about backups.
pub fn measure(bed: &Bed) -> Vec<Row> {
    let mut rows = moved(bed);
    rows.push(backed_up(bed));
    rows
}

fn moved(bed: &Bed) -> Vec<Row> {
    let _volume = Filled::new(bed, LARGE);
    let folder = tempfile::tempdir().expect("a folder");
    let (here, there) = (folder.path().join("ours"), folder.path().join("theirs"));
    let mut looking = Looking::start(bed);
    let mut shell = Shell::start(bed);
    looking.open();
    let copied = |from: &str, to: &str| {
        let begun = Instant::now();
        bed.docker(&["cp", from, to]).expect("the client copies");
        begun.elapsed().as_secs_f64() * 1000.0
    };
    let (mut down, mut up) = (Vec::new(), Vec::new());
    // The first of each reads from the disk what the others read from memory.
    for round in 0..=ROUNDS {
        for folder in [&here, &there] {
            std::fs::create_dir(folder).expect("an empty folder");
        }
        settle();
        down.push(in_turn(
            round,
            || looking.milliseconds(&format!("download large.bin {}", here.display())),
            || {
                let taken = copied(&format!("{TOOLS}:/v/large.bin"), &text(&there));
                settle();
                taken
            },
        ));
        shell.milliseconds("mkdir /v/ours /v/theirs");
        settle();
        up.push(in_turn(
            round,
            || looking.milliseconds(&format!("upload {}/large.bin ours", here.display())),
            || {
                let from = text(&there.join("large.bin"));
                let taken = copied(&from, &format!("{TOOLS}:/v/theirs/"));
                settle();
                taken
            },
        ));
        shell.milliseconds("cmp /v/large.bin /v/ours/large.bin && rm -r /v/ours /v/theirs");
        for folder in [&here, &there] {
            std::fs::remove_dir_all(folder).expect("the folder goes");
        }
    }
    looking.close(bed);
    let row = |name, mut rounds: Vec<(f64, f64)>| {
        rounds.remove(0);
        Row::of_rounds(name, "ms", Goal::Ratio(1.0), &rounds)
    };
    vec![
        row("download of 1 GB, checked, beside docker cp", down),
        row("upload of 1 GB, checked, beside docker cp", up),
    ]
}

fn backed_up(bed: &Bed) -> Row {
    let _volume = Filled::new(bed, FILL);
    // The tools' image has no zstd, and this computer's runs in it.
    bed.docker(&[
        "cp",
        "--follow-link",
        "/usr/bin/zstd",
        &format!("{TOOLS}:/usr/bin/zstd"),
    ])
    .expect("zstd is in the package zstd");
    let mut looking = Looking::start(bed);
    let mut shell = Shell::start(bed);
    looking.open();
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        settle();
        rounds.push(in_turn(
            round,
            || looking.milliseconds(&format!("back-up {VOLUME}")),
            || {
                let taken =
                    shell.milliseconds("tar -C /v -c . | zstd -q -3 -T0 -f -o /tmp/backup.tar.zst");
                settle();
                taken
            },
        ));
    }
    rounds.remove(0);
    looking.close(bed);
    Row::of_rounds(
        "backup of 100,000 files, checked, beside tar and zstd",
        "ms",
        Goal::Ratio(1.1),
        &rounds,
    )
}

/// What was written before is on the disk, so that nobody waits for what another one wrote.
fn settle() {
    let synced = process::command("sync").status().expect("sync starts");
    assert!(synced.success(), "the disk is written");
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
