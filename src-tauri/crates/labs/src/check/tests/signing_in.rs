//! Passwords, ids and consent.

use super::*;

/// The engine chooses, so that no other program of this computer can take the port meanwhile.
fn any_port(form: &mut LaunchForm) {
    for row in &mut form.ports {
        row.host.clear();
    }
}

#[test]
fn sign_in_and_user() {
    let facts = facts();
    let form = with(&form_of("exasol-ai-lab", &facts), |form| {
        form.sign_in = SignInChoice::Own;
        any_port(form);
    });
    let token = with(&form_of("jupyter", &facts), |form| {
        form.sign_in = SignInChoice::Own;
        any_port(form);
    });
    let mut voice = Voice::new();
    for own in [
        None,
        Some(""),
        Some("short"),
        Some(" correct horse"),
        Some("two\nlines"),
        Some("correct horse"),
    ] {
        voice.say_with(&format!("password {own:?}"), "signIn", &form, &facts, own);
    }
    for own in [Some("with blank"), Some("tökentoken"), Some("0123456789")] {
        voice.say_with(&format!("token {own:?}"), "signIn", &token, &facts, own);
    }
    let old = with(&form, |form| form.version = "4.0.0".into());
    voice.say_with(
        "a version that takes none",
        "signIn",
        &old,
        &facts,
        Some("correct horse"),
    );
    let mut keyless = facts.clone();
    keyless.keyring = VaultStatus::MemoryOnly("The keyring of this computer is locked.".to_owned());
    voice.say_with(
        "no keyring",
        "signIn",
        &form,
        &keyless,
        Some("correct horse"),
    );

    let eskapade = form_of_image("kave/eskapade-usr:0.7", &facts);
    for (uid, gid) in [("", "x"), ("0", "0"), ("4294967295", "-1"), ("501", "20")] {
        let form = with(&eskapade, |form| {
            form.user.uid = uid.to_owned();
            form.user.gid = gid.to_owned();
            any_port(form);
        });
        voice.say(&format!("user {uid:?}:{gid:?}"), "user", &form, &facts);
    }
    insta::assert_snapshot!(voice.text);
}

#[test]
fn docker_control_waits_for_consent_and_knows_its_obstacles() {
    let facts = facts();
    let form = with(&form_of("exasol-ai-lab", &facts), |form| {
        form.docker_control = true;
    });
    let checked = check(&form, &facts, None);
    assert!(checked.risks.is_some());
    assert_eq!(
        checked.gate.as_deref(),
        Some("Tick “I understand” to launch, or turn Docker control off.")
    );
    assert_eq!(
        check(&with(&form, |form| form.risk_accepted = true), &facts, None).gate,
        None
    );

    let mut unwritable = engine();
    unwritable.socket_group_writable = Some(false);
    let facts = facts_on(unwritable);
    let checked = check(&form, &facts, None);
    let note = checked
        .notes
        .iter()
        .find(|note| note.field == "dockerControl")
        .unwrap();
    assert_eq!(note.level, NoteLevel::Error);
    assert!(!note.fix.as_ref().unwrap().form.docker_control);
    assert_eq!(
        checked.gate.as_deref(),
        Some("Turn Docker control off to launch.")
    );
}

#[test]
fn what_an_image_s_server_has_said_counts_for_its_next_lab() {
    let before = facts();
    let form = with(&form_of("jupyter", &before), any_port);
    let own = with(&form, |form| form.sign_in = SignInChoice::Own);
    let other = with(&form, |form| {
        form.advanced.command = "start-notebook.py --port=8888".into();
    });
    let said = |form: &LaunchForm, asks: Option<SignInKind>| {
        let facts = CheckFacts {
            asks,
            ..before.clone()
        };
        let frame = crate::form::frame(form, &facts).sign_in;
        let review = check(form, &facts, Some("0123456789")).review;
        let line = review
            .into_iter()
            .find(|line| line.kind == ReviewKind::SignIn)
            .unwrap();
        let words = format!("{}. {}.", line.title, line.detail);
        (frame.kind, frame.opens_signed_in, frame.own_possible, words)
    };
    let token = "Asks for a token. Made at the start, opens signed in.";
    let kept = (SignInKind::Token, true, true, token.to_owned());
    assert_eq!(said(&form, None), kept);
    assert_eq!(said(&form, Some(SignInKind::Token)), kept);
    assert_eq!(
        said(&form, Some(SignInKind::Password)),
        (
            SignInKind::Password,
            false,
            true,
            "Asks for the image’s password. Typed in the browser.".to_owned()
        )
    );
    assert_eq!(
        said(&form, Some(SignInKind::Open)),
        (
            SignInKind::Open,
            false,
            false,
            "Asks for no password. Whoever reaches it is in.".to_owned()
        )
    );
    for (decides, words) in [
        (own, "Asks for your token. Opens signed in."),
        (other, token),
    ] {
        let kept = (SignInKind::Token, true, true, words.to_owned());
        assert_eq!(
            said(&decides, Some(SignInKind::Password)),
            kept,
            "the person decides it"
        );
    }
}
