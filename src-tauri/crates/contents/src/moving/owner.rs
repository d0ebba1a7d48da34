//! Whose an upload is, so that the lab can save it afterwards.
//!
//! A folder that somebody works in belongs to whoever works there, and what is put into it becomes theirs.
//! A volume that nobody has written to yet is root's; then the user that its labs run as is asked for.

use slipway_porthole::answer::Row;
use slipway_porthole::request::{Owner, OwnerRule};

use crate::place::Place;
use crate::shared::Shared;

pub(super) async fn rule(shared: &Shared, place: &Place, folder: &Row) -> OwnerRule {
    if folder.uid != 0 {
        return OwnerRule::OfTheFolder;
    }
    match lab_user(shared, place, folder.gid).await {
        Some(owner) => OwnerRule::Fixed(owner),
        None => OwnerRule::OfTheFolder,
    }
}

/// The user of the first container that may write to the place and does not run as root. Only those that
/// are named by their number are known without looking into the image.
async fn lab_user(shared: &Shared, place: &Place, group: u32) -> Option<Owner> {
    let engine = shared.home.inventory.engine().ok()?;
    for (name, mount) in shared.mounts_of(place) {
        if mount.read_only {
            continue;
        }
        let found = engine.found_container(&name).await.ok();
        if let Some(owner) = found.and_then(|found| numbers(&found.user, group)) {
            return Some(owner);
        }
    }
    None
}

/// `1000` or `1000:100`; root is nobody here.
fn numbers(user: &str, group: u32) -> Option<Owner> {
    let (uid, gid) = match user.split_once(':') {
        Some((uid, gid)) => (uid, gid.parse().ok()?),
        None => (user, group),
    };
    let uid = uid.parse().ok().filter(|uid| *uid != 0)?;
    Some(Owner { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_are_owners_and_root_is_none() {
        let owner = |uid, gid| Some(Owner { uid, gid });
        assert_eq!(numbers("1000:100", 7), owner(1000, 100));
        assert_eq!(numbers("1000", 7), owner(1000, 7));
        for other in ["", "0", "0:0", "jovyan", "1000:users", "-1"] {
            assert_eq!(numbers(other, 7), None, "{other}");
        }
    }
}
