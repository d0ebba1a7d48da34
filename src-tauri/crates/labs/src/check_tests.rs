use std::net::TcpListener;
use std::sync::Arc;

use proptest::prelude::*;
use regex::Regex;
use slipway_engine::inventory::{ContainerState, EngineReport, EngineStatus};
use slipway_vault::VaultStatus;

use super::*;
use crate::fixtures::{With as _, engine, facts, facts_on, form_of, form_of_image};
use crate::form::{LaunchForm, PortRow, SignInChoice, StorageKind};

/// Collects what each case says, for the one file in which the whole voice can be read.
struct Voice {
    text: String,
    hidden: Vec<(Regex, &'static str)>,
}

impl Voice {
    fn new() -> Self {
        Self { text: String::new(), hidden: Vec::new() }
    }

    /// What differs from machine to machine.
    fn hide(mut self, pattern: &str, word: &'static str) -> Self {
        self.hidden.push((Regex::new(pattern).unwrap(), word));
        self
    }

    /// Notes of the fields that begin with `field`, errors first seen first.
    fn say(&mut self, case: &str, field: &str, form: &LaunchForm, facts: &CheckFacts) {
        self.say_with(case, field, form, facts, None);
    }

    fn say_with(&mut self, case: &str, field: &str, form: &LaunchForm, facts: &CheckFacts, own: Option<&str>) {
        let checked = check(form, facts, own);
        let mut lines = String::new();
        for note in checked.notes.iter().filter(|note| note.field.starts_with(field)) {
            let fix = note.fix.as_ref().map(|fix| format!(" [{}]", fix.label)).unwrap_or_default();
            lines.push_str(&format!("    {:?} {}: {}{fix}\n", note.level, note.field, note.message));
            if let Some(fix) = &note.fix {
                let settled = check(&fix.form, facts, own);
                let still = settled.notes.iter().any(|other| other.field == note.field && other.message == note.message);
                assert!(!still, "{case}: “{}” must settle “{}”", fix.label, note.message);
            }
        }
        if let Some(gate) = checked.gate.filter(|_| lines.contains("Error")) {
            lines.push_str(&format!("    Launch: {gate}\n"));
        }
        for (pattern, word) in &self.hidden {
            lines = pattern.replace_all(&lines, *word).into_owned();
        }
        self.text.push_str(&format!("{case}\n{lines}"));
    }
}

fn with(form: &LaunchForm, change: impl FnOnce(&mut LaunchForm)) -> LaunchForm {
    let mut form = form.clone();
    change(&mut form);
    form
}

fn errors(form: &LaunchForm, facts: &CheckFacts) -> Vec<(String, String)> {
    let notes = check(form, facts, None).notes;
    notes.into_iter().filter(|note| note.level == NoteLevel::Error).map(|note| (note.field, note.message)).collect()
}

#[test]
fn a_new_form_of_every_recipe_can_be_launched_at_once() {
    for recipe in catalogue::recipes().iter().filter(|recipe| !recipe.images.is_empty()) {
        let form = form_of(&recipe.id.0, &facts());
        let checked = check(&form, &facts(), None);
        assert_eq!(checked.gate, None, "{}: {:?}", recipe.id.0, checked.notes);
        assert!(checked.command.is_some() && checked.needs_download && checked.risks.is_none());
    }
}

#[test]
fn names_and_images() {
    let facts = facts()
        .with_container("stranger", ContainerState::Exited, None, None)
        .with_lab("AI-Lab 2", "ai-lab-2", "v", "exasol/ai-lab:6.0.0");
    let form = form_of("exasol-ai-lab", &facts);
    let mut voice = Voice::new();
    for name in ["", "  ", "a", "!", "实验室", "stranger", "AI-Lab 2", "ai lab 2", "a\u{7}b", &"long ".repeat(20), "Churn, März"] {
        voice.say(&format!("name {name:?}"), "name", &with(&form, |form| form.name = name.to_owned()), &facts);
    }
    for image in [
        "", "Exasol/AI-Lab", "https://hub.docker.com/r/exasol/ai-lab", "https://quay.io/repository/jupyter/base-notebook?tab=tags",
        "docker://exasol/ai-lab", "exasol/ai-lab:5.0.0", "exasol//ai-lab", "exasol/ai lab", "localhost:5000/exasol/ai-lab", "!!",
    ] {
        voice.say(&format!("image {image:?}"), "image", &with(&form, |form| form.image = image.to_owned()), &facts);
    }
    for version in ["", "6 0", "-x", "sha256:abc", &"9".repeat(129), "1.0.0", "latest"] {
        voice.say(&format!("version {version:?}"), "version", &with(&form, |form| form.version = version.to_owned()), &facts);
    }
    let here = facts.clone().with_image("exasol/ai-lab:6.0.0");
    voice.say("version that is here", "version", &with(&form, |form| form.version = "6.0.0".into()), &here);
    let arm = {
        let mut engine = engine();
        engine.architecture = "arm64".to_owned();
        engine.memory = slipway_engine::Bytes(1_000_000_000);
        facts_on(engine)
    };
    voice.say("an ARM engine with little memory", "image", &form, &arm);
    insta::assert_snapshot!(voice.text);
}

#[test]
fn reach_and_ports() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = taken.local_addr().unwrap().port();
    let facts = facts()
        .with_container("jupyter-pyspark", ContainerState::Running, Some(("0.0.0.0", 50001)), None)
        .with_container("old-lab", ContainerState::Exited, Some(("127.0.0.1", 50002)), None);
    let mut form = form_of("exasol-ai-lab", &facts);
    let free = crate::listen::free_port(&facts.snapshot, "127.0.0.1", 51000, &[]).unwrap();
    form.ports[0].host = free.to_string();
    let mut voice = Voice::new().hide(r"\b5[0-9]{4}\b", "‹port›").hide(r"\[Use [0-9.]+\]", "[Use ‹address›]");
    for ip in [
        "127.0.0.1", "0.0.0.0", "::", "::1", "", "localhost", "[::1]", "192.168.300.1", "203.0.113.77", "fe80::1", "fe80::1%eth0",
        "224.0.0.1", "127.0.0.1:8888",
    ] {
        voice.say(&format!("listen {ip:?}"), "listenIp", &with(&form, |form| form.listen_ip = ip.to_owned()), &facts);
    }
    let old = with(&form, |form| {
        form.version = "4.0.0".into();
        form.listen_ip = "0.0.0.0".into();
    });
    voice.say("everyone, and a version that takes no password", "listenIp", &old, &facts);
    let own = with(&form, |form| {
        form.listen_ip = "0.0.0.0".into();
        form.sign_in = SignInChoice::Own;
    });
    voice.say_with("everyone, with an own password", "listenIp", &own, &facts, Some("correct horse"));
    let app = with(&form_of_image("me/app:1", &facts), |form| form.listen_ip = "0.0.0.0".into());
    voice.say("everyone, and an unknown app", "listenIp", &app, &facts);

    for port in ["", "0", "65536", "99999999999999999999999", "abc", "8888/tcp", "-1", "+80", "８８８８"] {
        voice.say(&format!("port {port:?}"), "ports.0.host", &with(&form, |form| form.ports[0].host = port.to_owned()), &facts);
    }
    for (case, port) in [("free port", free), ("port of a running container", 50001), ("port of a stopped container", 50002)] {
        voice.say(case, "ports.0.host", &with(&form, |form| form.ports[0].host = port.to_string()), &facts);
    }
    let checked = check(&with(&form, |form| form.ports[0].host = program.to_string()), &facts, None);
    let note = checked.notes.iter().find(|note| note.field == "ports.0.host").unwrap();
    assert!(note.level == NoteLevel::Error && note.message.contains("taken by"), "{note:?}");
    assert_eq!(checked.gate.as_deref(), Some("Choose a free port to launch."));
    assert_ne!(note.fix.as_ref().unwrap().form.ports[0].host, program.to_string());

    let row = |host: &str, container: &str, protocol: &str| PortRow {
        host: host.to_owned(),
        container: container.to_owned(),
        protocol: protocol.to_owned(),
        purpose: String::new(),
    };
    for (case, row) in [
        ("the same port twice", row(&free.to_string(), "4040", "tcp")),
        ("the same number for udp", row(&free.to_string(), "4040", "udp")),
        ("an empty row", row("", "", "tcp")),
        ("an unknown protocol", row("52001", "53", "sctp")),
        ("a wrong port in the lab", row("52001", "x", "tcp")),
    ] {
        voice.say(case, "ports.1", &with(&form, |form| form.ports.push(row.clone())), &facts);
    }
    voice.say("no port at all", "ports", &with(&form, |form| form.ports.clear()), &facts);
    voice.say("another port in the lab", "ports.0.container", &with(&form, |form| form.ports[0].container = "8888".into()), &facts);
    insta::assert_snapshot!(voice.text);
}

#[test]
fn low_ports_need_root() {
    let mut rootless = engine();
    rootless.rootless = true;
    rootless.this_computer = false;
    let facts = facts_on(rootless);
    let form = with(&form_of("exasol-ai-lab", &facts), |form| form.ports[0].host = "80".to_owned());
    let errors = errors(&form, &facts);
    assert!(errors.iter().any(|(field, message)| field == "ports.0.host" && message.contains("reserved")), "{errors:?}");
    let checked = check(&form, &facts, None);
    let fix = checked.notes.iter().find(|note| note.field == "ports.0.host").and_then(|note| note.fix.clone()).unwrap();
    assert_eq!(fix.form.ports[0].host, "8080");
}

#[test]
fn volumes_and_targets() {
    let facts = facts()
        .with_volume("used-vol").with_volume("busy-vol").with_volume("old-vol").with_volume("lone-vol")
        .with_lab("AI-Lab", "ai-lab", "used-vol", "exasol/ai-lab:6.0.0")
        .with_container("ai-lab", ContainerState::Exited, None, Some("used-vol"))
        .with_lab("Team lab", "team-lab", "busy-vol", "exasol/ai-lab:6.0.0")
        .with_container("team-lab", ContainerState::Running, None, Some("busy-vol"))
        .with_lab("Old lab", "old-lab", "old-vol", "exasol/ai-lab:1.0.0");
    let form = form_of("exasol-ai-lab", &facts);
    let mut voice = Voice::new();
    for volume in ["", "a", "my vol", "-vol", "März", "/home/anna", "~/work", "new-vol", "lone-vol", "used-vol", "busy-vol"] {
        voice.say(&format!("volume {volume:?}"), "storage.volume", &with(&form, |form| form.storage.volume = volume.to_owned()), &facts);
    }
    let old = with(&form, |form| form.storage.volume = "old-vol".into());
    voice.say("a volume of an older generation", "storage.volume", &old, &facts);
    voice.say("a volume of an older generation", "version", &old, &facts);
    for target in ["", "work", "~/work", "/", "/home/../..", "/home/jupyter/../x", "/etc", "/proc/1", "/a:b", "/data", "/home/jupyter/notebooks/"] {
        voice.say(&format!("target {target:?}"), "storage.target", &with(&form, |form| form.storage.target = target.to_owned()), &facts);
    }
    let socket = with(&form, |form| {
        form.docker_control = true;
        form.storage.target = "/var/run/docker.sock".into();
    });
    voice.say("two mounts at one place", "storage.target", &socket, &facts);
    voice.say("nothing kept", "storage", &with(&form, |form| form.storage.kind = StorageKind::Nothing), &facts);
    insta::assert_snapshot!(voice.text);
}

#[cfg(target_os = "linux")]
#[test]
fn folders() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    for (name, mode) in [("Müller & Söhne", 0o777), ("open", 0o777), ("closed", 0o700)] {
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
    for folder in ["", "no-such-work", "./no-such-work", "../no-such-work", "/nowhere/at/all", "/usr/../etc", "/", "/etc", "/usr/share", "/home", "/var", "/a\u{1}b"] {
        voice.say(&format!("folder {folder:?}"), "storage.folder", &in_folder(&jupyter, folder), &facts);
    }
    for (case, folder) in [
        ("blanks and umlauts", "Müller & Söhne"), ("open to all", "open"), ("a file", "file.txt"), ("a folder with the socket", "socket"),
    ] {
        voice.say(case, "storage.folder", &in_folder(&jupyter, &path(folder)), &facts);
    }
    voice.say("AI-Lab takes the folder", "storage.folder", &in_folder(&ai_lab, &path("open")), &facts);
    let mut remote = engine();
    remote.this_computer = false;
    let remote = facts_on(remote);
    for folder in ["/srv/data", "data", "/srv/../etc", "/"] {
        voice.say(&format!("remote folder {folder:?}"), "storage.folder", &in_folder(&jupyter, folder), &remote);
    }
    insta::assert_snapshot!(voice.text);

    let closed = check(&in_folder(&jupyter, &path("closed")), &facts, None);
    let note = closed.notes.iter().find(|note| note.field == "storage.folder").unwrap();
    let ours = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(path("closed")).unwrap()) == 1000;
    assert_eq!(note.level, if ours { NoteLevel::Good } else { NoteLevel::Warning }, "{note:?}");
}

#[test]
fn the_kernel_s_rule_for_writing() {
    use super::folder::{Owner, may_write};
    let owner = |mode| Owner { uid: 1000, gid: 100, mode };
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
        assert_eq!(may_write(&owner(mode), uid, gid, rootless, Some((1000, 100))), may, "{case}");
    }
}

#[test]
fn sign_in_and_user() {
    let facts = facts();
    let form = with(&form_of("exasol-ai-lab", &facts), |form| form.sign_in = SignInChoice::Own);
    let token = with(&form_of("jupyter", &facts), |form| form.sign_in = SignInChoice::Own);
    let mut voice = Voice::new();
    for own in [None, Some(""), Some("short"), Some(" correct horse"), Some("two\nlines"), Some("correct horse")] {
        voice.say_with(&format!("password {own:?}"), "signIn", &form, &facts, own);
    }
    for own in [Some("with blank"), Some("tökentoken"), Some("0123456789")] {
        voice.say_with(&format!("token {own:?}"), "signIn", &token, &facts, own);
    }
    let old = with(&form, |form| form.version = "4.0.0".into());
    voice.say_with("a version that takes none", "signIn", &old, &facts, Some("correct horse"));
    let mut keyless = facts.clone();
    keyless.keyring = VaultStatus::MemoryOnly("The keyring of this computer is locked.".to_owned());
    voice.say_with("no keyring", "signIn", &form, &keyless, Some("correct horse"));

    let eskapade = form_of_image("kave/eskapade-usr:0.7", &facts);
    for (uid, gid) in [("", "x"), ("0", "0"), ("4294967295", "-1"), ("501", "20")] {
        let form = with(&eskapade, |form| {
            form.user.uid = uid.to_owned();
            form.user.gid = gid.to_owned();
        });
        voice.say(&format!("user {uid:?}:{gid:?}"), "user", &form, &facts);
    }
    insta::assert_snapshot!(voice.text);
}

#[test]
fn docker_control_waits_for_consent_and_knows_its_obstacles() {
    let facts = facts();
    let form = with(&form_of("exasol-ai-lab", &facts), |form| form.docker_control = true);
    let checked = check(&form, &facts, None);
    assert!(checked.risks.is_some());
    assert_eq!(checked.gate.as_deref(), Some("Tick “I understand” to launch, or turn Docker control off."));
    assert_eq!(check(&with(&form, |form| form.risk_accepted = true), &facts, None).gate, None);

    let mut unwritable = engine();
    unwritable.socket_group_writable = Some(false);
    let facts = facts_on(unwritable);
    let checked = check(&form, &facts, None);
    let note = checked.notes.iter().find(|note| note.field == "dockerControl").unwrap();
    assert_eq!(note.level, NoteLevel::Error);
    assert!(!note.fix.as_ref().unwrap().form.docker_control);
    assert_eq!(checked.gate.as_deref(), Some("Turn Docker control off to launch."));
}

#[test]
fn an_engine_that_is_away_is_the_first_thing_to_say() {
    let mut facts = facts();
    let snapshot = Arc::make_mut(&mut facts.snapshot);
    for (status, gate) in [
        (EngineStatus::Unavailable, "Docker is not running."),
        (EngineStatus::Connecting, "Slipway is still connecting to Docker."),
        (EngineStatus::Reconnecting { since: slipway_engine::UnixMillis(0) }, "Docker does not answer at the moment."),
    ] {
        snapshot.report = Arc::new(EngineReport { status, facts: None, problems: Vec::new() });
        let facts = CheckFacts { snapshot: Arc::new(snapshot.clone()), ..self::facts() };
        assert_eq!(check(&form_of("exasol-ai-lab", &facts), &facts, None).gate.as_deref(), Some(gate));
    }
}

#[test]
fn the_review_says_it_in_plain_words() {
    let facts = facts().with_image("exasol/ai-lab:1.0.0").with_volume("my-vol").with_lab("Old", "old", "my-vol", "exasol/ai-lab:1.0.0");
    let mut text = String::new();
    let mut show = |case: &str, form: &LaunchForm| {
        let checked = check(form, &facts, Some("correct horse"));
        text.push_str(&format!("{case}\n"));
        for line in &checked.review {
            text.push_str(&format!("    {:?} {:?}: {} / {}\n", line.kind, line.tone, line.title, line.detail));
        }
        text.push_str(&format!("    {}\n", checked.outlook));
    };
    let form = with(&form_of("exasol-ai-lab", &facts), |form| {
        form.ports[0].host = "8888".into();
        form.storage.volume = "my-vol".into();
    });
    show("AI-Lab 1.0.0 on my-vol", &form);
    show("with Docker control, for everyone", &with(&form, |form| {
        form.docker_control = true;
        form.listen_ip = "0.0.0.0".into();
    }));
    show("the newest with an own password, nothing kept", &with(&form, |form| {
        form.version = "6.0.0".into();
        form.sign_in = SignInChoice::Own;
        form.storage.kind = StorageKind::Nothing;
    }));
    let spark = with(&form_of("jupyter", &facts), |form| {
        form.ports[0].host = "8888".into();
        form.ports[1].host = "4040".into();
        form.user.mapped = true;
        form.storage.kind = StorageKind::Folder;
        form.storage.folder = "/home/anna/work".into();
    });
    show("Spark in a folder as oneself", &spark);
    show("the whole disk", &with(&spark, |form| form.storage.folder = "/".into()));
    insta::assert_snapshot!(text);
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,16}", "\\PC{0,16}", "[0-9./:~-]{0,24}", Just("/".to_owned()), Just("latest".to_owned())]
}

prop_compose! {
    fn any_form()(
        texts in prop::collection::vec(any_text(), 10),
        recipe in prop_oneof![Just("exasol-ai-lab"), Just("jupyter"), Just("eskapade"), Just("web-app"), Just("gone")],
        ports in prop::collection::vec((any_text(), any_text(), any_text()), 0..4),
        kind in 0..3_u8,
        flags in any::<[bool; 4]>(),
    ) -> LaunchForm {
        let text = |index: usize| texts[index].clone();
        LaunchForm {
            recipe: crate::recipe::RecipeId(recipe.to_owned()),
            name: text(0),
            image: text(1),
            version: text(2),
            listen_ip: text(3),
            ports: ports.into_iter().map(|(host, container, protocol)| PortRow { host, container, protocol, purpose: String::new() }).collect(),
            storage: crate::form::StorageRow {
                kind: match kind { 0 => StorageKind::Volume, 1 => StorageKind::Folder, _ => StorageKind::Nothing },
                volume: text(4),
                folder: text(5),
                target: text(6),
            },
            docker_control: flags[0],
            risk_accepted: flags[1],
            sign_in: if flags[2] { SignInChoice::Own } else { SignInChoice::FromImage },
            user: crate::form::UserRow { mapped: flags[3], uid: text(7), gid: text(8) },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_form_breaks_the_check_and_what_it_lets_through_can_be_planned(form in any_form()) {
        // An engine elsewhere, so that no port of this computer is tried.
        let mut remote = engine();
        remote.this_computer = false;
        let facts = facts_on(remote);
        let checked = check(&form, &facts, Some("correct horse"));
        let errors: Vec<&FieldNote> = checked.notes.iter().filter(|note| note.level == NoteLevel::Error).collect();
        let planned = crate::plan::plan(&form, None);
        prop_assert_eq!(checked.command.is_some(), planned.is_ok());
        if errors.is_empty() {
            prop_assert!(planned.is_ok(), "{:?}", planned.err());
        }
        if !errors.is_empty() {
            prop_assert!(checked.gate.is_some());
        }
        let _ = crate::form::frame(&form, &facts);
        let _ = crate::form::revise(form.clone(), &facts);
        let _ = crate::form::like(form, &facts);
    }
}
