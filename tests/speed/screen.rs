//! When the screen showed what it was going to show.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use slipway_testbed::{Display, process};

/// How long nothing may change before the picture counts as finished.
const REST: Duration = Duration::from_millis(1500);
/// After this, a screen that still moves is taken as broken.
const LIMIT: Duration = Duration::from_mins(1);
/// So many pictures of a screen that moves a lot are kept whole.
const KEPT: usize = 64;
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
    let (mut now, mut last) = (Vec::new(), Vec::new());
    let look = |into: &mut Vec<u8>| display.look(into).expect("the display can be read");
    let pixels = look(&mut last);
    let mut frames = vec![(start, squares(&last[pixels..]))];
    // Fingerprints wait until nothing more happens: who watches should take as little of the machine as can be.
    let mut waiting: Vec<(Instant, Vec<u8>)> = Vec::new();
    let mut changed = None;
    loop {
        process::pause(Duration::from_millis(4));
        let moment = Instant::now();
        let pixels = look(&mut now);
        if now != last {
            std::mem::swap(&mut now, &mut last);
            changed = Some(moment);
            waiting.push((moment, last[pixels..].to_vec()));
            if waiting.len() > KEPT {
                frames.extend(fingerprints(&mut waiting));
            }
        } else if changed.is_some_and(|since| since.elapsed() > REST) {
            break;
        }
        assert!(start.elapsed() < LIMIT, "the screen never came to rest");
    }
    let last = &last[pixels..];
    frames.extend(fingerprints(&mut waiting));
    let (end, finished) = frames.last().expect("there is a first one");
    let drawn = drawn(last);
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

fn fingerprints(waiting: &mut Vec<(Instant, Vec<u8>)>) -> Vec<(Instant, Vec<u64>)> {
    let taken = waiting.drain(..);
    taken
        .map(|(moment, frame)| (moment, squares(&frame)))
        .collect()
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
