//! Reading a backup whole, and comparing each file in it with what the manifest says.
//!
//! What was read is kept as half a hash a line, in the order of the archive, since the manifest comes
//! last: a million files cost 16 MB. An archive of another program has no manifest; there, what it says
//! of itself counts: the sums of its packing, of its headers, and its end.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};
use slipway_porthole::raw::Raw;

use super::archive::{Broken, Item, Names, Seen, Watch, is_trash, read, what_is_wrong};
use super::format::{Head, Line, LineKind, MANIFEST, MOST_LINE, Trailer};
use super::words::count;
use crate::path::visible;

/// What an archive holds, once it was read to its end.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// `None` where another program made it.
    pub(super) head: Option<Head>,
    /// Files, links and further names that can be restored.
    pub(super) files: u64,
    pub(super) folders: u64,
    /// Bytes in them, and those that they take on a disk.
    pub(super) bytes: u64,
    pub(super) stored: u64,
    /// What it says of the volume's own folder.
    pub(super) root: Option<Item>,
    /// Of each entry as the program in the container will tell it, if it can be compared.
    pub(super) sums: Vec<Option<[u8; 32]>>,
    /// The folder that all of it lies in, which is left off; only of another program's.
    pub(super) top: Option<Raw>,
}

type Half = [u8; 16];

/// A line that has no sum is damage: two of them must never count as the same.
fn half(line: &Line) -> Result<Half, Broken> {
    let text = serde_json::to_vec(line)
        .map_err(|_| Broken::Damaged("The list of its files cannot be read.".to_owned()))?;
    let sum: [u8; 32] = Sha256::digest(text).into();
    let mut half = [0; 16];
    half.copy_from_slice(&sum[..16]);
    Ok(half)
}

/// Reads all of it.
///
/// # Errors
/// `Damaged` with what was found.
pub(super) fn check(file: &Path, watch: Watch) -> Result<Checked, Broken> {
    let mut checked = Checked::default();
    let mut names = Names::default();
    let mut top = Top::default();
    let mut halves = Vec::new();
    let (mut compared, mut below) = (false, false);
    read(file, watch, |seen| {
        match seen {
            Seen::Head(head) => {
                checked.head = Some(*head);
                checked.sums.push(None);
            }
            Seen::Other => checked.sums.push(None),
            Seen::Manifest(list) => {
                compare(&halves, list)?;
                compared = true;
                checked.sums.push(None);
            }
            Seen::Item(item, sum) => {
                checked.sums.push(sum.filter(|_| !item.holes));
                if checked.head.is_some() {
                    if let Some(line) = item.line(sum.as_ref()) {
                        halves.push(half(&line)?);
                    }
                } else {
                    top.add(&item);
                }
                // The root comes first, or the one folder that stands for it.
                if checked.root.is_none() && item.kind == Some(LineKind::Folder) && !below {
                    checked.root = Some(item.clone());
                }
                below = true;
                if !names.refuses(&item) && !item.path.as_ref().is_some_and(is_trash) {
                    checked.add(&item);
                }
            }
        }
        Ok(())
    })?;
    if checked.head.is_some() && !compared {
        return Err(Broken::Damaged(
            "The list of its files is missing, so they cannot be compared.".to_owned(),
        ));
    }
    checked.top = top.folder();
    let root = checked.top.clone().unwrap_or_default();
    checked.root = checked
        .root
        .filter(|item| item.path.as_ref() == Some(&root));
    Ok(checked)
}

impl Checked {
    fn add(&mut self, item: &Item) {
        match item.kind {
            Some(LineKind::Folder) => self.folders += 1,
            _ => self.files += 1,
        }
        if item.kind == Some(LineKind::File) {
            self.bytes = self.bytes.saturating_add(item.size);
            self.stored = self.stored.saturating_add(item.stored);
        }
    }
}

/// The one folder that everything lies in: a tar of a folder by its name, instead of what is in it.
#[derive(Default)]
pub(super) struct Top {
    folder: Option<Raw>,
    begun: bool,
    not: bool,
}

impl Top {
    pub(super) fn add(&mut self, item: &Item) {
        let Some(path) = &item.path else { return };
        if !self.begun {
            self.begun = true;
            self.not = item.kind != Some(LineKind::Folder) || path.0.is_empty();
            self.folder = Some(path.clone());
            return;
        }
        if let Some(folder) = &self.folder
            && !self.not
        {
            self.not = beneath(path, folder).is_none();
        }
    }

    pub(super) fn folder(self) -> Option<Raw> {
        self.folder.filter(|_| self.begun && !self.not)
    }
}

/// A path with a folder left off; `None` where it does not lie in it.
pub(super) fn beneath(path: &Raw, folder: &Raw) -> Option<Raw> {
    match path.0.strip_prefix(&folder.0[..])? {
        [] => Some(Raw::default()),
        [b'/', rest @ ..] => Some(Raw::from(rest)),
        _ => None,
    }
}

/// Compares what was read with the lines of a manifest.
fn compare(read: &[Half], list: &mut dyn Read) -> Result<(), Broken> {
    let mut read = read.iter();
    let mut other = Differing::default();
    each_line(list, |line| {
        if read.next() != Some(&half(&line)?) {
            other.add(&line);
        }
        Ok(())
    })?;
    if let Some(first) = other.first {
        let more = other.number - 1;
        return Err(Broken::Damaged(if more == 0 {
            format!("{first} is not as it was written down.")
        } else {
            format!(
                "{first} and {} are not as they were written down.",
                count(more, "other", "others")
            )
        }));
    }
    match read.len() {
        0 => Ok(()),
        more => Err(Broken::Damaged(format!(
            "{} in it that nobody wrote down.",
            if more == 1 {
                "There is 1 file".to_owned()
            } else {
                format!("There are {more} files")
            }
        ))),
    }
}

#[derive(Default)]
struct Differing {
    first: Option<String>,
    number: u64,
}

impl Differing {
    fn add(&mut self, line: &Line) {
        self.number += 1;
        if self.first.is_none() {
            self.first = Some(match line.path.raw() {
                Ok(path) if path.0.is_empty() => "The volume's own folder".to_owned(),
                Ok(path) => visible(&path.0).0,
                // No path of a place, so not the name of its own folder either.
                Err(_) => visible(line.path.0.as_bytes()).0,
            });
        }
    }
}

/// The lines of a manifest.
fn each_line(
    list: &mut dyn Read,
    mut see: impl FnMut(Line) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut list = BufReader::new(list);
    let mut text = Vec::new();
    loop {
        text.clear();
        (&mut list)
            .take(MOST_LINE as u64)
            .read_until(b'\n', &mut text)
            .map_err(|error| Broken::Damaged(what_is_wrong(&error)))?;
        if text.is_empty() {
            return Ok(());
        }
        let line = serde_json::from_slice(&text)
            .map_err(|_| Broken::Damaged("The list of its files cannot be read.".to_owned()))?;
        see(line)?;
    }
}

/// The lines of a backup's manifest: found by its trailer, or else read on the way through all of it.
///
/// # Errors
/// `Damaged` where there is none.
pub(super) fn manifest(
    file: &Path,
    watch: Watch,
    mut see: impl FnMut(Line) -> Result<(), Broken>,
) -> Result<(), Broken> {
    // Where the trailer leads to no list, the way through the file tells what is wrong.
    if let Some(list) = found_by_trailer(file) {
        let mut archive = tar::Archive::new(list);
        if let Ok(mut entries) = archive.entries()
            && let Some(Ok(mut entry)) = entries.next()
            && *entry.path_bytes() == *MANIFEST.as_bytes()
        {
            return each_line(&mut entry, see);
        }
    }
    let mut found = false;
    read(file, watch, |seen| {
        if let Seen::Manifest(list) = seen {
            found = true;
            each_line(list, &mut see)?;
        }
        Ok(())
    })?;
    if found {
        Ok(())
    } else {
        Err(Broken::Damaged(
            "The list of its files is missing.".to_owned(),
        ))
    }
}

fn found_by_trailer(file: &Path) -> Option<impl Read> {
    let mut file = std::fs::File::open(file).ok()?;
    let trailer = Trailer::of(&mut file)?;
    file.seek(SeekFrom::Start(trailer.manifest)).ok()?;
    zstd::stream::read::Decoder::new(file).ok()
}

#[cfg(test)]
mod tests {
    use super::super::format::HEAD;
    use super::*;

    /// A list that cannot be read any further.
    struct Torn(std::io::ErrorKind);

    impl Read for Torn {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }
    }

    fn file() -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut archive = tar::Builder::new(file.reopen().unwrap());
        let head = serde_json::json!({
            "format": 1, "slipway": "1", "volume": "tides", "driver": "local", "made": 0, "files": 0, "bytes": 0,
        });
        for (name, text) in [(HEAD, head.to_string()), (MANIFEST, String::new())] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, name, text.as_bytes())
                .unwrap();
        }
        archive.into_inner().unwrap();
        file
    }

    #[test]
    fn a_reading_that_is_stopped_in_the_list_of_files_is_no_damage() {
        let file = file();
        let end = |stop: bool| {
            let watch = Watch::default();
            let token = watch.token.clone();
            read(file.path(), watch, |seen| match seen {
                Seen::Manifest(_) => {
                    if stop {
                        token.cancel();
                    }
                    each_line(&mut Torn(std::io::ErrorKind::Other), |_| Ok(()))
                }
                _ => Ok(()),
            })
        };
        assert!(matches!(end(true), Err(Broken::Stopped)), "stopped");
        assert!(matches!(end(false), Err(Broken::Damaged(_))), "damaged");
        assert!(
            check(file.path(), Watch::default()).is_ok(),
            "it is as it was"
        );
    }

    #[test]
    fn what_is_wrong_with_the_list_is_told_as_it_is() {
        let told = |list: &mut dyn Read| match compare(&[[0; 16]], list) {
            Err(Broken::Damaged(what)) => what,
            other => panic!("{other:?}"),
        };
        let line = |path: &str| {
            serde_json::json!({
                "path": path, "kind": "file", "size": 1, "mode": 0, "uid": 0, "gid": 0, "changed": [0, 0],
            })
            .to_string()
        };
        let lines = [
            told(&mut line("a/b.csv").as_bytes()),
            told(&mut line("").as_bytes()),
            told(&mut line("../out").as_bytes()),
            told(&mut &b"no line"[..]),
            told(&mut Torn(std::io::ErrorKind::UnexpectedEof)),
        ];
        assert_eq!(
            lines,
            [
                "a/b.csv is not as it was written down.",
                "The volume's own folder is not as it was written down.",
                "../out is not as it was written down.",
                "The list of its files cannot be read.",
                "It ends too early: a part of the file is missing.",
            ]
        );
    }
}
