//! Names of a place, made legal on this computer.
//!
//! A file system of Linux takes any bytes but `/` and zero. Windows refuses characters, endings and a
//! dozen old names of devices; macOS refuses what is no UTF-8; both take `Notes` and `notes` for one
//! name. What rules hold depends on the disk and not only on the system (a stick in a Linux computer has
//! those of Windows), so the folder is asked: [`Rules::of`] tries them. A name that is legal is left as it
//! is, to the byte; what has to change changes so that a person still knows it, and is told.
//!
//! Where names have to be changed anyway, marks that turn the direction of writing go too: on such
//! systems the end of a name decides what is started by a double click.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::Path;

use slipway_porthole::raw::Raw;

/// Most file systems take so many; bytes on Linux, units of UTF-16 on Windows and macOS, which are never
/// more than bytes.
const LONGEST: usize = 255;

/// What a folder of this computer takes as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Characters, endings and names that Windows refuses.
    pub(crate) windows: bool,
    /// Names are text and not bytes.
    pub(crate) text: bool,
    /// Capitals and small letters are the same.
    pub(crate) folds: bool,
}

impl Rules {
    /// Every name is its bytes.
    pub(crate) const BYTES: Self = Self {
        windows: false,
        text: false,
        folds: false,
    };

    /// Tries what this folder takes. It has to be empty, and is empty again afterwards.
    pub(crate) fn of(folder: &Path) -> Self {
        let takes = |name: &std::ffi::OsStr| {
            let path = folder.join(name);
            let made = std::fs::File::create_new(&path).is_ok();
            // The folder goes with all in it at the end, whatever stays here.
            made && std::fs::remove_file(&path).is_ok()
        };
        let windows = cfg!(windows) || !takes("a:b?".as_ref());
        Self {
            windows,
            text: windows || !takes_bytes(&takes),
            folds: folds(folder),
        }
    }

    fn changes_nothing(self) -> bool {
        self == Self::BYTES
    }
}

#[cfg(unix)]
fn takes_bytes(takes: &impl Fn(&std::ffi::OsStr) -> bool) -> bool {
    takes(std::os::unix::ffi::OsStrExt::from_bytes(b"\xFFx"))
}

#[cfg(not(unix))]
fn takes_bytes(_takes: &impl Fn(&std::ffi::OsStr) -> bool) -> bool {
    false
}

fn folds(folder: &Path) -> bool {
    let small = folder.join("capitals");
    let made = std::fs::File::create_new(&small).is_ok();
    let folds = made && std::fs::symlink_metadata(folder.join("CAPITALS")).is_ok();
    if made {
        // As above.
        let _ = std::fs::remove_file(&small);
    }
    folds
}

/// The names of one download: which path of the place became which name here.
#[derive(Debug)]
pub(crate) struct Names {
    rules: Rules,
    /// Names that are taken, by the path of their folder in the place, as they count here.
    taken: HashMap<Raw, HashSet<String>>,
    /// Paths of the place whose last name is another one here.
    renamed: HashMap<Raw, OsString>,
}

impl Names {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            taken: HashMap::new(),
            renamed: HashMap::new(),
        }
    }

    /// The name that something takes here. Asked twice for one path it gives the same.
    pub(crate) fn of(&mut self, path: &Raw) -> OsString {
        if let Some(name) = self.renamed.get(path) {
            return name.clone();
        }
        let (folder, name) = path.split().unwrap_or((&[], &[]));
        if self.rules.changes_nothing() {
            return bytes_as_name(name);
        }
        let wanted = legal(name, self.rules);
        self.give(path, Raw::from(folder), &wanted, false)
    }

    /// Another name for something, where the one that was given turned out to be taken: this computer
    /// counts more names as one than is known here.
    pub(crate) fn another(&mut self, path: &Raw) -> OsString {
        let (folder, name) = path.split().unwrap_or((&[], &[]));
        let wanted = legal(name, self.rules);
        self.give(path, Raw::from(folder), &wanted, true)
    }

    fn give(&mut self, path: &Raw, folder: Raw, wanted: &str, other: bool) -> OsString {
        let taken = self.taken.entry(folder).or_default();
        if other {
            taken.insert(counts_as(wanted, self.rules));
        }
        let mut given = wanted.to_owned();
        let mut number = 2;
        // Two names of the place that are one here: the second is told apart by a number.
        while !taken.insert(counts_as(&given, self.rules)) {
            given = numbered(wanted, number);
            number += 1;
        }
        let given = OsString::from(given);
        // Also where it is as it was: it has been given away, and a second question must not number it.
        self.renamed.insert(path.clone(), given.clone());
        given
    }

    /// Whether a path has another last name here, which a person wants to know.
    pub(crate) fn is_changed(&self, path: &Raw) -> bool {
        self.renamed.get(path).is_some_and(|name| {
            name.to_str().map(str::as_bytes) != Some(path.split().map_or(&[][..], |(_, name)| name))
        })
    }
}

#[cfg(unix)]
fn bytes_as_name(name: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(name.to_vec())
}

#[cfg(not(unix))]
fn bytes_as_name(name: &[u8]) -> OsString {
    String::from_utf8_lossy(name).into_owned().into()
}

/// What a name is compared by.
fn counts_as(name: &str, rules: Rules) -> String {
    if rules.folds {
        name.to_lowercase()
    } else {
        name.to_owned()
    }
}

/// A name under these rules that a person still knows. Never empty, `.` or `..`, and never with a
/// separator in it.
pub(crate) fn legal(name: &[u8], rules: Rules) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            text.push(if is_refused(letter, rules) {
                '_'
            } else {
                letter
            });
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text = cut(&text, LONGEST);
    if rules.windows {
        text = with_end(&text);
        if is_device(&text) {
            text.insert(0, '_');
            text = with_end(&cut(&text, LONGEST));
        }
    }
    if matches!(text.as_str(), "" | "." | "..") {
        text.push('_');
    }
    text
}

/// Windows drops dots and blanks at the end of a name, and then finds another file.
fn with_end(name: &str) -> String {
    let kept = name.trim_end_matches(['.', ' ']);
    kept.to_owned() + &"_".repeat(name.len() - kept.len())
}

fn is_refused(letter: char, rules: Rules) -> bool {
    match letter {
        '/' | '\0' => true,
        // Those of Windows: "Naming Files, Paths, and Namespaces" in Microsoft's documentation.
        '<'
        | '>'
        | ':'
        | '"'
        | '\\'
        | '|'
        | '?'
        | '*'
        | '\u{1}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}' => rules.windows,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            rules.text
        }
        _ => false,
    }
}

/// Names that Windows keeps for devices, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let upper = stem.to_uppercase();
    matches!(
        upper.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || ["COM", "LPT"].iter().any(|kind| {
        upper.strip_prefix(kind).is_some_and(|number| {
            let mut letters = number.chars();
            matches!(
                (letters.next(), letters.next()),
                (Some('0'..='9' | '¹' | '²' | '³'), None)
            )
        })
    })
}

/// `notes (2).md`: what "keep both" calls the new one.
pub(crate) fn numbered(name: &str, number: u32) -> String {
    let (stem, ending) = parts(name);
    let tail = format!(" ({number}){ending}");
    let room = LONGEST.saturating_sub(tail.len());
    let mut whole = stem.to_owned();
    whole.truncate(boundary(stem, room));
    whole + &tail
}

/// As [`numbered`], of a name in bytes.
pub(crate) fn numbered_bytes(name: &[u8], number: u32) -> Vec<u8> {
    if let Ok(text) = std::str::from_utf8(name) {
        return numbered(text, number).into_bytes();
    }
    let tail = format!(" ({number})");
    let mut whole = name[..name.len().min(LONGEST - tail.len())].to_vec();
    whole.extend_from_slice(tail.as_bytes());
    whole
}

/// Stem and ending: `model` and `.tar.gz`. A name that begins with a dot has no ending by that dot.
fn parts(name: &str) -> (&str, &str) {
    let short = |at: usize| name.len() - at <= 16 && !name[at..].contains(' ');
    match name.rfind('.') {
        Some(at) if at > 0 && short(at) => match name[..at].rfind('.') {
            Some(double) if double > 0 && &name[double..at] == ".tar" => name.split_at(double),
            _ => name.split_at(at),
        },
        _ => (name, ""),
    }
}

/// Cut to so many bytes between two letters; the ending stays.
fn cut(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let (stem, ending) = parts(name);
    let room = most.saturating_sub(ending.len());
    format!("{}{ending}", &stem[..boundary(stem, room)])
}

/// The last place between two letters that is not after `most`.
fn boundary(text: &str, most: usize) -> usize {
    (0..=most.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
