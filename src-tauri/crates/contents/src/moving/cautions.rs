//! What has to be known of a job that was done all the same.
//!
//! Thousands of files may share one fate, so each fate is one sentence with the first names of its files.

use std::collections::BTreeMap;
use std::sync::Mutex;

use slipway_porthole::answer::{Caution, Kind};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use crate::path::visible;
use crate::shared::lock;

/// How many names a sentence says.
const NAMED: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Changed,
    Grew,
    Shrank,
    Unread,
    Vanished,
    Special,
    /// A link that leads out of what is moved.
    LinkOut,
    /// A link, on a computer that makes none.
    NoLinks,
    /// Its name, or the way to it, cannot be here.
    Unnamable,
    Renamed,
    /// A file with holes, which has no checksum.
    NotSummed,
    /// A name that Slipway itself uses.
    Reserved,
    /// It got neither owner nor rights.
    Plain,
    /// Its extended attributes could not be read.
    Bare,
    Refused,
    /// A folder and a file want one name, and neither may go.
    BesideOther,
    /// The name was taken between the question and the end.
    TakenMeanwhile,
}

impl Fate {
    fn sentence(self) -> &'static str {
        match self {
            Self::Changed => {
                "Changed while being read, so the copy may be partly old and partly new"
            }
            Self::Grew => "Grew while being read; the copy is as long as the file was at first",
            Self::Shrank => {
                "Became shorter while being read; the rest of the copy is filled with zeros"
            }
            Self::Unread => "Could not be read, or not to its end",
            Self::Vanished => "Gone before it could be read",
            Self::Special => "Left out, since it is a pipe, a socket or a device and holds nothing",
            Self::LinkOut => "Left out, since it is a link that leads out of what is moved",
            Self::NoLinks => "Left out, since this computer makes no links for everyone",
            Self::Unnamable => "Left out, since its name or its path is too long here",
            Self::Renamed => "Renamed, since this computer does not take the name",
            Self::NotSummed => "A file with holes, whose holes were not checked",
            Self::Reserved => "Left out, since Slipway uses this name itself",
            Self::Plain => {
                "Written, but owner, rights, time or extended attributes could not be set"
            }
            Self::Bare => "Copied without extended attributes, which could not be read",
            Self::Refused => "Not taken by the volume or folder",
            Self::BesideOther => {
                "Put beside what is there under another name, since a file and a folder cannot replace \
                 each other"
            }
            Self::TakenMeanwhile => {
                "Put under another name, since the name was taken in the last moment"
            }
        }
    }
}

#[derive(Debug, Default)]
struct Of {
    named: Vec<String>,
    count: u64,
}

/// Gathered from all threads of a job.
#[derive(Debug, Default)]
pub(crate) struct Cautions(Mutex<BTreeMap<Fate, Of>>);

impl Cautions {
    pub(crate) fn add(&self, fate: Fate, path: &Raw) {
        self.add_named(fate, &path.0);
    }

    pub(crate) fn add_named(&self, fate: Fate, path: &[u8]) {
        let mut all = lock(&self.0);
        let of = all.entry(fate).or_default();
        of.count += 1;
        if of.named.len() < NAMED {
            of.named.push(visible(path).0);
        }
    }

    /// What packing says of an entry.
    pub(crate) fn packed(&self, path: &Raw, caution: &Caution) {
        let fate = match caution {
            Caution::Changed => Fate::Changed,
            Caution::Grew => Fate::Grew,
            Caution::Shrank => Fate::Shrank,
            Caution::Vanished => Fate::Vanished,
            Caution::LeftOut => Fate::Special,
            Caution::Unread(_) => Fate::Unread,
            Caution::Bare(_) => Fate::Bare,
        };
        self.add(fate, path);
    }

    /// What the place did not take.
    pub(crate) fn refused(&self, path: &Raw, kind: Kind, why: &Fault) {
        let fate = match (why, kind) {
            (Fault::NameTooLong, _) => Fate::Unnamable,
            (Fault::NotAFile, _) => Fate::Special,
            _ => Fate::Refused,
        };
        self.add(fate, path);
    }

    pub(crate) fn has(&self, fate: Fate) -> bool {
        lock(&self.0).contains_key(&fate)
    }

    /// One sentence for each fate.
    pub(crate) fn told(&self) -> Vec<String> {
        lock(&self.0)
            .iter()
            .map(|(fate, of)| format!("{}: {}.", fate.sentence(), of.who()))
            .collect()
    }
}

impl Of {
    fn who(&self) -> String {
        let more = self.count.saturating_sub(self.named.len() as u64);
        let mut sorted = self.named.clone();
        sorted.sort();
        match (sorted.as_slice(), more) {
            ([], _) => String::new(),
            (all, 1..) => format!("{} and {more} more", all.join(", ")),
            ([one], 0) => one.clone(),
            ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fate_is_one_sentence() {
        let cautions = Cautions::default();
        for number in 0..5 {
            cautions.add(Fate::Special, &Raw::from(&*format!("run/pipe{number}")));
        }
        for name in ["a.csv", "b.csv"] {
            cautions.add(Fate::Changed, &Raw::from(name));
        }
        cautions.add(Fate::LinkOut, &Raw::from("data/\u{202e}out"));
        insta::assert_snapshot!(cautions.told().join("\n"));
    }
}
