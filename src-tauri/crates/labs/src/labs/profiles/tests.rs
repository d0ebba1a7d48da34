use super::*;
use crate::fixtures::{With as _, facts, form_of};
use crate::form::{MountRow, VariableRow};

fn file(form: &LaunchForm) -> String {
    serde_json::to_string(&Exported {
        slipway: KIND.to_owned(),
        version: VERSION,
        form: form.clone(),
    })
    .unwrap()
}

#[test]
fn files_that_are_no_exported_labs_get_one_sentence() {
    let good = file(&form_of("exasol-ai-lab", &facts()));
    assert!(read(&good).is_ok());
    assert!(
        read(&format!("\u{feff}{good}")).is_ok(),
        "as some editors save it"
    );
    let newer = good.replace("\"version\":1,\"form\"", "\"version\":9,\"form\"");
    let half = &good[..good.len() / 2];
    for (text, title) in [
        (newer.as_str(), "This file was written by a newer Slipway."),
        (half, "This file ends in the middle."),
        ("", "This file ends in the middle."),
        ("[1, 2]", "This file does not hold the settings of a lab."),
        (
            "id = \"x\"",
            "This file does not hold the settings of a lab.",
        ),
        (
            "{\"name\":\"package\",\"version\":1}",
            "This file does not hold the settings of a lab.",
        ),
        (
            "{\"slipway\":\"recipe\",\"version\":1}",
            "This file does not hold the settings of a lab.",
        ),
        (
            "{\"slipway\":\"lab\",\"version\":1}",
            "This file is damaged.",
        ),
        (
            "{\"slipway\":\"lab\",\"version\":1,\"form\":{\"name\":7}}",
            "This file is damaged.",
        ),
        (
            &format!("{good}{}", " ".repeat(LONGEST_FILE)),
            "This file is too large for a lab's settings.",
        ),
    ] {
        let problem = read(text).expect_err(title);
        assert_eq!(problem.title, title);
        assert_eq!(problem.kind, ProblemKind::ProfileUnreadable);
    }
}

#[test]
fn file_names_are_taken_by_every_system() {
    for (lab, name) in [
        ("AI-Lab", "lab-ai-lab.json"),
        ("con", "lab-con.json"),
        ("Bericht: März/April?", "lab-bericht-maerz-april.json"),
        ("..", "lab-settings.json"),
        ("日本", "lab-settings.json"),
    ] {
        assert_eq!(file_name(lab), name);
    }
    assert!(file_name(&"x".repeat(500)).len() < 80);
}

#[cfg(unix)]
#[test]
fn what_does_not_hold_here_becomes_a_note_and_a_default() {
    let there = facts();
    let mut form = form_of("exasol-ai-lab", &there);
    form.name = "Report".to_owned();
    form.recipe.0 = "somebodys-own".to_owned();
    form.risk_accepted = true;
    form.storage.kind = StorageKind::Folder;
    form.storage.folder = "C:\\Users\\anna\\work".to_owned();
    form.listen_ip = "203.0.113.9".to_owned();
    form.ports[0].host = "61111".to_owned();
    form.sign_in = SignInChoice::Own;
    form.user.mapped = true;
    form.user.uid = "501".to_owned();
    form.advanced.network.name = "far-away".to_owned();
    form.advanced.mounts = vec![
        MountRow {
            kind: MountKind::Volume,
            source: "data".to_owned(),
            target: "/data".to_owned(),
            ..MountRow::default()
        },
        MountRow {
            kind: MountKind::Folder,
            source: "/no/such/folder".to_owned(),
            target: "/x".to_owned(),
            ..MountRow::default()
        },
    ];
    form.advanced.environment = vec![VariableRow {
        name: "API_KEY".to_owned(),
        value: "left in".to_owned(),
        secret: true,
    }];
    let here = facts().with_container(
        "report",
        slipway_engine::inventory::ContainerState::Running,
        Some(("127.0.0.1", 61111)),
        None,
    );
    let imported = settled_here(form, &here);
    let settled = &imported.form;
    assert!(!settled.risk_accepted, "whoever imports it decides anew");
    assert_eq!(settled.recipe.0, "exasol-ai-lab", "recognised by its image");
    assert_eq!(
        (settled.storage.kind, settled.storage.folder.as_str()),
        (StorageKind::Volume, "")
    );
    assert_eq!(settled.listen_ip, "127.0.0.1");
    assert_eq!(settled.user.uid, "1000");
    assert!(settled.advanced.network.create);
    assert_eq!(settled.advanced.environment[0].value, "");
    assert_ne!(settled.name, "Report");
    assert_ne!(settled.ports[0].host, "61111");
    insta::assert_snapshot!(
        imported
            .notes
            .join("\n")
            .replace(&settled.ports[0].host, "<free port>")
    );
}
