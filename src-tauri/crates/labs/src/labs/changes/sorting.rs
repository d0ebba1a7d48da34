//! What a changed path is to a person, from where it lies and what it is called.

use crate::changes::ChangeSort;

/// What a start itself leaves, and what the engine writes into every container.
pub(super) fn is_noise(path: &str) -> bool {
    const NOISE: [&str; 10] = [
        "/run",
        "/var/run",
        "/proc",
        "/dev",
        "/sys",
        "/.dockerenv",
        "/etc/hosts",
        "/etc/hostname",
        "/etc/resolv.conf",
        "/etc/mtab",
    ];
    is_within(path, &NOISE)
}

/// Whether a path is one of these, or lies in one of them.
pub(super) fn is_within(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Files that hold what somebody worked on or fetched, by their endings.
const DATA: [&str; 58] = [
    "7z",
    "arrow",
    "avro",
    "bin",
    "bz2",
    "csv",
    "db",
    "dta",
    "duckdb",
    "feather",
    "geojson",
    "gguf",
    "gif",
    "gz",
    "h5",
    "hdf5",
    "joblib",
    "jpeg",
    "jpg",
    "json",
    "jsonl",
    "mat",
    "mp3",
    "mp4",
    "nc",
    "ndjson",
    "npy",
    "npz",
    "ods",
    "onnx",
    "orc",
    "parquet",
    "pdf",
    "pickle",
    "pkl",
    "png",
    "pt",
    "pth",
    "rar",
    "rdata",
    "rds",
    "safetensors",
    "sas7bdat",
    "sav",
    "sqlite",
    "sqlite3",
    "svg",
    "tar",
    "tfrecord",
    "tgz",
    "tif",
    "tiff",
    "tsv",
    "wav",
    "xls",
    "xlsx",
    "xz",
    "zip",
];

pub(super) fn sort_of(path: &str) -> ChangeSort {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase())
        .unwrap_or_default();
    let within = |folder: &str| path.starts_with(folder);
    let has = |part: &str| path.contains(part);
    if has("/.ipynb_checkpoints")
        || has("/.cache/")
        || has("/__pycache__")
        || within("/var/cache/")
        || has("/pkgs/cache")
        || has("/conda/pkgs/")
        || has("/.local/share/Trash/")
        || has("/.local/share/jupyter/runtime/")
    {
        return ChangeSort::Temporary;
    }
    if ending == "ipynb" {
        return ChangeSort::Notebooks;
    }
    if has("/site-packages/") || has("/dist-packages/") || has("/conda-meta/") {
        return ChangeSort::Packages;
    }
    if within("/var/log/") || ending == "log" || name == "nohup.out" {
        return ChangeSort::Temporary;
    }
    if is_system(path) {
        return ChangeSort::System;
    }
    if within("/etc/") || is_setting(path) {
        return ChangeSort::Settings;
    }
    if DATA.binary_search(&ending.as_str()).is_ok() && !has("/.") {
        return ChangeSort::Data;
    }
    if within("/tmp/") || within("/var/tmp/") || path == "/tmp" || path == "/var/tmp" {
        return ChangeSort::Temporary;
    }
    if within("/home/") || within("/root/") {
        return ChangeSort::Home;
    }
    ChangeSort::Other
}

/// What package managers of the system and of other languages write.
fn is_system(path: &str) -> bool {
    is_within(
        path,
        &[
            "/usr",
            "/lib",
            "/lib32",
            "/lib64",
            "/bin",
            "/sbin",
            "/var/lib/dpkg",
            "/var/lib/apt",
            "/var/lib/rpm",
            "/opt/conda",
            "/opt/miniconda",
            "/opt/R",
        ],
    ) || path.contains("/R/x86_64-")
        || path.contains("/R/library/")
        || path.contains("/node_modules/")
}

/// Hidden files and folders of a home.
fn is_setting(path: &str) -> bool {
    let in_home = path.strip_prefix("/root/").or_else(|| {
        path.strip_prefix("/home/")
            .and_then(|rest| rest.split_once('/').map(|(_, rest)| rest))
    });
    in_home.is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_can_be_looked_up() {
        let mut sorted = DATA;
        sorted.sort_unstable();
        assert_eq!(sorted, DATA);
    }

    #[test]
    fn a_path_is_told_by_what_it_is_to_a_person() {
        use ChangeSort as Sort;
        for (path, sort) in [
            ("/root/analysis.ipynb", Sort::Notebooks),
            (
                "/root/.ipynb_checkpoints/analysis-checkpoint.ipynb",
                Sort::Temporary,
            ),
            ("/tmp/export/customers.CSV", Sort::Data),
            ("/data/sales.parquet", Sort::Data),
            ("/home/jovyan/train.py", Sort::Home),
            ("/home/jovyan/.jupyter/lab/settings.json", Sort::Settings),
            (
                "/root/.local/share/jupyter/runtime/jpserver-7.json",
                Sort::Temporary,
            ),
            ("/etc/jupyter/config.json", Sort::Settings),
            (
                "/opt/conda/lib/python3.12/site-packages/x/data.csv",
                Sort::Packages,
            ),
            ("/opt/conda/conda-meta/x-1-0.json", Sort::Packages),
            ("/opt/conda/bin/x", Sort::System),
            ("/opt/conda/pkgs/x.tar.bz2", Sort::Temporary),
            ("/usr/lib/x.so", Sort::System),
            ("/library/x", Sort::Other),
            ("/srv/app.conf", Sort::Other),
            ("/root/.cache/pip/x.whl", Sort::Temporary),
            ("/tmp/x", Sort::Temporary),
            ("/var/log/dpkg.log", Sort::Temporary),
        ] {
            assert_eq!(sort_of(path), sort, "{path}");
        }
    }
}
