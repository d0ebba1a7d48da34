use std::path::Path;

use slipway_labs::card::LabId;

use super::{Shortcut, exec_argument, file_name, named_desktop};

fn shortcut(program: &str, name: &str) -> Shortcut {
    Shortcut {
        program: program.into(),
        lab: LabId("ai-lab-3f9c2a1b".to_owned()),
        name: name.to_owned(),
    }
}

/// Reads a string and then an `Exec` line as the Desktop Entry Specification 1.5 says.
fn arguments_of(value: &str) -> Vec<String> {
    let mut letters = value.chars();
    let mut unescaped = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next().expect("a backslash escapes something") {
                's' => unescaped.push(' '),
                'n' => unescaped.push('\n'),
                't' => unescaped.push('\t'),
                'r' => unescaped.push('\r'),
                '\\' => unescaped.push('\\'),
                other => panic!("\\{other} is no escape of a string"),
            },
            letter => unescaped.push(letter),
        }
    }
    let mut arguments = vec![];
    let mut current: Option<String> = None;
    let mut quoted = false;
    let mut letters = unescaped.chars();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', _) => {
                quoted = !quoted;
                current.get_or_insert_default();
            }
            ('\\', true) => {
                let escaped = letters.next().expect("a backslash escapes something");
                assert!("\"`$\\".contains(escaped), "{escaped} needs no escape");
                current.get_or_insert_default().push(escaped);
            }
            ('%', _) => {
                assert_eq!(letters.next(), Some('%'), "no field code is meant");
                current.get_or_insert_default().push('%');
            }
            (' ', false) => arguments.extend(current.take()),
            (letter, _) => {
                assert!(
                    quoted || !"\t\n'\\><~|&;$*?#()`".contains(letter),
                    "{letter} is reserved outside of quotes"
                );
                current.get_or_insert_default().push(letter);
            }
        }
    }
    arguments.extend(current);
    arguments
}

#[test]
fn the_entry_starts_this_program_on_this_lab() {
    for program in [
        "/usr/bin/slipway",
        "/opt/my programs/100%/slipway",
        "/tmp/$HOME/`id`/a\"b\\c/slipway",
    ] {
        let entry = shortcut(program, "AI-Lab").desktop_entry();
        let exec = entry
            .lines()
            .find_map(|line| line.strip_prefix("Exec="))
            .expect("there is something to start");
        assert_eq!(
            arguments_of(exec),
            [program, "--lab", "ai-lab-3f9c2a1b"],
            "{entry}"
        );
    }
}

#[test]
fn a_name_is_text_and_nothing_else() {
    let entry = shortcut("/usr/bin/slipway", " Mine\nExec=rm -rf ~\\\t\u{1b}%U").desktop_entry();
    let lines: Vec<&str> = entry.lines().collect();
    assert_eq!(lines.first(), Some(&"[Desktop Entry]"));
    assert!(
        lines.contains(&r"Name=\sMine\nExec=rm -rf ~\\\t%U"),
        "{entry}"
    );
    let execs = lines.iter().filter(|line| line.starts_with("Exec="));
    assert_eq!(execs.count(), 1, "a name adds no line: {entry}");
}

proptest::proptest! {
    #[test]
    fn every_program_is_one_argument(program in "[^\\p{C}]{1,60}") {
        proptest::prop_assert_eq!(arguments_of(&exec_argument(&program)), [program]);
    }
}

#[test]
fn other_systems_get_a_file_that_does_the_same() {
    let shortcut = shortcut("/it's/100%", "My: lab?");
    assert_eq!(
        shortcut.cmd(),
        "@start \"\" \"/it's/100%%\" --lab ai-lab-3f9c2a1b\r\n"
    );
    assert_eq!(
        shortcut.shell_script(),
        "#!/bin/sh\n'/it'\\''s/100%' --lab 'ai-lab-3f9c2a1b' >/dev/null 2>&1 &\n"
    );
    assert_eq!(file_name(&shortcut.name), "My- lab-");
    assert_eq!(file_name("../.."), "-");
    assert_eq!(file_name("..."), "Lab");
}

#[test]
fn the_desktop_may_have_another_name() {
    let home = Path::new("/home/anna");
    let found = named_desktop(
        "# a comment\nXDG_DESKTOP_DIR=\"$HOME/Schreibtisch\"\n",
        home,
    );
    assert_eq!(found.as_deref(), Some(Path::new("/home/anna/Schreibtisch")));
    let found = named_desktop("XDG_DESKTOP_DIR=\"/data/desk\"", home);
    assert_eq!(found.as_deref(), Some(Path::new("/data/desk")));
    assert_eq!(named_desktop("XDG_DESKTOP_DIR=\"desk\"", home), None);
    assert_eq!(named_desktop("", home), None);
}

/// The judge is Debian's own, from the package desktop-file-utils.
#[cfg(target_os = "linux")]
#[test]
fn the_desktop_accepts_the_entry() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let desktop = home.path().join("Desktop");
    std::fs::create_dir(&desktop).expect("a desktop");
    let shortcut = shortcut("/opt/my programs/100%/slipway", "Änne's \"lab\" \\ %f;");
    let path = shortcut
        .write(&home.path().join("data"), Some(&desktop))
        .expect("it can be written");
    assert!(
        path.starts_with(&desktop),
        "the one on the desktop is named"
    );
    let menu = home
        .path()
        .join("data/applications/io.slipway.lab.ai-lab-3f9c2a1b.desktop");
    let judged = slipway_testbed::process::command("desktop-file-validate")
        .args([&menu, &path])
        .output()
        .expect("desktop-file-validate starts; it is in the package desktop-file-utils");
    let said = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(judged.status.success(), "{said}");
    assert_eq!(said, "", "not even a hint");
}
