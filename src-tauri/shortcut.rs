//! A desktop shortcut that opens one lab ("launch this").
//!
//! It starts `slipway --lab <id>` and not a command without a window: a shortcut has no terminal, so
//! only the window can say what went wrong. Linux gets an entry as the Desktop Entry Specification
//! 1.5 has it, in the person's menu and on the desktop where there is one; Windows a small `.cmd` on
//! the desktop (a `.lnk` needs calls that this workspace does not make), macOS a `.command`.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use slipway_labs::Labs;
use slipway_labs::card::LabId;
use slipway_labs::problem::{Problem, ProblemKind};

use crate::commands::CommandResult;

/// What stands in a shortcut.
struct Shortcut {
    /// This program.
    program: PathBuf,
    lab: LabId,
    /// The lab's name, as a person typed it.
    name: String,
}

/// Makes the shortcut; gives the path of what was written, the one on the desktop where there is one.
///
/// # Errors
/// `Gone`; where no file can be written.
pub fn make(labs: &Labs, lab: &LabId) -> CommandResult<String> {
    let list = labs.list();
    let card = list.labs.iter().find(|card| card.id == *lab);
    let Some(card) = card else {
        return Err(
            Problem::new(ProblemKind::Gone, "This lab no longer exists.")
                .because("It was deleted, here or with another program."),
        );
    };
    let shortcut = Shortcut {
        program: program()?,
        lab: lab.clone(),
        name: card.name.clone(),
    };
    let strategy = etcetera::choose_base_strategy().map_err(|error| unwritable(&error))?;
    let desktop = desktop_folder(strategy.home_dir(), &strategy.config_dir());
    let written = shortcut.write(&strategy.data_dir(), desktop.as_deref());
    let path = written.map_err(|error| unwritable(&error))?;
    Ok(path.to_string_lossy().into_owned())
}

fn unwritable(error: &dyn std::error::Error) -> Problem {
    Problem::new(ProblemKind::Other, "The shortcut could not be made.")
        .because("Slipway may not write to your desktop's folder.")
        .detail(error.to_string())
}

/// This program's file; an `AppImage` runs from a folder that is gone afterwards, so its own file counts.
fn program() -> CommandResult<PathBuf> {
    if let Some(image) = std::env::var_os("APPIMAGE") {
        return Ok(PathBuf::from(image));
    }
    std::env::current_exe().map_err(|error| unwritable(&error))
}

/// The person's desktop folder, where there is one.
fn desktop_folder(home: &Path, config: &Path) -> Option<PathBuf> {
    let named = std::fs::read_to_string(config.join("user-dirs.dirs"))
        .ok()
        .and_then(|text| named_desktop(&text, home));
    let folder = named.unwrap_or_else(|| home.join("Desktop"));
    // xdg-user-dirs names the home folder itself where a person wants no desktop folder.
    (folder.is_dir() && folder != home).then_some(folder)
}

/// `XDG_DESKTOP_DIR="$HOME/Schreibtisch"`
fn named_desktop(text: &str, home: &Path) -> Option<PathBuf> {
    let value = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("XDG_DESKTOP_DIR="))?
        .trim_matches('"');
    match value.strip_prefix("$HOME") {
        Some(rest) => Some(home.join(rest.trim_start_matches('/'))),
        None => Path::new(value).is_absolute().then(|| value.into()),
    }
}

impl Shortcut {
    /// Into the menu, and onto the desktop where there is one.
    #[cfg(not(any(windows, target_os = "macos")))]
    fn write(&self, data: &Path, desktop: Option<&Path>) -> std::io::Result<PathBuf> {
        let name = format!("io.slipway.lab.{}.desktop", self.lab.0);
        let text = self.desktop_entry();
        let menu = data.join("applications");
        std::fs::create_dir_all(&menu)?;
        let path = menu.join(&name);
        std::fs::write(&path, &text)?;
        let Some(desktop) = desktop else {
            return Ok(path);
        };
        let path = desktop.join(&name);
        std::fs::write(&path, &text)?;
        // Desktops start only entries that may be executed.
        make_executable(&path)?;
        Ok(path)
    }

    /// A `.cmd` on the desktop; the empty quotes are the new window's title.
    #[cfg(windows)]
    fn write(&self, _data: &Path, desktop: Option<&Path>) -> std::io::Result<PathBuf> {
        let desktop = desktop.ok_or(std::io::ErrorKind::NotFound)?;
        let path = desktop.join(format!("{}.cmd", file_name(&self.name)));
        std::fs::write(&path, self.cmd())?;
        Ok(path)
    }

    /// A `.command`, which macOS opens with its terminal.
    #[cfg(target_os = "macos")]
    fn write(&self, _data: &Path, desktop: Option<&Path>) -> std::io::Result<PathBuf> {
        let desktop = desktop.ok_or(std::io::ErrorKind::NotFound)?;
        let path = desktop.join(format!("{}.command", file_name(&self.name)));
        std::fs::write(&path, self.shell_script())?;
        make_executable(&path)?;
        Ok(path)
    }

    #[cfg_attr(
        any(windows, target_os = "macos"),
        expect(dead_code, reason = "Linux's own")
    )]
    fn desktop_entry(&self) -> String {
        format!(
            "[Desktop Entry]\nVersion=1.0\nType=Application\nName={}\nComment={}\nExec={} --lab {}\nIcon=slipway\nTerminal=false\nCategories=Development;\nKeywords=lab;notebook;docker;\n",
            entry_string(&self.name),
            "Start this lab and open it in the browser",
            exec_argument(&self.program.to_string_lossy()),
            exec_argument(&self.lab.0),
        )
    }

    #[cfg_attr(
        not(windows),
        cfg_attr(not(test), expect(dead_code, reason = "Windows' own"))
    )]
    fn cmd(&self) -> String {
        // In a batch file a per cent sign is written twice, and nothing else reaches out of quotes.
        let program = self.program.to_string_lossy().replace('%', "%%");
        format!("@start \"\" \"{program}\" --lab {}\r\n", self.lab.0)
    }

    #[cfg_attr(
        not(target_os = "macos"),
        cfg_attr(not(test), expect(dead_code, reason = "macOS' own"))
    )]
    fn shell_script(&self) -> String {
        let program = self.program.to_string_lossy().replace('\'', r"'\''");
        format!(
            "#!/bin/sh\n'{program}' --lab '{}' >/dev/null 2>&1 &\n",
            self.lab.0
        )
    }
}

/// A value of type `string`: backslashes doubled, line breaks and tabs as escapes, other control
/// characters left out; a leading blank would be cut off.
fn entry_string(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => value.push_str("\\\\"),
            '\n' => value.push_str("\\n"),
            '\r' => value.push_str("\\r"),
            '\t' => value.push_str("\\t"),
            ' ' if value.is_empty() => value.push_str("\\s"),
            letter if letter.is_control() => {}
            letter => value.push(letter),
        }
    }
    value
}

/// One argument of `Exec`: in quotes, with quotes, backticks, dollars and backslashes escaped, and
/// per cent signs doubled; then once more as a string, as the specification has it.
fn exec_argument(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '`' | '$' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '%' => quoted.push_str("%%"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    entry_string(&quoted)
}

/// A name of a file on any system, near to the lab's.
#[cfg_attr(
    not(any(windows, target_os = "macos")),
    cfg_attr(
        not(test),
        expect(dead_code, reason = "Linux names the file by the lab's id")
    )
)]
fn file_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            letter if letter.is_control() => '-',
            letter => letter,
        })
        .take(60)
        .collect();
    let kept = kept.trim_matches(['.', ' ']);
    if kept.is_empty() { "Lab" } else { kept }.to_owned()
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests;
