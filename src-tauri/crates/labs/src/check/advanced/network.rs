//! The network: whether it is there, and what it means for the lab's ports.

use crate::check::{Notes, Subject};
use crate::options::network::is_own;

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let join = &subject.form.advanced.network;
    let name = join.name.trim();
    let field = "advanced.network.name";
    if is_own(name) && crate::names::is_docker_name(name) {
        let there = subject
            .facts
            .snapshot
            .networks
            .values()
            .find(|network| network.name == name);
        match there {
            Some(network) if network.scope == "swarm" => {
                let message = format!(
                    "{name} belongs to a swarm, and labs join it only where its owner allows that."
                );
                notes.note(field, message);
            }
            Some(_) => {}
            None if join.create => {
                notes.note(field, format!("{name} is new and will be made."));
            }
            None => {
                let fix = subject.fix(format!("Make {name}"), |form| {
                    form.advanced.network.create = true;
                });
                notes.error(field, format!("There is no network {name}."), fix);
            }
        }
    }
    let publishes = !subject.form.ports.is_empty() || subject.form.advanced.publish_all;
    let standard = || {
        subject.fix("Use the standard network", |form| {
            form.advanced.network.name.clear();
            form.advanced.network.aliases.clear();
        })
    };
    match name {
        "host" => {
            let message = "The lab uses the network of the engine’s machine: everything that it listens on can be reached as if it ran there, and the ports chosen above do not count.";
            notes.warning(field, message, standard());
        }
        "none" if publishes => {
            let message = "Without a network nothing can reach the lab, and it reaches nothing. The ports chosen above do not count.";
            notes.warning(field, message, standard());
        }
        "none" => notes.note(
            field,
            "Without a network the lab reaches nothing, and nothing reaches it.",
        ),
        _ => {}
    }
}
