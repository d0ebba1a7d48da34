//! Whose an upload is, so that the lab can save it afterwards.
//!
//! A folder that somebody works in belongs to whoever works there, and what is put into it becomes theirs.
//! A volume that nobody has written to yet is root's; then the user that its labs run as is asked for.

use slipway_porthole::answer::Row;
use slipway_porthole::request::OwnerRule;

use crate::place::Place;
use crate::shared::Shared;

pub(super) async fn rule(shared: &Shared, place: &Place, folder: &Row) -> OwnerRule {
    if folder.uid != 0 {
        return OwnerRule::OfTheFolder;
    }
    match shared.people(place).await.lab {
        Some(owner) => OwnerRule::Fixed(owner),
        None => OwnerRule::OfTheFolder,
    }
}
