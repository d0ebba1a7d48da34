//! Whether a name is the one that is sought.

use regex::bytes::{Regex, RegexBuilder};
use slipway_porthole::fault::Fault;

use super::super::fault::Result;

/// With `*` or `?` the whole name, otherwise any part of it.
pub struct Names(Regex);

impl Names {
    pub fn new(text: &[u8], case: bool) -> Result<Names> {
        let whole = text.contains(&b'*') || text.contains(&b'?');
        let mut pattern = String::new();
        for &byte in text {
            match byte {
                b'*' if whole => pattern.push_str("(?s-u:.*)"),
                // One character, or one byte of a name that is no UTF-8.
                b'?' if whole => {
                    pattern.push_str("(?:(?s-u:[\\x00-\\x7F\\x80-\\xFF][\\x80-\\xBF]{0,3}))")
                }
                _ => super::lines::literal(&mut pattern, &[byte]),
            }
        }
        // Bytes above ASCII are matched as they are; a text that is UTF-8 as its characters, so that
        // upper and lower case of other alphabets are the same.
        if let (false, Ok(text)) = (whole, std::str::from_utf8(text)) {
            pattern = regex::escape(text);
        } else if let Ok(text) = std::str::from_utf8(text) {
            pattern = text
                .chars()
                .map(|sign| match sign {
                    '*' => "(?s-u:.*)".to_owned(),
                    '?' => "(?:(?s-u:[\\x00-\\x7F\\x80-\\xFF][\\x80-\\xBF]{0,3}))".to_owned(),
                    other => regex::escape(&other.to_string()),
                })
                .collect();
        }
        if whole {
            pattern = format!("\\A(?:{pattern})\\z");
        }
        RegexBuilder::new(&pattern)
            .case_insensitive(!case)
            .size_limit(2 << 20)
            .build()
            .map(Names)
            .map_err(|error| Fault::BadPattern {
                why: error.to_string(),
            })
    }

    pub fn fit(&self, name: &[u8]) -> bool {
        self.0.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_part_is_enough_unless_signs_stand_for_others() {
        let fit = |text: &str, name: &[u8]| {
            Names::new(text.as_bytes(), false)
                .expect("it is plain")
                .fit(name)
        };
        assert!(fit("chu", b"CHURN.csv"), "any part, any case");
        assert!(fit("*.csv", b"churn.CSV"), "an ending");
        assert!(!fit("*.csv", b"churn.csv.gz"), "the whole name counts");
        assert!(fit("ch?rn.*", "chürn.csv".as_bytes()), "one character");
        assert!(!fit("ch?rn.*", b"chuurn.csv"), "only one");
        assert!(
            fit("*\n*", b"a\nb"),
            "a line break is a character of a name"
        );
        assert!(fit("*", b"\xff\xfe"), "names that are no UTF-8");
        assert!(
            fit("ÄRGER", "ärger.txt".as_bytes()),
            "case of other letters"
        );
        assert!(!fit("a.c", b"abc"), "a point is a point");
    }

    #[test]
    fn case_counts_where_it_is_asked() {
        let names = Names::new(b"Churn", true).expect("it is plain");
        assert!(!names.fit(b"churn.csv"));
        assert!(names.fit(b"Churn.csv"));
    }

    #[test]
    fn bytes_that_are_no_text_are_found() {
        let names = Names::new(b"\xff", false).expect("it is plain");
        assert!(names.fit(b"a\xffb"));
        assert!(!names.fit("aÿb".as_bytes()));
    }
}
