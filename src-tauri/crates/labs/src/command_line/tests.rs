use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use slipway_engine::containers::ContainerSpec;

use super::*;
use crate::fixtures::{facts, form_of, form_of_image};
use crate::form::{LaunchForm, SignInChoice, StorageKind};
use crate::plan::plan;

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

/// What bash makes of the words, one call for all of them.
#[expect(
    clippy::disallowed_methods,
    reason = "the shell itself is the judge of its quoting"
)]
fn split_by_bash(words: &str) -> Vec<String> {
    let mut shell = Command::new("bash")
        .args(["--norc", "-s"])
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
    fn bash_reads_what_was_meant(texts in prop::collection::vec(any_text(), 12)) {
        let plan = plan_of(&texts);
        let meant: Vec<String> = groups(&plan).concat();
        let joined = equivalent(&plan).bash.join(" \\\n  ");
        prop_assert_eq!(split_by_bash(&joined), meant);
    }

    #[test]
    fn powershell_reads_what_was_meant(texts in prop::collection::vec(any_text(), 12)) {
        let plan = plan_of(&texts);
        let meant: Vec<String> = groups(&plan).concat();
        prop_assert_eq!(split_by_powershell(&equivalent(&plan).powershell.join(" ")), meant);
    }
}
