//! What a program that was killed has left: files that never took their names.
//!
//! A file is written under a name that says what it is (see `Aside`), and a program that ends as it should
//! removes what did not take its own name. One that is killed cannot. So the next one that writes into the
//! folder looks for such files first. Another writer may be at work in the same folder, so only what nobody
//! has touched for an hour goes, by the time that the file system itself keeps and nobody can set.

use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, FileType, RawDir, unlinkat};
use slipway_porthole::ASIDE;

use super::list::ENTRIES;
use super::mount::stat_in;

/// In seconds.
const OLD: i64 = 60 * 60;

pub fn sweep(folder: BorrowedFd<'_>) {
    sweep_older(folder, OLD);
}

fn sweep_older(folder: BorrowedFd<'_>, seconds: i64) {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime).tv_sec;
    // Read by a position of its own: others may be reading the folder.
    let Ok(read) = rustix::fs::openat(folder, ".", super::mount::FOLDER, rustix::fs::Mode::empty())
    else {
        return;
    };
    let mut buffer = vec![MaybeUninit::uninit(); ENTRIES];
    let mut entries = RawDir::new(&read, &mut buffer);
    while let Some(Ok(entry)) = entries.next() {
        let name = entry.file_name().to_bytes();
        if !is_part(name) {
            continue;
        }
        if let Ok(stat) = stat_in(folder, name)
            && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
            && now.saturating_sub(stat.st_ctime) > seconds
        {
            // What cannot be removed tells by its name what it is.
            let _ = unlinkat(folder, name, AtFlags::empty());
        }
    }
}

/// A name that only this program gives: numbers after the prefix, joined by `-`.
fn is_part(name: &[u8]) -> bool {
    let Some(rest) = name.strip_prefix(ASIDE.as_bytes()) else {
        return false;
    };
    let (rest, count) = match rest.strip_prefix(b"link-") {
        Some(rest) => (rest, 2),
        None => (rest, 3),
    };
    let numbers: Vec<&[u8]> = rest.split(|byte| *byte == b'-').collect();
    numbers.len() == count
        && numbers
            .iter()
            .all(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn what_is_left_goes_and_everything_else_stays() {
        let place = tempfile::tempdir().unwrap();
        let part = ".slipway-part-1-0-123456";
        std::fs::write(place.path().join(part), "half").unwrap();
        std::fs::write(place.path().join(".slipway-part-notes"), "mine").unwrap();
        std::fs::create_dir(place.path().join(".slipway-part-1-1-1")).unwrap();
        std::os::unix::fs::symlink("x", place.path().join(".slipway-part-1-2-1")).unwrap();
        let names = || {
            let mut names: Vec<String> = std::fs::read_dir(place.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let all = names();
        let folder = std::fs::File::open(place.path()).unwrap();
        sweep(folder.as_fd());
        assert_eq!(names(), all, "another writer may still write it");
        sweep_older(folder.as_fd(), -1);
        assert_eq!(
            names(),
            [
                ".slipway-part-1-1-1",
                ".slipway-part-1-2-1",
                ".slipway-part-notes"
            ]
        );
    }

    #[test]
    fn only_names_that_the_program_gives_are_parts() {
        for part in [
            ".slipway-part-1-0-123456",
            ".slipway-part-link-1763700000-5",
        ] {
            assert!(is_part(part.as_bytes()), "{part}");
        }
        for other in [
            ".slipway-part-",
            ".slipway-part-1-0",
            ".slipway-part-1-0-x",
            ".slipway-part-1--2",
            ".slipway-part-1-2-3-4",
            ".slipway-part-notes.txt",
            "slipway-part-1-0-1",
            ".slipway-trash",
        ] {
            assert!(!is_part(other.as_bytes()), "{other}");
        }
    }
}
