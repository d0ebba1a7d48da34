//! What each lab image is called and built from. The files themselves are in the crate's `images` folder.

mod settings;

use settings::{
    BASE_URL, CLASSIC, HIDDEN, HIDDEN_0, HTTPS, HTTPS_0, OPEN, OPEN_0, OPEN_1, OPEN_HTTPS,
    PASSWORD, PASSWORD_0, PASSWORD_1, PASSWORD_ALONE, PASSWORD_AND_TOKEN, SERVER,
};

/// One image of the bed.
#[derive(Debug)]
pub(crate) struct Definition {
    /// As people write it, with its tag.
    pub(crate) name: &'static str,
    /// Further names of the same image.
    pub(super) also: &'static [&'static str],
    pub(super) folder: &'static str,
    pub(super) dockerfile: &'static str,
    pub(super) parent: Option<&'static str>,
    pub(super) arguments: &'static [&'static str],
    pub(super) ingredients: Ingredients,
}

/// What a build needs besides the files of its folder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ingredients {
    None,
    /// The wheels of the folder's own list.
    Wheels,
    /// The machine's static busybox.
    Busybox,
    /// Busybox and twelve files of random bytes.
    RandomLayers,
    /// The Debian packages of the folder's own list.
    Packages,
    /// A program for 64-bit ARM; the image's configuration is changed to say so.
    ForArm,
}

pub(super) const DEBIAN: &str = "slipway-base/debian:latest";
const JUPYTER: &str = "slipway-base/jupyter:latest";
const NOTEBOOK5: &str = "slipway-base/notebook5:latest";
const NOTEBOOK6: &str = "slipway-base/notebook6:latest";
const NOTEBOOK7: &str = "slipway-base/notebook7:latest";
const JUPYTERLAB1: &str = "slipway-base/jupyterlab1:latest";
const JUPYTERLAB2: &str = "slipway-base/jupyterlab2:latest";
const JUPYTERLAB3: &str = "slipway-base/jupyterlab3:latest";
const APPS: &str = "slipway-base/apps:latest";
const MEBIBYTE: usize = 1024 * 1024;
/// The size of each of the twelve random layers.
pub(super) const RANDOM_LAYER: usize = 8 * MEBIBYTE;

const fn built(name: &'static str, folder: &'static str, parent: &'static str) -> Definition {
    Definition {
        name,
        also: &[],
        folder,
        dockerfile: "Dockerfile",
        parent: Some(parent),
        arguments: &[],
        ingredients: Ingredients::None,
    }
}

const fn small(
    name: &'static str,
    dockerfile: &'static str,
    ingredients: Ingredients,
) -> Definition {
    Definition {
        name,
        also: &[],
        folder: "small",
        dockerfile,
        parent: None,
        arguments: &[],
        ingredients,
    }
}

/// Every image, parents before their children. The small ones come first: they are ready within seconds.
pub(crate) const DEFINITIONS: &[Definition] = &[
    small(
        "hello-world:latest",
        "Dockerfile.hello",
        Ingredients::Busybox,
    ),
    small(
        "slipway/webapp:1",
        "Dockerfile.webapp",
        Ingredients::Busybox,
    ),
    small("slipway/slow:1", "Dockerfile.slow", Ingredients::Busybox),
    small("slipway/exits:1", "Dockerfile.exits", Ingredients::Busybox),
    small(
        "slipway/hungry:1",
        "Dockerfile.hungry",
        Ingredients::Busybox,
    ),
    small(
        "slipway/many-layers:1",
        "Dockerfile.many-layers",
        Ingredients::RandomLayers,
    ),
    small("slipway/arm:1", "Dockerfile.arm", Ingredients::ForArm),
    environment(JUPYTER, "jupyter"),
    environment(NOTEBOOK6, "notebook6"),
    built(
        "exasol/data-science-sandbox:0.1.0",
        "data-science-sandbox",
        JUPYTER,
    ),
    Definition {
        arguments: &["VERSION=5.0.0"],
        ..built("exasol/ai-lab:5.0.0", "ai-lab", JUPYTER)
    },
    Definition {
        arguments: &["VERSION=6.0.0"],
        also: &["exasol/ai-lab:latest"],
        ..built("exasol/ai-lab:6.0.0", "ai-lab", JUPYTER)
    },
    built(
        "quay.io/jupyter/all-spark-notebook:latest",
        "docker-stacks",
        JUPYTER,
    ),
    Definition {
        dockerfile: "Dockerfile.hub",
        ..built(
            "jupyter/all-spark-notebook:latest",
            "docker-stacks",
            JUPYTER,
        )
    },
    Definition {
        dockerfile: "Dockerfile.notebook6",
        ..built(
            "jupyter/minimal-notebook:notebook-6.5.7",
            "docker-stacks",
            NOTEBOOK6,
        )
    },
    built("kave/eskapade-usr:0.7", "eskapade", NOTEBOOK6),
];

/// Images that only some tests need, built when one of them asks (`prepare_more`); parents first.
pub(super) const ON_DEMAND: &[Definition] = &[
    environment(NOTEBOOK5, "notebook5"),
    environment(NOTEBOOK7, "notebook7"),
    environment(JUPYTERLAB1, "jupyterlab1"),
    environment(JUPYTERLAB2, "jupyterlab2"),
    environment(JUPYTERLAB3, "jupyterlab3"),
    environment(APPS, "apps"),
    app("marimo-team/marimo:latest", "Dockerfile.marimo"),
    app("mlflow/mlflow:latest", "Dockerfile.mlflow"),
    app("slipway/own-streamlit:1", "Dockerfile.streamlit"),
    app("slipway/flask:1", "Dockerfile.flask"),
    Definition {
        ingredients: Ingredients::Wheels,
        ..built("slipway/own-gradio:1", "gradio", DEBIAN)
    },
    Definition {
        ingredients: Ingredients::Packages,
        ..built("mariadb:latest", "mariadb", DEBIAN)
    },
    postgres(
        "postgres:15",
        &[
            "FOLDER=/var/lib/postgresql/data",
            "VOLUME=/var/lib/postgresql/data",
        ],
    ),
    postgres(
        "postgres:18",
        &[
            "FOLDER=/var/lib/postgresql/18/docker",
            "VOLUME=/var/lib/postgresql",
        ],
    ),
    Definition {
        ingredients: Ingredients::Wheels,
        ..built(
            "daskdev/dask-notebook:latest",
            "dask",
            "quay.io/jupyter/all-spark-notebook:latest",
        )
    },
    Definition {
        dockerfile: "Dockerfile.tensorflow",
        ..built("tensorflow/tensorflow:latest-jupyter", "shapes", NOTEBOOK7)
    },
    Definition {
        dockerfile: "Dockerfile.pytorch",
        ..built("pytorch/pytorch:latest", "shapes", DEBIAN)
    },
    environment("apache/superset:latest", "superset"),
    server(
        "slipway/lab:base-url",
        "Dockerfile.lab-base-url",
        JUPYTER,
        &[],
    ),
    server("slipway/lab:open", "Dockerfile.lab-open", JUPYTER, &[]),
    lab(
        "slipway/lab:hidden",
        JUPYTER,
        &["BASE=jupyter", SERVER, HIDDEN],
    ),
    lab(
        "slipway/lab:https",
        JUPYTER,
        &["BASE=jupyter", SERVER, HTTPS],
    ),
    lab(
        "slipway/lab:password",
        JUPYTER,
        &["BASE=jupyter", SERVER, PASSWORD],
    ),
    lab(
        "slipway/lab3:base-url",
        JUPYTERLAB3,
        &["BASE=jupyterlab3", SERVER, BASE_URL],
    ),
    lab(
        "slipway/lab3:password",
        JUPYTERLAB3,
        &["BASE=jupyterlab3", SERVER, PASSWORD_1],
    ),
    lab(
        "slipway/lab2:hidden",
        JUPYTERLAB2,
        &["BASE=jupyterlab2", CLASSIC, HIDDEN_0],
    ),
    lab(
        "slipway/lab2:password",
        JUPYTERLAB2,
        &["BASE=jupyterlab2", CLASSIC, PASSWORD_0],
    ),
    lab(
        "slipway/lab1:hidden",
        JUPYTERLAB1,
        &["BASE=jupyterlab1", CLASSIC, HIDDEN_0],
    ),
    lab(
        "slipway/lab1:https",
        JUPYTERLAB1,
        &["BASE=jupyterlab1", CLASSIC, HTTPS_0],
    ),
    notebook(
        "slipway/notebook:hidden",
        NOTEBOOK6,
        &["BASE=notebook6", CLASSIC, HIDDEN_0],
    ),
    notebook(
        "slipway/notebook5:hidden",
        NOTEBOOK5,
        &["BASE=notebook5", CLASSIC, HIDDEN_0],
    ),
    lab(
        "slipway/lab:password-alone",
        JUPYTER,
        &["BASE=jupyter", SERVER, PASSWORD_ALONE],
    ),
    lab(
        "slipway/lab:password-and-token",
        JUPYTER,
        &["BASE=jupyter", SERVER, PASSWORD_AND_TOKEN],
    ),
    Definition {
        dockerfile: "Dockerfile.lab-open-password",
        ..built(
            "slipway/lab:open-password",
            "shapes",
            "slipway/lab:password",
        )
    },
    notebook(
        "slipway/notebook:password",
        NOTEBOOK6,
        &["BASE=notebook6", CLASSIC, PASSWORD_0],
    ),
    notebook(
        "slipway/notebook5:password",
        NOTEBOOK5,
        &["BASE=notebook5", CLASSIC, PASSWORD_0],
    ),
    server(
        "slipway/notebook5:open",
        "Dockerfile.notebook-open",
        NOTEBOOK5,
        &[],
    ),
    lab(
        "slipway/lab:open-file",
        JUPYTER,
        &["BASE=jupyter", SERVER, OPEN],
    ),
    lab(
        "slipway/lab:open-https",
        JUPYTER,
        &["BASE=jupyter", SERVER, OPEN_HTTPS],
    ),
    lab(
        "slipway/lab3:open-file",
        JUPYTERLAB3,
        &["BASE=jupyterlab3", SERVER, OPEN_1],
    ),
    lab(
        "slipway/lab2:open-file",
        JUPYTERLAB2,
        &["BASE=jupyterlab2", CLASSIC, OPEN_0],
    ),
    lab(
        "slipway/lab1:open-file",
        JUPYTERLAB1,
        &["BASE=jupyterlab1", CLASSIC, OPEN_0],
    ),
    notebook(
        "slipway/notebook5:open-file",
        NOTEBOOK5,
        &["BASE=notebook5", CLASSIC, OPEN_0],
    ),
    notebook(
        "slipway/notebook:open-file",
        NOTEBOOK6,
        &["BASE=notebook6", CLASSIC, OPEN_0],
    ),
    notebook(
        "slipway/notebook7:open-file",
        NOTEBOOK7,
        &["BASE=notebook7", SERVER, OPEN],
    ),
    notebook(
        "slipway/notebook7:hidden",
        NOTEBOOK7,
        &["BASE=notebook7", SERVER, HIDDEN],
    ),
    notebook(
        "slipway/notebook7:password",
        NOTEBOOK7,
        &["BASE=notebook7", SERVER, PASSWORD],
    ),
];

/// Python packages on the bed's Debian.
const fn environment(name: &'static str, folder: &'static str) -> Definition {
    Definition {
        ingredients: Ingredients::Wheels,
        ..built(name, folder, DEBIAN)
    }
}

/// Debian's server in the shape of the official image, with its data in that folder.
const fn postgres(name: &'static str, arguments: &'static [&'static str]) -> Definition {
    Definition {
        arguments,
        ingredients: Ingredients::Packages,
        ..built(name, "postgres", DEBIAN)
    }
}

const fn app(name: &'static str, dockerfile: &'static str) -> Definition {
    Definition {
        dockerfile,
        ..built(name, "each-app", APPS)
    }
}

const fn lab(
    name: &'static str,
    parent: &'static str,
    arguments: &'static [&'static str],
) -> Definition {
    server(name, "Dockerfile.lab", parent, arguments)
}

const fn notebook(
    name: &'static str,
    parent: &'static str,
    arguments: &'static [&'static str],
) -> Definition {
    server(name, "Dockerfile.notebook", parent, arguments)
}

const fn server(
    name: &'static str,
    dockerfile: &'static str,
    parent: &'static str,
    arguments: &'static [&'static str],
) -> Definition {
    Definition {
        dockerfile,
        arguments,
        ..built(name, "servers", parent)
    }
}
