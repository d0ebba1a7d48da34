//! Tokens as they are found, letter by letter or in strides.

use super::{Break, Open, Piece, Span, Token, Word};

/// Collects tokens; a redirection takes the word behind it with it.
#[derive(Default)]
pub(in crate::paste) struct Collected {
    tokens: Vec<Token>,
    word: Option<Word>,
    redirect: Option<Span>,
}

impl Collected {
    pub fn word_at(&mut self, start: usize) -> &mut Word {
        self.word.get_or_insert(Word {
            span: Span { start, end: start },
            pieces: Vec::new(),
            bare: true,
        })
    }

    pub fn has_word(&self) -> bool {
        self.word.is_some()
    }

    pub fn letter(&mut self, letter: char, span: Span) {
        let word = self.word_at(span.start);
        word.span.end = span.end;
        if let Some(Piece::Text(text)) = word.pieces.last_mut() {
            text.push(letter);
        } else {
            word.pieces.push(Piece::Text(letter.to_string()));
        }
    }

    /// Several letters that stand for themselves, one behind the other.
    pub fn stretch(&mut self, letters: &str, span: Span) {
        if letters.is_empty() {
            return;
        }
        let word = self.word_at(span.start);
        word.span.end = span.end;
        if let Some(Piece::Text(text)) = word.pieces.last_mut() {
            text.push_str(letters);
        } else {
            word.pieces.push(Piece::Text(letters.to_owned()));
        }
    }

    /// Quotes, escapes: the word holds on to their place, and is no longer as it stands.
    pub fn mark(&mut self, span: Span) {
        let word = self.word_at(span.start);
        word.span.end = span.end;
        word.bare = false;
    }

    pub fn open(&mut self, open: Open) {
        let word = self.word_at(open.span.start);
        word.span.end = open.span.end;
        word.pieces.push(Piece::Open(open));
    }

    pub fn finish_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match self.redirect.take() {
            Some(redirect) => self.tokens.push(Token::Redirect(redirect.to(word.span))),
            None => self.tokens.push(Token::Word(word)),
        }
    }

    pub fn finish_at(&mut self, kind: Break, span: Span) {
        self.finish_word();
        if let Some(redirect) = self.redirect.take() {
            self.tokens.push(Token::Redirect(redirect));
        }
        self.tokens.push(Token::Break(kind, span));
    }

    /// `>`, `2>&1` and their like; `whole`: nothing behind it belongs to it.
    pub fn redirect(&mut self, mut span: Span, whole: bool) {
        // The number of the stream stands right before it.
        let stream = self.word.take_if(|word| {
            word.bare
                && word.literal().is_some_and(|text| {
                    text == "*" || text.bytes().all(|byte| byte.is_ascii_digit())
                })
        });
        if let Some(stream) = stream {
            span = span.to(stream.span);
        }
        self.finish_word();
        if whole {
            self.tokens.push(Token::Redirect(span));
        } else {
            self.redirect = Some(span);
        }
    }

    pub fn tokens(mut self, end: usize) -> Vec<Token> {
        self.finish_at(Break::Line, Span { start: end, end });
        self.tokens
    }
}
