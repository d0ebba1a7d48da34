//! Words as PowerShell reads them (`about_Parsing`, `about_Quoting_Rules`), without doing anything.
//!
//! A comma makes an array there; here it stays a comma, as the person who wrote
//! `NVIDIA_VISIBLE_DEVICES=2,3` meant it.

use super::Shell;
use super::posix::{balanced, redirect, special};
use super::words::{
    Break, Collected, Cursor, Fault, Open, Source, Span, Token, is_blank, program, variable,
};

pub(super) fn read(text: &str) -> Result<Vec<Token>, Fault> {
    let mut cursor = Cursor { text, at: 0 };
    let mut collected = Collected::default();
    cursor.skip_prompt();
    while let Some(letter) = cursor.peek() {
        let start = cursor.at;
        if is_blank(letter) {
            cursor.next();
            collected.finish_word();
            continue;
        }
        let begins = !collected.has_word();
        match letter {
            '\n' => {
                cursor.next();
                collected.finish_at(Break::Line, cursor.since(start));
                cursor.skip_prompt();
            }
            '#' if begins => {
                let line = cursor.rest().split('\n').next().unwrap_or_default();
                cursor.at += line.len();
            }
            '<' if begins && cursor.eat("<#") => {
                let rest = cursor.rest();
                let end = rest.find("#>").ok_or(Fault::Bracket(cursor.since(start)))?;
                cursor.at += end + 2;
            }
            '`' => {
                cursor.next();
                if cursor.eat_line_end() {
                    cursor.skip_prompt();
                } else if let Some(escaped) = cursor.next() {
                    collected.mark(cursor.since(start));
                    collected.letter(escape(escaped), cursor.since(start));
                }
            }
            _ if is_single(letter) => single(&mut cursor, &mut collected)?,
            _ if is_double(letter) => double(&mut cursor, &mut collected)?,
            '$' => dollar(&mut cursor, &mut collected, !begins)?,
            '(' => {
                let inner = balanced(&mut cursor, start, '(', ')')?;
                let span = cursor.since(start);
                cursor.eat(".Path");
                let whole = cursor.slice(cursor.since(start));
                collected.open(program(
                    inner,
                    whole,
                    span.to(cursor.since(start)),
                    Shell::PowerShell,
                ));
            }
            '@' if begins
                && cursor
                    .second()
                    .is_some_and(|next| is_single(next) || is_double(next)) =>
            {
                cursor.next();
                return Err(Fault::HereDocument(cursor.since(start)));
            }
            '@' if begins
                && cursor
                    .second()
                    .is_some_and(|next| next.is_ascii_alphabetic()) =>
            {
                cursor.next();
                cursor.name();
                collected.open(special(Source::Arguments, &cursor, start));
            }
            ';' | '|' | '&' => operator(letter, &mut cursor, &mut collected),
            '{' | '}' | ')' if begins => {
                cursor.next();
                collected.finish_at(Break::Group, cursor.since(start));
            }
            '<' | '>' => {
                if let Some(open) = cursor.placeholder() {
                    collected.open(open);
                } else {
                    redirect(&mut cursor, &mut collected)?;
                }
            }
            _ => {
                cursor.next();
                collected.letter(letter, cursor.since(start));
            }
        }
    }
    Ok(collected.tokens(text.len()))
}

/// Typographic quotes are quotes there.
fn is_single(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2018}'..='\u{201b}')
}

fn is_double(letter: char) -> bool {
    matches!(letter, '"' | '\u{201c}'..='\u{201e}')
}

fn escape(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

fn operator(letter: char, cursor: &mut Cursor<'_>, collected: &mut Collected) {
    let start = cursor.at;
    cursor.next();
    let kind = match letter {
        '|' if !cursor.eat("|") => Break::Pipe,
        '&' if !cursor.eat("&") => Break::Background,
        _ => Break::Then,
    };
    collected.finish_at(kind, cursor.since(start));
}

fn single(cursor: &mut Cursor<'_>, collected: &mut Collected) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.next();
    collected.mark(cursor.since(start));
    loop {
        let at = cursor.at;
        let letter = cursor.next().ok_or(Fault::Quote(Span {
            start,
            end: start + 1,
        }))?;
        if is_single(letter) {
            // Two in a row are one, and the second says which.
            let Some(second) = cursor.peek().filter(|next| is_single(*next)) else {
                collected.mark(cursor.since(start));
                return Ok(());
            };
            cursor.next();
            collected.letter(second, cursor.since(at));
        } else {
            collected.letter(letter, cursor.since(at));
        }
    }
}

fn double(cursor: &mut Cursor<'_>, collected: &mut Collected) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.next();
    collected.mark(cursor.since(start));
    while let Some(letter) = cursor.peek() {
        let at = cursor.at;
        if letter == '$' {
            dollar(cursor, collected, true)?;
            continue;
        }
        cursor.next();
        if is_double(letter) {
            let Some(second) = cursor.peek().filter(|next| is_double(*next)) else {
                collected.mark(cursor.since(start));
                return Ok(());
            };
            cursor.next();
            collected.letter(second, cursor.since(at));
        } else if letter == '`' {
            if let Some(escaped) = cursor.next() {
                collected.letter(escape(escaped), cursor.since(at));
            }
        } else {
            collected.letter(letter, cursor.since(at));
        }
    }
    Err(Fault::Quote(Span {
        start,
        end: start + 1,
    }))
}

/// `within`: in a word or a quoted text, where a dot ends the name.
fn dollar(cursor: &mut Cursor<'_>, collected: &mut Collected, within: bool) -> Result<(), Fault> {
    let start = cursor.at;
    cursor.next();
    let open = match cursor.peek() {
        Some('(') => {
            let inner = balanced(cursor, start, '(', ')')?;
            let whole = cursor.slice(cursor.since(start));
            program(inner, whole, cursor.since(start), Shell::PowerShell)
        }
        Some('{') => {
            let inner = balanced(cursor, start, '{', '}')?;
            let name = without_scope(inner);
            variable(name, cursor.since(start), None)
        }
        Some(letter) if letter.is_alphabetic() || letter == '_' => {
            let mut name = cursor.name();
            let rest = cursor.rest();
            let scoped = rest.strip_prefix(':').is_some_and(|rest| {
                matches!(
                    name.to_ascii_lowercase().as_str(),
                    "env" | "global" | "script" | "local" | "private" | "using"
                ) && rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            });
            if scoped {
                cursor.eat(":");
                name = cursor.name();
            }
            let member = !within && cursor.rest().starts_with('.') && !scoped;
            let mut open = variable(name, cursor.since(start), None);
            if member && open.source == Source::Here && cursor.eat(".Path") {
                open.span = cursor.since(start);
            }
            open
        }
        Some('?' | '$' | '^' | '0'..='9') => {
            cursor.next();
            special(Source::Program, cursor, start)
        }
        _ => {
            collected.letter('$', cursor.since(start));
            return Ok(());
        }
    };
    if open.name == "args" {
        collected.open(Open {
            source: Source::Arguments,
            ..open
        });
    } else {
        collected.open(open);
    }
    Ok(())
}

/// `env:USERPROFILE` without its drive.
fn without_scope(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}
