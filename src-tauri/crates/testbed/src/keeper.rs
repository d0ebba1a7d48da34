//! The keeper: a shell with root's rights that carries out the few orders in which a bed needs them, and that
//! removes everything when the orders end. Its script explains itself.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::process::{not_started, privileged};
use crate::slot::Slot;
use crate::{BedError, EngineKind};

const KEEPER: &str = include_str!("../scripts/keeper.sh");
const ENGINE: &str = include_str!("../scripts/engine.sh");

#[derive(Debug)]
pub(crate) struct Keeper {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What the keeper has to know of its bed.
pub(crate) struct Settings<'a> {
    pub(crate) slot: &'a Slot,
    pub(crate) kind: EngineKind,
    pub(crate) data: &'a Path,
    pub(crate) forky: &'a Path,
    pub(crate) registry_storage: &'a Path,
    pub(crate) registry_read_only: bool,
    /// The engine takes itself for one with NVIDIA's toolkit.
    pub(crate) cards: bool,
    /// Where the engine finds its mirror, where the registries have no names.
    pub(crate) mirror: &'a str,
    /// Whether the registries have names.
    pub(crate) named: bool,
    pub(crate) certificate: &'a Path,
}

impl Keeper {
    pub(crate) fn start(settings: &Settings<'_>) -> Result<Self, BedError> {
        use std::os::unix::process::CommandExt;
        let owner = crate::process::output(
            "asking for the user's number",
            crate::process::command("id").arg("-u"),
        )?;
        let mut command = privileged("env")?;
        command
            .arg(format!("SLOT={}", settings.slot.number))
            .arg(format!("RUN={}", settings.slot.run_folder().display()))
            .arg(format!("DATA={}", settings.data.display()))
            .arg(format!("BRIDGE={}", settings.slot.bridge()))
            .arg(format!("GATEWAY={}", settings.slot.gateway()))
            .arg(format!("POOL={}", settings.slot.pool()))
            .arg(format!("KIND={}", settings.kind.name()))
            .arg(format!("FORKY={}", settings.forky.display()))
            .arg(format!("OWNER={}", owner.trim()))
            .arg(format!(
                "IMAGE_STORE={}",
                settings.registry_storage.display()
            ))
            .arg(format!(
                "IMAGE_STORE_READONLY={}",
                settings.registry_read_only
            ))
            .arg(format!("CARDS={}", settings.cards))
            .arg(format!(
                "MIRROR={}",
                if settings.named { "" } else { settings.mirror }
            ))
            .arg(format!("LOOPBACK={}", settings.slot.loopback(0)))
            .arg(format!("CERTIFICATE={}", settings.certificate.display()))
            .arg(format!("ENGINE_SCRIPT={ENGINE}"))
            .args(["bash", "-c", KEEPER, "slipway-bed-keeper"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let mut shell = command
            .spawn()
            .map_err(|error| not_started("bash", error))?;
        let (Some(orders), Some(answers)) = (shell.stdin.take(), shell.stdout.take()) else {
            return Err(BedError::failed(
                "starting the bed's keeper",
                "it has no pipes",
            ));
        };
        Ok(Self {
            shell,
            orders: Some(orders),
            answers: BufReader::new(answers),
        })
    }

    /// Gives an order and waits for its answer.
    pub(crate) fn order(&mut self, order: &str) -> Result<String, BedError> {
        let what = format!("the bed's keeper, asked to {order},");
        let Some(orders) = &mut self.orders else {
            return Err(BedError::failed(what, "it has ended"));
        };
        writeln!(orders, "{order}").map_err(BedError::io(what.clone()))?;
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .map_err(BedError::io(what.clone()))?;
        match answer.trim().split_once(' ').unwrap_or((answer.trim(), "")) {
            ("ok", rest) => Ok(rest.to_owned()),
            ("failed", why) => Err(BedError::failed(what, why)),
            _ => Err(BedError::failed(what, "it ended without an answer")),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Waiting is what makes the bed gone when its value is.
        let _ = self.shell.wait();
    }
}
