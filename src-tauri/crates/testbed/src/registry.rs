//! The line between the engine and the registry of a bed. Pulls go over it at full speed, or as slowly as a
//! test or a picture asks, and it can be cut in the middle.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::BedError;
use crate::relay::{Duplex, Tap, locked};

/// The registry of a bed, as its engine sees it.
#[derive(Debug)]
pub struct RegistryLine {
    address: SocketAddr,
    target: Arc<Mutex<Option<String>>>,
    tap: Arc<Tap<TcpStream>>,
    ended: Arc<AtomicBool>,
}

impl RegistryLine {
    pub(crate) fn open() -> Result<Self, BedError> {
        let what = "opening the line to the registry";
        let listener = TcpListener::bind("127.0.0.1:0").map_err(BedError::io(what))?;
        let address = listener.local_addr().map_err(BedError::io(what))?;
        let line = Self {
            address,
            target: Arc::default(),
            tap: Tap::new(),
            ended: Arc::default(),
        };
        let (target, tap, ended) = (
            Arc::clone(&line.target),
            Arc::clone(&line.tap),
            Arc::clone(&line.ended),
        );
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(client) = client else { continue };
                let target = locked(&target).clone();
                match target.filter(|_| !tap.refuses()).map(TcpStream::connect) {
                    Some(Ok(server)) => {
                        // A connection that cannot be set up is one that the engine will see closed.
                        let _ = tap.join(client, server, |_| {});
                    }
                    _ => client.close(Shutdown::Both),
                }
            }
        });
        Ok(line)
    }

    pub(crate) fn lead_to(&self, registry: &str) {
        *locked(&self.target) = Some(registry.to_owned());
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Makes pulls slow: so many bytes a second for all of them together; `None` lifts the limit.
    pub fn limit(&self, bytes_per_second: Option<u64>) {
        self.tap.limit(bytes_per_second);
    }

    /// Ends what is being transferred and refuses everything new until [`Self::restore`].
    pub fn cut(&self) {
        self.tap.refuse(true);
        self.tap.cut();
    }

    /// Lets connections through again.
    pub fn restore(&self) {
        self.tap.refuse(false);
    }
}

impl Drop for RegistryLine {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        self.cut();
        // This only wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
    }
}
