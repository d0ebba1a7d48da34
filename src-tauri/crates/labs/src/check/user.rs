//! The person's user and group ids, where the lab can take them over.

use super::{FieldFix, Notes, Subject};
use crate::form::{LaunchForm, typed_number};
use crate::recipe::UserMapping;

/// The first ordinary user of most systems.
const ORDINARY: &str = "1000";

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let Some(mapping) = subject
        .generation
        .user_mapping
        .as_ref()
        .filter(|_| subject.form.user.mapped)
    else {
        return;
    };
    let own = subject.facts.user.filter(|(uid, _)| *uid != 0);
    let user_id = own.map_or_else(|| ORDINARY.to_owned(), |(uid, _)| uid.to_string());
    let group_id = own.map_or_else(|| ORDINARY.to_owned(), |(_, gid)| gid.to_string());
    let user = &subject.form.user;
    let number_for_user = || fix(subject, &user_id, |form, uid| form.user.uid = uid);
    let number_for_group = || fix(subject, &group_id, |form, gid| form.user.gid = gid);
    match id(&user.uid) {
        Err(why) => notes.error("user.uid", why, number_for_user()),
        Ok(0) if matches!(mapping, UserMapping::Variables { .. }) => {
            notes.error(
                "user.uid",
                "0 is root, and this lab cannot work as root.",
                number_for_user(),
            );
        }
        Ok(0) => notes.warning(
            "user.uid",
            "0 is root: files that the lab makes will belong to root.",
            number_for_user(),
        ),
        Ok(_) => {}
    }
    if let Err(why) = id(&user.gid) {
        notes.error("user.gid", why, number_for_group());
    }
    if subject.engine.is_some_and(|engine| engine.rootless) {
        let message = "This engine runs without root rights (rootless): ids in the lab are not those of this computer.";
        notes.warning(
            "user.uid",
            message,
            subject.fix("Turn it off", |form| form.user.mapped = false),
        );
    }
}

fn id(typed: &str) -> Result<u64, String> {
    let typed = typed.trim();
    match typed_number(typed) {
        Some(id) if id < u64::from(u32::MAX) => Ok(id),
        Some(_) => Err("This number is too large for an id.".to_owned()),
        None if typed.is_empty() => Err("Type a number, or turn this off.".to_owned()),
        None => Err("Ids are whole numbers, for example 1000.".to_owned()),
    }
}

fn fix(
    subject: &Subject,
    value: &str,
    change: impl FnOnce(&mut LaunchForm, String),
) -> Option<FieldFix> {
    subject.fix(format!("Use {value}"), |form| {
        change(form, value.to_owned());
    })
}
