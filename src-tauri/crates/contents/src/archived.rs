//! A place that is seen through the engine's archive, because Slipway's program cannot run on the engine.
//!
//! What speaks to the rest of this crate is the same conversation: requests come in frames, and are answered
//! here, in this process, from tar archives that the engine makes. So everything that looks (rows, previews,
//! search, space, downloads, backups) is the same code in both ways. What differs is the price: the engine
//! sends all that lies in a place before its rows are known, and a part of a file costs all before it. Rows
//! are therefore read once and kept ([`look`]), and a file that is read in parts is brought here whole
//! ([`copies`]). Nothing is ever changed this way, and the engine tells of no changes.
//!
//! The archives are as untrusted as the program's: the same reader takes them apart, names are only wishes,
//! and what is kept is limited.

mod answers;
mod copies;
mod entries;
mod look;
mod pack;
mod parts;
mod rows;
mod search;
mod space;
mod talk;
mod tree;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use slipway_engine::porthole::{PlaceArchive, Porthole, Stay};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{CHUNK, Frames, FromPorthole, MOST_REQUESTS, ToPorthole, encode};
use slipway_porthole::request::Request;
use tokio::io::{AsyncReadExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use self::answers::Seen;
use self::talk::{Credit, Talk};
use crate::shared::lock;

/// Frames that may wait for whoever listens.
const WAITING: usize = 32;

/// What goes to whoever asked: frames, or why there will be no more.
type Out = mpsc::Sender<slipway_engine::Result<Bytes>>;

/// A porthole that is answered here.
pub(crate) fn porthole(archive: PlaceArchive, stay: Stay) -> Porthole {
    let (near, far) = tokio::io::duplex(4 * CHUNK);
    let (out, frames) = mpsc::channel(WAITING);
    let seen = Arc::new(Seen::new(archive, out.clone()));
    tokio::spawn(listen(seen, far, out));
    let incoming = stream::unfold(frames, |mut frames| async move {
        let frame = frames.recv().await?;
        Some((frame, frames))
    });
    Porthole {
        incoming: incoming.boxed(),
        outgoing: Box::new(near),
        stay,
    }
}

/// A request under way.
struct Running {
    credit: Arc<Credit>,
    task: AbortHandle,
}

/// Requests by their numbers. Whoever takes one out says its end.
type Desk = Arc<Mutex<HashMap<u32, Running>>>;

/// Until nobody asks any more; what is under way then ends with it.
async fn listen(seen: Arc<Seen>, mut input: DuplexStream, out: Out) {
    let mut frames = Frames::default();
    let mut buffer = BytesMut::with_capacity(CHUNK);
    let mut tasks = JoinSet::new();
    let desk = Desk::default();
    while let Ok(1..) = input.read_buf(&mut buffer).await {
        frames.push(&buffer);
        buffer.clear();
        loop {
            match frames.next_frame::<ToPorthole>() {
                Ok(None) => break,
                Ok(Some((id, message))) => take(&seen, &desk, &mut tasks, &out, id, message).await,
                // The other end is this very program.
                Err(broken) => {
                    tracing::error!(%broken, "a request cannot be read");
                    return;
                }
            }
        }
        while tasks.try_join_next().is_some() {}
    }
}

async fn take(
    seen: &Arc<Seen>,
    desk: &Desk,
    tasks: &mut JoinSet<()>,
    out: &Out,
    id: u32,
    message: ToPorthole,
) {
    match message {
        ToPorthole::Request(request) => {
            if lock(desk).len() >= MOST_REQUESTS {
                end(out, id, Err(Fault::Busy)).await;
            } else {
                begin(seen, desk, tasks, out, id, request);
            }
        }
        ToPorthole::Credit(more) => {
            if let Some(running) = lock(desk).get(&id) {
                running.credit.grant(more);
            }
        }
        ToPorthole::Cancel => {
            let running = lock(desk).remove(&id);
            if let Some(running) = running {
                running.task.abort();
                end(out, id, Err(Fault::Cancelled)).await;
            }
        }
        // Nothing that takes bytes is done this way; its end has crossed them.
        ToPorthole::Data(_) | ToPorthole::EndOfData => {}
    }
}

fn begin(
    seen: &Arc<Seen>,
    desk: &Desk,
    tasks: &mut JoinSet<()>,
    out: &Out,
    id: u32,
    request: Request,
) {
    let credit = Arc::new(Credit::default());
    let talk = Talk::new(id, out.clone(), Arc::clone(&credit));
    let (seen, table, out) = (Arc::clone(seen), Arc::clone(desk), out.clone());
    // Held while it begins, so that it is on the table before it can end.
    let mut running = lock(desk);
    let spawned = tasks.spawn(async move {
        let ending = seen.answer(request, &talk).await;
        let mine = lock(&table).remove(&id);
        if mine.is_some() {
            end(&out, id, ending).await;
        }
    });
    let one = Running {
        credit,
        task: spawned,
    };
    running.insert(id, one);
}

async fn end(out: &Out, id: u32, ending: slipway_porthole::answer::Ending) {
    if let Ok(frame) = encode(id, &FromPorthole::End(ending)) {
        // Where nobody listens, nobody asks either.
        let _ = out.send(Ok(Bytes::from(frame))).await;
    }
}
