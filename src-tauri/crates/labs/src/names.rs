//! Names: a lab's own, which may be any text, and the ones that Docker takes.
//!
//! A lab is called what its person likes ("Churn model, März"); its container gets that name as far
//! as Docker's letters go (`churn-model-maerz`). Docker wants `[a-zA-Z0-9][a-zA-Z0-9_.-]+`, two
//! characters at least (moby `daemon/names`). A name of which fewer than two such letters are left
//! is refused, because its container could not be told apart in any other tool.

/// Longest name of a lab, in characters.
pub const LONGEST_NAME: usize = 60;

/// The name as Docker's letters allow it: lower case, one dash for everything else. May be empty.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'a'..='z' | '0'..='9' | '_' | '.' => slug.push(letter),
            'A'..='Z' => slug.push(letter.to_ascii_lowercase()),
            _ => match latin(letter) {
                Some(letters) => slug.push_str(letters),
                None if slug.ends_with('-') => {}
                None => slug.push('-'),
            },
        }
    }
    slug.trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        .trim_end_matches(['-', '.', '_'])
        .to_owned()
}

/// The name of the container that a lab of this name gets.
pub fn container_name(lab: &str) -> String {
    slug(lab)
}

/// The volume proposed for a lab of this name: `ai-lab-work`.
pub fn volume_name(lab: &str) -> String {
    let slug = slug(lab);
    if slug.is_empty() {
        "lab-work".to_owned()
    } else {
        format!("{slug}-work")
    }
}

/// What Docker takes as the name of a container or volume.
pub fn is_docker_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric())
        && bytes.len() >= 1
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// A volume that Docker named by itself: nobody chose it.
pub fn is_anonymous_volume(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `base`, or `base` with the first number from 2 on that is free: "AI-Lab 2", `ai-lab-work-2`.
pub fn unique(base: &str, separator: char, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    (2_u32..=u32::MAX)
        .map(|number| format!("{base}{separator}{number}"))
        .find(|name| !taken(name))
        .unwrap_or_else(|| base.to_owned())
}

/// Letters of European languages in ASCII.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ä' | 'Ä' | 'æ' | 'Æ' => "ae",
        'ö' | 'Ö' | 'œ' | 'Œ' => "oe",
        'ø' | 'Ø' | 'ò' | 'ó' | 'ô' | 'õ' | 'Ò' | 'Ó' | 'Ô' | 'Õ' => "o",
        'ü' | 'Ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'ą' | 'Ą' => "a",
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' | 'ę' | 'Ę' | 'ě' | 'Ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' | 'ı' | 'İ' => "i",
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' => "n",
        'ù' | 'ú' | 'û' | 'Ù' | 'Ú' | 'Û' | 'ů' | 'Ů' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ł' | 'Ł' => "l",
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' => "s",
        'ź' | 'Ź' | 'ż' | 'Ż' | 'ž' | 'Ž' => "z",
        'ğ' | 'Ğ' => "g",
        'ř' | 'Ř' => "r",
        'ď' | 'Ď' => "d",
        'ť' | 'Ť' => "t",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_may_be_called_anything_and_its_container_is_plain() {
        assert_eq!(container_name("AI-Lab 2"), "ai-lab-2");
        assert_eq!(container_name("  Churn model, März "), "churn-model-maerz");
        assert_eq!(container_name("../../etc"), "etc");
        assert_eq!(container_name("实验室"), "");
        assert_eq!(volume_name("AI-Lab"), "ai-lab-work");
    }

    #[test]
    fn docker_wants_two_characters() {
        assert!(is_docker_name("my-vol") && is_docker_name("a1"));
        assert!(
            !is_docker_name("a")
                && !is_docker_name("")
                && !is_docker_name("-a")
                && !is_docker_name("a b")
        );
    }

    #[test]
    fn a_taken_name_gets_the_next_number() {
        assert_eq!(
            unique("AI-Lab", ' ', |name| name == "AI-Lab" || name == "AI-Lab 2"),
            "AI-Lab 3"
        );
    }

    proptest::proptest! {
        #[test]
        fn every_slug_of_two_letters_is_a_docker_name(text in "\\PC{0,80}") {
            let slug = slug(&text);
            proptest::prop_assert!(slug.len() < 2 || is_docker_name(&slug), "{slug}");
        }
    }
}
