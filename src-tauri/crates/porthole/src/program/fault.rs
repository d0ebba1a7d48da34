//! What the file system reports, as the protocol says it.

use rustix::io::Errno;
use slipway_porthole::fault::Fault;

pub type Result<T, E = Fault> = std::result::Result<T, E>;

pub fn fault(errno: Errno) -> Fault {
    match errno {
        Errno::NOENT | Errno::STALE => Fault::NotFound,
        Errno::NOTDIR => Fault::NotAFolder,
        Errno::ISDIR => Fault::IsAFolder,
        Errno::ACCESS | Errno::PERM => Fault::Denied,
        Errno::LOOP => Fault::Loop,
        Errno::XDEV => Fault::LeftThePlace,
        Errno::NAMETOOLONG => Fault::NameTooLong,
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => Fault::Full,
        Errno::ROFS => Fault::ReadOnly,
        Errno::EXIST => Fault::Exists,
        Errno::NOTEMPTY => Fault::NotEmpty,
        Errno::NXIO | Errno::NODEV => Fault::NotAFile,
        other => Fault::Io {
            errno: other.raw_os_error(),
        },
    }
}

/// A fault on its way through `std::io`, where an archive is read or written.
#[derive(Debug)]
pub struct Carried(pub Fault);

impl std::fmt::Display for Carried {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

impl std::error::Error for Carried {}
