//! Check and download: until the image is here.

use std::time::Duration;

use futures_util::StreamExt as _;
use slipway_engine::images::{ImageDetails, RegistryLogin};
use slipway_engine::inventory::Snapshot;
use slipway_engine::{Bytes, Engine, Error, ImageReference};

use super::{Journey, Step, Stop, failed};
use crate::downloads::{Known, Wish};
use crate::labs::measuring::asked;
use crate::launch::failure::Trouble;
use crate::launch::{StepKind, words};
use crate::logins::Logins;
use crate::processor;

/// A registry that does not answer soon is asked again by the download itself.
const REGISTRY_PATIENCE: Duration = Duration::from_secs(4);

impl Journey {
    /// What can be known before a byte is downloaded. Gives the image's Config where it is here.
    pub(super) async fn check(&mut self, engine: &Engine) -> Step<Option<ImageDetails>> {
        self.board.begin(StepKind::Check);
        let snapshot = self.shared.snapshot();
        let facts = snapshot.report.facts.clone();
        let architecture = facts
            .as_ref()
            .map(|facts| facts.architecture.clone())
            .unwrap_or_default();
        let reference = self.luggage.plan.image.clone();
        let here = match engine.inspect_image(&reference.to_string()).await {
            Ok(image) => Some(image).filter(|image| self.is_wanted_platform(image)),
            Err(Error::ImageNotFound { .. }) => None,
            Err(error) => return Err(failed(StepKind::Check, error.into())),
        };
        let (platforms, size) = if let Some(image) = &here {
            (vec![image.architecture.clone()], None)
        } else {
            let platforms = engine.registry_platforms(&reference);
            let platforms = tokio::time::timeout(REGISTRY_PATIENCE, platforms);
            let size = tokio::time::timeout(REGISTRY_PATIENCE, self.download_size(&snapshot));
            let (platforms, size) = tokio::select! {
                () = self.cancel.cancelled() => return Err(Stop::Cancelled),
                asked = async { tokio::join!(platforms, size) } => asked,
            };
            let platforms = platforms.ok().and_then(Result::ok).unwrap_or_default();
            (platforms, size.ok().flatten())
        };
        if !processor::runs(&platforms, &architecture, engine.endpoint().product) {
            let detail = format!(
                "The image is for {}, the engine is {architecture}.",
                platforms.join(", ")
            );
            let error = Error::WrongPlatform {
                reference: reference.to_string(),
                detail,
            };
            return Err(failed(StepKind::Check, error.into()));
        }
        let free = facts.as_ref().and_then(|facts| facts.disk_free);
        // An engine that has images may have most of this one's layers, and then a full disk says so itself.
        let nothing_here = snapshot.images.is_empty();
        if let (true, Some(free), Some(needed)) = (nothing_here, free, size)
            && free.0 < needed
        {
            return Err(failed(
                StepKind::Check,
                Trouble::TooLittleDisk {
                    needed: Bytes(needed),
                    free,
                },
            ));
        }
        self.go_on()?;
        self.board
            .done(StepKind::Check, "Checked your choices", None);
        Ok(here)
    }

    /// Bytes to download at most: what the registry says, else the recipe's own figure.
    async fn download_size(&self, snapshot: &Snapshot) -> Option<u64> {
        let plan = &self.luggage.plan;
        let platform = plan.container.platform.as_deref().unwrap_or_default();
        let asked = asked(snapshot, plan.image.clone(), platform)?;
        let downloads = &self.shared.downloads;
        match downloads.ask(&asked, Wish::Chosen, self.shared.now()).await {
            Some(Known::Size(bytes)) => Some(bytes),
            Some(Known::Unknown(_)) | None => plan.recipe.download_size,
        }
    }

    /// An image that is here for another platform than the one that was asked for is not here.
    fn is_wanted_platform(&self, image: &ImageDetails) -> bool {
        let platform = self.luggage.plan.container.platform.as_ref();
        platform.is_none_or(|platform| processor::same(platform, &image.architecture))
    }

    pub(super) async fn download(
        &mut self,
        engine: &Engine,
        here: Option<ImageDetails>,
    ) -> Step<ImageDetails> {
        if let Some(image) = here {
            self.board
                .skip(StepKind::Download, "The image is already here", "");
            return Ok(image);
        }
        self.board.begin(StepKind::Download);
        let reference = self.luggage.plan.image.clone();
        let logins = Logins::of_this_person();
        let mut login = logins
            .for_image(&reference)
            .await
            .map(|login| RegistryLogin {
                user_name: login.user_name,
                password: login.password.reveal().to_owned(),
                server: login.server,
            });
        let platform = self.luggage.plan.container.platform.clone();
        let platform = platform.as_deref();
        let mut pull = engine.pull_for(&reference, login.clone(), platform);
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
                // An old login must not stand before an image that everybody may have.
                Some(Err(Error::RegistryDenied { .. })) if login.take().is_some() => {
                    pull = engine.pull_for(&reference, None, platform);
                }
                Some(Err(error)) => return Err(failed(StepKind::Download, error.into())),
                None => break,
            }
        }
        drop(pull);
        let image = inspect(engine, &reference).await?;
        let amount = if bytes.0 > 0 {
            Some(words::size(bytes))
        } else {
            None
        };
        self.board
            .done(StepKind::Download, "Downloaded the image", amount);
        self.board.change(|launch| launch.pull = None);
        self.go_on()?;
        Ok(image)
    }
}

/// After a pull the image is looked up under the name that was pulled.
async fn inspect(engine: &Engine, reference: &ImageReference) -> Step<ImageDetails> {
    engine
        .inspect_image(&reference.to_string())
        .await
        .map_err(|error| failed(StepKind::Download, error.into()))
}
