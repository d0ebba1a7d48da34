use super::*;
use crate::fixtures::{engine, facts, form_of};

fn folder_form(folder: &str) -> LaunchForm {
    let mut form = form_of("exasol-ai-lab", &facts());
    form.storage.kind = StorageKind::Folder;
    form.storage.folder = folder.to_owned();
    form
}

#[test]
fn nothing_risky_has_no_panel() {
    assert_eq!(
        panel(&form_of("exasol-ai-lab", &facts()), Some(&engine())),
        None
    );
}

#[test]
fn the_socket_has_the_whole_panel() {
    let mut form = form_of("exasol-ai-lab", &facts());
    form.docker_control = true;
    insta::assert_json_snapshot!(panel(&form, Some(&engine())));
}

#[test]
fn the_disk_and_folders_with_the_socket_are_as_risky() {
    for (folder, kind) in [
        ("/", RiskKind::HostRoot),
        ("//", RiskKind::HostRoot),
        ("/home/..", RiskKind::HostRoot),
        ("C:\\", RiskKind::HostRoot),
        ("/var/run", RiskKind::FolderWithSocket),
        ("/var/run/", RiskKind::FolderWithSocket),
        ("/run", RiskKind::FolderWithSocket),
        ("/var", RiskKind::FolderWithSocket),
        ("/var/run/docker.sock", RiskKind::DockerSocket),
    ] {
        let panel = panel(&folder_form(folder), Some(&engine()))
            .unwrap_or_else(|| panic!("{folder} is risky"));
        assert_eq!(panel.kinds, [kind], "{folder}");
    }
    for folder in ["/home/anna/work", "/variety", "/var/lib/data", ""] {
        assert_eq!(
            panel(&folder_form(folder), Some(&engine())),
            None,
            "{folder}"
        );
    }
}

#[test]
fn a_socket_that_lies_elsewhere_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_string_lossy().into_owned();
    assert_eq!(folder_risk(&path, Some(&engine())), None);
    std::fs::write(folder.path().join("docker.sock"), "").unwrap();
    assert_eq!(
        folder_risk(&path, Some(&engine())),
        Some(RiskKind::FolderWithSocket)
    );

    let mut rootless = engine();
    rootless.socket_path = Some("/run/user/1000/docker.sock".to_owned());
    assert_eq!(
        folder_risk("/run/user", Some(&rootless)),
        Some(RiskKind::FolderWithSocket)
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_the_root_is_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("innocent");
    std::os::unix::fs::symlink("/", &link).unwrap();
    assert_eq!(
        folder_risk(&link.to_string_lossy(), Some(&engine())),
        Some(RiskKind::HostRoot)
    );
}

#[test]
fn obstacles_are_known_before_they_break_the_start() {
    assert_eq!(obstacle(true, &engine()), None);
    let mut unwritable = engine();
    unwritable.socket_group_writable = Some(false);
    assert!(obstacle(true, &unwritable).is_some());
    assert_eq!(
        obstacle(false, &unwritable),
        None,
        "a lab that works as root does not mind"
    );
    let mut rootless = engine();
    rootless.rootless = true;
    assert!(obstacle(false, &rootless).is_some());
}

#[test]
fn the_row_of_this_setup_is_marked() {
    let setup = |address: &str, wsl: bool, here: bool| {
        let mut facts = engine();
        facts.endpoint = slipway_engine::endpoint::Endpoint::new(
            address,
            slipway_engine::endpoint::EndpointSource::KnownPlace,
        );
        facts.wsl = wsl;
        facts.this_computer = here;
        facts
    };
    let mut desktop = setup("npipe:////./pipe/dockerDesktopLinuxEngine", false, true);
    desktop.endpoint.product = EngineProduct::DockerDesktop;
    let mut rootless = setup("unix:///run/user/1000/docker.sock", false, true);
    rootless.rootless = true;
    let mut seen = Vec::new();
    for (system, facts) in [
        ("windows", &desktop),
        (
            "windows",
            &setup("npipe:////./pipe/docker_engine", true, true),
        ),
        ("windows", &setup("tcp://10.0.0.5:2376", false, false)),
        ("macos", &desktop),
        ("macos", &setup("tcp://10.0.0.5:2376", false, false)),
        (
            "macos",
            &setup(
                "unix:///Users/anna/.colima/default/docker.sock",
                false,
                true,
            ),
        ),
        ("linux", &setup("unix:///var/run/docker.sock", false, true)),
        ("linux", &rootless),
        ("linux", &setup("tcp://10.0.0.5:2376", false, false)),
    ] {
        let table = support_table_on(system, Some(facts));
        let current: Vec<String> = table
            .rows
            .iter()
            .filter(|row| row.current)
            .map(|row| format!("{}: {} / {}", row.setup, row.without_words, row.with_words))
            .collect();
        seen.push(format!(
            "{system}: {current:?} {}",
            table.note.unwrap_or_default()
        ));
    }
    insta::assert_snapshot!(seen.join("\n"));

    let inside = support_table_on(
        "linux",
        Some(&setup("unix:///var/run/docker.sock", true, true)),
    );
    let current = inside.rows.iter().find(|row| row.current);
    assert_eq!(
        current.map(|row| row.setup.as_str()),
        Some("Windows, WSL 2"),
        "Slipway itself may run inside WSL 2"
    );
}
