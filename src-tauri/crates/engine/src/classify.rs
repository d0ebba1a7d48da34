//! From what went wrong on the wire to what went wrong for the person.
//!
//! The engine's messages are prose and change between versions; they are recognised here, in one
//! function, by the parts that have stayed the same from 20.10 to 29 and in both image stores. The
//! table in the tests holds real bodies. What is not recognised stays an `Engine` error with the
//! engine's text as its detail; it is never guessed at.

mod registry;
mod words;

use self::registry::registry;
use self::words::{address_in, between, folder_of, port_in, quoted_last, text_after};
use crate::Error;
use crate::endpoint::Endpoint;

/// A failure before anybody knows what it means.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Nobody could be reached at the address.
    Dial {
        kind: std::io::ErrorKind,
        text: String,
    },
    /// The connection broke in the middle.
    Cut { text: String },
    /// No answer in the time given.
    TimedOut,
    /// The engine refused.
    Answer { status: u16, message: String },
    /// The answer, or the question, makes no sense.
    Garbled { text: String },
}

impl Failure {
    /// A broken connection, with the text of each cause.
    pub(crate) fn cut(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::Cut { text }
    }
}

/// Carried through bollard, which knows of no error type but its own.
impl From<Failure> for bollard::errors::Error {
    fn from(failure: Failure) -> Self {
        use bollard::errors::Error as Bollard;
        match failure {
            Failure::Dial { kind, text } => Bollard::IOError {
                err: std::io::Error::new(kind, Dialling(text)),
            },
            Failure::Cut { text } | Failure::Garbled { text } => Bollard::IOError {
                err: std::io::Error::other(text),
            },
            Failure::TimedOut => Bollard::RequestTimeoutError,
            Failure::Answer { status, message } => Bollard::DockerResponseServerError {
                status_code: status,
                message,
            },
        }
    }
}

/// Marks an IO error as one of dialling.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Dialling(String);

impl From<bollard::errors::Error> for Failure {
    fn from(error: bollard::errors::Error) -> Self {
        use bollard::errors::Error as Bollard;
        match error {
            Bollard::DockerResponseServerError {
                status_code,
                message,
            } => Self::Answer {
                status: status_code,
                message,
            },
            Bollard::DockerStreamError { error } => Self::Answer {
                status: 200,
                message: error,
            },
            Bollard::RequestTimeoutError => Self::TimedOut,
            Bollard::IOError { err }
                if err
                    .get_ref()
                    .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Dialling>) =>
            {
                Self::Dial {
                    kind: err.kind(),
                    text: err.to_string(),
                }
            }
            Bollard::IOError { err } => Self::cut(&err),
            Bollard::HyperResponseError { err } => Self::cut(&err),
            other => Self::Garbled {
                text: other.to_string(),
            },
        }
    }
}

/// What was being done, so that the same status can mean the right thing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    Engine,
    Container(&'a str),
    /// A container that is being created.
    Creation {
        name: &'a str,
        image: &'a str,
    },
    /// An image that is here, or should be.
    Image(&'a str),
    /// An image at its registry.
    Registry(&'a str),
    Volume(&'a str),
    Network(&'a str),
}

/// The one place where failures get their meaning.
pub(crate) fn classify(failure: Failure, endpoint: &Endpoint, subject: Subject<'_>) -> Error {
    use std::io::ErrorKind;
    match failure {
        Failure::Dial {
            kind: ErrorKind::PermissionDenied,
            text,
        } => Error::PermissionDenied {
            socket: endpoint.socket().map_or_else(
                || endpoint.address.clone(),
                |path| path.display().to_string(),
            ),
            detail: text,
        },
        Failure::Dial { text, .. } => Error::EngineUnreachable {
            endpoint: endpoint.address.clone(),
            detail: text,
        },
        Failure::Cut { text } => Error::Interrupted { detail: text },
        Failure::TimedOut => Error::TimedOut {
            detail: endpoint.address.clone(),
        },
        Failure::Garbled { text } => Error::Engine {
            status: 200,
            message: text,
        },
        Failure::Answer { status, message } => answer(status, message, subject),
    }
}

/// What an engine's refusal means.
pub(crate) fn answer(status: u16, message: String, subject: Subject<'_>) -> Error {
    let text = message.to_lowercase();
    let has = |part: &str| text.contains(part);
    // A full disk shows itself in whatever was being done.
    if has("no space left on device") || has("disk quota exceeded") || has("not enough space") {
        return Error::DiskFull { detail: message };
    }
    let specific = match subject {
        Subject::Engine => None,
        Subject::Container(name) => container(status, &message, &text, short(name)),
        Subject::Creation { name, image } => creation(status, &message, &text, name, image),
        Subject::Image(reference) => image(status, &message, &text, reference),
        Subject::Registry(reference) => registry(status, &message, &text, reference),
        Subject::Volume(name) => volume(status, &message, &text, name),
        Subject::Network(name) => network(status, &message, &text, name),
    };
    specific.unwrap_or(Error::Engine { status, message })
}

/// A whole id as docker shows it; names as they are.
fn short(name: &str) -> &str {
    let is_id = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.get(..12).filter(|_| is_id).unwrap_or(name)
}

fn container(status: u16, message: &str, text: &str, name: &str) -> Option<Error> {
    let detail = message.to_owned();
    if let Some(error) = binding(message, text) {
        return Some(error);
    }
    if text.contains("exec format error") {
        return Some(Error::WrongPlatform {
            reference: "The image of this container".to_owned(),
            detail,
        });
    }
    if text.contains("is not running") || text.contains("container is stopped") {
        return Some(Error::NotRunning {
            name: name.to_owned(),
            detail,
        });
    }
    if text.contains("does not support reading") {
        return Some(Error::NotSupported {
            what: "The log of this container is kept elsewhere and cannot be shown here."
                .to_owned(),
        });
    }
    if let Some(error) = beyond_the_engine(message, text) {
        return Some(error);
    }
    match status {
        404 if text.contains("no such container") || text.is_empty() => Some(Error::NotFound {
            what: "container",
            name: name.to_owned(),
            detail,
        }),
        404 if text.contains("no such image") => Some(Error::ImageNotFound {
            reference: quoted_last(message, name),
            detail,
        }),
        404 if text.contains("could not find the file") => Some(Error::NotFound {
            what: "folder",
            name: folder_of(message, name),
            detail,
        }),
        409 if text.contains("running container")
            || text.contains("container is running")
            || text.contains("container is paused") =>
        {
            Some(Error::InUse {
                what: format!("The container {name}"),
                detail,
            })
        }
        _ => None,
    }
}

/// Graphics cards and networks that the engine does not have; said at creation by some engines,
/// and at the start by others.
fn beyond_the_engine(message: &str, text: &str) -> Option<Error> {
    let detail = message.to_owned();
    let no_gpu = [
        "could not select device driver",
        "unknown or invalid runtime name: nvidia",
        "unknown runtime specified nvidia",
        "nvidia-container-cli",
        "nvidia-smi\": executable file not found",
        "cdi device injection failed",
        "unresolvable cdi devices",
    ];
    if no_gpu.iter().any(|words| text.contains(words)) {
        return Some(Error::GpuUnavailable { detail });
    }
    let network = message
        .split_once("network ")
        .and_then(|(_, rest)| rest.rsplit_once(" not found"))
        .map(|(name, _)| name.trim_matches('"'));
    if let Some(name) = network.filter(|name| !name.contains(char::is_whitespace)) {
        return Some(Error::NotFound {
            what: "network",
            name: name.to_owned(),
            detail,
        });
    }
    None
}

/// Ports and addresses that the engine could not open.
fn binding(message: &str, text: &str) -> Option<Error> {
    let detail = message.to_owned();
    if text.contains("privileged port")
        || (text.contains("bind: permission denied") && text.contains("listen"))
    {
        return Some(Error::PortNotAllowed {
            port: port_in(text)?,
            detail,
        });
    }
    let taken = [
        "port is already allocated",
        "address already in use",
        "only one usage of each socket address",
        "ports are not available",
    ];
    if taken.iter().any(|words| text.contains(words)) {
        return Some(Error::PortTaken {
            port: port_in(text)?,
            holder: None,
            detail,
        });
    }
    if text.contains("cannot assign requested address")
        || text.contains("can't assign requested address")
    {
        return Some(Error::AddressNotAvailable {
            address: address_in(text)?,
            detail,
        });
    }
    None
}

fn creation(status: u16, message: &str, text: &str, name: &str, image: &str) -> Option<Error> {
    let detail = message.to_owned();
    let folder = || text_after(message, &["does not exist: ", "The path "]);
    if text.contains("bind source path does not exist") {
        return Some(Error::FolderNotFound {
            path: folder()?,
            detail,
        });
    }
    if let Some(error) = beyond_the_engine(message, text) {
        return Some(error);
    }
    if text.contains("mounts denied") || text.contains("is not shared from") {
        return Some(Error::FolderNotShared {
            path: folder()?,
            detail,
        });
    }
    if text.contains("does not match the specified platform")
        || text.contains("does not provide the specified platform")
    {
        return Some(Error::WrongPlatform {
            reference: image.to_owned(),
            detail,
        });
    }
    if text.contains("invalid reference format") || text.contains("must be lowercase") {
        return Some(Error::InvalidReference {
            reference: image.to_owned(),
            why: "Check the image's name for typing mistakes.".to_owned(),
        });
    }
    if text.contains("invalid container name") {
        return Some(Error::InvalidName {
            name: name.to_owned(),
            detail,
        });
    }
    if text.contains("volume name")
        && (text.contains("invalid characters") || text.contains("too short"))
    {
        return Some(Error::InvalidName {
            name: between(message, '"').unwrap_or_else(|| "The volume's name".to_owned()),
            detail,
        });
    }
    match status {
        404 if text.contains("no such image") || text.contains("not found") => {
            Some(Error::ImageNotFound {
                reference: image.to_owned(),
                detail,
            })
        }
        409 if text.contains("is already in use") || text.contains("name is reserved") => {
            Some(Error::NameTaken {
                name: name.to_owned(),
                detail,
            })
        }
        _ => binding(message, text),
    }
}

fn image(status: u16, message: &str, text: &str, reference: &str) -> Option<Error> {
    let detail = message.to_owned();
    match status {
        404 => Some(Error::ImageNotFound {
            reference: reference.to_owned(),
            detail,
        }),
        409 => Some(Error::InUse {
            what: reference.to_owned(),
            detail,
        }),
        400 if text.contains("invalid reference") => Some(Error::InvalidReference {
            reference: reference.to_owned(),
            why: "Check the image's name for typing mistakes.".to_owned(),
        }),
        _ => None,
    }
}

fn volume(status: u16, message: &str, text: &str, name: &str) -> Option<Error> {
    let detail = message.to_owned();
    if text.contains("invalid characters") || text.contains("too short") {
        return Some(Error::InvalidName {
            name: name.to_owned(),
            detail,
        });
    }
    match status {
        404 => Some(Error::NotFound {
            what: "volume",
            name: name.to_owned(),
            detail,
        }),
        409 if text.contains("in use") => Some(Error::InUse {
            what: format!("The volume {name}"),
            detail,
        }),
        409 if text.contains("already exists") => Some(Error::NameTaken {
            name: name.to_owned(),
            detail,
        }),
        _ => None,
    }
}

fn network(status: u16, message: &str, text: &str, name: &str) -> Option<Error> {
    let detail = message.to_owned();
    match status {
        404 => Some(Error::NotFound {
            what: "network",
            name: name.to_owned(),
            detail,
        }),
        403 if text.contains("has active endpoints") => Some(Error::InUse {
            what: format!("The network {name}"),
            detail,
        }),
        409 if text.contains("already exists") => Some(Error::NameTaken {
            name: name.to_owned(),
            detail,
        }),
        400 if text.contains("invalid network name") => Some(Error::InvalidName {
            name: name.to_owned(),
            detail,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
