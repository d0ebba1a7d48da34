//! The contract between the window and its screens.

use std::collections::BTreeSet;
use std::path::Path;

/// `ui/src/ipc/bindings.ts` says what the commands are. `cargo xtask bindings` writes it anew.
#[test]
fn typescript_is_up_to_date() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/ui/src/ipc/bindings.ts"
    ));
    if std::env::var_os("SLIPWAY_WRITE_BINDINGS").is_some() {
        slipway_app::bindings::export(path).expect("every type can be expressed in TypeScript");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fresh = folder.path().join("bindings.ts");
    slipway_app::bindings::export(&fresh).expect("every type can be expressed in TypeScript");
    let read = |path: &Path| std::fs::read_to_string(path).expect("bindings.ts can be read");
    assert!(
        read(path) == read(&fresh),
        "ui/src/ipc/bindings.ts is out of date: run `cargo xtask bindings`"
    );
}

/// The window may call exactly the commands that exist.
#[test]
fn capability_grants_exactly_the_commands() {
    let list = include_str!("../src-tauri/bindings.rs");
    let commands: BTreeSet<String> = list
        .lines()
        .filter_map(|line| line.trim().strip_prefix("commands::"))
        .filter_map(|line| line.split("::").nth(1))
        .map(|name| format!("allow-{}", name.trim_end_matches(',').replace('_', "-")))
        .collect();
    assert!(commands.len() > 20, "the list of commands was read");
    let capability: serde_json::Value =
        serde_json::from_str(include_str!("../src-tauri/capabilities/main.json"))
            .expect("the capability is JSON");
    let granted: BTreeSet<String> = capability["permissions"]
        .as_array()
        .expect("permissions are a list")
        .iter()
        .filter_map(|permission| permission.as_str())
        .filter(|permission| permission.starts_with("allow-"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        granted, commands,
        "src-tauri/capabilities/main.json must name the commands of bindings.rs"
    );
}
