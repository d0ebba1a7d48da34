//! The words behind `run`, split as Docker's own command line does it (pflag): long and short flags,
//! several short ones in one word, values behind `=` or in the next word, and where the image begins.

use super::values::Values;
use super::words::{Piece, Source, Span, Word, without_beginning};
use crate::flags::{Flag, by_long, by_short};
use crate::problem::{Problem, ProblemKind};

/// More words than this before the image are no command that a person wrote.
const MOST_OPTIONS: usize = 1000;

/// A flag as it was given.
#[derive(Debug)]
pub(super) struct Given {
    pub flag: &'static Flag,
    /// `None` for a switch without `=`.
    pub value: Option<Vec<Piece>>,
    pub span: Span,
}

/// A run, taken apart.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub given: Vec<Given>,
    pub image: Option<Word>,
    /// Behind the image.
    pub program: Vec<Word>,
    pub rest: Vec<(Span, String)>,
}

/// # Errors
/// One sentence on what cannot be read without guessing.
pub(super) fn walk(words: Vec<Word>, values: &Values<'_>) -> Result<Walked, Problem> {
    let mut walked = Walked::default();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if arguments(&word) {
            walked.rest.push((word.span, ARGUMENTS.to_owned()));
            continue;
        }
        let beginning = word.beginning();
        if beginning == "--" && word.literal().is_some() {
            walked.image = words.next();
            break;
        }
        if beginning.starts_with(['\u{2013}', '\u{2014}']) {
            return Err(unreadable(format!(
                "“{}” begins with a long dash, which no shell takes for a flag.",
                shortened(beginning)
            ))
            .hint("Write two hyphens instead."));
        }
        if !beginning.starts_with('-') || beginning == "-" {
            several_in_one(&word, values)?;
            walked.image = Some(word);
            break;
        }
        if walked.given.len() >= MOST_OPTIONS {
            return Err(unreadable(format!(
                "This command has more than {MOST_OPTIONS} options."
            ))
            .hint("Paste a shorter one."));
        }
        match beginning.strip_prefix("--") {
            Some(long) => {
                let name = long.split('=').next().unwrap_or_default();
                let equals = long.len() > name.len();
                match by_long(name) {
                    Some(flag) => {
                        let (value, span) = if equals {
                            (
                                Some(without_beginning(&word.pieces, name.len() + 3)),
                                word.span,
                            )
                        } else if flag.value {
                            let next = words.next();
                            let end = next.as_ref().map_or(word.span, |next| next.span);
                            (Some(following(flag, &word, next)?), word.span.to(end))
                        } else {
                            (None, word.span)
                        };
                        walked.given.push(Given { flag, value, span });
                    }
                    None if equals || !ambiguous(words.peek()) => {
                        walked.rest.push((word.span, unknown(&format!("--{name}"))));
                    }
                    None => return Err(not_known(&format!("--{name}"), words.peek())),
                }
            }
            None => short_flags(&word, &mut words, &mut walked)?,
        }
    }
    for word in words {
        if arguments(&word) {
            walked.rest.push((word.span, ARGUMENTS.to_owned()));
        } else {
            walked.program.push(word);
        }
    }
    Ok(walked)
}

const ARGUMENTS: &str =
    "It stands for what is typed behind the function's name, and nothing is typed here.";

fn arguments(word: &Word) -> bool {
    matches!(word.pieces.as_slice(), [Piece::Open(open)] if open.source == Source::Arguments)
}

/// `-it`, `-p8888:8888`, `-itp 8888:8888`, `-e=A=B`.
fn short_flags(
    word: &Word,
    words: &mut std::iter::Peekable<impl Iterator<Item = Word>>,
    walked: &mut Walked,
) -> Result<(), Problem> {
    let beginning = word.beginning();
    let mut letters = beginning.char_indices().skip(1).peekable();
    let mut start = 0;
    while let Some((at, letter)) = letters.next() {
        let rest = at + letter.len_utf8();
        // Where the word stands as it is, each letter has a place of its own.
        let span = |end: usize| {
            if word.bare {
                Span {
                    start: word.span.start + start,
                    end: word.span.start + end,
                }
            } else {
                word.span
            }
        };
        let Some(flag) = by_short(letter) else {
            let name = format!("-{letter}");
            let alone = beginning.len() == rest && word.pieces.len() == 1;
            if alone && ambiguous(words.peek()) || !alone && at > 1 {
                return Err(not_known(&name, words.peek()));
            }
            walked.rest.push((word.span, unknown(&name)));
            return Ok(());
        };
        let equals = beginning
            .get(rest..)
            .is_some_and(|rest| rest.starts_with('='));
        if flag.value || equals {
            let skip = rest + usize::from(equals);
            let value = without_beginning(&word.pieces, skip);
            let (value, end) = if equals || !value.is_empty() {
                (
                    value,
                    Span {
                        start: span(rest).start,
                        end: word.span.end,
                    },
                )
            } else {
                let next = words.next();
                let end = next.as_ref().map_or(word.span, |next| next.span);
                (following(flag, word, next)?, span(rest).to(end))
            };
            walked.given.push(Given {
                flag,
                value: Some(value),
                span: end,
            });
            return Ok(());
        }
        let end = if letters.peek().is_some() {
            rest
        } else {
            word.span.end - word.span.start
        };
        walked.given.push(Given {
            flag,
            value: None,
            span: span(end),
        });
        start = rest;
    }
    if word.pieces.len() > 1 {
        return Err(unreadable(format!(
            "“{}…” is not a flag that can be read.",
            shortened(beginning)
        ))
        .hint("Write its variable out."));
    }
    Ok(())
}

/// The value in the next word, which must be there and be none of the flags.
fn following(flag: &Flag, word: &Word, next: Option<Word>) -> Result<Vec<Piece>, Problem> {
    let name = shortened(word.beginning());
    let Some(next) = next else {
        return Err(
            unreadable(format!("{name} needs a value, and the command ends there."))
                .hint(format!("Add the value behind {name}, or take {name} out.")),
        );
    };
    if let Some(text) = next.literal()
        && is_flag(text)
    {
        return Err(unreadable(format!(
            "{name} needs a value, and {} stands where it should be.",
            shortened(text)
        ))
        .hint(format!(
            "Add the value of {name}, or write --{}={text} if that is meant.",
            flag.long
        )));
    }
    Ok(next.pieces)
}

/// Exactly a flag of Docker's.
fn is_flag(text: &str) -> bool {
    if let Some(long) = text.strip_prefix("--") {
        return by_long(long.split('=').next().unwrap_or_default()).is_some();
    }
    text.strip_prefix('-').is_some_and(|letters| {
        !letters.is_empty()
            && letters.len() <= 3
            && letters.chars().all(|letter| by_short(letter).is_some())
    })
}

/// Whether the next word may be the value of a flag that nobody knows.
fn ambiguous(next: Option<&Word>) -> bool {
    next.is_some_and(|word| !word.beginning().starts_with('-'))
}

fn unknown(name: &str) -> String {
    format!("Docker has no {name}, as far as Slipway knows.")
}

fn not_known(name: &str, next: Option<&Word>) -> Problem {
    let next = next.and_then(Word::literal).map_or_else(
        || "what follows".to_owned(),
        |text| format!("“{}”", shortened(text)),
    );
    unreadable(format!(
        "Slipway does not know {}, so it cannot tell whether {next} is its value or the image.",
        shortened(name)
    ))
    .hint("Take it out, or write its value behind an equals sign.")
}

/// A variable that holds several words would have to be split by the shell.
fn several_in_one(word: &Word, values: &Values<'_>) -> Result<(), Problem> {
    let [Piece::Open(open)] = word.pieces.as_slice() else {
        return Ok(());
    };
    let text = values.known(open).unwrap_or_default();
    if text.starts_with('-') || text.trim().contains(' ') {
        return Err(unreadable(format!("{} holds several words.", open.name))
            .hint("Write them out where it stands."));
    }
    Ok(())
}

pub(super) fn unreadable(title: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InvalidForm, title)
}

/// At most forty letters, for a sentence.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut letters = text.chars().map(|letter| match letter {
        '\n' | '\t' => ' ',
        letter => letter,
    });
    // What is cut away may be long, and is not looked at.
    let plain: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_none() {
        return plain;
    }
    plain.chars().take(LONGEST - 1).chain(['…']).collect()
}
