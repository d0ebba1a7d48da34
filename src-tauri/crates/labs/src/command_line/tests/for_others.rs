//! Commands as other people get them.

use super::*;
use crate::catalogue::Catalogue;
use crate::form::{Advanced, VariableRow};

fn shown(form: &LaunchForm) -> String {
    let commands = commands(&plan(form, None, &Catalogue::shipped()).unwrap());
    format!(
        "{}\n\n{}\n\n{}\n\n{}\n{}\n{}\n",
        commands.bash,
        commands.powershell,
        commands.cmd,
        commands.function,
        commands.compose,
        commands.notes.join("\n")
    )
}

#[test]
fn a_lab_in_every_form() {
    let mut lab = form_of("exasol-ai-lab", &facts());
    lab.ports[0].host = "49494".to_owned();
    lab.docker_control = true;
    lab.sign_in = SignInChoice::Own;
    lab.advanced = Advanced {
        environment: vec![VariableRow {
            name: "PRICE".to_owned(),
            value: "5 $ & 50%".to_owned(),
            secret: false,
        }],
        memory: "2g".to_owned(),
        remove_when_stopped: true,
        ..Advanced::default()
    };
    insta::assert_snapshot!(shown(&lab));
}

#[test]
fn a_preview_is_the_command_of_the_lab_that_it_becomes() {
    let mut seconds = 0;
    for image in [
        "kave/eskapade-usr:0.7",
        "kave/eskapade-env:0.7",
        "kave/eskapade-usr:0.8.6",
        "exasol/ai-lab:6.0.0",
        "quay.io/jupyter/pyspark-notebook",
        "postgres",
    ] {
        let lab = form_of_image(image, &facts());
        let plan = plan(&lab, None, &Catalogue::shipped()).unwrap();
        let (preview, lab) = (equivalent(&plan), commands(&plan));
        let whole = |run: &[String], mark: &str, then: Option<&String>| {
            let then = then.map_or_else(String::new, |then| format!("\n\n{then}"));
            format!("{}{then}", run.join(mark))
        };
        let then = preview.followed_by.as_ref();
        assert_eq!(
            whole(&preview.bash, " \\\n  ", then.map(|then| &then.bash)),
            lab.bash,
            "{image}"
        );
        assert_eq!(
            whole(
                &preview.powershell,
                " `\n  ",
                then.map(|then| &then.powershell)
            ),
            lab.powershell,
            "{image}"
        );
        assert!(then.is_none_or(|then| lab.notes.contains(&then.note)));
        seconds += usize::from(then.is_some());
    }
    assert_eq!(seconds, 2, "the two whose image ends in a shell");
}

#[test]
fn eskapade_says_how_its_page_is_started() {
    let mut lab = form_of_image("kave/eskapade-usr:0.7", &facts());
    lab.ports[0].host = "8888".to_owned();
    insta::assert_snapshot!(shown(&lab));
}
