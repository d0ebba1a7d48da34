//! Environment variables: open ones with their value, secret ones by name only.

use std::collections::HashSet;

use super::{Options, Page, quoted};
use crate::check::NoteLevel;

/// Words by which the name of a variable says that its value is secret.
const SECRET_WORDS: [&str; 11] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "TOKEN",
    "SECRET",
    "KEY",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
];
/// Last words of names that only tell where a secret is, or what it is like.
const HARMLESS_ENDS: [&str; 11] = [
    "FILE", "PATH", "URL", "TTL", "ID", "NAME", "LENGTH", "POLICY", "EXPIRY", "TYPE", "COUNT",
];
/// Endings that say the same in names without separators: `PGPASSWORD`.
const SECRET_ENDINGS: [&str; 5] = ["PASSWORD", "TOKEN", "SECRET", "APIKEY", "ACCESSKEY"];

pub(super) fn read(page: &mut Page, options: &mut Options) {
    let rows = &page.form.advanced.environment;
    let mut earlier = HashSet::new();
    for (index, row) in rows.iter().enumerate() {
        let name = row.name.trim();
        let twice = !earlier.insert(name);
        let at = |part: &str| format!("advanced.environment.{index}.{part}");
        let remove = |page: &Page| {
            page.fix("Remove the row", |form| {
                form.advanced.environment.remove(index);
            })
        };
        if name.is_empty() {
            let remove = remove(page);
            page.error(at("name"), "Type the name of the variable.", remove);
        } else if let Some((before, after)) = name.split_once('=') {
            let (before, after) = (before.trim().to_owned(), after.to_owned());
            let whole = row.value.trim().is_empty() && !before.is_empty() && !before.contains('=');
            let fix = if whole {
                page.fix(format!("Call it {before}"), |form| {
                    let row = &mut form.advanced.environment[index];
                    row.name = before;
                    row.value = after;
                })
            } else {
                remove(page)
            };
            let message = "Names of variables have no “=”. The value has a field of its own.";
            page.error(at("name"), message, fix);
        } else if name.chars().any(char::is_control) {
            let message = "The name contains characters that cannot be shown.";
            let remove = remove(page);
            page.error(at("name"), message, remove);
        } else if twice {
            let message = format!("{name} is set twice, and only the last one would count.");
            let remove = remove(page);
            page.error(at("name"), message, remove);
        } else if row.value.contains('\0') {
            let fix = page.fix("Take it out", |form| {
                let row = &mut form.advanced.environment[index];
                row.value = row.value.replace('\0', "");
            });
            let message = "The value contains a character that no program can be given.";
            page.error(at("value"), message, fix);
        } else if row.secret {
            options.secret_variables.push(name.to_owned());
        } else {
            if looks_secret(name, &row.value) {
                let keep = page.fix("Keep it secret", |form| {
                    form.advanced.environment[index].secret = true;
                });
                let message = format!(
                    "{} would be readable in the lab’s settings and in the command.",
                    quoted(name)
                );
                page.add(NoteLevel::Warning, at("value"), message, keep);
            }
            options
                .spec
                .environment
                .push((name.to_owned(), row.value.clone()));
        }
    }
}

/// Whether a variable of this name and value is most probably a password, token or key. Switches
/// (`MYSQL_ALLOW_EMPTY_PASSWORD=yes`) are not.
pub(crate) fn looks_secret(name: &str, value: &str) -> bool {
    const SWITCHES: [&str; 8] = ["", "0", "1", "yes", "no", "true", "false", "none"];
    is_secret_name(name) && !SWITCHES.contains(&value.trim().to_ascii_lowercase().as_str())
}

/// Whether a variable is most probably secret by its name. Names of files and of rules
/// (`POSTGRES_PASSWORD_FILE`, `PASSWORD_MIN_LENGTH`) are not.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
    let is = |word: &str, known: &[&str]| known.iter().any(|one| word.eq_ignore_ascii_case(one));
    let folder = is(name, &["PWD", "OLDPWD"]);
    let allows = words().next().is_some_and(|first| is(first, &["ALLOW"]));
    let harmless = words()
        .next_back()
        .is_some_and(|last| is(last, &HARMLESS_ENDS));
    if folder || allows || harmless {
        return false;
    }
    words().any(|word| is(word, &SECRET_WORDS))
        || SECRET_ENDINGS.iter().any(|ending| {
            let start = name.len().saturating_sub(ending.len());
            let end = name.as_bytes().get(start..).unwrap_or_default();
            end.eq_ignore_ascii_case(ending.as_bytes())
        })
}
