//! Who can reach the lab, and by which ports.

use std::net::TcpListener;

use super::*;

/// AI-Lab on a free port of an engine with a running and a stopped container.
fn scene() -> (CheckFacts, LaunchForm, Voice) {
    let facts = facts()
        .with_container(
            "jupyter-pyspark",
            ContainerState::Running,
            Some(("0.0.0.0", 50001)),
            None,
        )
        .with_container(
            "old-lab",
            ContainerState::Exited,
            Some(("127.0.0.1", 50002)),
            None,
        );
    let mut form = form_of("exasol-ai-lab", &facts);
    let free = crate::listen::free_port(&facts.snapshot, "127.0.0.1", 51000, &[]).unwrap();
    form.ports[0].host = free.to_string();
    let voice = Voice::new()
        .hide(r"\b5[0-9]{4}\b", "‹port›")
        .hide(r"\[Use [0-9.]+\]", "[Use ‹address›]")
        .hide(r"Use port [0-9]+", "Use port ‹port›");
    (facts, form, voice)
}

#[test]
fn reach() {
    let (facts, form, mut voice) = scene();
    for ip in [
        "127.0.0.1",
        "0.0.0.0",
        "::",
        "::1",
        "",
        "localhost",
        "[::1]",
        "192.168.300.1",
        "203.0.113.77",
        "fe80::1",
        "fe80::1%eth0",
        "224.0.0.1",
        "127.0.0.1:8888",
    ] {
        voice.say(
            &format!("listen {ip:?}"),
            "listenIp",
            &with(&form, |form| form.listen_ip = ip.to_owned()),
            &facts,
        );
    }
    let old = with(&form, |form| {
        form.version = "4.0.0".into();
        form.listen_ip = "0.0.0.0".into();
    });
    voice.say(
        "everyone, and a version that takes no password",
        "listenIp",
        &old,
        &facts,
    );
    let own = with(&form, |form| {
        form.listen_ip = "0.0.0.0".into();
        form.sign_in = SignInChoice::Own;
    });
    voice.say_with(
        "everyone, with an own password",
        "listenIp",
        &own,
        &facts,
        Some("correct horse"),
    );
    let app = with(&form_of_image("me/app:1", &facts), |form| {
        form.listen_ip = "0.0.0.0".into();
    });
    voice.say("everyone, and an unknown app", "listenIp", &app, &facts);

    insta::assert_snapshot!(voice.text);
}

#[test]
fn page_port() {
    let (facts, form, mut voice) = scene();
    voice.say("a free port", "ports.0.host", &form, &facts);
    for port in [
        "",
        "0",
        "65536",
        "99999999999999999999999",
        "abc",
        "8888/tcp",
        "-1",
        "+80",
        "８８８８",
    ] {
        voice.say(
            &format!("port {port:?}"),
            "ports.0.host",
            &with(&form, |form| form.ports[0].host = port.to_owned()),
            &facts,
        );
    }
    for (case, port) in [
        ("port of a running container", 50001),
        ("port of a stopped container", 50002),
    ] {
        voice.say(
            case,
            "ports.0.host",
            &with(&form, |form| form.ports[0].host = port.to_string()),
            &facts,
        );
    }
    insta::assert_snapshot!(voice.text);
}

#[test]
fn a_program_s_port() {
    let (facts, form, _) = scene();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = taken.local_addr().unwrap().port();
    let checked = check(
        &with(&form, |form| form.ports[0].host = program.to_string()),
        &facts,
        None,
    );
    let note = checked
        .notes
        .iter()
        .find(|note| note.field == "ports.0.host")
        .unwrap();
    assert!(
        note.level == NoteLevel::Error && note.message.contains("taken by"),
        "{note:?}"
    );
    assert_eq!(
        checked.gate.as_deref(),
        Some("Choose a free port to launch.")
    );
    assert_ne!(
        note.fix.as_ref().unwrap().form.ports[0].host,
        program.to_string()
    );
}

#[test]
fn more_ports() {
    let (facts, form, mut voice) = scene();
    let free = form.ports[0].host.clone();
    let row = |host: &str, container: &str, protocol: &str| PortRow {
        listen_ip: String::new(),
        host: host.to_owned(),
        container: container.to_owned(),
        protocol: protocol.to_owned(),
        purpose: String::new(),
    };
    for (case, row) in [
        ("the same port twice", row(&free, "4040", "tcp")),
        ("the same number for udp", row(&free, "4040", "udp")),
        ("an empty row", row("", "", "tcp")),
        ("an unknown protocol", row("52001", "53", "sctp")),
        ("a wrong port in the lab", row("52001", "x", "tcp")),
    ] {
        voice.say(
            case,
            "ports.1",
            &with(&form, |form| form.ports.push(row.clone())),
            &facts,
        );
    }
    voice.say(
        "no port at all",
        "ports",
        &with(&form, |form| form.ports.clear()),
        &facts,
    );
    voice.say(
        "another port in the lab",
        "ports.0.container",
        &with(&form, |form| form.ports[0].container = "8888".into()),
        &facts,
    );
    insta::assert_snapshot!(voice.text);
}

#[test]
fn low_ports_need_root() {
    let mut rootless = engine();
    rootless.rootless = true;
    rootless.this_computer = false;
    let facts = facts_on(rootless);
    let form = with(&form_of("exasol-ai-lab", &facts), |form| {
        form.ports[0].host = "80".to_owned();
    });
    let errors = errors(&form, &facts);
    assert!(
        errors
            .iter()
            .any(|(field, message)| field == "ports.0.host" && message.contains("reserved")),
        "{errors:?}"
    );
    let checked = check(&form, &facts, None);
    let fix = checked
        .notes
        .iter()
        .find(|note| note.field == "ports.0.host")
        .and_then(|note| note.fix.clone())
        .unwrap();
    assert_eq!(fix.form.ports[0].host, "8080");
}
