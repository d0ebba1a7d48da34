//! Commands, failures and streams as a page meets them, without a display.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::{Value, json};
use slipway_app::{AppState, Dialogs, Wanted};
use slipway_engine::endpoint::Surroundings;
use slipway_testbed::FakeEngine;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, mock_builder, mock_context, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};

/// An app over an engine address, with a page and whatever is sent through its channels.
struct Page {
    _app: App<MockRuntime>,
    window: WebviewWindow<MockRuntime>,
    messages: mpsc::Receiver<Value>,
    _profiles: tempfile::TempDir,
}

impl Page {
    fn over(docker_host: &str) -> Self {
        Self::choosing(docker_host, |_| None)
    }

    /// The same, with a person who answers the system's dialogs like this.
    fn choosing(
        docker_host: &str,
        choose: impl Fn(Wanted) -> Option<PathBuf> + Send + Sync + 'static,
    ) -> Self {
        let profiles = tempfile::tempdir().expect("a temporary folder");
        let folder = profiles.path().join("labs");
        let surroundings = Surroundings {
            variables: [("DOCKER_HOST".to_owned(), docker_host.to_owned())].into(),
            home: None,
        };
        let (sender, messages) = mpsc::channel();
        let builder = mock_builder()
            .manage(Dialogs::answered_by(choose))
            .channel_interceptor(move |_, _, _, body| {
                if let tauri::ipc::InvokeResponseBody::Json(text) = body {
                    // The receiver goes with the test.
                    let _ = sender.send(serde_json::from_str(text).expect("messages are JSON"));
                }
                true
            });
        let state = tauri::async_runtime::block_on(async {
            AppState::new(surroundings, folder, slipway_vault::Vault::in_memory())
        });
        let builder = builder.manage(state).plugin(tauri_plugin_dialog::init());
        let app = slipway_app::attach(builder, |_| Ok(()))
            .build(mock_context(noop_assets()))
            .expect("the app builds");
        let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
            .build()
            .expect("a window");
        Self {
            _app: app,
            window,
            messages,
            _profiles: profiles,
        }
    }

    fn ask(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().expect("a URL"),
            body: InvokeBody::Json(arguments),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        tauri::test::get_ipc_response(&self.window, request)
            .map(|body| body.deserialize::<Value>().expect("answers are JSON"))
    }

    /// The next message, put together where it comes in pieces.
    fn message(&self) -> Value {
        let mut pieces = String::new();
        loop {
            let mut message = self
                .messages
                .recv_timeout(Duration::from_secs(20))
                .expect("a message arrives");
            let Some(piece) = message["piece"].as_str() else {
                return message;
            };
            pieces.push_str(piece);
            if message["last"] == true {
                message["payload"] = serde_json::from_str(&pieces).expect("the pieces are JSON");
                return message;
            }
        }
    }
}

#[test]
fn an_engine_that_is_away_is_a_sentence_and_never_an_empty_list() {
    let page = Page::over("unix:///nowhere/docker.sock");
    page.ask(
        "subscribe_inventory",
        json!({ "onUpdate": "__CHANNEL__:7" }),
    )
    .expect("a stream opens without an engine");
    let report = loop {
        let message = page.message();
        let report = message["payload"]["report"].clone();
        if report["status"]["state"] == "unavailable" {
            break report;
        }
    };
    let problem = &report["problems"][0];
    assert_eq!(
        problem["blocking"], true,
        "no lab can run, and the screen must say so: {report}"
    );
    assert!(
        problem["title"]
            .as_str()
            .is_some_and(|title| title.ends_with('.')),
        "the problem is a sentence: {problem}"
    );
    let failure = page
        .ask("try_engine", json!({}))
        .expect_err("there is nothing to try");
    assert_eq!(
        failure["kind"], "engineAway",
        "the page knows the kind: {failure}"
    );
    assert!(
        failure["title"].is_string() && failure["message"].is_string(),
        "and has words for it: {failure}"
    );
}

#[test]
fn messages_are_numbered_and_wait_for_acknowledgement() {
    let engine = FakeEngine::start().expect("a fake engine");
    let page = Page::over(&engine.docker_host());
    let id = page
        .ask("subscribe_labs", json!({ "onUpdate": "__CHANNEL__:9" }))
        .expect("a stream opens");
    let first = page.message();
    assert_eq!(first["number"], 1, "numbers begin with one: {first}");
    assert!(
        first["payload"]["labs"].is_array(),
        "the first message is the whole list: {first}"
    );
    let position = page
        .ask("stream_position", json!({ "subscription": id }))
        .expect("the stream is open");
    assert!(
        position.as_u64().is_some_and(|position| position >= 1),
        "the position tells a lost message: {position}"
    );
    page.ask("acknowledge", json!({ "subscription": id, "number": 1 }))
        .expect("acknowledgements are taken");
    page.ask("unsubscribe", json!({ "subscription": id }))
        .expect("a stream can be ended");
    let position = page
        .ask("stream_position", json!({ "subscription": id }))
        .expect("asking is no error");
    assert_eq!(position, Value::Null, "an ended stream has no position");
}

#[test]
fn a_lab_that_does_not_exist_is_said_to_be_gone() {
    let page = Page::over("unix:///nowhere/docker.sock");
    for command in [
        "open_lab",
        "start_lab",
        "stop_lab",
        "preview_delete",
        "reveal_password",
    ] {
        let failure = page
            .ask(command, json!({ "lab": "no-such-lab" }))
            .expect_err("there is no such lab");
        assert!(
            matches!(failure["kind"].as_str(), Some("gone" | "engineAway")),
            "{command} says what is missing: {failure}"
        );
    }
    assert_eq!(
        page.ask("fetch_launch", json!({ "lab": "no-such-lab" })),
        Ok(Value::Null),
        "no launch is no failure"
    );
}

/// A recipe as a person would get it from somebody.
const RECIPE: &str = r#"
schema = 1
id = "harbour"
name = "Harbour survey"
summary = "Counts ships"
category = "notebooks"
icon = "flask"
tint = 5
images = ["quay.io/jupyter/scipy-notebook"]

[[generations]]
port = 8888
answers = "JupyterLab"
command = ["start-notebook.py", "--ServerApp.terminals_enabled=False"]
"#;

#[test]
fn a_recipe_file_says_what_it_does_before_it_is_added_and_can_be_handed_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let chosen = Arc::new(Mutex::new(None));
    let answer = Arc::clone(&chosen);
    let page = Page::choosing("unix:///nowhere/docker.sock", move |_| {
        answer.lock().expect("nobody panicked").clone()
    });
    let choose = |path: Option<PathBuf>| *chosen.lock().expect("nobody panicked") = path;
    let recipes = || {
        let all = page.ask("list_recipes", json!({})).expect("tiles");
        let own = |tile: &&Value| tile["own"] == true;
        let tiles = all.as_array().expect("a list");
        tiles.iter().filter(own).cloned().collect::<Vec<_>>()
    };

    assert_eq!(
        page.ask("open_recipe", json!({})),
        Ok(Value::Null),
        "a dialog that was closed is no failure"
    );
    let given = folder.path().join("given.toml");
    std::fs::write(&given, RECIPE).expect("a file from elsewhere");
    choose(Some(given));
    let preview = page.ask("open_recipe", json!({})).expect("it is previewed");
    assert_eq!(preview["name"], "Harbour survey", "{preview}");
    let deeds = preview["does"].to_string();
    assert!(
        deeds.contains("scipy-notebook") && deeds.contains("terminals_enabled"),
        "image and command are said: {deeds}"
    );
    assert!(recipes().is_empty(), "looking adds nothing");

    let id = page
        .ask("add_recipe", json!({ "text": preview["text"] }))
        .expect("it is added");
    assert_eq!(recipes().len(), 1, "it is a tile of one's own");
    choose(Some(folder.path().join("shared.toml")));
    let path = page
        .ask("export_recipe", json!({ "recipe": id }))
        .expect("it is written");
    assert!(
        path.as_str()
            .is_some_and(|path| path.ends_with("shared.toml")),
        "the page learns where: {path}"
    );
    page.ask("remove_recipe", json!({ "recipe": id }))
        .expect("it goes");
    assert!(recipes().is_empty(), "and its tile with it");
    let again = page.ask("open_recipe", json!({})).expect("what was shared");
    assert_eq!(again["does"], preview["does"], "the file says the same");
}

#[test]
fn a_file_that_is_no_recipe_gets_one_sentence_and_adds_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files: [(&str, Vec<u8>); 6] = [
        ("empty.toml", Vec::new()),
        ("words.toml", b"not a recipe at all".to_vec()),
        ("picture.toml", vec![0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]),
        ("large.toml", vec![b'#'; (1 << 20) + 1]),
        (
            "newer.toml",
            RECIPE.replace("schema = 1", "schema = 99").into_bytes(),
        ),
        (
            "keys.toml",
            RECIPE
                .replace("tint = 5", "tint = 5\nhologram = true")
                .into_bytes(),
        ),
    ];
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        let page = Page::choosing("unix:///nowhere/docker.sock", move |_| Some(path.clone()));
        let failure = page
            .ask("open_recipe", json!({}))
            .expect_err("it is no recipe");
        assert!(
            failure["title"]
                .as_str()
                .is_some_and(|title| title.ends_with('.')),
            "{name} gets a sentence: {failure}"
        );
    }
    let missing = folder.path().join("no/such/file.toml");
    let page = Page::choosing("unix:///nowhere/docker.sock", move |_| {
        Some(missing.clone())
    });
    assert!(
        page.ask("open_recipe", json!({})).is_err(),
        "a file that went away meanwhile is said to be unreadable"
    );
}
