//! The program without a window, over a real engine with real labs: what it prints, what it leaves,
//! and the exit codes that scripts rely on. No display is given to it.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends there, and says why"
)]

#[path = "../window/beds.rs"]
mod beds;
mod guide;
mod home;
mod journey;
mod refusals;
mod shape;
mod sharing;
