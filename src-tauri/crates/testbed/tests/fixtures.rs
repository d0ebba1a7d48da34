//! The fixtures that run real programs: the keyring, the display, the caught browser.

use std::time::{Duration, SystemTime};

use slipway_testbed::process::command;
use slipway_testbed::{BrowserCatch, Display, SecretService};

#[test]
fn a_secret_can_be_looked_for_on_the_private_bus() {
    let mut service = SecretService::start().unwrap();
    let list = |service: &SecretService| {
        command("dbus-send")
            .envs(service.environment())
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.secrets",
                "/org/freedesktop/secrets",
            ])
            .args(["org.freedesktop.Secret.Service.ReadAlias", "string:default"])
            .output()
            .unwrap()
    };
    let answer = String::from_utf8_lossy(&list(&service).stdout).into_owned();
    assert!(
        answer.contains("/collection/"),
        "the keyring has a default collection, unlocked: {answer}"
    );
    assert!(service.is_running());
    service.end_keyring();
    assert!(
        !list(&service).status.success(),
        "nobody answers for the keyring any more, and nobody is started"
    );
}

#[test]
fn a_display_shows_what_is_drawn_on_it() {
    let display = Display::start(320, 200).unwrap();
    let other = Display::start(320, 200).unwrap();
    assert_ne!(display.name(), other.name());
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("screen.png");
    display.capture(&picture).unwrap();
    assert_eq!(
        display.frame().unwrap().len(),
        320 * 200 * 4,
        "the pixels can be read without a picture"
    );
    let bytes = std::fs::read(picture).unwrap();
    assert!(bytes.starts_with(b"\x89PNG"), "the picture is a PNG file");
    assert_eq!(
        bytes[16..24],
        [0, 0, 1, 64, 0, 0, 0, 200],
        "as large as the display"
    );
}

#[test]
fn what_is_opened_is_caught_with_its_time() {
    let browser = BrowserCatch::new().unwrap();
    assert_eq!(browser.wait_for_url(Duration::from_millis(50)), None);
    let before = SystemTime::now();
    let url = "http://127.0.0.1:8888/lab?token=a%20b&x=1";
    command("sh")
        .args(["-c", "xdg-open \"$0\"", url])
        .env("PATH", browser.path_variable())
        .status()
        .unwrap();
    let opened = browser.wait_for_url(Duration::from_secs(5)).unwrap();
    assert_eq!(opened.url, url);
    assert!(
        opened.at >= before && opened.at <= SystemTime::now(),
        "the time is that of the call"
    );
}
