//! Finding a thing by what a person typed, and the nearest names where it is not there.

use slipway_labs::card::LabCard;

use super::failure::{Failure, Outcome};

/// The most names that a sentence suggests.
const MOST: usize = 3;

/// The lab of this id or name; capitals do not count where only one lab is meant.
///
/// # Errors
/// `NotFound`, with suggestions.
pub fn lab<'a>(labs: &'a [LabCard], text: &str) -> Outcome<&'a LabCard> {
    let text = text.trim();
    if let Some(card) = labs.iter().find(|card| card.id.0 == text) {
        return Ok(card);
    }
    let exact: Vec<&LabCard> = labs.iter().filter(|card| card.name == text).collect();
    let folded = text.to_lowercase();
    let alike = || {
        let alike = labs.iter().filter(|card| {
            card.name.to_lowercase() == folded
                || slipway_labs::names::container_name(&card.name).to_lowercase() == folded
        });
        alike.collect::<Vec<&LabCard>>()
    };
    let found = if exact.is_empty() { alike() } else { exact };
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names = labs.iter().map(|card| card.name.as_str());
            let missing = Failure::not_found(format!("There is no lab “{text}”."));
            Err(match did_you_mean(text, names) {
                Some(sentence) => missing.because(sentence),
                None if labs.is_empty() => missing.because("There are no labs yet."),
                None => missing,
            }
            .hint("“slipway labs” lists your labs."))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|card| card.id.0.as_str()).collect();
            Err(
                Failure::not_found(format!("Several labs are called “{text}”."))
                    .hint(format!("Name one by its id: {}.", ids.join(", "))),
            )
        }
    }
}

/// "Did you mean AI-Lab?"
pub fn did_you_mean<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let near = near(text, names);
    let (last, before) = near.split_last()?;
    Some(if before.is_empty() {
        format!("Did you mean {last}?")
    } else {
        format!("Did you mean {} or {last}?", before.join(", "))
    })
}

/// The names that are nearest, if any is near.
pub fn near<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = text.trim().to_lowercase();
    let mut near: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let known = name.to_lowercase();
            let holds = typed.chars().count() >= 3 && known.contains(&typed);
            let far = distance(&typed, &known);
            let most = known.chars().count().min(typed.chars().count()) / 3;
            (holds || far <= most).then_some((if holds { 0 } else { far }, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// How many letters have to be added, dropped or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (other, above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(*other != letter);
            left = replaced.min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = ["AI-Lab", "Sandbox", "Notebooks", "AI-Lab 2"];
        let mean = |text: &str| did_you_mean(text, names.into_iter());
        assert_eq!(mean("sanbox").as_deref(), Some("Did you mean Sandbox?"));
        assert_eq!(
            mean("ai-lab").as_deref(),
            Some("Did you mean AI-Lab or AI-Lab 2?")
        );
        assert_eq!(mean("note").as_deref(), Some("Did you mean Notebooks?"));
        assert_eq!(mean("mariadb"), None, "nothing is near");
        assert_eq!(mean(""), None);
    }

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("jupiter", "jupyter"), 1);
        assert_eq!(distance("sanbox", "sandbox"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
