//! What a person reads of moving.

use std::io::{Error, ErrorKind};

use slipway_labs::problem::ProblemKind;
use slipway_porthole::raw::Raw;

use crate::Problem;
use crate::jobs::Stop;
use crate::path::visible;

/// What keeps something from being written to, or read from, this computer.
pub(super) fn here(error: &Error, path: &Raw) -> Stop {
    Stop::Failed(local(error, &visible(&path.0).0))
}

pub(super) fn local(error: &Error, name: &str) -> Problem {
    let kept = "What had been downloaded was taken away again; what was there before is whole.";
    let problem = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Problem::new(ProblemKind::DiskFull, "The disk of this computer is full.")
                .because(kept)
                .hint("Free some space or choose a folder on another disk, then try again.")
        }
        ErrorKind::FileTooLarge => Problem::new(
            ProblemKind::Other,
            format!("{name} is too large for this disk."),
        )
        .because(format!(
            "Some disks, such as sticks, take files of up to 4 GB. {kept}"
        ))
        .hint("Choose a folder on another disk."),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Problem::new(
            ProblemKind::Other,
            format!("{name} cannot be written: this folder may not be changed."),
        )
        .because(kept)
        .hint("Choose another folder."),
        _ => Problem::new(
            ProblemKind::Other,
            format!("{name} cannot be written to this computer."),
        )
        .because(kept)
        .hint("Try again, or choose another folder."),
    };
    problem.detail(error.to_string())
}

/// The stream of a download makes no sense.
pub(super) fn broken_download(why: &str) -> Problem {
    Problem::new(ProblemKind::Other, "The download broke off.")
        .because(
            "What arrived is not what was asked for. It was taken away again; what was there before \
             is whole.",
        )
        .hint("Try again.")
        .detail(why)
}

/// The sums of both ends differ.
pub(super) fn not_the_same(path: &Raw) -> Problem {
    let name = visible(&path.0).0;
    Problem::new(
        ProblemKind::Other,
        format!("{name} did not arrive as it was sent."),
    )
    .because(
        "Its checksum is another one. What had arrived was taken away again; what was replaced \
         before stays replaced.",
    )
    .hint("Try again. If it stays so, a disk or memory may be damaged.")
}

/// "12 files, 3.4 MB. Checked."
pub(crate) fn summary(files: u64, bytes: u64, all_checked: bool) -> String {
    let files = match files {
        1 => "1 file".to_owned(),
        files => format!("{} files", crate::survey::holds::grouped(files)),
    };
    let checked = if all_checked { " Checked." } else { "" };
    format!("{files}, {}.{checked}", crate::survey::holds::weight(bytes))
}

/// "notes.md", or "3 files and folders".
pub(super) fn what(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        several => format!("{} files and folders", several.len()),
    }
}

/// There is not enough room.
pub(crate) fn no_room(whose: &str, needed: u64, free: u64) -> Problem {
    Problem::new(
        ProblemKind::DiskFull,
        format!("There is too little room on the disk of {whose}."),
    )
    .because(format!(
        "{} are needed and {} are free. Nothing was changed.",
        crate::survey::holds::weight(needed),
        crate::survey::holds::weight(free)
    ))
    .hint("Free some space, or move less at once.")
}
