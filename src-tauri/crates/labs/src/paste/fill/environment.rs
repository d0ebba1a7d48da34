//! `--env`: plain variables, secrets, the recipe's own password, the person's ids and the cards of the older
//! NVIDIA runtime all come as variables.

use std::collections::BTreeMap;

use super::{Filling, LAST_COUNTS, Setting};
use crate::form::{GpuChoice, GpuRow, SignInChoice, VariableRow, typed_number};
use crate::options::environment::{is_secret_name, looks_secret};
use crate::paste::PartKind;
use crate::paste::options::shortened;
use crate::recipe::UserMapping;

impl Filling<'_> {
    pub(super) fn variable(&mut self, value: &str, setting: &Setting) {
        let (name, value) = match value.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (value, None),
        };
        if name.is_empty() {
            self.leave(setting, "The variable has no name before its equals sign.");
            return;
        }
        self.environment
            .push((setting.clone(), name.to_owned(), value));
    }

    pub(super) fn settle_environment(&mut self) {
        let given = std::mem::take(&mut self.environment);
        let last: BTreeMap<&str, usize> = given
            .iter()
            .enumerate()
            .map(|(place, (_, name, _))| (name.as_str(), place))
            .collect();
        let value_of = |name: &str| {
            let place = *last.get(name)?;
            given.get(place).and_then(|(_, _, value)| value.clone())
        };
        let mapped = self.mapped_user(&value_of);
        for (place, (setting, name, value)) in given.iter().enumerate() {
            if last.get(name.as_str()) != Some(&place) {
                self.leave(setting, LAST_COUNTS);
                continue;
            }
            if mapped
                .as_ref()
                .is_some_and(|(uid, gid)| uid == name || gid == name)
            {
                let owner = format!(
                    "user {} and group {}.",
                    self.form.user.uid, self.form.user.gid
                );
                self.say(setting, PartKind::Variable, "Makes files belong to", owner);
                continue;
            }
            if self.nvidia && name == "NVIDIA_VISIBLE_DEVICES" && self.by_runtime(value.as_deref())
            {
                self.say(
                    setting,
                    PartKind::Gpu,
                    format!(
                        "Sees the graphics cards {}.",
                        shortened(value.as_deref().unwrap_or_default())
                    ),
                    "",
                );
                continue;
            }
            self.set_variable(setting, name, value.clone());
        }
        if self.nvidia && self.form.advanced.gpu.choice == GpuChoice::Nothing {
            self.by_runtime(Some("all"));
        }
    }

    /// The older form of giving graphics cards; `false`: the value is none that the form has.
    pub(super) fn by_runtime(&mut self, value: Option<&str>) -> bool {
        let (choice, devices) = match value {
            Some("all") => (GpuChoice::All, ""),
            Some(devices) if !devices.is_empty() && devices != "none" && devices != "void" => {
                (GpuChoice::Chosen, devices)
            }
            _ => return false,
        };
        self.form.advanced.gpu = GpuRow {
            choice,
            count: String::new(),
            devices: devices.to_owned(),
            by_runtime: true,
        };
        true
    }

    /// The names of the two variables, where they give the person's ids as the recipe's mapping would.
    pub(super) fn mapped_user(
        &mut self,
        value_of: &impl Fn(&str) -> Option<String>,
    ) -> Option<(String, String)> {
        let Some(UserMapping::Variables {
            uid, gid, as_root, ..
        }) = &self.generation.user_mapping
        else {
            return None;
        };
        let number = |name: &str| {
            value_of(name)
                .filter(|value| typed_number(value).is_some_and(|id| id.to_string() == *value))
        };
        let (user, group) = (number(uid)?, number(gid)?);
        let user_flag = self.form.advanced.user.as_str();
        let same = if *as_root {
            user_flag == "root"
        } else {
            user_flag.is_empty()
        };
        if !same || user == "0" {
            return None;
        }
        self.form.advanced.user = String::new();
        self.form.user.mapped = true;
        self.form.user.uid = user;
        self.form.user.gid = group;
        Some((uid.clone(), gid.clone()))
    }

    pub(super) fn set_variable(&mut self, setting: &Setting, name: &str, value: Option<String>) {
        let written_out = value
            .as_deref()
            .is_some_and(|value| !value.is_empty() && !stands_for_secret(value));
        let own = self.generation.sign_in.password_variable.as_deref() == Some(name)
            && value.as_deref() != Some("");
        if own {
            self.form.sign_in = SignInChoice::Own;
            self.secrets.password = value.filter(|_| written_out);
            let detail = if written_out {
                "It goes to the keyring, and into no file."
            } else {
                "Type it in the wizard."
            };
            self.say(
                setting,
                PartKind::Variable,
                "Has a password of its own.",
                detail,
            );
            return;
        }
        let secret = match value.as_deref() {
            Some(value) if written_out || value.is_empty() => looks_secret(name, value),
            _ => is_secret_name(name),
        };
        let shown = shortened(name);
        if secret {
            if let Some(value) = value.filter(|_| written_out) {
                self.secrets.variables.insert(name.to_owned(), value);
            }
            self.form.advanced.environment.push(VariableRow {
                name: name.to_owned(),
                value: String::new(),
                secret: true,
            });
            let detail = if written_out {
                "to a secret, which goes to the keyring."
            } else {
                "to a secret, which the wizard asks for."
            };
            self.say(setting, PartKind::Variable, format!("Sets {shown}"), detail);
            return;
        }
        let value = value.unwrap_or_default();
        let detail = if value.is_empty() {
            "to nothing.".to_owned()
        } else {
            format!("to {}.", shortened(&value))
        };
        self.form.advanced.environment.push(VariableRow {
            name: name.to_owned(),
            value,
            secret: false,
        });
        self.say(setting, PartKind::Variable, format!("Sets {shown}"), detail);
    }
}

/// Values that stand for a secret in a guide.
fn stands_for_secret(value: &str) -> bool {
    value
        .chars()
        .all(|letter| matches!(letter, '…' | '.' | '*'))
}
