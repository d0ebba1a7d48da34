//! Versions from a real registry: the one of the test bed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use slipway_engine::ImageReference;
use slipway_labs::logins::Logins;
use slipway_labs::versions::{RegistryAnswer, registry_tags};
use slipway_testbed::{Bed, EngineKind};

#[tokio::test]
async fn a_real_registry_tells_its_versions() {
    let kind =
        std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
    let bed = tokio::task::spawn_blocking(move || Bed::start(kind).unwrap())
        .await
        .unwrap();
    let registry = bed.registry().address();
    let nobody = Logins::default();
    let asked = |image: &str| ImageReference::parse(&format!("{registry}/{image}")).unwrap();

    let RegistryAnswer::All(mut tags) = registry_tags(&asked("exasol/ai-lab"), &nobody).await
    else {
        unreachable!("the registry is there and asks for no login")
    };
    tags.sort();
    assert_eq!(tags, ["5.0.0", "6.0.0", "latest"]);
    assert_eq!(
        registry_tags(&asked("exasol/nothing"), &nobody).await,
        RegistryAnswer::NoSuchImage
    );

    bed.registry().cut();
    assert_eq!(
        registry_tags(&asked("exasol/ai-lab"), &nobody).await,
        RegistryAnswer::Unreachable
    );
    bed.registry().restore();
    assert!(matches!(
        registry_tags(&asked("exasol/ai-lab"), &nobody).await,
        RegistryAnswer::All(_)
    ));
    tokio::task::spawn_blocking(move || drop(bed))
        .await
        .unwrap();
}

/// A registry that shows its tags only to ada.
fn private_registry() -> std::net::SocketAddr {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            // ada:lovelace
            let known = head.iter().any(|line| {
                line.to_lowercase().starts_with("authorization: basic ")
                    && line.ends_with("YWRhOmxvdmVsYWNl")
            });
            let (status, body) = match known {
                true if head[0].contains("/tags/list") => {
                    ("200 OK", r#"{"name":"team/lab","tags":["1.0","2.0"]}"#)
                }
                true => ("200 OK", "{}"),
                false => (
                    "401 Unauthorized",
                    r#"{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}"#,
                ),
            };
            let _ = write!(
                &stream,
                "HTTP/1.1 {status}\r\nWWW-Authenticate: Basic realm=\"lab\"\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[tokio::test]
async fn a_docker_login_opens_a_private_registry() {
    let registry = private_registry();
    let image = ImageReference::parse(&format!("{registry}/team/lab")).unwrap();
    assert_eq!(
        registry_tags(&image, &Logins::default()).await,
        RegistryAnswer::Denied
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let login = |auth: &str| {
        format!(r#"{{ "auths": {{ "{registry}": {{ "auth": "{auth}" }} }}, "HttpHeaders": {{}} }}"#)
    };
    std::fs::write(&file, login("YWRhOmxvdmVsYWNl")).unwrap();
    let logins = Logins::in_file(file.clone());
    assert_eq!(
        registry_tags(&image, &logins).await,
        RegistryAnswer::All(vec!["1.0".to_owned(), "2.0".to_owned()])
    );
    for broken in [login("YWRhOndyb25n"), "{ half".to_owned(), login("?")] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(registry_tags(&image, &logins).await, RegistryAnswer::Denied);
    }
}
