//! When the screen showed what it was going to show.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use slipway_testbed::{Display, process};

/// How long nothing may change before the picture counts as finished.
const REST: Duration = Duration::from_millis(1500);
/// After this, a screen that still moves is taken as broken.
const LIMIT: Duration = Duration::from_secs(60);
/// The screen is compared in squares of so many pixels.
const SQUARE: usize = 16;
/// The width of every display here, in bytes.
const ROW: usize = 1280 * 4;
/// Of a hundred squares with something on them, so many must be as they stay. The rest is left to clocks and to sizes
/// that come later on purpose.
const COMPLETE: usize = 95;

/// The moment from which nearly everything that is drawn on the finished screen was there, after at least one change
/// since the call. Empty areas do not count: they are there long before what matters.
pub fn shown(display: &Display) -> Instant {
    let start = Instant::now();
    let mut last = look(display);
    let mut frames = vec![(start, squares(&last))];
    loop {
        process::pause(Duration::from_millis(4));
        let (moment, now) = (Instant::now(), look(display));
        if now != last {
            frames.push((moment, squares(&now)));
            last = now;
        } else if frames.len() > 1
            && frames
                .last()
                .is_some_and(|(since, _)| since.elapsed() > REST)
        {
            break;
        }
        assert!(start.elapsed() < LIMIT, "the screen never came to rest");
    }
    let (end, finished) = frames.last().expect("there is a first one");
    let drawn = drawn(&last);
    let complete = |frame: &[u64]| {
        let same = drawn
            .iter()
            .filter(|place| frame.get(**place) == finished.get(**place))
            .count();
        same * 100 >= drawn.len() * COMPLETE
    };
    // From the end backwards: what was complete once and then covered again was not yet shown.
    let first = frames
        .iter()
        .rev()
        .take_while(|(_, frame)| complete(frame))
        .last();
    first.map_or(*end, |(moment, _)| *moment)
}

/// All pixels, as they are now.
fn look(display: &Display) -> Vec<u8> {
    display.frame().expect("the display can be read")
}

/// A fingerprint of each square.
fn squares(frame: &[u8]) -> Vec<u64> {
    let fingerprint = |square: &mut dyn Iterator<Item = &[u8]>| {
        let mut hasher = DefaultHasher::new();
        square.for_each(|part| part.hash(&mut hasher));
        hasher.finish()
    };
    each_square(frame, fingerprint)
}

/// The places of the squares with more than one colour.
fn drawn(frame: &[u8]) -> Vec<usize> {
    let has_ink = each_square(frame, |square| {
        square
            .flat_map(|part| part.chunks(4))
            .collect::<HashSet<_>>()
            .len()
            > 1
    });
    has_ink
        .iter()
        .enumerate()
        .filter(|(_, has_ink)| **has_ink)
        .map(|(place, _)| place)
        .collect()
}

/// Looks at each square through its rows of pixels.
fn each_square<'f, T>(
    frame: &'f [u8],
    look: impl Fn(&mut dyn Iterator<Item = &'f [u8]>) -> T,
) -> Vec<T> {
    let width = SQUARE * 4;
    let bands = frame.chunks(ROW * SQUARE);
    bands
        .flat_map(|band| (0..ROW / width).map(move |column| (band, column * width)))
        .map(|(band, left)| {
            look(
                &mut band
                    .chunks(ROW)
                    .filter_map(|row| row.get(left..left + width)),
            )
        })
        .collect()
}
