//! What is said between Slipway and the program inside the throw-away container.
//!
//! Slipway starts `slipway-porthole` with a volume or folder mounted at `/place`, and both speak frames
//! over the program's standard input and output until the input closes. The app asks
//! ([`request::Request`]), the program answers in steps ([`answer::Answer`]) and ends each request with
//! one [`answer::Outcome`] or one [`fault::Fault`]. Many requests run beside each other; each can be
//! cancelled, and each answer is sent only as far as the asker has given credit for it, so a slow reader
//! is never flooded and one large download never delays a small listing.
//!
//! Both ends distrust each other: lengths are limited before anything is allocated, every body is decoded
//! whole or refused, and nothing that the program sends is used as a path on the app's computer.
//! The files of the place are named by bytes ([`raw::Raw`]), since Linux promises no more.

pub mod answer;
pub mod attributes;
pub mod fault;
pub mod frame;
pub mod head;
pub mod raw;
pub mod request;
pub mod sort;
pub mod sought;

/// The version that [`request::Request::Hello`] names. Both ends are built together, so another one
/// means that a left-over program answers.
pub const PROTOCOL: u32 = 1;

/// Where the program finds what it looks into.
pub const PLACE: &str = "/place";

/// Where the program finds what [`request::Request::CopyTree`] copies from.
pub const OTHER: &str = "/other";

/// The folder at the place's root that holds what was deleted.
pub const TRASH: &str = ".slipway-trash";

/// How a file is called while it is written, followed by a number: it takes its own name when it is whole.
pub const ASIDE: &str = ".slipway-part-";
