//! The journeys of a person, in the real window, over a real engine with real labs.

mod access;
mod beds;
mod driver;
mod launches;
mod mishaps;
mod pictures;
