//! The line at the end of a run.

use crate::human;
use std::time::Duration;
use wharf_plan::Summary;

/// Actions that were done and that a [`Summary`] does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Images pulled.
    pub pulled: usize,
    /// Images built.
    pub built: usize,
    /// Containers restarted.
    pub restarted: usize,
    /// Signals sent.
    pub signalled: usize,
    /// Changes that the summary may or may not count: creations, starts, connections.
    pub other: usize,
}

impl Work {
    /// Counts one action that was done.
    pub(super) fn count(&mut self, verb: &str) {
        match verb {
            "pull" => self.pulled += 1,
            "build" => self.built += 1,
            "restart" => self.restarted += 1,
            "kill" => self.signalled += 1,
            "await" => {}
            _ => self.other += 1,
        }
    }
}

/// `up finished in 8.4s: 2 created, 1 replaced, 3 unchanged`. Counts of zero are left out; a run
/// that changed nothing says so.
pub fn summary(verb: &str, elapsed: Duration, summary: &Summary, work: &Work) -> String {
    let time = human::duration(elapsed);
    let changes = counts(&[
        (summary.created, "created"),
        (summary.replaced, "replaced"),
        (summary.started, "started"),
        (work.restarted, "restarted"),
        (work.signalled, "signalled"),
        (summary.stopped, "stopped"),
        (summary.removed, "removed"),
        (work.pulled, "pulled"),
        (work.built, "built"),
    ]);
    let unchanged = counts(&[(summary.unchanged, "unchanged")]);
    let troubles = counts(&[(summary.failed, "failed"), (summary.skipped, "skipped")]);
    let is_idle = changes.is_empty() && troubles.is_empty() && work.other == 0;
    let (head, parts) = if summary.interrupted {
        (format!("{verb} interrupted after {time}"), [troubles, changes, unchanged])
    } else if summary.failed > 0 {
        (format!("{verb} failed after {time}"), [troubles, changes, unchanged])
    } else if is_idle {
        (format!("{verb}: nothing to do"), [unchanged, vec![], vec![]])
    } else {
        (format!("{verb} finished in {time}"), [changes, unchanged, troubles])
    };
    let parts = parts.concat();
    let separator = match (parts.is_empty(), head.contains(':')) {
        (true, _) => "",
        (false, true) => ", ",
        (false, false) => ": ",
    };
    format!("{head}{separator}{}", parts.join(", "))
}

fn counts(counts: &[(usize, &str)]) -> Vec<String> {
    let counted = counts.iter().filter(|(count, _)| *count > 0);
    counted.map(|(count, word)| format!("{count} {word}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(counts: Summary, work: Work) -> String {
        summary("up", Duration::from_millis(8400), &counts, &work)
    }

    #[test]
    fn only_what_happened_is_counted() {
        let counts = Summary { created: 2, replaced: 1, unchanged: 3, ..Summary::default() };
        let text = line(counts, Work { other: 9, ..Work::default() });
        assert_eq!(text, "up finished in 8.4s: 2 created, 1 replaced, 3 unchanged");
    }

    #[test]
    fn a_run_without_changes_says_so() {
        let counts = Summary { unchanged: 3, ..Summary::default() };
        assert_eq!(line(counts, Work::default()), "up: nothing to do, 3 unchanged");
        assert_eq!(line(Summary::default(), Work::default()), "up: nothing to do");
    }

    #[test]
    fn work_that_the_summary_does_not_count_is_not_nothing() {
        let pulled = Work { pulled: 2, built: 1, ..Work::default() };
        assert_eq!(line(Summary::default(), pulled), "up finished in 8.4s: 2 pulled, 1 built");
        let connected = Work { other: 1, ..Work::default() };
        assert_eq!(line(Summary::default(), connected), "up finished in 8.4s");
    }

    #[test]
    fn trouble_comes_first() {
        let failed = Summary { failed: 1, skipped: 4, created: 2, ..Summary::default() };
        let text = line(failed.clone(), Work::default());
        assert_eq!(text, "up failed after 8.4s: 1 failed, 4 skipped, 2 created");
        let interrupted = Summary { interrupted: true, ..failed };
        let text = line(interrupted, Work::default());
        assert_eq!(text, "up interrupted after 8.4s: 1 failed, 4 skipped, 2 created");
    }
}
