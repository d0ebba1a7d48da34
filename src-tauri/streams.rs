//! Streams to the screens: numbered, acknowledged, and ended with the page that asked for them.
//!
//! A stream is a hint; the truth can always be fetched. Every message has a number, so that the
//! page sees a lost one (WebKitGTK can lose them, wry#1644), and at most four are under way, so that
//! a page that falls behind gets fewer and larger steps instead of a growing queue.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use specta::Type;
use tauri::ipc::Channel;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// How many messages may be unacknowledged.
const WINDOW: u32 = 4;

/// A message with its number; numbers of one stream grow by one from 1 on.
///
/// The web view is handed small messages at once and has to come for large ones, in pieces of 8 kB that
/// cost WebKitGTK more than reading them. So a message of some size goes as small ones: each has a piece
/// of its JSON, and with the last one it is whole.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Numbered<Payload> {
    pub number: u32,
    /// The whole of it; `null` where it comes in pieces.
    pub payload: Option<Payload>,
    /// The next piece of the payload's JSON.
    pub piece: Option<String>,
    /// False while more pieces follow.
    pub last: bool,
}

/// Tauri hands over what is shorter than 8 kB; the rest of the message and what JSON escapes come on top.
const PIECE: usize = 6 * 1024;

/// More than this is fetched: handing over costs the page a script for each piece.
const LONGEST_IN_PIECES: usize = 1 << 20;

/// A text in pieces, cut between characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(text.len() / PIECE + 1);
    let mut left = text;
    while !left.is_empty() {
        let (piece, rest) = left.split_at(left.floor_char_boundary(PIECE));
        pieces.push(piece);
        left = rest;
    }
    pieces
}

/// All open streams of the window. Cheap to clone.
#[derive(Clone, Default)]
pub struct Streams {
    open: Arc<Mutex<HashMap<u32, Arc<Subscription>>>>,
    last_id: Arc<AtomicU32>,
    /// Grows with each reload of the page.
    page: Arc<AtomicU32>,
}

/// The page that asked for a stream, which may be gone before the stream can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page(u32);

/// One open stream.
#[derive(Default)]
pub struct Subscription {
    cancelled: CancellationToken,
    sent: AtomicU32,
    acknowledged: AtomicU32,
    acknowledgement: Notify,
    /// What is behind the stream, for reading rows of it by range.
    behind: Mutex<Option<Arc<dyn Any + Send + Sync>>>,
}

impl Streams {
    /// Opens a stream and runs its feeder until it ends, or the page does. Dropping the feeder
    /// cancels whatever it does.
    pub fn open<Feed, Feeder>(&self, feed: Feed) -> u32
    where
        Feed: FnOnce(Arc<Subscription>) -> Feeder,
        Feeder: Future<Output = ()> + Send + 'static,
    {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let subscription = Arc::new(Subscription::default());
        self.lock().insert(id, Arc::clone(&subscription));
        let feeder = feed(Arc::clone(&subscription));
        let streams = self.clone();
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                () = subscription.cancelled.cancelled() => {}
                () = feeder => {}
            }
            streams.lock().remove(&id);
        });
        id
    }

    /// Opens a stream of states, each the newest when the page can take one, until there are no more.
    pub fn follow<State>(
        &self,
        mut states: watch::Receiver<State>,
        on_update: Channel<Numbered<State>>,
    ) -> u32
    where
        State: Clone + Serialize + Send + Sync + 'static,
    {
        self.open(|subscription| async move {
            loop {
                subscription.ready().await;
                let now = states.borrow_and_update().clone();
                subscription.send(&on_update, now);
                if states.changed().await.is_err() {
                    return;
                }
            }
        })
    }

    /// The page of this moment.
    pub fn page(&self) -> Page {
        Page(self.page.load(Ordering::Acquire))
    }

    /// As `open`, for a page that had to wait: where it has been reloaded meanwhile, nobody would
    /// ever end the stream, so there is none.
    pub fn open_for<Feed, Feeder>(&self, page: Page, feed: Feed) -> u32
    where
        Feed: FnOnce(Arc<Subscription>) -> Feeder,
        Feeder: Future<Output = ()> + Send + 'static,
    {
        let id = self.open(feed);
        // Looked at afterwards: a reload that comes in between has ended it already.
        if page != self.page() {
            self.end(id);
        }
        id
    }

    /// Ends one stream; one that has ended already is no error.
    pub fn end(&self, id: u32) {
        if let Some(subscription) = self.lock().remove(&id) {
            subscription.cancelled.cancel();
        }
    }

    /// Ends every stream: the page reloads, or the window is gone.
    pub fn end_all(&self) {
        self.page.fetch_add(1, Ordering::AcqRel);
        for (_, subscription) in self.lock().drain() {
            subscription.cancelled.cancel();
        }
    }

    /// The page has taken messages up to this number.
    pub fn acknowledge(&self, id: u32, number: u32) {
        if let Some(subscription) = self.lock().get(&id) {
            subscription
                .acknowledged
                .fetch_max(number, Ordering::AcqRel);
            subscription.acknowledgement.notify_one();
        }
    }

    /// The number of the last message sent; `None` where the stream has ended.
    pub fn position(&self, id: u32) -> Option<u32> {
        self.lock()
            .get(&id)
            .map(|subscription| subscription.sent.load(Ordering::Acquire))
    }

    /// What is behind a stream, where it is of this type.
    pub fn behind<Source: Send + Sync + 'static>(&self, id: u32) -> Option<Arc<Source>> {
        let subscription = self.lock().get(&id).cloned()?;
        let behind = subscription
            .behind
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        behind?.downcast().ok()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Arc<Subscription>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Waits until the page can take another message. What changes meanwhile goes into that one.
    pub async fn ready(&self) {
        loop {
            let acknowledged = self.acknowledgement.notified();
            let under_way = self
                .sent
                .load(Ordering::Acquire)
                .saturating_sub(self.acknowledged.load(Ordering::Acquire));
            if under_way < WINDOW {
                return;
            }
            acknowledged.await;
        }
    }

    /// Sends one message. A page that is gone is noticed by the window, not here.
    pub fn send<Payload: Serialize + Clone + Send + 'static>(
        &self,
        channel: &Channel<Numbered<Payload>>,
        payload: Payload,
    ) {
        let number = self.sent.fetch_add(1, Ordering::AcqRel) + 1;
        if let Err(error) = send(channel, number, payload) {
            tracing::debug!(%error, "a message could not be sent to the page");
        }
    }

    /// Attaches what this stream follows, so that its rows can be read; it goes with the stream.
    pub fn attach<Source: Send + Sync + 'static>(&self, source: Arc<Source>) {
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = Some(source);
    }
}

fn send<Payload: Serialize + Clone + Send + 'static>(
    channel: &Channel<Numbered<Payload>>,
    number: u32,
    payload: Payload,
) -> tauri::Result<()> {
    let json = serde_json::to_string(&payload)?;
    if !(PIECE..=LONGEST_IN_PIECES).contains(&json.len()) {
        return channel.send(Numbered {
            number,
            payload: Some(payload),
            piece: None,
            last: true,
        });
    }
    let pieces = pieces(&json);
    for (at, piece) in pieces.iter().enumerate() {
        channel.send(Numbered {
            number,
            payload: None,
            piece: Some((*piece).to_owned()),
            last: at + 1 == pieces.len(),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_cut_between_characters_and_nothing_is_lost() {
        let text = "aé🦀".repeat(PIECE / 3);
        let pieces = pieces(&text);
        assert!(pieces.len() > 1, "long enough for several");
        assert!(
            pieces
                .iter()
                .all(|piece| !piece.is_empty() && piece.len() <= PIECE)
        );
        assert_eq!(pieces.concat(), text);
    }

    /// Dropped with the feeder.
    struct Work(Arc<AtomicU32>);
    impl Drop for Work {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::AcqRel);
        }
    }

    #[tokio::test]
    async fn a_stream_that_comes_after_its_page_is_none() {
        let streams = Streams::default();
        let ended = Arc::new(AtomicU32::new(0));
        let feed = |work: Work| {
            move |_: Arc<Subscription>| async move {
                let _work = work;
                std::future::pending::<()>().await;
            }
        };
        let here = streams.open_for(streams.page(), feed(Work(Arc::clone(&ended))));
        assert_eq!(streams.position(here), Some(0));

        let page = streams.page();
        streams.end_all();
        let late = streams.open_for(page, feed(Work(Arc::clone(&ended))));
        assert_eq!(streams.position(late), None, "its page was reloaded");
        while ended.load(Ordering::Acquire) < 2 {
            tokio::task::yield_now().await;
        }
    }
}
