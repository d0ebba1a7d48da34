//! Rights beyond those of an ordinary container: privileged mode and capabilities.

use super::{Options, Page, quoted};
use crate::form::LaunchForm;

/// Linux's capabilities (capabilities(7)), without their `CAP_`.
const CAPABILITIES: [&str; 41] = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// With one of these, code in the lab can get at the machine: load modules, mount disks, read every
/// file, look into every process (capabilities(7)).
const DANGEROUS: [&str; 8] = [
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
];

/// The name as Docker's documentation spells it; `None`: there is none such.
pub(crate) fn capability(typed: &str) -> Option<String> {
    let name = typed.trim().to_ascii_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    (name == "ALL" || CAPABILITIES.contains(&name)).then(|| name.to_owned())
}

/// Whether this capability opens the machine.
pub(crate) fn is_dangerous(typed: &str) -> bool {
    capability(typed).is_some_and(|name| DANGEROUS.contains(&name.as_str()))
}

pub(super) fn read(page: &mut Page, options: &mut Options) {
    let advanced = &page.form.advanced;
    options.spec.privileged = advanced.privileged;
    options.spec.capabilities_added = list(
        page,
        "capabilitiesAdded",
        &advanced.capabilities_added,
        |form| &mut form.advanced.capabilities_added,
    );
    options.spec.capabilities_dropped = list(
        page,
        "capabilitiesDropped",
        &advanced.capabilities_dropped,
        |form| &mut form.advanced.capabilities_dropped,
    );
}

fn list(
    page: &mut Page,
    key: &str,
    typed: &[String],
    of: fn(&mut LaunchForm) -> &mut Vec<String>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, text) in typed.iter().enumerate() {
        let field = format!("advanced.{key}.{index}");
        let remove = page.fix("Remove it", |form| {
            of(form).remove(index);
        });
        match capability(text) {
            None => {
                let message = format!(
                    "There is no capability {}. They are called SYS_PTRACE or NET_ADMIN, for example.",
                    quoted(text.trim())
                );
                page.error(field, message, remove);
            }
            Some(name) if names.contains(&name) => {
                page.error(field, format!("{name} is there twice."), remove);
            }
            Some(name) => names.push(name),
        }
    }
    names
}
