//! Labs are launched as a person would, and what the browser was given is a page that is signed in.

use std::time::Duration;

use slipway_testbed::{Answer, http_get, http_request};

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};

/// Follows redirects from an address as a browser would, with its cookies.
fn browse(address: &str) -> Answer {
    let origin: String = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let mut address = address.to_owned();
    let mut cookies: Vec<String> = Vec::new();
    for _ in 0..6 {
        let header = [("Cookie", cookies.join("; "))];
        let headers: Vec<(&str, &str)> = header
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = http_request("GET", &address, &headers, b"").expect("the lab answers");
        cookies.extend(
            answer
                .headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
                .filter_map(|(_, value)| value.split(';').next())
                .map(str::to_owned),
        );
        match answer.header("location") {
            Some(next) if (300..400).contains(&answer.status) => {
                address = if next.starts_with('/') {
                    format!("{origin}{next}")
                } else {
                    next.to_owned()
                }
            }
            _ => return answer,
        }
    }
    panic!("{address} redirects without end");
}

/// Asserts that an opened address is a page of Jupyter that is signed in.
pub fn assert_signed_in(address: &str) {
    let page = browse(address);
    assert_eq!(page.status, 200, "{address} answers");
    let text = page.text();
    assert!(
        !text.contains("name=\"password\"") && !text.contains("password_input"),
        "{address} must not ask for a password"
    );
    assert!(
        text.contains("jupyter-config-data") || text.contains("data-base-url"),
        "{address} is a page of Jupyter: {}",
        &text[..text.len().min(400)]
    );
}

#[tokio::test]
async fn the_sandbox_is_launched_as_its_documentation_says() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Browse all recipes").await;
    window.press("Data Science Sandbox").await;
    window.read("Who can reach it", SOON).await;
    window.fill("Volume", "my-vol").await;
    window.press_radio("Everyone on the network").await;
    window.fill("Port on this computer", "8888").await;
    window.read("Port 8888 is free", SOON).await;
    window.read("--publish 0.0.0.0:8888:8888", SOON).await;
    window.picture("wizard-sandbox");
    window.press("Launch").await;
    let opened = window.browser.wait_for_url(LAUNCHED);
    let Some(opened) = opened else {
        window.fail("the browser was never called").await
    };
    assert!(
        opened.url.starts_with("http://127.0.0.1:8888/"),
        "the address is this computer's: {}",
        opened.url
    );
    assert_signed_in(&opened.url);
    window.read("Open again", SOON).await;
    window.picture("launch-done");

    let containers = turn.containers();
    assert_eq!(containers.len(), 1, "a launch makes one container");
    let ours = turn.inspect(&containers[0]);
    window.press("Labs").await;
    window.read("Running", SOON).await;
    window.picture("labs-running");
    window.press("More actions for Sandbox").await;
    window.press("Delete lab").await;
    window.read("This stays", SOON).await;
    window.picture("delete");
    window.press("Delete lab").await;
    window
        .read("Launch your first lab", Duration::from_secs(40))
        .await;
    assert!(turn.containers().is_empty(), "the container is gone");
    assert!(turn.volumes().contains("my-vol"), "the work stays");

    let theirs = turn.docker(&[
        "run",
        "--detach",
        "--volume",
        "my-vol:/root/notebooks",
        "--publish",
        "0.0.0.0:8888:8888",
        "exasol/data-science-sandbox:0.1.0",
    ]);
    let theirs = turn.inspect(theirs.trim());
    for path in [
        "/HostConfig/PortBindings",
        "/HostConfig/Binds",
        "/Config/Image",
        "/NetworkSettings/Ports",
    ] {
        assert_eq!(
            ours.pointer(path),
            theirs.pointer(path),
            "{path} is that of the documented command"
        );
    }
    window.close().await;
}

#[tokio::test]
async fn ai_lab_takes_a_password_and_opens_signed_in() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Exasol AI-Lab").await;
    window.read("Who can reach it", SOON).await;
    window.press_radio("My own").await;
    window.fill("Your password", "tide & slip 42").await;
    window.read("--env JUPYTER_PASSWORD", SOON).await;
    window.picture("wizard-password");
    window.press("Launch").await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert_signed_in(&opened.url);
    assert!(
        !opened.url.contains("slip"),
        "the password never rides in an address"
    );

    let origin: String = opened
        .url
        .splitn(4, '/')
        .take(3)
        .collect::<Vec<_>>()
        .join("/");
    assert!(
        sign_in(&origin, "tide & slip 42"),
        "the lab's own page takes the password"
    );
    assert!(
        !sign_in(&origin, "ailab"),
        "the image's password is replaced"
    );

    let page = window.text().await;
    assert!(
        !page.contains("tide & slip 42"),
        "the password is on no screen"
    );
    let home = window.service.home().to_owned();
    for file in files_below(&home) {
        let content = std::fs::read(&file).unwrap_or_default();
        let found = content.windows(14).any(|part| part == b"tide & slip 42");
        assert!(
            !found,
            "the password is in no file, and yet in {}",
            file.display()
        );
    }
    window.close().await;
}

/// Signs in on Jupyter's own page with a password; whether it let us in.
fn sign_in(origin: &str, password: &str) -> bool {
    let page = http_get(&format!("{origin}/login")).expect("the page to sign in");
    let cookie = page
        .header("set-cookie")
        .and_then(|value| value.split(';').next())
        .expect("an _xsrf cookie")
        .to_owned();
    let xsrf = cookie.trim_start_matches("_xsrf=").to_owned();
    let typed = password
        .bytes()
        .fold(String::new(), |typed, byte| format!("{typed}%{byte:02X}"));
    let body = format!("_xsrf={}&password={typed}", xsrf.replace('|', "%7C"));
    let headers = [
        ("Cookie", cookie.as_str()),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let answer = http_request(
        "POST",
        &format!("{origin}/login"),
        &headers,
        body.as_bytes(),
    )
    .expect("the lab answers");
    answer.status == 302
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let (folders, files): (Vec<_>, Vec<_>) = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| !path.is_symlink())
        .partition(|path| path.is_dir());
    files
        .into_iter()
        .filter(|path| path.is_file())
        .chain(folders.iter().flat_map(|folder| files_below(folder)))
        .collect()
}

#[tokio::test]
async fn spark_has_two_ports_and_a_folder_of_mine() {
    let turn = turn().await;
    turn.bed
        .load("quay.io/jupyter/all-spark-notebook:latest")
        .expect("the image is loaded, as no mirror serves that registry");
    let work = tempfile::Builder::new()
        .prefix("my wörk ")
        .tempdir()
        .expect("a folder with a space and an umlaut");
    std::fs::set_permissions(
        work.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .expect("the lab's user may write there");
    std::fs::write(work.path().join("mine.txt"), "kept").expect("a file of mine");
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Images").await;
    window.read("all-spark-notebook", SOON).await;
    window
        .press("Launch quay.io/jupyter/all-spark-notebook:latest")
        .await;
    window.read("Who can reach it", SOON).await;
    window.press_radio("In a folder").await;
    window
        .fill("Folder on this computer", &work.path().to_string_lossy())
        .await;
    window.read("4040", SOON).await;
    window.picture("wizard-folder");
    window.press("Launch").await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert_signed_in(&opened.url);
    let container = turn.inspect(&turn.containers()[0]);
    let ports = container
        .pointer("/HostConfig/PortBindings")
        .and_then(|ports| ports.as_object())
        .expect("it publishes ports");
    assert_eq!(
        ports.keys().map(String::as_str).collect::<Vec<_>>(),
        ["4040/tcp", "8888/tcp"],
        "Jupyter and the Spark UI"
    );
    assert!(
        ports
            .values()
            .all(|bindings| bindings[0]["HostIp"] == "127.0.0.1"),
        "both only for this computer"
    );
    let mount = &container["Mounts"][0];
    assert_eq!(
        mount["Source"],
        work.path().to_string_lossy().as_ref(),
        "the folder is mounted as it is called"
    );
    let target = mount["Destination"].as_str().expect("it has a target");
    assert_eq!(
        turn.docker(&[
            "exec",
            &turn.containers()[0],
            "cat",
            &format!("{target}/mine.txt")
        ]),
        "kept",
        "the lab sees my file"
    );
    window.close().await;
}

#[tokio::test]
async fn eskapade_works_as_me() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Eskapade").await;
    window.read("Who can reach it", SOON).await;
    window.fill("Version", "0.7").await;
    window.keys("\t").await;
    window.read("HOST_USER_ID", SOON).await;
    // The image starts no page, so the command alone would not do.
    window.read("docker exec --detach", SOON).await;
    window.read("JUPYTER_TOKEN", SOON).await;
    window.picture("wizard-user");
    window.press("Launch").await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert_signed_in(&opened.url);
    let container = turn.inspect(&turn.containers()[0]);
    let environment = container
        .pointer("/Config/Env")
        .and_then(|list| list.as_array())
        .expect("it has an environment");
    let has = |name: &str| {
        environment.iter().any(|one| {
            one.as_str()
                .is_some_and(|one| one.starts_with(&format!("{name}=")))
        })
    };
    assert!(
        has("HOST_USER_ID") && has("HOST_USER_GID"),
        "the ids are mapped: {environment:?}"
    );
    window.press("Labs").await;
    let before = window.browser.opened().len();
    window.press("Stop Eskapade").await;
    window.read("Stopped", LAUNCHED).await;
    window.press("Start Eskapade").await;
    window.read("Running", LAUNCHED).await;
    window.press("Open in browser: Eskapade").await;
    let Some(again) = window.browser.wait_for_next(before, SOON) else {
        window.fail("the browser was not called again").await
    };
    assert_signed_in(&again.url);
    assert_eq!(
        turn.containers().len(),
        1,
        "starting a stopped lab uses its own container"
    );
    window.close().await;
}
