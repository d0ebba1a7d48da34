use slipway_engine::ContainerId;
use slipway_engine::inventory::{ContainerMount, EngineReport};

use super::*;
use crate::address::Reach;
use crate::card::{Intent, WarningKind};
use crate::fixtures::{With, facts, form_of};
use crate::labs::shared::{Asked, Watched};
use crate::profile::saved_form;

/// A lab with one container, changed as a test wants it.
struct Scene {
    state: State,
    row: ContainerRow,
    ready: bool,
}

impl Scene {
    fn new() -> Self {
        let facts = facts().with_container(
            "ai-lab",
            ContainerState::Running,
            Some(("127.0.0.1", 8888)),
            None,
        );
        let mut row = facts
            .snapshot
            .containers
            .values()
            .next()
            .expect("a container")
            .as_ref()
            .clone();
        row.started = Some(UnixMillis(50));
        let form = form_of("exasol-ai-lab", &facts);
        let profile = Profile::new(
            LabId("ai-lab-1".to_owned()),
            row.id.clone(),
            UnixMillis(1),
            saved_form(form, None),
        );
        let mut state = State::default();
        state.profiles.insert(profile.id.clone(), profile);
        Self {
            state,
            row,
            ready: true,
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::clone(&facts().snapshot);
        snapshot.containers = Arc::new(
            [(self.row.id.clone(), Arc::new(self.row.clone()))]
                .into_iter()
                .collect(),
        );
        if !self.ready {
            let status = EngineStatus::Reconnecting {
                since: UnixMillis(9),
            };
            snapshot.report = Arc::new(EngineReport {
                status,
                ..EngineReport::clone(&snapshot.report)
            });
        }
        snapshot
    }

    fn card(&self) -> LabCard {
        let mut cards = cards(&self.state, &self.snapshot(), None);
        assert_eq!(cards.len(), 1);
        cards.remove(0)
    }

    fn profile(&mut self) -> &mut Profile {
        self.state.profiles.values_mut().next().expect("a profile")
    }

    fn ended(mut self, code: i32, out_of_memory: bool) -> Self {
        self.row.state = ContainerState::Exited;
        self.row.exit_code = Some(code);
        self.row.out_of_memory = out_of_memory;
        self.row.finished = Some(UnixMillis(60));
        self
    }
}

#[test]
fn a_running_lab_is_starting_until_it_answers() {
    let mut scene = Scene::new();
    assert_eq!(scene.card().state, LabState::Starting);
    let answered = |started| Watched {
        answer: Answer::Answered(None),
        ..Watched::waiting(started)
    };
    let lab = LabId("ai-lab-1".to_owned());
    scene
        .state
        .watched
        .insert(lab.clone(), answered(Some(UnixMillis(40))));
    assert_eq!(
        scene.card().state,
        LabState::Starting,
        "an answer of an earlier start does not count"
    );
    scene
        .state
        .watched
        .insert(lab, answered(Some(UnixMillis(50))));
    assert_eq!(scene.card().state, LabState::Running);
}

#[test]
fn an_intent_changes_no_state() {
    let mut scene = Scene::new();
    let asked = Asked {
        intent: Intent::Stop,
        started_before: None,
        done: true,
    };
    scene
        .state
        .intents
        .insert(LabId("ai-lab-1".to_owned()), asked);
    let card = scene.card();
    assert_eq!(
        (card.state, card.intent),
        (LabState::Starting, Some(Intent::Stop))
    );
}

#[test]
fn endings_are_told_apart() {
    for (code, out_of_memory, state, kind) in [
        (0, false, LabState::Stopped, None),
        (137, false, LabState::Stopped, None),
        (143, false, LabState::Stopped, None),
        (137, true, LabState::Problem, Some(ProblemKind::OutOfMemory)),
        (0, true, LabState::Stopped, None),
        (1, false, LabState::Problem, Some(ProblemKind::Other)),
    ] {
        let card = Scene::new().ended(code, out_of_memory).card();
        assert_eq!(
            (card.state, card.problem.map(|problem| problem.kind)),
            (state, kind),
            "exit code {code}"
        );
    }
    let mut asked_to_stop = Scene::new().ended(241, false);
    asked_to_stop.profile().stopped = Some(UnixMillis(60));
    assert_eq!(
        asked_to_stop.card().state,
        LabState::Stopped,
        "whatever a lab says when it is stopped"
    );
}

#[test]
fn without_its_container_a_lab_is_missing_and_without_an_engine_only_old() {
    let mut scene = Scene::new();
    scene.row.id = ContainerId::from("another");
    let card = scene.card();
    assert_eq!(
        (card.state, card.container, card.stale),
        (LabState::Missing, None, false)
    );

    let mut scene = Scene::new();
    scene.ready = false;
    let card = scene.card();
    assert!(card.stale);
    assert_eq!(card.state, LabState::Starting, "what was on screen stays");
}

#[test]
fn warnings_say_what_a_lab_can_do_and_who_reaches_it() {
    let mut scene = Scene::new();
    scene.row.privileged = true;
    scene.row.mounts = ["/", "/var/run/docker.sock"]
        .map(|source| ContainerMount {
            kind: "bind".to_owned(),
            source: source.to_owned(),
            target: "/x".to_owned(),
            read_only: true,
        })
        .into();
    scene.row.ports[0].listen_ip = "0.0.0.0".to_owned();
    scene.profile().saved.form.ports[0].container = "8888".to_owned();
    scene.profile().saved.form.storage.kind = StorageKind::Nothing;
    let card = scene.card();
    let words: Vec<String> = card
        .warnings
        .iter()
        .map(|warning| format!("{:?}: {}. {}", warning.kind, warning.title, warning.message))
        .collect();
    insta::assert_snapshot!(words.join("\n"));
    assert_eq!(card.addresses[0].text, "http://127.0.0.1:8888");
    assert_eq!(card.addresses[0].reach, Reach::Everyone);
    let plain = Scene::new().card();
    assert!(plain.warnings.is_empty(), "{:?}", plain.warnings);
}

#[test]
fn a_server_that_says_it_is_open_is_a_danger_where_others_reach_it() {
    let kinds = |scene: &Scene| {
        let card = scene.card();
        let kinds: Vec<WarningKind> = card.warnings.iter().map(|one| one.kind).collect();
        (card.sign_in, kinds)
    };
    let lab = LabId("ai-lab-1".to_owned());
    let said = |started| Watched {
        answer: Answer::Answered(None),
        asks: Some(SignInKind::Open),
        ..Watched::waiting(Some(UnixMillis(started)))
    };
    let mut scene = Scene::new();
    scene.state.watched.insert(lab.clone(), said(50));
    assert_eq!(kinds(&scene), (SignInKind::Open, vec![]), "loopback");
    scene.row.ports[0].listen_ip = "192.168.1.5".to_owned();
    let danger = vec![WarningKind::OpenWithoutPassword];
    assert_eq!(kinds(&scene), (SignInKind::Open, danger));
    scene.state.watched.insert(lab, said(40));
    let known = vec![WarningKind::OpenToNetwork];
    assert_eq!(
        kinds(&scene),
        (SignInKind::Password, known),
        "what an earlier start said does not count"
    );
}

#[test]
fn a_password_that_a_file_sets_is_told_from_a_token() {
    use crate::address::PageAddress;
    use slipway_vault::Secret;
    let lab = LabId("ai-lab-1".to_owned());
    let said = |asks| {
        let token = Some(Secret::new("from-outside".into()));
        let page = PageAddress::new(false, "127.0.0.1".into(), 8888, "/lab", token);
        Watched {
            answer: Answer::Answered(Some(page)),
            asks,
            ..Watched::waiting(Some(UnixMillis(50)))
        }
    };
    let mut scene = Scene::new();
    let form = form_of("jupyter", &facts());
    scene.profile().saved.form = form;
    for (asks, kind, has_password, opened) in [
        (
            Some(SignInKind::Password),
            SignInKind::Password,
            false,
            "http://127.0.0.1:8888/lab",
        ),
        (
            Some(SignInKind::Token),
            SignInKind::Token,
            true,
            "http://127.0.0.1:8888/lab?token=from-outside",
        ),
        (
            None,
            SignInKind::Token,
            true,
            "http://127.0.0.1:8888/lab?token=from-outside",
        ),
    ] {
        let watched = said(asks);
        let page = watched.page().expect("it answered with one");
        assert_eq!(page.opened().reveal(), opened);
        scene.state.watched.insert(lab.clone(), watched);
        let card = scene.card();
        assert_eq!((card.sign_in, card.has_password), (kind, has_password));
    }
}

#[test]
fn a_port_on_both_families_is_one_address() {
    let mut scene = Scene::new();
    let mut six = scene.row.ports[0].clone();
    scene.row.ports[0].listen_ip = "0.0.0.0".to_owned();
    six.listen_ip = "::".to_owned();
    scene.row.ports.insert(0, six);
    assert_eq!(scene.card().addresses.len(), 1);
}

#[test]
fn an_end_whose_time_is_not_known_yet_is_no_problem() {
    let mut listed = Scene::new().ended(3, false);
    listed.row.finished = None;
    assert_eq!(
        listed.card().state,
        LabState::Stopped,
        "a list has the exit code and not the time"
    );
    listed.row.finished = Some(UnixMillis(60));
    assert_eq!(listed.card().state, LabState::Problem);
}

#[test]
fn labs_of_another_engine_are_neither_here_nor_gone() {
    use crate::profile::EngineMark;
    let here = EngineMark::of(&crate::fixtures::engine());
    let desktop = EngineMark {
        id: "desktop".to_owned(),
        address: here.address.clone(),
        name: "Docker Desktop".to_owned(),
    };
    let mut scene = Scene::new();
    scene.profile().engine = Some(desktop.clone());
    assert_eq!(
        scene.card().container,
        Some(scene.row.id.clone()),
        "a container that is here is here, whatever the profile says"
    );

    scene.row.id = ContainerId::from("another");
    assert!(cards(&scene.state, &scene.snapshot(), None).is_empty());
    let mut other = scene.profile().clone();
    other.id = LabId("report-1".to_owned());
    other.saved.form.name = "A report".to_owned();
    scene.state.profiles.insert(other.id.clone(), other);
    let found = elsewhere(&scene.state, &scene.snapshot());
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].sentence,
        "2 labs are on Docker Desktop: A report and AI-Lab 2."
    );
    assert!(
        lab_facts(&scene.state, &Arc::new(scene.snapshot()), &[]).is_empty(),
        "their names and volumes are free here"
    );

    // Without ids the address decides; an engine that says nothing may be any.
    let old = EngineMark {
        id: String::new(),
        ..here.clone()
    };
    for mark in [here, old] {
        scene.profile().engine = Some(mark);
        scene.state.profiles.retain(|lab, _| lab.0 == "ai-lab-1");
        assert_eq!(scene.card().state, LabState::Missing);
    }
    let mut silent = scene.snapshot();
    silent.report = Arc::new(EngineReport {
        facts: None,
        ..EngineReport::clone(&silent.report)
    });
    scene.profile().engine = Some(desktop);
    assert!(elsewhere(&scene.state, &silent).is_empty());
}
