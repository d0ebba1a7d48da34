//! What is folded away, in sentences.

use super::*;
use crate::form::{GpuChoice, MountKind, MountRow, RareKind, RareRow, RestartChoice, VariableRow};
use crate::risk::RiskKind;

fn variable(name: &str, value: &str, secret: bool) -> VariableRow {
    VariableRow {
        name: name.into(),
        value: value.into(),
        secret,
    }
}

fn mount(kind: MountKind, source: &str, target: &str) -> MountRow {
    MountRow {
        kind,
        source: source.into(),
        target: target.into(),
        ..MountRow::default()
    }
}

fn rare(kind: RareKind, value: &str) -> RareRow {
    RareRow {
        kind,
        value: value.into(),
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one file in which the whole voice is heard"
)]
fn every_field_has_its_sentence() {
    let facts = facts();
    let base = form_of("exasol-ai-lab", &facts);
    let mut voice = Voice::new();
    let mut say = |case: &str, change: &dyn Fn(&mut LaunchForm)| {
        voice.say(case, "advanced", &with(&base, change), &facts);
    };
    say("nothing", &|_| {});
    say("variables", &|form| {
        form.advanced.environment = vec![
            variable("", "1", false),
            variable("KEY=abc", "", false),
            variable("A", "1", false),
            variable("A", "2", false),
            variable("DB_PASSWORD", "hunter2", false),
            variable("API_TOKEN", "", true),
            variable("JUPYTER_PASSWORD", "", true),
        ];
    });
    say("own password twice", &|form| {
        form.sign_in = SignInChoice::Own;
        form.advanced.environment = vec![variable("JUPYTER_PASSWORD", "x", false)];
    });
    say("mounts", &|form| {
        form.advanced.mounts = vec![
            mount(MountKind::Volume, "", "/tmp/a"),
            mount(MountKind::Volume, "a b", "/tmp/b"),
            mount(MountKind::Volume, "/srv/x", "/tmp/c"),
            mount(MountKind::Folder, "", "/tmp/d"),
            mount(MountKind::Folder, "data", "/tmp/e"),
            mount(MountKind::Folder, "/no/such/folder", "/tmp/f"),
            mount(MountKind::Folder, "/", "/tmp/g"),
            mount(MountKind::Volume, "logs", "data"),
            mount(MountKind::Volume, "logs", "/data/../x"),
            mount(MountKind::Volume, "logs", "/etc"),
            mount(MountKind::Volume, "logs", &form.storage.target.clone()),
            mount(MountKind::Volume, "logs", "/tmp/a/"),
            mount(MountKind::Volume, "logs", ""),
            MountRow {
                size: "lots".into(),
                ..mount(MountKind::Memory, "", "/tmp/h")
            },
        ];
    });
    say("program", &|form| {
        form.advanced.working_folder = "notebooks".into();
        form.advanced.entrypoint = "/bin/sh -c".into();
        form.advanced.command = "echo 'hello".into();
        form.advanced.user = "some one".into();
        form.advanced.platform = "arm64".into();
    });
    say("another processor", &|form| {
        form.advanced.platform = "linux/arm64".into();
    });
    say("windows", &|form| {
        form.advanced.platform = "windows/amd64".into();
    });
    say("limits that cannot be read", &|form| {
        form.advanced.memory = "lots".into();
        form.advanced.cpus = "1,5".into();
        form.advanced.shared_memory = "0".into();
    });
    say("too little", &|form| {
        form.advanced.memory = "2".into();
        form.advanced.cpus = "0.001".into();
    });
    say("too much", &|form| {
        form.advanced.memory = "64g".into();
        form.advanced.cpus = "9".into();
    });
    say("less than the lab needs", &|form| {
        form.advanced.memory = "64m".into();
    });
    say("a card where there is none", &|form| {
        form.advanced.gpu.choice = GpuChoice::All;
    });
    say("no number of cards", &|form| {
        form.advanced.gpu.choice = GpuChoice::Count;
        form.advanced.gpu.count = "none".into();
    });
    say("removed and started again", &|form| {
        form.advanced.remove_when_stopped = true;
        form.advanced.restart.choice = RestartChoice::Always;
    });
    say("removed", &|form| form.advanced.remove_when_stopped = true);
    say("tries", &|form| {
        form.advanced.restart.choice = RestartChoice::OnFailure;
        form.advanced.restart.retries = "often".into();
    });
    say("started again", &|form| {
        form.advanced.restart.choice = RestartChoice::UnlessStopped;
    });
    say("a network that is not there", &|form| {
        form.advanced.network.name = "team".into();
    });
    say("a new network", &|form| {
        form.advanced.network.name = "team".into();
        form.advanced.network.create = true;
        form.advanced.network.aliases = vec!["db".into(), "d b".into(), "db".into()];
    });
    say("a network with a bad name", &|form| {
        form.advanced.network.name = "my team".into();
    });
    say("aliases on the standard network", &|form| {
        form.advanced.network.aliases = vec!["db".into()];
    });
    say("the machine's network", &|form| {
        form.advanced.network.name = "host".into();
    });
    say("no network", &|form| {
        form.advanced.network.name = "none".into();
    });
    say("another container's network", &|form| {
        form.advanced.network.name = "container:db".into();
    });
    say("hostname", &|form| {
        form.advanced.hostname = "Anna's lab".into();
    });
    say("labels", &|form| {
        let label = |name: &str| crate::form::LabelRow {
            name: name.into(),
            value: String::new(),
        };
        form.advanced.labels = vec![
            label(""),
            label("io.slipway.lab"),
            label("team"),
            label("team"),
            label("a=b"),
        ];
    });
    say("rights", &|form| {
        form.advanced.privileged = true;
        form.advanced.capabilities_added = vec![
            "SYS_ADMIN".into(),
            "NET_ADMIN".into(),
            "FLY".into(),
            "net_admin".into(),
        ];
        form.advanced.rare = vec![
            rare(RareKind::Pid, "host"),
            rare(RareKind::SecurityOption, "seccomp=unconfined"),
            rare(RareKind::Device, "/dev/sda1"),
            rare(RareKind::Device, "/dev/fuse"),
            rare(RareKind::Ipc, "host"),
        ];
    });
    say("rare options", &|form| {
        form.advanced.rare = vec![
            rare(RareKind::Group, ""),
            rare(RareKind::Ulimit, "files=1"),
            rare(RareKind::Device, "fuse"),
            rare(RareKind::Host, "exasol"),
            rare(RareKind::Dns, "dns.example"),
            rare(RareKind::Ipc, "mine"),
            rare(RareKind::Pid, "private"),
            rare(RareKind::Init, "maybe"),
            rare(RareKind::Init, "true"),
            rare(RareKind::StopSignal, "SIGNOTHING"),
            rare(RareKind::StopTimeout, "soon"),
            rare(RareKind::StopTimeout, "60"),
            rare(RareKind::SecurityOption, "seccomp=profile.json"),
            rare(RareKind::SecurityOption, "everything"),
            rare(RareKind::Sysctl, "vm.max_map_count=262144"),
            rare(RareKind::Sysctl, "somaxconn"),
            rare(RareKind::Dns, "10.0.0.2"),
            rare(RareKind::Dns, "10.0.0.2"),
        ];
    });
    insta::assert_snapshot!("advancing", voice.text);
}

#[test]
fn a_machine_with_cards_says_how_many() {
    let mut machine = engine();
    machine.gpu = true;
    machine.runtimes.push("nvidia".into());
    machine.gpu_devices = ["0", "1", "all"]
        .map(|name| format!("nvidia.com/gpu={name}"))
        .to_vec();
    let facts = facts_on(machine);
    let asked = |choice: GpuChoice, count: &str, devices: &str| {
        let form = with(&form_of("jupyter", &facts), |form| {
            form.advanced.gpu.choice = choice;
            form.advanced.gpu.count = count.into();
            form.advanced.gpu.devices = devices.into();
        });
        errors(&form, &facts)
    };
    assert!(asked(GpuChoice::All, "", "").is_empty());
    assert!(asked(GpuChoice::Count, "2", "").is_empty());
    assert!(asked(GpuChoice::Chosen, "", "1,GPU-3a23c669").is_empty());
    assert_eq!(asked(GpuChoice::Count, "3", "")[0].0, "advanced.gpu.count");
    assert_eq!(
        asked(GpuChoice::Chosen, "", "2")[0].0,
        "advanced.gpu.devices"
    );
}

#[test]
fn a_secret_that_is_known_need_not_be_typed() {
    let mut facts = facts();
    let form = with(&form_of("jupyter", &facts), |form| {
        form.advanced.environment = vec![variable("API_TOKEN", "", true)];
    });
    assert_eq!(errors(&form, &facts)[0].0, "advanced.environment.0.value");
    facts.known_secrets.insert("API_TOKEN".into());
    let checked = check(&form, &facts, None);
    assert_eq!(checked.gate, None, "{:?}", checked.notes);
    let command = checked.command.unwrap().bash.join(" ");
    assert!(command.contains("--env API_TOKEN "), "{command}");
}

#[test]
fn rights_and_the_socket_bring_the_panel() {
    let facts = facts();
    let base = form_of("jupyter", &facts);
    let kinds = |change: &dyn Fn(&mut LaunchForm)| {
        check(&with(&base, change), &facts, None)
            .risks
            .map(|panel| panel.kinds)
            .unwrap_or_default()
    };
    assert_eq!(
        kinds(&|form| form.advanced.privileged = true),
        [RiskKind::Privileged]
    );
    assert_eq!(
        kinds(&|form| form.advanced.capabilities_added = vec!["ALL".into()]),
        [RiskKind::Privileged]
    );
    assert!(kinds(&|form| form.advanced.capabilities_added = vec!["NET_ADMIN".into()]).is_empty());
    assert_eq!(
        kinds(&|form| form.advanced.mounts = vec![mount(
            MountKind::Folder,
            "/var/run/docker.sock",
            "/var/run/docker.sock"
        )]),
        [RiskKind::DockerSocket]
    );
    assert_eq!(
        kinds(&|form| form.advanced.mounts = vec![mount(MountKind::Folder, "/", "/host")]),
        [RiskKind::HostRoot]
    );
    let gate = check(
        &with(&base, |form| form.advanced.privileged = true),
        &facts,
        None,
    )
    .gate;
    assert!(gate.unwrap().contains("under Advanced"));
}
