//! What runs in the lab: working folder, program, command, user, terminal, platform.

use super::{Options, Page, quoted};
use crate::check::NoteLevel;

pub(super) fn read(page: &mut Page, options: &mut Options) {
    let advanced = &page.form.advanced;
    options.spec.tty = advanced.terminal;
    options.spec.stdin_open = advanced.keep_input_open;
    working_folder(page, options);
    entrypoint(page, options);
    command(page, options);
    user(page, options);
    platform(page, options);
}

fn working_folder(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.working_folder.trim();
    if typed.is_empty() {
        return;
    }
    let clear = page.fix("Use the image’s own", |form| {
        form.advanced.working_folder.clear();
    });
    if typed.chars().any(char::is_control) {
        page.error(
            "advanced.workingFolder",
            "The path contains characters that cannot be shown.",
            clear,
        );
    } else if typed.starts_with('/') {
        options.spec.working_directory = Some(typed.to_owned());
    } else {
        let full = format!("/{}", typed.trim_start_matches(['~', '.', '/']));
        let fix = if full == "/" {
            clear
        } else {
            page.fix(format!("Use {full}"), |form| {
                form.advanced.working_folder.clone_from(&full);
            })
        };
        let message = format!(
            "{} is not a full path. Folders in the lab start with a slash.",
            quoted(typed)
        );
        page.error("advanced.workingFolder", message, fix);
    }
}

fn entrypoint(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.entrypoint.trim();
    if typed.is_empty() {
        return;
    }
    if typed == "\"\"" || typed == "''" {
        options.spec.entrypoint = Some(vec![String::new()]);
        return;
    }
    let field = "advanced.entrypoint";
    if typed.chars().any(char::is_control) {
        let clear = page.fix("Use the image’s own", |form| {
            form.advanced.entrypoint.clear();
        });
        page.error(
            field,
            "The program’s name contains characters that cannot be shown.",
            clear,
        );
        return;
    }
    if let Some((program, rest)) = typed.split_once(char::is_whitespace) {
        let (program, rest) = (program.to_owned(), rest.trim().to_owned());
        let fix = page.fix("Move the rest to the command", |form| {
            let command = form.advanced.command.trim();
            let joined = format!("{rest} {command}");
            joined.trim().clone_into(&mut form.advanced.command);
            form.advanced.entrypoint = program;
        });
        let message = "Docker takes all of this for the name of one program. Arguments belong into the command.";
        page.add(NoteLevel::Warning, field, message, fix);
    }
    options.spec.entrypoint = Some(vec![typed.to_owned()]);
}

fn command(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.command.trim();
    if typed.is_empty() {
        return;
    }
    let field = "advanced.command";
    // A form may be long, and most commands can be read.
    let clear = |page: &Page| {
        page.fix("Use the image’s own", |form| {
            form.advanced.command.clear();
        })
    };
    if typed.contains('\0') {
        let message = "The command contains a character that no program can be given.";
        let clear = clear(page);
        page.error(field, message, clear);
        return;
    }
    match shlex::split(typed) {
        Some(words) if !words.is_empty() => options.spec.command = Some(words),
        // A comment, for a shell.
        Some(_) => {
            let message = "This is a comment and no command, because it begins with #.";
            let clear = clear(page);
            page.error(field, message, clear);
        }
        None => {
            let closed = ["\"", "'", "\\"].iter().find_map(|end| {
                let whole = format!("{typed}{end}");
                shlex::split(&whole)
                    .filter(|words| !words.is_empty())
                    .map(|_| whole)
            });
            let fix = match closed {
                Some(whole) => page.fix("Close the quotation mark", |form| {
                    form.advanced.command = whole;
                }),
                None => clear(page),
            };
            page.error(field, "A quotation mark is opened and not closed.", fix);
        }
    }
}

fn user(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.user.trim();
    if typed.is_empty() {
        return;
    }
    let (name, group) = typed.split_once(':').unwrap_or((typed, "0"));
    let good = |part: &str| {
        !part.is_empty()
            && !part.contains(':')
            && part.chars().all(|letter| !letter.is_whitespace() && !letter.is_control())
            // Numbers are 32 bits wide, and the last one has a meaning of its own.
            && (!part.bytes().all(|byte| byte.is_ascii_digit())
                || part.parse::<u32>().is_ok_and(|id| id <= i32::MAX.cast_unsigned()))
    };
    if good(name) && good(group) {
        options.spec.user = Some(typed.to_owned());
    } else {
        let clear = page.fix("Use the image’s own", |form| form.advanced.user.clear());
        let message = format!(
            "{} is not a user. Users look like 1000, 1000:100 or jovyan.",
            quoted(typed)
        );
        page.error("advanced.user", message, clear);
    }
}

fn platform(page: &mut Page, options: &mut Options) {
    let typed = page.form.advanced.platform.trim().to_ascii_lowercase();
    if typed.is_empty() {
        return;
    }
    let parts: Vec<&str> = typed.split('/').collect();
    let good = (2..=3).contains(&parts.len())
        && parts.iter().all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        });
    if good && parts.first() == Some(&"linux") {
        options.spec.platform = Some(typed);
        return;
    }
    let fix = if parts.len() == 1
        && matches!(parts[0], "amd64" | "arm64" | "386" | "s390x" | "ppc64le")
    {
        let full = format!("linux/{typed}");
        page.fix(format!("Use {full}"), |form| form.advanced.platform = full)
    } else {
        page.fix("Leave it to Docker", |form| form.advanced.platform.clear())
    };
    let message = if good {
        "Labs run on Linux platforms only, such as linux/amd64.".to_owned()
    } else {
        format!(
            "{} is not a platform. Platforms look like linux/amd64.",
            quoted(&typed)
        )
    };
    page.error("advanced.platform", message, fix);
}
