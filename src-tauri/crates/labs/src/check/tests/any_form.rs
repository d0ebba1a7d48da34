//! Whatever is typed, the check answers.

use proptest::prelude::*;

use super::*;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,16}",
        "\\PC{0,16}",
        "[0-9./:~-]{0,24}",
        Just("/".to_owned()),
        Just("latest".to_owned())
    ]
}

prop_compose! {
    fn any_form()(
        texts in prop::collection::vec(any_text(), 10),
        recipe in prop_oneof![Just("exasol-ai-lab"), Just("jupyter"), Just("eskapade"), Just("web-app"), Just("gone")],
        ports in prop::collection::vec((any_text(), any_text(), any_text()), 0..4),
        kind in 0..3_u8,
        flags in any::<[bool; 4]>(),
    ) -> LaunchForm {
        let text = |index: usize| texts[index].clone();
        LaunchForm {
            advanced: crate::form::Advanced::default(),
            recipe: crate::recipe::RecipeId(recipe.to_owned()),
            name: text(0),
            image: text(1),
            version: text(2),
            listen_ip: text(3),
            ports: ports.into_iter().map(|(host, container, protocol)| PortRow { host, container, listen_ip: String::new(), protocol, purpose: String::new() }).collect(),
            storage: crate::form::StorageRow {
                kind: match kind { 0 => StorageKind::Volume, 1 => StorageKind::Folder, _ => StorageKind::Nothing },
                volume: text(4),
                folder: text(5),
                target: text(6),
            },
            docker_control: flags[0],
            risk_accepted: flags[1],
            sign_in: if flags[2] { SignInChoice::Own } else { SignInChoice::FromImage },
            user: crate::form::UserRow { mapped: flags[3], uid: text(7), gid: text(8) },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_form_breaks_the_check_and_what_it_lets_through_can_be_planned(form in any_form()) {
        // An engine elsewhere, so that no port of this computer is tried.
        let mut remote = engine();
        remote.this_computer = false;
        let facts = facts_on(remote);
        let checked = check(&form, &facts, Some("correct horse"));
        let errors: Vec<&FieldNote> = checked.notes.iter().filter(|note| note.level == NoteLevel::Error).collect();
        let planned = crate::plan::plan(&form, None, &Catalogue::shipped());
        prop_assert_eq!(checked.command.is_some(), planned.is_ok());
        if errors.is_empty() {
            prop_assert!(planned.is_ok(), "{:?}", planned.err());
        }
        if !errors.is_empty() {
            prop_assert!(checked.gate.is_some());
        }
        let _ = crate::form::frame(&form, &facts);
        let _ = crate::form::revise(form.clone(), &facts);
        let _ = crate::form::like(form, &facts);
    }

    #[test]
    fn no_form_breaks_the_check_on_this_computer(form in any_form()) {
        let facts = facts();
        let checked = check(&form, &facts, None);
        let launchable = checked.notes.iter().all(|note| note.level != NoteLevel::Error);
        prop_assert_eq!(checked.gate.is_none(), launchable && (checked.risks.is_none() || form.risk_accepted));
    }
}
