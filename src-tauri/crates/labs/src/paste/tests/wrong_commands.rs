//! What cannot be read gets one sentence; nothing is guessed.

use super::*;
use crate::check::NoteLevel;

#[test]
fn each_has_its_sentence() {
    let commands = [
        "hello",
        "docker ps -a",
        "docker compose up -d",
        "docker run",
        "docker run -it --rm",
        "docker run -p 1:1 \"exasol/ai-lab",
        "docker run -v $(pwd:/x y/z",
        "docker run -e A={a,b} x/y",
        "docker run x/y <<EOF\nhello\nEOF",
        "docker run --name",
        "docker run --name --rm x/y",
        "docker run --frobnicate yes x/y",
        "docker run -Z x/y",
        "docker run –name x x/y",
        "docker run --rm=maybe x/y",
        "docker run -e =x -v x/y UPPER/Case",
        "OPTS='-it --rm'; docker run $OPTS x/y",
        "docker run -v $(cat where):/x x/y",
        "docker run --env HTTP_PROXY -p 90000:x x/y",
        "alias jupyter='docker run -p 8888:8888 x/y'",
    ];
    let shown: Vec<String> = commands.iter().map(|command| shown(command, &[])).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn control_characters_are_named() {
    for (text, number) in [
        ("docker run x\0y", "number 0"),
        ("docker run x\u{7}y", "number 7"),
    ] {
        let problem = read_with(text, &[]).problem.unwrap();
        assert!(problem.title.contains(number), "{problem:#?}");
    }
}

#[test]
fn an_empty_text_is_nothing_wrong() {
    for text in ["", "  \n", "# a comment"] {
        let pasted = read_with(text, &[]);
        assert!(
            pasted.problem.is_none() && pasted.form.is_none(),
            "{text:?}"
        );
    }
}

#[test]
fn length_alone_is_no_reason_to_be_slow_or_to_fail() {
    let long = format!("docker run -e A={} x/y", "a".repeat(100 * 1024));
    let form = read_with(&long, &[]).form.unwrap();
    assert_eq!(form.advanced.environment[0].value.len(), 100 * 1024);
    let too_long = format!("docker run -e A={} x/y", "a".repeat(200 * 1024));
    assert!(
        read_with(&too_long, &[])
            .problem
            .unwrap()
            .title
            .contains("kB long")
    );
    let many = format!("docker run {} x/y", "-e A=1 ".repeat(2000));
    assert!(
        read_with(&many, &[])
            .problem
            .unwrap()
            .title
            .contains("more than 1000")
    );
}

/// What can be read and cannot be launched is said by the form, at its field; what was typed stays.
#[test]
fn what_can_be_read_and_cannot_be_stands_at_its_field() {
    let commands = [
        "docker run -p 21017-21010:80-87 x/y",
        "docker run -p 21010-21012:80-81 x/y",
        "docker run -p 21010-21015:80-85 -p 21012:90 x/y",
        "docker run -p 21010:80 -p 21010:90 x/y",
        "docker run -p 21010:70000 x/y",
        "docker run -v one:/data -v two:/data x/y",
        "docker run -v one:/data --tmpfs /data x/y",
        "docker run -v one:data x/y",
        "docker run -e =value x/y",
        "docker run --memory lots --cpus 1,5 x/y",
        "docker run --restart sometimes x/y",
    ];
    let mut shown = String::new();
    for command in commands {
        let pasted = read_with(command, &[]);
        writeln!(shown, "{command}").unwrap();
        for rest in &pasted.not_taken {
            writeln!(shown, "  not taken: {} ({})", rest.text, rest.why).unwrap();
        }
        if let Some(problem) = &pasted.problem {
            writeln!(shown, "  problem: {}", problem.title).unwrap();
        }
        let said = pasted.not_taken.len() + usize::from(pasted.problem.is_some());
        let wrong = pasted.form.map_or_else(Vec::new, |form| {
            let check = crate::check::check(&form, &facts(), None);
            let notes = check.notes.into_iter();
            let errors = notes.filter(|note| note.level == NoteLevel::Error);
            errors
                .map(|note| format!("  at {}: {}", note.field, note.message))
                .collect()
        });
        assert!(
            said + wrong.len() > 0,
            "{command} is not right, and nobody says so"
        );
        for line in wrong {
            writeln!(shown, "{line}").unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}
