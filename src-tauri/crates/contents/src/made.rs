//! What a job newly made in a place, and taking it away again.

use slipway_porthole::answer::Outcome;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

use crate::jobs::{Stop, Work};
use crate::session::{Refused, Session};

/// Bytes of paths that are removed with one request.
const MOST_REMOVED: usize = 64 * 1024;

/// In the order in which it was made: a folder before what is in it.
pub(crate) struct Made {
    session: Session,
    work: Work,
    paths: Vec<Raw>,
    replaced: u64,
}

impl Made {
    /// The session is the one that makes: it alone may remove what it made.
    pub(crate) fn new(session: Session, work: Work) -> Self {
        Self {
            session,
            work,
            paths: Vec::new(),
            replaced: 0,
        }
    }

    pub(crate) fn add(&mut self, path: Raw) {
        self.paths.push(path);
    }

    /// A file took the place of another.
    pub(crate) fn replaced(&mut self) {
        self.replaced += 1;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Takes away what was newly made, and says what stays.
    pub(crate) async fn undo(&mut self, stop: Stop) -> Stop {
        let mut stay = 0;
        if self.session.lost().borrow().is_some() {
            stay = self.paths.len();
        } else {
            let mut paths = Vec::new();
            let mut bytes = 0;
            // The last first: folders after what is in them.
            while let Some(path) = self.paths.pop() {
                bytes += path.0.len() + 4;
                paths.push(path);
                if bytes >= MOST_REMOVED || self.paths.is_empty() {
                    bytes = 0;
                    stay += self.remove(std::mem::take(&mut paths)).await;
                }
            }
        }
        let mut sentences = Vec::new();
        if self.replaced > 0 {
            sentences.push(match self.replaced {
                1 => "1 file had been replaced before and stays as it is now.".to_owned(),
                many => format!("{many} files had been replaced before and stay as they are now."),
            });
        }
        if stay > 0 {
            sentences.push(match stay {
                1 => "1 new file or folder stays.".to_owned(),
                many => format!("{many} new files and folders stay."),
            });
        }
        match stop {
            Stop::Cancelled => {
                for sentence in sentences {
                    self.work.stays(sentence);
                }
                Stop::Cancelled
            }
            Stop::Failed(mut problem) => {
                for sentence in sentences {
                    if !problem.message.is_empty() {
                        problem.message.push(' ');
                    }
                    problem.message.push_str(&sentence);
                }
                Stop::Failed(problem)
            }
        }
    }

    /// Gives how many of them could not be removed.
    async fn remove(&self, paths: Vec<Raw>) -> usize {
        let count = paths.len();
        let request = Request::Remove {
            paths: paths.clone(),
        };
        match self.session.one(request).await {
            Ok(_) => 0,
            // Something was put into a new folder, or changed, meanwhile.
            Err(Refused::Fault(_)) => match self.session.one(Request::StatAll { paths }).await {
                Ok(Outcome::Count(left)) => usize::try_from(left).unwrap_or(count),
                _ => count,
            },
            Err(Refused::Lost(_)) => count,
        }
    }
}
