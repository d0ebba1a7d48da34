//! Reading and setting extended attributes.

use std::os::fd::AsFd;

use rustix::fs::{XattrFlags, fgetxattr, fgetxattr_query, flistxattr, flistxattr_query, fsetxattr};
use rustix::io::Errno;
use slipway_porthole::attributes::Attribute;

use super::fault::{Result, fault};

/// Bytes of all attributes of one file; few file systems keep more than some thousand.
const MOST: usize = 512 * 1024;

/// What a file has changes while it is asked for, perhaps.
const TRIES: usize = 4;

/// Those that are kept, by name.
///
/// # Errors
/// Where some cannot be read, or there are too many of them.
pub fn read(file: impl AsFd) -> Result<Vec<Attribute>> {
    let list = match sized(|| flistxattr_query(&file), |list| flistxattr(&file, list)) {
        Ok(list) => list,
        // The file system keeps none.
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Vec::new()),
        Err(other) => return Err(fault(other)),
    };
    let mut found = Vec::new();
    let mut bytes = 0;
    for name in list.split(|byte| *byte == 0) {
        if !Attribute::is_kept(name) {
            continue;
        }
        let value = sized(
            || fgetxattr_query(&file, name),
            |value| fgetxattr(&file, name, value),
        );
        let value = match value {
            Ok(value) => value,
            Err(Errno::NODATA) => continue,
            Err(other) => return Err(fault(other)),
        };
        bytes += name.len() + value.len();
        if bytes > MOST {
            return Err(fault(Errno::TOOBIG));
        }
        found.push(Attribute {
            name: name.to_vec(),
            value,
        });
    }
    found.sort();
    Ok(found)
}

/// Asks how much it is, then for so much.
fn sized(
    ask: impl Fn() -> rustix::io::Result<usize>,
    get: impl Fn(&mut [u8]) -> rustix::io::Result<usize>,
) -> rustix::io::Result<Vec<u8>> {
    for _ in 0..TRIES {
        let size = ask()?;
        if size == 0 {
            return Ok(Vec::new());
        }
        let mut bytes = vec![0; size];
        match get(&mut bytes) {
            Ok(count) => {
                bytes.truncate(count);
                return Ok(bytes);
            }
            Err(Errno::RANGE) => {}
            Err(other) => return Err(other),
        }
    }
    Err(Errno::RANGE)
}

/// Sets them beside those that are there. To be called before the file gets its owner and mode.
pub fn set(file: impl AsFd, attributes: &[Attribute]) -> Result<()> {
    for one in attributes {
        fsetxattr(&file, &one.name[..], &one.value, XattrFlags::empty()).map_err(fault)?;
    }
    Ok(())
}
