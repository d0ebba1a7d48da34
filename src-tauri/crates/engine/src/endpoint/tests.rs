use std::path::Path;

use super::{Address, EndpointSource, EngineProduct, Surroundings, candidates, product_at};
use crate::Error;

fn surroundings(home: &Path, variables: &[(&str, &str)]) -> Surroundings {
    Surroundings {
        variables: variables
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        home: Some(home.to_owned()),
    }
}

fn context(home: &Path, folder: &str, name: &str, host: &str) {
    let folder = home.join(".docker/contexts/meta").join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let meta = serde_json::json!({ "Name": name, "Metadata": {}, "Endpoints": { "docker": { "Host": host, "SkipTLSVerify": false } } });
    std::fs::write(folder.join("meta.json"), meta.to_string()).unwrap();
}

fn sentence(surroundings: &Surroundings) -> String {
    match candidates(surroundings) {
        Err(Error::NotSupported { what }) => what,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn docker_host_goes_before_contexts() {
    let home = tempfile::tempdir().unwrap();
    context(home.path(), "aa", "work", "unix:///work.sock");
    context(home.path(), "bb", "play", "unix:///play.sock");
    std::fs::write(
        home.path().join(".docker/config.json"),
        r#"{"currentContext":"play"}"#,
    )
    .unwrap();
    let found = |variables: &[(&str, &str)]| {
        let found = candidates(&surroundings(home.path(), variables)).unwrap();
        (
            found[0].address.clone(),
            found[0].source.clone(),
            found.len(),
        )
    };
    let all = [
        ("DOCKER_HOST", "unix:///host.sock"),
        ("DOCKER_CONTEXT", "work"),
    ];
    assert_eq!(
        found(&all),
        ("unix:///host.sock".into(), EndpointSource::DockerHost, 1),
        "DOCKER_HOST first"
    );
    assert_eq!(
        found(&[("DOCKER_HOST", ""), ("DOCKER_CONTEXT", "work")]),
        (
            "unix:///work.sock".into(),
            EndpointSource::Context("work".into()),
            1
        ),
        "an empty variable counts for nothing"
    );
    assert_eq!(
        found(&[]),
        (
            "unix:///play.sock".into(),
            EndpointSource::Context("play".into()),
            1
        ),
        "then docker's own setting"
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let settings = elsewhere.path().display().to_string();
    std::fs::write(elsewhere.path().join("config.json"), "{ broken").unwrap();
    let known = candidates(&surroundings(home.path(), &[("DOCKER_CONFIG", &settings)]));
    assert!(
        !matches!(known, Err(Error::NotSupported { .. })),
        "a broken file is as none: {known:?}"
    );
}

#[test]
fn addresses_that_cannot_be_used_yet_say_so() {
    let home = tempfile::tempdir().unwrap();
    context(home.path(), "aa", "empty", "");
    let of = |variables: &[(&str, &str)]| sentence(&surroundings(home.path(), variables));
    let mut text = Vec::new();
    for host in [
        "ssh://ada:geheim@server",
        "https://server:2376",
        "tcp://server.example:2375",
        "tcp://",
        "fd://",
        "/var/run/docker.sock",
        "unix://docker.sock",
        "ada:geheim@server",
    ] {
        let what = of(&[("DOCKER_HOST", host)]);
        assert!(!what.contains("geheim"), "no password in a message: {what}");
        text.push(format!("{}: {what}", host.replace("ada:geheim@", "…")));
    }
    text.push(format!(
        "with DOCKER_TLS_VERIFY: {}",
        of(&[
            ("DOCKER_HOST", "tcp://127.0.0.1:2376"),
            ("DOCKER_TLS_VERIFY", "1")
        ])
    ));
    text.push(format!(
        "no such context: {}",
        of(&[("DOCKER_CONTEXT", "nowhere")])
    ));
    text.push(format!(
        "empty context: {}",
        of(&[("DOCKER_CONTEXT", "empty")])
    ));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("addresses", text.join("\n"));
    });
}

#[test]
fn loopback_may_be_plain() {
    let parsed = |text: &str| Address::parse(text).unwrap();
    assert_eq!(
        parsed("tcp://localhost:2375"),
        Address::Tcp {
            host: "localhost".into(),
            port: 2375
        },
        "named"
    );
    assert_eq!(
        parsed("tcp://[::1]"),
        Address::Tcp {
            host: "::1".into(),
            port: 2375
        },
        "six"
    );
    assert_eq!(
        parsed("npipe:////./pipe/docker_engine"),
        Address::Pipe(r"\\.\pipe\docker_engine".into()),
        "pipe"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn known_places_are_those_that_exist() {
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("run");
    std::fs::create_dir_all(&runtime).unwrap();
    let variables = [("XDG_RUNTIME_DIR", runtime.to_str().unwrap())];
    let mine = |surroundings: &Surroundings| {
        let found = candidates(surroundings).unwrap_or_default();
        found
            .into_iter()
            .filter(|endpoint| endpoint.address.contains(home.path().to_str().unwrap()))
            .count()
    };
    assert_eq!(
        mine(&surroundings(home.path(), &variables)),
        0,
        "nothing is there yet"
    );
    std::fs::write(runtime.join("docker.sock"), "").unwrap();
    std::fs::create_dir_all(home.path().join(".colima/default")).unwrap();
    std::fs::write(home.path().join(".colima/default/docker.sock"), "").unwrap();
    assert_eq!(
        mine(&surroundings(home.path(), &variables)),
        2,
        "both are found"
    );
    // Docker Desktop leaves a link to a socket that is gone.
    std::fs::create_dir_all(home.path().join(".docker/desktop")).unwrap();
    std::os::unix::fs::symlink("/nowhere", home.path().join(".docker/desktop/docker.sock"))
        .unwrap();
    assert_eq!(
        mine(&surroundings(home.path(), &variables)),
        2,
        "a dangling link is nothing"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn products_are_known_by_their_place() {
    let table = [
        ("unix:///var/run/docker.sock", EngineProduct::DockerEngine),
        ("unix:///run/user/1000/docker.sock", EngineProduct::Rootless),
        (
            "unix:///home/ada/.docker/desktop/docker.sock",
            EngineProduct::DockerDesktop,
        ),
        (
            "unix:///home/ada/.colima/work/docker.sock",
            EngineProduct::Colima,
        ),
        (
            "unix:///run/user/1000/podman/podman.sock",
            EngineProduct::Podman,
        ),
        (
            "npipe:////./pipe/dockerDesktopLinuxEngine",
            EngineProduct::DockerDesktop,
        ),
        ("tcp://127.0.0.1:2375", EngineProduct::Remote),
    ];
    for (address, product) in table {
        assert_eq!(product_at(address), product, "for {address}");
    }
}
