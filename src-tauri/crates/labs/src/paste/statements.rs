//! Commands among the words: the run, the values set before it, and the rest, which is named.

use std::collections::BTreeMap;

use super::words::{Break, Piece, Span, Token, Word, without_beginning};
use crate::flags::{GLOBAL_SWITCHES, GLOBAL_WITH_VALUE};

/// The run, with everything around it.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Values set in the text, by name.
    pub assigned: BTreeMap<String, Vec<Piece>>,
    /// From `docker` to `run`.
    pub head: Option<Span>,
    /// `nvidia-docker run`: the older way to graphics cards.
    pub nvidia: bool,
    /// Behind `run`.
    pub words: Vec<Word>,
    /// What is not taken, with the reason.
    pub rest: Vec<(Span, String)>,
    /// Values set in the text, for marking.
    pub assignments: Vec<Span>,
    /// `docker compose up` and its like, where there is no run: what was found instead.
    pub other: Option<String>,
}

#[derive(Debug, Default)]
struct Statement {
    words: Vec<Word>,
    redirects: Vec<Span>,
    /// What stands before it.
    after: Option<Break>,
    /// A bracket stands behind it.
    names_group: bool,
}

impl Statement {
    fn span(&self) -> Option<Span> {
        let first = self.words.first()?.span;
        let last = self.words.last().map_or(first, |word| word.span);
        Some(first.to(last))
    }
}

/// Whether a run is among the words.
pub(super) fn holds_run(tokens: &[Token]) -> bool {
    // Only the words at the beginning of a command can be one.
    let mut fresh = true;
    tokens.iter().enumerate().any(|(place, token)| match token {
        Token::Word(_) if !fresh => false,
        Token::Word(_) => {
            fresh = false;
            let words: Vec<&Word> = tokens
                .iter()
                .skip(place)
                .map_while(|token| match token {
                    Token::Word(word) => Some(word),
                    _ => None,
                })
                .take(LONGEST_HEAD)
                .collect();
            Head::of(&words).is_some_and(|head| head.run)
        }
        Token::Break(..) => {
            fresh = true;
            false
        }
        Token::Redirect(_) => false,
    })
}

/// Words before `run`, at most: `sudo -E VERSION=1 docker --context x container run`.
const LONGEST_HEAD: usize = 40;

pub(super) fn script(tokens: Vec<Token>) -> Script {
    let mut script = Script::default();
    for statement in statements(tokens) {
        take(statement, &mut script);
    }
    script
}

fn statements(tokens: Vec<Token>) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut current = Statement::default();
    for token in tokens {
        match token {
            Token::Word(word) => current.words.push(word),
            Token::Redirect(span) => current.redirects.push(span),
            Token::Break(kind, _) => {
                let after = current.after;
                current.names_group = kind == Break::Group;
                all.push(std::mem::take(&mut current));
                // A line's end after `&&` or `|` says nothing new.
                let empty = all.last().is_some_and(|last| last.words.is_empty());
                current.after = if kind == Break::Line && empty {
                    after
                } else {
                    Some(kind)
                };
            }
        }
    }
    all
}

fn take(statement: Statement, script: &mut Script) {
    let Some(span) = statement.span() else {
        for redirect in statement.redirects {
            script.rest.push((redirect, OUTPUT.to_owned()));
        }
        return;
    };
    let words: Vec<&Word> = statement.words.iter().collect();
    let head = Head::of(&words);
    for redirect in &statement.redirects {
        script.rest.push((*redirect, OUTPUT.to_owned()));
    }
    match head {
        Some(head) if head.run && script.head.is_none() => {
            let (first, last) = (head.first, head.after);
            for word in statement.words.iter().take(first) {
                if let Some((name, value)) = assignment(word) {
                    script.assigned.insert(name, value);
                }
            }
            script.head = statement
                .words
                .get(first)
                .zip(statement.words.get(last - 1))
                .map(|(first, last)| first.span.to(last.span));
            script.nvidia = head.nvidia;
            script.rest.extend(head.not_taken);
            script.words = statement.words.into_iter().skip(last).collect();
        }
        _ => {
            if sets_values(&statement.words, script) {
                script.assignments.push(span);
                return;
            }
            if script.head.is_none()
                && let Some(other) = head.and_then(|head| head.other)
            {
                script.other.get_or_insert(other);
            }
            if let Some(why) = reason(&statement, script.head.is_some()) {
                script.rest.push((span, why));
            }
        }
    }
}

const OUTPUT: &str = "Slipway keeps the output in the lab's log; it is not sent anywhere else.";

/// Why a command beside the run is not taken; `None`: it is only grammar.
fn reason(statement: &Statement, after_run: bool) -> Option<String> {
    let literal = |index: usize| statement.words.get(index).and_then(Word::literal);
    let first = literal(0).unwrap_or_default();
    let grammar = ["}", "{", "then", "fi", "do", "done", "function"];
    if grammar.contains(&first) && statement.words.len() <= 2 {
        return None;
    }
    let docker = ["docker", "podman"].contains(&first);
    Some(
        match (docker, literal(1).unwrap_or_default()) {
            (true, "run" | "create" | "container") => "It is a second command; Slipway takes the first run only.",
            (true, "pull") => "Slipway downloads what is missing by itself.",
            (true, "volume") => "Slipway makes a volume when a lab needs it.",
            (true, "network") => "Slipway can make the network at launch; see Network under Advanced.",
            (true, "rm" | "stop" | "kill" | "rmi") => "Slipway leaves other containers and images alone.",
            (true, "exec") => "It runs a program in the lab once that has started; Slipway starts only what its recipe says.",
            (true, _) => "It is another command of Docker's; Slipway takes the run only.",
            _ if statement.after == Some(Break::Pipe) && after_run => "The lab's output goes to its log and to no other program.",
            // `jupyter() {`, the name of a shell function around the run.
            _ if statement.names_group && !after_run && statement.words.len() <= 2 => return None,
            _ => "It is a command of its own; Slipway takes the run only.",
        }
        .to_owned(),
    )
}

/// `VERSION=6.0.0`, `export VERSION=…`, `set VERSION=…`, `$VERSION = "…"`, `cd …`.
fn sets_values(words: &[Word], script: &mut Script) -> bool {
    let mut words = words;
    let first = words.first().and_then(Word::literal).unwrap_or_default();
    if first.eq_ignore_ascii_case("set") && words.len() >= 2 {
        return set_by_cmd(words.get(1..).unwrap_or_default(), script);
    }
    if first == "cd" && words.len() == 2 {
        return changes_folder(words, script);
    }
    if let Some(Piece::Open(open)) = words.first().and_then(|word| word.pieces.first()) {
        let name = open.name.clone();
        return set_by_powershell(&name, words, script);
    }
    if ["export", "declare", "local", "readonly", "typeset"].contains(&first) {
        words = words.get(1..).unwrap_or_default();
    }
    if words.is_empty() || !words.iter().all(|word| assignment(word).is_some()) {
        return false;
    }
    for word in words {
        if let Some((name, value)) = assignment(word) {
            script.assigned.insert(name, value);
        }
    }
    true
}

fn changes_folder(words: &[Word], script: &mut Script) -> bool {
    let Some(target) = words.get(1) else {
        return false;
    };
    let absolute = match target.pieces.first() {
        Some(Piece::Open(_)) => true,
        Some(Piece::Text(text)) => text.starts_with('/') || text.as_bytes().get(1) == Some(&b':'),
        None => false,
    };
    if absolute {
        script
            .assigned
            .insert("PWD".to_owned(), target.pieces.clone());
    }
    absolute
}

/// `NAME=value` of a POSIX shell.
pub(super) fn assignment(word: &Word) -> Option<(String, Vec<Piece>)> {
    let beginning = word.beginning();
    let (name, _) = beginning.split_once('=')?;
    is_name(name).then(|| {
        (
            name.to_owned(),
            without_beginning(&word.pieces, name.len() + 1),
        )
    })
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `set VERSION=6.0.0`, `set "VERSION=6.0.0"`; blanks belong to the value.
fn set_by_cmd(words: &[Word], script: &mut Script) -> bool {
    let Some((name, mut value)) = words.first().and_then(assignment) else {
        return false;
    };
    for word in words.iter().skip(1) {
        value.push(Piece::Text(" ".to_owned()));
        value.extend(word.pieces.iter().cloned());
    }
    script.assigned.insert(name, value);
    true
}

/// `$VERSION = "6.0.0"`, `$env:VERSION="6.0.0"`
fn set_by_powershell(name: &str, words: &[Word], script: &mut Script) -> bool {
    let Some(first) = words.first() else {
        return false;
    };
    let value = match (first.pieces.get(1), words.len()) {
        (None, 3) if words.get(1).and_then(Word::literal) == Some("=") => {
            words.get(2).map(|word| word.pieces.clone())
        }
        (None, 2)
            if words
                .get(1)
                .is_some_and(|word| word.beginning().starts_with('=')) =>
        {
            words.get(1).map(|word| without_beginning(&word.pieces, 1))
        }
        (Some(Piece::Text(text)), 1) if text.starts_with('=') => first
            .pieces
            .get(1..)
            .map(|pieces| without_beginning(pieces, 1)),
        _ => None,
    };
    let Some(value) = value else { return false };
    script.assigned.insert(name.to_owned(), value);
    true
}

/// The words from `docker` to `run`.
struct Head {
    /// Index of `docker`.
    first: usize,
    /// Index behind `run`.
    after: usize,
    run: bool,
    nvidia: bool,
    not_taken: Vec<(Span, String)>,
    /// `docker compose`
    other: Option<String>,
}

/// Words that may stand before `docker` and change nothing for a lab.
const BEFORE: &[&str] = &[
    "sudo", "winpty", "time", "exec", "nohup", "env", "command", "then", "do", "{", "call",
    "start", "-E", "-H", "-n", "--",
];

impl Head {
    fn of(words: &[&Word]) -> Option<Self> {
        let literal = |index: usize| words.get(index).and_then(|word| word.literal());
        let mut first = 0;
        while let Some(word) = words.get(first) {
            let before = literal(first).is_some_and(|text| BEFORE.contains(&text))
                || assignment(word).is_some();
            if !before {
                break;
            }
            first += 1;
        }
        let tool = tool(literal(first)?)?;
        let mut head = Self {
            first,
            after: first + 1,
            run: false,
            nvidia: tool.starts_with("nvidia"),
            not_taken: Vec::new(),
            other: None,
        };
        loop {
            let word = *words.get(head.after)?;
            let text = word.beginning();
            let name = text.split('=').next().unwrap_or_default();
            if GLOBAL_WITH_VALUE.contains(&name) {
                let mut span = word.span;
                if !text.contains('=') {
                    head.after += 1;
                    span = words
                        .get(head.after)
                        .map_or(span, |value| span.to(value.span));
                }
                head.not_taken.push((
                    span,
                    "Labs run on the engine that Slipway is connected to.".to_owned(),
                ));
            } else if GLOBAL_SWITCHES.contains(&name) {
                head.not_taken.push((
                    word.span,
                    "It is about the terminal's own connection to Docker.".to_owned(),
                ));
            } else {
                break;
            }
            head.after += 1;
        }
        if literal(head.after) == Some("container") {
            head.after += 1;
        }
        head.run = matches!(literal(head.after)?, "run" | "create");
        if !head.run {
            head.other = Some(format!("{tool} {}", literal(head.after)?));
        }
        head.after += 1;
        Some(head)
    }
}

/// `docker`, `/usr/bin/docker`, `docker.exe`, `@podman`.
fn tool(text: &str) -> Option<&'static str> {
    let text = text.strip_prefix('@').unwrap_or(text);
    let name = text.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    ["docker", "podman", "nvidia-docker"]
        .into_iter()
        .find(|tool| *tool == name)
}
