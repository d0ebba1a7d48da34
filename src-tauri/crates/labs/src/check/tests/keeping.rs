//! Where the work is kept.

use super::*;

#[test]
fn volumes_and_targets() {
    let facts = facts()
        .with_volume("used-vol")
        .with_volume("busy-vol")
        .with_volume("old-vol")
        .with_volume("lone-vol")
        .with_lab("AI-Lab", "ai-lab", "used-vol", "exasol/ai-lab:6.0.0")
        .with_container("ai-lab", ContainerState::Exited, None, Some("used-vol"))
        .with_lab("Team lab", "team-lab", "busy-vol", "exasol/ai-lab:6.0.0")
        .with_container("team-lab", ContainerState::Running, None, Some("busy-vol"))
        .with_lab("Old lab", "old-lab", "old-vol", "exasol/ai-lab:1.0.0");
    let form = form_of("exasol-ai-lab", &facts);
    let mut voice = Voice::new();
    for volume in [
        "",
        "a",
        "my vol",
        "-vol",
        "März",
        "/home/anna",
        "~/work",
        "new-vol",
        "lone-vol",
        "used-vol",
        "busy-vol",
    ] {
        voice.say(
            &format!("volume {volume:?}"),
            "storage.volume",
            &with(&form, |form| form.storage.volume = volume.to_owned()),
            &facts,
        );
    }
    let old = with(&form, |form| form.storage.volume = "old-vol".into());
    voice.say(
        "a volume of an older generation",
        "storage.volume",
        &old,
        &facts,
    );
    voice.say("a volume of an older generation", "version", &old, &facts);
    for target in [
        "",
        "work",
        "~/work",
        "/",
        "/home/../..",
        "/home/jupyter/../x",
        "/etc",
        "/proc/1",
        "/a:b",
        "/data",
        "/home/jupyter/notebooks/",
    ] {
        voice.say(
            &format!("target {target:?}"),
            "storage.target",
            &with(&form, |form| form.storage.target = target.to_owned()),
            &facts,
        );
    }
    let socket = with(&form, |form| {
        form.docker_control = true;
        form.storage.target = "/var/run/docker.sock".into();
    });
    voice.say("two mounts at one place", "storage.target", &socket, &facts);
    voice.say(
        "nothing kept",
        "storage",
        &with(&form, |form| form.storage.kind = StorageKind::Nothing),
        &facts,
    );
    insta::assert_snapshot!(voice.text);
}

#[cfg(target_os = "linux")]
#[test]
fn folders() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    for (name, mode) in [
        ("Müller & Söhne", 0o777),
        ("open", 0o777),
        ("closed", 0o700),
    ] {
        std::fs::create_dir(path(name)).unwrap();
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    std::fs::write(path("file.txt"), "").unwrap();
    std::fs::create_dir(path("socket")).unwrap();
    std::fs::write(path("socket/docker.sock"), "").unwrap();
    let facts = facts();
    let ai_lab = form_of("exasol-ai-lab", &facts);
    let jupyter = form_of("jupyter", &facts);
    let in_folder = |form: &LaunchForm, folder: &str| {
        with(form, |form| {
            form.storage.kind = StorageKind::Folder;
            form.storage.folder = folder.to_owned();
        })
    };
    let mut voice = Voice::new().hide(&regex::escape(&home.path().to_string_lossy()), "‹folder›");
    for folder in [
        "",
        "no-such-work",
        "./no-such-work",
        "../no-such-work",
        "/nowhere/at/all",
        "/usr/../etc",
        "/",
        "/etc",
        "/usr/share",
        "/home",
        "/var",
        "/a\u{1}b",
    ] {
        voice.say(
            &format!("folder {folder:?}"),
            "storage.folder",
            &in_folder(&jupyter, folder),
            &facts,
        );
    }
    for (case, folder) in [
        ("blanks and umlauts", "Müller & Söhne"),
        ("open to all", "open"),
        ("a file", "file.txt"),
        ("a folder with the socket", "socket"),
    ] {
        voice.say(
            case,
            "storage.folder",
            &in_folder(&jupyter, &path(folder)),
            &facts,
        );
    }
    voice.say(
        "AI-Lab takes the folder",
        "storage.folder",
        &in_folder(&ai_lab, &path("open")),
        &facts,
    );
    let mut remote = engine();
    remote.this_computer = false;
    let remote = facts_on(remote);
    for folder in ["/srv/data", "data", "/srv/../etc", "/"] {
        voice.say(
            &format!("remote folder {folder:?}"),
            "storage.folder",
            &in_folder(&jupyter, folder),
            &remote,
        );
    }
    insta::assert_snapshot!(voice.text);

    let closed = check(&in_folder(&jupyter, &path("closed")), &facts, None);
    let note = closed
        .notes
        .iter()
        .find(|note| note.field == "storage.folder")
        .unwrap();
    let ours =
        std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(path("closed")).unwrap()) == 1000;
    assert_eq!(
        note.level,
        if ours {
            NoteLevel::Good
        } else {
            NoteLevel::Warning
        },
        "{note:?}"
    );
}

#[test]
fn the_kernel_s_rule_for_writing() {
    use crate::check::folder::{Owner, may_write};
    let owner = |mode| Owner {
        uid: 1000,
        gid: 100,
        mode,
    };
    for (mode, uid, gid, rootless, may) in [
        (0o755, 1000, None, false, true),
        (0o755, 1001, None, false, false),
        (0o775, 1001, Some(100), false, true),
        (0o757, 1001, Some(100), false, false),
        (0o757, 1001, None, false, true),
        (0o000, 0, None, false, true),
        (0o555, 1000, None, false, false),
        (0o755, 0, None, true, true),
        (0o755, 1000, None, true, false),
        (0o757, 1000, None, true, true),
    ] {
        let case = format!("{mode:o} {uid} {gid:?} rootless {rootless}");
        assert_eq!(
            may_write(&owner(mode), uid, gid, rootless, Some((1000, 100))),
            may,
            "{case}"
        );
    }
}
