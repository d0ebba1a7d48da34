//! What kind of values a column of texts has, judged by a sample.

use crate::preview::Column;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    Decimal,
    Date,
    Flag,
    Text,
}

fn kind_of(text: &str) -> Kind {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.len() < 20 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // 007 is a name and no number.
        let padded = digits.len() > 1 && digits.starts_with('0');
        return if padded { Kind::Text } else { Kind::Whole };
    }
    if decimal(digits) {
        return Kind::Decimal;
    }
    if matches!(
        text,
        "true" | "false" | "True" | "False" | "TRUE" | "FALSE" | "yes" | "no"
    ) {
        return Kind::Flag;
    }
    if date(text) { Kind::Date } else { Kind::Text }
}

/// With a point or a comma, as both are written.
fn decimal(text: &str) -> bool {
    let point = text.replacen(',', ".", 1);
    text.starts_with(|character: char| character.is_ascii_digit() || ".,".contains(character))
        && !point.ends_with(['e', 'E', '+', '-'])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".,eE+-".contains(&byte))
        && point.parse::<f64>().is_ok()
}

/// 2024-01-31, with or without a time, and 31.01.2024 or 1/31/2024.
fn date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    if text.len() > 40 {
        return false;
    }
    for separator in ['-', '.', '/'] {
        let parts: Vec<&str> = day.split(separator).collect();
        if let [first, second, third] = parts[..] {
            let numbers = [first, second, third]
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
            let lengths = (first.len(), second.len(), third.len());
            return numbers && matches!(lengths, (4, 1..=2, 1..=2) | (1..=2, 1..=2, 2 | 4));
        }
    }
    false
}

/// No value: what pandas and databases write where there is none.
pub fn missing(text: &str) -> bool {
    matches!(
        text,
        "" | "NA" | "NaN" | "nan" | "null" | "NULL" | "None" | "\\N"
    )
}

/// The kind of one column.
pub fn column<'a>(name: String, values: impl Iterator<Item = &'a str>) -> Column {
    let mut kind = None;
    for value in values.filter(|value| !missing(value)) {
        let next = kind_of(value);
        kind = Some(match (kind, next) {
            (None, next) => next,
            (Some(Kind::Whole), Kind::Decimal) | (Some(Kind::Decimal), Kind::Whole) => {
                Kind::Decimal
            }
            (Some(before), next) if before == next => before,
            _ => Kind::Text,
        });
        if kind == Some(Kind::Text) {
            break;
        }
    }
    let (word, number) = match kind.unwrap_or(Kind::Text) {
        Kind::Whole => ("whole number", true),
        Kind::Decimal => ("decimal", true),
        Kind::Date => ("date", false),
        Kind::Flag => ("yes or no", false),
        Kind::Text => ("text", false),
    };
    Column {
        name,
        kind: word.to_owned(),
        number,
    }
}

/// Whether the first row names the columns: every name is there once, none is a number or a date.
pub fn names_columns(row: &[String]) -> bool {
    let unique: std::collections::HashSet<&str> = row.iter().map(String::as_str).collect();
    let named = row.iter().filter(|name| !name.trim().is_empty()).count();
    // pandas leaves the name of its index empty.
    named > 0
        && named + 1 >= row.len()
        && unique.len() == row.len()
        && row
            .iter()
            .all(|name| matches!(kind_of(name), Kind::Text) || (name.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_judged_by_all_values() {
        let kind = |values: &[&str]| column(String::new(), values.iter().copied()).kind;
        assert_eq!(kind(&["1", "-2", "", "NA"]), "whole number");
        assert_eq!(kind(&["1", "2.5", "1e-3"]), "decimal");
        assert_eq!(kind(&["1,5", "2,25"]), "decimal");
        assert_eq!(kind(&["2024-01-31", "2024-02-01T10:00:00Z"]), "date");
        assert_eq!(kind(&["true", "False"]), "yes or no");
        assert_eq!(kind(&["1", "x"]), "text");
        assert_eq!(kind(&["007", "008"]), "text");
        assert_eq!(kind(&[]), "text");
        assert_eq!(kind(&["inf", "e", "."]), "text");
    }

    #[test]
    fn a_head_is_a_row_of_different_names() {
        let head = |row: &[&str]| {
            names_columns(
                &row.iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(head(&["id", "name"]));
        assert!(head(&["", "name"]), "as pandas writes its index");
        assert!(!head(&["1", "name"]));
        assert!(!head(&["x", "x"]));
        assert!(!head(&["2024-01-01", "x"]));
    }
}
