//! One argument in the quotes of each shell: bare where nothing in it has a meaning there.

use std::borrow::Cow;

/// Each group as one line of quoted words.
pub(super) fn quoted(groups: &[Vec<String>], quote: fn(&str) -> Cow<'_, str>) -> Vec<String> {
    groups
        .iter()
        .map(|group| {
            group
                .iter()
                .map(|word| quote(word))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

/// For POSIX shells. A NUL cannot be in any argument; it is left out.
pub(super) fn bash(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&byte);
    if !word.is_empty() && !word.starts_with('=') && word.bytes().all(plain) {
        return Cow::Borrowed(word);
    }
    match shlex::try_quote(word) {
        Ok(quoted) => quoted,
        Err(_) => Cow::Owned(
            shlex::try_quote(&word.replace('\0', ""))
                .map_or_else(|_| String::new(), Cow::into_owned),
        ),
    }
}

/// For PowerShell (`about_Quoting_Rules`, `about_Parsing`): bare where nothing in it has a meaning,
/// else in single quotes, in which only quotes have one, typographic ones included; those are doubled.
pub(super) fn powershell(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=\\+".contains(&byte);
    // A parameter with a dot or colon in it would be split there.
    let split = word.starts_with('-') && word.contains(['.', ':']);
    let bare = !word.is_empty() && word.bytes().all(plain) && !split && !word.ends_with('\\');
    if bare {
        return Cow::Borrowed(word);
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for letter in word.chars().filter(|letter| *letter != '\0') {
        if matches!(
            letter,
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
        ) {
            quoted.push(letter);
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    Cow::Owned(quoted)
}

/// For cmd and the rules by which `docker.exe` then splits its line: backslashes count only before a
/// quote. Where double quotes alone would not do, because `%` works within them, too, every mark of
/// cmd's gets its caret. A line's end cannot be in an argument there; it becomes a blank.
pub(super) fn cmd(word: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=\\+@".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return Cow::Borrowed(word);
    }
    let mut argument = String::with_capacity(word.len() + 2);
    argument.push('"');
    let mut slashes = 0;
    for letter in word.chars().filter(|letter| *letter != '\0') {
        match letter {
            '\\' => slashes += 1,
            '"' => {
                argument.extend(std::iter::repeat_n('\\', slashes * 2 + 1));
                slashes = 0;
            }
            _ => {
                argument.extend(std::iter::repeat_n('\\', slashes));
                slashes = 0;
            }
        }
        match letter {
            '\\' => {}
            '\n' | '\r' => argument.push(' '),
            letter => argument.push(letter),
        }
    }
    argument.extend(std::iter::repeat_n('\\', slashes * 2));
    argument.push('"');
    if !word.contains(['"', '%', '!']) {
        return Cow::Owned(argument);
    }
    let mut escaped = String::with_capacity(argument.len() * 2);
    for letter in argument.chars() {
        if matches!(
            letter,
            '(' | ')' | '%' | '!' | '^' | '"' | '<' | '>' | '&' | '|'
        ) {
            escaped.push('^');
        }
        escaped.push(letter);
    }
    Cow::Owned(escaped)
}
