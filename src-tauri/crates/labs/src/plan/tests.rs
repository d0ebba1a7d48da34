use super::*;
use crate::fixtures::{With as _, engine, facts, form_of, form_of_image};

fn container(name: &str, form: &LaunchForm) -> ContainerSpec {
    plan(form, None, &Catalogue::shipped())
        .unwrap_or_else(|problem| panic!("{name}: {problem}"))
        .container
}

#[test]
fn the_sandbox_is_launched_as_its_guide_says() {
    // docker run --detach --volume my-vol:/root/notebooks --publish 0.0.0.0:8888:8888 exasol/data-science-sandbox:0.1.0
    let mut form = form_of("data-science-sandbox", &facts());
    form.listen_ip = "0.0.0.0".to_owned();
    form.ports[0].host = "8888".to_owned();
    form.storage.volume = "my-vol".to_owned();
    let spec = container("sandbox", &form);
    assert_eq!(spec.image, "exasol/data-science-sandbox:0.1.0");
    assert_eq!(
        spec.ports,
        [PortBinding {
            listen_ip: "0.0.0.0".into(),
            host_port: 8888,
            container_port: 8888,
            protocol: "tcp".into()
        }]
    );
    assert_eq!(
        spec.mounts,
        [Mount {
            source: MountSource::Volume("my-vol".into()),
            target: "/root/notebooks".into(),
            read_only: false
        }]
    );
    assert!(
        spec.environment.is_empty() && spec.user.is_none() && spec.command.is_none() && !spec.tty
    );
}

#[test]
fn docker_stacks_publish_both_ports_and_keep_what_is_made() {
    let mut form = form_of("jupyter", &facts());
    form.storage.kind = StorageKind::Folder;
    form.storage.folder = "/home/anna/my work".to_owned();
    let spec = container("jupyter", &form);
    assert_eq!(
        spec.ports
            .iter()
            .map(|port| port.container_port)
            .collect::<Vec<_>>(),
        [8888, 4040]
    );
    assert_eq!(
        spec.environment,
        [(
            "NOTEBOOK_ARGS".to_owned(),
            "--ServerApp.root_dir=/home/jovyan/work".to_owned()
        )]
    );
    form.user.mapped = true;
    let spec = container("mapped", &form);
    assert_eq!(spec.user.as_deref(), Some("root"));
    assert!(
        spec.environment
            .contains(&("NB_UID".to_owned(), "1000".to_owned()))
    );
    form.storage.kind = StorageKind::Nothing;
    assert!(
        container("nothing", &form)
            .environment
            .iter()
            .all(|(name, _)| name != "NOTEBOOK_ARGS")
    );
}

#[test]
fn eskapade_gets_a_terminal_and_the_persons_ids() {
    let mut form = form_of_image("kave/eskapade-usr:0.7", &facts());
    assert!(form.user.mapped, "its entrypoint ends at once without ids");
    form.user.uid = "501".to_owned();
    form.user.gid = "20".to_owned();
    let spec = container("eskapade", &form);
    assert!(spec.tty && spec.stdin_open && spec.user.is_none());
    assert_eq!(
        spec.environment,
        [
            ("HOST_USER_ID".to_owned(), "501".to_owned()),
            ("HOST_USER_GID".to_owned(), "20".to_owned())
        ]
    );
    form.user.mapped = false;
    assert_eq!(
        container("unmapped", &form).environment[0],
        ("HOST_USER_ID".to_owned(), "1000".to_owned())
    );
}

#[test]
fn docker_control_mounts_this_engine_s_socket() {
    let mut form = form_of("exasol-ai-lab", &facts());
    form.docker_control = true;
    let mut elsewhere = engine();
    elsewhere.socket_path = Some("/srv/bed/docker.sock".to_owned());
    let plan = plan(&form, None, &Catalogue::shipped())
        .unwrap()
        .on_engine(&elsewhere);
    let socket = plan.container.mounts.last().unwrap();
    assert_eq!(
        socket.source,
        MountSource::Folder("/srv/bed/docker.sock".to_owned())
    );
    assert_eq!(socket.target, "/var/run/docker.sock");
}

#[test]
fn only_a_lab_that_needs_it_joins_the_socket_s_group() {
    let image = |user: &str| ImageDetails {
        user: user.to_owned(),
        ..ImageDetails::default()
    };
    let mut lab = form_of_image("me/tool:1", &facts());
    lab.docker_control = true;
    let mut ai_lab = form_of("exasol-ai-lab", &facts());
    ai_lab.docker_control = true;
    let mut without = form_of_image("me/tool:1", &facts());
    without.docker_control = false;
    let mut unknown = engine();
    unknown.socket_group = None;
    let here = engine();
    for (name, form, image, facts, expected) in [
        (
            "an ordinary user",
            &lab,
            Some(image("jovyan")),
            &here,
            vec!["998"],
        ),
        ("an id", &lab, Some(image("1000:100")), &here, vec!["998"]),
        ("an image that is not here", &lab, None, &here, vec!["998"]),
        ("root by default", &lab, Some(image("")), &here, vec![]),
        (
            "root by name",
            &lab,
            Some(image("root:root")),
            &here,
            vec![],
        ),
        ("AI-Lab does it itself", &ai_lab, None, &here, vec![]),
        ("without Docker control", &without, None, &here, vec![]),
        ("a group that nobody knows", &lab, None, &unknown, vec![]),
    ] {
        let plan = plan(form, image.as_ref(), &Catalogue::shipped())
            .unwrap()
            .on_engine(facts);
        assert_eq!(plan.container.group_add, expected, "{name}");
        let command = crate::command_line::equivalent(&plan).bash.join(" ");
        assert_eq!(
            command.contains("--group-add 998"),
            !expected.is_empty(),
            "{name}: {command}"
        );
    }
}

#[test]
fn an_own_password_is_named_and_never_held() {
    let mut form = form_of("exasol-ai-lab", &facts());
    assert_eq!(
        plan(&form, None, &Catalogue::shipped())
            .unwrap()
            .password_variable,
        None
    );
    form.sign_in = SignInChoice::Own;
    let planned = plan(&form, None, &Catalogue::shipped()).unwrap();
    assert_eq!(
        planned.password_variable.as_deref(),
        Some("JUPYTER_PASSWORD")
    );
    assert!(planned.container.environment.is_empty());
}

#[test]
fn after_the_download_the_config_has_the_last_word() {
    let mut form = form_of_image("me/unknown:1", &facts());
    assert_eq!(
        (form.recipe.0.as_str(), form.ports[0].container.as_str()),
        ("web-app", "8080")
    );
    let image = ImageDetails {
        command: vec![
            "jupyter".into(),
            "lab".into(),
            "--ip=0.0.0.0".into(),
            "--port=9999".into(),
        ],
        exposed_ports: vec!["9999/tcp".into()],
        ..ImageDetails::default()
    };
    let planned = plan(&form, Some(&image), &Catalogue::shipped()).unwrap();
    assert_eq!(
        (planned.recipe.id.0.as_str(), planned.page_port),
        ("any-jupyter", 9999)
    );
    assert_eq!(
        planned.form.ports[0].container, "9999",
        "the saved form tells what runs"
    );
    form.ports[0].container = "7777".to_owned();
    assert_eq!(
        plan(&form, Some(&image), &Catalogue::shipped())
            .unwrap()
            .page_port,
        7777,
        "what a person typed stays"
    );
}

#[test]
fn every_wrong_field_is_named() {
    type Change = fn(&mut LaunchForm);
    let good = form_of("exasol-ai-lab", &facts());
    let broken: [(&str, Change); 11] = [
        ("name", |form| form.name = "!".into()),
        ("image", |form| form.image = "https://x".into()),
        ("version", |form| form.version = "a b".into()),
        ("listenIp", |form| form.listen_ip = "here".into()),
        ("ports.0.host", |form| form.ports[0].host = "0".into()),
        ("ports.0.container", |form| {
            form.ports[0].container = "70000".into();
        }),
        ("ports.0.listenIp", |form| {
            form.ports[0].listen_ip = "here".into();
        }),
        ("advanced.memory", |form| {
            form.advanced.memory = "lots".into();
        }),
        ("storage.volume", |form| form.storage.volume = "a/b".into()),
        ("storage.target", |form| form.storage.target = "work".into()),
        ("storage.folder", |form| {
            form.storage.kind = StorageKind::Folder;
            form.storage.folder = " ".into();
        }),
    ];
    for (field, change) in broken {
        let mut form = good.clone();
        change(&mut form);
        let problem = plan(&form, None, &Catalogue::shipped()).unwrap_err();
        assert_eq!(problem.field.as_deref(), Some(field));
        assert_eq!(problem.kind, ProblemKind::InvalidForm);
    }
}

#[test]
fn a_digest_is_a_version_too() {
    let mut form = form_of("exasol-ai-lab", &facts().with_image("exasol/ai-lab:6.0.0"));
    form.version = format!("sha256:{}", "a".repeat(64));
    assert_eq!(
        container("digest", &form).image,
        format!("exasol/ai-lab@sha256:{}", "a".repeat(64))
    );
}

#[test]
fn what_is_typed_goes_before_the_recipe() {
    let mut form = form_of("jupyter", &facts());
    form.ports.clear();
    form.advanced.publish_all = true;
    form.advanced.user = "root".to_owned();
    form.advanced.command = "start.sh bash".to_owned();
    form.advanced.environment = [
        ("NOTEBOOK_ARGS", "--debug", false),
        ("KEY", "left over", true),
    ]
    .map(|(name, value, secret)| crate::form::VariableRow {
        name: name.into(),
        value: value.into(),
        secret,
    })
    .to_vec();
    let planned = plan(&form, None, &Catalogue::shipped()).unwrap();
    let spec = &planned.container;
    assert_eq!(
        spec.environment,
        [("NOTEBOOK_ARGS".to_owned(), "--debug".to_owned())]
    );
    assert_eq!(spec.user.as_deref(), Some("root"));
    assert_eq!(
        spec.command.as_deref(),
        Some(&["start.sh".to_owned(), "bash".to_owned()][..])
    );
    assert!(spec.publish_all && spec.ports.is_empty() && planned.may_have_page());
    assert_eq!(planned.secret_variables, ["KEY"]);
    assert!(
        !format!("{planned:?}").contains("left over"),
        "a secret value is not in the plan, which goes into labels and files"
    );
}

#[test]
fn a_lab_without_a_port_has_no_page() {
    let mut form = form_of("jupyter", &facts());
    form.ports.clear();
    let planned = plan(&form, None, &Catalogue::shipped()).unwrap();
    assert!(!planned.may_have_page());
}
