//! The whole voice in one snapshot: every engine error as a person meets it.

use slipway_engine::Error;

use super::Problem;

/// Title, message and hint as they are read, one after the other.
fn read_aloud(problem: &Problem) -> String {
    let mut lines = vec![format!("[{:?}] {}", problem.kind, problem.title)];
    lines.extend((!problem.message.is_empty()).then(|| format!("    {}", problem.message)));
    lines.extend(problem.hint.as_ref().map(|hint| format!("    -> {hint}")));
    lines.extend(problem.field.as_ref().map(|field| format!("    @ {field}")));
    lines.join("\n")
}

fn every_error() -> Vec<Error> {
    let reference = || "acme/lab:1.0".to_owned();
    let detail = String::new;
    vec![
        Error::EngineNotFound {
            tried: vec!["/var/run/docker.sock".to_owned()],
        },
        Error::EngineUnreachable {
            endpoint: "unix:///var/run/docker.sock".to_owned(),
            detail: detail(),
        },
        Error::Connecting,
        Error::PermissionDenied {
            socket: "/var/run/docker.sock".to_owned(),
            detail: detail(),
        },
        Error::PortTaken {
            port: 8888,
            holder: None,
            detail: detail(),
        },
        Error::PortTaken {
            port: 8888,
            holder: Some("AI-Lab".to_owned()),
            detail: detail(),
        },
        Error::PortNotAllowed {
            port: 80,
            detail: detail(),
        },
        Error::AddressNotAvailable {
            address: "192.168.9.9".to_owned(),
            detail: detail(),
        },
        Error::NameTaken {
            name: "ai-lab".to_owned(),
            detail: detail(),
        },
        Error::InvalidName {
            name: "-x".to_owned(),
            detail: detail(),
        },
        Error::FolderNotFound {
            path: "/home/anna/work".to_owned(),
            detail: detail(),
        },
        Error::FolderNotShared {
            path: "/Volumes/data".to_owned(),
            detail: detail(),
        },
        Error::ImageNotFound {
            reference: reference(),
            detail: detail(),
        },
        Error::RegistryDenied {
            reference: reference(),
            detail: detail(),
        },
        Error::RegistryUnreachable {
            reference: reference(),
            detail: detail(),
        },
        Error::RateLimited {
            reference: reference(),
            detail: detail(),
        },
        Error::DiskFull { detail: detail() },
        Error::WrongPlatform {
            reference: reference(),
            detail: detail(),
        },
        Error::NotFound {
            what: "container",
            name: "ai-lab".to_owned(),
            detail: detail(),
        },
        Error::InUse {
            what: "The volume my-vol".to_owned(),
            detail: detail(),
        },
        Error::NotRunning {
            name: "ai-lab".to_owned(),
            detail: detail(),
        },
        Error::NotSupported {
            what: "This engine cannot do it.".to_owned(),
        },
        Error::InvalidReference {
            reference: "Acme/Lab".to_owned(),
            why: "Image names have no capital letters.".to_owned(),
        },
        Error::Interrupted { detail: detail() },
        Error::TimedOut { detail: detail() },
        Error::Engine {
            status: 500,
            message: "boom".to_owned(),
        },
    ]
}

#[test]
fn every_error_of_the_engine_is_said_in_plain_words() {
    let voice: Vec<String> = every_error()
        .into_iter()
        .map(|error| read_aloud(&Problem::from(error)))
        .collect();
    insta::assert_snapshot!(voice.join("\n"));
}

#[test]
fn words_end_as_sentences_and_blame_nobody() {
    for error in every_error() {
        let problem = Problem::from(error);
        for text in [
            Some(&problem.title),
            Some(&problem.message),
            problem.hint.as_ref(),
        ]
        .into_iter()
        .flatten()
        {
            assert!(text.is_empty() || text.ends_with('.'), "{text}");
            assert!(
                !text.contains('!') && !text.to_lowercase().contains("oops"),
                "{text}"
            );
        }
    }
}
