//! Colours of code, by syntect's grammars. What is too long, or takes too long, stays plain: a
//! grammar is a set of expressions that a hostile line can keep busy.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::document::{Ink, Line};

use super::line::{self, LineBuilder};

/// Characters of a line that the grammars are asked about.
const LINE: usize = 1000;
/// How long the colours of one file or cell may take in all.
const TIME: Duration = Duration::from_millis(1500);

fn grammars() -> &'static SyntaxSet {
    static GRAMMARS: OnceLock<SyntaxSet> = OnceLock::new();
    GRAMMARS.get_or_init(SyntaxSet::load_defaults_newlines)
}

/// The grammar for a kernel's or a code fence's language, or a file's ending.
fn grammar(word: &str) -> Option<&'static SyntaxReference> {
    let word = word.trim().to_ascii_lowercase();
    let word = match word.as_str() {
        "" | "text" | "plain" | "txt" => return None,
        "ipython" | "ipython3" | "python3" | "py3" | "pyw" | "pyi" | "pyx" | "sagemath" => "python",
        "ir" => "r",
        "jsonc" | "json5" | "ipynb" | "geojson" | "webmanifest" => "json",
        "ts" | "tsx" | "typescript" | "jsx" | "mjs" | "cjs" => "js",
        "shell" | "console" | "zsh" | "ksh" | "shell-session" => "bash",
        "toml" | "ini" | "cfg" | "conf" | "env" | "editorconfig" => "properties",
        "postgresql" | "mysql" | "sqlite" | "tsql" | "plsql" => "sql",
        "kt" | "kts" | "kotlin" => "scala",
        "c++" | "cuda" | "cu" | "cuh" => "cpp",
        "svg" | "xsd" | "xslt" | "vue" => "xml",
        other => return grammars().find_syntax_by_token(other),
    };
    grammars().find_syntax_by_token(word)
}

/// What code in this language is called, where it can be coloured.
pub fn language(word: &str) -> Option<&'static str> {
    grammar(word).map(|grammar| grammar.name.as_str())
}

/// Colours one text from its beginning on, line by line.
pub struct Painter {
    state: Option<ParseState>,
    stack: ScopeStack,
    left: Duration,
}

impl Painter {
    pub fn new(language: &str) -> Self {
        Self {
            state: grammar(language).map(ParseState::new),
            stack: ScopeStack::new(),
            left: TIME,
        }
    }

    /// The next line, without its line end.
    pub fn line(&mut self, text: &str) -> Line {
        let Some(state) = &mut self.state else {
            return line::plain(text);
        };
        if text.len() > LINE {
            return line::plain(text);
        }
        let begun = Instant::now();
        let whole = format!("{text}\n");
        let Ok(changes) = state.parse_line(&whole, grammars()) else {
            self.state = None;
            return line::plain(text);
        };
        let mut built = LineBuilder::default();
        let mut at = 0;
        for (end, change) in changes {
            if end > at {
                built.push(
                    whole.get(at..end).unwrap_or_default(),
                    ink(&self.stack),
                    false,
                );
                at = end;
            }
            if self.stack.apply(&change).is_err() {
                self.stack = ScopeStack::new();
            }
        }
        built.push(whole.get(at..).unwrap_or_default(), ink(&self.stack), false);
        self.left = self.left.saturating_sub(begun.elapsed());
        if self.left.is_zero() {
            self.state = None;
        }
        built.done()
    }
}

/// A whole text in colours.
pub fn paint(text: &str, language: &str) -> Vec<Line> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut painter = Painter::new(language);
    line::split(text).map(|line| painter.line(line)).collect()
}

fn ink(stack: &ScopeStack) -> Ink {
    static INKS: OnceLock<Vec<(Scope, Ink)>> = OnceLock::new();
    let inks = INKS.get_or_init(|| {
        [
            ("comment", Ink::Comment),
            ("meta.mapping.key", Ink::Key),
            ("meta.structure.dictionary.key", Ink::Key),
            ("entity.name.tag", Ink::Key),
            ("entity.other.attribute-name", Ink::Key),
            ("support.type.property-name", Ink::Key),
            ("string", Ink::Text),
            ("constant.numeric", Ink::Number),
            ("constant.character.escape", Ink::Accent),
            ("constant", Ink::Number),
            ("keyword.operator", Ink::Operator),
            ("keyword", Ink::Keyword),
            ("storage.type.function", Ink::Keyword),
            ("storage.type.class", Ink::Keyword),
            ("storage.modifier", Ink::Keyword),
            ("storage.type", Ink::Type),
            ("storage", Ink::Keyword),
            ("entity.name.function", Ink::Name),
            ("entity.name.section", Ink::Name),
            ("entity.name.class", Ink::Type),
            ("entity.name.type", Ink::Type),
            ("entity.name", Ink::Name),
            ("support.function", Ink::Name),
            ("support.type", Ink::Type),
            ("support.class", Ink::Type),
            ("variable.language", Ink::Keyword),
            ("variable.function", Ink::Name),
            ("variable.parameter", Ink::Plain),
            ("markup.heading", Ink::Name),
            ("markup.inserted", Ink::Good),
            ("markup.deleted", Ink::Bad),
            ("markup.changed", Ink::Warning),
            ("invalid", Ink::Bad),
        ]
        .into_iter()
        .filter_map(|(scope, ink)| Some((Scope::new(scope).ok()?, ink)))
        .collect()
    });
    for scope in stack.scopes.iter().rev() {
        if let Some((_, ink)) = inks.iter().find(|(known, _)| known.is_prefix_of(*scope)) {
            return *ink;
        }
    }
    Ink::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inks(text: &str, language: &str) -> Vec<(String, Ink)> {
        paint(text, language)
            .into_iter()
            .flat_map(|line| line.spans)
            .map(|span| (span.text.trim().to_owned(), span.ink))
            .collect()
    }

    #[test]
    fn code_has_colours() {
        let python = inks("def f(x):\n    return 'a' + str(1)  # why\n", "ipython3");
        for wanted in [
            ("def", Ink::Keyword),
            ("f", Ink::Name),
            ("return", Ink::Keyword),
            ("1", Ink::Number),
            ("# why", Ink::Comment),
        ] {
            assert!(
                python
                    .iter()
                    .any(|(text, ink)| (text.as_str(), *ink) == wanted),
                "{wanted:?} in {python:?}"
            );
        }
        assert!(
            inks("SELECT 1 -- x", "sql")
                .iter()
                .any(|(_, ink)| *ink == Ink::Keyword),
            "SQL too"
        );
        for language in [
            "r", "json", "yaml", "toml", "bash", "scala", "markdown", "html", "js",
        ] {
            assert!(super::language(language).is_some(), "{language} is known");
        }
    }

    #[test]
    fn text_is_kept_whole_whatever_the_language() {
        let text = "if (x) {\n  `'\"\\\n}}} <script>";
        for language in ["python", "c", "html", "no such language", "perl", "tex"] {
            let lines: Vec<String> = paint(text, language)
                .iter()
                .map(|line| line.spans.iter().map(|span| span.text.as_str()).collect())
                .collect();
            assert_eq!(lines.join("\n"), text, "in {language}");
        }
    }
}
