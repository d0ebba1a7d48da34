//! Following folders and a file: the kernel of the engine's machine tells of their changes; where it
//! cannot, they are looked at every two seconds.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::time::Duration;

use slipway_porthole::answer::{Answer, Moment};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::Result;
use crate::browse::{FolderRevision, PlaceUpdate};
use crate::opened::OpenPlace;
use crate::place::EntryPath;
use crate::session::{Exchange, Refused, Session, Step};
use crate::shared::lock;

/// Between two looks at what cannot tell of itself.
const LOOK: Duration = Duration::from_secs(2);

/// What is followed.
struct Followed {
    folders: Vec<(EntryPath, Raw)>,
    file: Option<Raw>,
}

impl OpenPlace {
    /// Follows these, in the place of those followed before.
    ///
    /// # Errors
    /// A path that is none.
    pub(crate) fn follow(
        self: &Arc<Self>,
        folders: Vec<EntryPath>,
        file: Option<EntryPath>,
    ) -> Result<watch::Receiver<PlaceUpdate>> {
        let followed = Followed {
            folders: folders
                .into_iter()
                .map(|key| key.raw().map(|raw| (key, raw)))
                .collect::<Result<_>>()?,
            file: file.map(|key| key.raw()).transpose()?,
        };
        let paths: Vec<Raw> = followed
            .folders
            .iter()
            .map(|(_, folder)| folder.clone())
            .collect();
        self.folders.follow(&paths);
        self.updates.send_modify(|update| {
            update.folders = followed
                .folders
                .iter()
                .map(|(key, folder)| FolderRevision {
                    folder: key.clone(),
                    revision: self.folders.revision(folder),
                })
                .collect();
        });
        let task = tokio::spawn(run(Arc::downgrade(self), followed));
        *lock(&self.following) = Some(AbortOnDropHandle::new(task));
        Ok(self.updates.subscribe())
    }

    /// A folder has another revision.
    pub(crate) fn tell_revision(&self, folder: &EntryPath, revision: u32) {
        self.updates.send_if_modified(|update| {
            let known = update
                .folders
                .iter_mut()
                .find(|known| known.folder == *folder);
            match known {
                Some(known) if known.revision < revision => {
                    known.revision = revision;
                    true
                }
                _ => false,
            }
        });
    }

    /// Something in it is not as it was read.
    fn changed(&self, (key, folder): &(EntryPath, Raw)) {
        let revision = self.folders.changed(folder);
        self.space.changed();
        self.tell_revision(key, revision);
    }
}

async fn run(place: Weak<OpenPlace>, followed: Followed) {
    loop {
        let Some(opened) = place.upgrade() else {
            return;
        };
        let mut sessions = opened.sessions();
        let session = opened.session();
        drop(opened);
        if let Ok(session) = session {
            follow(&place, &session, &followed).await;
        }
        if sessions.changed().await.is_err() {
            return;
        }
    }
}

/// Until the porthole is lost.
async fn follow(place: &Weak<OpenPlace>, session: &Session, followed: &Followed) {
    let asked = session
        .ask(Request::Watch {
            folders: followed
                .folders
                .iter()
                .map(|(_, folder)| folder.clone())
                .collect(),
            file: followed.file.clone(),
        })
        .await;
    let mut exchange = match asked {
        Ok(exchange) => Some(exchange),
        Err(Refused::Fault(_)) => None,
        Err(Refused::Lost(_)) => return,
    };
    // What is looked at, because it does not tell; at first all of it, once, since it may have changed
    // between being read and being followed.
    let mut silent: BTreeSet<usize> = (0..followed.folders.len()).collect();
    let mut silent_file = followed.file.is_some();
    let mut stamps: HashMap<usize, Moment> = HashMap::new();
    let mut file_stamp = None;
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            step = next(&mut exchange) => {
                let Some(opened) = place.upgrade() else { return };
                match step {
                    Ok(Step::Answer(Answer::Watching(watching))) => {
                        look(&opened, session, followed, &silent, &mut stamps).await;
                        silent = watching.not.iter().map(|at| *at as usize).collect();
                        silent_file = followed.file.is_some() && !watching.file;
                    }
                    Ok(Step::Answer(Answer::Changed(changes))) => {
                        for at in changes.folders.iter().chain(&changes.gone) {
                            if let Some(folder) = followed.folders.get(*at as usize) {
                                opened.changed(folder);
                            }
                        }
                        if changes.file {
                            opened.updates.send_modify(|update| update.file += 1);
                        }
                        // One that was made anew can be followed again only by asking again.
                        silent.extend(changes.gone.iter().map(|at| *at as usize));
                    }
                    Ok(_) | Err(Refused::Fault(Fault::CannotWatch)) => {
                        exchange = None;
                        silent = (0..followed.folders.len()).collect();
                        silent_file = followed.file.is_some();
                    }
                    Err(Refused::Fault(_)) => exchange = None,
                    Err(Refused::Lost(_)) => return,
                }
            }
            _ = looks.tick(), if !silent.is_empty() || silent_file => {
                let Some(opened) = place.upgrade() else { return };
                look(&opened, session, followed, &silent, &mut stamps).await;
                if let (true, Some(file)) = (silent_file, &followed.file) {
                    let seen = opened.stat(file.clone()).await.ok().map(|row| row.version());
                    if file_stamp.replace(seen).is_some_and(|known| known != seen) {
                        opened.updates.send_modify(|update| update.file += 1);
                    }
                }
            }
        }
    }
}

async fn next(exchange: &mut Option<Exchange>) -> Result<Step, Refused> {
    match exchange {
        Some(exchange) => exchange.next().await,
        None => std::future::pending().await,
    }
}

/// Compares when folders were last changed with what is known of them.
async fn look(
    place: &OpenPlace,
    session: &Session,
    followed: &Followed,
    which: &BTreeSet<usize>,
    stamps: &mut HashMap<usize, Moment>,
) {
    for at in which {
        let Some(folder) = followed.folders.get(*at) else {
            continue;
        };
        let path = folder.1.clone();
        let Ok(slipway_porthole::answer::Outcome::Row(row)) =
            session.one(Request::Stat { path }).await
        else {
            continue;
        };
        let known = stamps
            .insert(*at, row.changed)
            .or_else(|| place.folders.stamp(&folder.1));
        if known.is_some_and(|known| known != row.changed) {
            place.changed(folder);
        }
    }
}
