//! What a download is called here, and what is asked about it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_porthole::answer::{Kind, Row};
use slipway_porthole::raw::Raw;

use super::super::aside::AsideFolder;
use super::super::asking::Standing;
use super::super::cautions::{Cautions, Fate};
use super::super::landing::Top;
use super::super::settling::{self, Clash, Move, Plan};
use super::super::words::local;
use super::torn;
use crate::jobs::{ConflictAnswer, Stop, Work};
use crate::names::{Rules, legal, numbered};
use crate::path::visible;
use crate::place::Place;
use crate::shared::place_name;

/// What is known of something that was asked for.
pub(super) struct Wanted {
    pub(super) top: Top,
    /// Where it goes.
    pub(super) to: PathBuf,
    pub(super) folder: bool,
    pub(super) size: u64,
    pub(super) on_disk: u64,
}

/// Gives each its name here; those of one name from different folders are told apart.
pub(super) fn wanted(rows: Vec<(Raw, Row)>, rules: Rules, to: &Path, place: &Place) -> Vec<Wanted> {
    let mut taken = HashSet::new();
    rows.into_iter()
        .map(|(path, row)| {
            let name = path.split().map(|(_, name)| name.to_vec());
            let name = name.unwrap_or_else(|| place_name(place).into_bytes());
            let mut given = name_here(&name, rules);
            let mut number = 2;
            while !taken.insert(given.to_string_lossy().to_lowercase()) {
                given = numbered(&legal(&name, rules), number).into();
                number += 1;
            }
            Wanted {
                to: to.join(&given),
                top: Top { path, name: given },
                folder: row.kind == Kind::Folder,
                size: if row.kind == Kind::File { row.size } else { 0 },
                on_disk: row.on_disk,
            }
        })
        .collect()
}

#[cfg(unix)]
fn name_here(name: &[u8], rules: Rules) -> OsString {
    if rules == Rules::BYTES {
        std::os::unix::ffi::OsStringExt::from_vec(name.to_vec())
    } else {
        legal(name, rules).into()
    }
}

#[cfg(not(unix))]
fn name_here(name: &[u8], rules: Rules) -> OsString {
    legal(name, rules).into()
}

/// Files that were asked for by themselves are asked about before they are downloaded. Gives those that
/// may be replaced; what is skipped goes off the list.
pub(super) async fn ask_early(
    wanted: &mut Vec<Wanted>,
    standing: &mut Standing,
    to: &Path,
    cautions: &Cautions,
    work: &Work,
) -> Result<HashSet<PathBuf>, Stop> {
    let mut replaced = HashSet::new();
    let mut clashes = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        let there = settling::found(&one.to).map_err(|error| local(&error, &shown(&one.to)))?;
        if let Some(there) = there
            && !one.folder
        {
            clashes.push((
                at,
                Clash {
                    from: PathBuf::new(),
                    to: one.to.clone(),
                    mixed: there.is_dir(),
                    there: settling::version(&there),
                    coming: crate::jobs::Version {
                        folder: false,
                        size: Some(slipway_engine::Bytes(one.size)),
                        changed: None,
                    },
                },
            ));
        }
    }
    let mut claimed: HashSet<PathBuf> = wanted.iter().map(|one| one.to.clone()).collect();
    let mut skipped = HashSet::new();
    let count = clashes.len();
    for (number, (at, clash)) in clashes.into_iter().enumerate() {
        let both = settling::free(&clash.to, &claimed)
            .map_err(|error| local(&error, &shown(&clash.to)))?;
        let question = clash.conflict(to, &both, count - number - 1);
        match standing.answer(question, clash.mixed, work).await? {
            ConflictAnswer::Skip => {
                skipped.insert(at);
            }
            ConflictAnswer::Replace => {
                replaced.insert(clash.to);
            }
            ConflictAnswer::KeepBoth => {
                if standing.is_beside() {
                    cautions.add_named(Fate::BesideOther, shown(&clash.to).as_bytes());
                }
                claimed.insert(both.clone());
                if let Some(one) = wanted.get_mut(at) {
                    one.to = both;
                }
            }
        }
    }
    let mut at = 0;
    wanted.retain(|_| {
        at += 1;
        !skipped.contains(&(at - 1))
    });
    Ok(replaced)
}

/// Asks for every name that is taken, then gives everything its name.
pub(super) async fn settle(
    aside: &AsideFolder,
    wanted: &[Wanted],
    replaced: HashSet<PathBuf>,
    standing: &mut Standing,
    to: &Path,
    cautions: &Arc<Cautions>,
    work: &Work,
) -> Result<Vec<PathBuf>, Stop> {
    let tops: Vec<(OsString, PathBuf)> = wanted
        .iter()
        .map(|one| (one.top.name.clone(), one.to.clone()))
        .collect();
    let folder = aside.path().to_owned();
    let Plan { mut moves, clashes } =
        tokio::task::spawn_blocking(move || settling::look(&folder, &tops))
            .await
            .map_err(torn)?
            .map_err(|error| local(&error, &shown(to)))?;
    let mut claimed: HashSet<PathBuf> = moves.iter().map(|one| one.to.clone()).collect();
    let count = clashes.len();
    for (number, clash) in clashes.into_iter().enumerate() {
        if replaced.contains(&clash.to) && !clash.mixed {
            moves.push(moved(clash.from, clash.to, true));
            continue;
        }
        let both = settling::free(&clash.to, &claimed)
            .map_err(|error| local(&error, &shown(&clash.to)))?;
        let question = clash.conflict(to, &both, count - number - 1);
        match standing.answer(question, clash.mixed, work).await? {
            ConflictAnswer::Skip => {}
            ConflictAnswer::Replace => moves.push(moved(clash.from, clash.to, true)),
            ConflictAnswer::KeepBoth => {
                if standing.is_beside() {
                    cautions.add_named(Fate::BesideOther, shown(&clash.to).as_bytes());
                }
                claimed.insert(both.clone());
                moves.push(moved(clash.from, both, false));
            }
        }
    }
    work.go_on()?;
    let (folder, cautions) = (aside.path().to_owned(), Arc::clone(cautions));
    tokio::task::spawn_blocking(move || settling::settle(&folder, &moves, &cautions))
        .await
        .map_err(torn)?
        .map_err(|error| local(&error, &shown(to)).into())
}

fn moved(from: PathBuf, to: PathBuf, replace: bool) -> Move {
    Move { from, to, replace }
}

/// What is shown in the file manager: the one thing that was asked for, or the folder that all is in.
pub(super) fn made(settled: &[PathBuf], wanted: &[Wanted], to: &Path) -> Option<PathBuf> {
    match (settled, wanted) {
        ([], _) => None,
        ([one], [_]) if one.parent() == Some(to) => Some(one.clone()),
        (_, [one]) if one.folder => Some(one.to.clone()),
        _ => Some(to.to_owned()),
    }
}

fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    visible(name.as_encoded_bytes()).0
}
