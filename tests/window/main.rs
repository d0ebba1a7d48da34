//! The journeys of a person, in the real window, over a real engine with real labs.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends there, and says why"
)]

mod access;
mod beds;
mod browsing;
mod carrying;
mod changing;
mod compared;
mod dragging;
mod driver;
mod hand;
mod hostile;
mod lab;
mod launches;
mod mishaps;
mod moving;
mod pictures;
mod rooms;
mod safe;
mod saved;
mod seeing;
mod shelf;
mod sights;
mod twin;
mod volumes;
mod wizard;
