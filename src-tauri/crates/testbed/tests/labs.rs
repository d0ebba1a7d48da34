//! The lab images behave like the ones whose names they carry: the parts that a launcher meets.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use slipway_testbed::process::{pause, wait_for};
use slipway_testbed::{Answer, Bed, EngineKind, http_get, http_request};

/// One bed for all tests of this file; it ends with the process.
fn bed() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| Bed::start(EngineKind::Floor).unwrap_or_else(|error| panic!("{error}")))
}

/// Runs a lab in the background and gives the address of its port.
fn run(name: &str, port: &str, options: &[&str], image: &str) -> String {
    let mut arguments = vec!["run", "--detach", "--name", name];
    let publish = format!("127.0.0.1::{port}");
    arguments.extend(["--publish", &publish]);
    arguments.extend(options);
    arguments.push(image);
    bed().docker(&arguments).unwrap();
    let address = bed().docker(&["port", name, port]).unwrap();
    format!("http://{}", address.trim())
}

fn answer_at(url: &str) -> Answer {
    wait_for(Duration::from_mins(1), || {
        http_get(url).ok().filter(|answer| answer.status == 200)
    })
    .unwrap_or_else(|| panic!("nobody answers at {url}"))
}

/// What a container wrote, on both outputs.
fn log(name: &str) -> String {
    let output = bed()
        .docker_command(&["logs", name])
        .unwrap()
        .output()
        .unwrap();
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn logged(name: &str, words: &str) -> String {
    wait_for(Duration::from_mins(1), || {
        Some(log(name)).filter(|log| log.contains(words))
    })
    .unwrap_or_else(|| panic!("{name} never wrote {words:?}: {}", log(name)))
}

/// The status of a page for somebody who logs in with a password first.
fn log_in(address: &str, password: &str) -> u16 {
    let page = http_get(&format!("{address}/login")).unwrap();
    let cookies = |answer: &Answer| {
        answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, value)| value.split(';').next())
            .collect::<Vec<_>>()
            .join("; ")
    };
    let first = cookies(&page);
    let token = first
        .split("_xsrf=")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let form = format!("_xsrf={token}&password={password}");
    let headers = [
        ("Cookie", first.as_str()),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let answer = http_request(
        "POST",
        &format!("{address}/login"),
        &headers,
        form.as_bytes(),
    )
    .unwrap();
    let all = format!("{first}; {}", cookies(&answer));
    http_request(
        "GET",
        &format!("{address}/api/status"),
        &[("Cookie", &all)],
        b"",
    )
    .unwrap()
    .status
}

#[test]
fn ai_lab_takes_the_default_password_and_drops_to_its_own_user() {
    bed().load("exasol/ai-lab:6.0.0").unwrap();
    let address = run(
        "ai-default",
        "49494",
        &["--volume", "ai-work:/home/jupyter/notebooks"],
        "exasol/ai-lab:6.0.0",
    );
    answer_at(&format!("{address}/api"));
    assert_eq!(
        http_get(&format!("{address}/api/status")).unwrap().status,
        403,
        "strangers are kept out"
    );
    assert_eq!(log_in(&address, "ailab"), 200);
    assert_eq!(log_in(&address, "wrong"), 403);
    let user = bed()
        .docker(&[
            "exec",
            "ai-default",
            "ps",
            "-o",
            "user=",
            "-C",
            "jupyter-lab",
        ])
        .unwrap();
    assert!(
        user.contains("jupyter"),
        "the server runs as jupyter, not as {user}"
    );
    let files = bed()
        .docker(&["exec", "ai-default", "ls", "/home/jupyter/notebooks"])
        .unwrap();
    assert!(
        files.contains("start.ipynb"),
        "the notebooks come with the first start"
    );
    let log = logged(
        "ai-default",
        "The server for Jupyter has been started successfully.",
    );
    assert!(
        log.contains("\"ailab\""),
        "the default password is told: {log}"
    );
    assert!(
        !log.contains("is running at"),
        "Jupyter's own lines go to a file"
    );
}

#[test]
fn ai_lab_takes_a_password_of_ones_own() {
    bed().load("exasol/ai-lab:6.0.0").unwrap();
    let address = run(
        "ai-own",
        "49494",
        &["--env", "JUPYTER_PASSWORD=own-secret"],
        "exasol/ai-lab:6.0.0",
    );
    answer_at(&format!("{address}/api"));
    assert_eq!(log_in(&address, "own-secret"), 200);
    assert_eq!(
        log_in(&address, "ailab"),
        403,
        "the default is not valid any more"
    );
}

#[test]
fn ai_lab_can_use_the_bed_through_its_socket_and_refuses_one_without_group_access() {
    bed().load("exasol/ai-lab:6.0.0").unwrap();
    let socket = ["--volume", "/var/run/docker.sock:/var/run/docker.sock"];
    run("ai-socket", "49494", &socket, "exasol/ai-lab:6.0.0");
    let ping = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect('/var/run/docker.sock'); \
                s.sendall(b'GET /_ping HTTP/1.0\\r\\n\\r\\n'); print(s.recv(999))";
    let asked = wait_for(Duration::from_secs(20), || {
        bed()
            .docker(&[
                "exec",
                "--user",
                "jupyter:106",
                "ai-socket",
                "python3",
                "-c",
                ping,
            ])
            .ok()
    });
    assert!(
        asked.is_some_and(|answer| answer.contains("200 OK")),
        "the socket leads to the bed's engine"
    );

    let file = tempfile::NamedTempFile::new().unwrap();
    let closed = format!("{}:/var/run/docker.sock", file.path().display());
    run(
        "ai-closed",
        "49494",
        &["--volume", &closed],
        "exasol/ai-lab:6.0.0",
    );
    logged("ai-closed", "No rw permissions for group");
    let state = || {
        bed()
            .docker(&["inspect", "--format", "{{.State.Status}}", "ai-closed"])
            .unwrap()
    };
    let ended = wait_for(Duration::from_secs(10), || {
        (state().trim() == "exited").then_some(())
    });
    assert!(ended.is_some(), "such a lab ends at once");
}

#[test]
fn docker_stacks_map_the_user_take_the_token_and_become_healthy() {
    let image = "quay.io/jupyter/all-spark-notebook:latest";
    bed().load(image).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mount = format!("{}:/home/jovyan/work", folder.path().display());
    std::os::unix::fs::chown(folder.path(), Some(4321), Some(4321)).unwrap();
    let options = [
        ["--user", "root"],
        ["--env", "NB_UID=4321"],
        ["--env", "NB_GID=4321"],
        ["--env", "JUPYTER_TOKEN=a-token"],
        ["--volume", &mount],
    ];
    let address = run("stacks", "8888", options.as_flattened(), image);
    answer_at(&format!("{address}/api"));
    answer_at(&format!("{address}/api/status?token=a-token"));
    assert!(
        log("stacks").contains("token=..."),
        "a token from outside is not written: {}",
        log("stacks")
    );
    let file = "{\"type\":\"file\",\"format\":\"text\",\"content\":\"kept\"}";
    let url = format!("{address}/api/contents/work/note.txt?token=a-token");
    assert_eq!(
        http_request("PUT", &url, &[], file.as_bytes())
            .unwrap()
            .status,
        201
    );
    let note = std::fs::metadata(folder.path().join("note.txt")).unwrap();
    assert_eq!(
        std::os::unix::fs::MetadataExt::uid(&note),
        4321,
        "files belong to the person"
    );
    let health = || {
        bed()
            .docker(&["inspect", "--format", "{{.State.Health.Status}}", "stacks"])
            .unwrap()
    };
    let healthy = wait_for(Duration::from_mins(1), || {
        (health().trim() == "healthy").then_some(())
    });
    assert!(healthy.is_some(), "it is {}", health());
    let ports = bed()
        .docker(&[
            "image",
            "inspect",
            "--format",
            "{{json .Config.ExposedPorts}}",
            image,
        ])
        .unwrap();
    assert_eq!(ports.trim(), r#"{"4040/tcp":{},"8888/tcp":{}}"#);
}

#[test]
fn an_old_notebook_writes_its_token() {
    let image = "jupyter/minimal-notebook:notebook-6.5.7";
    bed().load(image).unwrap();
    let address = run("notebook6", "8888", &[], image);
    let version = answer_at(&format!("{address}/api")).text();
    assert!(
        version.contains("6.5.7"),
        "the classic Notebook answers: {version}"
    );
    let log = logged("notebook6", "?token=");
    let token: String = log
        .split("?token=")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(char::is_ascii_hexdigit)
        .collect();
    assert_eq!(token.len(), 48);
    answer_at(&format!("{address}/api/status?token={token}"));
}

#[test]
fn eskapade_opens_a_shell_for_the_person_and_serves_nothing() {
    let image = "kave/eskapade-usr:0.7";
    bed().load(image).unwrap();
    let options = [
        ["--env", "HOST_USER_ID=4242"],
        ["--env", "HOST_USER_GID=4343"],
    ];
    let mut shell = options.as_flattened().to_vec();
    shell.extend(["--tty", "--interactive"]);
    let address = run("eskapade", "8888", &shell, image);
    let ids = || {
        bed()
            .docker(&["exec", "eskapade", "id", "esdev"])
            .unwrap_or_default()
    };
    let mapped = wait_for(Duration::from_secs(20), || {
        ids().contains("uid=4242(esdev) gid=4343").then_some(())
    });
    assert!(mapped.is_some(), "the ids are the person's: {}", ids());
    assert!(
        http_get(&format!("{address}/api")).is_err(),
        "nothing is served before somebody starts it"
    );
    let start =
        "cd ~ && exec jupyter notebook --ip=0.0.0.0 --port=8888 --no-browser --NotebookApp.token=t";
    bed()
        .docker(&[
            "exec", "--detach", "--user", "esdev", "eskapade", "bash", "-lic", start,
        ])
        .unwrap();
    answer_at(&format!("{address}/api/status?token=t"));

    let without = bed().docker(&["run", "--rm", "--tty", image]).unwrap();
    assert!(
        without.contains("HOST_USER_ID"),
        "without ids it says so and ends: {without}"
    );
}

#[test]
fn the_small_images_do_what_their_names_say() {
    assert!(
        bed()
            .docker(&["run", "--rm", "hello-world"])
            .unwrap()
            .contains("Hello from Docker!")
    );
    for image in [
        "slipway/webapp:1",
        "slipway/exits:1",
        "slipway/arm:1",
        "slipway/slow:1",
    ] {
        bed().docker(&["pull", image]).unwrap();
    }
    answer_at(&format!(
        "{}/",
        run("webapp", "8080", &[], "slipway/webapp:1")
    ));
    let slow = run("slow", "8080", &[], "slipway/slow:1");
    pause(Duration::from_secs(2));
    assert!(http_get(&slow).is_err(), "it is still warming up");
    answer_at(&slow);
    let code = bed()
        .docker_command(&["run", "--rm", "slipway/exits:1"])
        .unwrap()
        .output()
        .unwrap();
    assert_eq!(code.status.code(), Some(3));
    assert_eq!(String::from_utf8_lossy(&code.stderr).lines().count(), 2);
    let error = bed()
        .docker(&["run", "--rm", "slipway/arm:1"])
        .unwrap_err()
        .to_string();
    assert!(error.contains("exec format error"), "{error}");
    let error = bed()
        .docker(&["pull", "slipway/arm-only:1"])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no matching manifest for linux/amd64"),
        "{error}"
    );
    let hungry = [
        "run",
        "--name",
        "hungry",
        "--memory",
        "32m",
        "slipway/hungry:1",
    ];
    assert!(bed().docker(&hungry).is_err());
    let killed = bed()
        .docker(&["inspect", "--format", "{{.State.OOMKilled}}", "hungry"])
        .unwrap();
    assert_eq!(killed.trim(), "true");
}

#[test]
fn a_pull_can_be_slowed_and_cut() {
    let other = Bed::start(EngineKind::Floor).unwrap_or_else(|error| panic!("{error}"));
    other.registry().limit(Some(4 * 1024 * 1024));
    let mut pull = other
        .docker_command(&["pull", "slipway/many-layers:1"])
        .unwrap();
    let mut pull = pull.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(pull.stdout.take().unwrap()).lines();
    pause(Duration::from_secs(3));
    assert!(
        !other.has_image("slipway/many-layers:1"),
        "100 MB at 4 MB a second take longer"
    );
    other.registry().cut();
    let felt = lines.any(|line| line.unwrap().contains("Retrying"));
    assert!(felt, "the engine notices that its registry is gone");
    other.registry().limit(None);
    other.registry().restore();
    lines.for_each(drop);
    assert!(
        pull.wait().unwrap().success(),
        "it goes on when the registry is back"
    );
}

#[test]
fn an_engine_can_be_stopped_killed_and_started_again() {
    let other = Bed::start(EngineKind::Floor).unwrap_or_else(|error| panic!("{error}"));
    other
        .docker(&["run", "--detach", "--name", "app", "slipway/webapp:1"])
        .unwrap();
    let state = || other.docker(&["inspect", "--format", "{{.State.Status}}", "app"]);
    for end in [Bed::stop_engine, Bed::kill_engine] {
        end(&other).unwrap();
        assert!(state().is_err(), "nobody answers");
        other.start_engine().unwrap();
        assert_eq!(
            state().unwrap().trim(),
            "exited",
            "what ran has ended, and is still there"
        );
        other.docker(&["start", "app"]).unwrap();
    }
    other.restart_engine().unwrap();
    assert_eq!(state().unwrap().trim(), "exited");
}
