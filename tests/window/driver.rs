//! The real window under Xvfb, driven through WebDriver, with a home, a keyring and a browser of its own.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use slipway_testbed::{BrowserCatch, Display, SecretService, process};

/// How long a screen may take to show something that does not depend on the engine.
pub const SOON: Duration = Duration::from_secs(15);
/// How long a lab may take to be downloaded, started and answer, on two busy processors.
pub const LAUNCHED: Duration = Duration::from_mins(3);

/// What a window is started with.
pub struct Setting {
    pub docker_host: String,
    pub width: u32,
    pub height: u32,
    pub keyring: bool,
    /// Pixels of the screen beside the window, for the windows of other programs.
    pub beside: u32,
    /// A home that an earlier window left behind.
    pub home: Option<SecretService>,
}

impl Setting {
    /// The usual window over this engine.
    pub fn over(docker_host: String) -> Self {
        Self {
            docker_host,
            width: 1280,
            height: 800,
            keyring: true,
            beside: 0,
            home: None,
        }
    }
}

/// An open window.
pub struct Window {
    pub client: Client,
    pub browser: BrowserCatch,
    pub display: Display,
    pub service: SecretService,
    driver: Group,
}

impl Window {
    /// Opens the window and waits for its first screen.
    pub async fn open(setting: Setting) -> Self {
        let display =
            Display::start(setting.width + setting.beside, setting.height).expect("Xvfb starts");
        let service = setting.home.unwrap_or_else(|| {
            if setting.keyring {
                SecretService::start()
            } else {
                SecretService::start_locked_out()
            }
            .expect("a private session starts")
        });
        let browser = BrowserCatch::new().expect("the browser can be caught");
        let port = free_port();
        let mut command = process::command("WebKitWebDriver");
        command
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .envs(service.environment())
            .env("DISPLAY", display.name())
            .env("PATH", browser.path_variable())
            .env("DOCKER_HOST", &setting.docker_host)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .env("LANG", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let driver = command
            .spawn()
            .expect("WebKitWebDriver starts; it is in the package webkit2gtk-driver");
        process::wait_for(SOON, || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        })
        .expect("WebKitWebDriver listens");
        let capabilities =
            json!({ "webkitgtk:browserOptions": { "binary": program(), "args": [] } });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is an object")
        };
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the window opens");
        client
            .set_window_rect(0, 0, setting.width, setting.height)
            .await
            .expect("the window takes its size");
        let window = Self {
            client,
            browser,
            display,
            service,
            driver: Group(driver),
        };
        window.see("h1").await;
        window
    }

    /// Waits for an element.
    pub async fn see(&self, css: &str) -> Element {
        self.see_within(css, SOON).await
    }

    /// Waits for an element, that long.
    pub async fn see_within(&self, css: &str, limit: Duration) -> Element {
        match self
            .client
            .wait()
            .at_most(limit)
            .for_element(Locator::Css(css))
            .await
        {
            Ok(element) => element,
            Err(error) => self.give_up(&format!("{css} never appeared: {error}")),
        }
    }

    /// Waits until the page's text contains this.
    pub async fn read(&self, text: &str, limit: Duration) {
        let end = tokio::time::Instant::now() + limit;
        loop {
            let page = self.text().await;
            if page.contains(text) {
                return;
            }
            if tokio::time::Instant::now() > end {
                self.give_up(&format!("“{text}” never appeared; the page says:\n{page}"))
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// All visible text.
    pub async fn text(&self) -> String {
        self.evaluate("return document.body.innerText")
            .await
            .as_str()
            .unwrap_or_default()
            .replace('\u{a0}', " ")
    }

    /// The button, link, tab or field that assistive technology would call by this name, when it can be used.
    pub async fn named(&self, selector: &str, name: &str) -> Element {
        let end = tokio::time::Instant::now() + SOON;
        loop {
            let found = self
                .client
                .execute(NAMED, vec![json!(selector), json!(name)])
                .await
                .ok()
                .filter(|value| !value.is_null())
                .and_then(|value| serde_json::from_value::<Value>(value).ok());
            if found.is_some() {
                return self.see("[data-found]").await;
            }
            if tokio::time::Instant::now() > end {
                let page = self.text().await;
                self.give_up(&format!(
                    "no {selector} named “{name}”; the page says:\n{page}"
                ));
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// Clicks the button or link of this name, as a person would: once nothing lies over it any more, and where it came to
    /// lie after what stands above it has changed.
    pub async fn press(&self, name: &str) {
        let end = tokio::time::Instant::now() + SOON;
        loop {
            let element = self
                .named(
                    "button, a, summary, [role=menuitem], [role=tab], [role=switch]",
                    name,
                )
                .await;
            let Err(error) = element.click().await else {
                return;
            };
            let passes = matches!(&error, CmdError::Standard(told) if told.error == ErrorStatus::ElementClickIntercepted)
                || error.is_stale_element_reference()
                || error.is_element_not_interactable();
            if !passes || tokio::time::Instant::now() > end {
                let over = self.evaluate(OVER).await;
                self.give_up(&format!(
                    "“{name}” cannot be clicked, {over} lies over it: {error}"
                ));
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// Chooses the radio button, checkbox or switch of this name.
    pub async fn press_radio(&self, name: &str) {
        let element = self.named("input[type=radio], input[type=checkbox], [role=switch], [role=radio], .segmented button, .segmented label", name).await;
        // The native input may lie under its drawing; its label is what a person hits.
        self.client
            .execute(
                "const e = document.querySelector('[data-found]'); (e.labels?.[0] ?? e).click()",
                vec![],
            )
            .await
            .expect("it can be chosen");
        drop(element);
    }

    /// Replaces what stands in the field of this name.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.named("input, textarea", name).await;
        field.click().await.expect("the field takes the focus");
        self.evaluate("document.querySelector('[data-found]').select()")
            .await;
        field.send_keys(text).await.expect("keys arrive");
    }

    /// Types keys to whatever has the focus.
    pub async fn keys(&self, keys: &str) {
        self.client
            .active_element()
            .await
            .expect("something has the focus")
            .send_keys(keys)
            .await
            .expect("keys arrive");
    }

    /// Runs a script in the page.
    pub async fn evaluate(&self, script: &str) -> Value {
        match self.client.execute(script, vec![]).await {
            Ok(value) => value,
            Err(error) => self.give_up(&format!("a script failed: {error}")),
        }
    }

    /// A picture of the display, kept under `target/pictures`.
    pub fn picture(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
        std::fs::create_dir_all(&folder).expect("the folder for pictures");
        let path = folder.join(format!("{name}.png"));
        self.display
            .capture(&path)
            .expect("the display can be captured");
        path
    }

    /// The serious findings of axe-core on the page as it is now.
    pub async fn accessibility_findings(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js"),
        )
        .expect("axe-core is installed in ui");
        self.evaluate(&axe).await;
        let script = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then((r) => done(r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join('; '))))";
        let findings = self
            .client
            .execute_async(script, vec![])
            .await
            .expect("axe runs in the window");
        serde_json::from_value(findings).expect("findings are texts")
    }

    /// Closes the window; gives back the home, for the next one.
    pub async fn close(self) -> SecretService {
        self.client.close().await.expect("the window closes");
        drop(self.driver);
        self.service
    }

    /// Fails the test, with what was on screen.
    pub async fn fail(&self, why: &str) -> ! {
        let page = self.text().await;
        self.give_up(&format!("{why}; the page says:\n{page}"))
    }

    /// Fails the test, with a picture of what was on screen.
    fn give_up(&self, why: &str) -> ! {
        let picture = self.picture("failure");
        panic!("{why}\nSee {}", picture.display());
    }
}

/// What lies over the marked element, as its tag and classes.
const OVER: &str = r"
const at = document.querySelector('[data-found]')?.getBoundingClientRect();
const over = at && document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
return over ? `${over.tagName} ${over.className}: ${over.textContent.slice(0, 80)}` : 'nothing'
";

/// Marks the element of that accessible name with `data-found`, if there is one that can be used.
const NAMED: &str = r"
const [selector, name] = arguments;
document.querySelectorAll('[data-found]').forEach((e) => e.removeAttribute('data-found'));
const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const byIds = (ids) => ids.split(/\s+/).map((id) => words(document.getElementById(id)?.textContent)).join(' ');
const named = (e) => {
    if (e.hasAttribute('aria-labelledby')) return byIds(e.getAttribute('aria-labelledby'));
    if (e.hasAttribute('aria-label')) return words(e.getAttribute('aria-label'));
    if (e.labels?.length) return words(e.labels[0].textContent);
    return words(e.textContent);
};
const visible = (e) => e.getClientRects().length > 0 && !e.disabled;
const open = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
const all = [...open.querySelectorAll(selector)].filter(visible);
// What is in an open menu lies over the rest.
const offered = all.filter((e) => e.closest('[role=menu]') !== null);
const found = offered.find((e) => named(e) === name) ?? offered.find((e) => named(e).startsWith(name)) ?? all.find((e) => named(e) === name) ?? all.find((e) => named(e).startsWith(name)) ?? all.find((e) => named(e).includes(name));
if (!found) return null;
found.setAttribute('data-found', '');
found.scrollIntoView({ block: 'nearest' });
return true;
";

/// The program that cargo has built for these tests, or the one that is to be measured.
fn program() -> String {
    std::env::var("SLIPWAY_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_slipway").to_owned())
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

/// A process group of our own: the driver and the window that it started.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // A group that is gone already is what was wanted.
        let _ = process::command("kill")
            .args(["-TERM", "--", &format!("-{}", self.0.id())])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}
