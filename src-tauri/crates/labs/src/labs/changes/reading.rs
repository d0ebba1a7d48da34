//! One reading of what differs: kept here, and given to the page row by row.

use std::sync::{Mutex, MutexGuard, PoisonError};

use slipway_engine::containers::ChangeKind;
use slipway_engine::{Bytes, UnixMillis};
use tokio::sync::watch;

use super::found::Found;
use crate::changes::{
    ChangeSort, ChangesGroup, ChangesPage, ChangesQuery, ChangesRow, ChangesState, KeptPlace,
};
use crate::problem::Problem;

/// Rows of one answer.
const MOST_ROWS: usize = 500;

pub(super) struct Reading {
    found: Mutex<(Found, Option<Listing>)>,
    state: watch::Sender<ChangesState>,
}

/// What stands where in the list of rows, for one question; another question makes another.
struct Listing {
    find: String,
    folded: Vec<ChangeSort>,
    lines: Vec<Line>,
}

#[derive(Clone, Copy)]
enum Line {
    Group(ChangeSort),
    Package(u32),
    File(u32),
}

impl Reading {
    pub(super) fn new(
        found: Found,
        read: UnixMillis,
        kept: Vec<KeptPlace>,
        image: Option<Bytes>,
    ) -> Self {
        let mut state = ChangesState {
            read,
            files: 0,
            size: Bytes(0),
            unmeasured: 0,
            measured: false,
            layer: None,
            image,
            groups: Vec::new(),
            kept,
            problem: None,
        };
        sum(&found, &mut state);
        Self {
            found: Mutex::new((found, None)),
            state: watch::Sender::new(state),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Found, Option<Listing>)> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> watch::Receiver<ChangesState> {
        self.state.subscribe()
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&Found) -> T) -> T {
        look(&self.lock().0)
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Found)) {
        let mut found = self.lock();
        change(&mut found.0);
        found.1 = None;
        self.state.send_modify(|state| sum(&found.0, state));
    }

    pub(super) fn set_layer(&self, layer: Bytes) {
        self.state.send_modify(|state| state.layer = Some(layer));
    }

    pub(super) fn finish(&self, problem: Option<Problem>) {
        self.state.send_modify(|state| {
            state.measured = true;
            state.problem = problem;
        });
    }

    pub(super) fn rows(&self, query: &ChangesQuery) -> ChangesPage {
        let mut held = self.lock();
        let (found, listing) = &mut *held;
        let known = listing
            .take()
            .filter(|known| known.find == query.find && known.folded == query.folded);
        let known = known.unwrap_or_else(|| Listing {
            find: query.find.clone(),
            folded: query.folded.clone(),
            lines: lines(found, query),
        });
        let groups = found.groups();
        let sizes = package_sizes(found);
        let rows = known
            .lines
            .iter()
            .skip(query.from as usize)
            .take((query.count as usize).min(MOST_ROWS))
            .filter_map(|line| row(found, &groups, &sizes, *line, query))
            .collect();
        let total = u32::try_from(known.lines.len()).unwrap_or(u32::MAX);
        *listing = Some(known);
        ChangesPage { total, rows }
    }
}

fn sum(found: &Found, state: &mut ChangesState) {
    state.groups = found.groups();
    state.files = state.groups.iter().map(|group| group.files).sum();
    let sizes = state.groups.iter().map(|group| group.size.0);
    state.size = Bytes(sizes.fold(0, u64::saturating_add));
    let unmeasured = found.shown().filter(|(_, one)| one.is_unmeasured());
    state.unmeasured = u32::try_from(unmeasured.count()).unwrap_or(u32::MAX);
}

/// The headings with what stands below each: packages by their names, then files in the order of their paths. Files of a
/// package that is named are shown only where they are looked for.
fn lines(found: &Found, query: &ChangesQuery) -> Vec<Line> {
    let wanted = query.find.trim().to_lowercase();
    let has = |text: &str| wanted.is_empty() || text.to_lowercase().contains(&wanted);
    let mut below: [Vec<Line>; ChangeSort::ALL.len()] = Default::default();
    for (number, package) in found.packages.all.iter().enumerate() {
        if has(&package.name) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            below[ChangeSort::Packages as usize].push(Line::Package(number));
        }
    }
    for (at, one) in found.shown() {
        let hidden = one.package.is_some() && wanted.is_empty();
        if !hidden && has(&one.path) {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            below[one.sort as usize].push(Line::File(at));
        }
    }
    let mut lines = Vec::new();
    for (sort, mut rows) in ChangeSort::ALL.into_iter().zip(below) {
        if rows.is_empty() {
            continue;
        }
        lines.push(Line::Group(sort));
        if !query.folded.contains(&sort) {
            lines.append(&mut rows);
        }
    }
    lines
}

/// Files and bytes of each package; `None` where none of them is measured.
fn package_sizes(found: &Found) -> Vec<(u32, Option<Bytes>)> {
    let mut sizes = vec![(0_u32, None); found.packages.all.len()];
    for (_, one) in found.shown() {
        let Some(sum) = one.package.and_then(|at| sizes.get_mut(at as usize)) else {
            continue;
        };
        sum.0 += 1;
        if let Some(size) = one.size {
            let before = sum.1.unwrap_or(Bytes(0));
            sum.1 = Some(Bytes(before.0.saturating_add(size)));
        }
    }
    sizes
}

fn row(
    found: &Found,
    groups: &[ChangesGroup],
    sizes: &[(u32, Option<Bytes>)],
    line: Line,
    query: &ChangesQuery,
) -> Option<ChangesRow> {
    Some(match line {
        Line::Group(sort) => ChangesRow::Group {
            group: groups.iter().find(|group| group.sort == sort)?.clone(),
            folded: query.folded.contains(&sort),
        },
        Line::Package(number) => {
            let package = found.packages.all.get(number as usize)?;
            let (files, size) = sizes.get(number as usize).copied().unwrap_or_default();
            ChangesRow::Package {
                name: package.name.clone(),
                version: package.version.clone(),
                was: package.was.clone(),
                change: package.change,
                conda: package.conda,
                files,
                size: size.filter(|_| package.change != ChangeKind::Removed),
            }
        }
        Line::File(at) => {
            let one = found.paths.get(at as usize)?;
            ChangesRow::File {
                path: one.path.to_string(),
                change: one.kind,
                size: one.size.map(Bytes),
                changed: one.when,
                folder: one.folder,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use slipway_engine::containers::FileChange;

    use super::*;

    fn reading() -> Reading {
        let site = "/opt/lib/python3.11/site-packages";
        let paths = [
            format!("{site}/tide-1.0.dist-info"),
            format!("{site}/tide-1.0.dist-info/RECORD"),
            format!("{site}/tide/__init__.py"),
            "/root/a.ipynb".to_owned(),
            "/root/b.csv".to_owned(),
            "/root/c.csv".to_owned(),
        ];
        let changes = paths.map(|path| FileChange {
            path,
            kind: ChangeKind::Added,
        });
        let found = Found::of(changes.to_vec(), &[], &[]);
        Reading::new(found, UnixMillis(1), Vec::new(), None)
    }

    fn shown(reading: &Reading, find: &str, folded: &[ChangeSort]) -> Vec<String> {
        let page = reading.rows(&ChangesQuery {
            find: find.to_owned(),
            folded: folded.to_vec(),
            from: 0,
            count: 100,
        });
        assert_eq!(page.total as usize, page.rows.len());
        page.rows
            .into_iter()
            .map(|row| match row {
                ChangesRow::Group { group, folded } => {
                    format!(
                        "{} {}{}",
                        group.title,
                        group.files,
                        if folded { " folded" } else { "" }
                    )
                }
                ChangesRow::Package {
                    name,
                    version,
                    files,
                    ..
                } => format!("  {name} {version}, {files} files"),
                ChangesRow::File { path, .. } => format!("  {path}"),
            })
            .collect()
    }

    #[test]
    fn rows_are_grouped_folded_and_looked_for() {
        let reading = reading();
        insta::assert_debug_snapshot!([
            shown(&reading, "", &[]),
            shown(&reading, "", &[ChangeSort::Data]),
            shown(&reading, "TIDE", &[]),
            shown(&reading, "b.csv", &[]),
            shown(&reading, "nothing", &[]),
        ]);
    }

    #[test]
    fn only_the_rows_that_are_wanted_are_given() {
        let reading = reading();
        let query = |from, count| ChangesQuery {
            from,
            count,
            ..ChangesQuery::default()
        };
        let all = reading.rows(&query(0, u32::MAX));
        let part = reading.rows(&query(2, 2));
        assert_eq!(part.rows, all.rows[2..4]);
        assert_eq!(part.total, all.total);
        assert!(reading.rows(&query(u32::MAX, 2)).rows.is_empty());
    }

    #[test]
    fn what_is_measured_is_told_at_once() {
        let reading = reading();
        let state = reading.state();
        assert_eq!((state.borrow().files, state.borrow().unmeasured), (5, 5));
        reading.change(|found| {
            found.measured("/root/b.csv", 7, UnixMillis(2), false);
        });
        assert_eq!(
            (state.borrow().size, state.borrow().unmeasured),
            (Bytes(7), 4)
        );
        reading.finish(None);
        assert!(state.borrow().measured);
    }
}
