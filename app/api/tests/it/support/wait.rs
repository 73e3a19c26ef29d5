//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// Longer than anything waited for takes on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Asks until there is an answer; fails the test when the deadline passes.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "gave up waiting until {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
