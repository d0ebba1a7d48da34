//! Servers to which a file inside their image gives a password. Neither the Config nor the log says so;
//! the server does when it is asked, and its card says it for as long as it runs.

use std::os::unix::fs::PermissionsExt as _;

use slipway_labs::card::{LabCard, LabId, LabState, WarningKind};
use slipway_labs::form::SignInChoice;
use slipway_labs::recipe::SignInKind;
use slipway_testbed::http_request;

use crate::servers::{launched, room_with};
use crate::{Room, browse, docker, is_signed_in};

/// As the config files of the bed's images have it, hashed.
const PASSWORD: &str = "bed-password";

#[tokio::test(flavor = "multi_thread")]
async fn jupyterlab_2_to_4_say_that_their_password_is_typed_in_the_browser() {
    let images = &[
        "slipway/lab:password",
        "slipway/lab3:password",
        "slipway/lab2:password",
    ];
    let room = room_with(images).await;
    for image in images {
        asks_for_its_password(&room, image).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notebook_5_to_7_say_that_their_password_is_typed_in_the_browser() {
    let images = &[
        "slipway/notebook5:password",
        "slipway/notebook:password",
        "slipway/notebook7:password",
    ];
    let room = room_with(images).await;
    for image in images {
        asks_for_its_password(&room, image).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_beside_a_password_still_signs_in() {
    let room = room_with(&["slipway/lab:password-and-token"]).await;
    let (_, lab) = launched(&room, "slipway/lab:password-and-token").await;
    let opened = room.last_opened();
    assert!(opened.ends_with("token=set-in-a-file"), "{opened}");
    assert!(is_signed_in(&browse(&opened).await));
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!((card.sign_in, card.has_password), (SignInKind::Token, true));
    let token = room.labs.password(&lab).await.unwrap();
    assert_eq!(token.reveal(), "set-in-a-file");
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_a_file_overrules_stands_in_no_address() {
    let image = "slipway/lab:password-alone";
    let room = room_with(&["slipway/lab:password-alone"]).await;
    let mut form = room.small(image, "overruled").await;
    form.sign_in = SignInChoice::Own;
    let lab = room.launched(&form, Some("0123456789abcdef")).await;
    let opened = room.last_opened();
    assert!(
        !opened.contains("token="),
        "it would open nothing: {opened}"
    );
    let card = asking(&room, &lab).await;
    assert!(!card.has_password);
    room.labs.open(&lab).await.unwrap();
    assert_eq!(room.last_opened(), opened);

    // Another Slipway has the token from the keyring, and asks anew.
    let room = room.restarted().await;
    asking(&room, &lab).await;
    room.labs.open(&lab).await.unwrap();
    assert_eq!(room.last_opened(), opened);
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_its_command_opens_and_a_file_closes_is_not_called_open() {
    let image = "slipway/lab:open-password";
    let room = room_with(&["slipway/lab:open-password"]).await;
    let mut form = room.small(image, "closed-again").await;
    let told = room.labs.frame(&form).await.sign_in;
    assert_eq!(told.kind, SignInKind::Open, "as far as the Config tells");
    "0.0.0.0".clone_into(&mut form.listen_ip);
    form.risk_accepted = true;
    let lab = room.launched(&form, None).await;
    let card = asking(&room, &lab).await;
    let warned = |kind| card.warnings.iter().any(|warning| warning.kind == kind);
    assert!(warned(WarningKind::OpenToNetwork));
    assert!(!warned(WarningKind::OpenWithoutPassword));
    assert!(signs_in(&room.last_opened(), PASSWORD).await);
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_file_is_found_in_somebody_else_s_container() {
    let room = room_with(&["slipway/lab:hidden"]).await;
    let name = "closed-by-json";
    docker(&[
        "create",
        "--name",
        name,
        "--publish",
        "127.0.0.1::8888",
        "slipway/lab:hidden",
    ]);
    // It counts more than the image's own file, which sets a token.
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join(".jupyter");
    let file = settings.join("jupyter_server_config.json");
    std::fs::create_dir(&settings).unwrap();
    let hashed = "sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855";
    let config = format!(
        r#"{{"IdentityProvider": {{"token": ""}}, "PasswordIdentityProvider": {{"hashed_password": "{hashed}"}}}}"#
    );
    std::fs::write(&file, config).unwrap();
    for (path, mode) in [(&settings, 0o755), (&file, 0o644)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let target = format!("{name}:/home/worker/");
    docker(&["cp", &settings.to_string_lossy(), &target]);
    docker(&["start", name]);
    let id = docker(&["inspect", "--format", "{{.Id}}", name]);
    let id = slipway_engine::ContainerId(id.trim().to_owned());
    let lab = room.labs.adopt(&id).await.unwrap();
    let card = asking(&room, &lab).await;
    assert!(card.adopted && !card.has_password);
    room.labs.open(&lab).await.unwrap();
    let opened = room.last_opened();
    assert!(opened.contains("/pre/fix/") && !opened.contains("token="));
    assert!(signs_in(&opened, PASSWORD).await);
    docker(&["rm", "--force", name]);
}

/// Launched as nothing but a Jupyter: its card tells that the browser asks for the password, which opens it.
async fn asks_for_its_password(room: &Room, image: &str) {
    let (form, lab) = launched(room, image).await;
    let opened = room.last_opened();
    assert!(!opened.contains("token="), "{image}: there is none");
    let page = browse(&opened).await;
    assert_eq!(page.status, 200, "{image}");
    assert!(
        page.text().contains("password_input"),
        "{image}: the page that asks for it"
    );
    let card = asking(room, &lab).await;
    assert!(!card.has_password, "{image}");
    let unknown = room
        .labs
        .password(&lab)
        .await
        .err()
        .expect("nobody knows it");
    assert!(unknown.message.contains("set in the image"), "{unknown:#?}");
    assert!(signs_in(&opened, PASSWORD).await, "{image}");
    assert!(!signs_in(&opened, "another").await, "{image}");

    // Who has seen one of the image's labs knows the next one.
    let told = room.labs.frame(&form).await.sign_in;
    assert_eq!(told.kind, SignInKind::Password, "{image}");
    assert!(!told.opens_signed_in && told.image_password.is_none());

    // What was found belongs to this start.
    room.labs.stop_lab(&lab).await.unwrap();
    let card = room
        .card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    assert_eq!(card.sign_in, SignInKind::Token, "{image}");
    room.delete(&lab).await;
}

/// Waits until its card says that it asks for a password.
async fn asking(room: &Room, lab: &LabId) -> LabCard {
    room.card(lab, "known to ask for a password", |card| {
        card.state == LabState::Running && card.sign_in == SignInKind::Password
    })
    .await
}

/// Types the password on the server's own page, as a browser does that comes from this address; whether
/// that let it in.
async fn signs_in(opened: &str, password: &'static str) -> bool {
    let base = opened.rsplit_once('/').expect("a path").0.to_owned();
    tokio::task::spawn_blocking(move || {
        let login = format!("{base}/login");
        let page = http_request("GET", &login, &[], b"").unwrap();
        assert_eq!(page.status, 200, "{login}");
        let cookie = page.headers.iter().find_map(|(name, value)| {
            let cookie = value.split(';').next()?;
            (name == "set-cookie" && cookie.starts_with("_xsrf=")).then(|| cookie.to_owned())
        });
        let cookie = cookie.expect("an _xsrf cookie");
        let xsrf = cookie.trim_start_matches("_xsrf=").replace('|', "%7C");
        let body = format!("_xsrf={xsrf}&password={password}");
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        http_request("POST", &login, &headers, body.as_bytes())
            .unwrap()
            .status
            == 302
    })
    .await
    .unwrap()
}
