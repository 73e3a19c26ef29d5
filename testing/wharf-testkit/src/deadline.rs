//! Waiting for a state, with a deadline: the only place where tests sleep.

use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How long [`eventually`] waits; generous, because a loaded machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks until there is something, for at most a minute.
///
/// # Panics
/// When the minute is over; `what` says what was waited for.
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// Looks until there is something, for at most `limit`.
///
/// # Panics
/// When the limit is over; `what` says what was waited for.
pub fn within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {} s in vain for {what}", limit.as_secs());
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "the pause between two looks of a bounded wait")]
fn pause() {
    std::thread::sleep(PAUSE);
}
