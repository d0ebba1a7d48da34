//! From the text to the form: the steps in their order, and the one sentence where one of them cannot go on.

use std::collections::BTreeMap;

use slipway_engine::ImageReference;

use super::fill::{self, Outset, Said, Setting};
use super::options::{self, Walked, shortened, unreadable};
use super::proposals::{self, Ground};
use super::statements::{self, Script};
use super::values::Values;
use super::words::{Span, Token, Word};
use super::{AskedVariable, PartKind, PastedCommand, Person, Shell, VariableUse, shell};
use crate::check::CheckFacts;
use crate::form::{FormSeed, new_form};
use crate::problem::Problem;
use crate::recognition;

mod marks;
mod refusals;
mod surroundings;

use marks::mark;
use refusals::{no_run, sentence, unfit};
use surroundings::{complete, note, opens};

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
        mut script: Script,
        answers: &BTreeMap<String, String>,
        facts: &CheckFacts,
    ) -> Result<(), Problem> {
        let person = self.person.clone();
        let words = std::mem::take(&mut script.words);
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
        let mut walked = options::walk(words, &values)?;
        self.rest.append(&mut walked.rest);
        complete(&mut walked, &values);
        note(&walked, &mut values);

        self.propose(&walked, &mut values, facts);
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

    /// Fills in what is open: with the person's answers, else with proposals.
    fn propose(&mut self, walked: &Walked, values: &mut Values<'_>, facts: &CheckFacts) {
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
            home: values.person.home.as_deref(),
            repository,
            recipe: recipe.map(AsRef::as_ref),
            port,
        };
        let mut taken = Vec::new();
        let asked = std::mem::take(&mut values.asked);
        for asked in &asked {
            let variable =
                proposals::proposed(asked, values.answers.get(&asked.name), &ground, &mut taken);
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
        let program = fill::joined(&self.program);
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
                    let filled = fill::fill(outset, &self.settings, &program);
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
                    lead: format!("Runs {}", shortened(&program)),
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

/// The image's name while its version may still be missing: `exasol/ai-lab:`.
fn without_version(text: &str) -> Option<ImageReference> {
    ImageReference::parse(text)
        .or_else(|_| ImageReference::parse(text.trim_end_matches([':', '@'])))
        .ok()
}
