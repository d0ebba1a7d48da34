//! What a command leaves open: what each of it is for, what is known of it, and what is asked.

use std::collections::BTreeMap;

use super::words::{Open, Piece, Source};
use super::{Person, VariableUse};
use crate::options::environment::is_secret_name;

/// Stands for something open while a value is looked at; no command holds one.
const MARK: char = '\u{1}';
/// Assignments may name each other; a circle is not followed for ever.
const DEEPEST: usize = 8;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Image,
    Name,
    Publish,
    Volume,
    Mount,
    Environment,
    Elsewhere,
}

/// Something to be asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub name: String,
    pub used_for: VariableUse,
    /// What the text itself says of it.
    pub said: Option<String>,
    /// The port in the lab that it is published for.
    pub port_in_lab: Option<u16>,
}

pub(super) struct Values<'a> {
    pub assigned: &'a BTreeMap<String, Vec<Piece>>,
    pub answers: &'a BTreeMap<String, String>,
    pub person: &'a Person,
    pub ids: Option<(u32, u32)>,
    pub asked: Vec<Asked>,
    pub proposed: BTreeMap<String, String>,
}

impl Values<'_> {
    /// What something open stands for, where that is known without asking.
    pub fn known(&self, open: &Open) -> Option<String> {
        self.known_within(open, 0)
    }

    fn known_within(&self, open: &Open, depth: usize) -> Option<String> {
        if let Some(answer) = self.answers.get(&open.name) {
            return Some(answer.clone());
        }
        if let Some(pieces) = self.assigned.get(&open.name).filter(|_| depth < DEEPEST) {
            return pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Some(text.clone()),
                    Piece::Open(open) => self.known_within(open, depth + 1),
                })
                .collect();
        }
        let person = match open.source {
            Source::Home => self.person.home.clone(),
            Source::UserName => self.person.name.clone(),
            Source::UserId => self.ids.map(|(uid, _)| uid.to_string()),
            Source::GroupId => self.ids.map(|(_, gid)| gid.to_string()),
            Source::Arguments => Some(String::new()),
            Source::Variable | Source::Here | Source::Program | Source::Placeholder => None,
        };
        person.or_else(|| open.default.clone())
    }

    /// The value with everything filled in; what is not known yet is left empty.
    pub fn resolve(&self, pieces: &[Piece]) -> String {
        if let [Piece::Text(text)] = pieces {
            return text.clone();
        }
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Open(open) => self
                    .known(open)
                    .or_else(|| self.proposed.get(&open.name).cloned())
                    .unwrap_or_default(),
            })
            .collect()
    }

    /// Notes what is open in a value.
    pub fn note(&mut self, pieces: &[Piece], place: Place) {
        if !pieces.iter().any(|piece| matches!(piece, Piece::Open(_))) {
            return;
        }
        let skeleton: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Open(_) => MARK.to_string(),
            })
            .collect();
        let opens = pieces.iter().filter_map(|piece| match piece {
            Piece::Open(open) => Some(open),
            Piece::Text(_) => None,
        });
        for (index, open) in opens.enumerate() {
            let used_for = use_at(place, &skeleton, index, open);
            let port = if place == Place::Publish {
                port_in_lab(&skeleton)
            } else {
                None
            };
            self.ask(open, used_for, port, 0);
        }
    }

    fn ask(&mut self, open: &Open, used_for: VariableUse, port_in_lab: Option<u16>, depth: usize) {
        let said = match self.assigned.get(&open.name).filter(|_| depth < DEEPEST) {
            Some(pieces) => {
                for piece in pieces.clone() {
                    if let Piece::Open(inner) = piece
                        && inner.name != open.name
                    {
                        self.ask(&inner, used_for, port_in_lab, depth + 1);
                    }
                }
                let unanswered = BTreeMap::new();
                let without_answers = Values {
                    answers: &unanswered,
                    asked: Vec::new(),
                    proposed: BTreeMap::new(),
                    ..*self
                };
                without_answers.known(open)
            }
            None => open.default.clone(),
        };
        let by_itself = matches!(
            open.source,
            Source::Home | Source::UserName | Source::UserId | Source::GroupId | Source::Arguments
        );
        // What the system knows is not asked for.
        if by_itself && said.is_none() && self.known(open).is_some() {
            return;
        }
        match self.asked.iter_mut().find(|asked| asked.name == open.name) {
            Some(asked) => {
                if asked.used_for == VariableUse::Other {
                    asked.used_for = used_for;
                }
                asked.port_in_lab = asked.port_in_lab.or(port_in_lab);
            }
            None => self.asked.push(Asked {
                name: open.name.clone(),
                used_for,
                said,
                port_in_lab,
            }),
        }
    }
}

/// What the `index`-th mark in a value is for.
fn use_at(place: Place, skeleton: &str, index: usize, open: &Open) -> VariableUse {
    if open.source == Source::Here {
        return VariableUse::Folder;
    }
    let at = skeleton
        .match_indices(MARK)
        .nth(index)
        .map_or(0, |(at, _)| at);
    let before = skeleton.get(..at).unwrap_or_default();
    let after = skeleton.get(at + MARK.len_utf8()..).unwrap_or_default();
    let by_place = match place {
        Place::Image => {
            let version = before.rfind([':', '@']).is_some_and(|colon| {
                !before.get(colon..).unwrap_or_default().contains('/') && !after.contains('/')
            });
            version.then_some(VariableUse::Version)
        }
        Place::Name => (before.is_empty() && after.is_empty()).then_some(VariableUse::Name),
        Place::Publish => {
            let colons = |text: &str| unbracketed_colons(text);
            match (colons(before), colons(after)) {
                (0, 2) => Some(VariableUse::ListenIp),
                (_, 1) => Some(VariableUse::Port),
                _ => None,
            }
        }
        Place::Volume if before.is_empty() => Some(if after.starts_with(['/', '\\']) {
            VariableUse::Folder
        } else {
            volume_or_folder(&open.name)
        }),
        Place::Mount => {
            let field = before.rsplit(',').next().unwrap_or_default();
            let source = field == "source=" || field == "src=";
            source.then(|| {
                if skeleton.contains("type=bind") {
                    VariableUse::Folder
                } else {
                    VariableUse::Volume
                }
            })
        }
        Place::Environment => {
            let name = before.split('=').next().unwrap_or_default();
            (is_secret_name(name) || is_secret_name(&open.name)).then_some(VariableUse::Secret)
        }
        Place::Volume | Place::Elsewhere => None,
    };
    by_place.unwrap_or(VariableUse::Other)
}

fn unbracketed_colons(text: &str) -> usize {
    let mut inside = false;
    text.chars()
        .filter(|letter| {
            inside = (inside || *letter == '[') && *letter != ']';
            *letter == ':' && !inside
        })
        .count()
}

fn volume_or_folder(name: &str) -> VariableUse {
    if name.to_ascii_lowercase().contains("vol") {
        VariableUse::Volume
    } else {
        VariableUse::Folder
    }
}

/// `8888` of `\u{1}:8888/tcp`
fn port_in_lab(skeleton: &str) -> Option<u16> {
    let last = skeleton.rsplit(':').next()?;
    last.split('/').next()?.parse().ok()
}
