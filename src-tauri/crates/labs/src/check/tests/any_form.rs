//! Whatever is typed, the check answers.

use proptest::prelude::*;

use super::*;
use crate::form::{
    Advanced, GpuChoice, GpuRow, LabelRow, MountKind, MountRow, NetworkJoin, RareKind, RareRow,
    RestartChoice, RestartRow, VariableRow,
};

fn any_port() -> impl Strategy<Value = String> {
    prop_oneof![
        any_text(),
        "[1-9][0-9]{3}",
        "[1-9][0-9]{3}-[1-9][0-9]{3}",
        Just(String::new())
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,16}",
        "\\PC{0,16}",
        "[0-9./:~-]{0,24}",
        Just("/".to_owned()),
        Just("latest".to_owned())
    ]
}

prop_compose! {
    fn any_advanced()(
        texts in prop::collection::vec(any_value(), 16),
        rows in prop::collection::vec((any_value(), any_value(), 0..14_u8, any::<bool>()), 0..4),
        lists in prop::collection::vec(prop_oneof![any_text(), Just("SYS_ADMIN".to_owned()), Just("CAP_NET_RAW".to_owned())], 0..3),
        choices in (0..4_u8, 0..4_u8),
        flags in any::<[bool; 6]>(),
    ) -> Advanced {
        let text = |index: usize| texts[index].clone();
        Advanced {
            nothing_added: choices.1 == 1,
            environment: rows.iter().map(|(name, value, _, secret)| VariableRow { name: name.clone(), value: value.clone(), secret: *secret }).collect(),
            mounts: rows.iter().map(|(source, target, kind, read_only)| MountRow {
                kind: match kind % 3 { 0 => MountKind::Volume, 1 => MountKind::Folder, _ => MountKind::Memory },
                source: source.clone(),
                target: target.clone(),
                read_only: *read_only,
                size: text(0),
            }).collect(),
            publish_all: flags[0],
            working_folder: text(1),
            entrypoint: text(2),
            command: text(3),
            memory: text(4),
            cpus: text(5),
            shared_memory: text(6),
            gpu: GpuRow {
                choice: match choices.0 { 0 => GpuChoice::Nothing, 1 => GpuChoice::All, 2 => GpuChoice::Count, _ => GpuChoice::Chosen },
                count: text(7),
                devices: text(8),
                by_runtime: flags[1],
            },
            restart: RestartRow {
                choice: match choices.1 { 0 => RestartChoice::No, 1 => RestartChoice::OnFailure, 2 => RestartChoice::Always, _ => RestartChoice::UnlessStopped },
                retries: text(9),
            },
            network: NetworkJoin { name: text(10), create: flags[2], aliases: lists.clone() },
            hostname: text(11),
            terminal: flags[3],
            keep_input_open: flags[3],
            remove_when_stopped: flags[4],
            platform: text(12),
            labels: rows.iter().map(|(name, value, _, _)| LabelRow { name: name.clone(), value: value.clone() }).collect(),
            privileged: flags[5],
            capabilities_added: lists.clone(),
            capabilities_dropped: lists,
            user: text(13),
            rare: rows.iter().map(|(value, _, kind, _)| RareRow { kind: RARE[usize::from(*kind) % RARE.len()], value: value.clone() }).collect(),
        }
    }
}

const RARE: [RareKind; 13] = [
    RareKind::Group,
    RareKind::Ulimit,
    RareKind::Device,
    RareKind::Host,
    RareKind::Dns,
    RareKind::Ipc,
    RareKind::Pid,
    RareKind::Init,
    RareKind::ReadOnly,
    RareKind::StopSignal,
    RareKind::StopTimeout,
    RareKind::SecurityOption,
    RareKind::Sysctl,
];

/// Mostly what Docker takes somewhere, so that rows are read to their end.
fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        2 => any_text(),
        3 => prop::sample::select(vec![
            "512m", "1.5", "0,5", "2", "all", "host", "none", "container:db", "team", "/data",
            "/data/../etc", "~/work", "linux/arm64", "amd64", "nofile=1:2", "memlock=-1",
            "/dev/sda:/dev/x:r", "db:10.0.0.2", "10.0.0.2", "SIGINT", "60", "seccomp=unconfined",
            "net.core.somaxconn=1", "KEY=value", "PASSWORD", "sh -c 'echo", "#", "\"\"", "0,2", "true",
        ]).prop_map(str::to_owned),
    ]
}

prop_compose! {
    fn any_form()(
        advanced in prop_oneof![Just(Advanced::default()), any_advanced()],
        listens in prop::collection::vec(any_value(), 4),
        texts in prop::collection::vec(any_text(), 10),
        recipe in prop_oneof![Just("exasol-ai-lab"), Just("jupyter"), Just("eskapade"), Just("web-app"), Just("gone")],
        ports in prop::collection::vec((any_port(), any_port(), prop_oneof![Just("tcp".to_owned()), Just("udp".to_owned()), any_text()]), 0..4),
        kind in 0..3_u8,
        flags in any::<[bool; 4]>(),
    ) -> LaunchForm {
        let text = |index: usize| texts[index].clone();
        LaunchForm {
            advanced,
            recipe: crate::recipe::RecipeId(recipe.to_owned()),
            name: text(0),
            image: text(1),
            version: text(2),
            listen_ip: text(3),
            ports: ports.into_iter().zip(listens).map(|((host, container, protocol), listen_ip)| PortRow { host, container, listen_ip, protocol, purpose: String::new() }).collect(),
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
        let planned = crate::plan::plan(&form, None, &Catalogue::shipped());
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

    #[test]
    fn no_form_breaks_the_check_on_this_computer(form in any_form()) {
        let facts = facts();
        let checked = check(&form, &facts, None);
        let launchable = checked.notes.iter().all(|note| note.level != NoteLevel::Error);
        prop_assert_eq!(checked.gate.is_none(), launchable && (checked.risks.is_none() || form.risk_accepted));
    }
}
