//! Words as bash and its kin read them (POSIX 2.2 and 2.3, and bash's `$'…'`), without doing anything.

use super::Shell;
use super::words::{
    Break, Collected, Cursor, Fault, Open, Source, Span, Token, is_blank, program, variable,
};

pub(super) fn read(text: &str) -> Result<Vec<Token>, Fault> {
    let mut cursor = Cursor { text, at: 0 };
    let mut collected = Collected::default();
    let mut braces = Braces::default();
    cursor.skip_prompt();
    while let Some(letter) = cursor.peek() {
        let start = cursor.at;
        if is_blank(letter) {
            cursor.next();
            collected.finish_word();
            braces = Braces::default();
            continue;
        }
        match letter {
            '\n' => {
                cursor.next();
                collected.finish_at(Break::Line, cursor.since(start));
                braces = Braces::default();
                cursor.skip_prompt();
            }
            '#' if !collected.has_word() => {
                let line = cursor.rest().split('\n').next().unwrap_or_default();
                cursor.at += line.len();
            }
            '\\' => {
                cursor.next();
                if cursor.eat_line_end() {
                    cursor.skip_prompt();
                } else if let Some(escaped) = cursor.next() {
                    collected.mark(cursor.since(start));
                    collected.letter(escaped, cursor.since(start));
                }
            }
            '\'' => single(&mut cursor, &mut collected)?,
            '"' => double(&mut cursor, &mut collected)?,
            '$' => dollar(&mut cursor, &mut collected, false)?,
            '`' => {
                let open = backticks(&mut cursor)?;
                collected.open(open);
            }
            '~' if !collected.has_word() && home(&cursor) => {
                cursor.next();
                collected.open(Open {
                    source: Source::Home,
                    ..variable("HOME", cursor.since(start), None)
                });
            }
            ';' | '(' | ')' | '|' | '&' => operator(letter, &mut cursor, &mut collected),
            '<' | '>' => {
                if let Some(open) = cursor.placeholder() {
                    collected.open(open);
                } else {
                    redirect(&mut cursor, &mut collected)?;
                }
            }
            _ => {
                let plain = cursor.run(is_plain);
                if let Some(last) = plain.chars().next_back() {
                    collected.stretch(plain, cursor.since(start));
                    braces.pass(last);
                    continue;
                }
                cursor.next();
                collected.letter(letter, cursor.since(start));
                if braces.expand(letter) {
                    let word = collected.word_at(start).span;
                    return Err(Fault::Braces(word));
                }
            }
        }
    }
    Ok(collected.tokens(text.len()))
}

/// Has no meaning to the shell wherever it stands, nor to braces: long commands are read in strides.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'/' | b':' | b'=' | b'+' | b'@' | b'%')
}

/// Whether bash would make several words of this one: `{a,b}`, `{1..3}`.
#[derive(Default)]
struct Braces {
    open: bool,
    several: bool,
    last: Option<char>,
}

impl Braces {
    /// Behind letters that mean nothing to it.
    fn pass(&mut self, last: char) {
        self.last = Some(last);
    }

    fn expand(&mut self, letter: char) -> bool {
        match letter {
            '{' => {
                self.open = true;
                self.several = false;
            }
            ',' => self.several |= self.open,
            '.' if self.last == Some('.') => self.several |= self.open,
            '}' => {
                let expands = self.several;
                *self = Self::default();
                return expands;
            }
            _ => {}
        }
        self.last = Some(letter);
        false
    }
}

/// `~` alone or before a slash is the home folder.
fn home(cursor: &Cursor<'_>) -> bool {
    cursor
        .second()
        .is_none_or(|next| matches!(next, '/' | ':' | '\n') || is_blank(next))
}

fn operator(letter: char, cursor: &mut Cursor<'_>, collected: &mut Collected) {
    let start = cursor.at;
    if cursor.eat("&>") {
        cursor.eat(">");
        collected.redirect(cursor.since(start), false);
        return;
    }
    cursor.next();
    let kind = match letter {
        '|' if !cursor.eat("|") => {
            cursor.eat("&");
            Break::Pipe
        }
        '&' if !cursor.eat("&") => Break::Background,
        ';' | '|' | '&' => Break::Then,
        _ => Break::Group,
    };
    collected.finish_at(kind, cursor.since(start));
}

pub(super) fn redirect(cursor: &mut Cursor<'_>, collected: &mut Collected) -> Result<(), Fault> {
    let start = cursor.at;
    if cursor.eat("<<<") {
        collected.redirect(cursor.since(start), false);
        return Ok(());
    }
    if cursor.eat("<<") {
        return Err(Fault::HereDocument(cursor.since(start)));
    }
    let whole = if cursor.eat(">&") || cursor.eat("<&") {
        cursor.eat("-") || !cursor.name().is_empty()
    } else {
        if !(cursor.eat(">>") || cursor.eat(">|") || cursor.eat("<>")) {
            cursor.next();
        }
        false
    };
    collected.redirect(cursor.since(start), whole);
    Ok(())
}

fn single(cursor: &mut Cursor<'_>, collected: &mut Collected) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.next();
    collected.mark(cursor.since(start));
    let at = cursor.at;
    let inside = cursor.run(|byte| byte != b'\'');
    collected.stretch(inside, cursor.since(at));
    if cursor.next().is_none() {
        return Err(Fault::Quote(Span {
            start,
            end: start + 1,
        }));
    }
    collected.mark(cursor.since(start));
    Ok(())
}

fn double(cursor: &mut Cursor<'_>, collected: &mut Collected) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.next();
    collected.mark(cursor.since(start));
    while let Some(letter) = cursor.peek() {
        let at = cursor.at;
        match letter {
            '"' => {
                cursor.next();
                collected.mark(cursor.since(start));
                return Ok(());
            }
            '$' => dollar(cursor, collected, true)?,
            '`' => {
                let open = backticks(cursor)?;
                collected.open(open);
            }
            '\\' => {
                cursor.next();
                match cursor.peek() {
                    Some('\n') => {
                        cursor.next();
                    }
                    Some(escaped @ ('$' | '`' | '"' | '\\')) => {
                        cursor.next();
                        collected.letter(escaped, cursor.since(at));
                    }
                    _ => collected.letter('\\', cursor.since(at)),
                }
            }
            _ => {
                let inside = cursor.run(|byte| !matches!(byte, b'"' | b'$' | b'`' | b'\\'));
                collected.stretch(inside, cursor.since(at));
            }
        }
    }
    Err(Fault::Quote(Span {
        start,
        end: start + 1,
    }))
}

fn dollar(cursor: &mut Cursor<'_>, collected: &mut Collected, quoted: bool) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.next();
    let open = match cursor.peek() {
        Some('(') => {
            let inner = balanced(cursor, start, '(', ')')?;
            let whole = cursor.slice(cursor.since(start));
            program(inner, whole, cursor.since(start), Shell::Posix)
        }
        Some('{') => {
            let inner = balanced(cursor, start, '{', '}')?;
            parameter(
                inner,
                cursor.slice(cursor.since(start)),
                cursor.since(start),
            )
        }
        Some('\'') if !quoted => return escapes(cursor, collected, start),
        Some('"') if !quoted => return double(cursor, collected),
        Some('@' | '*') => {
            cursor.next();
            special(Source::Arguments, cursor, start)
        }
        Some('0'..='9' | '?' | '$' | '!' | '#') => {
            cursor.next();
            special(Source::Program, cursor, start)
        }
        Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => {
            let name = cursor.name();
            variable(name, cursor.since(start), None)
        }
        _ => {
            collected.letter('$', cursor.since(start));
            return Ok(());
        }
    };
    collected.open(open);
    Ok(())
}

pub(super) fn special(source: Source, cursor: &Cursor<'_>, start: usize) -> Open {
    let span = cursor.since(start);
    Open {
        span,
        source,
        name: cursor.slice(span).to_owned(),
        default: None,
    }
}

/// `NAME`, `NAME:-8888`; every other form is the shell's alone.
fn parameter(inner: &str, whole: &str, span: Span) -> Open {
    let end = inner
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let named = name.starts_with(|first: char| !first.is_ascii_digit());
    let default = [":-", ":=", "-", "="]
        .iter()
        .find_map(|mark| rest.strip_prefix(mark));
    if named && let Some(default) = default.filter(|default| !default.contains(['$', '`', '\\'])) {
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| default.strip_prefix(*quote)?.strip_suffix(*quote));
        return variable(name, span, Some(quoted.unwrap_or(default).to_owned()));
    }
    if named && (rest.is_empty() || rest.starts_with(":?") || rest.starts_with('?')) {
        return variable(name, span, None);
    }
    Open {
        span,
        source: if inner == "@" || inner == "*" {
            Source::Arguments
        } else {
            Source::Program
        },
        name: whole.to_owned(),
        default: None,
    }
}

/// What stands between two brackets, which may hold further ones; quotes in it are respected.
pub(super) fn balanced<'a>(
    cursor: &mut Cursor<'a>,
    start: usize,
    opening: char,
    closing: char,
) -> Result<&'a str, Fault> {
    cursor.next();
    let inside = cursor.at;
    let (mut depth, mut quote) = (1_usize, None);
    while let Some(letter) = cursor.next() {
        if quote == Some(letter) {
            quote = None;
        } else if quote.is_none() {
            if letter == opening {
                depth += 1;
            } else if letter == closing {
                depth -= 1;
                if depth == 0 {
                    let span = Span {
                        start: inside,
                        end: cursor.at - closing.len_utf8(),
                    };
                    return Ok(cursor.slice(span));
                }
            } else if letter == '\'' || letter == '"' {
                quote = Some(letter);
            }
        }
        if letter == '\\' && quote != Some('\'') {
            cursor.next();
        }
    }
    Err(Fault::Bracket(Span { start, end: inside }))
}

fn backticks(cursor: &mut Cursor<'_>) -> Result<Open, Fault> {
    let start = cursor.at;
    cursor.next();
    while let Some(letter) = cursor.next() {
        if letter == '\\' {
            cursor.next();
        } else if letter == '`' {
            let span = cursor.since(start);
            let whole = cursor.slice(span);
            return Ok(program(whole.trim_matches('`'), whole, span, Shell::Posix));
        }
    }
    Err(Fault::Quote(Span {
        start,
        end: start + 1,
    }))
}

/// bash's `$'…'`.
fn escapes(cursor: &mut Cursor<'_>, collected: &mut Collected, start: usize) -> Result<(), Fault> {
    cursor.next();
    collected.mark(cursor.since(start));
    loop {
        let at = cursor.at;
        let letter = match cursor.next() {
            None => {
                return Err(Fault::Quote(Span {
                    start,
                    end: start + 2,
                }));
            }
            Some('\'') => {
                collected.mark(cursor.since(start));
                return Ok(());
            }
            Some('\\') => match cursor.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(letter @ ('\\' | '\'' | '"' | '?')) => letter,
                // Codes of letters are left to the shell; nothing is guessed.
                _ => {
                    while cursor.next().is_some_and(|letter| letter != '\'') {}
                    collected.open(special(Source::Program, cursor, start));
                    return Ok(());
                }
            },
            Some(letter) => letter,
        };
        collected.letter(letter, cursor.since(at));
    }
}
