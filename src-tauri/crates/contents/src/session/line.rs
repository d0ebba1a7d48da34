//! One reader, one writer, and a seat for each request that is under way.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use slipway_engine::porthole::Stay;
use slipway_labs::problem::ProblemKind;
use slipway_porthole::frame::{
    Frames, FromPorthole, HEAD, MOST_REQUESTS, ToPorthole, WINDOW, encode,
};
use slipway_porthole::request::Request;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use super::{Credit, Refused, Step};
use crate::Problem;

type Stepped = (u32, Result<Step, Refused>);

/// Both ends of the conversation and its tasks.
pub(super) struct Line {
    shared: Arc<Shared>,
    stay: Mutex<Option<Stay>>,
    free: Arc<Semaphore>,
    _reader: AbortOnDropHandle<()>,
    _writer: AbortOnDropHandle<()>,
}

struct Shared {
    seats: Mutex<Seats>,
    frames: mpsc::UnboundedSender<Vec<u8>>,
    lost: watch::Sender<Option<Problem>>,
}

#[derive(Default)]
struct Seats {
    last: u32,
    taken: HashMap<u32, Taken>,
}

/// A request that has not ended, whether somebody still waits for it or not.
struct Taken {
    steps: mpsc::UnboundedSender<Stepped>,
    credit: Arc<Credit>,
    _place: OwnedSemaphorePermit,
}

/// The asker's end of one request.
pub(super) struct Seat {
    shared: Arc<Shared>,
    credit: Arc<Credit>,
    id: u32,
    /// The line lives as long as somebody is asked over it.
    _line: Arc<Line>,
}

impl Line {
    pub(super) fn start(
        incoming: BoxStream<'static, slipway_engine::Result<Bytes>>,
        mut outgoing: Box<dyn AsyncWrite + Send + Unpin>,
        stay: Option<Stay>,
    ) -> Arc<Self> {
        let (frames, mut queue) = mpsc::unbounded_channel::<Vec<u8>>();
        let shared = Arc::new(Shared {
            seats: Mutex::default(),
            frames,
            lost: watch::channel(None).0,
        });
        let writer = tokio::spawn(async move {
            while let Some(frame) = queue.recv().await {
                // A line that is cut is noticed by its reader, which knows why.
                if outgoing.write_all(&frame).await.is_err() || outgoing.flush().await.is_err() {
                    return;
                }
            }
        });
        let heard = Arc::clone(&shared);
        let reader = tokio::spawn(async move {
            let why = heard.listen(incoming).await;
            heard.over(why);
        });
        Arc::new(Self {
            shared,
            stay: Mutex::new(stay),
            // A few are left for requests that were cancelled and have not ended yet.
            free: Arc::new(Semaphore::new(MOST_REQUESTS - 2)),
            _reader: AbortOnDropHandle::new(reader),
            _writer: AbortOnDropHandle::new(writer),
        })
    }

    pub(super) async fn sit(
        self: &Arc<Self>,
        request: Request,
    ) -> Result<(Arc<Seat>, mpsc::UnboundedReceiver<Stepped>), Refused> {
        let mut lost = self.lost();
        let place = tokio::select! {
            place = Arc::clone(&self.free).acquire_owned() => place.ok(),
            _ = lost.wait_for(Option::is_some) => None,
        };
        let Some(place) = place else {
            return Err(self.shared.why_lost());
        };
        let credit = Arc::new(Credit::default());
        let (steps, came) = mpsc::unbounded_channel();
        let id = {
            let mut seats = self.shared.seats();
            // Checked with the lock held: a line that ends clears the seats under it.
            if self.shared.lost.borrow().is_some() {
                drop(seats);
                return Err(self.shared.why_lost());
            }
            seats.last = seats.last.wrapping_add(1);
            let id = seats.last;
            let taken = Taken {
                steps,
                credit: Arc::clone(&credit),
                _place: place,
            };
            seats.taken.insert(id, taken);
            id
        };
        let seat = Arc::new(Seat {
            shared: Arc::clone(&self.shared),
            credit,
            id,
            _line: Arc::clone(self),
        });
        if let Err(refused) = seat.say(&ToPorthole::Request(request)) {
            self.shared.seats().taken.remove(&id);
            return Err(refused);
        }
        Ok((seat, came))
    }

    pub(super) fn lost(&self) -> watch::Receiver<Option<Problem>> {
        self.shared.lost.subscribe()
    }

    pub(super) async fn end(&self) -> Result<(), Problem> {
        self.shared.over(closed());
        let stay = self
            .stay
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match stay {
            Some(stay) => Ok(stay.end().await?),
            None => Ok(()),
        }
    }
}

/// The place was closed while something was asked of it.
fn closed() -> Problem {
    Problem::new(ProblemKind::Gone, "This place has been closed.").hint("Open it again.")
}

impl Shared {
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn why_lost(&self) -> Refused {
        let why = self.lost.borrow().clone();
        Refused::Lost(why.unwrap_or_else(closed))
    }

    /// Everybody who waits hears that nothing will come. The first reason counts.
    fn over(&self, why: Problem) {
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            if first {
                *lost = Some(why);
            }
            first
        });
        let taken = std::mem::take(&mut self.seats().taken);
        for taken in taken.into_values() {
            taken.credit.granted.notify_waiters();
            let _ = taken.steps.send((0, Err(self.why_lost())));
        }
    }

    /// Reads to the end of the line, and says why it ended.
    async fn listen(
        &self,
        mut incoming: BoxStream<'static, slipway_engine::Result<Bytes>>,
    ) -> Problem {
        let mut frames = Frames::default();
        loop {
            match incoming.next().await {
                None => {
                    return Problem::new(
                        ProblemKind::EngineAway,
                        "The connection to the files has ended.",
                    )
                    .because(
                        "Docker may have been stopped, or the throw-away container was removed.",
                    )
                    .hint("Try again.");
                }
                Some(Err(error)) => return error.into(),
                Some(Ok(bytes)) => frames.push(&bytes),
            }
            loop {
                match frames.next_frame::<FromPorthole>() {
                    Ok(None) => break,
                    Ok(Some((id, message))) => {
                        if !self.take(id, message, frames.length()) {
                            return babble("more was sent than was asked for");
                        }
                    }
                    Err(broken) => return babble(&broken.to_string()),
                }
            }
        }
    }

    /// False where the program sends more than it may.
    fn take(&self, id: u32, message: FromPorthole, body: usize) -> bool {
        let mut seats = self.seats();
        // What comes for a request that has ended here is what was under way when it was.
        let Some(taken) = seats.taken.get(&id) else {
            return true;
        };
        let step = match message {
            FromPorthole::Credit(more) => {
                taken.credit.grant(more);
                return true;
            }
            FromPorthole::Answer(answer) => {
                // The head is counted or not; too much credit does no harm, too little would stop it.
                (body + HEAD, Step::Answer(answer))
            }
            FromPorthole::Data(bytes) => (bytes.len(), Step::Data(bytes)),
            FromPorthole::End(ending) => {
                let taken = seats.taken.remove(&id);
                drop(seats);
                if let Some(taken) = taken {
                    taken.credit.granted.notify_waiters();
                    let step = ending.map(Step::End).map_err(Refused::Fault);
                    let _ = taken.steps.send((0, step));
                }
                return true;
            }
        };
        let (bytes, step) = step;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let waiting = taken.credit.waiting.fetch_add(bytes, Ordering::AcqRel);
        if waiting > WINDOW * 2 {
            return false;
        }
        let _ = taken.steps.send((bytes, Ok(step)));
        true
    }
}

/// The program does not speak as it should.
fn babble(detail: &str) -> Problem {
    Problem::new(
        ProblemKind::Other,
        "The files cannot be read: the program that looks at them does not answer as it should.",
    )
    .because("Nothing was changed.")
    .hint("Try again.")
    .detail(detail)
}

impl Seat {
    pub(super) fn say(&self, message: &ToPorthole) -> Result<(), Refused> {
        let frame = encode(self.id, message).map_err(|broken| {
            Refused::Lost(babble(&format!("a request cannot be sent: {broken}")))
        })?;
        self.shared
            .frames
            .send(frame)
            .map_err(|_| self.shared.why_lost())
    }

    /// So much was taken out.
    pub(super) fn taken(&self, bytes: u32) {
        self.credit.waiting.fetch_sub(bytes, Ordering::AcqRel);
    }

    pub(super) fn why_lost(&self) -> Refused {
        self.shared.why_lost()
    }

    /// Waits for credit and uses it up. Refused where the request has ended meanwhile.
    pub(super) async fn pay(&self, bytes: usize) -> Result<(), Refused> {
        loop {
            let granted = self.credit.granted.notified();
            tokio::pin!(granted);
            granted.as_mut().enable();
            if !self.shared.seats().taken.contains_key(&self.id) {
                return Err(match self.shared.lost.borrow().clone() {
                    Some(why) => Refused::Lost(why),
                    None => Refused::Fault(slipway_porthole::fault::Fault::Cancelled),
                });
            }
            if self.credit.left.load(Ordering::Acquire) > 0 {
                let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
                self.credit.left.fetch_sub(bytes, Ordering::AcqRel);
                return Ok(());
            }
            granted.await;
        }
    }
}
