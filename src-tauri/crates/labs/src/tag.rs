//! Tags as versions: how they are sorted, and whether one lies in a range.
//!
//! Tags are words that people choose, so this is not semver: `6.0.0`, `v1.2`, `0.8`, `2024-01-30`,
//! `python-3.13.1`, `latest`, and twelve digits of a commit all occur.

use std::cmp::Ordering;

/// What kind of word a tag is; lists show them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Latest,
    Version,
    Date,
    /// `python-3.13.1`, `lab-4.6.1`
    Named,
    Word,
    /// Made by machines: commits, one processor's half of a tag.
    Machine,
}

/// Sorts tags as a person looks for them: `latest`, then versions, dates and named versions,
/// newest first, then words, then what machines made.
pub fn newest_first(a: &str, b: &str) -> Ordering {
    let (rank_a, rank_b) = (rank(a), rank(b));
    rank_a.cmp(&rank_b).then_with(|| match rank_a {
        Rank::Named => prefix(a).cmp(prefix(b)).then_with(|| newer(a, b)),
        Rank::Version | Rank::Date => newer(a, b),
        Rank::Latest | Rank::Word | Rank::Machine => a.cmp(b),
    })
}

/// A commit's digits, or a tag for one processor alone: nothing that a person would choose.
pub fn made_by_machine(tag: &str) -> bool {
    let commit = matches!(tag.len(), 7 | 12 | 40 | 64)
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        && tag.bytes().any(|byte| byte.is_ascii_alphabetic());
    let half = ["x86_64-", "aarch64-", "amd64-", "arm64-", "sha256-", "sha-"]
        .iter()
        .any(|start| tag.starts_with(start));
    let attachment = tag
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "sig" | "att" | "sbom"));
    commit || half || attachment
}

/// Whether a tag is in a requirement: a range (`>=2.0.0, <5.0.0`: all parts hold) or a list of
/// tags (`0.7, 0.8`, `notebook-*`: one of them). `latest` is newer than everything.
pub fn satisfies(requirement: &str, tag: &str) -> bool {
    let parts: Vec<&str> = requirement
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        return false;
    }
    if parts.iter().all(|part| part.starts_with(['<', '>'])) {
        return parts.iter().all(|part| in_range(part, tag));
    }
    parts.iter().any(|part| matches(part, tag))
}

/// A pattern in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

fn in_range(part: &str, tag: &str) -> bool {
    let (operator, bound) = part.split_at(
        part.find(|c: char| !matches!(c, '<' | '>' | '='))
            .unwrap_or(part.len()),
    );
    if tag == "latest" {
        return operator.starts_with('>');
    }
    if rank(tag) != Rank::Version {
        return false;
    }
    let order = compare(&numbers(tag), &numbers(bound));
    match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => false,
    }
}

fn rank(tag: &str) -> Rank {
    if tag == "latest" {
        return Rank::Latest;
    }
    if made_by_machine(tag) {
        return Rank::Machine;
    }
    let digits = tag.bytes().filter(u8::is_ascii_digit).count();
    let plain = tag
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if digits == 8 && plain && (tag.len() == 8 || tag.len() == 10) {
        return Rank::Date;
    }
    if tag
        .strip_prefix('v')
        .unwrap_or(tag)
        .starts_with(|c: char| c.is_ascii_digit())
    {
        return Rank::Version;
    }
    let rest = tag.get(prefix(tag).len()..).unwrap_or_default();
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        Rank::Named
    } else {
        Rank::Word
    }
}

/// `python-` of `python-3.13.1`
fn prefix(tag: &str) -> &str {
    let end = tag.find(|c: char| c.is_ascii_digit()).unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default()
}

/// The version's numbers without what follows them: `[6, 0, 0]` of `v6.0.0-rc1`.
fn numbers(tag: &str) -> Vec<u64> {
    core(tag)
        .split(['.', '-'])
        .map_while(|part| part.parse().ok())
        .collect()
}

/// `6.0.0` of `v6.0.0-rc1`; dates keep their dashes.
fn core(tag: &str) -> &str {
    let from = tag.get(prefix(tag).len()..).unwrap_or_default();
    let date = rank_is_date(tag);
    let end = from
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || (date && c == '-')))
        .unwrap_or(from.len());
    from.get(..end).unwrap_or_default()
}

fn rank_is_date(tag: &str) -> bool {
    tag.len() == 10 && tag.bytes().filter(|byte| *byte == b'-').count() == 2
}

fn newer(a: &str, b: &str) -> Ordering {
    compare(&numbers(b), &numbers(a))
        .then_with(|| suffix(a).cmp(suffix(b)))
        .then_with(|| a.cmp(b))
}

/// Nothing sorts before something, so that 6.0.0 stands before 6.0.0-rc1.
fn suffix(tag: &str) -> &str {
    let core_length = prefix(tag).len() + core(tag).len();
    tag.get(core_length..).unwrap_or_default()
}

fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let length = a.len().max(b.len());
    let at = |numbers: &[u64], index: usize| numbers.get(index).copied().unwrap_or(0);
    (0..length)
        .map(|index| at(a, index).cmp(&at(b, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut tags: Vec<&str>) -> Vec<&str> {
        tags.sort_by(|a, b| newest_first(a, b));
        tags
    }

    #[test]
    fn versions_are_sorted_as_numbers_and_latest_leads() {
        assert_eq!(
            sorted(vec![
                "2.0.0",
                "10.1",
                "latest",
                "6.0.0-rc1",
                "6.0.0",
                "v3.4",
                "0.1.0"
            ]),
            [
                "latest",
                "10.1",
                "6.0.0",
                "6.0.0-rc1",
                "v3.4",
                "2.0.0",
                "0.1.0"
            ]
        );
    }

    #[test]
    fn dates_named_versions_words_and_commits_follow_each_other() {
        assert_eq!(
            sorted(vec![
                "0123456789ab",
                "x86_64-latest",
                "lab-4.6.1",
                "2023-01-30",
                "nightly",
                "2024-11-02",
                "python-3.9",
                "python-3.13.1",
                "latest",
                "20230101"
            ]),
            [
                "latest",
                "20230101",
                "2024-11-02",
                "2023-01-30",
                "lab-4.6.1",
                "python-3.13.1",
                "python-3.9",
                "nightly",
                "0123456789ab",
                "x86_64-latest"
            ]
        );
    }

    #[test]
    fn a_range_holds_for_versions_and_latest_is_the_newest() {
        assert!(satisfies("<2.0.0", "1.0.0"));
        assert!(!satisfies("<2.0.0", "2.0.0"));
        assert!(satisfies(">=2.0.0, <5.0.0", "4.0.0"));
        assert!(!satisfies(">=2.0.0, <5.0.0", "5.0.0"));
        assert!(satisfies(">=5", "latest"));
        assert!(!satisfies("<2", "latest"));
        assert!(!satisfies("<2", "nightly"), "a word is in no range");
    }

    #[test]
    fn a_list_holds_for_its_tags_and_patterns() {
        assert!(satisfies("0.7, 0.8", "0.8"));
        assert!(!satisfies("0.7, 0.8", "0.8.6"));
        assert!(satisfies("notebook-*", "notebook-6.5.7"));
        assert!(matches("*jupyter*", "my/jupyter-lab") && !matches("*jupyter*", "my/lab"));
        assert!(matches("abc", "abc") && !matches("abc", "abcd"));
    }
}
