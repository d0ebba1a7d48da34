//! What is said of backups, where more than one room says it.

use slipway_engine::{Bytes, UnixMillis};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Caution, Packed};

use crate::Problem;
use crate::path::visible;
use crate::survey::holds::{grouped, weight};

/// Names that a sentence lists before it only counts.
const NAMED: usize = 20;

/// "1,312 files, 2.4 GB"
pub(super) fn amount(files: u64, bytes: u64) -> String {
    format!("{}, {}", count(files, "file", "files"), weight(bytes))
}

/// "1 file", "1,312 files"
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", grouped(number))
    }
}

pub(super) fn size(bytes: Bytes) -> String {
    weight(bytes.0)
}

/// "3 November 2025", in the time of this computer.
pub(super) fn day(moment: UnixMillis) -> String {
    zoned(moment).strftime("%-d %B %Y").to_string()
}

pub(super) fn zoned(moment: UnixMillis) -> jiff::Zoned {
    jiff::Timestamp::from_millisecond(moment.0)
        .unwrap_or_default()
        .to_zoned(jiff::tz::TimeZone::system())
}

pub(super) fn now() -> UnixMillis {
    UnixMillis(jiff::Timestamp::now().as_millisecond())
}

/// What went wrong with a file or folder of this computer.
pub(super) fn of_this_computer(doing: &str, error: &std::io::Error) -> Problem {
    let problem = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Problem::new(ProblemKind::DiskFull, "The disk of this computer is full.")
                .because("Nothing half-made was left.")
                .hint("Delete what you no longer need, then try again.")
        }
        std::io::ErrorKind::NotFound => {
            Problem::new(ProblemKind::Gone, format!("{doing} did not work."))
                .because("A file or folder is not there any more.")
                .hint("Try again.")
        }
        std::io::ErrorKind::PermissionDenied => {
            Problem::new(ProblemKind::Other, format!("{doing} did not work."))
                .because("This computer does not let Slipway use the file or its folder.")
                .hint("Look at the rights of the folder of backups.")
        }
        _ => Problem::new(ProblemKind::Other, format!("{doing} did not work."))
            .because("This computer reports a fault with the file or its folder.")
            .hint("Try again."),
    };
    problem.detail(error.to_string())
}

/// Sentences of one kind: the first are kept, the others counted.
#[derive(Debug, Default)]
pub(super) struct Cautions {
    said: Vec<String>,
    more: u64,
}

impl Cautions {
    pub(super) fn say(&mut self, sentence: String) {
        if self.said.len() < NAMED {
            self.said.push(sentence);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn packed(&mut self, packed: &Packed) {
        let Some(caution) = &packed.caution else {
            return;
        };
        let name = visible(&packed.path.0).0;
        let name = if name.is_empty() {
            "The volume itself"
        } else {
            &name
        };
        self.say(match caution {
            Caution::Changed => {
                format!("{name} was written to while it was read. It is in the backup as it was read.")
            }
            Caution::Grew => format!(
                "{name} became longer while it was read. The backup has it as long as it was at first."
            ),
            Caution::Shrank => format!(
                "{name} became shorter while it was read. Its end is filled up in the backup."
            ),
            Caution::Vanished => {
                format!("{name} was deleted before its turn came. It is not in the backup.")
            }
            Caution::LeftOut => format!(
                "{name} is a pipe, socket or device of a program. It is not in the backup."
            ),
            Caution::Unread(_) => format!("{name} could not be read. It is not whole in the backup."),
            Caution::Bare(_) => format!("{name} is in the backup without its extended attributes, which could not be read."),
        });
    }

    pub(super) fn into_sentences(mut self) -> Vec<String> {
        if self.more > 0 {
            self.said
                .push(format!("And {} more.", count(self.more, "name", "names")));
        }
        self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cautions_are_named_and_the_rest_counted() {
        let mut cautions = Cautions::default();
        for number in 0..1_030 {
            cautions.say(format!("{number}"));
        }
        let said = cautions.into_sentences();
        assert_eq!(said.len(), NAMED + 1);
        assert_eq!(said.last().unwrap(), "And 1,010 names more.");
    }

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(
            of_this_computer("Writing", &full).kind,
            ProblemKind::DiskFull
        );
        let other = std::io::Error::from(std::io::ErrorKind::TimedOut);
        assert_eq!(
            of_this_computer("Writing", &other).title,
            "Writing did not work."
        );
    }
}
