//! Stops asking a cache that does not answer, and tries again now and then with one request.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row before the breaker opens.
const TOLERATED: u32 = 3;
/// Pause between two trials while open.
const PAUSE: Duration = Duration::from_secs(2);

/// Pure but for its lock: the caller brings the time.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    next_trial: Option<Instant>,
}

/// What a failure did to the breaker.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tripped {
    /// It just opened; worth a line in the log.
    Now,
    /// It was open before, or stays closed.
    No,
}

impl Breaker {
    /// True when the cache may be asked. While open, true once per pause: that caller is the trial.
    pub(crate) fn allows(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next_trial {
            None => true,
            Some(trial) if now < trial => false,
            Some(_) => {
                state.next_trial = Some(now + PAUSE);
                true
            }
        }
    }

    /// Records an answer. True when the breaker was open.
    pub(crate) fn succeeded(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = 0;
        state.next_trial.take().is_some()
    }

    /// Records a failure.
    pub(crate) fn failed(&self, now: Instant) -> Tripped {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if state.failures < TOLERATED {
            return Tripped::No;
        }
        match state.next_trial.replace(now + PAUSE) {
            None => Tripped::Now,
            Some(_) => Tripped::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Breaker, PAUSE, TOLERATED, Tripped};
    use std::time::Instant;

    fn open_at(now: Instant) -> Breaker {
        let breaker = Breaker::default();
        for _ in 1..TOLERATED {
            assert_eq!(breaker.failed(now), Tripped::No);
        }
        assert_eq!(breaker.failed(now), Tripped::Now);
        breaker
    }

    #[test]
    fn opens_after_failures_in_a_row() {
        let now = Instant::now();
        assert!(!open_at(now).allows(now));
    }

    #[test]
    fn an_answer_between_failures_keeps_it_closed() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..10 {
            assert_eq!(breaker.failed(now), Tripped::No);
            assert!(!breaker.succeeded());
        }
        assert!(breaker.allows(now));
    }

    #[test]
    fn lets_one_trial_through_per_pause() {
        let now = Instant::now();
        let breaker = open_at(now);
        assert!(!breaker.allows(now + PAUSE / 2));
        assert!(breaker.allows(now + PAUSE));
        assert!(!breaker.allows(now + PAUSE));
        assert!(breaker.allows(now + PAUSE * 2));
    }

    #[test]
    fn closes_when_a_trial_succeeds() {
        let now = Instant::now();
        let breaker = open_at(now);
        assert!(breaker.succeeded());
        assert!(breaker.allows(now));
    }
}
