//! Another program's window beside Slipway's, as a file manager is one: files can be dragged out of it, and it copies
//! what is dropped on it. This test program starts itself once more to be it, since GTK lives in one thread of a
//! process, and a drag between two programs needs two.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use gtk::gdk::DragAction;
use gtk::gdk::ModifierType;
use gtk::glib::{filename_from_uri, filename_to_uri};
use gtk::prelude::*;
use slipway_testbed::process;

use crate::driver::{SOON, Window};

const GIVES: &str = "SLIPWAY_SHELF_GIVES";
const TAKES: &str = "SLIPWAY_SHELF_TAKES";
const AT: &str = "SLIPWAY_SHELF_AT";
/// Its size on the screen.
const WIDE: i32 = 300;
const TALL: i32 = 300;

/// The other program, while it runs.
pub struct Shelf {
    program: Child,
    at: i32,
}

impl Shelf {
    /// Shows it at this distance from the screen's left. `gives` is what can be dragged out of it, `takes` the folder
    /// into which it copies.
    pub fn start(window: &Window, at: i32, gives: &Path, takes: &Path) -> Self {
        let own = std::env::current_exe().expect("this program has a path");
        let program = process::command(own)
            .args(["shelf::another_program", "--exact", "--ignored"])
            .env("DISPLAY", window.display.name())
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env(GIVES, gives)
            .env(TAKES, takes)
            .env(AT, at.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program starts again");
        process::wait_for(SOON, || takes.join(".ready").exists().then_some(()))
            .expect("the other window is shown");
        Self { program, at }
    }

    /// Its middle on the screen.
    pub fn middle(&self) -> (i32, i32) {
        (self.at + WIDE / 2, TALL / 2)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // One that has ended already is what was wanted.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
#[ignore = "the window of another program, which the journeys start"]
fn another_program() {
    let (Some(gives), Some(takes)) = (std::env::var_os(GIVES), std::env::var_os(TAKES)) else {
        return;
    };
    let (gives, takes) = (PathBuf::from(gives), PathBuf::from(takes));
    let at = std::env::var(AT).ok().and_then(|at| at.parse().ok());
    gtk::init().expect("there is a display");
    let window = gtk::Window::new(gtk::WindowType::Popup);
    window.set_default_size(WIDE, TALL);
    window.move_(at.unwrap_or(0), 0);
    let shelf = gtk::EventBox::new();
    shelf.add(&gtk::Label::new(Some("Another program")));
    window.add(&shelf);

    shelf.drag_source_set(ModifierType::BUTTON1_MASK, &[], DragAction::COPY);
    shelf.drag_source_add_uri_targets();
    shelf.connect_drag_data_get(move |_, _, data, _, _| {
        let address = filename_to_uri(&gives, None).expect("a path has an address");
        data.set_uris(&[&address]);
    });

    shelf.drag_dest_set(gtk::DestDefaults::ALL, &[], DragAction::COPY);
    shelf.drag_dest_add_uri_targets();
    let held = takes.join(".held");
    shelf.connect_drag_motion(move |_, _, _, _, _| {
        std::fs::write(&held, "").expect("a mark can be written");
        false
    });
    let ready = takes.join(".ready");
    shelf.connect_drag_data_received(move |_, _, _, _, data, _, _| {
        for address in data.uris() {
            let (from, _) = filename_from_uri(&address).expect("an address of a file");
            copy(&from, &takes);
        }
    });
    window.show_all();
    std::fs::write(ready, "").expect("a mark can be written");
    gtk::main();
}

/// With everything in it.
fn copy(from: &Path, into: &Path) {
    let to = into.join(from.file_name().expect("it has a name"));
    if from.is_dir() {
        std::fs::create_dir(&to).expect("a folder can be made");
        for entry in std::fs::read_dir(from).expect("a folder can be read") {
            copy(&entry.expect("an entry").path(), &to);
        }
    } else {
        std::fs::copy(from, &to).expect("a file can be copied");
    }
}
