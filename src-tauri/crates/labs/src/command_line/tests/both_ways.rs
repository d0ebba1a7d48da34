//! A plan written as a command and read again is the same plan, for every plan that the form can make.

use std::collections::BTreeMap;

use proptest::strategy::ValueTree as _;

use slipway_engine::containers::ContainerSpec;

use super::*;
use crate::catalogue::Catalogue;
use crate::form::{
    Advanced, GpuChoice, GpuRow, LabelRow, MountKind, MountRow, NetworkJoin, PortRow, RareKind,
    RareRow, RestartChoice, RestartRow, VariableRow,
};
use crate::paste::{Person, pasted};
use crate::sharing::LabCommands;

const IMAGES: &[&str] = &[
    "exasol/ai-lab:6.0.0",
    "exasol/data-science-sandbox:0.1.0",
    "jupyter/all-spark-notebook:latest",
    "quay.io/jupyter/scipy-notebook:2024-01-15",
    "kave/eskapade-usr:0.7",
    "exasol/docker-db:8.18.1",
    "registry.example:5000/team/lab:1.0",
    "me/app@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// Texts of one line; those with several are only for shells that have them.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,16}",
        "[a-zA-Z0-9_./:=@%+,'\"\\\\$`!~#*?\\[\\]{}()<>|&;^ -]{0,16}",
        "[a-zäßéЖ中😀 '\"$%]{0,8}",
        "[‘’‚‛“”„' ]{0,5}",
        Just("-x".to_owned()),
        Just("--rm".to_owned()),
        Just("C:\\Users\\Anna\\".to_owned()),
        Just("${HOME} $(pwd) %PATH% $env:X <NAME>".to_owned()),
    ]
}

fn folder() -> impl Strategy<Value = String> {
    prop_oneof![
        "/[a-z]{1,8}(/[a-zA-Z0-9 .'$%&-]{1,8}[a-z]){0,2}",
        "/data/[a-z]{1,4}:[a-z]{1,4}[,\"]?[a-z]"
    ]
}

fn ports() -> impl Strategy<Value = Vec<PortRow>> {
    let row = (
        20_000_u16..60_000,
        1_000_u16..9_000,
        any::<bool>(),
        prop::sample::select(vec!["", "127.0.0.1", "0.0.0.0", "::1"]),
    );
    prop::collection::vec(row, 1..4).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(place, (host, container, udp, ip))| PortRow {
                host: host.to_string(),
                container: container.to_string(),
                listen_ip: if place == 0 {
                    String::new()
                } else {
                    ip.to_owned()
                },
                protocol: if udp && place > 0 { "udp" } else { "tcp" }.to_owned(),
                purpose: String::new(),
            })
            .collect()
    })
}

fn mounts() -> impl Strategy<Value = Vec<MountRow>> {
    let kind = prop::sample::select(vec![
        MountKind::Volume,
        MountKind::Folder,
        MountKind::Memory,
    ]);
    let row = (
        kind,
        "[a-z][a-z0-9_.-]{1,8}",
        folder(),
        any::<bool>(),
        prop::sample::select(vec!["", "64m", "1g"]),
    );
    prop::collection::vec(row, 0..4).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(place, (kind, name, path, read_only, size))| MountRow {
                kind,
                source: match kind {
                    MountKind::Volume if read_only || !name.ends_with('a') => name,
                    MountKind::Folder => path.clone(),
                    MountKind::Volume | MountKind::Memory => String::new(),
                },
                target: format!("/m{place}{path}"),
                read_only: read_only && kind != MountKind::Memory,
                size: if kind == MountKind::Memory { size } else { "" }.to_owned(),
            })
            .collect()
    })
}

fn variables() -> impl Strategy<Value = Vec<VariableRow>> {
    prop::collection::vec((value(), any::<bool>()), 0..4).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(place, (value, secret))| VariableRow {
                name: format!("{}_{place}", if secret { "API_TOKEN" } else { "SETTING" }),
                value: if secret { String::new() } else { value },
                secret,
            })
            .collect()
    })
}

fn rare() -> impl Strategy<Value = Vec<RareRow>> {
    let all = [
        (RareKind::Group, "users"),
        (RareKind::Ulimit, "memlock=-1"),
        (RareKind::Ulimit, "nofile=1024:2048"),
        (RareKind::Device, "/dev/fuse"),
        (RareKind::Host, "db:10.0.0.2"),
        (RareKind::Dns, "10.0.0.3"),
        (RareKind::Ipc, "host"),
        (RareKind::Pid, "host"),
        (RareKind::Init, "true"),
        (RareKind::ReadOnly, "true"),
        (RareKind::StopSignal, "SIGINT"),
        (RareKind::StopTimeout, "60"),
        (RareKind::SecurityOption, "seccomp=unconfined"),
        (RareKind::Sysctl, "net.core.somaxconn=1024"),
    ];
    prop::sample::subsequence(all.to_vec(), 0..=all.len()).prop_map(|rows| {
        rows.into_iter()
            .map(|(kind, value)| RareRow {
                kind,
                value: value.to_owned(),
            })
            .collect()
    })
}

#[expect(clippy::too_many_lines, reason = "it has a line for each option")]
fn advanced() -> impl Strategy<Value = Advanced> {
    let texts = (
        prop::sample::select(vec!["", "512m", "2g", "123456789"]),
        prop::sample::select(vec!["", "1.5", "2", "0.25"]),
        prop::sample::select(vec!["", "1g", "64m"]),
        prop::sample::select(vec!["", "linux/amd64"]),
        prop::sample::select(vec!["", "1000:100", "root"]),
        prop::sample::select(vec!["", "node-1"]),
        prop::sample::select(vec!["", "mesh", "host", "none"]),
        prop_oneof![Just(String::new()), folder()],
        prop_oneof![
            Just(String::new()),
            Just("\"\"".to_owned()),
            Just("/bin/sh".to_owned())
        ],
    );
    let switches = prop::array::uniform7(any::<bool>());
    let program = prop::collection::vec(value(), 0..3);
    let gpu = 0_u8..6;
    (
        variables(),
        mounts(),
        rare(),
        texts,
        switches,
        program,
        gpu,
        prop::option::of(value()),
    )
        .prop_map(
            |(environment, mounts, rare, texts, switches, program, gpu, label)| {
                let (
                    memory,
                    cpus,
                    shared_memory,
                    platform,
                    user,
                    hostname,
                    network,
                    working_folder,
                    entrypoint,
                ) = texts;
                let [
                    nothing_added,
                    publish_all,
                    terminal,
                    keep_input_open,
                    once,
                    privileged,
                    capable,
                ] = switches;
                let choice = match gpu {
                    1 | 4 => GpuChoice::All,
                    2 => GpuChoice::Count,
                    3 | 5 => GpuChoice::Chosen,
                    _ => GpuChoice::Nothing,
                };
                Advanced {
                    nothing_added,
                    environment,
                    mounts,
                    publish_all,
                    working_folder,
                    entrypoint,
                    command: shlex::try_join(program.iter().map(String::as_str))
                        .unwrap_or_default(),
                    memory: memory.to_owned(),
                    cpus: cpus.to_owned(),
                    shared_memory: shared_memory.to_owned(),
                    gpu: GpuRow {
                        choice,
                        count: if choice == GpuChoice::Count { "2" } else { "" }.to_owned(),
                        devices: if choice == GpuChoice::Chosen {
                            "0,2"
                        } else {
                            ""
                        }
                        .to_owned(),
                        by_runtime: gpu >= 4,
                    },
                    restart: RestartRow {
                        choice: if once {
                            RestartChoice::No
                        } else {
                            RestartChoice::OnFailure
                        },
                        retries: if once { String::new() } else { "3".to_owned() },
                    },
                    network: NetworkJoin {
                        name: network.to_owned(),
                        create: false,
                        aliases: if network == "mesh" {
                            vec!["db".to_owned()]
                        } else {
                            Vec::new()
                        },
                    },
                    hostname: hostname.to_owned(),
                    terminal,
                    keep_input_open,
                    remove_when_stopped: once,
                    platform: platform.to_owned(),
                    labels: label
                        .map(|value| LabelRow {
                            name: "team".to_owned(),
                            value,
                        })
                        .into_iter()
                        .collect(),
                    privileged,
                    capabilities_added: if capable {
                        vec!["SYS_PTRACE".to_owned()]
                    } else {
                        Vec::new()
                    },
                    capabilities_dropped: if capable {
                        vec!["NET_RAW".to_owned()]
                    } else {
                        Vec::new()
                    },
                    user: user.to_owned(),
                    rare,
                }
            },
        )
}

fn form() -> impl Strategy<Value = LaunchForm> {
    let storage = (0_u8..3, folder(), folder());
    let switches = prop::array::uniform3(any::<bool>());
    let ip = prop::sample::select(vec!["127.0.0.1", "0.0.0.0", "::1"]);
    let image = prop::sample::select(IMAGES);
    (
        image,
        storage,
        switches,
        ip,
        ports(),
        advanced(),
        any::<bool>(),
    )
        .prop_map(
            |(
                image,
                (kind, source, target),
                [control, own, mapped],
                ip,
                ports,
                advanced,
                plain,
            )| {
                let mut form = form_of_image(image, &facts());
                form.storage.kind = match kind {
                    0 => StorageKind::Nothing,
                    1 => StorageKind::Folder,
                    _ => StorageKind::Volume,
                };
                form.storage.folder = source;
                form.storage.target = format!("/work{target}");
                form.docker_control = control;
                form.sign_in = if own {
                    SignInChoice::Own
                } else {
                    SignInChoice::FromImage
                };
                form.user.mapped = mapped;
                form.user.uid = "1234".to_owned();
                ip.clone_into(&mut form.listen_ip);
                form.ports = ports;
                if !plain {
                    form.advanced = advanced;
                }
                form
            },
        )
}

/// What does not matter to Docker is put in order.
fn in_order(mut spec: ContainerSpec) -> ContainerSpec {
    spec.environment.sort();
    spec.mounts.sort_by(|a, b| a.target.cmp(&b.target));
    spec.ports.sort_by_key(|port| {
        (
            port.container_port,
            port.host_port,
            port.protocol.clone(),
            port.listen_ip.clone(),
        )
    });
    spec.group_add.sort();
    spec
}

fn secrets_of(plan: &LaunchPlan) -> Vec<String> {
    let mut secrets = arguments::secrets(plan);
    secrets.sort();
    secrets
}

fn read_again(command: &str) -> LaunchPlan {
    let person = Person {
        home: Some("/home/anna".to_owned()),
        name: Some("anna".to_owned()),
    };
    let pasted = pasted(command, &BTreeMap::new(), &person, &facts());
    assert!(
        pasted.problem.is_none(),
        "{:?} of {command}",
        pasted.problem
    );
    assert!(
        pasted.variables.is_empty(),
        "nothing is open: {:?} of {command}",
        pasted.variables
    );
    let left: Vec<_> = pasted
        .not_taken
        .iter()
        .filter(|rest| !rest.text.starts_with("docker exec"))
        .collect();
    assert!(left.is_empty(), "all is taken: {left:?} of {command}");
    plan(&pasted.form.expect("a form"), None, &Catalogue::shipped())
        .unwrap_or_else(|problem| panic!("{problem} of {command}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_global_rejects: 4000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_it_was_meant(form in form()) {
        let Ok(meant) = plan(&form, None, &Catalogue::shipped()) else {
            return Err(TestCaseError::reject("the form itself is wrong"));
        };
        let LabCommands { bash, powershell, cmd, .. } = commands(&meant);
        for command in [bash, powershell, cmd] {
            let read = read_again(&command);
            prop_assert_eq!(in_order(read.container.clone()), in_order(meant.container.clone()), "{}", command);
            prop_assert_eq!(secrets_of(&read), secrets_of(&meant), "{}", command);
        }
    }
}

#[test]
fn most_forms_of_the_property_can_be_launched() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut all, mut plain) = (0, 0);
    for _ in 0..200 {
        let form = form().new_tree(&mut runner).unwrap().current();
        if let Err(problem) = plan(&form, None, &Catalogue::shipped()) {
            assert!(problem.field.is_some(), "{problem}");
            continue;
        }
        all += 1;
        plain += usize::from(form.advanced == Advanced::default());
    }
    assert!(
        all > 120 && all - plain > 60,
        "{all} of 200, {plain} of them plain: the property would prove little"
    );
}

#[test]
fn every_recipe_is_read_as_it_is_written() {
    let catalogue = Catalogue::shipped();
    let mut seen = 0;
    for recipe in catalogue
        .recipes()
        .filter(|recipe| !recipe.images.is_empty())
    {
        let form = form_of(&recipe.id.0, &facts());
        let meant = plan(&form, None, &catalogue)
            .unwrap_or_else(|problem| panic!("{}: {problem}", recipe.id.0));
        let LabCommands {
            bash,
            powershell,
            cmd,
            ..
        } = commands(&meant);
        for command in [bash, powershell, cmd] {
            let read = read_again(&command);
            assert_eq!(
                in_order(read.container.clone()),
                in_order(meant.container.clone()),
                "{command}"
            );
            assert_eq!(secrets_of(&read), secrets_of(&meant), "{command}");
        }
        seen += 1;
    }
    assert!(seen > 10, "the catalogue was read: {seen}");
}
