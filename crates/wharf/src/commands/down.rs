//! `wharf down`.

use crate::access::check_names;
use crate::apply::Run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Read, Session};
use crate::signals;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::Duration;
use wharf_diag::codes::plan as codes;
use wharf_diag::{Diagnostic, SourceMap};
use wharf_plan::{DownOptions, Observed, Plan, Risk, Scope, down};
use wharf_term::plan as plan_text;
use wharf_term::prompt::{Answer, Interaction, Prompt};

/// Removes containers and networks; data stays unless `--volumes` is said
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Deletes the project's volumes and their data, after showing which and asking
    #[arg(short, long, conflicts_with = "services")]
    volumes: bool,
    /// Agrees to what would be asked
    #[arg(short, long)]
    yes: bool,
    /// Removes containers of services that the files do not have any more
    #[arg(long)]
    remove_orphans: bool,
    /// Seconds between stop signal and SIGKILL
    #[arg(short, long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=crate::cli::MOST_SECONDS))]
    timeout: Option<u64>,
    /// Shows what would be done and does nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let (project, read) = if args.volumes { session.exact_scope()? } else { session.scope()? };
    if let Some(read) = &read {
        let services = &read.project.services;
        let known = services.keys().chain(read.project.inactive.keys()).map(String::as_str);
        check_names(&args.services, known)?;
    }
    let connected = session.connect().await?;
    let _lock = session.lock(&project, &connected.endpoint).await?;
    let observed = connected.observe(&project).await?;
    let options = options(&args, read.as_ref(), &observed);
    let plan = down(&project, &observed, &options);
    tell_kept(session, &options, &observed);
    if plan.nodes().is_empty() {
        session.output.tell(&format!("nothing of project `{project}` is there"));
        return Ok(Exit::Ok);
    }
    if args.dry_run {
        let stdout = session.output.stdout();
        session.output.answer(&plan_text::text(&plan, stdout.color(), stdout.width()));
        return Ok(Exit::Ok);
    }
    agree(session, &plan, args.yes)?;
    // Not before the question: Ctrl-C there is an answer.
    let cancel = signals::listen(session.output);
    let run = Run { session, connected: &connected, verb: "down", wait_timeout: None, cancel };
    run.finish(&plan).await
}

fn options(args: &Args, read: Option<&Read>, observed: &Observed) -> DownOptions {
    let mut external = BTreeSet::new();
    let mut kept = BTreeSet::new();
    if let Some(Read { project, .. }) = read {
        let networks = project.networks.values().filter(|it| it.external);
        let volumes = project.volumes.values().filter(|it| it.external);
        external.extend(networks.map(|it| it.name.value.clone()));
        external.extend(volumes.map(|it| it.name.value.clone()));
        let is_known = |name: &String| {
            project.services.contains_key(name) || project.inactive.contains_key(name)
        };
        let services = observed.containers.iter().map(|it| &it.service);
        let orphans = services.filter(|name| !args.remove_orphans && !is_known(name));
        kept.extend(orphans.cloned());
    }
    DownOptions {
        services: args.services.iter().cloned().collect(),
        scope: if args.volumes { Scope::DeleteData } else { Scope::KeepData },
        grace: args.timeout.map(Duration::from_secs),
        kept,
        external,
    }
}

fn tell_kept(session: &Session<'_>, options: &DownOptions, observed: &Observed) {
    let names: Vec<_> = observed
        .containers
        .iter()
        .filter(|it| options.kept.contains(&it.service))
        .map(|it| format!("`{}`", it.name))
        .collect();
    if !names.is_empty() {
        let warning = Diagnostic::warning(
            codes::ORPHANS,
            format!("the compose files do not have the services of {}", names.join(", ")),
        )
        .note("these containers and the networks that they use stay")
        .help("remove them with `wharf down --remove-orphans`");
        session.tell(&[warning], &SourceMap::default());
    }
}

/// Data is deleted only on an explicit word that names it.
fn agree(session: &Session<'_>, plan: &Plan, yes: bool) -> Result<(), Failure> {
    let losses = plan_text::losses(plan);
    if plan.risk() != Risk::DataLoss || losses.is_empty() {
        return Ok(());
    }
    if yes {
        session.output.tell("this deletes data for good:");
        losses.iter().for_each(|loss| session.output.tell(&format!("  - {loss}")));
        return Ok(());
    }
    let stdin = std::io::stdin();
    let interaction = Interaction::of(stdin.is_terminal(), std::io::stderr().is_terminal());
    let color = session.output.stderr().color();
    let mut prompt = Prompt::new(stdin.lock(), std::io::stderr(), interaction, color);
    match prompt.confirm_named(&plan.project, &losses) {
        Answer::Yes => Ok(()),
        Answer::No => Err(refused("nobody has agreed to it", &losses)),
        Answer::NotAsked => Err(refused("nobody can be asked here", &losses)),
    }
}

fn refused(why: &str, losses: &[String]) -> Failure {
    let diagnostic = Diagnostic::error(codes::CONFIRM, format!("data would be deleted, and {why}"));
    let diagnostic =
        losses.iter().fold(diagnostic, |it, loss| it.note(format!("would go: {loss}")));
    let diagnostic = diagnostic
        .note("nothing was done")
        .help("`wharf down` without `--volumes` keeps the data; `--yes` agrees to its deletion");
    Failure::of(diagnostic, Exit::Failed)
}
