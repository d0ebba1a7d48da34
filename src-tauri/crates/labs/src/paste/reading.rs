//! From the text to the form: the steps in their order, and the one sentence where one of them cannot go on.

use std::collections::BTreeMap;

use slipway_engine::ImageReference;

use super::fill::{self, Outset, Said, Setting};
use super::options::{self, Walked, shortened, unreadable};
use super::proposals::{self, Ground};
use super::statements::{self, Script};
use super::values::{Place, Values};
use super::words::{Fault, Open, Piece, Source, Span, Token, Word};
use super::{
    AskedVariable, CommandPart, Meaning, NotTaken, PartKind, PastedCommand, Person, Shell,
    VariableUse, shell,
};
use crate::check::CheckFacts;
use crate::flags::{Fate, Take};
use crate::form::{FormSeed, new_form};
use crate::options::environment::is_secret_name;
use crate::problem::Problem;
use crate::recognition;

/// In bytes: the longest argument that Linux takes is as long, and no shell of Windows takes as much.
const LONGEST: usize = 128 * 1024;

/// A command that was read, and not yet made into a form.
pub struct Reading {
    text: String,
    shell: Option<Shell>,
    person: Person,
    settings: Vec<Setting>,
    /// The image's words, its place, and its variables.
    image: Option<(String, Span, Vec<Span>)>,
    program: Vec<String>,
    program_words: Vec<Word>,
    nvidia: bool,
    variables: Vec<AskedVariable>,
    assignments: Vec<Span>,
    rest: Vec<(Span, String)>,
    problem: Option<Problem>,
    /// Where the words of the run's beginning stand.
    pub(super) head: Option<Span>,
    /// Every word and redirection that was found, for the proof that none is lost.
    #[cfg(test)]
    pub(super) tokens: Vec<Span>,
}

/// Reads the text. `facts` may lack the image's Config; `Reading::image` says which one is wanted.
pub fn read(
    text: &str,
    answers: &BTreeMap<String, String>,
    person: &Person,
    facts: &CheckFacts,
) -> Reading {
    let mut reading = Reading {
        text: text.to_owned(),
        shell: None,
        person: person.clone(),
        settings: Vec::new(),
        image: None,
        program: Vec::new(),
        program_words: Vec::new(),
        nvidia: false,
        variables: Vec::new(),
        assignments: Vec::new(),
        rest: Vec::new(),
        problem: None,
        head: None,
        #[cfg(test)]
        tokens: Vec::new(),
    };
    if let Some(problem) = unfit(text) {
        reading.problem = Some(problem);
        return reading;
    }
    let (shell, tokens) = shell::read(text);
    reading.shell = Some(shell);
    let tokens = match tokens {
        Ok(tokens) => tokens,
        Err(fault) => {
            reading.problem = Some(sentence(&fault, text));
            return reading;
        }
    };
    #[cfg(test)]
    {
        reading.tokens = tokens
            .iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(word.span),
                Token::Redirect(span) => Some(*span),
                Token::Break(..) => None,
            })
            .collect();
    }
    let empty = !tokens.iter().any(|token| matches!(token, Token::Word(_)));
    let script = statements::script(tokens);
    if script.head.is_none() {
        reading.problem = (!empty).then(|| no_run(&script, text));
        return reading;
    }
    if let Err(problem) = reading.walk(script, answers, facts) {
        reading.problem = Some(problem);
    }
    reading
}

impl Reading {
    /// The image that the command starts, as far as its name is known.
    pub fn image(&self) -> Option<ImageReference> {
        let (text, ..) = self.image.as_ref()?;
        ImageReference::parse(text).ok()
    }

    fn walk(
        &mut self,
        script: Script,
        answers: &BTreeMap<String, String>,
        facts: &CheckFacts,
    ) -> Result<(), Problem> {
        let person = self.person.clone();
        let mut values = Values {
            assigned: &script.assigned,
            answers,
            person: &person,
            ids: facts.user,
            asked: Vec::new(),
            proposed: BTreeMap::new(),
        };
        self.head = script.head;
        self.rest = script.rest;
        self.assignments = script.assignments;
        self.nvidia = script.nvidia;
        let mut walked = options::walk(&script.words, &values)?;
        self.rest.append(&mut walked.rest);
        complete(&mut walked, &values);
        note(&walked, &mut values);

        let repository = walked
            .image
            .as_ref()
            .map(|image| values.resolve(&image.pieces));
        let repository = repository.and_then(|text| without_version(&text));
        let recipe = repository
            .as_ref()
            .map(|image| recognition::recognise(&facts.catalogue, image, facts.image.as_ref()));
        let port = repository.as_ref().zip(recipe).map(|(image, recipe)| {
            recognition::generation(
                recipe,
                image,
                recognition::config_of(image, facts.image.as_ref()),
            )
            .port
        });
        let ground = Ground {
            facts,
            home: person.home.as_deref(),
            repository,
            recipe: recipe.map(AsRef::as_ref),
            port,
        };
        let mut taken = Vec::new();
        let asked = std::mem::take(&mut values.asked);
        for asked in &asked {
            let variable =
                proposals::proposed(asked, answers.get(&asked.name), &ground, &mut taken);
            let shown = match (variable.value.as_str(), variable.used_for) {
                ("", VariableUse::Folder) => "/…",
                ("", _) => "…",
                (value, _) => value,
            };
            values
                .proposed
                .insert(variable.name.clone(), shown.to_owned());
            self.variables.push(variable);
        }

        self.settings = walked
            .given
            .iter()
            .map(|given| Setting {
                flag: given.flag,
                value: given.value.as_ref().map(|pieces| values.resolve(pieces)),
                span: given.span,
                variables: opens(given.value.as_deref().unwrap_or_default()),
            })
            .collect();
        self.program = walked
            .program
            .iter()
            .map(|word| values.resolve(&word.pieces))
            .collect();
        self.program_words = walked.program;
        let Some(image) = walked.image else {
            return Err(unreadable("The command names no image.")
                .hint("An image stands behind the options, such as exasol/ai-lab:6.0.0."));
        };
        self.image = Some((
            values.resolve(&image.pieces),
            image.span,
            opens(&image.pieces),
        ));
        if let Some(missing) = self
            .variables
            .iter()
            .find(|variable| variable.value.is_empty())
        {
            return Err(
                unreadable(format!("{} needs a value.", shortened(&missing.name)))
                    .hint("Fill it in beside the command."),
            );
        }
        if let Some(wrong) = self
            .variables
            .iter()
            .find(|variable| variable.error.is_some())
        {
            return Err(unreadable(format!(
                "{} cannot be {}.",
                shortened(&wrong.name),
                shortened(&wrong.value)
            ))
            .hint(wrong.error.clone().unwrap_or_default()));
        }
        Ok(())
    }

    /// The form and the sentences. Looks for free ports, so it may block for a moment.
    pub fn finish(self, facts: &CheckFacts) -> PastedCommand {
        let mut pasted = PastedCommand {
            shell: self.shell,
            variables: self.variables,
            problem: self.problem,
            ..PastedCommand::default()
        };
        let mut said = Vec::new();
        let mut rest = self.rest;
        if let Some((image, span, variables)) = &self.image {
            let seed = FormSeed {
                image: Some(image.clone()),
                ..FormSeed::default()
            };
            match (new_form(&seed, facts), ImageReference::parse(image)) {
                (Ok(form), Ok(reference)) => {
                    let config = recognition::config_of(&reference, facts.image.as_ref());
                    let recipe = recognition::recognise(&facts.catalogue, &reference, config);
                    let generation = recognition::generation(recipe, &reference, config);
                    let known = if recipe.images.is_empty() {
                        "Slipway has no recipe for it, and goes by what the image itself says."
                    } else {
                        "Slipway has a recipe for it."
                    };
                    said.push(Said {
                        span: *span,
                        variables: variables.clone(),
                        kind: PartKind::Image,
                        lead: format!("Starts {}.", shortened(image)),
                        detail: known.to_owned(),
                    });
                    let outset = Outset {
                        form,
                        generation: &generation,
                        facts,
                        person: &self.person,
                        nvidia: self.nvidia,
                    };
                    let filled = fill::fill(outset, &self.settings, &self.program);
                    said.extend(filled.said);
                    rest.extend(filled.rest);
                    if pasted.problem.is_none() {
                        pasted.form = Some(filled.form);
                        pasted.secrets = filled.secrets;
                    }
                }
                (Err(problem), _) => {
                    pasted.problem.get_or_insert(problem);
                }
                (Ok(_), Err(error)) => {
                    pasted.problem.get_or_insert(error.into());
                }
            }
            if let Some((first, last)) = self.program_words.first().zip(self.program_words.last()) {
                said.push(Said {
                    span: first.span.to(last.span),
                    variables: self
                        .program_words
                        .iter()
                        .flat_map(|word| opens(&word.pieces))
                        .collect(),
                    kind: PartKind::Program,
                    lead: format!("Runs {}", shortened(&fill::joined(&self.program))),
                    detail: "in place of the image's own command.".to_owned(),
                });
            }
        }
        said.extend(self.assignments.iter().map(|span| Said {
            span: *span,
            variables: Vec::new(),
            kind: PartKind::Other,
            lead: String::new(),
            detail: String::new(),
        }));
        mark(&mut pasted, said, rest, &self.text);
        pasted
    }
}

/// What Docker would take from the shell's own surroundings is asked for like a variable.
fn complete(walked: &mut Walked, values: &Values<'_>) {
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

fn note(walked: &Walked, values: &mut Values<'_>) {
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

fn opens(pieces: &[Piece]) -> Vec<Span> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Open(open) if open.span.start < open.span.end => Some(open.span),
            _ => None,
        })
        .collect()
}

/// The image's name while its version may still be missing: `exasol/ai-lab:`.
fn without_version(text: &str) -> Option<ImageReference> {
    ImageReference::parse(text)
        .or_else(|_| ImageReference::parse(text.trim_end_matches([':', '@'])))
        .ok()
}

/// Parts, meanings and what is not taken, in the order of the text.
fn mark(
    pasted: &mut PastedCommand,
    mut said: Vec<Said>,
    mut rest: Vec<(Span, String)>,
    text: &str,
) {
    // The image comes first among the meanings; all else stands in the order of the command.
    said.sort_by_key(|said| (said.kind != PartKind::Image, said.span.start));
    let mut stretches: Vec<(Span, PartKind, Option<u32>, Vec<Span>)> = Vec::new();
    for said in said {
        let meaning = if said.lead.is_empty() {
            None
        } else {
            Some(meaning_of(pasted, &said))
        };
        stretches.push((said.span, said.kind, meaning, said.variables));
    }
    rest.sort_by_key(|(span, _)| (span.start, span.end));
    for (span, why) in rest {
        let stretch = text.get(span.start..span.end).unwrap_or_default();
        pasted.not_taken.push(NotTaken {
            text: shortened(stretch),
            why,
        });
        stretches.push((span, PartKind::NotTaken, None, Vec::new()));
    }
    stretches.sort_by_key(|(span, kind, ..)| (span.start, *kind == PartKind::NotTaken, span.end));
    let place = Utf16::of(text);
    let both = |span: &Span| (place.at(span.start), place.at(span.end));
    // Flags in one quoted word share its place: it is marked for the first of them.
    let mut marked = 0;
    for (span, kind, meaning, variables) in stretches {
        let from = span.start.max(marked);
        let hidden = text.get(from..span.end).unwrap_or_default();
        let start = from + hidden.len() - hidden.trim_start().len();
        if start >= span.end {
            continue;
        }
        marked = span.end;
        let (start, end) = both(&Span {
            start,
            end: span.end,
        });
        pasted.parts.push(CommandPart {
            start,
            end,
            kind,
            meaning,
            variables: variables
                .iter()
                .map(both)
                .filter(|(first, _)| *first >= start)
                .collect(),
        });
    }
}

fn meaning_of(pasted: &mut PastedCommand, said: &Said) -> u32 {
    let meaning = Meaning {
        kind: said.kind,
        lead: said.lead.clone(),
        detail: said.detail.clone(),
    };
    let known = pasted.meanings.iter().position(|known| *known == meaning);
    let place = known.unwrap_or_else(|| {
        pasted.meanings.push(meaning);
        pasted.meanings.len() - 1
    });
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// From bytes to the units that a text area counts in.
struct Utf16(Vec<u32>);

impl Utf16 {
    fn of(text: &str) -> Self {
        let mut places = vec![0; text.len() + 1];
        let mut units = 0_u32;
        for (at, letter) in text.char_indices() {
            if let Some(stretch) = places.get_mut(at..at + letter.len_utf8()) {
                stretch.fill(units);
            }
            units += if letter.len_utf16() == 2 { 2 } else { 1 };
        }
        if let Some(last) = places.last_mut() {
            *last = units;
        }
        Self(places)
    }

    fn at(&self, byte: usize) -> u32 {
        self.0.get(byte).copied().unwrap_or_default()
    }
}

/// Texts that are no command at all.
fn unfit(text: &str) -> Option<Problem> {
    if text.len() > LONGEST {
        return Some(
            unreadable(format!(
                "This text is {} kB long, and no command is longer than {}.",
                text.len() / 1024,
                LONGEST / 1024
            ))
            .hint("Paste the docker run command alone."),
        );
    }
    let control = text
        .chars()
        .find(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'));
    control.map(|letter| {
        unreadable(format!(
            "The text holds a control character (number {}), which no command has.",
            u32::from(letter)
        ))
        .hint("Copy the command again as plain text.")
    })
}

fn sentence(fault: &Fault, text: &str) -> Problem {
    let (span, what, hint) = match fault {
        Fault::Quote(span) => (
            span,
            "A quote is opened and never closed",
            "Close it, or take it out.",
        ),
        Fault::Bracket(span) => (
            span,
            "A bracket is opened and never closed",
            "Close it, or take it out.",
        ),
        Fault::Braces(span) => (
            span,
            "The braces would make several words of one",
            "Write each of them out.",
        ),
        Fault::HereDocument(span) => (
            span,
            "The command reads further lines as a text",
            "Paste the docker run command alone.",
        ),
    };
    let line = text
        .get(..span.start)
        .unwrap_or_default()
        .matches('\n')
        .count()
        + 1;
    let from = text.get(span.start..).unwrap_or_default();
    let shown: String = from.chars().take(20).collect();
    unreadable(format!("{what}, in line {line}: {}", shortened(&shown))).hint(hint)
}

fn no_run(script: &Script, text: &str) -> Problem {
    match &script.other {
        None if ["docker run", "podman run", "docker create"]
            .iter()
            .any(|run| text.contains(run)) =>
        {
            unreadable("The docker run stands within quotes or behind other words.")
                .hint("Paste it alone, from docker run on.")
        }
        Some(other) => unreadable(format!("This is {other}, and only docker run can be read."))
            .hint("Paste a command that begins with docker run."),
        None => unreadable("There is no docker run in this text.")
            .hint("Paste a command that begins with docker run, docker create or podman run."),
    }
}
