//! Create and start: until the container runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use slipway_engine::containers::MountSource;
use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::ContainerRow;
use slipway_engine::{ContainerId, Engine, Error};
use slipway_vault::Secret;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::outset::start_title;
use super::{Journey, Step, Stop, failed};
use crate::form::{IMAGE_LABEL, SignInChoice};
use crate::labs::secrets::{self, made_entry, password_entry, token_entry, variable_entry};
use crate::labs::shared::{Watched, mark_of};
use crate::launch::failure::Trouble;
use crate::launch::unfinished::{self, Unfinished};
use crate::launch::{StepKind, sign_in};
use crate::options::network::is_own;
use crate::plan::{SavedForm, plan};
use crate::problem::{Problem, ProblemKind};
use crate::profile::{self, LAB_LABEL, PASSWORD_MADE, PROFILE_LABEL, Profile};
use crate::recipe::SignInKind;
use crate::recognition;

/// Random bytes of a token: Jupyter's own are as long.
const TOKEN_BYTES: usize = 24;

impl Journey {
    pub(super) async fn create(
        &mut self,
        engine: &Engine,
        image: &ImageDetails,
    ) -> Step<ContainerId> {
        self.board.begin(StepKind::Create);
        let at = |trouble: Trouble| failed(StepKind::Create, trouble);
        // The Config may tell another generation than the name did.
        let planned = plan(&self.luggage.form, Some(image), &self.shared.catalogue())
            .map_err(|problem| at(Trouble::Told(problem)))?;
        // Docker control means this engine's own socket, wherever it lies.
        self.luggage.plan = match &self.shared.snapshot().report.facts {
            Some(facts) => planned.on_engine(facts),
            None => planned,
        };
        self.make_secrets().await;
        self.image_password =
            recognition::image_password(&self.luggage.plan.generation, Some(image))
                .filter(|password| recognition::is_worth_masking(password))
                .map(Secret::new);
        let saved = self.saved_form();
        if let Some(replaced) = &mut self.luggage.replaced {
            replaced.look_again(&self.luggage.plan);
        }
        self.make_volumes(engine).await?;
        self.make_network(engine).await?;
        self.go_on()?;

        let mut spec = self.luggage.plan.container.clone();
        spec.labels
            .insert(LAB_LABEL.to_owned(), self.luggage.lab.0.clone());
        let label = profile::label_text(&saved).map_err(|problem| at(Trouble::Told(problem)))?;
        spec.labels.insert(PROFILE_LABEL.to_owned(), label);
        if let (Some(variable), Some(password)) = (
            &self.luggage.plan.password_variable,
            &self.luggage.own_password,
        ) {
            spec.environment
                .push((variable.clone(), password.reveal().to_owned()));
        }
        for (variable, value) in &self.made_values {
            spec.environment
                .push((variable.clone(), value.reveal().to_owned()));
        }
        for name in &self.luggage.plan.secret_variables {
            let value = self.luggage.variables.get(name);
            let value = value.ok_or_else(|| at(Trouble::Told(forgotten(name))))?;
            spec.environment
                .push((name.clone(), value.reveal().to_owned()));
        }
        if let Some(replaced) = &self.luggage.replaced {
            replaced.adjust(&mut spec);
        }
        self.made.asked_container = Some(spec.name.clone());
        // Another Slipway may make a profile of the container's label as soon as it is there.
        self.made.profile = true;
        let container = engine
            .create_container(&spec)
            .await
            .map_err(|error| at(error.into()))?;
        self.made.asked_container = None;
        self.made.container = Some(container.clone());
        // From here on the container's own label says whose volumes they are.
        unfinished::end(&self.shared.home.profiles, &self.luggage.lab);
        self.give_token(engine, &container)
            .await
            .map_err(|error| at(error.into()))?;
        if self.luggage.replaced.is_none() {
            self.keep_secrets();
        }
        self.join_networks(engine, &container, &spec).await?;
        self.go_on()?;
        self.board
            .done(StepKind::Create, "Created the container", None);
        Ok(container)
    }

    pub(super) fn saved_form(&self) -> SavedForm {
        let accepted = self.luggage.risks_accepted.then(|| self.shared.now());
        let mut saved = profile::saved_form(self.luggage.plan.form.clone(), accepted);
        if self.password_made {
            saved
                .more
                .insert(PASSWORD_MADE.to_owned(), "yes".to_owned());
        }
        saved
    }

    /// Passwords and keys that the image does not start without. A lab that is launched again keeps
    /// those that it had: its kept work knows them.
    async fn make_secrets(&mut self) {
        let sign_in = &self.luggage.plan.generation.sign_in;
        let (lab, vault) = (&self.luggage.lab, &self.shared.home.vault);
        let again = self.luggage.previous.is_some() || self.luggage.replaced.is_some();
        let typed = |variable: &String| {
            let rows = &self.luggage.plan.form.advanced.environment;
            rows.iter().any(|row| row.name.trim() == variable)
        };
        let wanted = sign_in.password_variable.as_ref();
        let needed = sign_in.password_needed && !wanted.is_some_and(typed);
        if needed && self.luggage.form.sign_in == SignInChoice::FromImage {
            let kept = if again {
                vault.find(&password_entry(lab)).await
            } else {
                None
            };
            let made = kept.unwrap_or_else(|| secrets::made_password(&*self.shared.sources.random));
            self.luggage.own_password = Some(made);
            self.password_made = true;
        }
        if sign_in.made_secrets.is_empty() {
            return;
        }
        let kept = if again {
            secrets::made_values(vault, lab).await
        } else {
            BTreeMap::new()
        };
        self.made_values = sign_in
            .made_secrets
            .iter()
            .filter(|variable| !typed(variable))
            .map(|variable| {
                let value = kept.get(variable).cloned();
                let value = value.unwrap_or_else(|| self.shared.sources.hex(TOKEN_BYTES));
                (variable.clone(), Secret::new(value))
            })
            .collect();
    }

    /// Volumes are made here and not by the engine on the way, so that it is known which are new.
    async fn make_volumes(&mut self, engine: &Engine) -> Step<()> {
        for mount in self.luggage.plan.container.mounts.clone() {
            let MountSource::Volume(name) = mount.source else {
                continue;
            };
            if name.is_empty() {
                continue;
            }
            match engine.inspect_volume(&name).await {
                Ok(_) => continue,
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(StepKind::Create, error.into())),
            }
            let labels = [
                (LAB_LABEL.to_owned(), self.luggage.lab.0.clone()),
                (IMAGE_LABEL.to_owned(), self.luggage.plan.image.to_string()),
            ];
            self.made.volumes.push(name.clone());
            self.note_volumes()?;
            engine
                .create_volume(&name, labels.into_iter().collect())
                .await
                .map_err(|error| failed(StepKind::Create, error.into()))?;
            self.go_on()?;
        }
        Ok(())
    }

    /// Writes down which volumes are about to be made.
    fn note_volumes(&mut self) -> Step<()> {
        let volumes = self.made.volumes.clone();
        if let Some(replaced) = &mut self.luggage.replaced {
            let noted = replaced.journal.note(|entry| entry.volumes = volumes);
            return noted.map_err(|problem| failed(StepKind::Create, Trouble::Told(problem)));
        }
        let intent = Unfinished {
            lab: self.luggage.lab.clone(),
            engine: mark_of(&self.shared.snapshot()),
            volumes,
        };
        unfinished::begin(&self.shared.home.profiles, &intent);
        Ok(())
    }

    /// The network that the lab joins, where it is to be made and is not there.
    async fn make_network(&mut self, engine: &Engine) -> Step<()> {
        let join = &self.luggage.plan.form.advanced.network;
        let name = join.name.trim().to_owned();
        if !join.create || !is_own(&name) {
            return Ok(());
        }
        match engine.inspect_network(&name).await {
            Ok(_) => return Ok(()),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(failed(StepKind::Create, error.into())),
        }
        self.made.networks.push(name.clone());
        let networks = self.made.networks.clone();
        if let Some(replaced) = &mut self.luggage.replaced {
            let noted = replaced.journal.note(|entry| entry.networks = networks);
            noted.map_err(|problem| failed(StepKind::Create, Trouble::Told(problem)))?;
        }
        let labels = [(LAB_LABEL.to_owned(), self.luggage.lab.0.clone())];
        match engine
            .create_network(&name, labels.into_iter().collect())
            .await
        {
            // Somebody else made it in the same moment.
            Ok(_) | Err(Error::NameTaken { .. }) => self.go_on(),
            Err(error) => Err(failed(StepKind::Create, error.into())),
        }
    }

    /// The lab's token: the person's own, or one of ours where the recipe has a way for it.
    async fn give_token(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
    ) -> slipway_engine::Result<()> {
        let generation = &self.luggage.plan.generation;
        let own =
            self.luggage.own_password.is_some() && generation.sign_in.kind == SignInKind::Token;
        if own && self.luggage.plan.password_variable.is_some() {
            self.token.clone_from(&self.luggage.own_password);
            return Ok(());
        }
        if let Some(path) = &generation.sign_in.token_config {
            let token = self.token_to_give().await;
            engine
                .place_files(container, &[sign_in::token_file(path, &token)])
                .await?;
            self.token = Some(token);
        } else if generation.start_inside.is_some() {
            self.token = Some(self.token_to_give().await);
        }
        Ok(())
    }

    /// A changed lab keeps the token that it has, so that it still opens if the change is taken back.
    async fn token_to_give(&self) -> Secret {
        let kept = if self.luggage.replaced.is_some() {
            let entry = token_entry(&self.luggage.lab);
            self.shared.home.vault.find(&entry).await
        } else {
            None
        };
        kept.unwrap_or_else(|| Secret::new(self.shared.sources.hex(TOKEN_BYTES)))
    }

    /// Kept while the launch goes on: a keyring may first ask for its own password.
    pub(super) fn keep_secrets(&mut self) {
        let (lab, vault) = (&self.luggage.lab, &self.shared.home.vault);
        if let Some(password) = &self.luggage.own_password {
            secrets::keep(vault, &password_entry(lab), password.clone());
            self.made.secrets = true;
        }
        if !self.made_values.is_empty() {
            let values: BTreeMap<&str, &str> = self
                .made_values
                .iter()
                .map(|(variable, value)| (variable.as_str(), value.reveal()))
                .collect();
            if let Ok(text) = serde_json::to_string(&values) {
                secrets::keep(vault, &made_entry(lab), Secret::new(text));
                self.made.secrets = true;
            }
        }
        if let Some(token) = &self.token {
            secrets::keep(vault, &token_entry(lab), token.clone());
            self.made.secrets = true;
        }
        for (name, value) in &self.luggage.variables {
            secrets::keep(vault, &variable_entry(lab, name), value.clone());
            self.made.secrets = true;
        }
    }

    /// A container that removes itself is asked for its exit code before it starts. Gives its row
    /// as it is until then.
    async fn watch_exit(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
    ) -> Option<ContainerRow> {
        if !self.luggage.plan.container.auto_remove {
            return None;
        }
        let (asked, id) = (engine.clone(), container.clone());
        let exit = tokio::spawn(async move { asked.wait_next_exit(&id).await });
        self.exit = Some(AbortOnDropHandle::new(exit));
        engine.inspect_container(container.as_str()).await.ok()
    }

    pub(super) async fn start(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
        image: &ImageDetails,
    ) -> Step<()> {
        self.board.begin(StepKind::Start);
        let at = |trouble: Trouble| failed(StepKind::Start, trouble);
        let before = self.watch_exit(engine, container).await;
        engine
            .start_container(container)
            .await
            .map_err(|error| at(error.into()))?;
        self.started = Some(Instant::now());
        let row = match (engine.inspect_container(container.as_str()).await, before) {
            (Ok(row), _) => row,
            // It has ended and removed itself already.
            (Err(Error::NotFound { .. }), Some(before)) => before,
            (Err(error), _) => return Err(at(error.into())),
        };
        self.began = row.started;
        self.shared.change(|state| {
            state
                .images
                .insert(row.image_id.clone(), Arc::new(image.clone()));
        });
        if self.luggage.replaced.is_none() {
            self.become_a_lab(container, &row);
        }
        self.serve_inside(engine, container).await?;
        self.go_on()?;
        self.board.done(
            StepKind::Start,
            start_title("Started", &self.luggage.form),
            None,
        );
        Ok(())
    }

    /// The profile is written, and the cards show the lab.
    fn become_a_lab(&mut self, container: &ContainerId, row: &ContainerRow) {
        let profile = Profile::new(
            self.luggage.lab.clone(),
            container.clone(),
            row.created,
            self.saved_form(),
        );
        self.made.profile = true;
        // A profile that cannot be saved is no reason to stop: the container's labels carry it, too.
        if let Err(problem) = self.shared.save(&profile) {
            tracing::warn!(%problem, "a profile could not be saved");
        }
        self.shared.change(|state| {
            state
                .watched
                .insert(profile.id.clone(), Watched::waiting(row.started));
            state.failures.remove(&profile.id);
            state.profiles.insert(profile.id.clone(), profile);
        });
    }

    /// A server of Slipway's own, where the image starts none.
    async fn serve_inside(&mut self, engine: &Engine, container: &ContainerId) -> Step<()> {
        let at = |trouble: Trouble| failed(StepKind::Start, trouble);
        if let (Some(program), Some(token)) =
            (&self.luggage.plan.generation.start_inside, &self.token)
        {
            let generation = &self.luggage.plan.generation;
            let started = sign_in::run_inside(
                engine,
                container,
                program,
                generation,
                &self.luggage.form,
                token,
            );
            tokio::select! {
                () = self.cancel.cancelled() => return Err(Stop::Cancelled),
                // A container that has ended already says so itself in the next step.
                started = started => match started {
                    Ok(()) | Err(Error::NotRunning { .. }) => {}
                    Err(error) => return Err(at(error.into())),
                },
            }
        }
        Ok(())
    }
}

fn forgotten(name: &str) -> Problem {
    Problem::new(
        ProblemKind::InvalidForm,
        format!("The value of {name} is not known any more."),
    )
    .because("Secret values are kept in the keyring, and this one is not there.")
    .hint("Type it again.")
    .at("advanced.environment")
}
