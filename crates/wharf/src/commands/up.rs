//! `wharf up`.

mod addresses;
mod attach;
mod reviewed;
mod settle;

use reviewed::Reviewed;

use crate::apply::{Run, conclude};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Resolved, Session, usage};
use crate::signals;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use wharf_compose::model::PullPolicy;
use wharf_diag::codes::plan as codes;
use wharf_diag::{Diagnostic, SourceMap};
use wharf_plan::{
    Action, ContainerState, Dependencies, ImageOptions, Node, Observed, Plan, Proposal, Readiness,
    Recreate, UpOptions, plan_images, up,
};
use wharf_term::plan as plan_text;

/// How often the engine is looked at again when somebody else changes the same project.
const ROUNDS: u32 = 3;

/// Flags that decide what is planned; `up` and `plan` share them.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PlanArgs {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Leaves out what the services depend on
    #[arg(long)]
    no_deps: bool,
    /// Builds images before starting
    #[arg(long)]
    build: bool,
    /// When to pull images: always, missing or never
    #[arg(long, value_name = "WHEN")]
    pull: Option<String>,
    /// Replaces containers even when nothing has changed
    #[arg(long, conflicts_with = "no_recreate")]
    force_recreate: bool,
    /// Leaves containers that are there, even when something has changed
    #[arg(long)]
    no_recreate: bool,
    /// Number of containers of a service, SERVICE=N
    #[arg(long, value_name = "SERVICE=N")]
    scale: Vec<String>,
    /// Removes containers of services that the files do not have any more
    #[arg(long)]
    remove_orphans: bool,
    /// Gives replaced containers new anonymous volumes
    #[arg(short = 'V', long)]
    renew_anon_volumes: bool,
}

/// Creates and starts everything, and waits until it is healthy
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: PlanArgs,
    /// Comes back as soon as everything is started, without waiting for its health
    #[arg(short, long, conflicts_with = "attach")]
    detach: bool,
    /// Accepted for scripts written for Docker Compose: waiting is what `up` does
    #[arg(long, hide = true)]
    wait: bool,
    /// How long to wait for health, in seconds; without it as long as health checks allow
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=crate::cli::MOST_SECONDS))]
    wait_timeout: Option<u64>,
    /// Follows the logs; Ctrl-C then stops the containers
    #[arg(long)]
    attach: bool,
    /// Shows what would be done and does nothing
    #[arg(long)]
    dry_run: bool,
    /// Refuses unless what would be done is what this file says (from `wharf plan --json`)
    #[arg(long = "plan", value_name = "FILE")]
    plan_file: Option<PathBuf>,
}

impl PlanArgs {
    /// Flags as the planner takes them.
    pub(crate) fn options(&self, readiness: Readiness) -> Result<UpOptions, Failure> {
        Ok(UpOptions {
            services: self.services.clone(),
            dependencies: if self.no_deps {
                Dependencies::Excluded
            } else {
                Dependencies::Included
            },
            recreate: match (self.force_recreate, self.no_recreate) {
                (true, _) => Recreate::Always,
                (_, true) => Recreate::Never,
                _ => Recreate::WhenChanged,
            },
            images: ImageOptions { build: self.build, pull: self.pull()? },
            scale: self.scale()?,
            remove_orphans: self.remove_orphans,
            readiness,
            renew_anonymous_volumes: self.renew_anon_volumes,
        })
    }

    /// Services named on the command line.
    pub(crate) fn services(&self) -> &[String] {
        &self.services
    }

    fn pull(&self) -> Result<Option<PullPolicy>, Failure> {
        Ok(match self.pull.as_deref() {
            None => None,
            Some("always") => Some(PullPolicy::Always),
            Some("missing") => Some(PullPolicy::Missing),
            Some("never") => Some(PullPolicy::Never),
            Some(other) => {
                return Err(usage(
                    Diagnostic::error(codes::USAGE, format!("`--pull {other}` makes no sense"))
                        .help("it may be always, missing or never"),
                ));
            }
        })
    }

    fn scale(&self) -> Result<BTreeMap<String, u32>, Failure> {
        let parse = |text: &String| {
            let (service, count) = text.split_once('=')?;
            Some((service.to_owned(), count.parse().ok()?))
        };
        self.scale
            .iter()
            .map(|text| {
                parse(text).ok_or_else(|| {
                    usage(
                        Diagnostic::error(codes::USAGE, format!("`--scale {text}` makes no sense"))
                            .help("write the service and a number, for example `--scale api=3`"),
                    )
                })
            })
            .collect()
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let resolved = session.resolve(args.plan.services())?;
    let readiness = if args.detach { Readiness::Dependencies } else { Readiness::Everything };
    let options = args.plan.options(readiness)?;
    let connected = session.connect().await?;
    if args.dry_run {
        return super::plan::show(session, &resolved, &connected, &options).await;
    }
    let lock = session.lock(&resolved.desired.project, &connected.endpoint).await?;
    let run = Run {
        session,
        connected: &connected,
        verb: "up",
        wait_timeout: args.wait_timeout.map(Duration::from_secs),
        cancel: signals::listen(session.output),
    };
    let reviewed = args.plan_file.as_deref().map(Reviewed::read).transpose()?;
    let converged = converge(&run, &resolved, &options, reviewed.as_ref()).await?;
    drop(lock);
    let has_started = matches!(converged, Converged::Started);
    let mut observed = match converged {
        Converged::Nothing(observed) => *observed,
        _ => connected.observe(&resolved.desired.project).await?,
    };
    if !args.detach {
        if has_started && settle::needs_it(&observed) {
            settle::wait(&connected, &observed).await;
            observed = connected.observe(&resolved.desired.project).await?;
        }
        still_up(&resolved, &options, &observed)?;
    }
    if !args.attach {
        addresses::tell(session, &observed, &connected.endpoint);
        return Ok(Exit::Ok);
    }
    attach::follow(&run, &resolved.desired, &options).await
}

/// What a run has done.
#[derive(Debug)]
pub(crate) enum Converged {
    /// Nothing: this is what is there.
    Nothing(Box<Observed>),
    /// No container was started.
    Unchanged,
    /// At least one was.
    Started,
}

/// Images, then containers; again when somebody else changed the same things meanwhile.
pub(crate) async fn converge(
    run: &Run<'_>,
    resolved: &Resolved,
    options: &UpOptions,
    reviewed: Option<&Reviewed>,
) -> Result<Converged, Failure> {
    let (session, desired) = (run.session, &resolved.desired);
    let mut observed = run.connected.observe_for(desired).await?;
    let selection = desired.select(&options.services, options.dependencies);
    let images = plan_images(desired, &observed, &selection, options.images);
    // Problems that can be known are told before anything is built.
    let mut proposed = proposal(resolved, &observed, options)?;
    if let Some(reviewed) = reviewed {
        reviewed.check(&images, &proposed.plan)?;
    }
    if !images.is_unchanged() {
        run.finish(&images).await?;
        observed = run.connected.observe_for(desired).await?;
        proposed = proposal(resolved, &observed, options)?;
    }
    session.tell(&proposed.warnings, &resolved.sources);
    let mut round = 1;
    loop {
        let plan = proposed.plan;
        if plan.nodes().is_empty() {
            nothing_to_do(session, &plan);
            return Ok(Converged::Nothing(Box::new(observed)));
        }
        let outcome = run.apply(&plan).await;
        // What was reviewed is not replaced by something else.
        let is_last = round == ROUNDS || reviewed.is_some() || run.cancel.is_cancelled();
        if is_last || !outcome.is_stale() {
            conclude(&outcome)?;
            return Ok(converged(&plan));
        }
        observed = run.connected.observe_for(desired).await?;
        proposed = proposal(resolved, &observed, options)?;
        round += 1;
    }
}

fn converged(plan: &Plan) -> Converged {
    let starts = |node: &Node| matches!(node.action, Action::StartContainer { .. });
    if plan.nodes().iter().any(starts) { Converged::Started } else { Converged::Unchanged }
}

fn proposal(
    resolved: &Resolved,
    observed: &Observed,
    options: &UpOptions,
) -> Result<Proposal, Failure> {
    up(&resolved.desired, observed, options)
        .map_err(|problems| Failure::invalid(problems, resolved.sources.clone()))
}

fn nothing_to_do(session: &Session<'_>, plan: &Plan) {
    if session.settings.progress != crate::cli::Progress::Quiet {
        session.output.tell(&plan_text::nothing_to_do(&plan.project));
    }
}

/// A service without a health check may have ended right after its start.
fn still_up(resolved: &Resolved, options: &UpOptions, observed: &Observed) -> Result<(), Failure> {
    let selection = resolved.desired.select(&options.services, options.dependencies);
    let ended = |state: ContainerState| match state {
        ContainerState::Exited { code } => code != 0,
        ContainerState::Restarting | ContainerState::Dead => true,
        _ => false,
    };
    let problems: Vec<_> = observed
        .containers
        .iter()
        .filter(|it| !it.is_one_off && selection.contains(&it.service) && ended(it.state))
        .map(|it| {
            Diagnostic::error(
                wharf_diag::codes::engine::EXITED,
                format!("`{}` was started and does not run any more: {}", it.name, it.status),
            )
            .help(format!("its log: `wharf logs {}`", it.service))
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure { diagnostics: problems, sources: SourceMap::default(), exit: Exit::Failed })
}
