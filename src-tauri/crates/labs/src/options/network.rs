//! The network that the lab joins, its names there, and its hostname.

use super::{Options, Page, quoted};
use crate::names;

/// Docker's own networks, on which containers have no further names.
const WITHOUT_ALIASES: [&str; 4] = ["", "default", "bridge", "host"];

/// A network that a person has made, which can be missing and which knows aliases.
pub(crate) fn is_own(network: &str) -> bool {
    !WITHOUT_ALIASES.contains(&network) && network != "none" && !network.starts_with("container:")
}

pub(super) fn read(page: &mut Page, options: &mut Options) {
    let network = network(page, options);
    aliases(page, options, network.as_deref());
    hostname(page, options, network.as_deref());
}

/// The network's name, where it can be used; empty for the standard one.
fn network(page: &mut Page, options: &mut Options) -> Option<String> {
    let join = &page.form.advanced.network;
    let typed = join.name.trim();
    if typed.is_empty() {
        return Some(String::new());
    }
    let field = "advanced.network.name";
    let standard = page.fix("Use the standard network", |form| {
        form.advanced.network.name.clear();
        form.advanced.network.create = false;
        form.advanced.network.aliases.clear();
    });
    if let Some(other) = typed.strip_prefix("container:") {
        if !names::is_docker_name(other) {
            page.error(
                field,
                "Type the name of the container whose network the lab shares.",
                standard,
            );
            return None;
        }
        if !page.form.ports.is_empty() || page.form.advanced.publish_all {
            let fix = page.fix("Publish no ports", |form| {
                form.ports.clear();
                form.advanced.publish_all = false;
            });
            page.error(
                field,
                "A lab that shares another container’s network publishes no ports of its own.",
                fix,
            );
            return None;
        }
    } else if typed != "host" && typed != "none" && !names::is_docker_name(typed) {
        let repaired = names::slug(typed);
        let fix = if names::is_docker_name(&repaired) {
            page.fix(format!("Use {repaired}"), |form| {
                form.advanced.network.name = repaired;
            })
        } else {
            standard
        };
        let message = "Names of networks are made of at least two letters, digits, dots, dashes and underscores, and start with a letter or digit.";
        page.error(field, message, fix);
        return None;
    }
    options.spec.network = Some(typed.to_owned());
    Some(typed.to_owned())
}

fn aliases(page: &mut Page, options: &mut Options, network: Option<&str>) {
    let rows = &page.form.advanced.network.aliases;
    if rows.is_empty() {
        return;
    }
    let without = page.fix("Remove the further names", |form| {
        form.advanced.network.aliases.clear();
    });
    if network.is_some_and(|network| !is_own(network)) {
        let message = "Further names work only on a network of your own; on Docker’s standard networks it refuses them.";
        page.error("advanced.network.aliases", message, without);
        return;
    }
    for (index, alias) in rows.iter().enumerate() {
        let alias = alias.trim();
        let field = format!("advanced.network.aliases.{index}");
        if !is_host_name(alias) {
            let fix = page.fix("Remove it", |form| {
                form.advanced.network.aliases.remove(index);
            });
            let message = format!(
                "{} cannot be a name on a network. Use letters, digits, dots and dashes.",
                quoted(alias)
            );
            page.error(field, message, fix);
        } else if rows.iter().take(index).any(|other| other.trim() == alias) {
            let fix = page.fix("Remove it", |form| {
                form.advanced.network.aliases.remove(index);
            });
            page.error(field, format!("{alias} is there twice."), fix);
        } else {
            options.spec.network_aliases.push(alias.to_owned());
        }
    }
}

fn hostname(page: &mut Page, options: &mut Options, network: Option<&str>) {
    let typed = page.form.advanced.hostname.trim();
    if typed.is_empty() {
        return;
    }
    let clear = page.fix("Leave it to Docker", |form| form.advanced.hostname.clear());
    if network.is_some_and(|network| network.starts_with("container:")) {
        let message = "A lab that shares another container’s network has that one’s hostname.";
        page.error("advanced.hostname", message, clear);
    } else if !is_host_name(typed) {
        let repaired = names::slug(typed).replace('_', "-");
        let fix = if is_host_name(&repaired) {
            page.fix(format!("Use {repaired}"), |form| {
                form.advanced.hostname = repaired;
            })
        } else {
            clear
        };
        let message = format!(
            "{} is not a hostname. Use letters, digits and dashes, with dots between.",
            quoted(typed)
        );
        page.error("advanced.hostname", message, fix);
    } else {
        options.spec.hostname = Some(typed.to_owned());
    }
}

/// Letters, digits and dashes, in parts of up to 63 (RFC 1123, 2.1); underscores, which Docker takes.
pub(crate) fn is_host_name(text: &str) -> bool {
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.len() <= 253 && text.split('.').all(part)
}
