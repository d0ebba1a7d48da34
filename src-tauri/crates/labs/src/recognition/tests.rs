use super::*;
use crate::recipe::SignInKind;

/// As the room's own, in the shipped catalogue.
fn recognise(reference: &ImageReference, image: Option<&ImageDetails>) -> Arc<Recipe> {
    Arc::clone(super::recognise(&Catalogue::shipped(), reference, image))
}

fn reference(text: &str) -> ImageReference {
    ImageReference::parse(text).unwrap()
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn ai_lab(generation: u8) -> ImageDetails {
    let password = if generation == 1 { "ai-lab" } else { "ailab" };
    let sudo = if generation == 3 {
        "--preserve-env=JUPYTER_PASSWORD "
    } else {
        ""
    };
    let home = if generation == 1 {
        "/root"
    } else {
        "/home/jupyter"
    };
    let variable = if generation == 3 {
        "NOTEBOOKS"
    } else {
        "NOTEBOOK_FOLDER_FINAL"
    };
    ImageDetails {
        entrypoint: words(&format!(
            "sudo {sudo}python3 {home}/entrypoint.py --notebook-defaults {home}/notebook-defaults --notebooks {home}/notebooks --jupyter-server {home}/jupyterenv/bin/jupyter-lab --port 49494 --password {password}"
        )),
        environment: vec![(variable.to_owned(), format!("{home}/notebooks"))],
        exposed_ports: vec!["49494/tcp".to_owned()],
        volumes: vec![format!("{home}/notebooks")],
        ..ImageDetails::default()
    }
}

fn docker_stacks() -> ImageDetails {
    ImageDetails {
        entrypoint: words("tini -g -- start.sh"),
        command: words("start-notebook.py"),
        environment: vec![
            ("NB_USER".to_owned(), "jovyan".to_owned()),
            ("JUPYTER_PORT".to_owned(), "8888".to_owned()),
        ],
        exposed_ports: vec!["4040/tcp".to_owned(), "8888/tcp".to_owned()],
        working_directory: "/home/jovyan".to_owned(),
        user: "1000".to_owned(),
        ..ImageDetails::default()
    }
}

#[test]
fn images_are_known_by_name_also_behind_a_mirror() {
    for (name, recipe) in [
        ("exasol/ai-lab:6.0.0", "exasol-ai-lab"),
        ("docker.io/exasol/ai-lab", "exasol-ai-lab"),
        (
            "harbor.example:5000/proxy/exasol/ai-lab:6.0.0",
            "exasol-ai-lab",
        ),
        ("exasol/data-science-sandbox:0.1.0", "data-science-sandbox"),
        ("quay.io/jupyter/scipy-notebook", "jupyter"),
        ("jupyter/all-spark-notebook:2023-01-30", "jupyter"),
        ("kave/eskapade-usr:0.7", "eskapade"),
        ("tensorflow/tensorflow:latest-jupyter", "tensorflow"),
        ("me/my-jupyter-thing", "any-jupyter"),
        ("hello-world", "web-app"),
        ("other/ai-lab", "web-app"),
    ] {
        assert_eq!(recognise(&reference(name), None).id.0, recipe, "{name}");
    }
}

#[test]
fn renamed_images_are_known_by_their_config() {
    let renamed = reference("local/renamed:1");
    assert_eq!(recognise(&renamed, Some(&ai_lab(3))).id.0, "exasol-ai-lab");
    assert_eq!(recognise(&renamed, Some(&docker_stacks())).id.0, "jupyter");
    let tensorflow = ImageDetails {
        command: vec![
            "bash".to_owned(),
            "-c".to_owned(),
            "source /etc/bash.bashrc && jupyter notebook --notebook-dir=/tf --ip 0.0.0.0 --no-browser".to_owned(),
        ],
        exposed_ports: vec!["8888/tcp".to_owned()],
        working_directory: "/tf".to_owned(),
        ..ImageDetails::default()
    };
    let recipe = recognise(
        &reference("tensorflow/tensorflow:latest-jupyter"),
        Some(&tensorflow),
    );
    assert_eq!(recipe.id.0, "tensorflow");
    let recipe = recognise(&renamed, Some(&tensorflow));
    assert_eq!(recipe.id.0, "any-jupyter");
    let generation = generation(&recipe, &renamed, Some(&tensorflow));
    assert_eq!(
        (generation.port, generation.work_folder.as_deref()),
        (8888, Some("/tf"))
    );
    let flask = ImageDetails {
        command: words("python app.py"),
        exposed_ports: vec!["9000/tcp".to_owned(), "8787/tcp".to_owned()],
        ..ImageDetails::default()
    };
    let recipe = recognise(&renamed, Some(&flask));
    assert_eq!(recipe.id.0, "web-app");
    assert_eq!(
        super::generation(&recipe, &renamed, Some(&flask)).port,
        8787,
        "a usual page port is preferred"
    );
}

#[test]
fn ai_lab_generations_follow_the_config_and_before_it_the_tag() {
    let recipe = recognise(&reference("exasol/ai-lab"), None);
    for (tag, folder, own_password) in [
        ("0.1.0", "/root/notebooks", false),
        ("1.0.0", "/root/notebooks", false),
        ("2.0.0", "/home/jupyter/notebooks", false),
        ("4.0.0", "/home/jupyter/notebooks", false),
        ("5.0.0", "/home/jupyter/notebooks", true),
        ("latest", "/home/jupyter/notebooks", true),
    ] {
        let generation = generation(&recipe, &reference(&format!("exasol/ai-lab:{tag}")), None);
        assert_eq!(generation.work_folder.as_deref(), Some(folder), "{tag}");
        assert_eq!(
            generation.sign_in.password_variable.is_some(),
            own_password,
            "{tag}"
        );
        assert_eq!(generation.port, 49494);
    }
    for (number, password, own_password) in [
        (1, "ai-lab", false),
        (2, "ailab", false),
        (3, "ailab", true),
    ] {
        let image = ai_lab(number);
        let generation = generation(&recipe, &reference("exasol/ai-lab:latest"), Some(&image));
        assert_eq!(
            image_password(&generation, Some(&image)).as_deref(),
            Some(password),
            "generation {number}"
        );
        assert_eq!(
            generation.sign_in.password_variable.is_some(),
            own_password,
            "generation {number}"
        );
    }
}

#[test]
fn the_sandbox_s_last_builds_tell_their_port() {
    let image = ImageDetails {
        entrypoint: words(
            "python3 /root/entrypoint.py --notebook-defaults /root/a --notebooks /root/notebooks",
        ),
        exposed_ports: vec!["49494/tcp".to_owned()],
        ..ImageDetails::default()
    };
    let reference = reference("exasol/data-science-sandbox:0.1.0");
    let recipe = recognise(&reference, Some(&image));
    let told = generation(&recipe, &reference, Some(&image));
    assert_eq!(
        (told.port, image_password(&told, Some(&image)).as_deref()),
        (49494, Some("dss"))
    );
    assert_eq!(generation(&recipe, &reference, None).port, 8888);
}

#[test]
fn spark_images_publish_the_spark_ui() {
    let reference = reference("quay.io/jupyter/all-spark-notebook:latest");
    let recipe = recognise(&reference, Some(&docker_stacks()));
    let generation = generation(&recipe, &reference, Some(&docker_stacks()));
    assert_eq!(generation.more_ports.len(), 1);
    assert!(generation.more_ports[0].published && generation.more_ports[0].port == 4040);
    assert_eq!(generation.answers, "JupyterLab");
    assert_eq!(generation.work_folder.as_deref(), Some("/home/jovyan/work"));
}

#[test]
fn the_classic_notebook_is_an_own_generation() {
    let mut image = docker_stacks();
    image.command = words("start-notebook.sh");
    image.environment.push((
        "DOCKER_STACKS_JUPYTER_CMD".to_owned(),
        "notebook".to_owned(),
    ));
    let reference = reference("jupyter/minimal-notebook:notebook-6.5.7");
    let recipe = recognise(&reference, None);
    assert_eq!(
        generation(&recipe, &reference, None).answers,
        "Jupyter Notebook"
    );
    assert_eq!(
        generation(&recipe, &reference, Some(&image))
            .path
            .as_deref(),
        Some("/tree")
    );
}

#[test]
fn eskapade_s_shell_images_start_jupyter_inside() {
    let shell = ImageDetails {
        entrypoint: words("/user-mapping.sh"),
        ..ImageDetails::default()
    };
    let old = reference("kave/eskapade-usr:0.7");
    let recipe = recognise(&old, Some(&shell));
    let generation_here = generation(&recipe, &old, Some(&shell));
    assert!(generation_here.tty && generation_here.start_inside.is_some());
    assert_eq!(
        generation_here,
        generation(&recipe, &old, None).tap_writes_as(&generation_here)
    );
    let later = generation(&recipe, &reference("kave/eskapade-usr:1.0.0"), None);
    assert!(later.start_inside.is_none() && !later.tty);
    let root_shell = generation(&recipe, &reference("kave/eskapade-env:0.8"), None);
    assert_eq!(
        root_shell.start_inside.unwrap().user.as_deref(),
        Some("root")
    );
}

trait TapWritesAs {
    fn tap_writes_as(self, other: &Generation) -> Generation;
}

impl TapWritesAs for Generation {
    fn tap_writes_as(mut self, other: &Generation) -> Generation {
        self.writes_as = other.writes_as;
        self
    }
}

#[test]
fn an_empty_token_is_an_open_door() {
    let image = ImageDetails {
        command: words(
            "jupyter-lab --ip=0.0.0.0 --ServerApp.token='' --ServerApp.base_url=/team/one",
        ),
        exposed_ports: vec!["8888/tcp".to_owned()],
        ..ImageDetails::default()
    };
    let reference = reference("rapidsai/notebooks:25.10");
    let recipe = recognise(&reference, Some(&image));
    let generation = generation(&recipe, &reference, Some(&image));
    assert_eq!(generation.sign_in.kind, SignInKind::Open);
    assert_eq!(generation.ready.http_path.as_deref(), Some("/team/one/api"));
    assert_eq!(generation.path.as_deref(), Some("/team/one/lab"));
}

#[test]
fn a_config_of_another_image_is_not_taken() {
    let image = ImageDetails {
        tags: vec!["exasol/ai-lab:6.0.0".to_owned()],
        ..ImageDetails::default()
    };
    assert!(config_of(&reference("docker.io/exasol/ai-lab:6.0.0"), Some(&image)).is_some());
    assert!(config_of(&reference("exasol/ai-lab:5.0.0"), Some(&image)).is_none());
}

#[test]
fn an_image_s_own_password_is_hidden_unless_it_is_a_common_word() {
    for (password, hidden) in [
        ("ailab", true),
        ("ai-lab", true),
        ("dss", true),
        ("Lab", false),
        ("test", false),
        ("ab", false),
    ] {
        assert_eq!(is_worth_masking(password), hidden, "{password}");
    }
}

#[test]
fn servers_of_every_age_are_known_by_what_they_start() {
    for (command, recipe) in [
        (
            "jupyter notebook --ip=0.0.0.0 --NotebookApp.base_url=/x",
            "any-jupyter",
        ),
        ("jupyter-notebook --port 9999", "any-jupyter"),
        ("jupyter lab --ip=0.0.0.0", "any-jupyter"),
        ("jupyter-lab --ip=0.0.0.0", "any-jupyter"),
        ("jupyter server --ip=0.0.0.0", "any-jupyter"),
        (
            "bash -c cd /work && exec jupyter lab --port=8899",
            "any-jupyter",
        ),
        ("streamlit run app.py", "streamlit"),
        ("/opt/nvidia/nvidia_entrypoint.sh", "nvidia"),
        ("python server.py", "web-app"),
    ] {
        let image = ImageDetails {
            command: words(command),
            ..ImageDetails::default()
        };
        let found = recognise(&reference("local/some:1"), Some(&image));
        assert_eq!(found.id.0, recipe, "{command}");
    }
    let told = ImageDetails {
        command: words("bash -c cd /work && exec jupyter lab --port=8899"),
        ..ImageDetails::default()
    };
    let recipe = recognise(&reference("local/some:1"), Some(&told));
    assert_eq!(
        generation(&recipe, &reference("local/some:1"), Some(&told)).port,
        8899
    );
}

#[test]
fn nvidia_s_labels_tell_page_and_user() {
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let image = ImageDetails {
        labels: [
            label(
                "com.nvidia.workbench.application.jupyterlab.webapp.port",
                "8765",
            ),
            label("com.nvidia.workbench.user.uid", "1001"),
        ]
        .into(),
        exposed_ports: vec!["8765/tcp".to_owned(), "8787/tcp".to_owned()],
        user: "rapids".to_owned(),
        ..ImageDetails::default()
    };
    let renamed = reference("local/workbench:1");
    let recipe = recognise(&renamed, Some(&image));
    assert_eq!(recipe.id.0, "any-jupyter");
    let told = generation(&recipe, &renamed, Some(&image));
    assert_eq!((told.port, told.writes_as), (8765, Some(1001)));
    assert_eq!(told.more_ports[0].purpose, "Dask dashboard");
}

#[test]
fn databases_keep_their_data_where_their_version_does() {
    let with_volume = |folder: &str| ImageDetails {
        volumes: vec![folder.to_owned()],
        exposed_ports: vec!["5432/tcp".to_owned()],
        ..ImageDetails::default()
    };
    for (tag, before, config, after) in [
        (
            "18",
            "/var/lib/postgresql",
            "/var/lib/postgresql",
            "/var/lib/postgresql",
        ),
        (
            "17.5",
            "/var/lib/postgresql/data",
            "/var/lib/postgresql/data",
            "/var/lib/postgresql/data",
        ),
        (
            "latest",
            "/var/lib/postgresql",
            "/var/lib/postgresql/data",
            "/var/lib/postgresql/data",
        ),
        (
            "16-alpine",
            "/var/lib/postgresql/data",
            "/var/lib/postgresql/data",
            "/var/lib/postgresql/data",
        ),
    ] {
        let reference = reference(&format!("postgres:{tag}"));
        let recipe = recognise(&reference, None);
        assert_eq!(recipe.id.0, "postgres");
        let guessed = generation(&recipe, &reference, None);
        assert_eq!(guessed.work_folder.as_deref(), Some(before), "{tag}");
        let told = generation(&recipe, &reference, Some(&with_volume(config)));
        assert_eq!(told.work_folder.as_deref(), Some(after), "{tag}");
        assert!(!told.has_page() && told.sign_in.password_variable.is_some());
    }
    for name in ["bitnami/postgresql:17", "me/postgres:1"] {
        assert_ne!(recognise(&reference(name), None).id.0, "postgres", "{name}");
    }
}
