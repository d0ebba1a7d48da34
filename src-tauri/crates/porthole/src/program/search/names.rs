//! Whether a name is the one that is sought.

use regex::bytes::{Regex, RegexBuilder};
use slipway_porthole::fault::Fault;
use slipway_porthole::sought;

use super::super::fault::Result;

/// With `*` or `?` the whole name, otherwise any part of it.
pub struct Names(Regex);

impl Names {
    pub fn new(text: &[u8], case: bool) -> Result<Names> {
        RegexBuilder::new(&sought::name(text))
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
