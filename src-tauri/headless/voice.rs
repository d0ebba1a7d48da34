//! What a command says, and where: results on the standard output, everything else on the standard
//! error. With `--json` the output is one value, and the error output is empty or one failure.
//!
//! Whatever comes from a container, an image or a registry is written without control characters,
//! because a terminal obeys them.

use std::io::{IsTerminal as _, Result, Write};

use serde::Serialize;

use super::failure::Failure;

/// Room for one line of progress on the narrowest usual terminal.
const WIDTH: usize = 78;

/// The two ways out of this program.
pub struct Voice {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    json: bool,
    /// Somebody watches the error output, so that a line can be written over.
    live: bool,
    /// Letters of the live line that stands there.
    standing: usize,
}

impl Voice {
    /// This process's own output.
    pub fn of_this_process(json: bool) -> Self {
        Self {
            out: Box::new(std::io::stdout()),
            err: Box::new(std::io::stderr()),
            json,
            live: std::io::stderr().is_terminal(),
            standing: 0,
        }
    }

    /// Output into these writers.
    #[cfg(test)]
    pub fn into(out: Box<dyn Write>, err: Box<dyn Write>, json: bool, live: bool) -> Self {
        Self {
            out,
            err,
            json,
            live,
            standing: 0,
        }
    }

    pub fn speaks_json(&self) -> bool {
        self.json
    }

    /// Whether a person at a terminal reads this.
    pub fn is_live(&self) -> bool {
        self.live && !self.json
    }

    /// A line of the result, for people.
    pub fn line(&mut self, text: &str) -> Result<()> {
        if self.json {
            return Ok(());
        }
        self.clear()?;
        writeln!(self.out, "{}", plain(text))
    }

    /// The result, for programs; nothing without `--json`.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        if !self.json {
            return Ok(());
        }
        serde_json::to_writer_pretty(&mut self.out, value)?;
        writeln!(self.out)?;
        self.out.flush()
    }

    /// One of many values, each on a line of its own.
    pub fn value_line<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        if !self.json {
            return Ok(());
        }
        serde_json::to_writer(&mut self.out, value)?;
        writeln!(self.out)?;
        self.out.flush()
    }

    /// A sentence beside the result.
    pub fn note(&mut self, text: &str) -> Result<()> {
        if self.json {
            return Ok(());
        }
        self.clear()?;
        writeln!(self.err, "{}", plain(text))
    }

    /// How far it is: one line, written over; nothing where nobody watches.
    pub fn progress(&mut self, text: &str) -> Result<()> {
        if !self.is_live() {
            return Ok(());
        }
        let text: String = plain(text).chars().take(WIDTH).collect();
        let length = text.chars().count();
        let rest = self.standing.saturating_sub(length);
        write!(self.err, "\r{text}{:rest$}", "")?;
        self.standing = length;
        self.err.flush()
    }

    /// A question at the end of the error output; the answer is typed behind it.
    pub fn question(&mut self, text: &str) -> Result<()> {
        self.clear()?;
        write!(self.err, "{} ", plain(text))?;
        self.err.flush()
    }

    /// Why it did not work.
    pub fn failure(&mut self, failure: &Failure) -> Result<()> {
        if failure.silent {
            return Ok(());
        }
        if self.json {
            serde_json::to_writer(&mut self.err, failure)?;
            return writeln!(self.err);
        }
        let problem = &failure.problem;
        let first = format!("{} {}", problem.title, problem.message);
        self.note(first.trim())?;
        for remark in &failure.remarks {
            match &remark.field {
                Some(field) => self.note(&format!("  {field}: {}", remark.message))?,
                None => self.note(&format!("  {}", remark.message))?,
            }
        }
        if let Some(hint) = &problem.hint {
            self.note(hint)?;
        }
        match problem.detail.as_deref().map(str::trim) {
            Some(detail) if !detail.is_empty() => self.note(&format!("({detail})")),
            _ => Ok(()),
        }
    }

    /// Takes the live line away.
    fn clear(&mut self) -> Result<()> {
        if self.standing > 0 {
            write!(self.err, "\r{:width$}\r", "", width = self.standing)?;
            self.err.flush()?;
            self.standing = 0;
        }
        Ok(())
    }
}

/// Without control characters but the tab and the line break. Marks that reorder text go, too: they
/// make a terminal show another name than the one that is there.
pub fn plain(text: &str) -> String {
    let reorders = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .filter(|letter| {
            (!letter.is_control() || matches!(letter, '\n' | '\t')) && !reorders(*letter)
        })
        .collect()
}

/// Rows as a table, each column as wide as its widest cell.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let cell_width = |text: &String| text.chars().count();
    let widths: Vec<usize> = head
        .iter()
        .enumerate()
        .map(|(column, title)| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .map(cell_width)
                .chain([title.len()])
                .max()
                .unwrap_or_default()
        })
        .collect();
    let head: Vec<String> = head.iter().map(|title| title.to_uppercase()).collect();
    std::iter::once(&head)
        .chain(rows)
        .map(|row| {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests;
