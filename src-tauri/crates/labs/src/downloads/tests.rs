use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// One request as a registry sees it.
#[derive(Clone, Debug)]
struct Request {
    method: String,
    path: String,
    /// In small letters.
    head: String,
}

struct Response {
    status: &'static str,
    headers: String,
    body: String,
    /// What the length says instead of the body's own.
    length: Option<usize>,
}

fn answer(status: &'static str, headers: impl Into<String>, body: impl ToString) -> Response {
    Response {
        status,
        headers: headers.into(),
        body: body.to_string(),
        length: None,
    }
}

fn ok(body: &Value) -> Response {
    answer(
        "200 OK",
        format!("Docker-Content-Digest: {}\r\n", digest(9)),
        body,
    )
}

fn digest(number: u8) -> String {
    format!("sha256:{}", format!("{number:02x}").repeat(32))
}

fn image(size: u64) -> Value {
    json!({ "schemaVersion": 2, "layers": [{ "digest": digest(1), "size": size }] })
}

/// A registry of this computer that answers as a test says, and remembers what it was asked.
struct Registry {
    address: String,
    asked: Arc<Mutex<Vec<Request>>>,
    /// How many questions were open at the same time at most.
    together: Arc<AtomicUsize>,
}

impl Registry {
    async fn start(answers: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (open, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (answers, seen, most) = (Arc::new(answers), Arc::clone(&asked), Arc::clone(&together));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                let (open, most) = (Arc::clone(&open), Arc::clone(&most));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
                            return;
                        }
                        head.push(byte[0]);
                    }
                    let now = open.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    // Others that may come at the same time have come by then, or the count is only smaller.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let mut words = head.split(' ').map(str::to_owned);
                    let request = Request {
                        method: words.next().unwrap_or_default(),
                        path: words.next().unwrap_or_default(),
                        head: head.to_lowercase(),
                    };
                    let response = answers(&request);
                    seen.lock().unwrap().push(request.clone());
                    open.fetch_sub(1, Ordering::SeqCst);
                    let length = response.length.unwrap_or(response.body.len());
                    let body = if request.method == "HEAD" {
                        ""
                    } else {
                        &response.body
                    };
                    let text = format!(
                        "HTTP/1.1 {}\r\n{}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}",
                        response.status, response.headers
                    );
                    let _ = stream.write_all(text.as_bytes()).await;
                });
            }
        });
        Self {
            address,
            asked,
            together,
        }
    }

    fn requests(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|request| format!("{} {}", request.method, request.path))
            .collect()
    }

    fn image(&self, name: &str) -> Asked {
        of(&format!("{}/{name}", self.address))
    }
}

fn of(reference: &str) -> Asked {
    Asked {
        reference: ImageReference::parse(reference).unwrap(),
        platform: Platform::wanted("linux/amd64", None).unwrap(),
        mirrors: Vec::new(),
    }
}

/// A day's moments in hours.
fn hour(number: i64) -> UnixMillis {
    UnixMillis(1_800_000_000_000 + number * 3_600_000)
}

fn nobody() -> (tempfile::TempDir, Downloads) {
    let folder = tempfile::tempdir().unwrap();
    let downloads = again(&folder);
    (folder, downloads)
}

/// As a Slipway that starts again finds it.
fn again(folder: &tempfile::TempDir) -> Downloads {
    Downloads::kept_in(folder.path().join("sizes.json"), Logins::default())
}

fn unknown(known: Option<Known>) -> String {
    match known {
        Some(Known::Unknown(why)) => why,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_size_is_asked_once_a_day_and_kept() {
    let registry = Registry::start(|_| ok(&image(42))).await;
    let (folder, downloads) = nobody();
    let asked = registry.image("team/lab:1.0");
    assert_eq!(downloads.known(&asked, hour(0)), None);
    let size = Some(Known::Size(42));
    for at in [hour(0), hour(23)] {
        assert_eq!(downloads.ask(&asked, Wish::Seen, at).await, size);
    }
    assert_eq!(registry.requests(), ["GET /v2/team/lab/manifests/1.0"]);

    let started_again = again(&folder);
    assert_eq!(started_again.known(&asked, hour(1)), size, "without asking");
    assert_eq!(
        started_again.ask(&asked, Wish::Chosen, hour(25)).await,
        size
    );
    assert_eq!(
        registry.requests()[1..],
        ["HEAD /v2/team/lab/manifests/1.0"],
        "that the tag leads to the same image is asked without counting"
    );
    assert_eq!(
        started_again.ask(&asked, Wish::Chosen, hour(48)).await,
        size
    );
    assert_eq!(registry.requests().len(), 2, "it holds for another day");
}

#[tokio::test]
async fn a_tag_that_was_moved_is_measured_anew() {
    let moved = Arc::new(AtomicUsize::new(1));
    let number = Arc::clone(&moved);
    let registry = Registry::start(move |_| {
        let number = number.load(Ordering::SeqCst);
        let headers = format!(
            "Docker-Content-Digest: {}\r\n",
            digest(u8::try_from(number).unwrap())
        );
        answer("200 OK", headers, image(number as u64 * 100))
    })
    .await;
    let (_folder, downloads) = nobody();
    let asked = registry.image("team/lab:latest");
    assert_eq!(
        downloads.ask(&asked, Wish::Seen, hour(0)).await,
        Some(Known::Size(100))
    );
    moved.store(2, Ordering::SeqCst);
    assert_eq!(
        downloads.ask(&asked, Wish::Seen, hour(30)).await,
        Some(Known::Size(200))
    );
    assert_eq!(
        downloads.ask(&asked, Wish::Seen, hour(-1)).await,
        Some(Known::Size(200)),
        "a clock that was set back asks again, and nothing breaks"
    );
}

#[tokio::test]
async fn without_its_registry_an_old_size_is_better_than_none() {
    let (folder, downloads) = nobody();
    let asked = {
        let registry = Registry::start(|_| ok(&image(42))).await;
        let asked = registry.image("team/lab:1.0");
        downloads.ask(&asked, Wish::Seen, hour(0)).await;
        asked
    };
    let away = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = of(&format!("{}/team/lab:1.0", away.local_addr().unwrap()));
    drop(away);
    let kept = again(&folder);
    assert_eq!(kept.known(&asked, hour(1_000)), Some(Known::Size(42)));
    let why = unknown(kept.ask(&nowhere, Wish::Chosen, hour(0)).await);
    assert!(
        why.starts_with("Its size is not known: 127.0.0.1:")
            && why.ends_with(" cannot be reached."),
        "{why}"
    );
    assert!(kept.known(&nowhere, hour(0)).is_some());
    assert_eq!(
        kept.known(&nowhere, hour(1)),
        None,
        "it may be there by then"
    );
}

#[tokio::test]
async fn an_index_leads_to_the_platform_s_own_image() {
    let registry = Registry::start(|request| {
        let entry = |number: u8, architecture: &str| {
            json!({ "digest": digest(number), "platform": { "os": "linux", "architecture": architecture } })
        };
        match request.path.rsplit('/').next().unwrap() {
            "2.0" => ok(&json!({ "schemaVersion": 2, "manifests": [entry(2, "amd64"), entry(3, "arm64")] })),
            own if own == digest(2) => ok(&image(200)),
            own if own == digest(3) => ok(&image(300)),
            _ => answer("404 Not Found", "", "{}"),
        }
    })
    .await;
    let (_folder, downloads) = nobody();
    let mut asked = registry.image("team/lab:2.0");
    let mut sizes = Vec::new();
    for platform in ["linux/amd64", "linux/arm64/v8", "linux/s390x"] {
        asked.platform = Platform::wanted(platform, None).unwrap();
        sizes.push(downloads.ask(&asked, Wish::Chosen, hour(0)).await);
    }
    assert_eq!(sizes[..2], [Some(Known::Size(200)), Some(Known::Size(300))]);
    let why = unknown(sizes.pop().unwrap());
    assert!(why.ends_with("has no image for linux/s390x."), "{why}");
    let nothing = registry.image("team/lab:3.0");
    let why = unknown(downloads.ask(&nothing, Wish::Chosen, hour(0)).await);
    assert!(
        why.ends_with("does not know this image or version."),
        "{why}"
    );
}

#[tokio::test]
async fn a_registry_that_is_asked_too_often_is_left_alone() {
    let registry =
        Registry::start(|_| answer("429 Too Many Requests", "Retry-After: 600\r\n", "slow down"))
            .await;
    let (_folder, downloads) = nobody();
    let (one, other) = (registry.image("a/b:1"), registry.image("c/d:1"));
    let why = unknown(downloads.ask(&one, Wish::Chosen, hour(0)).await);
    assert!(
        why.ends_with("has been asked too often, and is asked again in 10 minutes."),
        "{why}"
    );
    assert_eq!(
        unknown(downloads.ask(&other, Wish::Chosen, hour(0)).await),
        why,
        "all of its images wait"
    );
    assert_eq!(registry.requests().len(), 1);
    downloads.ask(&other, Wish::Chosen, hour(1)).await;
    assert_eq!(registry.requests().len(), 2, "and not for ever");
}

#[tokio::test]
async fn what_is_only_seen_is_spared_when_the_allowance_runs_low() {
    let registry = Registry::start(|_| {
        let headers = "ratelimit-limit: 100;w=21600\r\nratelimit-remaining: 40;w=21600\r\n";
        answer("200 OK", headers, image(7))
    })
    .await;
    let (_folder, downloads) = nobody();
    let size = Some(Known::Size(7));
    let (one, two) = (registry.image("a/b:1"), registry.image("c/d:1"));
    assert_eq!(downloads.ask(&one, Wish::Seen, hour(0)).await, size);
    assert_eq!(downloads.ask(&two, Wish::Seen, hour(0)).await, None);
    assert_eq!(registry.requests().len(), 1);
    assert_eq!(downloads.ask(&two, Wish::Chosen, hour(0)).await, size);
}

#[tokio::test]
async fn one_image_is_asked_about_once_and_few_at_a_time() {
    let registry = Registry::start(|_| ok(&image(7))).await;
    let (_folder, downloads) = nobody();
    let downloads = Arc::new(downloads);
    let asking: Vec<_> = (0..40)
        .map(|number| {
            let asked = registry.image(&format!("team/lab-{}:1", number % 10));
            let downloads = Arc::clone(&downloads);
            tokio::spawn(async move { downloads.ask(&asked, Wish::Seen, hour(0)).await })
        })
        .collect();
    for one in asking {
        assert_eq!(one.await.unwrap(), Some(Known::Size(7)));
    }
    assert_eq!(registry.requests().len(), 10);
    assert!(registry.together.load(Ordering::SeqCst) <= AT_ONCE);
}

#[tokio::test]
async fn answers_of_strangers_are_read_with_care() {
    let registry = Registry::start(|request| match request.path.split('/').nth(3).unwrap() {
        "giant" => answer("200 OK", "", " ".repeat(manifest::LARGEST + 1)),
        "liar" => ok(&image(u64::MAX)),
        "negative" => ok(&json!({ "schemaVersion": 2, "layers": [{ "digest": "x", "size": -5 }] })),
        "old" => ok(&json!({ "schemaVersion": 1, "fsLayers": [] })),
        "loop" => answer(
            "307 Temporary Redirect",
            format!("Location: {}\r\n", request.path),
            "",
        ),
        "clear" => answer("302 Found", "Location: http://192.0.2.1/v2/\r\n", ""),
        "page" => answer("200 OK", "Content-Type: text/html\r\n", "<html>"),
        "cut" => Response {
            length: Some(1_000),
            ..ok(&image(1))
        },
        _ => answer("500 Internal Server Error", "", "boom"),
    })
    .await;
    let (_folder, downloads) = nobody();
    let mut said = Vec::new();
    for name in [
        "giant", "liar", "negative", "old", "loop", "clear", "page", "cut", "broken",
    ] {
        let asked = registry.image(&format!("x/{name}:1"));
        let why = unknown(downloads.ask(&asked, Wish::Chosen, hour(0)).await);
        said.push(format!(
            "{name}: {}",
            why.replace(&registry.address, "REGISTRY")
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    giant: Its size is not known: REGISTRY gives an answer that cannot be read.
    liar: Its size is not known: REGISTRY gives an answer that cannot be read.
    negative: Its size is not known: REGISTRY gives an answer that cannot be read.
    old: Its size is not known: REGISTRY gives an answer that cannot be read.
    loop: Its size is not known: REGISTRY gives an answer that cannot be read.
    clear: Its size is not known: REGISTRY gives an answer that cannot be read.
    page: Its size is not known: REGISTRY gives an answer that cannot be read.
    cut: Its size is not known: REGISTRY cannot be reached.
    broken: Its size is not known: REGISTRY cannot be reached.
    ");
}

#[tokio::test]
async fn a_login_goes_to_the_registry_and_nobody_else() {
    let stranger = Registry::start(|_| ok(&image(5))).await;
    let elsewhere = stranger.address.clone();
    let registry = Registry::start(move |request| {
        let known = request
            .head
            .contains("authorization: basic ywrhomxvdmvsywnl");
        if !known {
            return answer(
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=\"lab\"\r\n",
                "{}",
            );
        }
        if request.path.contains("/moved/") {
            let to = format!("Location: http://{elsewhere}{}\r\n", request.path);
            return answer("307 Temporary Redirect", to, "");
        }
        ok(&image(8))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let auth = format!(
        r#"{{"auths":{{"{}":{{"auth":"YWRhOmxvdmVsYWNl"}}}}}}"#,
        registry.address
    );
    std::fs::write(&file, auth).unwrap();
    let downloads = Downloads::kept_in(folder.path().join("sizes.json"), Logins::in_file(file));
    let asked = registry.image("team/lab:1");
    assert_eq!(
        downloads.ask(&asked, Wish::Chosen, hour(0)).await,
        Some(Known::Size(8))
    );
    let moved = registry.image("moved/lab:1");
    assert_eq!(
        downloads.ask(&moved, Wish::Chosen, hour(0)).await,
        Some(Known::Size(5))
    );
    let seen = stranger.asked.lock().unwrap().clone();
    assert!(
        !seen.is_empty()
            && seen
                .iter()
                .all(|request| !request.head.contains("authorization")),
        "{seen:?}"
    );
    let kept = std::fs::read_to_string(folder.path().join("sizes.json")).unwrap();
    assert!(
        !kept.contains("lovelace") && !kept.contains("ada:"),
        "{kept}"
    );

    let (_folder, without) = nobody();
    let why = unknown(without.ask(&asked, Wish::Chosen, hour(0)).await);
    assert!(
        why.ends_with("does not show this image without a login."),
        "{why}"
    );
}

#[tokio::test]
async fn tokens_are_fetched_where_the_registry_says() {
    let registry = Registry::start(|request| {
        let host = request.head.split("host: ").nth(1).unwrap();
        let host = host.split("\r\n").next().unwrap().to_owned();
        if request.path.starts_with("/token?") {
            return answer("200 OK", "", json!({ "access_token": "let-me-in" }));
        }
        if request.head.contains("authorization: bearer let-me-in") {
            return ok(&image(3));
        }
        let challenge = if request.path.contains("/astray/") {
            "WWW-Authenticate: Bearer realm=\"http://192.0.2.1/token\"\r\n".to_owned()
        } else {
            format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"s\"\r\n")
        };
        answer("401 Unauthorized", challenge, "{}")
    })
    .await;
    let (_folder, downloads) = nobody();
    let asked = registry.image("team/lab:1");
    assert_eq!(
        downloads.ask(&asked, Wish::Chosen, hour(0)).await,
        Some(Known::Size(3))
    );
    assert!(
        registry
            .requests()
            .contains(&"GET /token?scope=repository%3Ateam%2Flab%3Apull&service=s".to_owned()),
        "{:?}",
        registry.requests()
    );
    let astray = registry.image("astray/lab:1");
    let why = unknown(downloads.ask(&astray, Wish::Chosen, hour(0)).await);
    assert!(
        why.ends_with("gives an answer that cannot be read."),
        "{why}"
    );
}

#[tokio::test]
async fn docker_hub_s_mirror_is_asked_before_it() {
    let mirror = Registry::start(|_| ok(&image(11))).await;
    let (_folder, downloads) = nobody();
    let mut asked = of("exasol/ai-lab:6.0.0");
    asked.mirrors = Mirror::read(&format!("http://{}", mirror.address), true)
        .into_iter()
        .collect();
    assert_eq!(
        downloads.ask(&asked, Wish::Chosen, hour(0)).await,
        Some(Known::Size(11))
    );
    assert_eq!(mirror.requests(), ["GET /v2/exasol/ai-lab/manifests/6.0.0"]);
}
