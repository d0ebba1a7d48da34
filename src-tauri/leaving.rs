//! Files of a place that are dragged out of the window.
//!
//! The page sees a pointer that leaves the window with rows held; the drag that another program can take is the
//! system's own and begins here, with files that `contents` has brought aside. The page knows them by a number,
//! as it does what is dropped on the window: what lies at which path of this computer stays here.
//!
//! On Linux the drag is GTK's, begun the same way in which the web view begins its own. Windows and macOS have
//! theirs, which nobody has tried here; there the page is told that there is none.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use slipway_contents::Dragged;
use specta::Type;
use tauri::{AppHandle, Runtime};
use tokio::sync::oneshot;

/// How a drag out of the window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DragEnd {
    /// Another program took the files.
    Dropped,
    /// Nobody took them.
    Nowhere,
    /// The button was let go before the drag could begin.
    LetGo,
    /// This system has no such drag, or refused it.
    Refused,
}

type Ended = oneshot::Sender<DragEnd>;

/// The files that lie ready, and what begins a drag of them.
pub struct Leaving {
    kept: Mutex<Kept>,
    begin: Arc<dyn Fn(Vec<PathBuf>, Ended) + Send + Sync>,
}

#[derive(Default)]
struct Kept {
    last: u32,
    ready: Option<(u32, Dragged)>,
    /// What the system drags at this moment, or dragged last.
    dragged: Vec<PathBuf>,
}

impl Leaving {
    /// Drags that begin at this app's window.
    pub fn of<R: Runtime>(app: &AppHandle<R>) -> Self {
        let app = app.clone();
        Self::begun_by(move |files, ended| system::begin(&app, files, ended))
    }

    /// Drags that begin as this says.
    pub fn begun_by(begin: impl Fn(Vec<PathBuf>, Ended) + Send + Sync + 'static) -> Self {
        Self {
            kept: Mutex::default(),
            begin: Arc::new(begin),
        }
    }

    /// Whether this system has such a drag.
    pub const fn is_there() -> bool {
        cfg!(target_os = "linux")
    }

    /// Keeps files until they are dragged, in the place of those before. Gives their number, and those that
    /// nobody asked for.
    pub fn keep(&self, dragged: Dragged) -> (u32, Option<Dragged>) {
        let mut kept = self.lock();
        kept.last = kept.last.wrapping_add(1);
        let number = kept.last;
        let before = kept.ready.replace((number, dragged));
        (number, before.map(|(_, dragged)| dragged))
    }

    /// What is kept under this number, once.
    pub fn take(&self, number: u32) -> Option<Dragged> {
        let mut kept = self.lock();
        match kept.ready.take() {
            Some((ready, dragged)) if ready == number => Some(dragged),
            other => {
                kept.ready = other;
                None
            }
        }
    }

    /// Begins the system's drag with the pointer's button held, and waits for its end.
    pub async fn drag(&self, files: Vec<PathBuf>) -> DragEnd {
        self.lock().dragged.clone_from(&files);
        let (ended, end) = oneshot::channel();
        (self.begin)(files, ended);
        end.await.unwrap_or(DragEnd::Refused)
    }

    /// Whether these are what was dragged out of the window last, and came back.
    pub fn are_ours(&self, paths: &[PathBuf]) -> bool {
        let kept = self.lock();
        !paths.is_empty() && paths.iter().all(|path| kept.dragged.contains(path))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::cell::{Cell, RefCell};
    use std::path::PathBuf;
    use std::rc::Rc;

    use gtk::gdk::{DragAction, ModifierType};
    use gtk::glib::{Propagation, SignalHandlerId, filename_to_uri};
    use gtk::prelude::*;
    use tauri::{AppHandle, Manager as _, Runtime};

    use super::{DragEnd, Ended};

    /// The first button of the mouse.
    const BUTTON: i32 = 1;

    pub fn begin<R: Runtime>(app: &AppHandle<R>, files: Vec<PathBuf>, ended: Ended) {
        let Some(window) = app.webview_windows().into_values().next() else {
            return;
        };
        let here = window.clone();
        let begun = window.run_on_main_thread(move || {
            if let Ok(window) = here.gtk_window() {
                drag(&window, &files, ended);
            }
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "a drag could not begin");
        }
    }

    fn drag(window: &gtk::ApplicationWindow, files: &[PathBuf], ended: Ended) {
        if !is_held(window) {
            // Nobody waits for an answer once the page is gone, here and below.
            let _ = ended.send(DragEnd::LetGo);
            return;
        }
        let addresses: Vec<String> = files
            .iter()
            .filter_map(|file| filename_to_uri(file, None).ok())
            .map(Into::into)
            .collect();
        let targets = gtk::TargetList::new(&[]);
        targets.add_uri_targets(0);
        let handlers: Rc<RefCell<Vec<SignalHandlerId>>> = Rc::default();
        let end = Rc::new(Cell::new(DragEnd::Dropped));
        let given = window.connect_drag_data_get(move |_, _, data, _, _| {
            let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
            data.set_uris(&addresses);
        });
        let failed = window.connect_drag_failed({
            let end = Rc::clone(&end);
            move |_, _, _| {
                end.set(DragEnd::Nowhere);
                // GTK shows how the files fly back.
                Propagation::Proceed
            }
        });
        let over = window.connect_drag_end({
            let handlers = Rc::clone(&handlers);
            let ended = Cell::new(Some(ended));
            move |window, _| {
                for handler in handlers.take() {
                    window.disconnect(handler);
                }
                if let Some(ended) = ended.take() {
                    let _ = ended.send(end.get());
                }
            }
        });
        handlers.borrow_mut().extend([given, failed, over]);
        let begun =
            window.drag_begin_with_coordinates(&targets, DragAction::COPY, BUTTON, None, -1, -1);
        match begun {
            Some(context) => context.drag_set_icon_default(),
            // With its handlers goes what would have answered.
            None => handlers
                .take()
                .into_iter()
                .for_each(|handler| window.disconnect(handler)),
        }
    }

    /// The button is down at this moment.
    fn is_held(window: &gtk::ApplicationWindow) -> bool {
        let pointer = WidgetExt::display(window)
            .default_seat()
            .and_then(|seat| seat.pointer());
        window
            .window()
            .zip(pointer)
            .is_some_and(|(window, pointer)| {
                let (_, _, _, held) = window.device_position(&pointer);
                held.contains(ModifierType::BUTTON1_MASK)
            })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::PathBuf;

    use tauri::{AppHandle, Runtime};

    use super::{DragEnd, Ended};

    pub fn begin<R: Runtime>(_app: &AppHandle<R>, _files: Vec<PathBuf>, ended: Ended) {
        // Nobody waits for an answer once the page is gone.
        let _ = ended.send(DragEnd::Refused);
    }
}
