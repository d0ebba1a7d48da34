//! What a command takes from where it is typed: variables, the current folder, values left open.

use crate::flags::{Fate, Take};
use crate::options::environment::is_secret_name;
use crate::paste::options::Walked;
use crate::paste::values::{Place, Values};
use crate::paste::words::{Open, Piece, Source, Span};

/// What Docker would take from the shell's own surroundings is asked for like a variable.
pub(super) fn complete(walked: &mut Walked, values: &Values<'_>) {
    for given in &mut walked.given {
        let span = given.span;
        let Some(pieces) = &mut given.value else {
            continue;
        };
        match given.flag.fate {
            // `--env NAME` takes the value from the shell; a secret is typed in the wizard.
            Fate::Taken(Take::Env) => {
                let Some(name) =
                    lone_text(pieces).filter(|text| !text.contains('=') && !text.is_empty())
                else {
                    continue;
                };
                let name = name.to_owned();
                if values.assigned.contains_key(&name) || !is_secret_name(&name) {
                    let open = Open {
                        span: Span {
                            start: span.end,
                            end: span.end,
                        },
                        source: Source::Variable,
                        name: name.clone(),
                        default: None,
                    };
                    *pieces = vec![Piece::Text(format!("{name}=")), Piece::Open(open)];
                }
            }
            // A folder beside the one in which the command would be typed.
            Fate::Taken(Take::Volume) => {
                let Some(Piece::Text(text)) = pieces.first_mut() else {
                    continue;
                };
                let rest = if let Some(rest) = text.strip_prefix("./") {
                    format!("/{rest}")
                } else if text.starts_with("../") {
                    format!("/{text}")
                } else if let Some(rest) =
                    text.strip_prefix('.').filter(|rest| rest.starts_with(':'))
                {
                    rest.to_owned()
                } else {
                    continue;
                };
                *text = rest;
                let open = Open {
                    span: Span {
                        start: span.end,
                        end: span.end,
                    },
                    source: Source::Here,
                    name: "PWD".to_owned(),
                    default: None,
                };
                pieces.insert(0, Piece::Open(open));
            }
            _ => {}
        }
    }
}

fn lone_text(pieces: &[Piece]) -> Option<&str> {
    match pieces {
        [Piece::Text(text)] => Some(text),
        _ => None,
    }
}

pub(super) fn note(walked: &Walked, values: &mut Values<'_>) {
    for given in &walked.given {
        let place = match given.flag.fate {
            Fate::Taken(Take::Publish) => Place::Publish,
            Fate::Taken(Take::Volume) => Place::Volume,
            Fate::Taken(Take::Mount) => Place::Mount,
            Fate::Taken(Take::Env) => Place::Environment,
            Fate::Taken(Take::Name) => Place::Name,
            // What is left out needs no values.
            Fate::LeftOut(_) | Fate::Explained(..) => continue,
            Fate::Taken(_) => Place::Elsewhere,
        };
        values.note(given.value.as_deref().unwrap_or_default(), place);
    }
    if let Some(image) = &walked.image {
        values.note(&image.pieces, Place::Image);
    }
    for word in &walked.program {
        values.note(&word.pieces, Place::Elsewhere);
    }
}

pub(super) fn opens(pieces: &[Piece]) -> Vec<Span> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Open(open) if open.span.start < open.span.end => Some(open.span),
            _ => None,
        })
        .collect()
}
