//! The conversation with one porthole: many requests beside each other over one line.
//!
//! A request is an [`Exchange`], a stream of steps that ends with an outcome. Dropping it cancels the
//! request where it runs. Steps are taken in at the pace of whoever asked: the program is given
//! credit for more only as they are taken out, so a large download waits for its disk and holds up
//! nothing else. What arrives was written beside untrusted files by a program that might be replaced:
//! every frame is limited and decoded by the protocol's own crate, and a conversation that breaks its
//! rules is over.

mod fault;
mod line;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use slipway_engine::porthole::Porthole;
use slipway_porthole::PROTOCOL;
use slipway_porthole::answer::{Answer, Greeting, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{CHUNK, ToPorthole, WINDOW};
use slipway_porthole::request::Request;
use tokio::sync::{Notify, mpsc, watch};

pub use self::fault::Refused;
use self::line::{Line, Seat};
use crate::Problem;

/// Credit is given back in steps of this many bytes.
const GIVE_BACK: u32 = WINDOW / 4;

/// A step of an answer.
#[derive(Debug)]
pub enum Step {
    Answer(Answer),
    Data(Vec<u8>),
    /// Nothing comes after it.
    End(Outcome),
}

/// One conversation. Cheap to clone; with the last clone the porthole ends.
#[derive(Clone)]
pub struct Session {
    line: Arc<Line>,
}

/// A session that may have ended.
pub struct WeakSession(std::sync::Weak<Line>);

impl WeakSession {
    pub fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(|line| Session { line })
    }
}

impl Session {
    /// Takes over a porthole that has just been started.
    ///
    /// # Errors
    /// Where the program does not greet as it should.
    pub async fn begin(porthole: Porthole) -> Result<(Self, Greeting), Refused> {
        let session = Self {
            line: Line::start(porthole.incoming, porthole.outgoing, Some(porthole.stay)),
        };
        let greeting = session.greet().await?;
        Ok((session, greeting))
    }

    async fn greet(&self) -> Result<Greeting, Refused> {
        match self.one(Request::Hello { version: PROTOCOL }).await? {
            Outcome::Hello(greeting) if greeting.version == PROTOCOL => Ok(greeting),
            Outcome::Hello(greeting) => Err(Refused::Fault(Fault::OtherVersion {
                ours: greeting.version,
            })),
            _ => Err(Refused::unexpected()),
        }
    }

    /// Asks. Waits while very many requests run already.
    ///
    /// # Errors
    /// `Lost` where the conversation is over.
    pub async fn ask(&self, request: Request) -> Result<Exchange, Refused> {
        let (seat, came) = self.line.sit(request).await?;
        Ok(Exchange {
            steps: Steps {
                seat: Arc::clone(&seat),
                came,
                taken: 0,
                over: false,
            },
            bytes: Sending { seat },
        })
    }

    /// Asks for what is answered by its outcome alone.
    ///
    /// # Errors
    /// As the request has them.
    pub async fn one(&self, request: Request) -> Result<Outcome, Refused> {
        let mut exchange = self.ask(request).await?;
        loop {
            if let Step::End(outcome) = exchange.next().await? {
                return Ok(outcome);
            }
        }
    }

    /// Refers to it without keeping it.
    pub fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.line))
    }

    /// Whether both are one conversation.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.line, &other.line)
    }

    /// How many hold it, requests under way included.
    pub fn holders(&self) -> usize {
        Arc::strong_count(&self.line)
    }

    /// Nobody else holds it, and nothing is asked over it.
    pub fn is_only(&self) -> bool {
        self.holders() == 1
    }

    /// Why the conversation is over; `None` while it goes on.
    pub fn lost(&self) -> watch::Receiver<Option<Problem>> {
        self.line.lost()
    }

    /// Ends the porthole and waits until the engine holds nothing of it.
    ///
    /// # Errors
    /// What keeps the engine from ending it.
    pub async fn end(&self) -> Result<(), Problem> {
        self.line.end().await
    }
}

/// One request under way. Dropping it cancels it.
pub struct Exchange {
    steps: Steps,
    bytes: Sending,
}

impl Exchange {
    /// The next step. After [`Step::End`] nothing is to be asked for.
    ///
    /// # Errors
    /// `Fault` where the program refuses, `Lost` where the conversation is over.
    pub async fn next(&mut self) -> Result<Step, Refused> {
        self.steps.next().await
    }

    /// Sends bytes that belong to the request, as fast as the program takes them.
    ///
    /// # Errors
    /// `Lost` where the conversation is over, `Fault` where the request has ended already.
    pub async fn send(&self, bytes: &[u8]) -> Result<(), Refused> {
        self.bytes.send(bytes).await
    }

    /// The last bytes were sent.
    ///
    /// # Errors
    /// As `send`.
    pub fn finish(&self) -> Result<(), Refused> {
        self.bytes.finish()
    }

    /// As [`Steps::stop`].
    pub async fn stop(self) -> Vec<Answer> {
        self.steps.stop().await
    }

    /// Both directions by themselves, for a request that answers while it is fed. The request is
    /// cancelled with the first of them, the steps.
    pub fn split(self) -> (Steps, Sending) {
        (self.steps, self.bytes)
    }
}

/// What comes back.
pub struct Steps {
    seat: Arc<Seat>,
    came: mpsc::UnboundedReceiver<(u32, Result<Step, Refused>)>,
    /// Taken since credit was last given.
    taken: u32,
    over: bool,
}

impl Steps {
    /// As [`Exchange::next`].
    ///
    /// # Errors
    /// As [`Exchange::next`].
    pub async fn next(&mut self) -> Result<Step, Refused> {
        if self.over {
            return Err(Refused::unexpected());
        }
        let Some((bytes, step)) = self.came.recv().await else {
            self.over = true;
            return Err(self.seat.why_lost());
        };
        self.over = matches!(step, Ok(Step::End(_)) | Err(_));
        self.seat.taken(bytes);
        self.taken = self.taken.saturating_add(bytes);
        if !self.over && self.taken >= GIVE_BACK {
            self.seat.say(&ToPorthole::Credit(self.taken))?;
            self.taken = 0;
        }
        step
    }
}

impl Steps {
    /// Cancels, and returns once the program works on it no more: only then is what it did before all
    /// that it will ever do. Gives what it told meanwhile; bytes are dropped.
    pub async fn stop(mut self) -> Vec<Answer> {
        let mut told = Vec::new();
        // On a line that is over nothing works any more.
        if self.over || self.seat.say(&ToPorthole::Cancel).is_err() {
            return told;
        }
        loop {
            match self.next().await {
                Ok(Step::Answer(answer)) => told.push(answer),
                Ok(Step::Data(_)) => {}
                Ok(Step::End(_)) | Err(_) => return told,
            }
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if !self.over {
            // On a line that is over there is nothing left to cancel.
            let _ = self.seat.say(&ToPorthole::Cancel);
        }
    }
}

/// What goes with a request. Cheap to clone.
#[derive(Clone)]
pub struct Sending {
    seat: Arc<Seat>,
}

impl Sending {
    /// As [`Exchange::send`].
    ///
    /// # Errors
    /// As [`Exchange::send`].
    pub async fn send(&self, bytes: &[u8]) -> Result<(), Refused> {
        for bytes in bytes.chunks(CHUNK) {
            self.seat.pay(bytes.len()).await?;
            self.seat.say(&ToPorthole::Data(bytes.to_vec()))?;
        }
        Ok(())
    }

    /// As [`Exchange::finish`].
    ///
    /// # Errors
    /// As [`Exchange::send`].
    pub fn finish(&self) -> Result<(), Refused> {
        self.seat.say(&ToPorthole::EndOfData)
    }
}

/// What may still be sent of one request, in bytes.
#[derive(Debug)]
struct Credit {
    left: AtomicI64,
    granted: Notify,
    /// Bytes that came and were not taken out yet.
    waiting: AtomicU32,
}

impl Default for Credit {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(i64::from(WINDOW)),
            granted: Notify::new(),
            waiting: AtomicU32::new(0),
        }
    }
}

impl Credit {
    fn grant(&self, bytes: u32) {
        self.left.fetch_add(i64::from(bytes), Ordering::AcqRel);
        self.granted.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
