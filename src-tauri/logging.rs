//! Slipway's own log: a daily file in the state folder, kept for a week, without secrets.
//!
//! `SLIPWAY_LOG` takes a `tracing` filter. bollard is capped at `info`, because its traces hold
//! whole requests.

use etcetera::BaseStrategy as _;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Starts logging; it ends when the guard is dropped. `None` where no folder can be written.
pub fn start() -> Option<WorkerGuard> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    let folder = strategy
        .state_dir()
        .unwrap_or_else(|| strategy.data_dir())
        .join("slipway");
    // The appender looks for old files first, and says it aloud where there is no folder yet.
    std::fs::create_dir_all(&folder).ok()?;
    let appender = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("slipway")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = std::env::var("SLIPWAY_LOG").unwrap_or_else(|_| "info,slipway=debug".to_owned());
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = ["bollard=info", "hyper=info"]
        .iter()
        .filter_map(|cap| cap.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false)
        .try_init()
        .ok()?;
    Some(guard)
}
