//! The vault against a real keyring, and without one.
//!
//! A keyring is found through the environment, which a running program does not change, so each
//! test runs this program again with the environment of a bus of its own. The tests that are run
//! in there begin with `inside_` and are ignored outside.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::process::Stdio;
use std::time::Duration;

use slipway_testbed::SecretService;
use slipway_testbed::process::{Leashed, command};
use slipway_vault::{Secret, Vault, VaultStatus};

/// Runs one of the inside tests with this environment.
fn run_inside(test: &str, environment: &[(String, String)]) {
    let output = command(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .envs(environment.iter().cloned())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
fn an_unlocked_keyring_keeps_secrets() {
    let service = SecretService::start().unwrap();
    run_inside("inside_an_unlocked_keyring", &service.environment());
}

#[tokio::test]
#[ignore = "run by an_unlocked_keyring_keeps_secrets"]
async fn inside_an_unlocked_keyring() {
    let vault = Vault::of_this_system();
    assert_eq!(vault.status().await, VaultStatus::Keyring);
    assert!(vault.find("lab/a/password").await.is_none());
    assert_eq!(
        vault
            .keep("lab/a/password", Secret::new("päss\"wörd".into()))
            .await,
        VaultStatus::Keyring
    );
    assert_eq!(
        vault
            .keep("lab/b/password", Secret::new("other".into()))
            .await,
        VaultStatus::Keyring
    );
    // Another Slipway of the same person, or this one after a restart.
    let later = Vault::of_this_system();
    assert_eq!(
        later.find("lab/a/password").await.unwrap().reveal(),
        "päss\"wörd"
    );
    assert_eq!(
        later
            .keep("lab/a/password", Secret::new("new".into()))
            .await,
        VaultStatus::Keyring
    );
    assert_eq!(
        vault.find("lab/a/password").await.unwrap().reveal(),
        "new",
        "kept anew, not twice"
    );
    later.forget("lab/a/password").await;
    assert!(vault.find("lab/a/password").await.is_none());
    assert_eq!(
        vault.find("lab/b/password").await.unwrap().reveal(),
        "other",
        "only the named one is forgotten"
    );
    vault.forget("lab/never-there").await;
}

#[test]
fn a_keyring_that_comes_later_is_found() {
    let service = SecretService::start_locked_out().unwrap();
    run_inside("inside_a_bus_without_keyring", &service.environment());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by a_keyring_that_comes_later_is_found"]
async fn inside_a_bus_without_keyring() {
    let vault = Vault::of_this_system();
    let VaultStatus::MemoryOnly(why) = vault.status().await else {
        panic!("there is no keyring yet")
    };
    assert!(
        why.contains("no keyring") && why.ends_with("until Slipway quits."),
        "{why}"
    );
    assert!(matches!(
        vault.keep("early", Secret::new("kept".into())).await,
        VaultStatus::MemoryOnly(_)
    ));
    assert_eq!(
        vault.find("early").await.unwrap().reveal(),
        "kept",
        "memory is the stand-in"
    );

    let unlock =
        "exec gnome-keyring-daemon --foreground --unlock --components=secrets < <(printf test-bed)";
    let mut keyring = Leashed::start("bash", &["-c", unlock], &[], Stdio::null()).unwrap();
    wait_for(&vault, &VaultStatus::Keyring).await;
    assert_eq!(
        vault.keep("late", Secret::new("kept".into())).await,
        VaultStatus::Keyring
    );
    assert_eq!(
        Vault::of_this_system().find("late").await.unwrap().reveal(),
        "kept"
    );
    assert!(keyring.is_running());

    // It crashes, and comes back: the connection is made anew.
    drop(keyring);
    let mut status = vault.status().await;
    for _ in 0..50 {
        if status != VaultStatus::Keyring {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        status = vault.status().await;
    }
    assert!(matches!(status, VaultStatus::MemoryOnly(_)), "{status:?}");
    let _keyring = Leashed::start("bash", &["-c", unlock], &[], Stdio::null()).unwrap();
    wait_for(&vault, &VaultStatus::Keyring).await;
    assert_eq!(
        vault.find("late").await.unwrap().reveal(),
        "kept",
        "the keyring's own file kept it"
    );
}

async fn wait_for(vault: &Vault, wanted: &VaultStatus) {
    for _ in 0..150 {
        if vault.status().await == *wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the vault never was {wanted:?}: {:?}", vault.status().await);
}

#[test]
fn without_a_bus_secrets_stay_in_memory() {
    let nowhere = (
        "DBUS_SESSION_BUS_ADDRESS".to_owned(),
        "unix:path=/nonexistent/bus".to_owned(),
    );
    run_inside("inside_no_bus", &[nowhere]);
}

#[tokio::test]
#[ignore = "run by without_a_bus_secrets_stay_in_memory"]
async fn inside_no_bus() {
    let vault = Vault::of_this_system();
    assert!(matches!(vault.status().await, VaultStatus::MemoryOnly(_)));
    assert!(matches!(
        vault.keep("a", Secret::new("b".into())).await,
        VaultStatus::MemoryOnly(_)
    ));
    assert_eq!(vault.find("a").await.unwrap().reveal(), "b");
    assert!(
        Vault::of_this_system().find("a").await.is_none(),
        "no file, no other place"
    );
    vault.forget("a").await;
    assert!(vault.find("a").await.is_none());
}
