//! What a volume seems to be for, in a few words.

use super::VolumeSurvey;
use crate::entry::FileSort;
use crate::space::Share;
use crate::space::tree::SpaceTree;

/// Sorts that are worth a word, each for one and for several.
const WORDS: [(FileSort, &str, &str); 8] = [
    (FileSort::Notebooks, "notebook", "notebooks"),
    (FileSort::Tables, "table", "tables"),
    (FileSort::Models, "model", "models"),
    (FileSort::Databases, "database file", "database files"),
    (FileSort::Documents, "document", "documents"),
    (FileSort::Pictures, "picture", "pictures"),
    (FileSort::Archives, "archive", "archives"),
    (FileSort::Logs, "log", "logs"),
];

/// Folders that only the data of one kind of database has, all of them at its top.
const DATABASES: [(&str, &[&[u8]]); 6] = [
    ("PostgreSQL data", &[b"base", b"global", b"pg_wal"]),
    ("MySQL data", &[b"mysql", b"performance_schema"]),
    ("MongoDB data", &[b"journal", b"diagnostic.data"]),
    ("Elasticsearch data", &[b"_state", b"indices"]),
    ("Exasol data", &[b"etc", b"data", b"spool", b"metadata"]),
    ("Docker data", &[b"overlay2", b"containers", b"volumes"]),
];

/// `14 notebooks, 3 tables`, `PostgreSQL data`, `Nothing yet`.
pub(crate) fn of_tree(tree: &SpaceTree) -> String {
    let top = tree.top_folders();
    for (name, folders) in DATABASES {
        if folders.iter().all(|folder| top.contains(folder)) {
            return name.to_owned();
        }
    }
    of_shares(&tree.shares(), tree.files)
}

fn of_shares(shares: &[Share], files: u64) -> String {
    if files == 0 {
        return "Nothing yet".to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for (sort, one, many) in WORDS {
        let Some(share) = shares.iter().find(|share| share.sort == sort) else {
            continue;
        };
        words.push(format!(
            "{} {}",
            grouped(share.files.into()),
            if share.files == 1 { one } else { many }
        ));
        if words.len() == 2 {
            break;
        }
    }
    if words.is_empty() {
        let word = if files == 1 { "file" } else { "files" };
        words.push(format!("{} {word}", grouped(files)));
    }
    words.join(", ")
}

/// "1,312 files, 2.4 GB: 14 notebooks, 3 tables."
pub(crate) fn sentence(survey: &VolumeSurvey) -> String {
    if survey.files == 0 {
        return "It is empty.".to_owned();
    }
    let word = if survey.files == 1 { "file" } else { "files" };
    format!(
        "{} {word}, {}: {}.",
        grouped(survey.files.into()),
        weight(survey.bytes.0),
        survey.holds
    )
}

pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2.4 GB`, in thousands as disks are sold.
pub(crate) fn weight(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = "bytes";
    for name in UNITS {
        if tenths < 9_995 {
            break;
        }
        tenths = (tenths + 500) / 1000;
        unit = name;
    }
    if tenths < 100 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", (tenths + 5) / 10)
    }
}

#[cfg(test)]
mod tests {
    use slipway_engine::Bytes;

    use super::*;

    fn share(sort: FileSort, files: u32) -> Share {
        Share {
            sort,
            files,
            bytes: Bytes(1),
        }
    }

    #[test]
    fn what_a_volume_holds_is_said_in_few_words() {
        let shares = [
            share(FileSort::Other, 3000),
            share(FileSort::Tables, 3),
            share(FileSort::Notebooks, 1),
            share(FileSort::Pictures, 9),
        ];
        assert_eq!(of_shares(&shares, 3013), "1 notebook, 3 tables");
        assert_eq!(of_shares(&shares[..1], 3000), "3,000 files");
        assert_eq!(of_shares(&[], 0), "Nothing yet");
    }

    #[test]
    fn weights_are_read_at_a_glance() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (2_400_000_000, "2.4 GB"),
            (15_600_000, "16 MB"),
            (999_999, "1.0 MB"),
        ] {
            assert_eq!(weight(bytes), text);
        }
    }
}
