//! How fast a job is, over the last few seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What is looked back at.
const SPAN: Duration = Duration::from_secs(4);

/// Below this a speed would only jump about.
const LEAST: Duration = Duration::from_millis(700);

/// Counted bytes with the moments when they were told.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<(Instant, u64)>);

impl Pace {
    /// Takes what is counted now; gives bytes in a second, `None` while too little is known.
    pub(super) fn tell(&mut self, now: Instant, bytes: u64) -> Option<u64> {
        if self.0.back().is_some_and(|(_, before)| *before > bytes) {
            // It was begun anew.
            self.0.clear();
        }
        self.0.push_back((now, bytes));
        while self.0.len() > 2 && now.duration_since(self.0[1].0) >= SPAN {
            self.0.pop_front();
        }
        let (since, from) = *self.0.front()?;
        let passed = now.duration_since(since);
        if passed < LEAST {
            return None;
        }
        let millis = u64::try_from(passed.as_millis()).ok()?;
        Some((bytes - from).saturating_mul(1000) / millis.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut pace = Pace::default();
        assert_eq!(pace.tell(at(0), 0), None);
        assert_eq!(pace.tell(at(500), 500), None);
        assert_eq!(pace.tell(at(1_000), 1_000), Some(1_000));
        for second in 2..10 {
            pace.tell(at(second * 1_000), 1_000 + (second - 1) * 4_000);
        }
        assert_eq!(pace.tell(at(10_000), 37_000), Some(4_000));
        for second in 11..16 {
            pace.tell(at(second * 1_000), 37_000);
        }
        assert_eq!(pace.tell(at(16_000), 37_000), Some(0));
    }

    #[test]
    fn a_count_that_begins_anew_has_no_speed_at_first() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.tell(start, 0);
        pace.tell(start + Duration::from_secs(2), 2_000);
        assert_eq!(pace.tell(start + Duration::from_secs(3), 10), None);
    }
}
