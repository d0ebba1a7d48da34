//! The SHA-256 sum of a file.

use rustix::fs::fstat;
use sha2::{Digest, Sha256};
use slipway_porthole::answer::{FileVersion, Hash, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::CHUNK;
use slipway_porthole::raw::Raw;

use super::conversation::Talk;
use super::fault::{Result, fault};
use super::mount::Mount;
use super::read::part;
use super::row::version;

pub fn hash(
    mount: &Mount,
    path: &Raw,
    expected: Option<FileVersion>,
    talk: &Talk,
) -> Result<Outcome> {
    let (file, stat) = mount.file(path)?;
    let before = version(&stat);
    if expected.is_some_and(|expected| expected != before) {
        return Err(Fault::Changed);
    }
    let mut sum = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        talk.go_on()?;
        let count = part(&file, &mut buffer, bytes)?;
        if count == 0 {
            break;
        }
        sum.update(&buffer[..count]);
        bytes += count as u64;
    }
    let version = version(&fstat(&file).map_err(fault)?);
    if version != before {
        return Err(Fault::Changed);
    }
    Ok(Outcome::Hash(Hash {
        sha256: sum.finalize().into(),
        bytes,
        version,
    }))
}
