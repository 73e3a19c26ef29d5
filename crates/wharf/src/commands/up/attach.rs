//! `wharf up --attach`: follows the logs; Ctrl-C stops what was started.

use super::super::logs::{Follow, follow as follow_logs};
use crate::apply::Run;
use crate::exit::Exit;
use crate::failure::Failure;
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;
use wharf_plan::{Desired, Lifecycle, UpOptions, lifecycle};

/// Follows until everything has ended or Ctrl-C.
pub(super) async fn follow(
    run: &Run<'_>,
    desired: &Desired,
    options: &UpOptions,
) -> Result<Exit, Failure> {
    let services: BTreeSet<String> = desired.select(&options.services, options.dependencies);
    let wanted = Follow { services: services.clone(), follows: true, ..Follow::default() };
    tokio::select! {
        result = follow_logs(run.session, run.connected, &desired.project, &wanted) => {
            result?;
            return Ok(Exit::Ok);
        }
        () = run.cancel.cancelled() => {}
    }
    let observed = run.connected.observe(&desired.project).await?;
    let stop = lifecycle(&desired.project, &observed, &services, &Lifecycle::Stop { grace: None });
    let stopping =
        Run { verb: "stop", cancel: CancellationToken::new(), wait_timeout: None, ..*run };
    stopping.finish(&stop).await?;
    Ok(Exit::Interrupted)
}
