//! The launch itself: one task that goes from step to step, and takes back what it made when it
//! does not get to the end.
//!
//! Requests that make something are never cut off in the middle, because then nobody would know
//! whether the engine has made it. Only the download and the wait for an answer are; everywhere
//! else a cancellation is seen between two requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use slipway_engine::containers::MountSource;
use slipway_engine::endpoint::EngineProduct;
use slipway_engine::images::ImageDetails;
use slipway_engine::{Bytes, ContainerId, Engine, Error, ImageReference};
use slipway_vault::Secret;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::board::Board;
use super::failure::{self, Trouble};
use super::made::Made;
use super::{Launch, LaunchOutcome, LaunchProgress, LaunchStep, StepKind, StepState, WaitingFor, sign_in, words};
use crate::address::PageAddress;
use crate::card::LabId;
use crate::form::{LaunchForm, SignInChoice, StorageKind};
use crate::labs::shared::{Answer, Shared, Watched, password_entry, token_entry};
use crate::plan::{LaunchPlan, SavedForm, plan};
use crate::problem::Problem;
use crate::profile::{self, LAB_LABEL, PROFILE_LABEL, Profile};
use crate::readiness::{self, NotReady, Wait};
use crate::recipe::SignInKind;

/// A registry that does not answer soon is asked again by the download itself.
const REGISTRY_PATIENCE: Duration = Duration::from_secs(4);
/// Random bytes of a token: Jupyter's own are as long.
const TOKEN_BYTES: usize = 24;

/// What a launch sets out with.
pub(crate) struct Luggage {
    pub lab: LabId,
    pub form: LaunchForm,
    pub own_password: Option<Secret>,
    /// The plan as far as it is known before the download.
    pub plan: LaunchPlan,
    /// Risks are on, and the person has accepted them.
    pub risks_accepted: bool,
    /// The lab whose container is gone and that is launched again: it stays if this does not work out.
    pub previous: Option<Profile>,
}

/// Why a launch does not go on.
enum Stop {
    Cancelled,
    Failed(StepKind, Trouble),
}

type Step<T> = Result<T, Stop>;

struct Journey {
    shared: Arc<Shared>,
    board: Arc<Board>,
    cancel: CancellationToken,
    luggage: Luggage,
    made: Made,
    /// The token that Slipway gives the lab.
    token: Option<Secret>,
}

/// Starts the task. Must be called within a tokio runtime.
pub(crate) fn begin(shared: &Arc<Shared>, luggage: Luggage) -> Launch {
    let board = Board::new(first_progress(&luggage), shared.sources.clone());
    let cancel = CancellationToken::new();
    let (ended_sender, ended) = watch::channel(false);
    let leftovers = Arc::new(Mutex::new(Made::default()));
    let own_password = luggage.own_password.clone();
    let journey = Journey {
        shared: Arc::clone(shared),
        board: Arc::clone(&board),
        cancel: cancel.clone(),
        luggage,
        made: Made::default(),
        token: None,
    };
    forward_changes(shared, &board);
    let kept = Arc::clone(&leftovers);
    tokio::spawn(async move {
        let made = Box::pin(journey.run()).await;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = made;
        let _ = ended_sender.send(true);
    });
    Launch { board, cancel, ended, own_password, leftovers }
}

/// The cards show launches, too.
fn forward_changes(shared: &Arc<Shared>, board: &Arc<Board>) {
    let mut progress = board.watch();
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        while progress.changed().await.is_ok() {
            let Some(shared) = shared.upgrade() else { return };
            shared.changed.notify_one();
        }
    });
}

fn first_progress(luggage: &Luggage) -> LaunchProgress {
    let (form, plan) = (&luggage.form, &luggage.plan);
    let answers = &plan.generation.answers;
    let usual = plan.generation.ready.usual_seconds;
    let usual = usual.map(|(from, to)| format!("Usually {from} to {to} s")).unwrap_or_default();
    let step = |kind: StepKind, title: String, aside: &str| LaunchStep {
        kind,
        state: StepState::Todo,
        title,
        aside: aside.to_owned(),
        started: None,
        ended: None,
    };
    LaunchProgress {
        lab: luggage.lab.clone(),
        sequence: 0,
        name: form.name.clone(),
        icon: plan.recipe.icon.clone(),
        tint: plan.recipe.tint,
        image: plan.image.to_string(),
        steps: vec![
            step(StepKind::Check, "Check your choices".to_owned(), ""),
            step(StepKind::Download, "Download the image".to_owned(), ""),
            step(StepKind::Create, "Create the container".to_owned(), ""),
            step(StepKind::Start, start_title("Start", form), ""),
            step(StepKind::Answer, format!("Wait until {answers} answers"), &usual),
            step(StepKind::Open, "Open it in your browser".to_owned(), ""),
        ],
        pull: None,
        waiting: None,
        outcome: LaunchOutcome::Running,
        form: form.clone(),
    }
}

fn start_title(verb: &str, form: &LaunchForm) -> String {
    match form.ports.first().map(|port| port.host.trim()) {
        Some(port) if !port.is_empty() => format!("{verb} it on port {port}"),
        _ => format!("{verb} it"),
    }
}

impl Journey {
    /// Gives back what could not be taken back.
    async fn run(mut self) -> Made {
        let stop = match self.travel().await {
            Ok(outcome) => {
                self.board.end(outcome);
                return Made::default();
            }
            Err(stop) => stop,
        };
        match &stop {
            Stop::Failed(step, _) => self.board.fail(*step),
            Stop::Cancelled => self.board.change(|progress| progress.outcome = LaunchOutcome::Cancelling),
        }
        let words = match stop {
            Stop::Failed(step, trouble) => {
                let form = self.luggage.form.clone();
                Some(failure::explain(&self.shared, &self.luggage.plan, form, step, trouble, &self.secrets()).await)
            }
            Stop::Cancelled => None,
        };
        self.shared.change(|state| state.watched.remove(&self.luggage.lab));
        self.restore_previous();
        let taken_back = self.made.take_back(&self.shared, &self.luggage.lab).await;
        match (words, taken_back) {
            (Some((problem, fixes)), _) => self.board.end(LaunchOutcome::Failed { problem, fixes }),
            (None, Ok(())) => self.board.end(LaunchOutcome::Cancelled),
            (None, Err(problem)) => {
                self.board.end(LaunchOutcome::Failed {
                    problem: problem.hint("Discard this launch again when the engine is back."),
                    fixes: Vec::new(),
                });
            }
        }
        self.made
    }

    /// A lab that was there before this launch is there again.
    fn restore_previous(&mut self) {
        let lab = self.luggage.lab.clone();
        let Some(previous) = self.luggage.previous.take() else {
            self.shared.change(|state| state.profiles.remove(&lab));
            return;
        };
        if let Err(problem) = self.shared.save(&previous) {
            tracing::warn!(%problem, "a profile could not be put back");
        }
        self.made.profile = false;
        self.made.secrets = false;
        self.shared.change(|state| state.profiles.insert(lab, previous));
    }

    async fn travel(&mut self) -> Step<LaunchOutcome> {
        let engine = self.shared.engine().map_err(|problem| failed(StepKind::Check, Trouble::Told(problem)))?;
        let here = self.check(&engine).await?;
        let image = self.download(&engine, here).await?;
        let container = self.create(&engine, &image).await?;
        self.start(&engine, &container, &image).await?;
        let page = self.wait_for_answer(&engine, &container).await?;
        Ok(self.open(&engine, page).await)
    }

    fn go_on(&self) -> Step<()> {
        if self.cancel.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    fn secrets(&self) -> Vec<Secret> {
        self.token.iter().chain(&self.luggage.own_password).cloned().collect()
    }

    /// What can be known before a byte is downloaded. Gives the image's Config where it is here.
    async fn check(&mut self, engine: &Engine) -> Step<Option<ImageDetails>> {
        self.board.begin(StepKind::Check);
        let snapshot = self.shared.snapshot();
        let facts = snapshot.report.facts.clone();
        let architecture = facts.as_ref().map(|facts| facts.architecture.clone()).unwrap_or_default();
        let reference = self.luggage.plan.image.clone();
        let here = match engine.inspect_image(&reference.to_string()).await {
            Ok(image) => Some(image),
            Err(Error::ImageNotFound { .. }) => None,
            Err(error) => return Err(failed(StepKind::Check, error.into())),
        };
        let platforms = match &here {
            Some(image) => vec![image.architecture.clone()],
            None => {
                let asked = tokio::time::timeout(REGISTRY_PATIENCE, engine.registry_platforms(&reference));
                tokio::select! {
                    () = self.cancel.cancelled() => return Err(Stop::Cancelled),
                    asked = asked => asked.ok().and_then(Result::ok).unwrap_or_default(),
                }
            }
        };
        let fits = platforms.is_empty() || architecture.is_empty() || platforms.iter().any(|platform| same_processor(platform, &architecture));
        if !fits && !emulates(engine) {
            let detail = format!("The image is for {}, the engine is {architecture}.", platforms.join(", "));
            let error = Error::WrongPlatform { reference: reference.to_string(), detail };
            return Err(failed(StepKind::Check, error.into()));
        }
        let free = facts.as_ref().and_then(|facts| facts.disk_free);
        if let (None, Some(free), Some(needed)) = (&here, free, self.luggage.plan.recipe.download_size)
            && free.0 < needed
        {
            return Err(failed(StepKind::Check, Trouble::TooLittleDisk { needed: Bytes(needed), free }));
        }
        self.go_on()?;
        self.board.done(StepKind::Check, "Checked your choices", None);
        Ok(here)
    }

    async fn download(&mut self, engine: &Engine, here: Option<ImageDetails>) -> Step<ImageDetails> {
        if let Some(image) = here {
            self.board.skip(StepKind::Download, "The image is already here", "");
            return Ok(image);
        }
        self.board.begin(StepKind::Download);
        let reference = self.luggage.plan.image.clone();
        let mut pull = engine.pull(&reference, None);
        let mut bytes = Bytes(0);
        loop {
            let item = tokio::select! {
                () = self.cancel.cancelled() => return Err(Stop::Cancelled),
                item = pull.next() => item,
            };
            match item {
                Some(Ok(progress)) => {
                    bytes = bytes.max(progress.done).max(progress.total);
                    self.board.change(|launch| launch.pull = Some(progress));
                }
                Some(Err(error)) => return Err(failed(StepKind::Download, error.into())),
                None => break,
            }
        }
        drop(pull);
        let image = inspect(engine, &reference).await?;
        let amount = if bytes.0 > 0 { Some(words::size(bytes)) } else { None };
        self.board.done(StepKind::Download, "Downloaded the image", amount);
        self.board.change(|launch| launch.pull = None);
        self.go_on()?;
        Ok(image)
    }

    async fn create(&mut self, engine: &Engine, image: &ImageDetails) -> Step<ContainerId> {
        self.board.begin(StepKind::Create);
        let at = |trouble: Trouble| failed(StepKind::Create, trouble);
        // The Config may tell another generation than the name did.
        self.luggage.plan = plan(&self.luggage.form, Some(image)).map_err(|problem| at(Trouble::Told(problem)))?;
        let saved = self.saved_form();
        self.make_volumes(engine).await?;
        self.go_on()?;

        let mut spec = self.luggage.plan.container.clone();
        spec.labels.insert(LAB_LABEL.to_owned(), self.luggage.lab.0.clone());
        let label = profile::label_text(&saved).map_err(|problem| at(Trouble::Told(problem)))?;
        spec.labels.insert(PROFILE_LABEL.to_owned(), label);
        if let (Some(variable), Some(password)) = (&self.luggage.plan.password_variable, &self.luggage.own_password) {
            spec.environment.push((variable.clone(), password.reveal().to_owned()));
        }
        let container = engine.create_container(&spec).await.map_err(|error| at(error.into()))?;
        self.made.container = Some(container.clone());
        self.give_token(engine, &container).await.map_err(|error| at(error.into()))?;
        self.keep_secrets();
        self.go_on()?;
        self.board.done(StepKind::Create, "Created the container", None);
        Ok(container)
    }

    fn saved_form(&self) -> SavedForm {
        let accepted = self.luggage.risks_accepted.then(|| self.shared.now());
        profile::saved_form(self.luggage.form.clone(), accepted)
    }

    /// Volumes are made here and not by the engine on the way, so that it is known which are new.
    async fn make_volumes(&mut self, engine: &Engine) -> Step<()> {
        for mount in self.luggage.plan.container.mounts.clone() {
            let MountSource::Volume(name) = mount.source else { continue };
            match engine.inspect_volume(&name).await {
                Ok(_) => continue,
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(StepKind::Create, error.into())),
            }
            let labels = [
                (LAB_LABEL.to_owned(), self.luggage.lab.0.clone()),
                ("io.slipway.image".to_owned(), self.luggage.plan.image.to_string()),
            ];
            engine
                .create_volume(&name, labels.into_iter().collect())
                .await
                .map_err(|error| failed(StepKind::Create, error.into()))?;
            self.made.volumes.push(name);
            self.go_on()?;
        }
        Ok(())
    }

    /// The lab's token: the person's own, or one of ours where the recipe has a way for it.
    async fn give_token(&mut self, engine: &Engine, container: &ContainerId) -> slipway_engine::Result<()> {
        let generation = &self.luggage.plan.generation;
        let own = self.luggage.form.sign_in == SignInChoice::Own && generation.sign_in.kind == SignInKind::Token;
        if own && self.luggage.plan.password_variable.is_some() {
            self.token.clone_from(&self.luggage.own_password);
            return Ok(());
        }
        if let Some(path) = &generation.sign_in.token_config {
            let token = Secret::new(self.shared.sources.hex(TOKEN_BYTES));
            engine.place_files(container, &[sign_in::token_file(path, &token)]).await?;
            self.token = Some(token);
        } else if generation.start_inside.is_some() {
            self.token = Some(Secret::new(self.shared.sources.hex(TOKEN_BYTES)));
        }
        Ok(())
    }

    /// Kept while the launch goes on: a keyring may first ask for its own password.
    fn keep_secrets(&mut self) {
        let mut kept: Vec<(String, Secret)> = Vec::new();
        if let Some(password) = &self.luggage.own_password {
            kept.push((password_entry(&self.luggage.lab), password.clone()));
        }
        if let Some(token) = &self.token {
            kept.push((token_entry(&self.luggage.lab), token.clone()));
        }
        if kept.is_empty() {
            return;
        }
        self.made.secrets = true;
        let vault = self.shared.home.vault.clone();
        tokio::spawn(async move {
            for (entry, secret) in kept {
                vault.keep(&entry, secret).await;
            }
        });
    }

    async fn start(&mut self, engine: &Engine, container: &ContainerId, image: &ImageDetails) -> Step<()> {
        self.board.begin(StepKind::Start);
        let at = |trouble: Trouble| failed(StepKind::Start, trouble);
        engine.start_container(container).await.map_err(|error| at(error.into()))?;
        let row = engine.inspect_container(container.as_str()).await.map_err(|error| at(error.into()))?;
        let profile = Profile::new(self.luggage.lab.clone(), container.clone(), row.created, self.saved_form());
        self.made.profile = true;
        // A profile that cannot be saved is no reason to stop: the container's labels carry it, too.
        if let Err(problem) = self.shared.save(&profile) {
            tracing::warn!(%problem, "a profile could not be saved");
        }
        self.shared.change(|state| {
            state.images.insert(row.image_id.clone(), Arc::new(image.clone()));
            let watched = Watched { started: row.started, answer: Answer::Waiting, task: None };
            state.watched.insert(profile.id.clone(), watched);
            state.failures.remove(&profile.id);
            state.profiles.insert(profile.id.clone(), profile);
        });
        if let (Some(program), Some(token)) = (&self.luggage.plan.generation.start_inside, &self.token) {
            let generation = &self.luggage.plan.generation;
            let started = sign_in::run_inside(engine, container, program, generation, &self.luggage.form, token);
            tokio::select! {
                () = self.cancel.cancelled() => return Err(Stop::Cancelled),
                // A container that has ended already says so itself in the next step.
                started = started => match started {
                    Ok(()) | Err(Error::NotRunning { .. }) => {}
                    Err(error) => return Err(at(error.into())),
                },
            }
        }
        self.go_on()?;
        self.board.done(StepKind::Start, start_title("Started", &self.luggage.form), None);
        Ok(())
    }

    async fn wait_for_answer(&mut self, engine: &Engine, container: &ContainerId) -> Step<Option<PageAddress>> {
        self.board.begin(StepKind::Answer);
        let started = self.shared.state().watched.get(&self.luggage.lab).and_then(|watched| watched.started);
        let plan = &self.luggage.plan;
        let wait = Wait {
            engine: engine.clone(),
            inventory: self.shared.home.inventory.clone(),
            container: container.clone(),
            started,
            generation: plan.generation.clone(),
            page_port: plan.page_port,
            token: self.token.clone(),
            secrets: self.secrets(),
            slowest: Duration::from_secs(1),
            patience: Duration::from_secs(24 * 3_600),
        };
        let answers = plan.generation.answers.clone();
        let tell = |sign: readiness::Sign| {
            let sentence = match sign.slow {
                true => format!("{answers} is still starting. This takes longer than usual."),
                false => format!("{answers} has not answered yet."),
            };
            self.board.change(|progress| progress.waiting = Some(WaitingFor { sentence, slow: sign.slow, log: sign.log }));
        };
        let answer = tokio::select! {
            () = self.cancel.cancelled() => return Err(Stop::Cancelled),
            answer = readiness::until_it_answers(&wait, tell) => answer,
        };
        let page = match answer {
            Ok(page) => page,
            Err(NotReady::OutOfPatience) => None,
            Err(not_ready) => return Err(failed(StepKind::Answer, Trouble::NotReady(not_ready))),
        };
        // From here on the lab is there; a cancellation that comes now comes too late.
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.shared.change(|state| {
            if let Some(watched) = state.watched.get_mut(&self.luggage.lab) {
                watched.answer = Answer::Answered(page.clone());
            }
        });
        self.board.done(StepKind::Answer, format!("{answers} answered"), None);
        Ok(page)
    }

    async fn open(&mut self, engine: &Engine, page: Option<PageAddress>) -> LaunchOutcome {
        let Some(page) = page else {
            self.board.skip(StepKind::Open, "This lab has no page to open", "");
            return LaunchOutcome::Ready { shown: None, opened: false, open_problem: None };
        };
        self.board.begin(StepKind::Open);
        let opened = open_in_browser(&self.shared, &page).await;
        let shown = self.shown(engine, &page);
        match opened {
            Ok(()) => {
                self.board.done(StepKind::Open, "Opened it in your browser", None);
                LaunchOutcome::Ready { shown, opened: true, open_problem: None }
            }
            Err(problem) => {
                self.board.skip(StepKind::Open, "Open it in your browser", "No browser could be started");
                LaunchOutcome::Ready { shown, opened: false, open_problem: Some(problem) }
            }
        }
    }

    fn shown(&self, engine: &Engine, page: &PageAddress) -> Option<crate::address::ShownAddress> {
        let snapshot = self.shared.snapshot();
        let row = snapshot.containers.get(self.made.container.as_ref()?)?;
        let answers = &self.luggage.plan.generation.answers;
        let host = crate::address::engine_host(engine.endpoint());
        crate::address::shown(row, &self.luggage.form, Some(page), answers, host.as_deref()).into_iter().next()
    }
}

/// Hands the page's address to the browser, on a thread that may wait for it.
///
/// # Errors
/// `BrowserUnavailable`, with the address in its detail.
pub(crate) async fn open_in_browser(shared: &Arc<Shared>, page: &PageAddress) -> Result<(), Problem> {
    let open = Arc::clone(&shared.home.open_address);
    let address = page.opened();
    let opened = tokio::task::spawn_blocking(move || open(address.reveal())).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(failure::no_browser(page, &why)),
        Err(_) => Err(failure::no_browser(page, "the browser's start was broken off")),
    }
}

fn failed(step: StepKind, trouble: Trouble) -> Stop {
    Stop::Failed(step, trouble)
}

/// After a pull the image is looked up under the name that was pulled.
async fn inspect(engine: &Engine, reference: &ImageReference) -> Step<ImageDetails> {
    engine.inspect_image(&reference.to_string()).await.map_err(|error| failed(StepKind::Download, error.into()))
}

/// Docker Desktop and its like run images of other processors, slowly; `amd64` labs on a Mac do work.
fn emulates(engine: &Engine) -> bool {
    matches!(
        engine.endpoint().product,
        EngineProduct::DockerDesktop | EngineProduct::OrbStack | EngineProduct::RancherDesktop | EngineProduct::Colima
    )
}

/// Registries and engines spell processors differently.
fn same_processor(a: &str, b: &str) -> bool {
    fn plain(name: &str) -> &str {
        match name.split('/').find(|part| *part != "linux").unwrap_or(name) {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "armv7l" | "armhf" => "arm",
            "i386" | "i686" => "386",
            other => other,
        }
    }
    plain(a) == plain(b)
}

/// Words for what is kept, used by the failures.
pub(super) fn kept_words(form: &LaunchForm) -> Option<String> {
    match form.storage.kind {
        StorageKind::Volume => Some(format!("Your work in {} is safe.", form.storage.volume)),
        StorageKind::Folder => Some(format!("Your work in {} is safe.", form.storage.folder)),
        StorageKind::Nothing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::same_processor;

    #[test]
    fn processors_have_several_names() {
        assert!(same_processor("linux/amd64", "x86_64"));
        assert!(same_processor("arm64", "aarch64"));
        assert!(same_processor("linux/arm64/v8", "arm64"));
        assert!(!same_processor("arm64", "amd64"));
    }
}
