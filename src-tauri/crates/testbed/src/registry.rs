//! The registries of a bed, as its engine sees them: Docker Hub and quay.io under their own names, and a plain
//! one on a loopback port.
//!
//! The names lead to loopback addresses in the engine's own hosts file, where these lines listen on the port of
//! HTTPS and pass everything on to registries with a certificate that only the bed's engine trusts. So a literal
//! pull meets what it would meet outside: the same names, the same errors, and never the real thing, on machines
//! that could reach it either. Only root may listen there; without root, the plain registry is the mirror of
//! Docker Hub, and other names are not reached.
//!
//! All lines share one tap: pulls go at full speed, or as slowly as a test or a picture asks, and can be cut.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::BedError;
use crate::cache;
use crate::process::{command, output};
use crate::relay::{Duplex, Tap, locked};
use crate::slot::Slot;

/// The lines between an engine and its registries.
#[derive(Debug)]
pub struct RegistryLine {
    plain: Line,
    /// Docker Hub's and quay.io's; both or neither.
    named: Option<[Line; 2]>,
    tap: Arc<Tap<TcpStream>>,
}

impl RegistryLine {
    pub(crate) fn open(slot: &Slot) -> Result<Self, BedError> {
        let tap = Tap::new();
        let plain = Line::open("127.0.0.1:0", &tap)
            .map_err(BedError::io("opening the line to the registry"))?;
        let named = |last| Line::open(&format!("{}:443", slot.loopback(last)), &tap).ok();
        let named = named(1).zip(named(2)).map(|(hub, quay)| [hub, quay]);
        Ok(Self { plain, named, tap })
    }

    /// Leads the lines to the registries that the keeper started: the plain one, Docker Hub's, quay.io's.
    pub(crate) fn lead_to(&self, registries: &[&str]) {
        let lines = std::iter::once(&self.plain).chain(self.named.iter().flatten());
        for (line, registry) in lines.zip(registries) {
            *locked(&line.target) = Some((*registry).to_owned());
        }
    }

    /// Whether Docker Hub and quay.io are there under their own names.
    pub fn has_names(&self) -> bool {
        self.named.is_some()
    }

    /// `127.0.0.1:PORT` of the plain registry, over the line.
    pub fn address(&self) -> String {
        self.plain.address.to_string()
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
        self.cut();
    }
}

/// One listening address and where its connections go.
#[derive(Debug)]
struct Line {
    address: SocketAddr,
    target: Arc<Mutex<Option<String>>>,
    ended: Arc<AtomicBool>,
}

impl Line {
    fn open(address: &str, tap: &Arc<Tap<TcpStream>>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let line = Self {
            address: listener.local_addr()?,
            target: Arc::default(),
            ended: Arc::default(),
        };
        let (target, tap, ended) = (
            Arc::clone(&line.target),
            Arc::clone(tap),
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
}

impl Drop for Line {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // This only wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
    }
}

/// The names that the certificate is for.
const NAMES: &str =
    "subjectAltName=DNS:registry-1.docker.io,DNS:index.docker.io,DNS:auth.docker.io,DNS:quay.io";

/// The certificate of the named registries (with its key beside it, ending in `.key`); trusted by beds only.
pub(crate) fn certificate() -> Result<PathBuf, BedError> {
    let path = cache::cache().join("registry.crt");
    let key = path.with_extension("key");
    if path.exists() && key.exists() {
        return Ok(path);
    }
    std::fs::create_dir_all(cache::cache()).map_err(BedError::io("making the cache's folder"))?;
    let aside = tempfile::tempdir_in(cache::cache())
        .map_err(BedError::io("making a folder for a certificate"))?;
    let (new, new_key) = (aside.path().join("crt"), aside.path().join("key"));
    make_certificate(&new, &new_key)?;
    // The certificate's name appears last: who sees it finds the key that belongs to it.
    std::fs::rename(&new_key, &key)
        .and_then(|()| std::fs::rename(&new, &path))
        .map_err(BedError::io("keeping a certificate"))?;
    Ok(path)
}

fn make_certificate(path: &Path, key: &Path) -> Result<(), BedError> {
    let mut openssl = command("openssl");
    openssl
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "3650",
        ])
        .args(["-subj", "/CN=Slipway test bed", "-addext", NAMES, "-keyout"])
        .arg(key)
        .arg("-out")
        .arg(path);
    output("making a certificate", &mut openssl).map(|_| ())
}
