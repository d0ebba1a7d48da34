//! Bytes passed on between two sockets by plain threads, with a hand on the tap: slower, cut, refused.
//! The registry's line and the recorder in front of an engine's socket are both made of it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::process::pause;

/// The part of a socket that passing on needs; both kinds of stream have it.
pub(crate) trait Duplex: Read + Write + Send + Sized + 'static {
    fn twin(&self) -> std::io::Result<Self>;
    fn close(&self, how: Shutdown);
}

impl Duplex for TcpStream {
    fn twin(&self) -> std::io::Result<Self> {
        self.try_clone()
    }
    fn close(&self, how: Shutdown) {
        // Closing what the other side has closed already is no news.
        let _ = self.shutdown(how);
    }
}

impl Duplex for UnixStream {
    fn twin(&self) -> std::io::Result<Self> {
        self.try_clone()
    }
    fn close(&self, how: Shutdown) {
        // Closing what the other side has closed already is no news.
        let _ = self.shutdown(how);
    }
}

/// A lock whose holder died is as good as any: what it guards is a plain value.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The hand on the tap; shared by all connections of one line.
#[derive(Debug)]
pub(crate) struct Tap<S> {
    /// Bytes a second towards the client for all connections together; 0 means as fast as it goes.
    limit: AtomicU64,
    refusing: AtomicBool,
    open: Mutex<HashMap<u64, [S; 2]>>,
    next: AtomicU64,
    /// Until when the bytes that were let through so far are paid for, at the limited speed.
    paid: Mutex<Option<Instant>>,
}

impl<S: Duplex> Tap<S> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicU64::new(0),
            refusing: AtomicBool::new(false),
            open: Mutex::new(HashMap::new()),
            next: AtomicU64::new(0),
            paid: Mutex::new(None),
        })
    }

    pub(crate) fn limit(&self, bytes_per_second: Option<u64>) {
        *locked(&self.paid) = None;
        self.limit
            .store(bytes_per_second.unwrap_or(0), Ordering::SeqCst);
    }

    pub(crate) fn refuse(&self, refusing: bool) {
        self.refusing.store(refusing, Ordering::SeqCst);
    }

    pub(crate) fn refuses(&self) -> bool {
        self.refusing.load(Ordering::SeqCst)
    }

    /// Ends every open connection at once.
    pub(crate) fn cut(&self) {
        for (_, pair) in locked(&self.open).drain() {
            for stream in pair {
                stream.close(Shutdown::Both);
            }
        }
    }

    pub(crate) fn connections(&self) -> usize {
        locked(&self.open).len()
    }

    /// Passes bytes on in both directions until one side ends. `seen` is shown what the client sends.
    pub(crate) fn join(
        self: &Arc<Self>,
        client: S,
        server: S,
        seen: impl FnMut(&[u8]) + Send + 'static,
    ) -> std::io::Result<()> {
        self.join_disguised(client, server, seen, &Words::from([]))
    }

    /// As [`Self::join`], with words replaced on the way, in both directions.
    pub(crate) fn join_disguised(
        self: &Arc<Self>,
        client: S,
        server: S,
        mut seen: impl FnMut(&[u8]) + Send + 'static,
        words: &Words,
    ) -> std::io::Result<()> {
        let (mut up, mut down) = (Disguise::new(words), Disguise::new(words));
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        locked(&self.open).insert(number, [client.twin()?, server.twin()?]);
        let (mut from_client, mut to_server) = (client.twin()?, server.twin()?);
        let upward = std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count @ 1..) = from_client.read(&mut buffer) {
                seen(&buffer[..count]);
                if to_server.write_all(&up.pass(&buffer[..count])).is_err() {
                    break;
                }
            }
            to_server.close(Shutdown::Write);
        });
        let tap = Arc::clone(self);
        std::thread::spawn(move || {
            let (mut from_server, mut to_client) = (server, client);
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from_server.read(&mut buffer) {
                tap.pay(count);
                if to_client.write_all(&down.pass(&buffer[..count])).is_err() {
                    break;
                }
            }
            // What was held back is no word after all; a client that has gone does not miss it.
            let _ = to_client.write_all(&down.held);
            to_client.close(Shutdown::Both);
            from_server.close(Shutdown::Both);
            // The thread carries no result.
            let _ = upward.join();
            locked(&tap.open).remove(&number);
        });
        Ok(())
    }

    /// Waits as long as `count` bytes take at the limited speed.
    fn pay(&self, count: usize) {
        let limit = self.limit.load(Ordering::SeqCst);
        if limit == 0 {
            return;
        }
        let until = {
            let mut paid = locked(&self.paid);
            let start = paid.unwrap_or_else(Instant::now).max(Instant::now());
            let price = Duration::from_nanos(count as u64 * 1_000_000_000 / limit);
            *paid = Some(start + price);
            start + price
        };
        // In short waits, so that a limit that is lifted is felt at once.
        while Instant::now() < until && self.limit.load(Ordering::SeqCst) == limit {
            pause(
                until
                    .saturating_duration_since(Instant::now())
                    .min(Duration::from_millis(50)),
            );
        }
    }
}

/// What is replaced by what; both of the same length, so that nothing else has to change.
pub(crate) type Words = Arc<[(Vec<u8>, Vec<u8>)]>;

/// Replaces words in a stream, also where one comes in two pieces.
struct Disguise {
    words: Words,
    /// The beginning of what may become a word.
    held: Vec<u8>,
}

impl Disguise {
    fn new(words: &Words) -> Self {
        Self {
            words: Arc::clone(words),
            held: Vec::new(),
        }
    }

    fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let mut hold = 0;
        for (from, to) in self.words.iter() {
            let mut at = 0;
            while let Some(found) = all[at..].windows(from.len()).position(|some| some == from) {
                at += found;
                all[at..at + from.len()].copy_from_slice(to);
                at += from.len();
            }
            let longest = (1..from.len())
                .rev()
                .find(|length| all.ends_with(&from[..*length]));
            hold = hold.max(longest.unwrap_or(0));
        }
        self.held = all.split_off(all.len() - hold);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_replaced_also_where_it_comes_in_pieces() {
        let words = Words::from([(b"\"x86_64\"".to_vec(), b"\"mips64\"".to_vec())]);
        let text = b"{\"a\":\"x86_64\",\"b\":\"x86\"}";
        for cut in 0..text.len() {
            let mut disguise = Disguise::new(&words);
            let mut passed = disguise.pass(&text[..cut]);
            passed.extend(disguise.pass(&text[cut..]));
            assert_eq!(
                String::from_utf8_lossy(&passed),
                "{\"a\":\"mips64\",\"b\":\"x86\"}",
                "cut at {cut}"
            );
        }
    }
}
