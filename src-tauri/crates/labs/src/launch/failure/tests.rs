//! The voice of failed launches in one snapshot: what a person reads, and the buttons.

use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::Inventory;
use slipway_vault::Vault;

use super::*;
use crate::fixtures::{facts, form_of};
use crate::labs::shared::State;
use crate::labs::{LabsHome, Sources};
use crate::profile::ProfileFolder;

/// Labs without an engine: the words need none.
fn shared(folder: &std::path::Path) -> Arc<Shared> {
    let nowhere = [(
        "DOCKER_HOST".to_owned(),
        "unix:///nonexistent/docker.sock".to_owned(),
    )];
    let home = LabsHome {
        recipes: std::path::PathBuf::new(),
        profiles: folder.to_owned(),
        inventory: Inventory::start(Surroundings {
            variables: nowhere.into(),
            home: None,
        }),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    };
    let (profiles, _, _) = ProfileFolder::read(folder.to_owned());
    Arc::new(Shared::new(
        home,
        Sources::of_this_system(),
        profiles,
        State::default(),
    ))
}

#[expect(clippy::too_many_lines, reason = "one entry a trouble")]
fn troubles() -> Vec<(&'static str, StepKind, Trouble)> {
    let reference = || "exasol/ai-lab:6.0.0".to_owned();
    let detail = || "token=abcdef0123456789 and s3cret in the engine's text".to_owned();
    let exited = |code: i32, out_of_memory: bool, lines: &[&str]| {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Trouble::NotReady(NotReady::Exited {
            code: Some(code),
            out_of_memory,
            lines,
        })
    };
    vec![
        (
            "no image",
            StepKind::Download,
            Error::ImageNotFound {
                reference: reference(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "not authorised",
            StepKind::Download,
            Error::RegistryDenied {
                reference: reference(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "registry",
            StepKind::Download,
            Error::RegistryUnreachable {
                reference: reference(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "rate",
            StepKind::Download,
            Error::RateLimited {
                reference: reference(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "disk full",
            StepKind::Download,
            Error::DiskFull { detail: detail() }.into(),
        ),
        (
            "little disk",
            StepKind::Check,
            Trouble::TooLittleDisk {
                needed: Bytes(3_900_000_000),
                free: Bytes(400_000_000),
            },
        ),
        (
            "platform",
            StepKind::Check,
            Error::WrongPlatform {
                reference: reference(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "name",
            StepKind::Create,
            Error::NameTaken {
                name: "ai-lab".to_owned(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "address",
            StepKind::Start,
            Error::AddressNotAvailable {
                address: "192.168.9.9".to_owned(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "folder",
            StepKind::Create,
            Error::FolderNotFound {
                path: "/home/anna/work".to_owned(),
                detail: detail(),
            }
            .into(),
        ),
        (
            "anything else",
            StepKind::Create,
            Error::Engine {
                status: 500,
                message: detail(),
            }
            .into(),
        ),
        (
            "exited",
            StepKind::Answer,
            exited(3, false, &["Traceback", "password=s3cret is wrong", ""]),
        ),
        ("exited in silence", StepKind::Answer, exited(1, false, &[])),
        (
            "no socket",
            StepKind::Answer,
            exited(
                1,
                false,
                &["PermissionError: No rw permissions for group in srw-------"],
            ),
        ),
        (
            "other processor",
            StepKind::Answer,
            exited(1, false, &["exec /bin/sh: exec format error"]),
        ),
        ("memory", StepKind::Answer, exited(137, true, &["loading"])),
        (
            "container removed",
            StepKind::Answer,
            Trouble::NotReady(NotReady::Gone { lines: Vec::new() }),
        ),
        (
            "engine gone",
            StepKind::Answer,
            Trouble::NotReady(NotReady::EngineAway),
        ),
        (
            "engine gone early",
            StepKind::Create,
            Error::EngineUnreachable {
                endpoint: "unix:///x".to_owned(),
                detail: detail(),
            }
            .into(),
        ),
    ]
}

#[tokio::test]
async fn every_failure_says_what_happened_what_is_kept_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let shared = shared(folder.path());
    let mut form = form_of("exasol-ai-lab", &facts());
    form.docker_control = true;
    let plan =
        crate::plan::plan(&form, None, &crate::catalogue::Catalogue::shipped()).expect("a plan");
    let mut voice = Vec::new();
    for (name, step, trouble) in troubles() {
        let secrets = [Secret::new("s3cret".to_owned())];
        let (problem, fixes) = explain(&shared, &plan, form.clone(), step, trouble, &secrets).await;
        voice.push(format!(
            "{name} [{:?}]\n    {}\n    {}",
            problem.kind, problem.title, problem.message
        ));
        voice.extend(problem.hint.iter().map(|hint| format!("    -> {hint}")));
        voice.extend(fixes.iter().map(|fix| format!("    ({})", fix.label)));
        assert!(!fixes.is_empty(), "{name}: there is always a way out");
        let all = format!("{problem:?}");
        assert!(
            !all.contains("s3cret") && !all.contains("abcdef0123456789"),
            "{name}: {all}"
        );
    }
    insta::assert_snapshot!(voice.join("\n"));
}
