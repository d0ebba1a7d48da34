//! What an image's Config itself tells: port, folder, password, base URL, open doors.
//!
//! A recipe says how images of a kind behave as a rule; the Config says how this one does, so it
//! has the last word. AI-Lab's entrypoint carries nearly everything as arguments
//! (exasol/ai-lab `create_image.py`, `build_entrypoint`); Jupyter's options are those of
//! `jupyter_server` and `notebook`.

use slipway_engine::images::ImageDetails;

use crate::recipe::{ExtraPort, Generation, SignInKind};

/// Ports that are a page in the images we know of, the likeliest first.
const PAGE_PORTS: [u16; 12] = [
    80, 8080, 8787, 8888, 3000, 5000, 8000, 8501, 7860, 3838, 8088, 49494,
];

/// What is served on well-known further ports.
const PURPOSES: [(u16, &str); 5] = [
    (4040, "Spark UI"),
    (6006, "TensorBoard"),
    (8787, "Dask dashboard"),
    (8786, "Dask scheduler"),
    (5000, "MLflow"),
];

/// The password that the image comes with: from its entrypoint, else the recipe's.
pub fn image_password(generation: &Generation, image: Option<&ImageDetails>) -> Option<String> {
    let sign_in = &generation.sign_in;
    let told = image
        .zip(sign_in.password_argument.as_deref())
        .and_then(|(image, argument)| argument_of(image, &[argument]));
    told.or_else(|| sign_in.default_password.clone())
}

/// Short words that stand in any log: to blot them out would hide more than it protects.
const COMMON: [&str; 9] = [
    "lab", "labs", "user", "root", "test", "demo", "data", "pass", "work",
];

/// Whether a password that everybody can read in its image is kept out of logs all the same: it is
/// what opens the lab, and whoever looks over a shoulder need not be told.
pub fn is_worth_masking(password: &str) -> bool {
    password.chars().count() >= 3 && !COMMON.contains(&password.to_lowercase().as_str())
}

/// The entrypoint and the command as one text.
pub fn start_text(image: &ImageDetails) -> String {
    let words: Vec<&str> = image
        .entrypoint
        .iter()
        .chain(&image.command)
        .map(String::as_str)
        .collect();
    words.join(" ")
}

/// Exposed TCP ports, lowest first.
pub fn exposed(image: &ImageDetails) -> Vec<u16> {
    let mut ports: Vec<u16> = image
        .exposed_ports
        .iter()
        .filter_map(|exposed| match exposed.split_once('/') {
            Some((port, "tcp")) => port.parse().ok(),
            Some(_) => None,
            None => exposed.parse().ok(),
        })
        .filter(|port| *port != 0)
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// The generation with what the Config tells filled in.
pub fn told_by_config(mut generation: Generation, image: &ImageDetails) -> Generation {
    // A command of the recipe's own replaces what the image would have started, with its ports.
    if generation.command.is_none() && generation.port != 0 {
        tell_ports(&mut generation, image);
    }
    tell_folder(&mut generation, image);
    tell_sign_in(&mut generation, image);
    tell_base(&mut generation, image);
    if generation.writes_as.is_none() {
        let labelled = image.labels.get("com.nvidia.workbench.user.uid");
        generation.writes_as = labelled.and_then(|uid| uid.trim().parse().ok());
    }
    if generation.writes_as.is_none() {
        let user = image.user.split(':').next().unwrap_or_default();
        generation.writes_as = if user.is_empty() || user == "root" {
            Some(0)
        } else {
            user.parse().ok()
        };
    }
    generation
}

fn tell_ports(generation: &mut Generation, image: &ImageDetails) {
    let exposed = exposed(image);
    let jupyter = generation.sign_in.kind != SignInKind::Unknown;
    let told = workbench_port(image)
        .or_else(|| {
            argument_of(image, &["--port", "--ServerApp.port", "--NotebookApp.port"])
                .and_then(|port| port.parse::<u16>().ok())
        })
        .or_else(|| {
            image
                .variable("JUPYTER_PORT")
                .filter(|_| jupyter)
                .and_then(|port| port.parse().ok())
        })
        .filter(|port| *port != 0);
    let likely = || {
        if exposed.contains(&generation.port) {
            return None;
        }
        PAGE_PORTS
            .into_iter()
            .find(|port| exposed.contains(port))
            .or_else(|| exposed.first().copied())
    };
    if let Some(port) = told.or_else(likely) {
        generation.port = port;
        if matches!(port, 443 | 8443) && generation.scheme.is_none() {
            generation.scheme = Some("https".to_owned());
        }
    }
    for port in exposed {
        let known =
            port == generation.port || generation.more_ports.iter().any(|extra| extra.port == port);
        if !known {
            let purpose = PURPOSES
                .iter()
                .find(|(number, _)| *number == port)
                .map_or("", |(_, purpose)| *purpose);
            let purpose = if purpose.is_empty() {
                format!("Port {port}")
            } else {
                purpose.to_owned()
            };
            generation.more_ports.push(ExtraPort {
                port,
                purpose,
                published: false,
            });
        }
    }
}

/// NVIDIA's images say in labels which of their applications has which page
/// (`com.nvidia.workbench.application.jupyterlab.webapp.port`).
fn workbench_port(image: &ImageDetails) -> Option<u16> {
    let label = |name: &str| {
        name.starts_with("com.nvidia.workbench.application.") && name.ends_with(".webapp.port")
    };
    let (_, port) = image.labels.iter().find(|(name, _)| label(name))?;
    port.trim().parse().ok()
}

fn tell_folder(generation: &mut Generation, image: &ImageDetails) {
    let options = [
        "--notebooks",
        "--notebook-dir",
        "--ServerApp.root_dir",
        "--NotebookApp.notebook_dir",
        "--ServerApp.notebook_dir",
    ];
    let told = argument_of(image, &options)
        .or_else(|| image.variable("NOTEBOOKS").map(str::to_owned))
        .or_else(|| image.variable("NOTEBOOK_FOLDER_FINAL").map(str::to_owned))
        .filter(|folder| folder.starts_with('/') && folder.len() > 1);
    if let Some(told) = told {
        // A recipe may keep the work in a part of the server's folder.
        let inside = |folder: &String| folder.starts_with(&format!("{told}/"));
        if !generation.work_folder.as_ref().is_some_and(inside) {
            generation.work_folder = Some(told);
        }
        return;
    }
    if generation.work_folder.is_some() || generation.port == 0 {
        return;
    }
    let of_person = image
        .variable("NB_USER")
        .map(|user| format!("/home/{user}/work"));
    let jupyter = generation.sign_in.kind == SignInKind::Token;
    let working =
        || Some(image.working_directory.clone()).filter(|folder| jupyter && folder.len() > 1);
    generation.work_folder = image
        .volumes
        .iter()
        .min()
        .cloned()
        .or(of_person)
        .or_else(working);
}

fn tell_sign_in(generation: &mut Generation, image: &ImageDetails) {
    let start = start_text(image);
    let sign_in = &mut generation.sign_in;
    // AI-Lab before 5.0.0 and after look alike; only the entrypoint says whether sudo lets the variable through.
    let passed_on = |variable: &String| start.is_empty() || start.contains(variable.as_str());
    if sign_in.password_argument.is_some()
        && !sign_in.password_variable.as_ref().is_some_and(passed_on)
    {
        sign_in.password_variable = None;
    }
    let no_token = [
        "ServerApp.token",
        "NotebookApp.token",
        "IdentityProvider.token",
    ]
    .iter()
    .any(|option| {
        start
            .split_once(&format!("--{option}="))
            .is_some_and(|(_, rest)| {
                let value = rest.split_whitespace().next().unwrap_or_default();
                value.trim_matches(['\'', '"']).is_empty() || rest.starts_with(' ')
            })
    });
    if no_token && sign_in.kind == SignInKind::Token {
        sign_in.kind = SignInKind::Open;
        sign_in.password_variable = None;
    }
}

fn tell_base(generation: &mut Generation, image: &ImageDetails) {
    let options = ["--ServerApp.base_url", "--NotebookApp.base_url"];
    let Some(base) =
        argument_of(image, &options).or_else(|| image.variable("NB_PREFIX").map(str::to_owned))
    else {
        return;
    };
    let base = base.trim_matches('/');
    if base.is_empty()
        || !base
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte))
    {
        return;
    }
    generation.path = Some(match &generation.path {
        Some(path) => format!("/{base}{path}"),
        None => format!("/{base}/"),
    });
    if let Some(probe) = &mut generation.ready.http_path {
        *probe = probe.replace("{base}", &format!("/{base}/"));
    }
}

/// The value of the first of these options, as `--name value` or `--name=value`, also within a
/// shell's one long argument.
fn argument_of(image: &ImageDetails, names: &[&str]) -> Option<String> {
    let words: Vec<&str> = image
        .entrypoint
        .iter()
        .chain(&image.command)
        .flat_map(|argument| argument.split_whitespace())
        .collect();
    let clean = |value: &str| value.trim_matches(['\'', '"']).to_owned();
    words
        .iter()
        .enumerate()
        .find_map(|(index, word)| {
            names.iter().find_map(|name| {
                let rest = word.strip_prefix(name)?;
                match rest.strip_prefix('=') {
                    Some(value) => Some(clean(value)),
                    None if rest.is_empty() => words.get(index + 1).map(|value| clean(value)),
                    None => None,
                }
            })
        })
        .filter(|value| !value.is_empty() && !value.contains('$'))
}
