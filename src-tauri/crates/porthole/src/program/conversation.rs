//! Frames in and out: one reader, one output for all, and a gate for each request.

use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::{Errno, IoSlice, read, writev};
use slipway_porthole::answer::Answer;
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{
    CHUNK, Frames, FromPorthole, Message, ToPorthole, WINDOW, encode, head,
};

use super::desk::Desk;
use super::fault::{Result, fault};

/// Reads frames until the input closes (`Ok`) or the conversation cannot go on (`Err`).
pub fn listen(desk: &Desk) -> Result<(), ()> {
    let ended = frames(desk);
    desk.close();
    ended
}

fn frames(desk: &Desk) -> Result<(), ()> {
    let input = std::io::stdin();
    let output = std::io::stdout();
    let mut frames = Frames::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        // The output is watched for one thing only: that nobody reads it any more.
        let mut ready = [
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(&output, PollFlags::empty()),
        ];
        match poll(&mut ready, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Err(()),
        }
        if ready[1]
            .revents()
            .intersects(PollFlags::ERR | PollFlags::NVAL)
        {
            return Err(());
        }
        if ready[0].revents().is_empty() {
            continue;
        }
        let count = match read(input.as_fd(), &mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(Errno::INTR | Errno::AGAIN) => continue,
            Err(_) => return Err(()),
        };
        frames.push(&buffer[..count]);
        while let Some((id, message)) = frames.next_frame::<ToPorthole>().map_err(drop)? {
            desk.take(id, message)?;
        }
    }
}

/// The output. A frame is written whole before the next one begins.
#[derive(Default)]
pub struct Speaker {
    turn: Mutex<()>,
}

impl Speaker {
    /// `Err` where nobody listens any more.
    pub fn say(&self, id: u32, message: &FromPorthole) -> Result<(), ()> {
        let frame = encode(id, message).map_err(drop)?;
        self.write(&frame, &[])
    }

    fn data(&self, id: u32, bytes: &[u8]) -> Result<(), ()> {
        let kind = FromPorthole::Data(Vec::new()).kind();
        let head = head(id, kind, bytes.len()).map_err(drop)?;
        self.write(&head, bytes)
    }

    fn write(&self, mut first: &[u8], mut second: &[u8]) -> Result<(), ()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let output = std::io::stdout();
        while !first.is_empty() || !second.is_empty() {
            match writev(output.as_fd(), &[IoSlice::new(first), IoSlice::new(second)]) {
                Ok(0) => return Err(()),
                Ok(count) => {
                    let of_first = count.min(first.len());
                    first = &first[of_first..];
                    second = &second[count - of_first..];
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let mut ready = [PollFd::new(&output, PollFlags::OUT)];
                    poll(&mut ready, None).map_err(drop)?;
                }
                Err(_) => return Err(()),
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Inside {
    credit: i64,
    /// Data that came and was not taken yet; `None` stands for its end.
    came: VecDeque<Option<Vec<u8>>>,
    came_bytes: usize,
    /// Wakes a request that waits in the kernel for something else.
    bell: Option<Arc<OwnedFd>>,
    /// The asker sent more than it was allowed.
    flooded: bool,
}

/// What the reader tells the thread of a request.
pub struct Gate {
    inside: Mutex<Inside>,
    change: Condvar,
    cancelled: AtomicBool,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate {
            inside: Mutex::new(Inside {
                credit: i64::from(WINDOW),
                ..Inside::default()
            }),
            change: Condvar::new(),
            cancelled: AtomicBool::new(false),
        }
    }
}

impl Gate {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, bytes: Option<Vec<u8>>) {
        let mut inside = self.inside();
        let count = bytes.as_ref().map_or(0, Vec::len);
        // Empty pieces cost memory and no credit.
        if inside.came_bytes + count > WINDOW as usize + slipway_porthole::frame::MOST_BODY
            || inside.came.len() > 65_536
        {
            inside.flooded = true;
            inside.came.clear();
            inside.came_bytes = 0;
        } else if !inside.flooded {
            inside.came_bytes += count;
            inside.came.push_back(bytes);
        }
        self.change.notify_all();
    }

    pub fn grant(&self, more: u32) {
        let mut inside = self.inside();
        inside.credit = inside.credit.saturating_add(i64::from(more));
        self.change.notify_all();
    }

    pub fn cancel(&self) {
        let inside = self.inside();
        self.cancelled.store(true, Ordering::Relaxed);
        if let Some(bell) = &inside.bell {
            // A bell that cannot be rung has been rung already.
            let _ = rustix::io::write(bell.as_fd(), &1u64.to_ne_bytes());
        }
        self.change.notify_all();
    }
}

/// What a request's thread speaks through. Shared by the threads that one request may have.
pub struct Talk {
    id: u32,
    speaker: Arc<Speaker>,
    gate: Arc<Gate>,
}

impl Talk {
    pub fn new(id: u32, speaker: Arc<Speaker>, gate: Arc<Gate>) -> Talk {
        Talk { id, speaker, gate }
    }

    pub fn speaker(&self) -> Arc<Speaker> {
        Arc::clone(&self.speaker)
    }

    /// `Err` once the request was cancelled.
    pub fn go_on(&self) -> Result<()> {
        if self.gate.cancelled.load(Ordering::Relaxed) {
            Err(Fault::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Says a step of the answer as soon as there is credit.
    pub fn answer(&self, answer: Answer) -> Result<()> {
        let frame =
            encode(self.id, &FromPorthole::Answer(answer)).map_err(|_| Fault::BadRequest)?;
        self.pay(frame.len())?;
        self.speaker
            .write(&frame, &[])
            .map_err(|()| Fault::Cancelled)
    }

    /// The last step of an answer, also of one that was cancelled: it waits for no credit, which the
    /// other end gives one body more than it has counted.
    pub fn parting(&self, answer: Answer) -> Result<()> {
        self.speaker
            .say(self.id, &FromPorthole::Answer(answer))
            .map_err(|()| Fault::Cancelled)
    }

    /// Says bytes as soon as there is credit.
    pub fn data(&self, bytes: &[u8]) -> Result<()> {
        for bytes in bytes.chunks(CHUNK) {
            self.pay(bytes.len())?;
            self.speaker
                .data(self.id, bytes)
                .map_err(|()| Fault::Cancelled)?;
        }
        Ok(())
    }

    fn pay(&self, bytes: usize) -> Result<()> {
        let mut inside = self.gate.inside();
        loop {
            self.go_on()?;
            if inside.credit > 0 {
                break;
            }
            inside = self
                .gate
                .change
                .wait(inside)
                .unwrap_or_else(PoisonError::into_inner);
        }
        inside.credit -= i64::try_from(bytes).unwrap_or(i64::MAX);
        Ok(())
    }

    /// The next bytes that the asker sent with the request; `None` after the last.
    pub fn take(&self) -> Result<Option<Vec<u8>>> {
        let mut inside = self.gate.inside();
        let bytes = loop {
            self.go_on()?;
            if inside.flooded {
                return Err(Fault::BadRequest);
            }
            if let Some(next) = inside.came.pop_front() {
                break next;
            }
            inside = self
                .gate
                .change
                .wait(inside)
                .unwrap_or_else(PoisonError::into_inner);
        };
        let Some(bytes) = bytes else {
            inside.came.push_front(None);
            return Ok(None);
        };
        inside.came_bytes -= bytes.len();
        drop(inside);
        let taken = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.speaker
            .say(self.id, &FromPorthole::Credit(taken))
            .map_err(|()| Fault::Cancelled)?;
        Ok(Some(bytes))
    }

    /// Something to wait for in the kernel that becomes readable when the request is cancelled.
    pub fn bell(&self) -> Result<Arc<OwnedFd>> {
        let bell =
            Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(fault)?);
        self.gate.inside().bell = Some(Arc::clone(&bell));
        self.go_on()?;
        Ok(bell)
    }
}
