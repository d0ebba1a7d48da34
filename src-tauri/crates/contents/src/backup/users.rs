//! Who uses a place.

use slipway_engine::ContainerId;
use slipway_engine::inventory::ContainerState;

use crate::place::Place;
use crate::shared::{Shared, is_of};

impl Shared {
    /// Containers that have the place, by id and name, whatever they do.
    pub(crate) fn containers_of(&self, place: &Place) -> Vec<(ContainerId, String)> {
        let snapshot = self.home.inventory.snapshot();
        snapshot
            .containers
            .values()
            .filter(|row| row.mounts.iter().any(|mount| is_of(mount, place)))
            .map(|row| (row.id.clone(), row.name.clone()))
            .collect()
    }

    /// What runs on the place: labs by their names, other containers by theirs.
    pub(crate) fn running_in(&self, place: &Place) -> Vec<String> {
        let snapshot = self.home.inventory.snapshot();
        let labs = self.home.labs.list();
        let mut names: Vec<String> = self
            .containers_of(place)
            .into_iter()
            .filter(|(id, _)| {
                snapshot.containers.get(id).is_some_and(|row| {
                    matches!(
                        row.state,
                        ContainerState::Running
                            | ContainerState::Paused
                            | ContainerState::Restarting
                    )
                })
            })
            .map(|(id, name)| {
                let lab = labs
                    .labs
                    .iter()
                    .find(|card| card.container.as_ref() == Some(&id));
                lab.map_or(name, |card| card.name.clone())
            })
            .collect();
        names.sort();
        names
    }
}
