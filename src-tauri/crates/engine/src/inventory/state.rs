//! The rows as they are being kept, and their publication.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::watch;

use super::events::Kind;
use super::fetch::Fetched;
use super::rows::unreadable_inspection;
use super::{ContainerRow, EngineReport, EngineStatus, Health, RefusedKind, RefusedList, Snapshot};
use crate::health::{EngineFacts, disk_free_now, problems};
use crate::porthole::{is_porthole, is_porthole_image};
use crate::{ContainerId, Error};

/// The snapshot that will be published next. Rows that stay equal stay the same in memory, so that
/// a difference is cheap to find.
pub(super) struct Current {
    next: Snapshot,
    /// Kinds that have been listed, or refused, since the connection was made.
    listed: BTreeSet<Kind>,
    /// The engine has said what it is since then, or does not.
    introduced: bool,
    sender: watch::Sender<Arc<Snapshot>>,
    /// Containers whose details are still to be asked for, those that run first.
    pub(super) details: VecDeque<ContainerId>,
}

impl Current {
    pub(super) fn new(sender: watch::Sender<Arc<Snapshot>>) -> Self {
        Self {
            next: Snapshot::empty(),
            listed: BTreeSet::new(),
            introduced: false,
            sender,
            details: VecDeque::new(),
        }
    }

    /// A new connection: nothing counts as listed.
    pub(super) fn begin(&mut self) {
        self.listed = BTreeSet::new();
        self.introduced = false;
        self.details.clear();
    }

    pub(super) fn status(&self) -> EngineStatus {
        self.next.report.status.clone()
    }

    /// True when everything is known for the first time on this connection; sets the status.
    pub(super) fn settle(&mut self) -> bool {
        let all = self.listed.len() == Kind::ALL.len() && self.introduced;
        let settled = all && self.next.report.status != EngineStatus::Ready;
        if settled {
            let facts = self.next.report.facts.clone();
            self.report(EngineReport {
                status: EngineStatus::Ready,
                problems: facts
                    .as_ref()
                    .map(|facts| problems(Ok(facts)))
                    .unwrap_or_default(),
                facts,
                refused: self.next.report.refused.clone(),
            });
        }
        settled
    }

    /// There is no connection, and why.
    pub(super) fn failed(&mut self, status: EngineStatus, error: &Error) {
        let facts = self.next.report.facts.clone();
        self.report(EngineReport {
            status,
            facts,
            problems: problems(Err(error)),
            refused: self.next.report.refused.clone(),
        });
    }

    fn refused(&mut self, refused: RefusedList) {
        self.listed.insert(match refused.kind {
            RefusedKind::Images => Kind::Images,
            RefusedKind::Volumes => Kind::Volumes,
            RefusedKind::Networks => Kind::Networks,
        });
        let mut report = EngineReport::clone(&self.next.report);
        report.refused.retain(|known| known.kind != refused.kind);
        report.refused.push(refused);
        report.refused.sort_by_key(|known| known.kind);
        self.report(report);
    }

    fn listed(&mut self, kind: Kind, refused: RefusedKind) {
        self.listed.insert(kind);
        if self
            .next
            .report
            .refused
            .iter()
            .any(|known| known.kind == refused)
        {
            let mut report = EngineReport::clone(&self.next.report);
            report.refused.retain(|known| known.kind != refused);
            self.report(report);
        }
    }

    /// What another engine said of itself does not count here.
    fn introduced(&mut self, facts: Option<EngineFacts>) {
        self.introduced = true;
        self.report(EngineReport {
            status: self.next.report.status.clone(),
            problems: facts
                .as_ref()
                .map(|facts| problems(Ok(facts)))
                .unwrap_or_default(),
            facts,
            refused: self.next.report.refused.clone(),
        });
    }

    fn report(&mut self, report: EngineReport) {
        if *self.next.report != report {
            self.next.report = Arc::new(report);
        }
    }

    /// Publishes what has changed since the last time, if anything has.
    pub(super) fn publish(&mut self) {
        let last = Arc::clone(&self.sender.borrow());
        let next = &self.next;
        let same = Arc::ptr_eq(&last.report, &next.report)
            && Arc::ptr_eq(&last.containers, &next.containers)
            && Arc::ptr_eq(&last.images, &next.images)
            && Arc::ptr_eq(&last.volumes, &next.volumes)
            && Arc::ptr_eq(&last.networks, &next.networks);
        if same {
            return;
        }
        self.next.revision = last.revision.wrapping_add(1);
        self.sender.send_replace(Arc::new(self.next.clone()));
    }

    /// A container's health, as its event says it.
    pub(super) fn set_health(&mut self, id: &str, health: Health) {
        let id = ContainerId::from(id);
        if let Some(row) = self.next.containers.get(&id) {
            let row = ContainerRow {
                health,
                ..ContainerRow::clone(row)
            };
            set(&mut self.next.containers, id, row);
        }
    }

    pub(super) fn apply(&mut self, fetched: Fetched) {
        let next = &mut self.next;
        match fetched {
            Fetched::Containers(rows) => {
                self.listed.insert(Kind::Containers);
                self.list_containers(rows);
            }
            Fetched::Images(rows) => {
                self.weigh_disk();
                self.listed(Kind::Images, RefusedKind::Images);
                let next = &mut self.next;
                replace(
                    &mut next.images,
                    rows.into_iter()
                        .filter(|row| !is_porthole_image(row))
                        .map(|row| (row.id.clone(), row))
                        .collect(),
                );
            }
            Fetched::Volumes(rows) => {
                self.listed(Kind::Volumes, RefusedKind::Volumes);
                let next = &mut self.next;
                replace(
                    &mut next.volumes,
                    rows.into_iter()
                        .map(|row| (row.name.clone(), row))
                        .collect(),
                );
            }
            Fetched::Networks(rows) => {
                self.listed(Kind::Networks, RefusedKind::Networks);
                let next = &mut self.next;
                replace(
                    &mut next.networks,
                    rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
                );
            }
            Fetched::Container(id, Some(row)) => {
                if row.id.0 == id && !is_porthole(&row.labels) {
                    set(&mut next.containers, row.id.clone(), row);
                }
            }
            Fetched::Container(id, None) => remove(&mut next.containers, &id.into()),
            Fetched::UnreadableContainer(id) => {
                let id = ContainerId(id);
                if let Some(row) = next.containers.get(&id) {
                    let row = unreadable_inspection(row);
                    set(&mut next.containers, id, row);
                }
            }
            Fetched::Volume(_, Some(row)) => set(&mut next.volumes, row.name.clone(), row),
            Fetched::Volume(name, None) => remove(&mut next.volumes, &name.into()),
            Fetched::Network(_, Some(row)) => set(&mut next.networks, row.id.clone(), row),
            Fetched::Network(id, None) => remove(&mut next.networks, &id.into()),
            Fetched::Facts(facts) => self.introduced(Some(*facts)),
            // While connected, an engine that was asked again has only become silent.
            Fetched::NoFacts if self.introduced => {}
            Fetched::NoFacts => self.introduced(None),
            Fetched::Refused(refused) => self.refused(refused),
            Fetched::Screenful | Fetched::Nothing => {}
        }
    }

    /// Images are what fills the disk: when they change, so does what is free.
    fn weigh_disk(&mut self) {
        if self.introduced
            && let Some(mut facts) = self.next.report.facts.clone()
        {
            facts.disk_free = disk_free_now(&facts);
            self.introduced(Some(facts));
        }
    }

    /// Takes the engine's list, and keeps the details that are known of what seems to be as it was
    /// until they are asked for again, in the order in which a screen shows them first.
    fn list_containers(&mut self, rows: Vec<ContainerRow>) {
        let mut order: Vec<(bool, String, ContainerId)> = Vec::with_capacity(rows.len());
        let mut listed = BTreeMap::new();
        for row in rows.into_iter().filter(|row| !is_porthole(&row.labels)) {
            order.push((!is_alive(&row), by_number(&row.name), row.id.clone()));
            let kept = match self.next.containers.get(&row.id) {
                Some(known) if known.state == row.state && known.name == row.name => ContainerRow {
                    health: row.health,
                    ..ContainerRow::clone(known)
                },
                _ => row,
            };
            listed.insert(kept.id.clone(), kept);
        }
        replace(&mut self.next.containers, listed);
        order.sort_unstable();
        self.details = order.into_iter().map(|(_, _, id)| id).collect();
    }
}

/// A name that sorts as people count: `lab-2` before `lab-10`, capitals like small letters.
fn by_number(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 16);
    let mut rest = name;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (words, number) = rest.split_at(start);
        let end = number
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(number.len());
        let (number, after) = number.split_at(end);
        key.push_str(&words.to_lowercase());
        let zeros = 10_usize.saturating_sub(number.len());
        key.extend(std::iter::repeat_n('0', zeros));
        key.push_str(number);
        rest = after;
    }
    key.push_str(&rest.to_lowercase());
    key
}

fn is_alive(row: &ContainerRow) -> bool {
    use super::ContainerState::{Paused, Restarting, Running};
    matches!(row.state, Running | Paused | Restarting)
}

type Rows<Id, Row> = Arc<BTreeMap<Id, Arc<Row>>>;

fn set<Id: Ord + Clone, Row: PartialEq>(rows: &mut Rows<Id, Row>, id: Id, row: Row) {
    if rows.get(&id).is_none_or(|known| **known != row) {
        Arc::make_mut(rows).insert(id, Arc::new(row));
    }
}

fn remove<Id: Ord + Clone, Row>(rows: &mut Rows<Id, Row>, id: &Id) {
    if rows.contains_key(id) {
        Arc::make_mut(rows).remove(id);
    }
}

fn replace<Id: Ord + Clone, Row: PartialEq>(rows: &mut Rows<Id, Row>, listed: BTreeMap<Id, Row>) {
    if rows.keys().any(|id| !listed.contains_key(id)) {
        Arc::make_mut(rows).retain(|id, _| listed.contains_key(id));
    }
    for (id, row) in listed {
        set(rows, id, row);
    }
}

#[cfg(test)]
mod tests {
    use super::by_number;

    #[test]
    fn names_sort_as_people_count() {
        let mut names = [
            "b",
            "lab-10",
            "Lab-9",
            "lab-2",
            "lab-2a",
            "lab",
            "a 10 b 2",
            "a 10 b 11",
            "",
        ];
        names.sort_by_key(|name| by_number(name));
        assert_eq!(
            names,
            [
                "",
                "a 10 b 2",
                "a 10 b 11",
                "b",
                "lab",
                "lab-2",
                "lab-2a",
                "Lab-9",
                "lab-10"
            ],
            "what a screen shows first is asked for first"
        );
    }
}
