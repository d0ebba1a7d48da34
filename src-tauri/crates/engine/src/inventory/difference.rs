//! From one snapshot to the next, as a screen needs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Changes, EngineReport, EngineStatus, InventoryUpdate, Snapshot};

impl Snapshot {
    /// Before anything is known.
    pub(super) fn empty() -> Self {
        let report = EngineReport {
            status: EngineStatus::Connecting,
            facts: None,
            problems: Vec::new(),
            refused: Vec::new(),
        };
        Self {
            revision: 0,
            report: Arc::new(report),
            containers: Arc::default(),
            images: Arc::default(),
            volumes: Arc::default(),
            networks: Arc::default(),
        }
    }

    /// The difference from `earlier` to `self`; the whole where there is no earlier one.
    pub fn update_since(&self, earlier: Option<&Snapshot>) -> InventoryUpdate {
        let same_report = earlier.is_some_and(|earlier| {
            Arc::ptr_eq(&earlier.report, &self.report) || earlier.report == self.report
        });
        InventoryUpdate {
            revision: self.revision,
            whole: earlier.is_none(),
            report: (!same_report).then(|| EngineReport::clone(&self.report)),
            containers: changes(earlier.map(|earlier| &earlier.containers), &self.containers),
            images: changes(earlier.map(|earlier| &earlier.images), &self.images),
            volumes: changes(earlier.map(|earlier| &earlier.volumes), &self.volumes),
            networks: changes(earlier.map(|earlier| &earlier.networks), &self.networks),
        }
    }
}

type Rows<Id, Row> = Arc<BTreeMap<Id, Arc<Row>>>;

fn changes<Id, Row>(earlier: Option<&Rows<Id, Row>>, now: &Rows<Id, Row>) -> Changes<Row>
where
    Id: Ord + ToString,
    Row: Clone + PartialEq,
{
    let Some(earlier) = earlier else {
        return Changes {
            set: now.values().map(|row| Row::clone(row)).collect(),
            removed: Vec::new(),
        };
    };
    if Arc::ptr_eq(earlier, now) {
        return Changes {
            set: Vec::new(),
            removed: Vec::new(),
        };
    }
    let differs = |id: &Id, row: &Arc<Row>| {
        earlier
            .get(id)
            .is_none_or(|before| !Arc::ptr_eq(before, row) && before != row)
    };
    Changes {
        set: now
            .iter()
            .filter(|(id, row)| differs(id, row))
            .map(|(_, row)| Row::clone(row))
            .collect(),
        removed: earlier
            .keys()
            .filter(|id| !now.contains_key(id))
            .map(ToString::to_string)
            .collect(),
    }
}
