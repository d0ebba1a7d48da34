//! A `docker run` command from a guide: what it means, what is not taken, and a launch of it.

use std::collections::BTreeMap;

use slipway_labs::form::TypedSecrets;
use slipway_labs::paste::{AskedVariable, PastedCommand, VariableUse};

use super::arguments::ImportRun;
use super::failure::{Failure, Outcome};
use super::session::{Opening, Session};
use super::{ask, launch, shapes};

pub async fn import(session: &mut Session, import: ImportRun, opening: Opening) -> Outcome {
    let answers = answers(&import.set)?;
    let text = if import.text == "-" {
        ask::everything().await?
    } else {
        import.text.clone()
    };
    session.engine().await?;
    let pasted = session.state.labs.read_command(&text, &answers).await;
    say(session, &pasted, &answers)?;
    let open: Vec<&str> = pasted
        .variables
        .iter()
        .filter(|variable| variable.value.is_empty() || variable.error.is_some())
        .map(|variable| variable.name.as_str())
        .collect();
    if !open.is_empty() && pasted.form.is_none() {
        let hint = open
            .iter()
            .map(|name| format!("--set {name}=…"))
            .collect::<Vec<_>>()
            .join(" ");
        let failure = Failure::refused(format!("The command leaves {} open.", open.join(", ")))
            .hint(format!("Say what to use: {hint}"));
        let wrong = pasted.variables.iter().filter_map(|variable| {
            let error = variable.error.clone()?;
            Some((variable.name.clone(), error))
        });
        return Err(wrong.fold(failure, |failure, (name, error)| {
            failure.remark(Some(name), error)
        }));
    }
    if let Some(problem) = pasted.problem.clone() {
        return Err(refused(problem));
    }
    let Some(form) = pasted.form.clone() else {
        return Err(
            Failure::refused("This is no command that Slipway can read.")
                .hint("It begins with docker run and names an image."),
        );
    };
    let secrets = TypedSecrets::from(pasted.secrets.clone());
    let (form, typed) = launch::chosen(session, &import.choices, form, secrets).await?;
    let launched = if import.launch {
        let going = &import.going;
        let go = launch::go(session, form.clone(), typed, going, opening);
        Some(Box::pin(go).await?)
    } else {
        session.voice.line("To launch it, add --launch.")?;
        None
    };
    session.voice.value(&shapes::Understood {
        shell: pasted.shell,
        meanings: pasted.meanings,
        not_taken: pasted.not_taken,
        variables: without_secrets(pasted.variables),
        form: Some(form),
        launched,
    })?;
    Ok(())
}

/// What stands in the way of a form is the person's to mend, whatever kind it is.
fn refused(problem: slipway_labs::Problem) -> Failure {
    let failure = Failure::from(problem);
    match failure.exit {
        super::failure::Exit::Failed => Failure {
            exit: super::failure::Exit::Refused,
            ..failure
        },
        _ => failure,
    }
}

/// A variable that holds a secret is named, and its value is not repeated.
fn without_secrets(mut variables: Vec<AskedVariable>) -> Vec<AskedVariable> {
    for variable in &mut variables {
        if variable.used_for == VariableUse::Secret {
            variable.value.clear();
        }
    }
    variables
}

fn answers(set: &[String]) -> Outcome<BTreeMap<String, String>> {
    set.iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(Failure::usage(format!(
                "--set takes VARIABLE=VALUE, and “{text}” is none."
            ))),
        })
        .collect()
}

fn say(
    session: &mut Session,
    pasted: &PastedCommand,
    answers: &BTreeMap<String, String>,
) -> Outcome {
    for meaning in &pasted.meanings {
        let line = format!("  {} {}", meaning.lead, meaning.detail);
        session.voice.line(line.trim_end())?;
    }
    let proposed = pasted.variables.iter().filter(|variable| {
        let usable = !variable.value.is_empty() && variable.error.is_none();
        usable && variable.used_for != VariableUse::Secret && !answers.contains_key(&variable.name)
    });
    for variable in proposed {
        session.voice.line(&format!(
            "  {} is {}; for another value, add --set {}=…",
            variable.name, variable.value, variable.name
        ))?;
    }
    if !pasted.not_taken.is_empty() {
        session.voice.line("Not taken:")?;
        for part in &pasted.not_taken {
            session
                .voice
                .line(&format!("  {}: {}", part.text, part.why))?;
        }
    }
    Ok(())
}
