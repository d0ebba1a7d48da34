//! What stays visible on a card for as long as the lab lives: what it may do, who reaches it, what is not kept.

use slipway_engine::inventory::ContainerRow;

use crate::address::{Reach, ShownAddress};
use crate::card::{LabWarning, WarningKind};
use crate::form::{LaunchForm, StorageKind};
use crate::recipe::SignInKind;
use crate::risk::{self, RiskKind};

/// What a person should not forget about this lab. The container's own settings count where there
/// is one: the form only says what was asked for.
pub(super) fn warnings(
    form: &LaunchForm,
    row: Option<&ContainerRow>,
    sign_in: SignInKind,
    addresses: &[ShownAddress],
) -> Vec<LabWarning> {
    let warning = |kind: WarningKind, title: &str, message: String| LabWarning {
        kind,
        title: title.to_owned(),
        message,
    };
    let binds = || {
        row.into_iter()
            .flat_map(|row| &row.mounts)
            .filter(|mount| mount.kind == "bind")
    };
    let mut warnings = Vec::new();
    let risks = risk::asked(form);
    if risks.contains(&RiskKind::DockerSocket)
        || binds().any(|mount| mount.source.ends_with("docker.sock"))
    {
        warnings.push(warning(
            WarningKind::ControlsDocker,
            "Can control Docker",
            "Code in this lab can start containers of its own and get at everything on the engine's computer.".to_owned(),
        ));
    }
    let privileged = form.advanced.privileged || row.is_some_and(|row| row.privileged);
    if !privileged && risks.contains(&RiskKind::Privileged) {
        warnings.push(warning(
            WarningKind::Privileged,
            "Has rights over the machine",
            "Code in this lab could get at the devices, the programs or the files of the engine's computer."
                .to_owned(),
        ));
    }
    if privileged {
        warnings.push(warning(
            WarningKind::Privileged,
            "Runs privileged",
            "Code in this lab can get at the devices and the files of the engine's computer."
                .to_owned(),
        ));
    }
    if risks.contains(&RiskKind::HostRoot) || binds().any(|mount| mount.source == "/") {
        warnings.push(warning(
            WarningKind::HostRoot,
            "Sees the whole disk",
            "The file system of the engine's computer is mounted in this lab.".to_owned(),
        ));
    }
    let widest = addresses
        .iter()
        .find(|address| address.reach == Reach::Everyone);
    let beyond = widest.or_else(|| {
        addresses
            .iter()
            .find(|address| address.reach == Reach::Network)
    });
    if let Some(address) = beyond {
        let open = sign_in == SignInKind::Open;
        let reached = format!(
            "{} can reach it. Docker opens its ports past the firewall of the engine's computer.",
            address.reach_words
        );
        if open {
            warnings.push(warning(
                WarningKind::OpenWithoutPassword,
                "Open to others without a password",
                format!("{reached} It asks nobody to sign in."),
            ));
        } else {
            warnings.push(warning(
                WarningKind::OpenToNetwork,
                "Open to the network",
                reached,
            ));
        }
    }
    if form.advanced.remove_when_stopped {
        warnings.push(warning(
            WarningKind::RemovedWhenStopped,
            "Removed when it stops",
            crate::check::removal(form),
        ));
    }
    if form.storage.kind == StorageKind::Nothing && !form.advanced.remove_when_stopped {
        warnings.push(warning(
            WarningKind::WorkNotKept,
            "Work is not kept",
            "What you make in this lab is lost when the lab is deleted.".to_owned(),
        ));
    }
    warnings
}
