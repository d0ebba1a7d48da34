//! Closing the window while something would be lost by it: work that runs, or a text that is not saved.
//!
//! Only the page can ask, and only where one listens: a page that hangs or never came must not keep its
//! window open. What the page is told is how often closing was asked for; it answers with a command.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use slipway_contents::jobs::{Job, JobState};
use tokio::sync::watch;

/// What closes the window for good.
type Close = Box<dyn FnOnce() + Send>;

/// The wish to close the window.
#[derive(Default)]
pub struct Closing {
    /// How often it was asked for.
    asked: watch::Sender<u32>,
    /// The page has a text that is not saved.
    unsaved: AtomicBool,
    close: Mutex<Option<Close>>,
}

impl Closing {
    /// The window is asked to close. True where the page will ask first; then `close` is what closes it.
    pub fn ask(&self, works: bool, close: impl FnOnce() + Send + 'static) -> bool {
        let unsaved = self.unsaved.load(Ordering::Acquire);
        if self.asked.receiver_count() == 0 || !(works || unsaved) {
            return false;
        }
        *self.close.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(close));
        self.asked
            .send_modify(|asked| *asked = asked.wrapping_add(1));
        true
    }

    /// Follows how often closing was asked for.
    pub fn follow(&self) -> watch::Receiver<u32> {
        self.asked.subscribe()
    }

    pub fn set_unsaved(&self, unsaved: bool) {
        self.unsaved.store(unsaved, Ordering::Release);
    }

    /// Closes the window, where that was asked for.
    pub fn close(&self) {
        let close = self
            .close
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(close) = close {
            close();
        }
    }
}

/// A job that would be stopped by closing.
pub fn works(job: &Job) -> bool {
    matches!(job.state, JobState::Running | JobState::Asking { .. })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_a_page_that_listens_is_asked_and_only_where_something_would_be_lost() {
        let closing = Closing::default();
        assert!(!closing.ask(true, || ()), "nobody would answer");
        let asked = closing.follow();
        assert!(!closing.ask(false, || ()), "nothing would be lost");
        assert!(closing.ask(true, || ()), "a job runs");
        closing.set_unsaved(true);
        assert!(closing.ask(false, || ()), "a text is not saved");
        assert_eq!(*asked.borrow(), 2);
        drop(asked);
        assert!(!closing.ask(true, || ()), "the page is gone");
    }

    #[test]
    fn it_closes_once_and_only_when_asked() {
        let closing = Closing::default();
        let _asked = closing.follow();
        closing.close();
        let closed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&closed);
        assert!(closing.ask(true, move || flag.store(true, Ordering::Release)));
        assert!(!closed.load(Ordering::Acquire), "the page has not answered");
        closing.close();
        assert!(closed.load(Ordering::Acquire));
    }
}
