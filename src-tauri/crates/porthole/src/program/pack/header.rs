//! Headers of what lies in the place.

use rustix::fs::Stat;
use slipway_porthole::attributes::Attribute;
pub use slipway_porthole::head::Body;
use slipway_porthole::head::Head;

use super::super::row::{changed, mode};

/// The bytes before an entry's body, with the records that it needs.
pub fn header(path: &[u8], stat: &Stat, body: &Body<'_>, attributes: &[Attribute]) -> Vec<u8> {
    Head {
        name: path,
        body: *body,
        mode: u32::from(mode(stat)),
        uid: stat.st_uid,
        gid: stat.st_gid,
        changed: changed(stat),
        attributes,
    }
    .bytes()
}
