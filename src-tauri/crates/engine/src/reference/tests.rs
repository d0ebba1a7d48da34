use proptest::prelude::*;

use crate::{Error, ImageReference};

fn why(text: &str) -> String {
    match ImageReference::parse(text) {
        Err(Error::InvalidReference { why, .. }) => why,
        other => panic!("{text} is not refused: {other:?}"),
    }
}

#[test]
fn what_people_type_is_understood() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let table = [
        ("ubuntu", "docker.io", "library/ubuntu", Some("latest")),
        (
            " exasol/ai-lab ",
            "docker.io",
            "exasol/ai-lab",
            Some("latest"),
        ),
        (
            "exasol/ai-lab:6.0.0",
            "docker.io",
            "exasol/ai-lab",
            Some("6.0.0"),
        ),
        (
            "quay.io/jupyter/base-notebook:2025-01-01",
            "quay.io",
            "jupyter/base-notebook",
            Some("2025-01-01"),
        ),
        ("localhost/own:1", "localhost", "own", Some("1")),
        (
            "localhost:5000/own",
            "localhost:5000",
            "own",
            Some("latest"),
        ),
        (
            "127.0.0.1:5000/a/b/c:x",
            "127.0.0.1:5000",
            "a/b/c",
            Some("x"),
        ),
        ("[::1]:5000/a:x", "[::1]:5000", "a", Some("x")),
        (
            "Registry.Example.com/a__b/c---d.e",
            "Registry.Example.com",
            "a__b/c---d.e",
            Some("latest"),
        ),
        (
            "docker.io/ubuntu",
            "docker.io",
            "library/ubuntu",
            Some("latest"),
        ),
    ];
    for (text, registry, path, tag) in table {
        let reference = ImageReference::parse(text).unwrap();
        assert_eq!(
            (
                reference.registry(),
                reference.path().as_str(),
                reference.tag.as_deref()
            ),
            (registry, path, tag),
            "for {text}"
        );
    }
    let pinned = ImageReference::parse(&format!("exasol/ai-lab@{digest}")).unwrap();
    assert_eq!(
        (pinned.tag, pinned.digest.as_deref()),
        (None, Some(digest.as_str())),
        "a digest needs no tag"
    );
    let both = ImageReference::parse(&format!("exasol/ai-lab:6.0.0@{digest}")).unwrap();
    assert_eq!(
        both.to_string(),
        format!("exasol/ai-lab:6.0.0@{digest}"),
        "both are kept"
    );
}

#[test]
fn each_broken_rule_has_its_sentence() {
    let mut text = Vec::new();
    for typed in [
        "",
        "   ",
        "https://hub.docker.com/r/exasol/ai-lab",
        "exasol/AI-Lab",
        "exasol/ai lab",
        "exasol//ai-lab",
        "/ai-lab",
        "exasol/",
        ":6.0.0",
        "exasol/ai-lab:",
        "exasol/ai-lab:6.0.0 beta",
        "exasol/ai-lab:+",
        "exasol/ai-lab:.6",
        "exasol/ai..lab",
        "exasol/-ai",
        "exasol/ai_",
        "exasol/ai___lab",
        "exasol/ai-läb",
        "exasol/ai-lab@6.0.0",
        "exasol/ai-lab@sha256:12",
        "quay.io:port/x",
        "-quay.io/x",
        "[::g]/x",
        "a:b:c",
    ] {
        text.push(format!("{typed:?}: {}", why(typed)));
    }
    text.push(format!(
        "129 letters after the colon: {}",
        why(&format!("x:{}", "y".repeat(129)))
    ));
    text.push(format!("300 letters: {}", why(&"x".repeat(300))));
    text.push(format!("64 hex digits: {}", why(&"0a".repeat(32))));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("image_names", text.join("\n"));
    });
}

proptest! {
    #[test]
    fn nothing_that_is_typed_can_break_it(text in "\\PC{0,80}") {
        let _ = ImageReference::parse(&text);
    }

    #[test]
    fn what_is_valid_comes_back_as_it_was(
        registry in prop::option::of("[a-z]{1,8}(\\.[a-z0-9]{1,5}){1,2}(:[0-9]{2,5})?"),
        path in prop::collection::vec("[a-z0-9]{1,6}((_|__|-{1,3})[a-z0-9]{1,6}){0,2}", 1..4),
        tag in prop::option::of("[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}"),
        digest in prop::option::of("sha256:[0-9a-f]{64}"),
    ) {
        let mut text = registry.map(|registry| registry + "/").unwrap_or_default() + &path.join("/");
        if let Some(tag) = tag { text.push(':'); text.push_str(&tag); }
        if let Some(digest) = digest { text.push('@'); text.push_str(&digest); }
        let reference = ImageReference::parse(&text).unwrap();
        let written = reference.to_string();
        let with_latest = format!("{text}:latest");
        prop_assert!(written == text || written == with_latest, "{} from {}", written, text);
        prop_assert_eq!(ImageReference::parse(&written).unwrap(), reference);
    }
}
