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
fn eskapade_says_how_its_page_is_started() {
    let mut lab = form_of_image("kave/eskapade-usr:0.7", &facts());
    lab.ports[0].host = "8888".to_owned();
    insta::assert_snapshot!(shown(&lab));
}
