//! What a file is. Its first bytes are asked first, since names lie; the name decides between
//! formats that are all text.

use super::archive::{self, Kind as ArchiveKind};
use super::encoding::TextEncoding;
use super::table::arrow::Shape;
use super::table::delimited::{self, Dialect};
use super::{ink, picture, vector};

/// A format, with what was learned on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    Empty,
    Notebook,
    Delimited {
        encoding: TextEncoding,
        dialect: Dialect,
        sample: String,
    },
    JsonLines {
        encoding: TextEncoding,
        sample: String,
    },
    Json {
        encoding: TextEncoding,
    },
    Markdown {
        encoding: TextEncoding,
    },
    Text {
        encoding: TextEncoding,
        language: Option<String>,
        log: bool,
    },
    Parquet,
    Arrow(Shape),
    Sqlite,
    Excel,
    Picture(image::ImageFormat),
    Drawing,
    Pdf,
    Archive(ArchiveKind),
    /// Its bytes, with what it is as far as that is known, and what may be said about it.
    Bytes {
        what: &'static str,
        caution: Option<&'static str>,
    },
}

/// Judges by the head of a file, its name and its size.
pub fn format(head: &[u8], name: &str, size: u64) -> Format {
    if size == 0 {
        return Format::Empty;
    }
    let whole = head.len() as u64 >= size;
    let name = name.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    by_magic(head, &name, ending)
        .or_else(|| by_text(head, &name, ending, whole))
        .unwrap_or_else(|| known_bytes(head, ending))
}

fn by_magic(head: &[u8], name: &str, ending: &str) -> Option<Format> {
    if let Some(format) = picture::format(head) {
        return Some(Format::Picture(format));
    }
    if head.starts_with(b"PAR1") {
        return Some(Format::Parquet);
    }
    if head.starts_with(b"ARROW1") {
        return Some(Format::Arrow(Shape::File));
    }
    // A stream begins with its schema: a sign, the length, and padding to eight bytes.
    if head.starts_with(&[0xff; 4]) && matches!(ending, "arrow" | "arrows" | "ipc" | "feather") {
        return Some(Format::Arrow(Shape::Stream));
    }
    if head.starts_with(b"SQLite format 3\0") {
        return Some(Format::Sqlite);
    }
    if head.starts_with(b"%PDF-") {
        return Some(Format::Pdf);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let excel = matches!(ending, "xlsx" | "xlsm" | "xltx");
        return Some(if excel {
            Format::Excel
        } else {
            Format::Archive(ArchiveKind::Zip)
        });
    }
    if archive::is_tar(head) {
        return Some(Format::Archive(ArchiveKind::Tar));
    }
    let packed = if head.starts_with(&[0x1f, 0x8b]) {
        ArchiveKind::TarGz
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        ArchiveKind::TarZst
    } else if head.starts_with(XZ) {
        ArchiveKind::TarXz
    } else {
        return None;
    };
    let named = [".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz"]
        .iter()
        .any(|end| name.ends_with(end));
    (named || archive::holds_tar(head, packed)).then_some(Format::Archive(packed))
}

fn by_text(head: &[u8], name: &str, ending: &str, whole: bool) -> Option<Format> {
    let encoding = TextEncoding::guess(head, whole)?;
    let sample = delimited::sample(head, encoding, whole);
    let begin = sample.trim_start();
    if vector::is_svg(head) && (ending == "svg" || begin.starts_with("<svg")) {
        return Some(Format::Drawing);
    }
    let object = begin.starts_with('{');
    if object
        && (ending == "ipynb" || (sample.contains("\"cell_type\"") && sample.contains("\"cells\"")))
    {
        return Some(Format::Notebook);
    }
    let table = || Dialect::guess(&sample);
    let format = match ending {
        "csv" | "tsv" | "tab" | "psv" => Format::Delimited {
            encoding,
            dialect: table().unwrap_or_else(Dialect::single),
            sample,
        },
        "jsonl" | "ndjson" => Format::JsonLines { encoding, sample },
        "json" | "geojson" if several_objects(&sample) => Format::JsonLines { encoding, sample },
        "json" | "geojson" | "ipynb" | "webmanifest" | "avsc" => Format::Json { encoding },
        "md" | "markdown" | "mdx" | "rmd" | "qmd" | "mkd" => Format::Markdown { encoding },
        "txt" | "dat" | "data" | "asc" | ""
            if table().is_some_and(|found| clearly(found, &sample)) =>
        {
            Format::Delimited {
                encoding,
                dialect: table()?,
                sample,
            }
        }
        _ => Format::Text {
            encoding,
            language: language(name, ending, &sample),
            log: ending == "log" || name.contains(".log.") || sample.contains('\u{1b}'),
        },
    };
    Some(format)
}

/// A text without the name of a table is one only where nothing speaks against it.
fn clearly(dialect: Dialect, sample: &str) -> bool {
    dialect.regular == 100 && dialect.columns >= 3 && sample.lines().count() >= 5
}

fn several_objects(sample: &str) -> bool {
    let mut lines = sample.lines().filter(|line| !line.trim().is_empty());
    let is_object = |line: Option<&str>| {
        line.is_some_and(|line| {
            line.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok()
        })
    };
    is_object(lines.next()) && is_object(lines.next())
}

fn language(name: &str, ending: &str, sample: &str) -> Option<String> {
    let word = match name {
        "dockerfile" | "containerfile" | ".bashrc" | ".profile" | ".bash_history" => "bash",
        "makefile" | "gnumakefile" => "makefile",
        "pipfile" | ".gitconfig" | "config" | ".condarc" => "toml",
        _ => ending,
    };
    if ink::language(word).is_some() {
        return Some(word.to_owned());
    }
    let first = sample.lines().next().unwrap_or_default();
    let shell = first.strip_prefix("#!")?;
    [
        "python", "bash", "perl", "ruby", "node", "zsh", "Rscript", "sh",
    ]
    .into_iter()
    .find(|program| shell.contains(program))
    .map(|program| match program {
        "node" => "js".to_owned(),
        "Rscript" => "r".to_owned(),
        "zsh" | "sh" => "bash".to_owned(),
        other => other.to_owned(),
    })
}

const XZ: &[u8] = b"\xfd7zXZ\0";

const UNLISTED: &str = "What lies in archives of this kind is not listed. It is for .zip, .tar, .tar.gz, .tar.xz and .tar.zst. Download it, and open it with the program that made it.";

fn known_bytes(head: &[u8], ending: &str) -> Format {
    let (what, caution) = if head.starts_with(b"\x93NUMPY") {
        ("NumPy array", None)
    } else if head.starts_with(b"\x89HDF\r\n\x1a\n") {
        ("HDF5 file", None)
    } else if head.starts_with(b"FEA1") {
        (
            "Feather file, version 1",
            Some(
                "This old version of Feather is not shown as a table. pandas reads it, and writes the newer one.",
            ),
        )
    } else if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        (
            "Old Office file",
            Some(
                "Files of Excel 2003 and before are not shown as tables. Saved as .xlsx they are.",
            ),
        )
    } else if head.starts_with(b"7z\xbc\xaf\x27\x1c") {
        ("7-Zip archive", Some(UNLISTED))
    } else if head.starts_with(b"Rar!\x1a\x07") {
        ("RAR archive", Some(UNLISTED))
    } else if head.starts_with(b"\x7fELF") {
        ("Program for Linux", None)
    } else if head.starts_with(XZ) {
        ("Compressed file", None)
    } else if head.starts_with(b"BZh") {
        match ending {
            "tbz" | "tbz2" => ("Tar archive, compressed", Some(UNLISTED)),
            _ => ("Compressed file", None),
        }
    } else if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        ("Compressed file", None)
    } else if matches!(ending, "pkl" | "pickle" | "joblib") || head.starts_with(&[0x80, 4, 0x95]) {
        (
            "Python pickle",
            Some("Opening a pickle runs what is in it, so only its bytes are shown."),
        )
    } else if matches!(ending, "pt" | "pth" | "onnx" | "h5" | "safetensors" | "bin") {
        ("Model or other binary file", None)
    } else {
        ("Binary file", None)
    };
    Format::Bytes { what, caution }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(head: &[u8], name: &str) -> String {
        let text = format!("{:?}", format(head, name, head.len() as u64));
        text.split([' ', '(']).next().unwrap().to_owned()
    }

    #[test]
    fn content_counts_more_than_the_name() {
        assert_eq!(word(b"", "a.csv"), "Empty");
        assert_eq!(word(b"PAR1xxxxPAR1", "a.csv"), "Parquet");
        assert_eq!(word(b"SQLite format 3\0rest", "data"), "Sqlite");
        assert_eq!(word(b"%PDF-1.7", "a.txt"), "Pdf");
        assert_eq!(word(b"\x89PNG\r\n\x1a\n", "a.txt"), "Picture");
        assert_eq!(word(b"\0\x01\x02", "a.csv"), "Bytes");
        for (head, what) in [
            (&b"7z\xbc\xaf\x27\x1c\0\x04"[..], "7-Zip archive"),
            (b"Rar!\x1a\x07\x01\0", "RAR archive"),
            (b"\xfd7zXZ\0\0\x04", "Compressed file"),
        ] {
            let Format::Bytes { what: told, .. } = format(head, "a", 8) else {
                panic!("{what}");
            };
            assert_eq!(told, what);
        }
        assert_eq!(
            word(b"{\"cells\":[{\"cell_type\":\"code\"}]}", "x"),
            "Notebook"
        );
        assert_eq!(word(b"<svg xmlns='x'/>", "x"), "Drawing");
    }

    #[test]
    fn names_decide_between_texts() {
        assert_eq!(word(b"a,b\n1,2\n", "a.csv"), "Delimited");
        assert_eq!(word(b"one, two\nthree\n", "a.txt"), "Text");
        assert_eq!(word(b"{\"a\":1}\n{\"a\":2}\n", "a.json"), "JsonLines");
        assert_eq!(word(b"{\"a\":1}", "a.json"), "Json");
        assert_eq!(word(b"# hello", "README.MD"), "Markdown");
        assert_eq!(
            word(b"x\ty\tz\n1\t2\t3\n1\t2\t3\n1\t2\t3\n1\t2\t3\n", "a.txt"),
            "Delimited"
        );
        assert_eq!(word(b"not json", "a.ipynb"), "Json");
        let Format::Text { language, .. } = format(b"#!/usr/bin/env python3\nx=1\n", "run", 30)
        else {
            panic!("a text")
        };
        assert_eq!(language.as_deref(), Some("python"));
    }
}
