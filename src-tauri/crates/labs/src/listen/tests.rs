use std::net::TcpListener;

use super::*;
use crate::fixtures::{With as _, engine, facts, facts_on};

/// An address of this machine that no other test listens on; Linux has the whole of 127.0.0.0/8.
const OWN: &str = if cfg!(target_os = "linux") {
    "127.0.0.77"
} else {
    "127.0.0.1"
};

/// A listener of this test on a port that the system chose.
fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind((OWN, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn a_program_that_listens_is_found_and_named() {
    let (listener, port) = listening();
    let facts = facts();
    let Some(PortHolder::Program(name)) = holder(&facts.snapshot, OWN, port, None) else {
        panic!("this test listens on {port}")
    };
    assert!(
        name.is_some_and(|name| !name.is_empty()),
        "our own process can be named"
    );
    assert!(
        holder(&facts.snapshot, "0.0.0.0", port, None).is_some(),
        "all addresses include this one"
    );
    assert!(free_port(&facts.snapshot, OWN, port, &[]).is_some_and(|free| free != port));
    drop(listener);
    assert_eq!(holder(&facts.snapshot, OWN, port, None), None);
}

#[test]
fn on_an_engine_elsewhere_this_computer_s_programs_do_not_count() {
    let (_listener, port) = listening();
    let mut remote = engine();
    remote.this_computer = false;
    assert_eq!(
        holder(&facts_on(remote).snapshot, "127.0.0.1", port, None),
        None
    );
}

#[test]
fn containers_hold_ports_running_and_stopped() {
    let facts = facts()
        .with_container(
            "up",
            ContainerState::Running,
            Some(("0.0.0.0", 50001)),
            None,
        )
        .with_container(
            "down",
            ContainerState::Exited,
            Some(("127.0.0.1", 50002)),
            None,
        )
        .with_container(
            "everywhere",
            ContainerState::Running,
            Some(("", 50003)),
            None,
        );
    let snapshot = &facts.snapshot;
    let held = |ip: &str, port: u16| match holder(snapshot, ip, port, None) {
        Some(PortHolder::Container { name, running, .. }) => Some((name, running)),
        _ => None,
    };
    assert_eq!(
        held("127.0.0.1", 50001),
        Some(("up".to_owned(), true)),
        "a wildcard blocks every address"
    );
    assert_eq!(
        held("0.0.0.0", 50002),
        Some(("down".to_owned(), false)),
        "and every address blocks the wildcard"
    );
    assert_eq!(
        held("127.0.0.2", 50002),
        None,
        "another address is another door"
    );
    assert_eq!(held("::1", 50001), None, "IPv4 and IPv6 do not meet");
    assert_eq!(held("::1", 50003), Some(("everywhere".to_owned(), true)));
    assert_eq!(
        holder(snapshot, "127.0.0.1", 50001, Some("up")),
        None,
        "its own container does not count"
    );
    assert_eq!(
        free_port(snapshot, "127.0.0.1", 50001, &[]).map(|port| port >= 50004),
        Some(true)
    );
}

#[test]
fn a_lab_s_container_is_called_by_the_lab_s_name() {
    let mut facts = facts().with_container(
        "ai-lab",
        ContainerState::Running,
        Some(("127.0.0.1", 50001)),
        None,
    );
    let snapshot = std::sync::Arc::make_mut(&mut facts.snapshot);
    let containers = std::sync::Arc::make_mut(&mut snapshot.containers);
    let row = std::sync::Arc::make_mut(containers.values_mut().next().unwrap());
    row.labels.insert(
        PROFILE_LABEL.to_owned(),
        r#"{"version":1,"form":{"name":"AI-Lab"}}"#.to_owned(),
    );
    let Some(PortHolder::Container { lab, .. }) = holder(&facts.snapshot, "127.0.0.1", 50001, None)
    else {
        panic!("the container holds the port")
    };
    assert_eq!(lab.as_deref(), Some("AI-Lab"));
}

#[test]
fn loopback_and_all_addresses_belong_to_every_machine() {
    for ip in ["127.0.0.1", "127.0.0.5", "0.0.0.0", "::", "::1"] {
        assert!(is_of_this_machine(ip.parse().unwrap()), "{ip}");
    }
    assert!(!is_of_this_machine("203.0.113.77".parse().unwrap()));
    assert!(
        addresses()
            .iter()
            .all(|address| address.ip != "127.0.0.1" && address.ip != "::1")
    );
}

#[test]
fn no_port_is_free_where_all_are_taken() {
    let all: Vec<u16> = (1..=u16::MAX).collect();
    assert_eq!(free_port(&facts().snapshot, "127.0.0.1", 65000, &all), None);
}

#[test]
fn a_port_of_the_system_is_reserved_for_ordinary_programs() {
    const PORT: u16 = 81;
    let held = holder(&facts().snapshot, "127.0.0.1", PORT, None);
    match TcpListener::bind(("127.0.0.1", PORT)) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            assert_eq!(held, Some(PortHolder::Reserved));
        }
        Ok(_) => assert_eq!(held, None, "root may listen there"),
        Err(_) => assert!(held.is_some()),
    }
}

#[test]
fn ipv4_and_ipv6_do_not_stand_in_each_other_s_way() {
    let Ok(probe) = TcpListener::bind("[::1]:0") else {
        return; // This system has no IPv6.
    };
    drop(probe);
    let facts = facts();
    let four = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = four.local_addr().unwrap().port();
    for ip in ["::1", "::"] {
        assert_eq!(
            holder(&facts.snapshot, ip, port, None),
            None,
            "a listener on IPv4 alone leaves {ip} free"
        );
    }
    assert!(holder(&facts.snapshot, "127.0.0.1", port, None).is_some());

    let six = TcpListener::bind("[::1]:0").unwrap();
    let port = six.local_addr().unwrap().port();
    for ip in ["::1", "::"] {
        assert!(
            matches!(
                holder(&facts.snapshot, ip, port, None),
                Some(PortHolder::Program(_))
            ),
            "a listener on ::1 is in the way of {ip}"
        );
    }
    assert_eq!(holder(&facts.snapshot, "127.0.0.1", port, None), None);
}
