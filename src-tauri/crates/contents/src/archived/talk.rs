//! What a request's answer goes through, as fast as it is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use slipway_porthole::answer::Answer;
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{CHUNK, FromPorthole, WINDOW, encode};
use tokio::sync::Notify;

use super::Out;

/// What may still be said of one request, in bytes.
pub(super) struct Credit {
    left: AtomicI64,
    granted: Notify,
}

impl Default for Credit {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(i64::from(WINDOW)),
            granted: Notify::new(),
        }
    }
}

impl Credit {
    pub(super) fn grant(&self, bytes: u32) {
        self.left.fetch_add(i64::from(bytes), Ordering::AcqRel);
        // One request has one who waits; a permit is kept where nobody does yet.
        self.granted.notify_one();
    }

    async fn pay(&self, bytes: usize) {
        while self.left.load(Ordering::Acquire) <= 0 {
            self.granted.notified().await;
        }
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.left.fetch_sub(bytes, Ordering::AcqRel);
    }
}

pub(super) struct Talk {
    id: u32,
    out: Out,
    credit: Arc<Credit>,
}

impl Talk {
    pub(super) fn new(id: u32, out: Out, credit: Arc<Credit>) -> Self {
        Self { id, out, credit }
    }

    pub(super) async fn answer(&self, answer: Answer) -> Result<(), Fault> {
        self.say(&FromPorthole::Answer(answer)).await
    }

    pub(super) async fn data(&self, bytes: &[u8]) -> Result<(), Fault> {
        for bytes in bytes.chunks(CHUNK) {
            self.say(&FromPorthole::Data(bytes.to_vec())).await?;
        }
        Ok(())
    }

    async fn say(&self, message: &FromPorthole) -> Result<(), Fault> {
        let frame = encode(self.id, message).map_err(|_| Fault::BadRequest)?;
        self.credit.pay(frame.len()).await;
        let sent = self.out.send(Ok(Bytes::from(frame))).await;
        sent.map_err(|_| Fault::Cancelled)
    }
}
