//! Whether a `PostgreSQL` takes clients. It listens before it does: after a crash it first mends its data,
//! and refuses everybody meanwhile. So it is greeted as a client would, and left before the password.
//!
//! Source: `PostgreSQL`'s documentation, "Message Formats" (`StartupMessage`, `ErrorResponse`) and "Error
//! Codes" (57P03, `cannot_connect_now`).

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{LIMIT, connect};

/// Version 3.0 of the protocol.
const VERSION: u32 = 196_608;
const PARAMETERS: &[u8] = b"user\0postgres\0database\0postgres\0\0";
/// "The database system is starting up."
const NOT_YET: &[u8] = b"57P03";

pub(super) async fn takes_clients(host: &str, port: u16) -> bool {
    let asked = async {
        let mut stream = connect(host, port).await?;
        stream.write_all(&greeting()).await.ok()?;
        let mut answer = [0_u8; 512];
        let read = stream.read(&mut answer).await.ok()?;
        let answer = answer.get(..read)?;
        Some(lets_in(answer))
    };
    tokio::time::timeout(LIMIT, asked)
        .await
        .ok()
        .flatten()
        .unwrap_or(false)
}

/// Its length, itself included; the version; who comes and where to.
fn greeting() -> Vec<u8> {
    let length = u32::try_from(8 + PARAMETERS.len()).unwrap_or_default();
    let mut greeting = Vec::new();
    greeting.extend(length.to_be_bytes());
    greeting.extend(VERSION.to_be_bytes());
    greeting.extend(PARAMETERS);
    greeting
}

/// A question for the password, and every refusal but one, come from a server that is up.
fn lets_in(answer: &[u8]) -> bool {
    match answer.first() {
        None => false,
        Some(b'E') => !answer.windows(NOT_YET.len()).any(|code| code == NOT_YET),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_is_as_long_as_it_says() {
        let greeting = greeting();
        assert_eq!(greeting.len(), 8 + PARAMETERS.len());
        assert_eq!(&greeting[..4], [0, 0, 0, 41]);
        assert_eq!(&greeting[4..8], [0, 3, 0, 0]);
    }

    #[test]
    fn only_a_server_that_starts_up_is_waited_for() {
        let starting =
            b"E\0\0\0\x5eSFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        let nobody = b"E\0\0\0\x5eSFATAL\0VFATAL\0C28000\0Mrole \"postgres\" does not exist\0\0";
        assert!(!lets_in(starting));
        assert!(lets_in(nobody), "it is up, and has no such user");
        assert!(lets_in(b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"));
        assert!(!lets_in(b""), "Docker's proxy closes where nobody listens");
    }
}
