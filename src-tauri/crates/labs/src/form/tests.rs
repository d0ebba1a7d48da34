use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::ContainerState;

use super::*;
use crate::check::CheckFacts;
use crate::fixtures::{With as _, engine, facts, facts_on, form_of, form_of_image};

#[test]
fn everything_has_a_good_default() {
    let form = form_of("exasol-ai-lab", &facts());
    assert_eq!(
        (
            form.name.as_str(),
            form.image.as_str(),
            form.version.as_str()
        ),
        ("AI-Lab", "exasol/ai-lab", "6.0.0")
    );
    assert_eq!(form.listen_ip, "127.0.0.1");
    assert_eq!(form.ports[0].container, "49494");
    assert_eq!(form.ports[0].purpose, "JupyterLab");
    assert_eq!(
        (form.storage.volume.as_str(), form.storage.target.as_str()),
        ("ai-lab-work", "/home/jupyter/notebooks")
    );
    assert!(!form.docker_control && !form.risk_accepted);
}

#[test]
fn what_is_taken_gets_the_next_name_volume_and_port() {
    let facts = facts()
        .with_lab("AI-Lab", "ai-lab", "ai-lab-work", "exasol/ai-lab:6.0.0")
        .with_volume("ai-lab-2-work")
        .with_container(
            "somebody",
            ContainerState::Exited,
            Some(("127.0.0.1", 49494)),
            None,
        );
    let form = form_of("exasol-ai-lab", &facts);
    assert_eq!(
        (form.name.as_str(), form.storage.volume.as_str()),
        ("AI-Lab 2", "ai-lab-2-work-2")
    );
    assert_ne!(
        form.ports[0].host, "49494",
        "the port of a stopped container is left to it"
    );
}

#[test]
fn a_version_that_is_here_is_proposed_before_a_download() {
    let version = |facts: &CheckFacts| form_of("exasol-ai-lab", facts).version;
    assert_eq!(version(&facts()), "6.0.0");
    assert_eq!(
        version(
            &facts()
                .with_image("exasol/ai-lab:1.0.0")
                .with_image("exasol/ai-lab:5.0.0")
        ),
        "5.0.0"
    );
    assert_eq!(
        version(
            &facts()
                .with_image("exasol/ai-lab:1.0.0")
                .with_image("exasol/ai-lab:6.0.0")
        ),
        "6.0.0"
    );
    let spark = form_of(
        "jupyter",
        &facts().with_image("quay.io/jupyter/scipy-notebook:2024-01-15"),
    );
    assert_eq!(
        (spark.image.as_str(), spark.version.as_str()),
        ("quay.io/jupyter/scipy-notebook", "2024-01-15")
    );
    let (reference, here) = default_reference(
        facts().catalogue.recipe(&spark.recipe).unwrap(),
        &facts().snapshot,
    )
    .unwrap();
    assert_eq!(
        (reference.to_string().as_str(), here),
        ("quay.io/jupyter/all-spark-notebook:latest", false)
    );
}

#[test]
fn an_image_of_one_s_own_is_called_by_its_name() {
    let form = form_of_image("registry.example/team/churn-model:2", &facts());
    assert_eq!(
        (form.recipe.0.as_str(), form.name.as_str()),
        ("web-app", "churn-model")
    );
    assert_eq!(
        form.storage.kind,
        StorageKind::Nothing,
        "nothing says where it keeps anything"
    );
    let page = ImageDetails {
        exposed_ports: vec!["80/tcp".into()],
        volumes: vec!["/srv/www".into()],
        ..ImageDetails::default()
    };
    let form = form_of_image("me/page:1", &facts().with_config(page));
    assert_eq!(
        (
            form.ports[0].container.as_str(),
            form.storage.target.as_str()
        ),
        ("80", "/srv/www")
    );
    assert!(
        form.ports[0]
            .host
            .parse::<u16>()
            .is_ok_and(|port| port >= 1024)
    );
}

#[test]
fn an_image_of_one_s_own_may_turn_out_to_be_a_known_one() {
    let seed = FormSeed {
        recipe: Some(RecipeId("web-app".into())),
        image: Some("exasol/ai-lab:6.0.0".into()),
        ..FormSeed::default()
    };
    assert_eq!(new_form(&seed, &facts()).unwrap().recipe.0, "exasol-ai-lab");
}

#[test]
fn a_seed_that_names_nothing_is_refused() {
    let refused = |seed: FormSeed| new_form(&seed, &facts()).is_err();
    assert!(refused(FormSeed::default()));
    assert!(refused(FormSeed {
        recipe: Some(RecipeId("gone".into())),
        ..FormSeed::default()
    }));
    assert!(refused(FormSeed {
        image: Some("Not An Image".into()),
        ..FormSeed::default()
    }));
    assert!(refused(FormSeed {
        recipe: Some(RecipeId("web-app".into())),
        ..FormSeed::default()
    }));
}

#[test]
fn a_new_version_changes_what_its_generation_decides_and_no_more() {
    let mut form = form_of("exasol-ai-lab", &facts());
    form.name = "Mine".into();
    form.ports[0].host = "8888".into();
    form.ports.push(PortRow {
        listen_ip: String::new(),
        host: "9000".into(),
        container: "9000".into(),
        protocol: "tcp".into(),
        purpose: String::new(),
    });
    form.storage.volume = "my-vol".into();
    form.sign_in = SignInChoice::Own;
    form.version = "1.0.0".into();
    let revised = revise(form.clone(), &facts());
    assert_eq!(revised.storage.target, "/root/notebooks");
    assert_eq!(
        revised.sign_in,
        SignInChoice::FromImage,
        "1.0.0 takes no own password"
    );
    assert_eq!(
        (revised.name.as_str(), revised.storage.volume.as_str()),
        ("Mine", "my-vol")
    );
    assert_eq!(revised.ports, form.ports, "typed ports stay");
    form.version = "not a version".into();
    assert_eq!(
        revise(form.clone(), &facts()),
        form,
        "what cannot be read changes nothing"
    );
}

#[test]
fn a_new_image_changes_the_recipe_and_its_ports() {
    let mut form = form_of("jupyter", &facts());
    assert_eq!(form.ports.len(), 2);
    form.image = "quay.io/jupyter/scipy-notebook".into();
    let revised = revise(form.clone(), &facts());
    assert_eq!(
        (revised.recipe.0.as_str(), revised.ports.len()),
        ("jupyter", 1),
        "the Spark UI goes with Spark"
    );
    form.image = "kave/eskapade-usr".into();
    form.version = "0.7".into();
    let revised = revise(form.clone(), &facts());
    assert_eq!(
        (revised.recipe.0.as_str(), revised.user.mapped),
        ("eskapade", true)
    );
    form.image = "me/my-lab".into();
    assert_eq!(
        revise(form, &facts()).recipe.0,
        "jupyter",
        "an unknown name says nothing, so the choice stays"
    );
}

#[test]
fn another_one_like_it_collides_with_nothing() {
    let facts = facts()
        .with_lab("AI-Lab", "ai-lab", "ai-lab-work", "exasol/ai-lab:6.0.0")
        .with_container(
            "ai-lab",
            ContainerState::Running,
            Some(("127.0.0.1", 49494)),
            Some("ai-lab-work"),
        );
    let mut form = form_of("exasol-ai-lab", &self::facts());
    form.ports[0].host = "49494".into();
    form.risk_accepted = true;
    let like = like(form.clone(), &facts);
    assert_eq!(like.name, "AI-Lab 2");
    assert_ne!(like.ports[0].host, "49494");
    assert_eq!(like.storage.volume, "ai-lab-2-work");
    assert!(!like.risk_accepted, "consent is given for each lab");
}

#[test]
fn the_frame_tells_what_the_form_does_not_hold() {
    let facts = facts()
        .with_volume("my-vol")
        .with_volume(&"a1".repeat(32))
        .with_lab("Old", "old", "my-vol", "exasol/ai-lab:1.0.0")
        .with_container("old", ContainerState::Running, None, Some("my-vol"))
        .with_container("backup", ContainerState::Exited, None, Some("my-vol"));
    let shown = frame(&form_of("exasol-ai-lab", &facts), &facts);
    assert_eq!(
        (shown.recipe_name.as_str(), shown.icon.as_str(), shown.tint),
        ("Exasol AI-Lab", "sparkles", 1)
    );
    assert_eq!(
        shown.volumes.len(),
        1,
        "volumes that Docker named by itself are nobody's choice"
    );
    let volume = &shown.volumes[0];
    assert_eq!(volume.used_by, ["Old", "backup"]);
    assert!(volume.in_use);
    assert_eq!(volume.made_by.as_deref(), Some("exasol/ai-lab:1.0.0"));
    assert_eq!(shown.sign_in.image_password.as_deref(), Some("ailab"));
    assert!(shown.sign_in.own_possible && shown.sign_in.opens_signed_in && shown.sign_in.keyring);
    assert!(
        shown.folders_offered
            && shown.user_mapping.is_none()
            && shown.docker_control.obstacle.is_none()
    );

    let mut remote = engine();
    remote.this_computer = false;
    remote.rootless = true;
    let facts = facts_on(remote);
    let shown = frame(&form_of_image("kave/eskapade-usr:0.7", &facts), &facts);
    assert!(!shown.folders_offered && shown.addresses.is_empty());
    assert_eq!(
        shown.user_mapping.unwrap().technical,
        "HOST_USER_ID and HOST_USER_GID"
    );
    assert!(shown.docker_control.obstacle.is_some());
}
