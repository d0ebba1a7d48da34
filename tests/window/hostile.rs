//! A volume full of files that mean harm, looked through in the real window by keyboard, on an engine that reaches no
//! registry: every one is opened, none acts. What acting would be is watched from three sides: a mark on `window`, the
//! page's own reports of what its policy kept from running or loading, and a server that nobody may ask.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use slipway_testbed::hostile::{self, HostileFile};
use slipway_testbed::{Bed, http_get, process};

use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};

pub const DOWN: char = '\u{e015}';
const VOLUME: &str = "hostile-vol";

#[tokio::test]
async fn nothing_in_a_hostile_volume_acts_and_no_registry_is_needed() {
    let turn = turn().await;
    let canary = Canary::start();
    let mut files = hostile::files(&canary.address);
    fill(&turn, &files);
    for (name, says) in [
        (
            "outside",
            "This link leads nowhere, in a circle, or out of this volume",
        ),
        ("pipe", "This is a named pipe"),
    ] {
        files.push(HostileFile {
            name: name.as_bytes().to_vec(),
            shown: name.to_owned(),
            bytes: Vec::new(),
            says: says.to_owned(),
        });
    }
    let _cut = Cut::begin(turn.bed);

    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.evaluate(WATCH).await;
    window.go("#/volumes").await;
    window.read(VOLUME, SOON).await;
    window.press(VOLUME).await;
    window.see_within(".frow__name", LAUNCHED).await;
    let page = window.evaluate("return location.href.split('#')[0]").await;

    // Row by row with the arrow, from the first one on, until it goes no further.
    window.focus_first_row().await;
    let mut met = BTreeSet::new();
    loop {
        let name = window.selected().await;
        let file = files.iter().find(|file| file.shown == name);
        let Some(file) = file else {
            window
                .fail(&format!("“{name}” is the name of no file"))
                .await
        };
        window.shows(file).await;
        window.assert_harmless(&name).await;
        if matches!(name.as_str(), "scripts.ipynb" | "formulas.csv") {
            let findings = window.accessibility_findings().await;
            assert!(findings.is_empty(), "{name}: {findings:#?}");
            window.picture(&format!("hostile-{}", name.replace('.', "-")));
        }
        if !met.insert(name) {
            break;
        }
        window.chord(&[DOWN]).await;
    }
    let all: BTreeSet<String> = files.iter().map(|file| file.shown.clone()).collect();
    assert_eq!(met, all, "every file was opened");

    // What stands in the files is found by a search, and shown as harmlessly.
    window.fill("Search in here", "nothing but its name").await;
    window.press_radio("Contents").await;
    window.read("17 hits", LAUNCHED).await;
    window.read("two␊lines.txt", SOON).await;
    window.assert_harmless("a search").await;

    assert_eq!(canary.asked(), Vec::<String>::new(), "no server was asked");
    assert!(window.browser.opened().is_empty(), "no browser was called");
    assert_eq!(
        window.evaluate("return location.href.split('#')[0]").await,
        page,
        "the page is the one that it was"
    );
    let windows = window.client.windows().await.expect("windows are listed");
    assert_eq!(windows.len(), 1, "no other window has opened");
    // Had anybody asked, it would be known.
    let _ = http_get(&format!("{}/proof", canary.address));
    assert_eq!(canary.asked(), ["GET /proof HTTP/1.1"]);
    window.close().await;
}

#[tokio::test]
async fn an_address_in_a_hostile_document_is_seen_before_it_is_opened() {
    let turn = turn().await;
    let canary = Canary::start();
    let files: Vec<HostileFile> = hostile::files(&canary.address)
        .into_iter()
        .filter(|file| file.name == b"notes.md")
        .collect();
    fill(&turn, &files);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.evaluate(WATCH).await;
    window.go(&format!("#/volume/{VOLUME}")).await;
    window.see_within(".frow__name", LAUNCHED).await;
    window.focus_first_row().await;
    window.read("Notes on the harbour", LAUNCHED).await;
    let links = window.evaluate(LINKS).await;
    assert_eq!(
        links,
        json!(["The harbour's page"]),
        "what is no web address is no link"
    );
    window.press("The harbour's page").await;
    window.read("Open this address in the browser?", SOON).await;
    window.read(&format!("{}/page", canary.address), SOON).await;
    window.press("Stay here").await;
    assert!(window.browser.opened().is_empty(), "nothing opens unasked");
    window.press("The harbour's page").await;
    window.press("Open in the browser").await;
    let opened = window.browser.wait_for_url(SOON);
    assert_eq!(
        opened.map(|opened| opened.url),
        Some(format!("{}/page", canary.address)),
        "the browser gets the address that was shown"
    );
    window.assert_harmless("a followed link").await;
    assert_eq!(
        canary.asked(),
        Vec::<String>::new(),
        "only a browser would ask"
    );
    window.close().await;
}

/// Puts the files into a volume, with a link out of it and a pipe.
fn fill(turn: &Turn, files: &[HostileFile]) {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    for file in files {
        let name = Path::new(std::ffi::OsStr::from_bytes(&file.name));
        std::fs::write(folder.path().join(name), &file.bytes).expect("Linux takes any name");
    }
    let mount = format!("{VOLUME}:/work");
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "hostile",
        "--network",
        "none",
        "--volume",
        &mount,
        "slipway/webapp:1",
    ]);
    // The client's own copying changes names that are no UTF-8.
    let mut pack = process::command("tar")
        .args(["--create", "--file", "-", "--directory"])
        .arg(folder.path())
        .arg(".")
        .stdout(Stdio::piped())
        .spawn()
        .expect("tar starts");
    let archive = pack.stdout.take().expect("tar writes");
    let copied = turn
        .bed
        .docker_command(&["cp", "-", "hostile:/work"])
        .expect("there is a docker client")
        .stdin(archive)
        .status()
        .expect("the client starts");
    assert!(
        copied.success() && pack.wait().expect("tar ends").success(),
        "the files are there"
    );
    if files.len() > 1 {
        let more = "cd /work && ln -s /etc/passwd outside && mkfifo pipe";
        turn.docker(&["exec", "hostile", "/bin/busybox", "sh", "-c", more]);
    }
}

/// No registry can be reached, and the engine has nothing of ours, until this ends.
struct Cut<'a>(&'a Bed);

impl<'a> Cut<'a> {
    fn begin(bed: &'a Bed) -> Self {
        let ours = [
            "images",
            "--quiet",
            "--filter",
            "reference=slipway/porthole",
        ];
        for image in bed.docker(&ours).expect("the client lists").lines() {
            bed.docker(&["rmi", "--force", image])
                .expect("the image goes");
        }
        bed.registry().cut();
        let cut = Self(bed);
        assert!(
            bed.docker(&["pull", "slipway/exits:1"]).is_err(),
            "no registry is reached"
        );
        cut
    }
}

impl Drop for Cut<'_> {
    fn drop(&mut self) {
        self.0.registry().restore();
    }
}

/// A server that nobody may ask, and what it was asked.
struct Canary {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&asked);
        // It ends with the process: a thread that waits costs nothing.
        std::thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let mut line = String::new();
                // Whoever only connects has asked as well.
                let _ = client
                    .set_read_timeout(Some(Duration::from_secs(2)))
                    .and_then(|()| BufReader::new(&client).read_line(&mut line));
                seen.lock()
                    .expect("nobody panics with it")
                    .push(line.trim_end().to_owned());
                let _ = client.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
            }
        });
        Self {
            address: format!("http://127.0.0.1:{port}"),
            asked,
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics with it").clone()
    }
}

/// Notes what the page's policy keeps from running and loading, from now on.
pub const WATCH: &str = r"
window.kept = [];
document.addEventListener('securitypolicyviolation', (event) => window.kept.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
window.scripts = document.querySelectorAll('script').length;
";

/// What on the page could act, and is not ours: nothing, where files are only shown.
const ACTING: &str = r"
const found = [];
if (window.ran !== undefined || Object.prototype.ran !== undefined) found.push('a script ran');
found.push(...window.kept.map((what) => `the policy kept ${what} away`));
if (document.querySelectorAll('script').length !== window.scripts) found.push('there is a script more');
for (const element of document.querySelectorAll('iframe, frame, object, embed, base, meta[http-equiv=refresh], video, audio, foreignObject, animate, set, math, body form[action]')) found.push(element.outerHTML.slice(0, 200));
const allowed = (element, value) => {
    if (element.localName === 'a') return /^#/.test(value);
    if (element.localName === 'img') return /^(blob:|data:image\/|\/|\.\/)/.test(value);
    return /^(#|\/|\.\/)/.test(value) || value.startsWith(location.origin);
};
for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
        if (/^on/i.test(name)) found.push(`<${element.localName} ${name}=${value.slice(0, 100)}>`);
        if (/^(src|srcset|href|xlink:href|action|formaction|data|poster|ping|background)$/i.test(name) && !allowed(element, value)) found.push(`<${element.localName} ${name}=${value.slice(0, 100)}>`);
        if (name === 'style' && /url\(/i.test(value)) found.push(`<${element.localName} ${name}=${value.slice(0, 100)}>`);
    }
}
return found;
";

const SELECTED: &str = "return document.querySelector('.frow[aria-selected=true] .frow__name')?.textContent.trim() ?? null";

/// The file that is shown, once it is shown whole; its end is brought into view.
const SHOWN: &str = r"
const pane = document.querySelector('.vol__right');
const main = pane?.querySelector('.pv-main');
if (!main || main.getAttribute('aria-busy') === 'true' || main.querySelector('[class*=skeleton]')) return null;
const text = `${pane.querySelector('.pv-cautions')?.innerText ?? ''}\n${main.innerText}\n${[...main.querySelectorAll('.visually-hidden')].map((e) => e.textContent).join('\n')}`;
return { name: pane.querySelector('.pv-head__name')?.textContent.trim(), text };
";
const END: &str = r"
for (const element of document.querySelectorAll('.vol__right *')) if (element.scrollHeight > element.clientHeight + 1) element.scrollTop = element.scrollHeight;
";
const LINKS: &str = "return [...document.querySelectorAll('.vol__right a, .vol__right .doc-link')].map((e) => e.textContent.trim())";

impl Window {
    /// Gives the focus to the first row of the files, which opens it.
    async fn focus_first_row(&self) {
        self.evaluate(
            "document.querySelector('.frow').click(); document.querySelector('.frow').focus()",
        )
        .await;
    }

    /// The name in the row that is chosen.
    async fn selected(&self) -> String {
        match self.evaluate(SELECTED).await {
            Value::String(name) => name,
            _ => self.fail("no row is chosen").await,
        }
    }

    /// Waits until this file is shown with what it says, and goes to its end.
    async fn shows(&self, file: &HostileFile) {
        let end = tokio::time::Instant::now() + LAUNCHED;
        loop {
            let shown = self.evaluate(SHOWN).await;
            let text = shown["text"]
                .as_str()
                .unwrap_or_default()
                .replace('\u{a0}', " ");
            if shown["name"] == file.shown && text.contains(&file.says) {
                break;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("{} never says “{}”", file.shown, file.says))
                    .await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        self.evaluate(END).await;
    }

    /// Asserts that nothing of a file has become a part of the page that could act.
    pub async fn assert_harmless(&self, what: &str) {
        // What a script would set off has had its turn: two drawings later.
        self.client
            .execute_async("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))", vec![])
            .await
            .expect("the window answers");
        let found = self.evaluate(ACTING).await;
        assert_eq!(found, json!([]), "{what} is only shown");
    }
}
