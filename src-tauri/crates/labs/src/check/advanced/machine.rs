//! What the engine's machine can give: memory, processors, graphics cards, platforms.

use slipway_engine::Bytes;
use slipway_engine::containers::GpuRequest;

use crate::check::{Notes, Subject};
use crate::form::GpuChoice;
use crate::launch::words;
use crate::options::Options;
use crate::processor;

/// Billionths in one.
const PROCESSOR: u64 = 1_000_000_000;

pub(super) fn check(subject: &Subject, notes: &mut Notes, options: &Options) {
    memory(subject, notes, options);
    processors(subject, notes, options);
    graphics(subject, notes, options);
    platform(subject, notes, options);
}

fn memory(subject: &Subject, notes: &mut Notes, options: &Options) {
    let Some(wanted) = options.spec.memory else {
        return;
    };
    let none = || subject.fix("Set no limit", |form| form.advanced.memory.clear());
    if let Some(engine) = subject.engine
        && engine.memory.0 > 0
        && wanted.0 > engine.memory.0
    {
        let message = format!(
            "The engine’s machine has only {}, so this limit would never be reached.",
            words::size(engine.memory)
        );
        notes.warning("advanced.memory", message, none());
        return;
    }
    let least = subject.recipe.and_then(|recipe| recipe.memory_minimum);
    if let Some(least) = least.filter(|least| wanted.0 < *least) {
        let message = format!(
            "{} needs at least {} of memory, and would be stopped when it runs out.",
            subject.kind_name(),
            words::size(Bytes(least))
        );
        notes.warning("advanced.memory", message, none());
    }
}

/// Docker refuses more processors than there are.
fn processors(subject: &Subject, notes: &mut Notes, options: &Options) {
    let wanted = options
        .spec
        .nano_cpus
        .and_then(|amount| u64::try_from(amount).ok());
    let (Some(wanted), Some(engine)) = (wanted, subject.engine) else {
        return;
    };
    let there = u64::from(engine.processors);
    if there > 0 && wanted > there * PROCESSOR {
        let fix = subject.fix(format!("Use all {there}"), |form| {
            form.advanced.cpus = there.to_string();
        });
        let message = format!(
            "The engine’s machine has {there} processors, and Docker gives no more than that."
        );
        notes.error("advanced.cpus", message, fix);
    }
}

fn graphics(subject: &Subject, notes: &mut Notes, options: &Options) {
    if subject.form.advanced.gpu.choice == GpuChoice::Nothing {
        return;
    }
    let Some(engine) = subject.engine else { return };
    let without = || {
        subject.fix("Launch without a graphics card", |form| {
            form.advanced.gpu = crate::form::GpuRow::default();
        })
    };
    if !engine.gpu {
        notes.error("advanced.gpu", no_gpu(engine), without());
        return;
    }
    if subject.form.advanced.gpu.by_runtime && !engine.runtimes.iter().any(|name| name == "nvidia")
    {
        let fix = subject.fix("Use --gpus", |form| form.advanced.gpu.by_runtime = false);
        notes.error(
            "advanced.gpu",
            "This engine has no runtime called nvidia; the newer form, --gpus, works here.",
            fix,
        );
        return;
    }
    let known = numbered(&engine.gpu_devices);
    if known == 0 {
        return;
    }
    let too_many = match &options.spec.gpu {
        Some(GpuRequest::Count(count)) => usize::try_from(*count).is_ok_and(|count| count > known),
        Some(GpuRequest::Devices(ids)) => ids
            .iter()
            .filter_map(|id| id.parse::<usize>().ok())
            .any(|number| number >= known),
        _ => false,
    };
    if too_many {
        let field = if subject.form.advanced.gpu.choice == GpuChoice::Count {
            "advanced.gpu.count"
        } else {
            "advanced.gpu.devices"
        };
        let fix = subject.fix("Give it all", |form| {
            form.advanced.gpu.choice = GpuChoice::All;
        });
        let message = match known {
            1 => "The engine’s machine has one graphics card, number 0.".to_owned(),
            _ => format!("The engine’s machine has {known} graphics cards, numbered from 0."),
        };
        notes.error(field, message, fix);
    }
}

/// How many cards are named by their number; 0: not known.
pub(crate) fn numbered(devices: &[String]) -> usize {
    let number = |id: &&String| {
        id.rsplit_once('=')
            .is_some_and(|(_, name)| name.parse::<u32>().is_ok())
    };
    devices.iter().filter(number).count()
}

/// Why labs cannot have graphics cards here, with what would have to be installed.
pub(crate) fn no_gpu(engine: &slipway_engine::health::EngineFacts) -> String {
    use slipway_engine::endpoint::EngineProduct;
    match engine.endpoint.product {
        EngineProduct::DockerDesktop if !cfg!(windows) => {
            "Docker Desktop gives graphics cards to labs only on Windows, with WSL 2.".to_owned()
        }
        EngineProduct::Colima | EngineProduct::OrbStack | EngineProduct::RancherDesktop | EngineProduct::Lima => {
            format!("{} does not give graphics cards to labs.", engine.product_name)
        }
        _ => "This engine cannot give graphics cards to labs. For that, its computer needs an NVIDIA card with its driver, and the NVIDIA Container Toolkit.".to_owned(),
    }
}

fn platform(subject: &Subject, notes: &mut Notes, options: &Options) {
    let (Some(platform), Some(engine)) = (&options.spec.platform, subject.engine) else {
        return;
    };
    let leave = || subject.fix("Leave it to Docker", |form| form.advanced.platform.clear());
    let asked = [platform.clone()];
    let product = engine.endpoint.product;
    if !processor::runs(&asked, &engine.architecture, product) {
        let message = format!(
            "This engine cannot run {platform}: its processor is {}.",
            engine.architecture
        );
        notes.error("advanced.platform", message, leave());
    } else if !processor::same(platform, &engine.architecture) {
        let message = format!(
            "{platform} is another processor than this computer’s. It works, and is much slower."
        );
        notes.warning("advanced.platform", message, leave());
    }
}
