//! What a file is for, judged by its name: one table for the app and the program.

use serde::{Deserialize, Serialize};

/// The colours of the treemap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Sort {
    Notebooks,
    Tables,
    Models,
    Code,
    Settings,
    Databases,
    Documents,
    Pictures,
    Archives,
    Logs,
    Other,
}

impl Sort {
    pub const ALL: [Sort; 11] = [
        Sort::Notebooks,
        Sort::Tables,
        Sort::Models,
        Sort::Code,
        Sort::Settings,
        Sort::Databases,
        Sort::Documents,
        Sort::Pictures,
        Sort::Archives,
        Sort::Logs,
        Sort::Other,
    ];

    /// By the last name of a file's path. The ending decides; names without one are known by themselves.
    pub fn of(name: &[u8]) -> Sort {
        let (stem, ending) = match name.iter().rposition(|byte| *byte == b'.') {
            Some(at) if at > 0 => (&name[..at], &name[at + 1..]),
            _ => return Sort::of_whole(name),
        };
        let mut lower = [0u8; 12];
        let Some(lower) = lower.get_mut(..ending.len()) else {
            return Sort::Other;
        };
        lower.copy_from_slice(ending);
        lower.make_ascii_lowercase();
        match &*lower {
            // A table that was packed is still a table, and a rotated log a log.
            b"gz" | b"zst" | b"bz2" | b"xz" | b"lz4" => match Sort::of(stem) {
                sort @ (Sort::Tables | Sort::Logs | Sort::Databases) => sort,
                _ => Sort::Archives,
            },
            b"ipynb" => Sort::Notebooks,
            b"csv" | b"tsv" | b"tab" | b"parquet" | b"arrow" | b"feather" | b"orc" | b"avro"
            | b"xls" | b"xlsx" | b"xlsm" | b"xlsb" | b"ods" | b"jsonl" | b"ndjson" | b"dta"
            | b"sav" | b"sas7bdat" | b"xpt" | b"rds" | b"rda" | b"rdata" | b"npy" | b"npz"
            | b"h5" | b"hdf5" | b"hdf" | b"nc" | b"zarr" | b"mat" | b"dat" | b"geojson"
            | b"shp" | b"gpkg" | b"fst" | b"qs" => Sort::Tables,
            b"pt" | b"pth" | b"ckpt" | b"safetensors" | b"onnx" | b"pb" | b"tflite" | b"keras"
            | b"joblib" | b"pkl" | b"pickle" | b"gguf" | b"ggml" | b"mlmodel" | b"pmml"
            | b"cbm" | b"ubj" | b"h2o" | b"mojo" => Sort::Models,
            b"py" | b"pyi" | b"pyx" | b"r" | b"rmd" | b"qmd" | b"jl" | b"sql" | b"sh" | b"bash"
            | b"zsh" | b"fish" | b"js" | b"mjs" | b"cjs" | b"ts" | b"jsx" | b"tsx" | b"vue"
            | b"svelte" | b"java" | b"scala" | b"kt" | b"c" | b"h" | b"cc" | b"cpp" | b"hpp"
            | b"cu" | b"rs" | b"go" | b"rb" | b"pl" | b"php" | b"lua" | b"f90" | b"f" | b"m"
            | b"sas" | b"do" | b"stan" | b"css" | b"scss" | b"ps1" | b"bat" | b"cmd" | b"cs"
            | b"swift" | b"so" | b"pyc" | b"pyo" | b"whl" | b"jar" | b"o" | b"a" => Sort::Code,
            b"json" | b"yaml" | b"yml" | b"toml" | b"ini" | b"cfg" | b"conf" | b"env" | b"lock"
            | b"properties" | b"xml" | b"plist" | b"service" | b"desktop" | b"editorconfig"
            | b"rproj" => Sort::Settings,
            b"sqlite" | b"sqlite3" | b"db" | b"db3" | b"duckdb" | b"mdb" | b"accdb" | b"wal"
            | b"ibd" | b"frm" | b"dump" => Sort::Databases,
            b"md" | b"markdown" | b"txt" | b"rst" | b"pdf" | b"doc" | b"docx" | b"odt" | b"rtf"
            | b"tex" | b"bib" | b"html" | b"htm" | b"ppt" | b"pptx" | b"odp" | b"epub"
            | b"adoc" | b"org" => Sort::Documents,
            b"png" | b"jpg" | b"jpeg" | b"gif" | b"svg" | b"webp" | b"bmp" | b"tif" | b"tiff"
            | b"ico" | b"avif" | b"heic" | b"eps" | b"psd" | b"mp4" | b"mov" | b"avi" | b"mkv"
            | b"webm" | b"mp3" | b"wav" | b"flac" | b"ogg" | b"dcm" | b"nii" => Sort::Pictures,
            b"zip" | b"tar" | b"tgz" | b"tbz" | b"tbz2" | b"txz" | b"7z" | b"rar" | b"tzst"
            | b"iso" | b"deb" | b"rpm" => Sort::Archives,
            b"log" | b"out" | b"err" | b"trace" => Sort::Logs,
            _ => Sort::Other,
        }
    }

    fn of_whole(name: &[u8]) -> Sort {
        match name {
            b"Dockerfile" | b"Makefile" | b"Snakefile" | b"Jenkinsfile" => Sort::Code,
            b".env" | b".gitignore" | b".gitattributes" | b".bashrc" | b".profile"
            | b".Rprofile" | b".Renviron" | b".condarc" | b".npmrc" | b".gitconfig" => {
                Sort::Settings
            }
            b"README" | b"LICENSE" | b"NOTICE" | b"CHANGELOG" | b"AUTHORS" => Sort::Documents,
            b"syslog" | b"messages" | b"nohup" => Sort::Logs,
            _ => Sort::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sort;

    #[test]
    fn a_file_is_sorted_by_its_ending() {
        for (name, sort) in [
            ("churn.ipynb", Sort::Notebooks),
            ("CHURN.IPYNB", Sort::Notebooks),
            ("churn.csv", Sort::Tables),
            ("churn.csv.gz", Sort::Tables),
            ("app.log.gz", Sort::Logs),
            ("all.tar.gz", Sort::Archives),
            ("best.safetensors", Sort::Models),
            (".env", Sort::Settings),
            ("Dockerfile", Sort::Code),
            ("README", Sort::Documents),
            ("a.", Sort::Other),
            ("a.unheardofending", Sort::Other),
            ("", Sort::Other),
            (".", Sort::Other),
        ] {
            assert_eq!(Sort::of(name.as_bytes()), sort, "{name}");
        }
    }
}
