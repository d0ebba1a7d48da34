//! Whose quoting a text is written in: guessed from its marks, and tried.

use super::words::{Break, Fault, Token, is_blank};
use super::{Shell, cmd, posix, powershell, statements};

/// The shell, and the text as that shell reads it.
///
/// The likeliest shell comes first. Another one that the text has marks of is taken only where the
/// likeliest cannot read it or finds no run in it, and the other can: without a mark, a quote that is
/// never closed is a mistake and not another shell's.
pub(super) fn read(text: &str) -> (Shell, Result<Vec<Token>, Fault>) {
    let mut first = None;
    for (points, shell) in likeliest(text) {
        if points == 0 && first.is_some() {
            break;
        }
        let tokens = match shell {
            Shell::Posix => posix::read(text),
            Shell::PowerShell => powershell::read(text),
            Shell::Cmd => cmd::read(text),
        };
        if tokens
            .as_ref()
            .is_ok_and(|tokens| statements::holds_run(tokens))
        {
            return (shell, tokens);
        }
        first.get_or_insert((shell, tokens));
    }
    first.unwrap_or((
        Shell::Posix,
        Ok(vec![Token::Break(
            Break::Line,
            super::words::Span { start: 0, end: 0 },
        )]),
    ))
}

/// Marks at the ends of lines say most; then prompts and variables; then paths of Windows.
fn likeliest(text: &str) -> [(usize, Shell); 3] {
    let (mut posix, mut powershell, mut cmd) = (0_usize, 0_usize, 0_usize);
    for line in text.lines() {
        let end = line.trim_end_matches(is_blank);
        match end.chars().next_back() {
            Some('\\') => posix += 20,
            Some('`') => powershell += 20,
            Some('^') => cmd += 20,
            _ => {}
        }
        let start = line.trim_start_matches(is_blank);
        let lower = start
            .get(..start.len().min(6))
            .unwrap_or_default()
            .to_ascii_lowercase();
        if lower.starts_with("ps ") && start.contains(":\\") {
            powershell += 10;
        } else if start.as_bytes().get(1..3) == Some(b":\\") && start.contains('>') {
            cmd += 10;
        } else if lower.starts_with("set ") && start.contains('=') {
            cmd += 5;
        } else if lower.starts_with('$') && start.split('=').next().is_some_and(is_variable) {
            powershell += 5;
        } else if lower.starts_with("$ ")
            || lower.starts_with("sudo ")
            || lower.starts_with("export")
        {
            posix += 5;
        }
    }
    for mark in ["$env:", "${env:", "$Env:", "${Env:"] {
        if text.contains(mark) {
            powershell += 5;
        }
    }
    for mark in ["$(id ", "'\\''", "$HOME", "${HOME}", "$(pwd)", ":-"] {
        if text.contains(mark) {
            posix += 2;
        }
    }
    if percent_variable(text) {
        cmd += 4;
    }
    if windows_path(text) {
        powershell += 3;
        cmd += 2;
    }
    let mut order = [
        (posix, Shell::Posix),
        (powershell, Shell::PowerShell),
        (cmd, Shell::Cmd),
    ];
    order.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    order
}

/// `$VERSION ` before an equals sign.
fn is_variable(text: &str) -> bool {
    let name = text.trim().trim_start_matches('$');
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
}

/// `%NAME%`
fn percent_variable(text: &str) -> bool {
    text.split('%').skip(1).step_by(2).any(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// `C:\Users`, not within quotes that begin right before it.
fn windows_path(text: &str) -> bool {
    text.match_indices(":\\").any(|(colon, _)| {
        let two = text.as_bytes().get(..colon).unwrap_or_default();
        matches!(two, [.., before, drive]
            if drive.is_ascii_alphabetic() && (before.is_ascii_whitespace() || *before == b'='))
    })
}
