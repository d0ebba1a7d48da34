//! What every shell's reading comes to: words made of plain text and of what is still open.

use super::Shell;

mod collected;

pub(super) use collected::Collected;

/// In letters; what is longer between `<` and `>` is no placeholder.
const LONGEST_PLACEHOLDER: usize = 40;

/// A stretch of the pasted text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// Where the value of something open comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Variable,
    /// The person's home folder.
    Home,
    /// The folder in which the command would be typed.
    Here,
    UserId,
    GroupId,
    UserName,
    /// A program's output, or a form of variable that only the shell itself can work out.
    Program,
    /// `<NAME>`, meant to be replaced by hand.
    Placeholder,
    /// What is typed behind the name of a shell function: `"$@"`.
    Arguments,
}

/// Something that the command leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub span: Span,
    pub source: Source,
    /// What it is asked for by: the variable's name, or its text.
    pub name: String,
    /// `8888` of `${PORT:-8888}`
    pub default: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Open(Open),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub span: Span,
    pub pieces: Vec<Piece>,
    /// Neither quotes nor escapes: its text stands in the command letter for letter.
    pub bare: bool,
}

impl Word {
    /// The text, where nothing in it is open.
    pub fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text up to the first open piece.
    pub fn beginning(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }
}

/// Pieces without their first `count` bytes of text, which the first piece holds.
pub(super) fn without_beginning(pieces: &[Piece], count: usize) -> Vec<Piece> {
    let mut rest = pieces.to_vec();
    if let Some(Piece::Text(text)) = rest.first_mut() {
        *text = text.get(count..).unwrap_or_default().to_owned();
        if text.is_empty() {
            rest.remove(0);
        }
    }
    rest
}

/// What ends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    Line,
    Then,
    Pipe,
    Background,
    /// A bracket of the shell's own grammar.
    Group,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Break(Break, Span),
    /// With its target.
    Redirect(Span),
}

/// What keeps a text from being words at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote that is never closed.
    Quote(Span),
    /// A bracket that is never closed.
    Bracket(Span),
    /// `{a,b}`, which bash makes several words of.
    Braces(Span),
    /// `<<EOF`, `@'…'@`
    HereDocument(Span),
}

/// Reads through the text; knows where it is.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub fn since(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    pub fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The letters before the first byte that does not belong to them, which must be ASCII.
    pub fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !belongs(byte));
        let run = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += run.len();
        run
    }

    /// Behind a mark of continuation: blanks and the line's end, if that is all there is.
    pub fn eat_line_end(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(is_blank);
        if let Some(after) = trimmed.strip_prefix('\n') {
            self.at = self.text.len() - after.len();
            true
        } else {
            false
        }
    }

    /// Letters, digits and underscores.
    pub fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// `<ESKAPADE>`, `<path to data>`: a name that is meant to be replaced, its end included.
    pub fn placeholder(&mut self) -> Option<Open> {
        let start = self.at;
        let inner = self.rest().strip_prefix('<')?;
        let mut first = inner.char_indices().take(LONGEST_PLACEHOLDER);
        let (end, _) = first.find(|(_, letter)| *letter == '>')?;
        let name = inner.get(..end)?;
        let letter = |letter: char| letter.is_alphanumeric() || "_-. /".contains(letter);
        let named = name.starts_with(|first: char| first.is_alphabetic())
            && name.ends_with(|last: char| last.is_alphanumeric())
            && name.chars().all(letter);
        if !named {
            return None;
        }
        self.at += end + 2;
        Some(Open {
            span: self.since(start),
            source: Source::Placeholder,
            name: name.to_owned(),
            default: None,
        })
    }

    /// What a terminal shows before a command: `$ `, `PS C:\> `, `anna@desk:~$ `, `> ` of a line that goes on.
    pub fn skip_prompt(&mut self) {
        let start = self.at;
        let line = self.rest().split('\n').next().unwrap_or_default();
        let after = line.trim_start_matches(is_blank);
        self.at += line.len() - after.len();
        if let Some(length) = prompt(after) {
            self.at += length;
        } else {
            self.at = start;
        }
    }
}

fn prompt(line: &str) -> Option<usize> {
    for mark in ["$ ", "> ", ">> ", "% ", "\u{276f} "] {
        if line.starts_with(mark) {
            return Some(mark.len());
        }
    }
    if let Some(command) = line.strip_prefix("# ")
        && ["docker ", "podman ", "sudo "]
            .iter()
            .any(|word| command.starts_with(word))
    {
        return Some(2);
    }
    let windows = line.strip_prefix("PS ").unwrap_or(line);
    let drive = windows.as_bytes().get(1..3) == Some(b":\\")
        && windows.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if drive || windows.len() < line.len() {
        let end = line.find('>')?;
        let path = line.get(..end)?;
        return (!path.contains(['"', '\''])).then(|| end + 1);
    }
    // anna@desk:~/work$ docker run …
    let first = line.split(' ').next()?;
    let host = first.ends_with(['$', '#', '%']) && first.contains('@') && first.len() < line.len();
    host.then(|| first.len() + 1)
}

/// Blanks of a line; those without a break come from web pages.
pub(super) fn is_blank(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\t' | '\r' | '\u{a0}' | '\u{202f}' | '\u{feff}'
    )
}

/// What a variable of this name means by itself.
pub(super) fn variable(name: &str, span: Span, default: Option<String>) -> Open {
    let source = match name.to_ascii_uppercase().as_str() {
        "HOME" | "USERPROFILE" => Source::Home,
        "PWD" | "CD" => Source::Here,
        "UID" | "EUID" => Source::UserId,
        "GID" => Source::GroupId,
        "USER" | "USERNAME" | "LOGNAME" => Source::UserName,
        _ => Source::Variable,
    };
    Open {
        span,
        source,
        name: name.to_owned(),
        default,
    }
}

/// What a program's output stands for; nothing is ever run.
pub(super) fn program(inner: &str, whole: &str, span: Span, shell: Shell) -> Open {
    let words: Vec<&str> = inner.split_whitespace().collect();
    let source = match words.as_slice() {
        [
            "pwd"
            | "$PWD"
            | "$pwd"
            | "Get-Location"
            | "(Get-Location).Path"
            | "$PWD.Path"
            | "$pwd.Path",
        ] => Source::Here,
        ["id", "-u"] | ["id", "-u", "$USER"] => Source::UserId,
        ["id", "-g"] | ["id", "-g", "$USER"] => Source::GroupId,
        ["whoami"] | ["id", "-un"] if shell == Shell::Posix => Source::UserName,
        ["echo", "~" | "$HOME"] => Source::Home,
        _ => Source::Program,
    };
    Open {
        span,
        source,
        name: if source == Source::Here { "PWD" } else { whole }.to_owned(),
        default: None,
    }
}
