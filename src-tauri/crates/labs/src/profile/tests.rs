use slipway_engine::inventory::ContainerState;

use super::*;
use crate::fixtures::{With, facts, form_of};
use crate::form::LaunchForm;

fn form(recipe: &str) -> LaunchForm {
    form_of(recipe, &facts())
}

fn profile(id: &str) -> Profile {
    let saved = saved_form(form("exasol-ai-lab"), Some(UnixMillis(5)));
    Profile::new(
        LabId(id.to_owned()),
        ContainerId::from("c1"),
        UnixMillis(1),
        saved,
    )
}

#[test]
fn what_is_saved_is_read_again() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("labs");
    let (profiles, nothing, problems) = ProfileFolder::read(folder.clone());
    assert!(
        nothing.is_empty() && problems.is_empty(),
        "a folder that is not there yet holds no labs"
    );
    profiles.save(&profile("ai-lab-1")).expect("saved");
    profiles.save(&profile("ai-lab-2")).expect("saved");
    let (profiles, read, problems) = ProfileFolder::read(folder.clone());
    assert_eq!(read, [profile("ai-lab-1"), profile("ai-lab-2")]);
    assert!(problems.is_empty());
    profiles
        .remove(&LabId("ai-lab-1".to_owned()))
        .expect("removed");
    profiles
        .remove(&LabId("ai-lab-1".to_owned()))
        .expect("gone already is no error");
    assert_eq!(ProfileFolder::read(folder.clone()).1.len(), 1);
    let names: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(
        names,
        ["ai-lab-2.json"],
        "no half-written files stay behind"
    );
}

#[test]
fn damaged_and_newer_files_are_reported_and_never_touched() {
    let home = tempfile::tempdir().expect("a folder");
    let whole = serde_json::to_string(&profile("whole")).expect("JSON");
    let half = whole.get(..whole.len() / 2).expect("half");
    let newer = whole.replacen("\"version\":1", "\"version\":2", 1);
    let files = [
        ("half", half.to_owned()),
        ("empty", String::new()),
        ("newer", newer),
        ("other-name", whole.clone()),
        ("wrong-type", "{\"version\":1,\"id\":7}".to_owned()),
    ];
    for (name, text) in &files {
        std::fs::write(home.path().join(format!("{name}.json")), text).expect("written");
    }
    std::fs::write(home.path().join("notes.txt"), "not a profile").expect("written");
    std::fs::write(home.path().join("whole.json"), &whole).expect("written");

    let (folder, profiles, problems) = ProfileFolder::read(home.path().to_owned());
    assert_eq!(profiles, [profile("whole")]);
    assert_eq!(problems.len(), files.len());
    assert!(
        problems
            .iter()
            .all(|problem| problem.kind == ProblemKind::ProfileUnreadable)
    );
    let voice: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} {}", problem.title, problem.message))
        .collect();
    insta::assert_snapshot!(voice.join("\n"));

    for (name, text) in &files {
        folder
            .save(&profile(name))
            .expect("saving over it is no error, and does nothing");
        folder
            .remove(&LabId((*name).to_owned()))
            .expect("neither is deleting");
        let kept =
            std::fs::read_to_string(home.path().join(format!("{name}.json"))).expect("still there");
        assert_eq!(&kept, text);
    }
}

#[test]
fn labels_rebuild_a_lab_and_damaged_labels_do_not() {
    let saved = saved_form(form("exasol-ai-lab"), None);
    let facts = facts().with_container("ai-lab", ContainerState::Exited, None, None);
    let mut row = facts
        .snapshot
        .containers
        .values()
        .next()
        .expect("a container")
        .as_ref()
        .clone();
    assert!(
        Profile::of_container(&row).is_none(),
        "a container without labels is no lab"
    );
    row.labels
        .insert(LAB_LABEL.to_owned(), "ai-lab-1".to_owned());
    row.labels
        .insert(PROFILE_LABEL.to_owned(), label_text(&saved).expect("JSON"));
    let found = Profile::of_container(&row).expect("a lab");
    assert_eq!(found.saved.form.name, "AI-Lab", "the person's own spelling");
    row.name = "renamed".to_owned();
    let renamed = Profile::of_container(&row).expect("a lab");
    assert_eq!(renamed.saved.form.name, "renamed");
    assert_eq!(
        (found.id.0.as_str(), found.saved.form.image.as_str()),
        ("ai-lab-1", "exasol/ai-lab")
    );

    for id in ["", "../../evil", "a/b", ".hidden", "x\0y"] {
        let mut evil = row.clone();
        evil.labels.insert(LAB_LABEL.to_owned(), id.to_owned());
        assert!(
            Profile::of_container(&evil).is_none(),
            "{id:?} would be a path"
        );
    }
    for label in ["", "{", "{\"version\":1}", "[]"] {
        let mut damaged = row.clone();
        damaged
            .labels
            .insert(PROFILE_LABEL.to_owned(), label.to_owned());
        assert!(Profile::of_container(&damaged).is_none(), "{label}");
    }
}

#[test]
fn what_another_slipway_writes_is_seen_and_own_writing_is_not() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("labs");
    let (here, _, _) = ProfileFolder::read(folder.clone());
    let (there, _, _) = ProfileFolder::read(folder.clone());
    assert_eq!(
        here.look_again().filed,
        Some(Vec::new()),
        "a folder that is not there yet holds nothing"
    );
    there.save(&profile("ai-lab-1")).expect("saved");
    assert_eq!(there.look_again().written, [], "its own writing is known");
    let seen = here.look_again();
    assert_eq!(seen.written, [profile("ai-lab-1")]);
    assert_eq!(seen.filed, Some(vec![LabId("ai-lab-1".to_owned())]));
    assert_eq!(here.look_again().written, [], "only once");

    let mut changed = profile("ai-lab-1");
    changed.stopped = Some(UnixMillis(7));
    there.save(&changed).expect("saved");
    assert_eq!(here.look_again().written, [changed]);
    std::fs::write(folder.join("ai-lab-1.json"), "{ half").expect("written");
    let seen = here.look_again();
    assert_eq!(seen.written, [], "a damaged file changes nothing");
    assert_eq!(seen.filed, Some(vec![LabId("ai-lab-1".to_owned())]));
    there
        .remove(&LabId("ai-lab-1".to_owned()))
        .expect("removed");
    assert_eq!(here.look_again().filed, Some(Vec::new()));
}
