//! Files of this computer that are held over the window and dropped on it.
//!
//! The web view sees no paths of such files, and must not: the page learns how many are held and where,
//! and of a drop its number and the names. It asks by the number, so that a page never says what lies at
//! which path of this computer. What is told is a state and no event, because streams are hints: the
//! last drop stands in it until the next one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;
use specta::Type;
use tauri::{DragDropEvent, PhysicalPosition};
use tokio::sync::watch;

use crate::commands::CommandResult;

/// So many names of a drop are told; more are only counted.
const NAMED: usize = 20;

/// What is going on with files of this computer over the window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DropState {
    /// Files are held over the window.
    pub held: Option<HeldFiles>,
    /// The last drop. A new one has a new number.
    pub dropped: Option<DroppedFiles>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeldFiles {
    /// Files and folders.
    pub count: u32,
    /// In the page's own pixels.
    pub x: i32,
    pub y: i32,
    /// They were dragged out of this window, and are back.
    pub own: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DroppedFiles {
    /// Names the drop, until it is taken or something else is dropped.
    pub number: u32,
    /// Files and folders.
    pub count: u32,
    /// The first of their names, as they can be shown.
    pub names: Vec<String>,
    pub x: i32,
    pub y: i32,
    /// They were dragged out of this window.
    pub own: bool,
}

/// The drag of this moment, and the drop that nobody has taken yet.
#[derive(Default)]
pub struct Drops {
    kept: Mutex<Kept>,
    state: watch::Sender<DropState>,
}

#[derive(Default)]
struct Kept {
    last: u32,
    waiting: Option<(u32, Vec<PathBuf>)>,
}

impl Drops {
    /// Takes in what the window heard. `scale` is how many of its pixels are one of the page's; `own` says which
    /// files were dragged out of it.
    pub fn hear(&self, event: &DragDropEvent, scale: f64, own: impl Fn(&[PathBuf]) -> bool) {
        match event {
            DragDropEvent::Enter { paths, position } => {
                let (x, y) = on_the_page(*position, scale);
                self.hold(Some(HeldFiles {
                    count: count(paths),
                    x,
                    y,
                    own: own(paths),
                }));
            }
            DragDropEvent::Over { position } => {
                let (x, y) = on_the_page(*position, scale);
                let before = self.state.borrow().held;
                // What is held over the window without paths is no file.
                self.hold(before.map(|held| HeldFiles { x, y, ..held }));
            }
            DragDropEvent::Drop { paths, position } => {
                let (x, y) = on_the_page(*position, scale);
                self.keep(paths.clone(), x, y, own(paths));
            }
            _ => self.hold(None),
        }
    }

    /// Follows what is held and dropped.
    pub fn follow(&self) -> watch::Receiver<DropState> {
        self.state.subscribe()
    }

    /// What was dropped, once.
    ///
    /// # Errors
    /// `Gone` where it was taken already, or something else was dropped since.
    pub fn take(&self, drop: u32) -> CommandResult<Vec<PathBuf>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.waiting.take() {
            Some((number, paths)) if number == drop => Ok(paths),
            other => {
                kept.waiting = other;
                Err(
                    Problem::new(ProblemKind::Gone, "What was dropped is not known any more.")
                        .hint("Drop it again."),
                )
            }
        }
    }

    /// Remembers a drop, and forgets the one before it: there is one pointer, and one drop at a time.
    fn keep(&self, paths: Vec<PathBuf>, x: i32, y: i32, own: bool) {
        let dropped = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.last = kept.last.wrapping_add(1);
            let dropped = DroppedFiles {
                number: kept.last,
                count: count(&paths),
                names: paths.iter().take(NAMED).map(|path| shown(path)).collect(),
                x,
                y,
                own,
            };
            kept.waiting = Some((kept.last, paths));
            dropped
        };
        self.state.send_replace(DropState {
            held: None,
            dropped: Some(dropped),
        });
    }

    fn hold(&self, held: Option<HeldFiles>) {
        self.state.send_if_modified(|state| {
            let other = state.held != held;
            state.held = held;
            other
        });
    }
}

fn count(paths: &[PathBuf]) -> u32 {
    u32::try_from(paths.len()).unwrap_or(u32::MAX)
}

/// A position in the page's pixels. Only Windows tells it in those of the screen (wry's handlers for
/// WebKit pass on what GTK and Cocoa say, which scale by themselves).
#[expect(
    clippy::cast_possible_truncation,
    reason = "a position on a screen; a float that is none becomes 0"
)]
fn on_the_page(position: PhysicalPosition<f64>, scale: f64) -> (i32, i32) {
    let scale = if cfg!(windows) && scale > 0.0 {
        scale
    } else {
        1.0
    };
    (
        (position.x / scale).round() as i32,
        (position.y / scale).round() as i32,
    )
}

/// The last name of a path. Signs that move what follows them, or cannot be seen, become one that can.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy()
        .chars()
        .map(|sign| {
            let turns = matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if sign.is_control() || turns {
                '\u{fffd}'
            } else {
                sign
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> PhysicalPosition<f64> {
        PhysicalPosition::new(x, y)
    }

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_drag_is_followed_until_it_leaves() {
        let drops = Drops::default();
        let state = drops.follow();
        drops.hear(
            &DragDropEvent::Enter {
                paths: paths(&["/home/a/x.csv", "/home/a/b"]),
                position: at(10.0, 20.4),
            },
            1.0,
            |_| false,
        );
        drops.hear(
            &DragDropEvent::Over {
                position: at(30.0, 40.0),
            },
            1.0,
            |_| false,
        );
        let held = state.borrow().held;
        assert_eq!(
            held,
            Some(HeldFiles {
                count: 2,
                x: 30,
                y: 40,
                own: false
            }),
            "the count is known from its beginning"
        );
        drops.hear(&DragDropEvent::Leave, 1.0, |_| false);
        assert_eq!(*state.borrow(), DropState::default(), "nothing is held");
        drops.hear(
            &DragDropEvent::Over {
                position: at(1.0, 1.0),
            },
            1.0,
            |_| false,
        );
        assert_eq!(state.borrow().held, None, "something that is no file");
    }

    #[test]
    fn a_drop_is_taken_once_and_only_by_its_number() {
        let drops = Drops::default();
        let state = drops.follow();
        let drop = |name: &str| {
            drops.hear(
                &DragDropEvent::Drop {
                    paths: paths(&[name]),
                    position: at(5.0, 6.0),
                },
                1.0,
                |paths| paths == [PathBuf::from("/tmp/two.csv")],
            );
            state.borrow().dropped.clone().expect("it is told")
        };
        let first = drop("/tmp/one\u{202e}\n.csv");
        assert_eq!(
            first.names,
            ["one\u{fffd}\u{fffd}.csv"],
            "a name plays no tricks"
        );
        let second = drop("/tmp/two.csv");
        assert_eq!(
            (first.own, second.own),
            (false, true),
            "what comes back is known"
        );
        assert!(
            drops.take(first.number).is_err(),
            "a newer drop takes its place"
        );
        assert_eq!(
            drops.take(second.number).expect("it is there"),
            paths(&["/tmp/two.csv"])
        );
        let again = drops.take(second.number).expect_err("it was taken");
        assert_eq!(again.kind, ProblemKind::Gone);
    }
}
