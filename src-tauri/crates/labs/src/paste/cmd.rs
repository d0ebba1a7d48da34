//! Words as cmd hands them over and as `docker.exe` then splits them, without doing anything.
//!
//! Two readers in a row: cmd itself knows `^`, `%NAME%` and quotes that only hide its own marks; the
//! program then splits its line by Microsoft's rules, as Go does it (`os.commandLineToArgv`).

use super::posix::{redirect, special};
use super::words::{Break, Collected, Cursor, Fault, Source, Span, Token, is_blank, variable};

pub(super) fn read(text: &str) -> Result<Vec<Token>, Fault> {
    let mut reader = Reader {
        cursor: Cursor { text, at: 0 },
        collected: Collected::default(),
        hidden: false,
        inside: None,
        slashes: 0,
    };
    reader.begin_line();
    while let Some(letter) = reader.cursor.peek() {
        reader.step(letter)?;
    }
    reader.settle();
    if let Some(span) = reader.inside {
        return Err(Fault::Quote(span));
    }
    Ok(reader.collected.tokens(text.len()))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    collected: Collected,
    /// Within quotes as cmd sees them.
    hidden: bool,
    /// Within quotes as the program sees them, and where they began.
    inside: Option<Span>,
    /// Backslashes whose meaning depends on what follows.
    slashes: usize,
}

impl Reader<'_> {
    fn begin_line(&mut self) {
        self.cursor.skip_prompt();
        let line = self.cursor.rest().split('\n').next().unwrap_or_default();
        let start = line.trim_start_matches(is_blank);
        let comment = start.starts_with("::")
            || start
                .get(..4)
                .is_some_and(|word| word.eq_ignore_ascii_case("rem "));
        if comment {
            self.cursor.at += line.len();
        }
    }

    fn step(&mut self, letter: char) -> Result<(), Fault> {
        let start = self.cursor.at;
        match letter {
            '\n' => {
                self.cursor.next();
                self.settle();
                if let Some(span) = self.inside {
                    return Err(Fault::Quote(span));
                }
                self.hidden = false;
                self.collected
                    .finish_at(Break::Line, self.cursor.since(start));
                self.begin_line();
            }
            '^' if !self.hidden => {
                self.cursor.next();
                if self.cursor.eat_line_end() {
                    self.cursor.skip_prompt();
                } else if let Some(escaped) = self.cursor.next() {
                    self.passed(escaped, start, true);
                }
            }
            '%' => self.percent(start),
            '"' => {
                self.cursor.next();
                self.hidden = !self.hidden;
                self.passed('"', start, false);
            }
            '&' | '|' | '(' | ')' if !self.hidden => {
                self.settle();
                self.cursor.next();
                let kind = match letter {
                    '|' if !self.cursor.eat("|") => Break::Pipe,
                    '&' | '|' => {
                        self.cursor.eat("&");
                        Break::Then
                    }
                    _ => Break::Group,
                };
                self.collected.finish_at(kind, self.cursor.since(start));
            }
            '<' | '>' if !self.hidden => {
                self.settle();
                if let Some(open) = self.cursor.placeholder() {
                    self.collected.open(open);
                } else {
                    redirect(&mut self.cursor, &mut self.collected)?;
                }
            }
            _ => {
                self.cursor.next();
                self.passed(letter, start, false);
            }
        }
        Ok(())
    }

    /// `%NAME%`, also within quotes.
    fn percent(&mut self, start: usize) {
        self.cursor.next();
        if self.cursor.eat("%") {
            // As a file of commands writes one.
            self.passed('%', start, true);
            return;
        }
        self.settle();
        if let Some('*' | '0'..='9' | '~') = self.cursor.peek() {
            let arguments = self.cursor.eat("*");
            if !arguments {
                self.cursor.eat("~");
                self.cursor.name();
            }
            let source = if arguments {
                Source::Arguments
            } else {
                Source::Program
            };
            self.collected.open(special(source, &self.cursor, start));
            return;
        }
        let line = self
            .cursor
            .rest()
            .split(['\n', '%', ' ', '"', '^'])
            .next()
            .unwrap_or_default();
        let closed = self.cursor.rest().as_bytes().get(line.len()) == Some(&b'%');
        if !closed || line.is_empty() {
            self.passed('%', start, false);
            return;
        }
        self.cursor.at += line.len() + 1;
        let plain = line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.collected.open(if plain {
            variable(line, self.cursor.since(start), None)
        } else {
            special(Source::Program, &self.cursor, start)
        });
    }

    /// A letter that cmd hands on to the program.
    fn passed(&mut self, letter: char, start: usize, escaped: bool) {
        let span = self.cursor.since(start);
        if escaped {
            // A blank that cmd was told to keep is one all the same to the program.
            self.collected.mark(span);
        }
        match letter {
            '\\' => {
                self.collected.word_at(start).span.end = span.end;
                self.slashes += 1;
            }
            '"' => {
                let slashes = std::mem::take(&mut self.slashes);
                self.collected.mark(span);
                for _ in 0..slashes / 2 {
                    self.collected.letter('\\', span);
                }
                if slashes % 2 == 1 {
                    self.collected.letter('"', span);
                } else if self.inside.is_some() {
                    // Two in a row within quotes are one, and end them.
                    if self.cursor.peek() == Some('"') {
                        self.cursor.next();
                        self.hidden = !self.hidden;
                        self.collected.letter('"', self.cursor.since(start));
                    }
                    self.inside = None;
                } else {
                    self.inside = Some(span);
                }
            }
            _ if is_blank(letter) && self.inside.is_none() => {
                self.settle();
                self.collected.finish_word();
            }
            _ => {
                self.settle();
                self.collected.letter(letter, span);
            }
        }
    }

    /// Backslashes that no quote follows are just that.
    fn settle(&mut self) {
        let end = self.cursor.at;
        for _ in 0..std::mem::take(&mut self.slashes) {
            let word = self.collected.word_at(end).span;
            self.collected.letter('\\', word);
        }
    }
}
