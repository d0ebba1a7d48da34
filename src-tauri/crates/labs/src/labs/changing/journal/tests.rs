use slipway_engine::UnixMillis;

use super::*;
use crate::fixtures;
use crate::profile::saved_form;

fn entry(lab: &str) -> Entry {
    let lab = LabId(lab.to_owned());
    let saved = saved_form(fixtures::form_of("jupyter", &fixtures::facts()), None);
    let after = Profile {
        container: None,
        ..Profile::new(lab.clone(), ContainerId("new".into()), UnixMillis(1), saved)
    };
    Entry {
        lab,
        engine: None,
        old: ContainerId("old".to_owned()),
        name: "report".to_owned(),
        aside: "report-before-1".to_owned(),
        temporary: "report-new-1".to_owned(),
        ran: true,
        volumes: Vec::new(),
        networks: Vec::new(),
        proven: false,
        after,
        restart: Restart::default(),
    }
}

#[test]
fn each_step_is_on_disk_and_found_again_by_whoever_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::begin(folder.path(), entry("report-1")).unwrap();
    journal.note(|entry| entry.proven = true).unwrap();
    let found = read(folder.path());
    assert_eq!(found, [journal.entry.clone()]);

    assert!(
        matches!(Journal::claim(folder.path(), &found[0].lab), Claim::Held),
        "somebody is at it"
    );
    assert!(Journal::begin(folder.path(), entry("report-1")).is_err());
    drop(journal);
    let Claim::Ours(journal) = Journal::claim(folder.path(), &found[0].lab) else {
        panic!("nobody is at it any more")
    };
    assert!(journal.entry.proven);
    journal.end();
    drop(journal);
    assert_eq!(read(folder.path()), []);
    assert!(matches!(
        Journal::claim(folder.path(), &found[0].lab),
        Claim::Gone
    ));
}

#[test]
fn what_is_damaged_or_of_another_name_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::begin(folder.path(), entry("report-1")).unwrap();
    let place = folder.path().join("changing");
    let text = std::fs::read(place.join("report-1.json")).unwrap();
    for (name, text) in [
        ("other.json", text.as_slice()),
        ("cut.json", &text[..text.len() / 2]),
        ("empty.json", &[]),
    ] {
        std::fs::write(place.join(name), text).unwrap();
    }
    assert_eq!(read(folder.path()), std::slice::from_ref(&journal.entry));
    let files = std::fs::read_dir(&place).unwrap().count();
    assert_eq!(files, 5, "the journal, its lock, and what is not ours");
}

#[test]
fn a_change_that_cannot_be_written_down_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("labs");
    std::fs::write(&blocked, "a file where the folder should be").unwrap();
    let problem = Journal::begin(&blocked, entry("report-1")).expect_err("nothing can be written");
    assert!(
        problem.message.contains("Nothing was changed"),
        "{problem:#?}"
    );
}
