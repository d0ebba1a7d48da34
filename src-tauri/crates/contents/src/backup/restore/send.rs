//! Sending an archive to the program in the container, and comparing what it tells.

use std::io::Read as _;
use std::path::PathBuf;

use slipway_engine::VolumeName;
use slipway_labs::problem::ProblemKind;
use slipway_porthole::TRASH;
use slipway_porthole::answer::{Answer, Fate, Kind, Outcome, Unpacked};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{OwnerRule, Request, Sync, Taken, UnpackOptions};

use super::super::archive::{Broken, Watch, unpacked};
use super::super::check::Checked;
use super::super::format::OWN;
use super::super::make::blocking;
use super::super::words::{Cautions, of_this_computer};
use super::Restore;
use crate::Problem;
use crate::jobs::{Stop, Work};
use crate::path::visible;
use crate::session::{Refused, Sending, Session, Step, Steps};

#[derive(Default)]
pub(super) struct WrittenFiles {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) refused: u64,
    pub(super) cautions: Cautions,
}

/// Sends the bytes of an archive, as long as they are taken.
async fn feed(path: PathBuf, sending: Sending, work: Work) -> Result<(), Stop> {
    let handle = tokio::runtime::Handle::current();
    blocking(move || {
        let watch = Watch::silent(&work);
        let cannot =
            |error: std::io::Error| Stop::Failed(of_this_computer("Reading the backup", &error));
        let mut archive = match unpacked(&path, watch) {
            Ok(archive) => archive,
            Err(Broken::Failed(problem)) => return Err(Stop::Failed(problem)),
            Err(_) => return Err(Stop::Cancelled),
        };
        let mut buffer = vec![0; slipway_porthole::frame::CHUNK];
        loop {
            work.go_on()?;
            let count = archive.read(&mut buffer).map_err(cannot)?;
            if count == 0 {
                break;
            }
            let sent = handle.block_on(work.unless_stopped(sending.send(&buffer[..count])))?;
            if sent.is_err() {
                return Ok(());
            }
        }
        // As above.
        let _ = sending.finish();
        Ok(())
    })
    .await?
}

/// Hears what was written, and holds it against what the backup has.
async fn hear(
    steps: &mut Steps,
    sums: &[Option<[u8; 32]>],
    work: &Work,
    volume: &VolumeName,
) -> Result<WrittenFiles, Stop> {
    let mut written = WrittenFiles::default();
    let mut sums = sums.iter();
    loop {
        match work.unless_stopped(steps.next()).await? {
            Ok(Step::Answer(Answer::Unpacked(told))) => {
                for one in told {
                    let Some(sum) = sums.next() else {
                        return Err(differs(&one).into());
                    };
                    written.take(one, sum.as_ref(), work)?;
                }
            }
            Ok(Step::End(Outcome::Unpack(_))) => {
                return if sums.next().is_none() {
                    Ok(written)
                } else {
                    Err(Problem::from(Refused::unexpected()).into())
                };
            }
            Ok(Step::End(_)) => return Err(Problem::from(Refused::unexpected()).into()),
            Ok(_) => {}
            Err(refused) => return Err(refused.about(&volume.0).into()),
        }
    }
}

fn differs(one: &Unpacked) -> Problem {
    Problem::new(
        ProblemKind::Other,
        format!("{} is not what the backup has.", visible(&one.name.0).0),
    )
    .because("The file was changed while it was read, or on its way to the engine. What was there before was put back.")
    .hint("Verify the backup, then try again.")
}

impl WrittenFiles {
    fn take(&mut self, one: Unpacked, sum: Option<&[u8; 32]>, work: &Work) -> Result<(), Stop> {
        match &one.fate {
            Fate::Skipped => return Ok(()),
            Fate::Refused(_) => {
                self.refused += 1;
                self.cautions
                    .say(format!("{} was left out.", visible(&one.name.0).0));
                return Ok(());
            }
            Fate::WrittenPlain(_) => self.cautions.say(format!(
                "{} is there, but its owner, rights, time or extended attributes could not be set.",
                visible(&one.path.0).0
            )),
            Fate::Written | Fate::Replaced => {}
        }
        if let (Some(is), Some(should)) = (&one.sha256, sum)
            && is != should
        {
            return Err(differs(&one).into());
        }
        if one.kind != Kind::Folder {
            self.files += 1;
            work.file();
        }
        self.bytes += one.bytes;
        work.read(one.bytes);
        Ok(())
    }
}

impl Restore {
    /// Sends the archive, and compares what is told of it.
    pub(super) async fn write(
        &self,
        session: &Session,
        checked: &Checked,
    ) -> Result<WrittenFiles, Stop> {
        let work = &self.work;
        work.again();
        work.whole(
            checked.bytes,
            u32::try_from(checked.files).unwrap_or(u32::MAX),
        );
        let request = Request::Unpack {
            target: Raw::default(),
            options: UnpackOptions {
                owner: OwnerRule::Keep,
                // An archive may have a name twice; the later one counts, as tar does it.
                taken: Taken::Replace,
                names: [OWN, TRASH]
                    .map(|name| (Raw::from(name), Taken::Skip))
                    .into(),
                sync: Sync::AtTheEnd,
                beneath: checked.top.clone().unwrap_or_default(),
            },
        };
        let exchange = session.ask(request).await.map_err(Problem::from)?;
        let (mut steps, sending) = exchange.split();
        let hearing = hear(&mut steps, &checked.sums, work, &self.volume);
        tokio::pin!(hearing);
        tokio::select! {
            heard = &mut hearing => heard,
            fed = feed(self.path.clone(), sending, work.clone()) => {
                // Of one that took no more the program itself says why.
                fed?;
                hearing.await
            }
        }
    }
}
