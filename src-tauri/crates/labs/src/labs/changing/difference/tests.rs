use super::*;
use crate::fixtures;
use crate::form::{MountRow, VariableRow};

fn form() -> LaunchForm {
    let mut form = fixtures::form_of("jupyter", &fixtures::facts());
    form.name = "Report".to_owned();
    form.storage.kind = StorageKind::Volume;
    form.storage.volume = "work".to_owned();
    form.storage.target = "/work".to_owned();
    form
}

fn of(change: impl FnOnce(&mut LaunchForm)) -> Difference {
    let old = form();
    let mut new = old.clone();
    change(&mut new);
    between(&old, &new, &TypedSecrets::default())
}

#[test]
fn nothing_is_nothing() {
    assert!(of(|_| {}).is_nothing());
    let typed_elsewhere = of(|form| form.storage.folder = "/somewhere".to_owned());
    assert!(typed_elsewhere.is_nothing(), "only the chosen kind counts");
    assert!(of(|form| form.name.push(' ')).is_nothing());
    assert!(of(|form| form.risk_accepted = !form.risk_accepted).is_nothing());
}

#[test]
fn name_limits_and_restart_are_set_at_once() {
    let difference = of(|form| {
        form.name = "Report 2".to_owned();
        form.advanced.memory = "2g".to_owned();
        form.advanced.cpus = "1.5".to_owned();
        form.advanced.restart.choice = RestartChoice::UnlessStopped;
    });
    assert_eq!(
        difference.at_once,
        [
            "Report is called Report 2.",
            "A memory limit of 2g is set.",
            "A limit of processors of 1.5 is set.",
            "Docker starts it again when it stops by itself, unless somebody stopped it.",
        ]
    );
    assert_eq!(difference.anew, [""; 0]);
}

#[test]
fn a_limit_cannot_be_taken_away_from_a_container() {
    let mut old = form();
    old.advanced.memory = "2g".to_owned();
    let difference = between(&old, &form(), &TypedSecrets::default());
    assert_eq!(difference.at_once, [""; 0]);
    assert_eq!(difference.anew, ["The memory limit of 2g is taken away."]);
}

#[test]
fn everything_else_needs_a_new_container() {
    let one = |change: fn(&mut LaunchForm)| {
        let difference = of(change);
        assert_eq!(difference.at_once, [""; 0]);
        assert_eq!(difference.anew.len(), 1, "{difference:#?}");
        difference.anew[0].clone()
    };
    insta::assert_snapshot!(
        [
            one(|form| form.ports[0].host = "9999".to_owned()),
            one(|form| form.ports[0].host.clear()),
            one(|form| form.ports.clear()),
            one(|form| form.listen_ip = "0.0.0.0".to_owned()),
            one(|form| form.version = "9".to_owned()),
            one(|form| form.storage.volume = "other".to_owned()),
            one(|form| form.storage.kind = StorageKind::Nothing),
            one(|form| form.advanced.mounts.push(MountRow::default())),
            one(|form| form.advanced.environment.push(VariableRow::default())),
            one(|form| form.docker_control = true),
            one(|form| form.advanced.network.name = "lab-net".to_owned()),
            one(|form| form.user.mapped = !form.user.mapped),
            one(|form| form.advanced.hostname = "desk".to_owned()),
        ]
        .join("\n")
    );
}

#[test]
fn what_is_typed_beside_the_form_counts() {
    let old = form();
    let typed = TypedSecrets {
        password: Some("sunrise".to_owned()),
        ..TypedSecrets::default()
    };
    let difference = between(&old, &old, &typed);
    assert_eq!(difference.anew, ["How one signs in changes."]);
}
