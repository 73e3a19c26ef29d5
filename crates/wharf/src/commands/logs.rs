//! `wharf logs`.

mod merge;

use crate::access::{check_names, known_services};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Connected, Session};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use wharf_compose::parse_duration;
use wharf_diag::Diagnostic;
use wharf_diag::codes::plan as codes;
use wharf_plan::ObservedContainer;
use wharf_term::Color;
use wharf_term::logs::{Logs, Prefix, Source};

pub(super) use merge::follow;

/// Shows logs, merged in the order of time
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Goes on as new lines are written, across restarts of the containers
    #[arg(short, long)]
    follow: bool,
    /// Only lines since a time (RFC 3339) or a while ago (10m, 1h30m)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only lines until a time (RFC 3339) or a while ago
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only the last lines of each container, a number or `all`
    #[arg(short = 'n', long, value_name = "N", default_value = "all")]
    tail: String,
    /// Without colours
    #[arg(long)]
    no_color: bool,
    /// Without names in front
    #[arg(long)]
    no_log_prefix: bool,
    /// With times
    #[arg(short, long)]
    timestamps: bool,
}

/// What is shown, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Follow {
    /// Services; none is all.
    pub(super) services: BTreeSet<String>,
    /// Goes on as new lines are written.
    pub(super) follows: bool,
    /// Unix seconds with fraction.
    pub(super) since: Option<String>,
    pub(super) until: Option<String>,
    pub(super) tail: Option<u64>,
    pub(super) no_color: bool,
    pub(super) no_prefix: bool,
    pub(super) with_times: bool,
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let (project, read) = session.scope()?;
    let wanted = Follow {
        services: args.services.iter().cloned().collect(),
        follows: args.follow,
        since: args.since.as_deref().map(|text| moment("--since", text)).transpose()?,
        until: args.until.as_deref().map(|text| moment("--until", text)).transpose()?,
        tail: tail(&args.tail)?,
        no_color: args.no_color,
        no_prefix: args.no_log_prefix,
        with_times: args.timestamps,
    };
    let connected = session.connect().await?;
    let observed = connected.observe(&project).await?;
    let known = known_services(read.as_ref(), &observed);
    check_names(&args.services, known.iter().copied())?;
    tokio::select! {
        result = show(session, &connected, &project, &wanted) => result.map(|()| Exit::Ok),
        () = crate::signals::next() => Ok(Exit::Interrupted),
    }
}

async fn show(
    session: &Session<'_>,
    connected: &Connected,
    project: &str,
    wanted: &Follow,
) -> Result<(), Failure> {
    if wanted.follows {
        return merge::follow(session, connected, project, wanted).await;
    }
    merge::print(session, connected, project, wanted).await
}

impl Follow {
    fn selects(&self, container: &ObservedContainer) -> bool {
        !container.is_one_off
            && (self.services.is_empty() || self.services.contains(&container.service))
    }

    fn formatter(&self, session: &Session<'_>, containers: &[ObservedContainer]) -> Logs {
        let sources: Vec<Source> = containers.iter().map(source).collect();
        let prefix = if self.no_prefix { Prefix::Hidden } else { Prefix::Shown };
        let color = if self.no_color { Color::Never } else { session.output.stdout().color() };
        Logs::new(&sources, prefix, self.with_times.then(TimeZone::system), color)
    }
}

fn source(container: &ObservedContainer) -> Source {
    let number = (container.number > 0).then_some(container.number);
    Source { service: container.service.clone(), number }
}

/// A point in time as the engine takes it.
fn moment(flag: &str, text: &str) -> Result<String, Failure> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(format!("{}.{:09}", time.as_second(), time.subsec_nanosecond()));
    }
    if let Some(ago) = parse_duration(text) {
        // Longer ago than time can be told is the beginning.
        let time = Timestamp::now().checked_sub(ago).unwrap_or(Timestamp::UNIX_EPOCH);
        return Ok(format!("{}.{:09}", time.as_second(), time.subsec_nanosecond()));
    }
    if text.parse::<f64>().is_ok() {
        return Ok(text.to_owned());
    }
    Err(crate::session::usage(
        Diagnostic::error(codes::USAGE, format!("`{flag} {text}` is no time"))
            .help("write a time (2026-11-20T10:00:00Z) or how long ago (10m, 1h30m)"),
    ))
}

fn tail(text: &str) -> Result<Option<u64>, Failure> {
    if text == "all" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        crate::session::usage(
            Diagnostic::error(codes::USAGE, format!("`--tail {text}` is no number"))
                .help("write a number of lines, or `all`"),
        )
    })
}
