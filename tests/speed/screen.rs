//! When the screen came to rest.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use slipway_testbed::{Display, process};

/// How long nothing may change before the picture counts as finished.
const REST: Duration = Duration::from_millis(1500);
/// After this, a screen that still moves is taken as broken.
const LIMIT: Duration = Duration::from_secs(60);

/// The moment of the last change on screen, after at least one change since the call.
pub fn at_rest(display: &Display) -> Instant {
    let first = fingerprint(display);
    let (mut last, mut changed) = (first, None);
    let start = Instant::now();
    loop {
        process::pause(Duration::from_millis(4));
        let now = fingerprint(display);
        if now != last {
            last = now;
            changed = Some(Instant::now());
        }
        if let Some(moment) = changed
            && moment.elapsed() > REST
        {
            return moment;
        }
        assert!(start.elapsed() < LIMIT, "the screen never came to rest");
    }
}

/// Every third row is enough to see any text appear.
fn fingerprint(display: &Display) -> u64 {
    let frame = display.frame().expect("the display can be read");
    let mut hasher = DefaultHasher::new();
    for row in frame.chunks(1280 * 4).step_by(3) {
        row.hash(&mut hasher);
    }
    hasher.finish()
}
