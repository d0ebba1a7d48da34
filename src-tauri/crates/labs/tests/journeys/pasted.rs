//! Pasted commands mean what they say: each is made into a container by the docker client itself and
//! by Slipway from the form that it was read into, and what the engine says of the two is compared.
//!
//! What is left out of the comparison belongs to neither: ids and times, the container's name and the
//! host name made of its id, the terminal at which the client was called (`Attach…`, `StdinOnce`), and
//! Slipway's own labels. Two spellings of the same are made one: no listen address is `0.0.0.0`, no tag
//! is `latest`, no restart policy is `no`, a size in letters is its number of bytes, and folders are mounted
//! in the long form by Slipway,
//! because that fails where they are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::catalogue::Catalogue;
use slipway_labs::check::CheckFacts;
use slipway_labs::form::TypedSecrets;
use slipway_labs::paste::{PastedCommand, Person, pasted};
use slipway_labs::plan::plan;
use slipway_testbed::Bed;
use slipway_testbed::process::command;
use slipway_vault::VaultStatus;

use crate::{Room, bed, browse, docker, free_port, is_signed_in};

/// Command, the variables that the shell has, and the image that stands in where the bed lacks it.
pub type Pasted = (
    &'static str,
    &'static [(&'static str, &'static str)],
    Option<&'static str>,
);

const COMMANDS: &[Pasted] = &[
    (
        "docker run -it --rm -p 8888:8888 -p 4040:4040 jupyter/all-spark-notebook",
        &[],
        None,
    ),
    (
        "docker run -it --rm --name jupyter -p 8888:8888 -p 4040:4040 -v $HOME/work:$HOME/work -w $HOME/work myimprovedjupyterimage",
        &[],
        Some("myimprovedjupyterimage"),
    ),
    (
        "docker run -e HOST_USER_ID=$(id -u) -e HOST_USER_GID=$(id -g) -v <ESKAPADE>:/home/esdev/eskapade -p 8888:8888 -it eskapade:0.7",
        &[("ESKAPADE", "$HOME/work")],
        Some("eskapade:0.7"),
    ),
    (
        "docker run --detach --volume ${VOLUME}:/root/notebooks --volume /var/run/docker.sock:/var/run/docker.sock --publish ${LISTEN_IP}:${PORT}:8888 exasol/data-science-sandbox:${VERSION}",
        &[
            ("VOLUME", "pasted-vol"),
            ("LISTEN_IP", "0.0.0.0"),
            ("PORT", "8899"),
            ("VERSION", "0.1.0"),
        ],
        None,
    ),
    (
        "docker run -p 3306:3306 -e MYSQL_ROOT_PASSWORD=… docker-db",
        &[],
        Some("docker-db"),
    ),
    (
        "docker run -d -P --name <name> <image>",
        &[("name", "pasted-any"), ("image", "slipway/webapp:1")],
        None,
    ),
    (
        "docker run --name ai-lab --volume pasted-vol:/home/jupyter/notebooks --publish 127.0.0.1:49494:49494 exasol/ai-lab:6.0.0",
        &[],
        None,
    ),
    (
        "docker run -p 127.0.0.1:9563:8563 --detach --privileged --stop-timeout 120 -v pasted-exa:/exa exasol/docker-db:8.18.1",
        &[],
        Some("exasol/docker-db:8.18.1"),
    ),
    (
        "docker run --user root -e NB_UID=1234 -e NB_GID=1234 -e JUPYTER_TOKEN=letmein -p 127.0.0.1::8888 quay.io/jupyter/all-spark-notebook start-notebook.py --IdentityProvider.hashed_password=''",
        &[],
        None,
    ),
    (
        "docker run --memory 512m --cpus 1.5 --shm-size=64m --init --read-only --tmpfs /run:size=1m --restart on-failure:3 --hostname node --entrypoint /bin/busybox --label team=a --cap-add SYS_PTRACE --cap-drop NET_RAW --ulimit nofile=1024:2048 --group-add 5 --add-host db:10.0.0.3 --dns 10.0.0.2 --ipc host --stop-signal SIGINT --stop-timeout 5 --security-opt seccomp=unconfined --sysctl net.core.somaxconn=1024 -v pasted-ro:/ro:ro -v /anonymous --mount type=bind,source=$HOME/work,target=/in,readonly --platform linux/amd64 -w /tmp -u 5:5 slipway/webapp:1 sh -c 'echo \"a b\" && true'",
        &[],
        None,
    ),
];

/// What bash makes of the words behind `docker run`.
fn words(text: &str, variables: &BTreeMap<String, String>) -> Vec<String> {
    let mut text = text.to_owned();
    for (name, value) in variables {
        text = text.replace(&format!("<{name}>"), value);
    }
    let script = format!("docker() {{ printf '%s\\0' \"$@\"; }}\n{text}");
    let output = command("bash")
        .args(["-c", &script])
        .envs(variables)
        .output()
        .unwrap();
    assert!(output.status.success());
    let words = String::from_utf8(output.stdout).unwrap();
    words.split_terminator('\0').map(str::to_owned).collect()
}

fn number(flag: &str) -> u32 {
    let output = command("id").arg(flag).output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

pub struct Reader {
    bed: &'static Bed,
    inventory: Inventory,
    home: tempfile::TempDir,
}

impl Reader {
    pub async fn over(bed: &'static Bed) -> Self {
        let surroundings = Surroundings {
            variables: [("DOCKER_HOST".to_owned(), bed.docker_host())].into(),
            home: None,
        };
        let inventory = Inventory::start(surroundings);
        let mut snapshots = inventory.watch();
        let ready = snapshots.wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready);
        ready.await.expect("the engine is there");
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("work")).unwrap();
        Self {
            bed,
            inventory,
            home,
        }
    }

    fn home(&self) -> String {
        self.home.path().display().to_string()
    }

    async fn facts(&self, image: &str) -> CheckFacts {
        let engine = self.inventory.engine().unwrap();
        CheckFacts {
            snapshot: self.inventory.snapshot(),
            image: engine.inspect_image(image).await.ok(),
            asks: None,
            labs: Vec::new(),
            keyring: VaultStatus::Keyring,
            known_secrets: BTreeSet::new(),
            user: Some((number("-u"), number("-g"))),
            catalogue: Catalogue::shipped(),
            download: None,
            own: None,
        }
    }

    fn read(
        &self,
        text: &str,
        answers: &BTreeMap<String, String>,
        facts: &CheckFacts,
    ) -> PastedCommand {
        let person = Person {
            home: Some(self.home()),
            name: None,
        };
        pasted(text, answers, &person, facts)
    }

    /// Creates the container as a launch does, and does not start it.
    async fn create(&self, text: &str, answers: &BTreeMap<String, String>, image: &str) -> String {
        let facts = self.facts(image).await;
        let read = self.read(text, answers, &facts);
        assert!(read.problem.is_none(), "{:?} of {text}", read.problem);
        assert!(read.not_taken.is_empty(), "{:?} of {text}", read.not_taken);
        let mut form = read.form.expect("a form");
        form.name = format!("{} from the form", form.name);
        let plan = plan(&form, facts.image.as_ref(), &facts.catalogue)
            .unwrap_or_else(|problem| panic!("{problem} of {text}"));
        let mut spec = plan.container.clone();
        let typed = TypedSecrets::from(read.secrets);
        if let Some(variable) = plan.password_variable {
            spec.environment
                .push((variable, typed.password.expect("it stands in the command")));
        }
        for variable in plan.secret_variables {
            // A guide's `…` is typed by the person.
            let value = typed.variables.get(&variable).map_or("…", String::as_str);
            spec.environment.push((variable, value.to_owned()));
        }
        let engine = self.inventory.engine().unwrap();
        let created = engine.create_container(&spec).await;
        created
            .unwrap_or_else(|error| panic!("{error}: {:?} of {text}", error.detail()))
            .0
    }
}

/// The engine's own words, as one value.
fn inspected(bed: &Bed, container: &str) -> Value {
    let text = bed.docker(&["inspect", container]).unwrap();
    serde_json::from_str::<Vec<Value>>(&text).unwrap().remove(0)
}

/// What matters of a container, in one spelling.
fn meaning(bed: &Bed, inspection: &Value) -> Value {
    let mut config = inspection["Config"].clone();
    let mut host = inspection["HostConfig"].clone();
    let own = inspection["Id"]
        .as_str()
        .unwrap()
        .starts_with(config["Hostname"].as_str().unwrap());
    for field in ["AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce"] {
        config[field] = Value::Null;
    }
    if own {
        config["Hostname"] = Value::Null;
    }
    if let Some(image) = config["Image"]
        .as_str()
        .filter(|image| !image.contains(':'))
    {
        config["Image"] = json!(format!("{image}:latest"));
    }
    if let Some(labels) = config["Labels"].as_object_mut() {
        labels.retain(|name, _| !name.starts_with("io.slipway."));
    }
    if let Some(environment) = config["Env"].as_array_mut() {
        environment.sort_by_key(ToString::to_string);
    }
    let socket = bed.socket().display().to_string();
    let mounts: BTreeSet<String> = inspection["Mounts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|mount| {
            let text = |field: &str| mount[field].as_str().unwrap_or_default().to_owned();
            let name = text("Name");
            let source = match text("Type").as_str() {
                "volume" if name.len() == 64 => "without a name".to_owned(),
                "volume" => name,
                _ => text("Source").replace(&socket, "/var/run/docker.sock"),
            };
            format!(
                "{} {source} at {} writable {}",
                text("Type"),
                text("Destination"),
                mount["RW"]
            )
        })
        .collect();
    host["Binds"] = Value::Null;
    host["Mounts"] = json!(mounts);
    host["ConsoleSize"] = Value::Null;
    if host["RestartPolicy"]["Name"] == "" {
        host["RestartPolicy"]["Name"] = json!("no");
    }
    if let Some(memory) = host["Tmpfs"].as_object_mut() {
        for details in memory.values_mut() {
            *details = json!(
                details
                    .as_str()
                    .unwrap_or_default()
                    .replace("size=1m", "size=1048576")
            );
        }
    }
    for part in [&mut config, &mut host] {
        if let Some(fields) = part.as_object_mut() {
            fields.retain(|_, value| value.as_object().is_none_or(|object| !object.is_empty()));
        }
    }
    for bindings in host["PortBindings"]
        .as_object_mut()
        .into_iter()
        .flat_map(serde_json::Map::values_mut)
    {
        for binding in bindings.as_array_mut().into_iter().flatten() {
            if binding["HostIp"] == "" {
                binding["HostIp"] = json!("0.0.0.0");
            }
        }
    }
    without_nothing(json!({ "Config": config, "HostConfig": host })).unwrap_or_default()
}

/// Null, empty lists and absent fields are the same to the engine.
fn without_nothing(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(list) => {
            let list: Vec<Value> = list.into_iter().filter_map(without_nothing).collect();
            (!list.is_empty()).then_some(Value::Array(list))
        }
        Value::Object(fields) => {
            let fields: serde_json::Map<String, Value> = fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, without_nothing(value)?)))
                .collect();
            // A port without a binding is an empty value that says something.
            Some(Value::Object(fields))
        }
        other => Some(other),
    }
}

fn flat(value: &Value, path: &str, rows: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                flat(value, &format!("{path}.{name}"), rows);
            }
        }
        other => {
            rows.insert(path.trim_start_matches('.').to_owned(), other.to_string());
        }
    }
}

/// Both side by side, and whether they are the same.
fn side_by_side(by_docker: &Value, by_slipway: &Value) -> (String, bool) {
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    flat(by_docker, "", &mut left);
    flat(by_slipway, "", &mut right);
    let absent = "-".to_owned();
    let (mut table, mut same) = (String::new(), true);
    for path in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
        let (docker, slipway) = (
            left.get(path).unwrap_or(&absent),
            right.get(path).unwrap_or(&absent),
        );
        let mark = if docker == slipway { ' ' } else { '!' };
        same &= docker == slipway;
        // What every container has says nothing.
        if mark == '!' || !["0", "false", "\"\"", "{}"].contains(&docker.as_str()) {
            writeln!(table, "{mark} {path:40} {docker:60} {slipway}").unwrap();
        }
    }
    (table, same)
}

/// Makes the image available under the name that the command uses.
fn provide(bed: &Bed, image: &str, stand_in: Option<&str>) {
    match stand_in {
        Some(name) => {
            bed.load("slipway/webapp:1").unwrap();
            bed.docker(&["tag", "slipway/webapp:1", name]).unwrap();
        }
        None => bed.load(image).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_make_the_same_container() {
    compare(&Reader::over(bed()).await, COMMANDS).await;
}

/// Each command as the docker client makes it and as the form that it is read into does, side by side.
#[expect(
    clippy::print_stdout,
    reason = "the tables are the proof, and are there to be read"
)]
pub async fn compare(reader: &Reader, commands: &[Pasted]) {
    let bed = reader.bed;
    let mut wrong = Vec::new();
    for (text, given, stand_in) in commands {
        let mut answers: BTreeMap<String, String> = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.replace("$HOME", &reader.home())))
            .collect();
        let mut variables = answers.clone();
        variables.insert("HOME".to_owned(), reader.home());
        variables.insert("PATH".to_owned(), std::env::var("PATH").unwrap());
        answers.remove("HOME");
        let mut arguments = words(text, &variables);
        let read = reader.read(text, &answers, &reader.facts("").await);
        let form = read
            .form
            .unwrap_or_else(|| panic!("{:?} of {text}", read.problem));
        let image = form.reference_text();
        provide(bed, &image, *stand_in);

        // `create` makes the container as `run` does, and leaves `--detach` to it.
        assert_eq!(arguments.remove(0), "run");
        arguments.retain(|word| word != "--detach" && word != "-d");
        arguments.insert(0, "create".to_owned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let by_docker = bed
            .docker(&arguments)
            .unwrap_or_else(|error| panic!("{error} of {text}"));
        let by_docker = by_docker
            .lines()
            .last()
            .unwrap_or_default()
            .trim()
            .to_owned();
        let by_slipway = reader.create(text, &answers, &image).await;

        let (table, same) = side_by_side(
            &meaning(bed, &inspected(bed, &by_docker)),
            &meaning(bed, &inspected(bed, &by_slipway)),
        );
        println!(
            "{text}\n  {:40} {:60} from the form\n{table}",
            "", "docker create"
        );
        if !same {
            wrong.push(format!("{text}\n{table}"));
        }
        bed.docker(&["rm", "--volumes", &by_docker, &by_slipway])
            .unwrap();
    }
    assert!(wrong.is_empty(), "these differ:\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_docker_refuses_is_refused_in_the_same_words() {
    // Where the runtime is, both make the same container (`cards`); here it is not.
    let text = "docker run --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=2,3 nvidia/cuda:10.0-base nvidia-smi";
    let reader = Reader::over(bed()).await;
    provide(
        bed(),
        "nvidia/cuda:10.0-base",
        Some("nvidia/cuda:10.0-base"),
    );
    let facts = reader.facts("nvidia/cuda:10.0-base").await;
    let form = reader.read(text, &BTreeMap::new(), &facts).form.unwrap();
    let plan = plan(&form, facts.image.as_ref(), &facts.catalogue).unwrap();
    assert_eq!(plan.container.runtime.as_deref(), Some("nvidia"));
    assert_eq!(
        plan.container.environment,
        [("NVIDIA_VISIBLE_DEVICES".to_owned(), "2,3".to_owned())]
    );
    assert_eq!(
        plan.container.command.as_deref(),
        Some(&["nvidia-smi".to_owned()][..])
    );

    let mut arguments: Vec<&str> = text.split(' ').skip(2).collect();
    arguments.insert(0, "create");
    let by_docker = bed().docker_command(&arguments).unwrap().output().unwrap();
    let by_docker = String::from_utf8_lossy(&by_docker.stderr).into_owned();
    let engine = reader.inventory.engine().unwrap();
    let error = engine
        .create_container(&plan.container)
        .await
        .expect_err("the runtime is not there");
    let by_slipway = format!("{error} {}", error.detail().unwrap_or_default());
    for words in [&by_docker, &by_slipway] {
        assert!(
            words.to_lowercase().contains("runtime") && words.contains("nvidia"),
            "{by_docker}\n{by_slipway}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_command_is_launched_and_written_again() {
    bed().load("exasol/data-science-sandbox:0.1.0").unwrap();
    let room = Room::new().await;
    let text = "VERSION=0.1.0\nVOLUME=pasted-launch\n\ndocker run --detach \\\n  --volume ${VOLUME}:/root/notebooks \\\n  --publish ${LISTEN_IP}:${PORT}:8888 \\\n  exasol/data-science-sandbox:${VERSION}";
    let answers = BTreeMap::from([("PORT".to_owned(), free_port(0).to_string())]);
    let read = room.labs.read_command(text, &answers).await;
    assert!(
        read.problem.is_none() && read.not_taken.is_empty(),
        "{:?} {:?}",
        read.problem,
        read.not_taken
    );
    let asked: Vec<(&str, &str)> = read
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.value.as_str()))
        .collect();
    assert_eq!(
        asked,
        [
            ("VOLUME", "pasted-launch"),
            ("LISTEN_IP", "127.0.0.1"),
            ("PORT", &answers["PORT"]),
            ("VERSION", "0.1.0")
        ]
    );
    let mut form = read.form.unwrap();
    form.name = "pasted-launch".to_owned();
    let check = room.labs.check(&form, &TypedSecrets::default()).await;
    assert_eq!(check.gate, None, "{:#?}", check.notes);
    let lab = room.launched(&form, None).await;
    assert!(is_signed_in(&browse(&room.last_opened()).await));

    // The lab's own command, pasted again, is the same lab.
    let commands = room.labs.commands(&lab).await.unwrap();
    for command in [
        &commands.bash,
        &commands.powershell,
        &commands.cmd,
        &commands.function,
    ] {
        let again = room.labs.read_command(command, &BTreeMap::new()).await;
        let again = again
            .form
            .unwrap_or_else(|| panic!("{:?} of {command}", again.problem));
        assert_eq!(
            (&again.image, &again.version),
            (&form.image, &form.version),
            "{command}"
        );
        assert_eq!(
            (&again.ports, &again.storage),
            (&form.ports, &form.storage),
            "{command}"
        );
    }
    // The engine's standard network has two names; newer engines write the one for the other.
    let named = |mut container: Value| {
        let network = &mut container["HostConfig"]["NetworkMode"];
        assert!(*network == "bridge" || *network == "default", "{network}");
        *network = json!("default");
        container
    };
    let by_slipway = meaning(bed(), &named(inspected(bed(), "pasted-launch")));
    room.delete(&lab).await;

    // Compose makes the same container of the lab's file.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yaml");
    std::fs::write(&file, &commands.compose).unwrap();
    let file = file.display().to_string();
    let mut compose = bed().compose_command(&["-f", &file, "create"]).unwrap();
    let made = compose.output().unwrap();
    assert!(
        made.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&made.stderr),
        commands.compose
    );
    let mut by_compose = inspected(bed(), "pasted-launch");
    if let Some(labels) = by_compose["Config"]["Labels"].as_object_mut() {
        labels.retain(|name, _| !name.starts_with("com.docker.compose."));
    }
    let (table, same) = side_by_side(&meaning(bed(), &named(by_compose)), &by_slipway);
    assert!(same, "compose and Slipway differ:\n{table}");
    docker(&["rm", "--force", "pasted-launch"]);
    docker(&["volume", "rm", "pasted-launch"]);
}
