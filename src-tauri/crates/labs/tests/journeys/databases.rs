//! Databases: no page to open, and a password that holds as long as the kept work does.

use slipway_labs::card::LabState;
use slipway_labs::form::{FormSeed, SignInChoice};
use slipway_labs::launch::LaunchOutcome;
use slipway_labs::recipe::SignInKind;

use crate::recipes::{ends, form, images_of};
use crate::{Room, bed, docker};

/// Speaks to a published port from the engine's machine.
fn sql(port: &str, password: &str, question: &str) -> Result<String, String> {
    bed()
        .docker(&[
            "run",
            "--rm",
            "--network",
            "host",
            "--entrypoint",
            "mariadb",
            "mariadb:latest",
            "--host=127.0.0.1",
            "--user=root",
            "--skip-column-names",
            "--batch",
            &format!("--port={port}"),
            &format!("--password={password}"),
            &format!("--execute={question}"),
        ])
        .map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_takes_the_password_that_was_made() {
    images_of(&["mariadb:latest"]).await;
    let room = Room::new().await;
    let mut form = form(&room, "mariadb:latest", "mariadb", "maria").await;
    form.storage.volume = "maria-vol".into();
    assert_eq!(form.sign_in, SignInChoice::FromImage, "nothing was typed");
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(
            progress.outcome,
            LaunchOutcome::Ready {
                shown: None,
                opened: false,
                ..
            }
        ),
        "{progress:#?}"
    );
    assert!(
        room.opened.lock().unwrap().is_empty(),
        "there is no page to open"
    );
    let password = room.labs.password(&lab).await.unwrap();
    let password = password.reveal();
    assert!(password.len() >= 24, "a strong one");
    let port = form.ports[0].host.as_str();
    assert_eq!(sql(port, password, "select 6 * 7").unwrap().trim(), "42");
    assert!(sql(port, "wrong", "select 1").is_err());
    sql(port, password, "create database kept").unwrap();

    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(
        card.connection,
        Some(format!("127.0.0.1:{port}, user root"))
    );
    assert_eq!(card.addresses[0].text, format!("127.0.0.1:{port}"));
    assert!(card.has_password && card.sign_in == SignInKind::Password);
    assert_eq!(card.user.as_deref(), Some("root"));
    assert!(!format!("{card:?}").contains(password));
    let label = docker(&["inspect", "--format", "{{json .Config.Labels}}", "maria"]);
    assert!(!label.contains(password), "no secret in a label");

    // The container goes and the kept work stays: the lab launched again has its old password.
    docker(&["rm", "--force", "maria"]);
    room.card(&lab, "missing", |card| card.container.is_none())
        .await;
    let seed = FormSeed {
        like_lab: Some(lab.0.clone()),
        ..Default::default()
    };
    let again = room.labs.new_form(seed).await.unwrap();
    let lab = room.launched(&again, None).await;
    assert_eq!(room.labs.password(&lab).await.unwrap().reveal(), password);
    let port = again.ports[0].host.as_str();
    assert!(
        sql(port, password, "show databases")
            .unwrap()
            .contains("kept")
    );

    // Another lab on the same volume cannot know it, and that is said.
    let mut other = room.form(None, Some("mariadb:latest"), "maria-two").await;
    other.storage.volume = "maria-vol".into();
    let checked = room
        .labs
        .check(&other, &slipway_labs::form::TypedSecrets::default())
        .await;
    assert!(
        checked
            .notes
            .iter()
            .any(|note| note.field == "signIn" && note.message.contains("older than this lab")),
        "{:#?}",
        checked.notes
    );
    ends(&room, &lab, "maria").await;
}

/// Speaks to a published port from the engine's machine, with the image's own client.
fn psql(image: &str, port: &str, password: &str, question: &str) -> Result<String, String> {
    bed()
        .docker(&[
            "run",
            "--rm",
            "--network",
            "host",
            "--env",
            &format!("PGPASSWORD={password}"),
            "--entrypoint",
            "psql",
            image,
            "--host=127.0.0.1",
            "--username=postgres",
            "--dbname=postgres",
            "--no-align",
            "--tuples-only",
            &format!("--port={port}"),
            &format!("--command={question}"),
        ])
        .map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_its_data_where_each_of_its_shapes_has_it() {
    images_of(&["postgres:15", "postgres:18"]).await;
    let room = Room::new().await;
    for (image, name, folder) in [
        ("postgres:15", "pg-before", "/var/lib/postgresql/data"),
        ("postgres:18", "pg-since", "/var/lib/postgresql"),
    ] {
        let form = form(&room, image, "postgres", name).await;
        assert_eq!(form.storage.target, folder, "{image}");
        let lab = room.launch(&form, None).await;
        let progress = room.outcome(&lab).await;
        assert!(
            matches!(
                progress.outcome,
                LaunchOutcome::Ready {
                    shown: None,
                    opened: false,
                    ..
                }
            ),
            "{progress:#?}"
        );
        let password = room.labs.password(&lab).await.unwrap();
        let password = password.reveal();
        let port = form.ports[0].host.as_str();
        let answer = psql(image, port, password, "select 6 * 7").unwrap();
        assert_eq!(answer.trim(), "42", "{image}");
        assert!(psql(image, port, "wrong", "select 1").is_err(), "{image}");
        psql(image, port, password, "create database kept").unwrap();
        let card = room
            .card(&lab, "running", |card| card.state == LabState::Running)
            .await;
        assert_eq!(
            card.connection,
            Some(format!(
                "127.0.0.1:{port}, user postgres, database postgres"
            ))
        );
        assert!(card.has_password && card.sign_in == SignInKind::Password);
        let mounts = docker(&[
            "inspect",
            "--format",
            "{{range .Mounts}}{{.Name}}={{.Destination}} {{end}}",
            name,
        ]);
        assert_eq!(
            mounts.trim(),
            format!("{name}-vol={folder}"),
            "all its data is in the kept volume"
        );

        docker(&["rm", "--force", name]);
        room.card(&lab, "missing", |card| card.container.is_none())
            .await;
        let seed = FormSeed {
            like_lab: Some(lab.0.clone()),
            ..Default::default()
        };
        let again = room.labs.new_form(seed).await.unwrap();
        let lab = room.launched(&again, None).await;
        let port = again.ports[0].host.as_str();
        let kept = psql(image, port, password, "select datname from pg_database").unwrap();
        assert!(kept.contains("kept"), "{image}: {kept}");
        ends(&room, &lab, name).await;
    }
}
