//! What a restore would do.
//!
//! The names in the backup are held against those in the volume. A file counts as the same where size
//! and time are, and where only the time differs, if its bytes are: those few are summed where they lie.
//! A file whose bytes were changed and whose time was then set back is not seen; the restore itself does
//! not go by this and brings back everything.

mod group;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use slipway_labs::names::{slug, unique};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Hit, Kind, Outcome};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Search, SearchFor};
use tokio_util::sync::CancellationToken;

use self::group::Group;
use super::archive::{Broken, Item, Names, Seen, Watch, is_trash, read};
use super::check::{Top, beneath, manifest};
use super::format::{LineKind, is_own};
use super::make::blocking;
use super::shelf;
use super::{Backup, RestoreGroup, RestorePreview, RestoreTarget};
use crate::path::visible;
use crate::place::Place;
use crate::session::{Session, Step};
use crate::shared::Shared;
use crate::{Problem, Result};

/// Sums that are asked for at once, and paths in one question.
const AT_ONCE: usize = 8;
const PATHS: usize = 200;

/// An archive of another program is read whole for its preview; what unpacks to more than this, and to
/// so many times its own size, was made to take for ever.
const MOST_BYTES: u64 = 64 * 1024 * 1024 * 1024;
const MOST_TIMES: u64 = 1000;

/// What the backup says of a file or link. Folders are not counted.
#[derive(Clone, Debug)]
struct Entry {
    kind: Kind,
    size: u64,
    changed: (i64, u32),
    sum: Option<[u8; 32]>,
    target: Option<Raw>,
    /// When the one in the volume of this name was changed.
    here: Option<(i64, u32)>,
}

#[derive(Default)]
struct Listed {
    entries: HashMap<Raw, Entry>,
    refused: Group,
    top: Option<Raw>,
}

pub(super) async fn preview(
    shared: &Arc<Shared>,
    file: &str,
    target: RestoreTarget,
) -> Result<RestorePreview> {
    let path = shelf::path_of(shared, file)?;
    let backup = shelf::one(shared, file).await?;
    let token = CancellationToken::new();
    // What is no longer waited for ends too.
    let _ends = token.clone().drop_guard();
    let ours = backup.unpacked.is_some();
    let watch = Watch {
        token,
        count: None,
        most: (!ours).then(|| MOST_BYTES.max(backup.size.0.saturating_mul(MOST_TIMES))),
    };
    let listed = blocking(move || {
        if ours {
            list_ours(&path, watch)
        } else {
            list_foreign(&path, watch)
        }
    })
    .await?
    .map_err(|broken| cannot_be_read(&backup, broken))?;
    let snapshot = shared.home.inventory.snapshot();
    let same = target == RestoreTarget::SameVolume && snapshot.volumes.contains_key(&backup.volume);
    let free_name = unique(&stem(&backup), '-', |name| {
        snapshot.volumes.keys().any(|volume| volume.0 == name)
    });
    let top_folder = listed.top.as_ref().map(|top| visible(&top.0).0);
    let mut preview = RestorePreview {
        running: Vec::new(),
        replaced: RestoreGroup::default(),
        brought_back: RestoreGroup::default(),
        same: RestoreGroup::default(),
        only_here: RestoreGroup::default(),
        refused: listed.refused.told(),
        free_name,
        top_folder,
        backup,
    };
    if same {
        let place = Place::Volume {
            name: preview.backup.volume.clone(),
        };
        preview.running = shared.running_in(&place);
        let session = shared.reader(&place).await?;
        let held = hold_against(&session, listed.entries).await?;
        preview.replaced = held.replaced.told();
        preview.brought_back = held.brought_back.told();
        preview.same = held.same.told();
        preview.only_here = held.only_here.told();
    } else {
        let mut all = Group::default();
        for (path, entry) in &listed.entries {
            all.add(path, entry.size, None, Some(entry.changed));
        }
        preview.brought_back = all.told();
    }
    Ok(preview)
}

/// A name for a new volume: that of the old one, or what the file is called.
fn stem(backup: &Backup) -> String {
    if !backup.volume.0.is_empty() {
        return backup.volume.0.clone();
    }
    let name = backup.file.to_lowercase();
    let name = [".zst", ".gz", ".tgz", ".tar"]
        .iter()
        .fold(name.as_str(), |name, ending| {
            name.strip_suffix(ending).unwrap_or(name)
        });
    let slug = slug(name);
    if slug.len() < 2 {
        "restored".to_owned()
    } else {
        slug
    }
}

/// Why a backup cannot be used.
pub(super) fn cannot_be_read(backup: &Backup, broken: Broken) -> Problem {
    match broken {
        Broken::Failed(problem) => problem,
        Broken::Stopped => Problem::new(ProblemKind::Other, "This was stopped."),
        Broken::Damaged(what) => Problem::new(
            ProblemKind::Other,
            format!(
                "The backup {} is damaged.",
                visible(backup.file.as_bytes()).0
            ),
        )
        .because(format!("{what} Nothing was changed."))
        .hint("Use another backup."),
    }
}

fn list_ours(path: &std::path::Path, watch: Watch) -> Result<Listed, Broken> {
    let mut listed = Listed::default();
    let token = watch.token.clone();
    manifest(path, watch, |line| {
        if token.is_cancelled() {
            return Err(Broken::Stopped);
        }
        let path = line.path.raw()?;
        let target = line.to.as_ref().and_then(|to| to.bytes().ok());
        let kind = match line.kind {
            LineKind::Folder => return Ok(()),
            LineKind::Link => Kind::Link,
            LineKind::File | LineKind::Same => Kind::File,
        };
        let entry = Entry {
            kind,
            size: line.size,
            changed: line.changed,
            // The sum of a file with holes is not that of its bytes.
            sum: line
                .sha256
                .as_deref()
                .filter(|_| !line.holes)
                .and_then(sum_of),
            target,
            here: None,
        };
        listed.put(line.kind, path, entry);
        Ok(())
    })?;
    Ok(listed)
}

impl Listed {
    fn put(&mut self, kind: LineKind, path: Raw, entry: Entry) {
        let entry = if kind == LineKind::Same {
            match entry
                .target
                .as_ref()
                .and_then(|first| self.entries.get(first))
            {
                Some(first) => first.clone(),
                None => entry,
            }
        } else {
            entry
        };
        self.entries.insert(path, entry);
    }
}

fn sum_of(hex: &str) -> Option<[u8; 32]> {
    let mut sum = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in sum.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(sum)
}

fn list_foreign(path: &std::path::Path, watch: Watch) -> Result<Listed, Broken> {
    let mut found: Vec<(Item, Option<[u8; 32]>)> = Vec::new();
    let mut names = Names::default();
    let mut top = Top::default();
    let mut listed = Listed::default();
    read(path, watch, |seen| {
        let Seen::Item(item, sum) = seen else {
            return Ok(());
        };
        top.add(&item);
        if names.refuses(&item) {
            listed
                .refused
                .add(&item.name, item.size, None, Some(item.changed));
        } else if item.kind != Some(LineKind::Folder) {
            let sum = sum.filter(|_| !item.holes);
            found.push((item, sum));
        }
        Ok(())
    })?;
    listed.top = top.folder();
    for (item, sum) in found {
        let below = |path: &Raw| match &listed.top {
            Some(top) => beneath(path, top),
            None => Some(path.clone()),
        };
        let (Some(path), Some(kind)) = (item.path.as_ref().and_then(below), item.kind) else {
            continue;
        };
        if is_trash(&path) || is_own(&path) {
            continue;
        }
        let target = if kind == LineKind::Same {
            super::archive::plain(&item.to.0).as_ref().and_then(below)
        } else {
            Some(item.to.clone())
        };
        let entry = Entry {
            kind: if kind == LineKind::Link {
                Kind::Link
            } else {
                Kind::File
            },
            size: if kind == LineKind::File { item.size } else { 0 },
            changed: item.changed,
            sum,
            target,
            here: None,
        };
        listed.put(kind, path, entry);
    }
    Ok(listed)
}

#[derive(Default)]
struct Held {
    replaced: Group,
    brought_back: Group,
    same: Group,
    only_here: Group,
}

/// Holds what is in a volume against what is in a backup.
async fn hold_against(session: &Session, mut entries: HashMap<Raw, Entry>) -> Result<Held> {
    let mut held = Held::default();
    let mut unsure = Vec::new();
    let request = Request::Search(Search {
        what: SearchFor::Name(Raw::from("*")),
        case: true,
        hidden: true,
        most: u32::MAX,
        most_of_one: 1,
        ..Search::default()
    });
    let mut exchange = session.ask(request).await?;
    loop {
        match exchange.next().await? {
            Step::Answer(Answer::Hits(hits)) => {
                for hit in hits {
                    sort(hit, &mut entries, &mut held, &mut unsure);
                }
            }
            Step::End(_) => break,
            _ => {}
        }
    }
    for (path, entry, same) in decided(session, unsure).await? {
        let group = if same {
            &mut held.same
        } else {
            &mut held.replaced
        };
        group.add(&path, entry.size, entry.here, Some(entry.changed));
    }
    for (path, entry) in &entries {
        held.brought_back
            .add(path, entry.size, None, Some(entry.changed));
    }
    Ok(held)
}

fn sort(
    hit: Hit,
    entries: &mut HashMap<Raw, Entry>,
    held: &mut Held,
    unsure: &mut Vec<(Raw, Entry)>,
) {
    if is_trash(&hit.path) || is_own(&hit.path) {
        return;
    }
    let time = (hit.changed.seconds, hit.changed.nanoseconds);
    let Some(mut entry) = entries.remove(&hit.path) else {
        if hit.kind != Kind::Folder {
            let bytes = if hit.kind == Kind::File { hit.size } else { 0 };
            held.only_here.add(&hit.path, bytes, Some(time), None);
        }
        return;
    };
    entry.here = Some(time);
    if hit.kind != entry.kind || (entry.kind == Kind::File && hit.size != entry.size) {
        held.replaced
            .add(&hit.path, entry.size, entry.here, Some(entry.changed));
    } else if entry.kind == Kind::File && time == entry.changed {
        held.same
            .add(&hit.path, entry.size, entry.here, Some(entry.changed));
    } else {
        unsure.push((hit.path, entry));
    }
}

/// Looks closer: at the bytes of files, and at what links name.
async fn decided(session: &Session, unsure: Vec<(Raw, Entry)>) -> Result<Vec<(Raw, Entry, bool)>> {
    let (links, files): (Vec<_>, Vec<_>) = unsure
        .into_iter()
        .partition(|(_, entry)| entry.kind == Kind::Link);
    let mut decided = Vec::new();
    for links in links.chunks(PATHS) {
        let paths = links.iter().map(|(path, _)| path.clone()).collect();
        let mut exchange = session.ask(Request::StatAll { paths }).await?;
        let mut targets = HashMap::new();
        loop {
            match exchange.next().await? {
                Step::Answer(Answer::Found(rows)) => {
                    targets.extend(rows.into_iter().map(|(path, row)| (path, row.target)));
                }
                Step::End(_) => break,
                _ => {}
            }
        }
        for (path, entry) in links {
            let same = targets
                .get(path)
                .is_some_and(|target| *target == entry.target);
            decided.push((path.clone(), entry.clone(), same));
        }
    }
    let summed: Vec<(Raw, Entry, bool)> = stream::iter(files)
        .map(|(path, entry)| async move {
            let request = Request::Hash {
                path: path.clone(),
                expected: None,
            };
            // What cannot be read now is brought back.
            let same = match (session.one(request).await, entry.sum) {
                (Ok(Outcome::Hash(hash)), Some(sum)) => hash.sha256 == sum,
                _ => false,
            };
            (path, entry, same)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    decided.extend(summed);
    Ok(decided)
}
