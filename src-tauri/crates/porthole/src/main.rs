//! The program that runs in a throw-away container and looks into what is mounted there.
//!
//! `slipway-porthole [--place FOLDER] [--other FOLDER] [--by-hand]`: the folders are `/place` and `/other`
//! unless told otherwise, and `--by-hand` walks paths name by name where the kernel could do it.
//! It ends when its standard input closes: 0 after a conversation, 2 after one that broke off.

#[cfg(target_os = "linux")]
mod program;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    program::run(std::env::args_os().skip(1))
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
