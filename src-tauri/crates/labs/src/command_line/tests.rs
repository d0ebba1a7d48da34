use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use slipway_engine::containers::{ContainerSpec, Mount, MountSource};

use super::arguments::groups;
use super::quoting::{bash, cmd, powershell, quoted};
use super::*;
use crate::fixtures::{facts, form_of, form_of_image};
use crate::form::{LaunchForm, SignInChoice, StorageKind};
use crate::plan::plan;

mod both_ways;
mod for_others;

fn command(form: &LaunchForm) -> EquivalentCommand {
    equivalent(&plan(form, None, &crate::catalogue::Catalogue::shipped()).unwrap())
}

#[test]
fn commands_read_like_those_of_the_guides() {
    let mut text = String::new();
    let mut show = |title: &str, form: &LaunchForm| {
        let command = command(form);
        writeln!(text, "# {title}\n{}\n", command.bash.join(" \\\n  ")).unwrap();
        writeln!(text, "{}\n", command.powershell.join(" `\n  ")).unwrap();
        if let Some(then) = &command.followed_by {
            writeln!(
                text,
                "{}\n\n{}\n\n{}\n",
                then.bash, then.powershell, then.note
            )
            .unwrap();
        }
    };
    let mut sandbox = form_of("data-science-sandbox", &facts());
    sandbox.listen_ip = "0.0.0.0".to_owned();
    sandbox.ports[0].host = "8888".to_owned();
    sandbox.storage.volume = "my-vol".to_owned();
    show("data-science-sandbox with my-vol", &sandbox);
    let mut ai_lab = form_of("exasol-ai-lab", &facts());
    ai_lab.ports[0].host = "49494".to_owned();
    ai_lab.docker_control = true;
    ai_lab.sign_in = SignInChoice::Own;
    show("AI-Lab with Docker control and an own password", &ai_lab);
    let mut jupyter = form_of("jupyter", &facts());
    jupyter.ports[0].host = "8888".to_owned();
    jupyter.ports[1].host = "4040".to_owned();
    jupyter.listen_ip = "::1".to_owned();
    jupyter.storage.kind = StorageKind::Folder;
    jupyter.storage.folder = "/home/anna/O'Neil & Müller: data, new".to_owned();
    jupyter.user.mapped = true;
    show("Spark in a folder with an odd name", &jupyter);
    jupyter.listen_ip = "127.0.0.1".to_owned();
    jupyter.storage.folder = "C:\\Users\\Anna Müller\\work".to_owned();
    show("Spark in a folder of Windows", &jupyter);
    let mut eskapade = form_of_image("kave/eskapade-usr:0.7", &facts());
    eskapade.ports[0].host = "8888".to_owned();
    show("Eskapade", &eskapade);
    insta::assert_snapshot!(text);
}

/// What a POSIX shell makes of the words, one call for all of them.
#[expect(
    clippy::disallowed_methods,
    reason = "the shell itself is the judge of its quoting"
)]
fn split_by(shell: &[&str], words: &str) -> Vec<String> {
    let mut shell = Command::new(shell[0])
        .args(&shell[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let script = format!("HOME=/elsewhere\nprintf '%s\\0' {words}\n");
    shell
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = shell.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// The POSIX shells of this machine; bash is always there.
fn shells() -> Vec<&'static [&'static str]> {
    let all: [&'static [&'static str]; 4] = [
        &["bash", "--norc", "-s"],
        &["dash", "-s"],
        &["busybox", "sh", "-s"],
        &["zsh", "-f", "-s"],
    ];
    let path = std::env::var("PATH").unwrap();
    let here = |shell: &&'static [&'static str]| {
        shell[0] == "bash"
            || path
                .split(':')
                .any(|folder| std::path::Path::new(folder).join(shell[0]).exists())
    };
    all.into_iter().filter(here).collect()
}

/// What cmd and then `docker.exe` make of a line: first `^` and the quotes that hide, then Microsoft's
/// rules for backslashes and quotes ("Parsing C command-line arguments").
fn split_by_cmd(line: &str) -> Vec<String> {
    let (mut passed, mut hidden, mut letters) = (String::new(), false, line.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '^' if !hidden => passed.extend(letters.next()),
            '"' => {
                hidden = !hidden;
                passed.push('"');
            }
            '%' => panic!("a variable would be filled in: {line}"),
            '&' | '|' | '<' | '>' | '(' | ')' if !hidden => {
                panic!("{letter} has a meaning: {line}")
            }
            other => passed.push(other),
        }
    }
    let letters: Vec<char> = passed.chars().collect();
    let (mut words, mut word, mut inside, mut at) = (Vec::new(), None::<String>, false, 0);
    while at < letters.len() {
        let slashes = letters[at..]
            .iter()
            .take_while(|letter| **letter == '\\')
            .count();
        let quote = letters.get(at + slashes) == Some(&'"');
        if slashes > 0 {
            let kept = if quote { slashes / 2 } else { slashes };
            word.get_or_insert_default()
                .extend(std::iter::repeat_n('\\', kept));
            at += slashes;
            if quote && slashes % 2 == 1 {
                word.get_or_insert_default().push('"');
                at += 1;
            }
            continue;
        }
        match letters[at] {
            '"' => {
                inside = !inside;
                word.get_or_insert_default();
            }
            ' ' if !inside => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
        at += 1;
    }
    words.extend(word);
    words
}

/// What PowerShell makes of the words, by the rules of `about_Parsing` and `about_Quoting_Rules`: in
/// argument mode a token ends at a blank; a single quote (typographic ones are the same) begins a
/// text in which only two quotes in a row have a meaning.
fn split_by_powershell(words: &str) -> Vec<String> {
    let quote = |letter: char| {
        matches!(
            letter,
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
        )
    };
    let mut split = Vec::new();
    let mut letters = words.chars().peekable();
    while letters.peek().is_some() {
        while letters.next_if_eq(&' ').is_some() {}
        let Some(first) = letters.peek().copied() else {
            break;
        };
        let mut word = String::new();
        if quote(first) {
            letters.next();
            loop {
                let letter = letters.next().expect("the text ends with a quote");
                if !quote(letter) {
                    word.push(letter);
                } else if let Some(second) = letters.next_if(|next| quote(*next)) {
                    word.push(second);
                } else {
                    break;
                }
            }
            assert!(
                letters.peek().is_none_or(|next| *next == ' '),
                "a quoted word stands alone"
            );
        } else {
            while let Some(letter) = letters.next_if(|next| *next != ' ') {
                assert!(
                    letter.is_ascii() && !"$`\"'(){}[];,|&<>@#%!?*~^".contains(letter),
                    "{letter} has a meaning in a bare word"
                );
                word.push(letter);
            }
            assert!(
                !(word.starts_with('-') && word.contains(['.', ':'])),
                "{word} would be taken for a parameter and split"
            );
        }
        split.push(word);
    }
    split
}

/// Any plan at all, with whatever texts.
fn plan_of(texts: &[String]) -> LaunchPlan {
    let mut plan = plan(
        &form_of("exasol-ai-lab", &facts()),
        None,
        &crate::catalogue::Catalogue::shipped(),
    )
    .unwrap();
    let text = |index: usize| texts.get(index).cloned().unwrap_or_default();
    plan.container = ContainerSpec {
        name: text(0),
        image: text(1),
        environment: vec![("NAME".to_owned(), text(2)), (text(3), text(4))],
        mounts: vec![
            Mount {
                source: MountSource::Folder(text(5)),
                target: text(6),
                read_only: true,
            },
            Mount {
                source: MountSource::Volume(text(7)),
                target: text(8),
                read_only: false,
            },
        ],
        command: Some(vec![
            text(9),
            text(10),
            "--ServerApp.root_dir=/x".to_owned(),
        ]),
        user: Some(text(11)),
        tty: true,
        ..plan.container
    };
    plan
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,24}",
        "[a-zA-Z0-9_./:=@%+,'\"\\\\$`!~#*?\\[\\]{}()<>|&;^ -]{0,24}",
        "\\PC{0,12}",
        "[‘’‚‛'\n\t ]{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn posix_shells_read_what_was_meant(texts in prop::collection::vec(any_text(), 12)) {
        let plan = plan_of(&texts);
        let meant: Vec<String> = groups(&plan).concat();
        let joined = quoted(&groups(&plan), bash).join(" \\\n  ");
        for shell in shells() {
            prop_assert_eq!(split_by(shell, &joined), meant.clone(), "{}", shell[0]);
        }
    }

    #[test]
    fn powershell_reads_what_was_meant(texts in prop::collection::vec(any_text(), 12)) {
        let plan = plan_of(&texts);
        let meant: Vec<String> = groups(&plan).concat();
        prop_assert_eq!(split_by_powershell(&quoted(&groups(&plan), powershell).join(" ")), meant);
    }

    #[test]
    fn cmd_reads_what_was_meant(texts in prop::collection::vec(any_text(), 12)) {
        let texts: Vec<String> = texts.iter().map(|text| text.replace(['\n', '\r', '\t'], " ")).collect();
        let plan = plan_of(&texts);
        let meant: Vec<String> = groups(&plan).concat();
        prop_assert_eq!(split_by_cmd(&quoted(&groups(&plan), cmd).join(" ")), meant);
    }
}
