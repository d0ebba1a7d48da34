//! What a driver of a web view cannot do: the real pointer with its button held, the system's own dialogs, and asking
//! a window to close as a desktop does.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use slipway_testbed::process;

use crate::driver::{LAUNCHED, SOON, Window};

/// Between two steps of a hand.
const STEP: Duration = Duration::from_millis(60);

impl Window {
    /// What `xdotool` says; nothing where it finds nothing.
    fn hand(&self, arguments: &[&str]) -> String {
        let done = process::command("xdotool")
            .args(arguments)
            .env("DISPLAY", self.display.name())
            .output()
            .expect("xdotool starts; it is in the package of the same name");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// Moves the pointer there in a few steps, as a hand does.
    pub async fn point(&self, (x, y): (i32, i32)) {
        for (left, up) in [(9, 5), (4, 2), (1, 1), (0, 0)] {
            let (x, y) = ((x - left).to_string(), (y - up).to_string());
            self.hand(&["mousemove", &x, &y]);
            tokio::time::sleep(STEP).await;
        }
    }

    /// Holds the first button down.
    pub async fn hold(&self) {
        self.hand(&["mousedown", "1"]);
        tokio::time::sleep(STEP).await;
    }

    pub async fn let_go(&self) {
        self.hand(&["mouseup", "1"]);
        tokio::time::sleep(STEP).await;
    }

    /// Where the row of this name is on the screen.
    pub async fn row_at(&self, name: &str) -> (i32, i32) {
        let script = "const row = [...document.querySelectorAll('.frow')].find((one) => one.querySelector('.frow__name')?.textContent.trim() === arguments[0])?.querySelector('.frow__name').getBoundingClientRect(); return row ? [Math.round(row.left + 60), Math.round(row.top + row.height / 2)] : null";
        let end = tokio::time::Instant::now() + SOON;
        loop {
            let place = self
                .client
                .execute(script, vec![json!(name)])
                .await
                .expect("the page can be asked");
            if let Ok(place) = serde_json::from_value::<(i32, i32)>(place) {
                return place;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("{name} is no row")).await;
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Chooses this path in the system's own dialog of that title.
    pub async fn choose_in_dialog(&self, title: &str, path: &Path) {
        let dialog = self.dialog(title).await;
        self.hand(&["windowfocus", "--sync", &dialog]);
        // A path is typed where one begins with its first sign.
        self.hand(&["key", "--clearmodifiers", "slash"]);
        tokio::time::sleep(STEP * 8).await;
        let path = path.to_string_lossy();
        self.hand(&["type", "--delay", "25", path.trim_start_matches('/')]);
        tokio::time::sleep(STEP * 8).await;
        // What the dialog has added by itself, which is marked.
        self.hand(&["key", "Delete"]);
        tokio::time::sleep(STEP * 2).await;
        self.picture("dialog");
        let end = tokio::time::Instant::now() + SOON;
        while self.dialogs(title).contains(&dialog) {
            self.hand(&["key", "Return"]);
            tokio::time::sleep(STEP * 8).await;
            if tokio::time::Instant::now() > end {
                self.fail(&format!("the dialog “{title}” stays")).await;
            }
        }
    }

    async fn dialog(&self, title: &str) -> String {
        let end = tokio::time::Instant::now() + SOON;
        loop {
            if let Some(dialog) = self.dialogs(title).pop() {
                // Shown, and ready to be typed into.
                tokio::time::sleep(STEP * 8).await;
                return dialog;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("no dialog “{title}” appeared")).await;
            }
            tokio::time::sleep(STEP).await;
        }
    }

    fn dialogs(&self, title: &str) -> Vec<String> {
        let title = format!("^{title}$");
        self.hand(&["search", "--onlyvisible", "--name", &title])
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Opens a menu and presses what stands in it. A menu closes when the list below it moves; then it is opened again.
    pub async fn press_in_menu(&self, menu: &str, item: &str) {
        let there = "return [...document.querySelectorAll('[role=menuitem]')].some((one) => one.textContent.trim().startsWith(arguments[0]))";
        let end = tokio::time::Instant::now() + SOON;
        loop {
            self.press(menu).await;
            let found = self.client.execute(there, vec![json!(item)]).await;
            if found.is_ok_and(|found| found == true) {
                return self.press(item).await;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("{item} is never in {menu}")).await;
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits until a script gives true.
    pub async fn until(&self, what: &str, script: &str) {
        self.until_of(what, script, "").await;
    }

    /// The same of a script that is told this.
    pub async fn until_of(&self, what: &str, script: &str, about: &str) {
        let end = tokio::time::Instant::now() + LAUNCHED;
        loop {
            let found = self.client.execute(script, vec![json!(about)]).await;
            if found.is_ok_and(|found| found == true) {
                return;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("never: {what} {about}")).await;
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Asks the window to close, as the cross in its corner does.
    pub fn ask_to_close(&self) {
        let window = self
            .dialogs("Slipway")
            .first()
            .and_then(|id| id.parse().ok())
            .expect("the window is found by its name");
        say_delete(self.display.name(), window).expect("the display can be spoken to");
    }

    /// Waits until the window is gone.
    pub async fn ended(&self) {
        let end = tokio::time::Instant::now() + SOON;
        while !self.dialogs("Slipway").is_empty() {
            assert!(
                tokio::time::Instant::now() < end,
                "the window stays; see {}",
                self.picture("failure").display()
            );
            tokio::time::sleep(STEP).await;
        }
    }
}

/// Sends `WM_DELETE_WINDOW` in the X protocol's own words, since no window manager is there to do it.
fn say_delete(display: &str, window: u32) -> std::io::Result<()> {
    let number = display.trim_start_matches(':');
    let mut server = UnixStream::connect(format!("/tmp/.X11-unix/X{number}"))?;
    // Little-endian, protocol 11.0, no authorization.
    server.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
    let mut head = [0; 8];
    server.read_exact(&mut head)?;
    let mut rest = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
    server.read_exact(&mut rest)?;
    let protocols = atom(&mut server, "WM_PROTOCOLS")?;
    let delete = atom(&mut server, "WM_DELETE_WINDOW")?;
    let mut request = vec![25, 0, 11, 0];
    request.extend(window.to_le_bytes());
    request.extend([0; 4]);
    // A client message of 32-bit words.
    request.extend([33, 32, 0, 0]);
    for word in [window, protocols, delete, 0, 0, 0, 0] {
        request.extend(word.to_le_bytes());
    }
    server.write_all(&request)?;
    // Its answer says that everything before has been done.
    atom(&mut server, "WM_PROTOCOLS").map(|_| ())
}

fn atom(server: &mut UnixStream, name: &str) -> std::io::Result<u32> {
    let padded = name.len().next_multiple_of(4);
    let words = u16::try_from(2 + padded / 4).unwrap_or(u16::MAX);
    let mut request = vec![16, 0];
    request.extend(words.to_le_bytes());
    request.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    request.extend([0; 2]);
    request.extend(name.as_bytes());
    request.resize(8 + padded, 0);
    server.write_all(&request)?;
    let mut answer = [0; 32];
    server.read_exact(&mut answer)?;
    Ok(u32::from_le_bytes([
        answer[8], answer[9], answer[10], answer[11],
    ]))
}
