use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::fixtures::{With as _, facts};

fn ai_lab() -> Arc<Recipe> {
    let id = crate::recipe::RecipeId("exasol-ai-lab".to_owned());
    Arc::clone(facts().catalogue.recipe(&id).unwrap())
}

fn reference(text: &str) -> ImageReference {
    ImageReference::parse(text).unwrap()
}

fn tags(list: &VersionList) -> Vec<&str> {
    list.choices
        .iter()
        .map(|choice| choice.tag.as_str())
        .collect()
}

#[test]
fn without_its_registry_the_list_is_known_and_local_versions() {
    let facts = facts()
        .with_image("exasol/ai-lab:5.0.0")
        .with_image("exasol/ai-lab:my-build")
        .with_image("other/ai-lab:9.9.9")
        .with_volume("my-vol")
        .with_lab("Old", "old", "my-vol", "exasol/ai-lab:1.0.0");
    let list = list(
        &ai_lab(),
        &reference("exasol/ai-lab"),
        &facts,
        &RegistryAnswer::Unreachable,
    );
    assert_eq!(tags(&list)[..3], ["6.0.0", "5.0.0", "4.0.0"]);
    assert_eq!(tags(&list).last(), Some(&"my-build"));
    assert!(list.choices[1].here && !list.choices[0].here);
    assert_eq!(list.choices[0].remark, "Newest");
    assert_eq!(
        list.choices
            .iter()
            .find(|choice| choice.tag == "1.0.0")
            .unwrap()
            .remark,
        "Made my-vol"
    );
    insta::assert_snapshot!(
        [
            RegistryAnswer::Unreachable,
            RegistryAnswer::Denied,
            RegistryAnswer::NoSuchImage,
            RegistryAnswer::Some(Vec::new())
        ]
        .map(
            |answer| super::list(&ai_lab(), &reference("exasol/ai-lab"), &facts, &answer)
                .incomplete
                .unwrap()
        )
        .join("\n")
    );
}

#[test]
fn what_the_registry_says_is_the_truth() {
    let said = ["latest", "6.1.0", "6.0.0", "0123456789ab", "x86_64-6.1.0"]
        .map(str::to_owned)
        .to_vec();
    let here = facts().with_image("exasol/ai-lab:0123456789ab");
    let answer = RegistryAnswer::All(said);
    let list = |facts: &CheckFacts| list(&ai_lab(), &reference("exasol/ai-lab"), facts, &answer);
    assert_eq!(
        tags(&list(&facts())),
        ["latest", "6.1.0", "6.0.0"],
        "what machines made is left out"
    );
    assert_eq!(
        tags(&list(&here)),
        ["latest", "6.1.0", "6.0.0", "0123456789ab"],
        "unless it is here"
    );
    assert_eq!(list(&facts()).incomplete, None);
    assert_eq!(list(&facts()).choices[1].remark, "Newest");
}

#[tokio::test]
async fn a_name_that_is_none_has_no_versions() {
    let list = versions(&ai_lab(), "Not A Name", &facts()).await;
    assert!(list.choices.is_empty() && list.incomplete.is_some());
}

#[tokio::test]
async fn a_registry_that_is_away_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let answer = registry_tags(
        &reference(&format!("127.0.0.1:{free}/some/image")),
        &Logins::default(),
    )
    .await;
    assert_eq!(answer, RegistryAnswer::Unreachable);
}

#[tokio::test]
async fn a_silent_registry_is_not_waited_for_without_end() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let (image, logins) = (
        reference(&format!("127.0.0.1:{port}/some/image")),
        Logins::default(),
    );
    // Longer than any machine is held up, and shorter than for ever.
    let answer = tokio::time::timeout(
        std::time::Duration::from_mins(2),
        registry_tags(&image, &logins),
    )
    .await;
    assert_eq!(answer, Ok(RegistryAnswer::Unreachable));
}

/// A registry that wants a token and gives its tags in pages, as quay.io does.
struct StrictRegistry {
    port: u16,
    requests: Arc<AtomicUsize>,
}

/// `last` of a query, and how many tags a page has.
fn page(path: &str, tags: &[String], size: usize) -> String {
    let last = path
        .split("last=")
        .nth(1)
        .map(|rest| rest.split('&').next().unwrap_or_default());
    let from = last
        .and_then(|last| tags.iter().position(|tag| tag == last))
        .map_or(0, |at| at + 1);
    let page: Vec<&String> = tags.iter().skip(from).take(size).collect();
    serde_json::json!({ "name": "team/lab", "tags": page }).to_string()
}

async fn strict_registry(tags: Vec<String>, private: bool) -> StrictRegistry {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let (tags, count) = (tags.clone(), count.clone());
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read(&mut byte).await.unwrap_or(0) == 0 {
                        return;
                    }
                    head.push(byte[0]);
                }
                count.fetch_add(1, Ordering::Relaxed);
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let allowed = head
                    .to_lowercase()
                    .contains("authorization: bearer let-me-in");
                let challenge = format!(
                    "www-authenticate: Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"strict\"\r\n"
                );
                let (status, extra, body) = if path.starts_with("/token") && private {
                    ("401 Unauthorized", String::new(), "{}".to_owned())
                } else if path.starts_with("/token") {
                    (
                        "200 OK",
                        String::new(),
                        r#"{"token":"let-me-in"}"#.to_owned(),
                    )
                } else if !allowed {
                    (
                        "401 Unauthorized",
                        challenge,
                        r#"{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}"#.to_owned(),
                    )
                } else if path.starts_with("/v2/team/lab/tags/list") {
                    ("200 OK", String::new(), page(&path, &tags, 100))
                } else if path == "/v2/" {
                    ("200 OK", String::new(), "{}".to_owned())
                } else {
                    (
                        "404 Not Found",
                        String::new(),
                        r#"{"errors":[{"code":"NAME_UNKNOWN","message":"?"}]}"#.to_owned(),
                    )
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{extra}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    StrictRegistry { port, requests }
}

#[tokio::test]
async fn tokens_are_fetched_and_pages_are_turned() {
    let tags: Vec<String> = (0..250).map(|number| format!("1.0.{number}")).collect();
    let registry = strict_registry(tags.clone(), false).await;
    let answer = registry_tags(
        &reference(&format!("127.0.0.1:{}/team/lab", registry.port)),
        &Logins::default(),
    )
    .await;
    assert_eq!(answer, RegistryAnswer::All(tags));
    assert!(
        registry.requests.load(Ordering::Relaxed) < 12,
        "one token is enough for all pages"
    );
}

#[tokio::test]
async fn private_and_unknown_images_are_told_apart() {
    let private = strict_registry(Vec::new(), true).await;
    let answer = registry_tags(
        &reference(&format!("127.0.0.1:{}/team/lab", private.port)),
        &Logins::default(),
    )
    .await;
    assert_eq!(answer, RegistryAnswer::Denied);
    let public = strict_registry(Vec::new(), false).await;
    let answer = registry_tags(
        &reference(&format!("127.0.0.1:{}/team/gone", public.port)),
        &Logins::default(),
    )
    .await;
    assert_eq!(answer, RegistryAnswer::NoSuchImage);
}
