//! `wharf build`.

use crate::apply::Run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::signals;
use wharf_plan::{Dependencies, plan_builds};

/// Builds images
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Services; with none, all that have a `build` section
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Ignores the builder's cache
    #[arg(long)]
    no_cache: bool,
    /// Asks the registry for newer base images
    #[arg(long)]
    pull: bool,
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let mut resolved = session.resolve(&args.services)?;
    let desired = &mut resolved.desired;
    for build in desired.services.values_mut().filter_map(|service| service.build.as_mut()) {
        build.build.no_cache |= args.no_cache;
        build.build.pull |= args.pull;
    }
    let connected = session.connect().await?;
    let _lock = session.lock(&desired.project, &connected.endpoint).await?;
    let cancel = signals::listen(session.output);
    let observed = connected.observe_for(desired).await?;
    let selection = desired.select(&args.services, Dependencies::Excluded);
    let plan = plan_builds(desired, &observed, &selection);
    if plan.is_unchanged() {
        session.output.tell("no selected service has a `build` section");
        return Ok(Exit::Ok);
    }
    let run = Run { session, connected: &connected, verb: "build", wait_timeout: None, cancel };
    run.finish(&plan).await
}
