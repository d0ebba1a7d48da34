//! The questions that bring rows, several at a time.

use std::collections::VecDeque;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::events::{Kind, Touched};
use super::rows::{
    self, ContainerEntry, ContainerInspection, ImageEntry, NetworkEntry, VolumeEntry, or_default,
};
use super::{ContainerRow, ImageRow, NetworkRow, RefusedKind, RefusedList, VolumeRow};
use crate::classify::Failure;
use crate::health::{EngineFacts, facts};
use crate::wire::{Question, escaped};
use crate::{ContainerId, Engine, Error};

/// Questions under way at once: enough to keep a small machine busy, few enough for the engine to
/// serve others meanwhile.
const AT_ONCE: usize = 8;
/// Inspections between two looks at what events have touched meanwhile.
pub(super) const DETAILS: usize = 64;
/// Rows that a tall screen shows at once.
const SCREENFUL: usize = 32;

/// What one question brought.
pub(super) enum Fetched {
    Containers(Vec<ContainerRow>),
    Images(Vec<ImageRow>),
    Volumes(Vec<VolumeRow>),
    Networks(Vec<NetworkRow>),
    /// `None` where it is gone.
    Container(String, Option<ContainerRow>),
    /// There, and in a form that nobody can read.
    UnreadableContainer(String),
    Volume(String, Option<VolumeRow>),
    Network(String, Option<NetworkRow>),
    /// All details that the first picture of a list shows are here.
    Screenful,
    Facts(Box<EngineFacts>),
    /// The engine does not say what it is.
    NoFacts,
    /// The engine refused to list a kind; what is known of it stays.
    Refused(RefusedList),
    /// The engine refused one question; what is known of the object stays.
    Nothing,
}

type Fetching = BoxFuture<'static, Result<Fetched, Failure>>;

/// Everything touched, and some of the details that are still wanted.
pub(super) fn fetch(
    engine: &Engine,
    touched: Touched,
    details: &mut VecDeque<ContainerId>,
) -> BoxStream<'static, Result<Fetched, Failure>> {
    let mut questions: Vec<Fetching> = touched
        .kinds
        .iter()
        .map(|kind| list_of(engine, *kind))
        .collect();
    if touched.facts {
        questions.push(ask_facts(engine.clone()));
    }
    let wanted = details
        .drain(..details.len().min(DETAILS))
        .map(|id| id.0)
        .filter(|id| !touched.containers.contains(id));
    let inspected: Vec<String> = touched.containers.iter().cloned().chain(wanted).collect();
    questions.extend(
        inspected
            .into_iter()
            .map(|id| container(engine.clone(), id)),
    );
    questions.extend(touched.volumes.into_iter().map(|name| {
        let path = format!("/volumes/{}", escaped(&name));
        one(engine, path, |entry: Option<VolumeEntry>| {
            Fetched::Volume(name, entry.map(Into::into))
        })
    }));
    questions.extend(touched.networks.into_iter().map(|id| {
        let path = format!("/networks/{}", escaped(&id));
        one(engine, path, |entry: Option<NetworkEntry>| {
            Fetched::Network(id, entry.map(Into::into))
        })
    }));
    stream::iter(questions).buffer_unordered(AT_ONCE).boxed()
}

/// The details of the containers that stand first in lists.
pub(super) fn fetch_screenful(
    engine: &Engine,
    details: &mut VecDeque<ContainerId>,
) -> BoxStream<'static, Result<Fetched, Failure>> {
    let questions: Vec<Fetching> = details
        .drain(..details.len().min(SCREENFUL))
        .map(|id| container(engine.clone(), id.0))
        .collect();
    stream::iter(questions)
        .buffer_unordered(AT_ONCE)
        .chain(stream::iter([Ok(Fetched::Screenful)]))
        .boxed()
}

type Objects = Vec<Box<RawValue>>;

fn list_of(engine: &Engine, kind: Kind) -> Fetching {
    match kind {
        Kind::Containers => {
            let question = Question::get("/containers/json").query("all", "true");
            list(engine, question, |list: Objects| {
                Fetched::Containers(rows::each::<ContainerEntry, _>(
                    &list,
                    rows::unreadable_container,
                ))
            })
        }
        Kind::Images => or_refused(
            RefusedKind::Images,
            list(engine, Question::get("/images/json"), |list: Objects| {
                Fetched::Images(rows::each::<ImageEntry, _>(&list, |_| None))
            }),
        ),
        Kind::Volumes => or_refused(
            RefusedKind::Volumes,
            list(engine, Question::get("/volumes"), |list: VolumeList| {
                Fetched::Volumes(rows::each::<VolumeEntry, _>(&list.volumes, |_| None))
            }),
        ),
        Kind::Networks => or_refused(
            RefusedKind::Networks,
            list(engine, Question::get("/networks"), |list: Objects| {
                Fetched::Networks(rows::each::<NetworkEntry, _>(&list, |_| None))
            }),
        ),
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct VolumeList {
    #[serde(deserialize_with = "or_default")]
    volumes: Objects,
}

fn list<T, F>(engine: &Engine, question: Question, read: F) -> Fetching
where
    T: DeserializeOwned + Send + 'static,
    F: FnOnce(T) -> Fetched + Send + 'static,
{
    let wire = engine.wire.clone();
    Box::pin(async move { Ok(read(wire.json(question).await?)) })
}

/// A list that is refused costs that list alone. Containers are not optional: without them, nothing
/// here means anything.
fn or_refused(kind: RefusedKind, listing: Fetching) -> Fetching {
    Box::pin(async move {
        let detail = match listing.await {
            Err(Failure::Answer { message, .. }) => message,
            Err(Failure::Garbled { text }) => text,
            other => return other,
        };
        tracing::warn!(?kind, detail, "the engine refuses a list");
        let what = match kind {
            RefusedKind::Images => "images",
            RefusedKind::Volumes => "volumes",
            RefusedKind::Networks => "networks",
        };
        let message = format!("The engine does not show its {what}.");
        Ok(Fetched::Refused(RefusedList {
            kind,
            message,
            detail,
        }))
    })
}

/// One object; a refusal other than "gone" leaves it as it was.
fn one<T, F>(engine: &Engine, path: String, read: F) -> Fetching
where
    T: DeserializeOwned + Send + 'static,
    F: FnOnce(Option<T>) -> Fetched + Send + 'static,
{
    let wire = engine.wire.clone();
    Box::pin(async move {
        match wire.json::<T>(Question::get(path.clone())).await {
            Ok(object) => Ok(read(Some(object))),
            Err(Failure::Answer { status: 404, .. }) => Ok(read(None)),
            Err(Failure::Answer { status, message }) => {
                tracing::warn!(
                    path,
                    status,
                    message,
                    "the engine refuses to show an object"
                );
                Ok(Fetched::Nothing)
            }
            Err(Failure::Garbled { text }) => {
                tracing::warn!(path, text, "an object of the engine cannot be read");
                Ok(Fetched::Nothing)
            }
            Err(failure) => Err(failure),
        }
    })
}

fn container(engine: Engine, id: String) -> Fetching {
    Box::pin(async move {
        let question = Question::get(format!("/containers/{}/json", escaped(&id)));
        match engine.wire.json::<ContainerInspection>(question).await {
            Ok(inspection) => Ok(Fetched::Container(id, Some(inspection.into()))),
            Err(Failure::Answer { status: 404, .. }) => Ok(Fetched::Container(id, None)),
            Err(Failure::Garbled { text }) => {
                tracing::warn!(id, text, "a container cannot be read");
                Ok(Fetched::UnreadableContainer(id))
            }
            Err(Failure::Answer { status, message }) => {
                tracing::warn!(
                    id,
                    status,
                    message,
                    "the engine refuses to show a container"
                );
                Ok(Fetched::Nothing)
            }
            Err(failure) => Err(failure),
        }
    })
}

fn ask_facts(engine: Engine) -> Fetching {
    Box::pin(async move {
        match facts(&engine).await {
            Ok(facts) => Ok(Fetched::Facts(Box::new(facts))),
            Err(Error::Interrupted { detail }) => Err(Failure::Cut { text: detail }),
            Err(error) => {
                tracing::warn!(%error, detail = error.detail(), "the engine does not say what it is");
                Ok(Fetched::NoFacts)
            }
        }
    })
}
