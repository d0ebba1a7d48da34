//! Who a lab works as, and the variables that it is given.

use std::collections::HashSet;

use super::invalid;
use crate::form::{LaunchForm, StorageKind, typed_number};
use crate::problem::Result;
use crate::recipe::{Generation, UserMapping};

/// Stands for the kept folder in a recipe's environment.
const FOLDER_MARK: &str = "${FOLDER}";

/// The recipe's variables, the person's ids over them, and over both what was typed, by its names.
pub(super) fn open(
    form: &LaunchForm,
    generation: &Generation,
    typed: Vec<(String, String)>,
    secret: &[String],
) -> Result<Vec<(String, String)>> {
    let kept = form.storage.kind != StorageKind::Nothing;
    let mut environment: Vec<(String, String)> = generation
        .environment
        .iter()
        .filter(|(_, value)| kept || !value.contains(FOLDER_MARK))
        .map(|(name, value)| {
            (
                name.clone(),
                value.replace(FOLDER_MARK, &argument(form.storage.target.trim())),
            )
        })
        .collect();
    if let Some(UserMapping::Variables { uid, gid, .. }) = mapping(form, generation) {
        for (name, value) in [(uid, user_id(form)?), (gid, group_id(form)?)] {
            environment.retain(|(other, _)| other != name);
            environment.push((name.clone(), value));
        }
    }
    // No name stands twice among those that were typed.
    let names: HashSet<&String> = typed.iter().map(|(name, _)| name).collect();
    environment.retain(|(name, _)| !names.contains(name));
    environment.extend(typed);
    environment.retain(|(name, _)| !secret.contains(name));
    Ok(environment)
}

/// Whether a row of variables gives the lab its password.
pub(super) fn sets_password(form: &LaunchForm, generation: &Generation) -> bool {
    let variable = generation.sign_in.password_variable.as_deref();
    form.advanced
        .environment
        .iter()
        .any(|row| Some(row.name.trim()) == variable)
}

/// An own password has its own field; a row for the same variable is not a second one.
pub(super) fn secret(variables: Vec<String>, password: Option<&str>) -> Vec<String> {
    variables
        .into_iter()
        .filter(|name| Some(name.as_str()) != password)
        .collect()
}

/// A folder as an argument in a text that a program splits like a shell does.
fn argument(folder: &str) -> String {
    shlex::try_quote(folder).map_or_else(|_| folder.to_owned(), std::borrow::Cow::into_owned)
}

/// The user that the recipe's mapping asks for.
pub(super) fn user(form: &LaunchForm, generation: &Generation) -> Result<Option<String>> {
    Ok(match mapping(form, generation) {
        Some(UserMapping::Variables { as_root: true, .. }) => Some("root".to_owned()),
        Some(UserMapping::User { .. }) => Some(format!("{}:{}", user_id(form)?, group_id(form)?)),
        Some(UserMapping::Variables { .. }) | None => None,
    })
}

fn mapping<'a>(form: &LaunchForm, generation: &'a Generation) -> Option<&'a UserMapping> {
    generation
        .user_mapping
        .as_ref()
        .filter(|_| form.user.mapped)
}

fn user_id(form: &LaunchForm) -> Result<String> {
    id(&form.user.uid).ok_or_else(|| invalid("user.uid", "A user id is a whole number."))
}

fn group_id(form: &LaunchForm) -> Result<String> {
    id(&form.user.gid).ok_or_else(|| invalid("user.gid", "A group id is a whole number."))
}

fn id(typed: &str) -> Option<String> {
    typed_number(typed)
        .filter(|id| *id < u64::from(u32::MAX))
        .map(|id| id.to_string())
}
