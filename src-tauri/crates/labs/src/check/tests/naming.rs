//! Names, images and versions.

use super::*;

#[test]
fn names_and_images() {
    let facts = facts()
        .with_container("stranger", ContainerState::Exited, None, None)
        .with_lab("AI-Lab 2", "ai-lab-2", "v", "exasol/ai-lab:6.0.0");
    let form = form_of("exasol-ai-lab", &facts);
    let mut voice = Voice::new();
    for name in [
        "",
        "  ",
        "a",
        "!",
        "实验室",
        "stranger",
        "AI-Lab 2",
        "ai lab 2",
        "a\u{7}b",
        &"long ".repeat(20),
        "Churn, März",
    ] {
        voice.say(
            &format!("name {name:?}"),
            "name",
            &with(&form, |form| form.name = name.to_owned()),
            &facts,
        );
    }
    for image in [
        "",
        "Exasol/AI-Lab",
        "https://hub.docker.com/r/exasol/ai-lab",
        "https://quay.io/repository/jupyter/base-notebook?tab=tags",
        "docker://exasol/ai-lab",
        "exasol/ai-lab:5.0.0",
        "exasol//ai-lab",
        "exasol/ai lab",
        "localhost:5000/exasol/ai-lab",
        "!!",
    ] {
        voice.say(
            &format!("image {image:?}"),
            "image",
            &with(&form, |form| form.image = image.to_owned()),
            &facts,
        );
    }
    for version in [
        "",
        "6 0",
        "-x",
        "sha256:abc",
        &"9".repeat(129),
        "1.0.0",
        "latest",
    ] {
        voice.say(
            &format!("version {version:?}"),
            "version",
            &with(&form, |form| form.version = version.to_owned()),
            &facts,
        );
    }
    let here = facts.clone().with_image("exasol/ai-lab:6.0.0");
    voice.say(
        "version that is here",
        "version",
        &with(&form, |form| form.version = "6.0.0".into()),
        &here,
    );
    let arm = {
        let mut engine = engine();
        engine.architecture = "arm64".to_owned();
        engine.memory = slipway_engine::Bytes(1_000_000_000);
        facts_on(engine)
    };
    voice.say("an ARM engine with little memory", "image", &form, &arm);
    insta::assert_snapshot!(voice.text);
}
