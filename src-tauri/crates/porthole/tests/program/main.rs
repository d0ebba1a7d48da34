//! The running program, over pipes, against folders that are as bad as a volume can be.
//! No engine is needed: what the program does with a folder does not depend on who mounted it.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    reason = "all of this crate is a test, also the functions that its tests share"
)]

mod attacks;
mod bench;
mod changing;
mod conversation;
mod fuzz;
mod looking;
mod packing;
mod support;
