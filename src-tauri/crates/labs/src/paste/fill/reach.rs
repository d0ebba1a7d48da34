//! `--publish`: which ports, for whom, and which of them is the page.

use super::{EVERY_ADDRESS, Filling, Setting};
use crate::form::{PortRow, typed_port};
use crate::listen;
use crate::paste::PartKind;
use crate::paste::options::shortened;
use crate::paste::places;

impl Filling<'_> {
    pub(super) fn publish(&mut self, value: &str, setting: &Setting) {
        let mut published = places::published(value);
        if !["tcp", "udp"].contains(&published.protocol.as_str()) {
            self.leave(setting, "Slipway publishes tcp and udp ports.");
            return;
        }
        // A range of ports for one port in the lab: the engine would choose among them.
        if let Some((from, to)) = published.host.split_once('-')
            && !published.container.contains('-')
            && let (Some(from), Some(to)) = (typed_port(from), typed_port(to))
            && from < to
        {
            let address = or_every(&published.listen_ip);
            let free = listen::free_port(&self.facts.snapshot, address, from, &self.taken_ports());
            let chosen = free.filter(|port| *port <= to).unwrap_or(from);
            self.leave(
                setting,
                format!("Docker would choose a port from {from} to {to}; Slipway takes {chosen}, and it stays."),
            );
            published.host = chosen.to_string();
        }
        let row = PortRow {
            host: published.host,
            container: published.container,
            listen_ip: or_every(&published.listen_ip).to_owned(),
            protocol: published.protocol,
            purpose: String::new(),
        };
        self.ports.push((setting.clone(), row));
    }

    pub(super) fn taken_ports(&self) -> Vec<u16> {
        self.ports
            .iter()
            .filter_map(|(_, row)| typed_port(&row.host))
            .collect()
    }

    pub(super) fn settle_ports(&mut self) {
        let mut ports = std::mem::take(&mut self.ports);
        let page = ports.iter().position(|(_, row)| {
            row.protocol == "tcp" && typed_port(&row.container) == Some(self.generation.port)
        });
        let page = page.or_else(|| ports.iter().position(|(_, row)| row.protocol == "tcp"));
        if let Some(page) = page {
            let found = ports.remove(page);
            ports.insert(0, found);
        }
        if let Some((_, first)) = ports.first() {
            self.form.listen_ip.clone_from(&first.listen_ip);
        }
        for (place, (setting, mut row)) in ports.into_iter().enumerate() {
            let port = typed_port(&row.container);
            let extra = self
                .generation
                .more_ports
                .iter()
                .find(|extra| Some(extra.port) == port);
            let is_page = place == 0 && row.protocol == "tcp";
            row.purpose = match extra {
                Some(extra) => extra.purpose.clone(),
                None if is_page && port == Some(self.generation.port) => {
                    self.generation.answers.clone()
                }
                None => String::new(),
            };
            let open = row.listen_ip == EVERY_ADDRESS || row.listen_ip == "::";
            let reach = if open {
                " Everyone on the network reaches it."
            } else {
                ""
            };
            let inside = shortened(&row.container);
            let page_known =
                self.generation.connection.is_none() && port == Some(self.generation.port);
            let (lead, detail) = if is_page && page_known {
                (
                    "Opens in the browser,".to_owned(),
                    format!("port {inside} in the lab.{reach}"),
                )
            } else if row.purpose.is_empty() {
                (
                    format!("Publishes port {inside}"),
                    format!("of the lab.{reach}"),
                )
            } else {
                (
                    format!("Publishes port {inside},"),
                    format!("the {}.{reach}", row.purpose),
                )
            };
            self.say(&setting, PartKind::Port, lead, detail);
            if row.listen_ip == self.form.listen_ip {
                row.listen_ip = String::new();
            }
            self.form.ports.push(row);
        }
    }
}

fn or_every(listen_ip: &str) -> &str {
    if listen_ip.is_empty() {
        EVERY_ADDRESS
    } else {
        listen_ip
    }
}
