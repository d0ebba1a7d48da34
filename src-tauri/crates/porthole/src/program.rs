//! The program: it reads frames, runs each request on a thread of its own, and ends with its input.
//!
//! There is no async runtime: what it does is wait for the file system, and thirty-two small threads are
//! the simplest way to wait for many things at once. All of it is safe Rust over rustix.

mod attributes;
mod conversation;
mod copy;
mod descent;
mod desk;
mod edit;
mod fault;
mod hash;
mod lines;
mod list;
mod mount;
mod pack;
mod read;
mod room;
mod row;
mod search;
mod sweep;
mod trash;
mod unpack;
mod walk;
mod watch;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::sync::Arc;

use desk::{Desk, Places};
use mount::Mount;
use slipway_porthole::{OTHER, PLACE};

pub fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut place = OsString::from(PLACE);
    let mut other = OsString::from(OTHER);
    let mut by_hand = false;
    while let Some(argument) = arguments.next() {
        match argument.as_bytes() {
            b"--place" => place = arguments.next().unwrap_or_default(),
            b"--other" => other = arguments.next().unwrap_or_default(),
            b"--by-hand" => by_hand = true,
            _ => return ExitCode::from(64),
        }
    }
    let Ok(place) = Mount::open(&place, by_hand) else {
        return ExitCode::from(66);
    };
    let places = Places {
        place,
        other: Mount::open(&other, by_hand).ok(),
        made: edit::Made::default(),
    };
    // What the archive says of modes is what is set.
    rustix::process::umask(rustix::fs::Mode::empty());
    let desk = Desk::new(Arc::new(places));
    match conversation::listen(&desk) {
        Ok(()) => ExitCode::SUCCESS,
        Err(()) => ExitCode::from(2),
    }
}
