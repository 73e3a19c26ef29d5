//! Lines of many containers as one stream.

use super::{Follow, source};
use crate::failure::Failure;
use crate::session::{Connected, Session};
use futures_util::StreamExt;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use wharf_docker::Docker;
use wharf_engine::capability::{Containers, LogChunk, LogOptions, System};
use wharf_plan::ObservedContainer;
use wharf_term::logs::{Logs, Source};

/// Lines that may wait for a slow terminal before the engine is made to wait.
const BACKLOG: usize = 1024;
/// How long lines of several containers are collected to bring them into order.
const GATHER: Duration = Duration::from_millis(50);
/// How long after the last container has ended a restart may still come.
const LINGER: Duration = Duration::from_secs(3);

/// One line and whose it is.
struct Line {
    source: Source,
    chunk: LogChunk,
}

/// Prints what is there, in the order of time.
pub(super) async fn print(
    session: &Session<'_>,
    connected: &Connected,
    project: &str,
    wanted: &Follow,
) -> Result<(), Failure> {
    let containers = containers(connected, project, wanted).await?;
    let mut lines = Vec::new();
    for container in &containers {
        let mut chunks = connected.engine.logs(&container.id, &options(wanted, None));
        while let Some(chunk) = chunks.next().await {
            lines.push(Line { source: source(container), chunk: chunk? });
        }
    }
    let mut formatter = wanted.formatter(session, &containers);
    write(session, &mut formatter, &mut lines);
    Ok(())
}

/// Prints what is there and goes on with what comes: across restarts, and with containers that
/// come later. Ends when nothing has run for a while, or when the reader goes away.
pub(in super::super) async fn follow(
    session: &Session<'_>,
    connected: &Connected,
    project: &str,
    wanted: &Follow,
) -> Result<(), Failure> {
    let starts = connected.engine.events(project);
    let containers = containers(connected, project, wanted).await?;
    let mut formatter = wanted.formatter(session, &containers);
    let (sender, receiver) = channel(BACKLOG);
    let mut followers = Followers {
        engine: connected.engine.clone(),
        wanted: wanted.clone(),
        sender,
        tasks: JoinSet::new(),
        active: BTreeSet::new(),
    };
    containers.iter().for_each(|container| followers.add(container, None));
    let printing = print_lines(session, &mut formatter, receiver);
    let watching = watch(followers, starts, connected, project);
    tokio::select! {
        () = printing => Ok(()),
        result = watching => result,
    }
}

async fn containers(
    connected: &Connected,
    project: &str,
    wanted: &Follow,
) -> Result<Vec<ObservedContainer>, Failure> {
    let observed = connected.observe(project).await?;
    Ok(observed.containers.into_iter().filter(|it| wanted.selects(it)).collect())
}

fn options(wanted: &Follow, since: Option<String>) -> LogOptions {
    LogOptions {
        follow: wanted.follows,
        tail: if since.is_some() { None } else { wanted.tail },
        since: since.or_else(|| wanted.since.clone()),
        until: wanted.until.clone(),
    }
}

/// Brings a batch into the order of time and writes it. Times sort as text.
fn write(session: &Session<'_>, formatter: &mut Logs, lines: &mut Vec<Line>) {
    lines.sort_by(|a, b| a.chunk.time.cmp(&b.chunk.time));
    let mut text = String::new();
    for line in lines.drain(..) {
        let time = line.chunk.time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        text.push_str(&formatter.line(&line.source, time, &line.chunk.line));
    }
    session.output.stdout().text(&text);
}

/// Writes lines as they come, in small batches; ends when the reader goes away.
async fn print_lines(session: &Session<'_>, formatter: &mut Logs, mut lines: Receiver<Line>) {
    let mut batch = Vec::new();
    while let Some(line) = lines.recv().await {
        batch.push(line);
        let deadline = tokio::time::Instant::now() + GATHER;
        while batch.len() < BACKLOG
            && let Ok(Some(line)) = tokio::time::timeout_at(deadline, lines.recv()).await
        {
            batch.push(line);
        }
        write(session, formatter, &mut batch);
        if session.output.stdout().ended().is_some() {
            return;
        }
    }
}

/// One task per container that runs.
struct Followers {
    engine: Arc<Docker>,
    wanted: Follow,
    sender: Sender<Line>,
    tasks: JoinSet<(String, Result<Option<String>, Failure>)>,
    /// Ids of the containers that are followed.
    active: BTreeSet<String>,
}

impl Followers {
    fn add(&mut self, container: &ObservedContainer, since: Option<String>) {
        if !self.active.insert(container.id.clone()) {
            return;
        }
        let mut chunks = self.engine.logs(&container.id, &options(&self.wanted, since));
        let (sender, source, id) = (self.sender.clone(), source(container), container.id.clone());
        self.tasks.spawn(async move {
            let mut last = None;
            while let Some(chunk) = chunks.next().await {
                let chunk = match chunk {
                    Ok(chunk) => chunk,
                    Err(error) => return (id, Err(error.into())),
                };
                last = chunk.time.clone().or(last);
                if sender.send(Line { source: source.clone(), chunk }).await.is_err() {
                    break;
                }
            }
            (id, Ok(last))
        });
    }
}

/// Follows containers that start, from the moment they start; ends when none has run for a while.
async fn watch(
    mut followers: Followers,
    mut events: futures_util::stream::BoxStream<
        'static,
        wharf_engine::Result<wharf_engine::capability::EngineEvent>,
    >,
    connected: &Connected,
    project: &str,
) -> Result<(), Failure> {
    let mut last_lines = std::collections::BTreeMap::new();
    loop {
        let is_idle = followers.tasks.is_empty();
        tokio::select! {
            Some(ended) = followers.tasks.join_next(), if !is_idle => {
                let Ok((id, last)) = ended else { continue };
                followers.active.remove(&id);
                if let Some(last) = last? {
                    last_lines.insert(id.clone(), last);
                }
            }
            event = events.next() => match event {
                Some(Ok(event)) if event.action == "start" => {
                    let there = containers(connected, project, &followers.wanted).await?;
                    if let Some(container) = there.iter().find(|it| it.id == event.container) {
                        let since = last_lines.get(&event.container).and_then(|it| after(it));
                        let fresh = since.or_else(|| Some("0".to_owned()));
                        followers.add(container, fresh);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            },
            () = tokio::time::sleep(LINGER), if is_idle => return Ok(()),
        }
    }
}

/// A billionth of a second later, as the engine takes it.
fn after(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    let next = time.checked_add(jiff::SignedDuration::from_nanos(1)).ok()?;
    Some(format!("{}.{:09}", next.as_second(), next.subsec_nanosecond()))
}
