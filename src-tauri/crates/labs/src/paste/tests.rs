use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::fixtures::facts;

mod any_text;
mod real_commands;
mod wrong_commands;

fn person() -> Person {
    Person {
        home: Some("/home/anna".to_owned()),
        name: Some("anna".to_owned()),
    }
}

fn read_with(text: &str, answers: &[(&str, &str)]) -> PastedCommand {
    let answers: BTreeMap<String, String> = answers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    pasted(text, &answers, &person(), &facts())
}

/// Everything that a person sees of it, and the form's choices, as text.
#[expect(clippy::too_many_lines, reason = "it has a line for each thing shown")]
fn shown(text: &str, answers: &[(&str, &str)]) -> String {
    let pasted = read_with(text, answers);
    let units: Vec<u16> = text.encode_utf16().collect();
    let stretch = |start: u32, end: u32| {
        String::from_utf16_lossy(&units[start as usize..end as usize]).replace('\n', "⏎")
    };
    let mut shown = format!("{text}\n  read as {:?}\n", pasted.shell);
    for part in &pasted.parts {
        let meaning = part.meaning.map_or_else(String::new, |meaning| {
            let meaning = &pasted.meanings[meaning as usize];
            format!("{} {}", meaning.lead, meaning.detail)
        });
        let open: Vec<String> = part
            .variables
            .iter()
            .map(|(start, end)| stretch(*start, *end))
            .collect();
        let open = if open.is_empty() {
            String::new()
        } else {
            format!(" {open:?}")
        };
        writeln!(
            shown,
            "  {:?} [{}]{open} {meaning}",
            part.kind,
            stretch(part.start, part.end)
        )
        .unwrap();
    }
    for variable in &pasted.variables {
        writeln!(
            shown,
            "  asks {} ({:?}): {:?} {:?}",
            variable.name, variable.used_for, variable.value, variable.error
        )
        .unwrap();
    }
    for rest in &pasted.not_taken {
        writeln!(shown, "  not taken: {} ({})", rest.text, rest.why).unwrap();
    }
    if let Some(problem) = &pasted.problem {
        writeln!(
            shown,
            "  problem: {} {}",
            problem.title,
            problem.hint.as_deref().unwrap_or_default()
        )
        .unwrap();
    }
    if let Some(form) = &pasted.form {
        let ports: Vec<String> = form
            .ports
            .iter()
            .map(|row| {
                format!(
                    "{}:{}:{}/{}",
                    row.listen_ip, row.host, row.container, row.protocol
                )
            })
            .collect();
        writeln!(
            shown,
            "  form: {} {}:{} at {} {ports:?}",
            form.recipe.0, form.image, form.version, form.listen_ip
        )
        .unwrap();
        writeln!(
            shown,
            "    keeps {:?} {:?} {:?} {}",
            form.storage.kind, form.storage.volume, form.storage.folder, form.storage.target
        )
        .unwrap();
        writeln!(
            shown,
            "    name {:?}, control {}, user {:?}, sign-in {:?}",
            form.name, form.docker_control, form.user, form.sign_in
        )
        .unwrap();
        let default = crate::form::Advanced {
            nothing_added: true,
            ..Default::default()
        };
        let (advanced, default) = (
            serde_json::to_value(&form.advanced).unwrap(),
            serde_json::to_value(&default).unwrap(),
        );
        for (key, value) in advanced.as_object().unwrap() {
            if default[key] != *value {
                writeln!(shown, "    {key}: {value}").unwrap();
            }
        }
        let secrets: Vec<&String> = pasted.secrets.variables.keys().collect();
        if pasted.secrets.password.is_some() || !secrets.is_empty() {
            writeln!(
                shown,
                "    secrets: password {}, {secrets:?}",
                pasted.secrets.password.is_some()
            )
            .unwrap();
        }
    }
    shown
}
