//! Starting what looks into a place: Slipway's own program, or the engine's archive where it cannot run.

use slipway_engine::Engine;
use slipway_engine::porthole::{PortholeRequest, PortholeRights};
use slipway_labs::problem::ProblemKind;

use super::{Running, Shared, lock};
use crate::place::{Place, PlaceReach};
use crate::session::{Refused, Session};
use crate::{Problem, Result};

/// What a place that is seen through the engine's archive cannot be.
pub(super) const NO_CHANGES: &str =
    "Files can be looked at, searched and downloaded, but not changed.";

/// The one sentence that is shown beside the files.
fn slower(why: &str) -> String {
    format!(
        "{why} Docker reads everything that lies here before it can be listed, so large volumes take a while, \
         new files appear only after a moment or when you open it again, and nothing can be changed."
    )
}

/// Why the program does not run.
struct Unstarted {
    problem: Problem,
    /// Whether that may be the engine's way with it, and another way may be open.
    maybe: bool,
}

async fn start(engine: &Engine, request: PortholeRequest) -> Result<Session, Unstarted> {
    let porthole = engine
        .open_porthole(request)
        .await
        .map_err(|error| Unstarted {
            maybe: matches!(
                error,
                slipway_engine::Error::Engine { .. }
                    | slipway_engine::Error::NotSupported { .. }
                    | slipway_engine::Error::WrongPlatform { .. }
            ),
            problem: error.into(),
        })?;
    match Session::begin(porthole).await {
        Ok((session, _)) => Ok(session),
        // It ended, or speaks otherwise; where the engine itself is gone, the other way fails too.
        Err(refused) => Err(Unstarted {
            maybe: matches!(refused, Refused::Lost(_)),
            problem: refused.into(),
        }),
    }
}

impl Shared {
    /// Looks into a place: with the program, or through the engine's archive where that cannot run.
    pub(super) async fn look(&self, place: &Place) -> Result<(Session, PlaceReach)> {
        let engine = self.home.inventory.engine()?;
        self.clear(&engine).await;
        let mounted = self.mounted(place)?;
        let (why, refused) = match self.program(&engine).await? {
            Err(why) => (why, None),
            Ok(program) => {
                let request = PortholeRequest {
                    program,
                    place: mounted.clone(),
                    rights: PortholeRights::Read,
                    other: None,
                    owner: self.owner.clone(),
                };
                match start(&engine, request).await {
                    Ok(session) => {
                        self.note(&session, &[place], PortholeRights::Read);
                        return Ok((session, PlaceReach::Porthole));
                    }
                    Err(Unstarted { problem, maybe }) if !maybe => return Err(problem),
                    Err(Unstarted { problem, .. }) => (
                        "This engine does not run Slipway's own small program.".to_owned(),
                        Some(problem),
                    ),
                }
            }
        };
        let opened = async {
            let owner = self.owner.clone();
            let (archive, stay) = engine.open_archive(mounted, owner).await?;
            let porthole = crate::archived::porthole(archive, stay);
            let (session, _) = Session::begin(porthole).await?;
            Ok::<_, Problem>(session)
        };
        match (opened.await, refused) {
            (Ok(session), refused) => {
                if let Some(problem) = refused {
                    tracing::warn!(%problem, "a place is seen through the engine's archive");
                }
                self.note(&session, &[place], PortholeRights::Read);
                Ok((session, PlaceReach::Archive { why: slower(&why) }))
            }
            // Where neither works, the program's reason is the one that counts.
            (Err(problem), refused) => Err(refused.unwrap_or(problem)),
        }
    }

    pub(super) async fn run(
        &self,
        place: &Place,
        rights: PortholeRights,
        other: Option<&Place>,
    ) -> Result<Session> {
        let engine = self.home.inventory.engine()?;
        self.clear(&engine).await;
        let program = self.program(&engine).await?.map_err(|why| {
            Problem::new(ProblemKind::Other, "Nothing can be changed here.")
                .because(format!("{why} {NO_CHANGES}"))
        })?;
        let request = PortholeRequest {
            program,
            place: self.mounted(place)?,
            rights,
            other: other.map(|other| self.mounted(other)).transpose()?,
            owner: self.owner.clone(),
        };
        let session = start(&engine, request)
            .await
            .map_err(|unstarted| unstarted.problem)?;
        let places: Vec<&Place> = std::iter::once(place).chain(other).collect();
        self.note(&session, &places, rights);
        Ok(session)
    }

    fn note(&self, session: &Session, places: &[&Place], rights: PortholeRights) {
        let mut running = lock(&self.running);
        running.retain(|running| running.session.upgrade().is_some());
        running.push(Running {
            places: places.iter().map(|place| (*place).clone()).collect(),
            writes: rights == PortholeRights::Write,
            alone: false,
            session: session.downgrade(),
        });
    }

    /// The program for the engine's processor, or why there is none.
    pub(super) async fn program(&self, engine: &Engine) -> Result<Result<&'static [u8], String>> {
        let known = self.home.inventory.snapshot().report.facts.clone();
        let facts = match known {
            Some(facts) if facts.endpoint.address == engine.endpoint().address => facts,
            _ => engine.facts().await?,
        };
        if facts.os_type != "linux" {
            return Err(Problem::new(
                ProblemKind::WrongPlatform,
                "Files on this engine cannot be looked into.",
            )
            .because("It runs Windows containers.")
            .hint("Switch Docker Desktop to Linux containers."));
        }
        Ok(
            slipway_porthole_program::program(&facts.architecture).ok_or_else(|| {
                format!(
                    "Slipway's own small program is not made for the processor of this engine ({}).",
                    crate::path::visible(facts.architecture.as_bytes()).0
                )
            }),
        )
    }
}
