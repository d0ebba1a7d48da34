//! The requests that run, and which module answers which.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use slipway_porthole::PROTOCOL;
use slipway_porthole::answer::{Greeting, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::{FromPorthole, MOST_REQUESTS, ToPorthole};
use slipway_porthole::request::Request;

use super::conversation::{Gate, Speaker, Talk};
use super::edit::Made;
use super::fault::Result;
use super::mount::Mount;
use super::{copy, edit, hash, lines, list, pack, read, room, search, trash, unpack, walk, watch};

/// What a request's thread may use of its stack. All walks are loops, so depth does not count.
const STACK: usize = 512 * 1024;

pub struct Places {
    pub place: Mount,
    pub other: Option<Mount>,
    pub made: Made,
}

impl Places {
    fn answer(&self, request: Request, talk: &Talk) -> Result<Outcome> {
        let place = &self.place;
        match request {
            Request::Hello { version } => {
                if version == PROTOCOL {
                    Ok(Outcome::Hello(Greeting {
                        version: PROTOCOL,
                        writable: place.writable(),
                        other: self.other.is_some(),
                        kernel_paths: place.kernel_paths(),
                    }))
                } else {
                    Err(Fault::OtherVersion { ours: PROTOCOL })
                }
            }
            Request::List { path } => list::list(place, &path, talk),
            Request::Stat { path } => list::stat(place, &path),
            Request::StatAll { paths } => list::stat_all(place, paths, talk),
            Request::Read {
                path,
                offset,
                len,
                expected,
            } => read::read(place, &path, offset, len, expected, talk),
            Request::Lines { path, every, quote } => lines::lines(place, &path, every, quote, talk),
            Request::Walk { path, largest } => walk::walk(place, &path, largest, talk),
            Request::Search(wanted) => search::search(place, &wanted, talk),
            Request::Watch { folders, file } => watch::watch(place, &folders, file.as_ref(), talk),
            Request::Hash { path, expected } => hash::hash(place, &path, expected, talk),
            Request::Pack {
                paths,
                excludes,
                beneath,
            } => pack::pack(place, &paths, &excludes, &beneath, talk),
            Request::Unpack { target, options } => {
                unpack::from_talk(place, &self.made, &target, &options, talk)
            }
            Request::Write { path, expected } => {
                edit::write(place, &self.made, &path, expected, talk)
            }
            Request::MakeFolder { path, owner } => {
                edit::make_folder(place, &self.made, &path, owner)
            }
            Request::Rename { from, to } => edit::rename(place, &from, &to),
            Request::Trash { paths } => trash::trash(place, &paths, talk),
            Request::ListTrash => trash::list(place, talk),
            Request::RestoreTrash { id, to } => trash::restore(place, id, to.as_ref()),
            Request::EmptyTrash { ids } => trash::empty(place, ids.as_deref(), talk),
            Request::Discard { paths } => trash::discard(place, &paths, talk),
            Request::Remove { paths } => edit::remove(place, &self.made, &paths, talk),
            Request::CopyTree {
                from,
                to,
                excludes,
                options,
            } => {
                let other = self.other.as_ref().ok_or(Fault::BadRequest)?;
                let copy = copy::Copy {
                    place,
                    other,
                    made: &self.made,
                    from: &from,
                    to: &to,
                    excludes: &excludes,
                    options: &options,
                };
                copy::copy(&copy, talk)
            }
            Request::Room => room::room(place),
        }
    }
}

struct Running {
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

pub struct Desk {
    places: Arc<Places>,
    pub speaker: Arc<Speaker>,
    running: Arc<Mutex<HashMap<u32, Running>>>,
}

impl Desk {
    pub fn new(places: Arc<Places>) -> Desk {
        Desk {
            places,
            speaker: Arc::new(Speaker::default()),
            running: Arc::default(),
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<u32, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one frame. `Err` where the asker uses a number that still runs, which it must know.
    pub fn take(&self, id: u32, message: ToPorthole) -> Result<(), ()> {
        match message {
            ToPorthole::Request(request) => return self.begin(id, request),
            // What comes after the end of its request has crossed that end on the way.
            ToPorthole::Data(bytes) => self.of(id, |gate| gate.put(Some(bytes))),
            ToPorthole::EndOfData => self.of(id, |gate| gate.put(None)),
            ToPorthole::Credit(more) => self.of(id, |gate| gate.grant(more)),
            ToPorthole::Cancel => self.of(id, Gate::cancel),
        }
        Ok(())
    }

    fn of(&self, id: u32, act: impl FnOnce(&Gate)) {
        let gate = self.running().get(&id).map(|one| Arc::clone(&one.gate));
        if let Some(gate) = gate {
            act(&gate);
        }
    }

    fn begin(&self, id: u32, request: Request) -> Result<(), ()> {
        let mut running = self.running();
        if running.contains_key(&id) {
            return Err(());
        }
        if running.len() >= MOST_REQUESTS {
            drop(running);
            return self.speaker.say(id, &FromPorthole::End(Err(Fault::Busy)));
        }
        let gate = Arc::new(Gate::default());
        running.insert(
            id,
            Running {
                gate: Arc::clone(&gate),
                thread: None,
            },
        );
        let talk = Talk::new(id, Arc::clone(&self.speaker), gate);
        let places = Arc::clone(&self.places);
        let table = Arc::clone(&self.running);
        let thread = Builder::new().stack_size(STACK).spawn(move || {
            let leaving = Leaving {
                id,
                table,
                speaker: talk.speaker(),
                ending: Some(Err(Fault::Io { errno: 0 })),
            };
            let ending = places.answer(request, &talk);
            leaving.with(ending);
        });
        if let Ok(thread) = thread {
            if let Some(one) = running.get_mut(&id) {
                one.thread = Some(thread);
            }
            return Ok(());
        }
        running.remove(&id);
        drop(running);
        self.speaker.say(id, &FromPorthole::End(Err(Fault::Busy)))
    }

    /// Ends all requests, and waits until each has cleared up after itself.
    pub fn close(&self) {
        let threads: Vec<_> = self
            .running()
            .values_mut()
            .filter_map(|one| {
                one.gate.cancel();
                one.thread.take()
            })
            .collect();
        for thread in threads {
            // A thread that panicked has said so to the asker.
            let _ = thread.join();
        }
    }
}

/// Takes the request off the table and says its end, also where its thread panics.
struct Leaving {
    id: u32,
    table: Arc<Mutex<HashMap<u32, Running>>>,
    speaker: Arc<Speaker>,
    ending: Option<slipway_porthole::answer::Ending>,
}

impl Leaving {
    fn with(mut self, ending: slipway_porthole::answer::Ending) {
        self.ending = Some(ending);
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        // First off the table: once the end was said, the number may be used again.
        self.table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
        if let Some(ending) = self.ending.take() {
            // Where nobody listens, the listener notices by itself.
            let _ = self.speaker.say(self.id, &FromPorthole::End(ending));
        }
    }
}
