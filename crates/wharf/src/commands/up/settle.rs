//! The first moments of services without a health check: many programs that cannot run end right
//! after their start, and nothing else would tell.

use crate::session::Connected;
use futures_util::future::select_all;
use std::time::Duration;
use wharf_engine::capability::Processes;
use wharf_plan::{Observed, ObservedContainer};

/// How long such a service has to hold out.
const MOMENT: Duration = Duration::from_millis(300);

/// Whether there are services of which nothing but time can tell.
pub(super) fn needs_it(observed: &Observed) -> bool {
    unchecked(observed).next().is_some()
}

/// Waits for a moment, or until the first of them ends.
pub(super) async fn wait(connected: &Connected, observed: &Observed) {
    let ends = unchecked(observed).map(|it| Box::pin(connected.engine.wait(&it.id)));
    // What has ended, if any, the next observation tells.
    let _ = tokio::time::timeout(MOMENT, select_all(ends)).await;
}

fn unchecked(observed: &Observed) -> impl Iterator<Item = &ObservedContainer> {
    let is_unchecked =
        |it: &&ObservedContainer| it.state.is_running() && it.health.is_none() && !it.is_one_off;
    observed.containers.iter().filter(is_unchecked)
}
