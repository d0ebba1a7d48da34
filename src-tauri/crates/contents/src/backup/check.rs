//! Reading a backup whole, and comparing each file in it with what the manifest says.
//!
//! What was read is kept as half a hash a line, in the order of the archive, since the manifest comes
//! last: a million files cost 16 MB. An archive of another program has no manifest; there, what it says
//! of itself counts: the sums of its packing, of its headers, and its end.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};
use slipway_porthole::raw::Raw;

use super::archive::{Broken, Item, Names, Seen, Watch, is_trash, read};
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
            let path = line.path.raw().unwrap_or_default();
            let name = visible(&path.0).0;
            self.first = Some(if name.is_empty() {
                "The volume's own folder".to_owned()
            } else {
                name
            });
        }
    }
}

/// The lines of a manifest.
fn each_line(
    list: &mut dyn Read,
    mut see: impl FnMut(Line) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let no_list = || Broken::Damaged("The list of its files cannot be read.".to_owned());
    let mut list = BufReader::new(list);
    let mut text = Vec::new();
    loop {
        text.clear();
        (&mut list)
            .take(MOST_LINE as u64)
            .read_until(b'\n', &mut text)
            .map_err(|_| no_list())?;
        if text.is_empty() {
            return Ok(());
        }
        see(serde_json::from_slice(&text).map_err(|_| no_list())?)?;
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
    if let Some(manifest) = found_by_trailer(file) {
        let mut archive = tar::Archive::new(manifest);
        let mut entries = archive.entries().ok();
        let entry = entries
            .as_mut()
            .and_then(Iterator::next)
            .and_then(Result::ok);
        if let Some(mut entry) = entry.filter(|entry| &*entry.path_bytes() == MANIFEST.as_bytes()) {
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
