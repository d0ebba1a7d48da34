//! A search that runs in the porthole, and its hits as far as they have been found.

use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use slipway_engine::Bytes;
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Hit, HitLine, Outcome, SearchTotals};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Search, SearchFor};
use slipway_porthole::sort::Sort;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::{FoundLine, SearchHit, SearchQuery, SearchState, SearchWhere};
use crate::browse::rows::{date, kind, sort};
use crate::opened::OpenPlace;
use crate::path::visible;
use crate::place::EntryPath;
use crate::session::{Refused, Session, Step};
use crate::shared::lock;
use crate::{Problem, Result};

/// Beyond, a better question helps more than more hits.
const MOST: u32 = 10_000;
const MOST_OF_ONE: u32 = 200;
/// Letters around a hit.
const LETTERS: usize = 300;
/// Letters before it, where the line is longer.
const BEFORE: usize = 80;
const PACE: Duration = Duration::from_millis(100);
/// Hits that are given at once.
const MOST_AT_ONCE: usize = 1000;

/// The search of a place; the next one takes its place.
#[derive(Default)]
pub(crate) struct Searching {
    hits: Mutex<Arc<Mutex<Vec<SearchHit>>>>,
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl OpenPlace {
    /// Starts a search; it ends with its followers.
    ///
    /// # Errors
    /// At `text` where there is nothing to search for; why the place cannot be looked into.
    pub(crate) fn search(
        self: &Arc<Self>,
        query: SearchQuery,
    ) -> Result<watch::Receiver<SearchState>> {
        let session = self.session()?;
        let request = asked(&query)?;
        let hits = Arc::new(Mutex::new(Vec::new()));
        *lock(&self.searching.hits) = Arc::clone(&hits);
        let (state, receiver) = watch::channel(SearchState::default());
        let task = tokio::spawn(run(session, request, Arc::downgrade(&hits), state));
        *lock(&self.searching.task) = Some(AbortOnDropHandle::new(task));
        Ok(receiver)
    }

    pub(crate) fn hits(&self, from: u32, count: u32) -> Vec<SearchHit> {
        let hits = Arc::clone(&lock(&self.searching.hits));
        let count = (count as usize).min(MOST_AT_ONCE);
        let hits = lock(&hits);
        hits.iter()
            .skip(from as usize)
            .take(count)
            .cloned()
            .collect()
    }
}

fn asked(query: &SearchQuery) -> Result<Search> {
    if query.text.trim().is_empty() {
        return Err(
            Problem::new(ProblemKind::InvalidForm, "There is nothing to search for.")
                .hint("Type a part of a name or of a line.")
                .at("text"),
        );
    }
    let text = query.text.clone();
    let what = match (query.within, query.pattern) {
        (SearchWhere::Names, _) => SearchFor::Name(Raw(text.trim().as_bytes().to_vec())),
        (SearchWhere::Contents, false) => SearchFor::Text(Raw(text.into_bytes())),
        (SearchWhere::Contents, true) => {
            // Said at once, and in the same words as the program would.
            if let Err(error) = regex::Regex::new(&text) {
                return Err(Refused::Fault(slipway_porthole::fault::Fault::BadPattern {
                    why: error.to_string(),
                })
                .about(""));
            }
            SearchFor::Pattern(text)
        }
    };
    Ok(Search {
        path: query.folder.raw()?,
        what,
        case: query.case,
        hidden: query.hidden,
        most: MOST,
        most_of_one: MOST_OF_ONE,
    })
}

async fn run(
    session: Session,
    request: Search,
    hits: Weak<Mutex<Vec<SearchHit>>>,
    state: watch::Sender<SearchState>,
) {
    let ended = tokio::select! {
        ended = find(&session, request, &hits, &state) => ended,
        () = state.closed() => return,
    };
    state.send_modify(|state| {
        state.done = true;
        state.hits = counted(&hits);
        match ended {
            Ok(totals) => {
                reach(state, &totals);
                if totals.unread > 0 {
                    state.problem = Some(Problem::new(
                        ProblemKind::Other,
                        match totals.unread {
                            1 => "One file or folder could not be read.".to_owned(),
                            unread => format!("{unread} files and folders could not be read."),
                        },
                    ));
                }
            }
            Err(problem) => state.problem = Some(problem),
        }
    });
}

fn counted(hits: &Weak<Mutex<Vec<SearchHit>>>) -> u32 {
    hits.upgrade().map_or(0, |hits| {
        u32::try_from(lock(&hits).len()).unwrap_or(u32::MAX)
    })
}

fn reach(state: &mut SearchState, totals: &SearchTotals) {
    state.files = u32::try_from(totals.files).unwrap_or(u32::MAX);
    state.bytes = Bytes(totals.bytes);
    state.capped = totals.capped;
}

async fn find(
    session: &Session,
    request: Search,
    hits: &Weak<Mutex<Vec<SearchHit>>>,
    state: &watch::Sender<SearchState>,
) -> Result<SearchTotals> {
    let mut exchange = session.ask(Request::Search(request)).await?;
    let mut told: Option<Instant> = None;
    let mut totals = SearchTotals::default();
    loop {
        match exchange.next().await? {
            Step::Answer(Answer::Hits(found)) => {
                let Some(hits) = hits.upgrade() else {
                    return Ok(totals);
                };
                let mut hits = lock(&hits);
                let room = (MOST as usize).saturating_sub(hits.len());
                hits.extend(found.into_iter().take(room).map(shown));
            }
            Step::Answer(Answer::Searched(now)) => totals = now,
            Step::End(Outcome::Search(totals)) => return Ok(totals),
            _ => return Err(Refused::unexpected().into()),
        }
        if told.is_none_or(|told| told.elapsed() >= PACE) {
            told = Some(Instant::now());
            state.send_modify(|state| {
                state.hits = counted(hits);
                reach(state, &totals);
            });
        }
    }
}

fn shown(hit: Hit) -> SearchHit {
    let (folder, name) = hit.path.split().unwrap_or_default();
    SearchHit {
        path: EntryPath::of(&hit.path),
        name: visible(name).0,
        folder: visible(folder).0,
        kind: kind(hit.kind),
        sort: sort(Sort::of(name)),
        size: Bytes(hit.size),
        changed: date(hit.changed),
        line: hit.line.as_ref().map(line),
    }
}

/// The line around the hit, as it can be shown, with the hit's place in it.
fn line(found: &HitLine) -> FoundLine {
    let bytes = &found.text.0;
    let start = (found.start as usize).min(bytes.len());
    let end = (found.end as usize).clamp(start, bytes.len());
    // What stands before the hit begins with a letter, not within one.
    let before = visible(bytes[..start].trim_ascii_start()).0;
    let hit: String = visible(&bytes[start..end])
        .0
        .chars()
        .take(LETTERS - 2 * BEFORE)
        .collect();
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let mut text = String::new();
    if skipped > 0 || found.cut > 0 {
        text.push('…');
    }
    text.extend(before.chars().skip(skipped));
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let start = units(&text);
    text.push_str(&hit);
    let end_at = units(&text);
    let room = LETTERS.saturating_sub(text.chars().count());
    text.extend(visible(bytes[end..].trim_ascii_end()).0.chars().take(room));
    FoundLine {
        number: u32::try_from(found.number).unwrap_or(u32::MAX),
        text,
        start,
        end: end_at,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &[u8], start: u32, end: u32) -> FoundLine {
        line(&HitLine {
            number: 3,
            offset: 0,
            text: Raw(text.to_vec()),
            cut: 0,
            start,
            end,
        })
    }

    #[test]
    fn a_hit_is_marked_as_the_page_counts() {
        let line = found("  größe 🦀 = needle here".as_bytes(), 17, 23);
        let units: Vec<u16> = line.text.encode_utf16().collect();
        let marked = String::from_utf16(&units[line.start as usize..line.end as usize]).unwrap();
        assert_eq!(
            (marked.as_str(), line.text.as_str()),
            ("needle", "größe 🦀 = needle here")
        );
    }

    proptest! {
        #[test]
        fn a_line_of_any_bytes_is_shown_within_bounds(
            text in proptest::collection::vec(any::<u8>(), 0..1024),
            start in 0_u32..1100,
            end in 0_u32..1100,
        ) {
            let line = found(&text, start, end);
            prop_assert!(line.text.chars().count() <= LETTERS);
            prop_assert!(line.start <= line.end);
            prop_assert!(line.end as usize <= line.text.encode_utf16().count());
        }
    }

    #[test]
    fn nothing_is_no_question() {
        let problem = asked(&SearchQuery::default()).unwrap_err();
        assert_eq!(problem.field.as_deref(), Some("text"));
        let broken = SearchQuery {
            text: "(".to_owned(),
            within: SearchWhere::Contents,
            pattern: true,
            ..SearchQuery::default()
        };
        assert_eq!(asked(&broken).unwrap_err().field.as_deref(), Some("text"));
    }
}
