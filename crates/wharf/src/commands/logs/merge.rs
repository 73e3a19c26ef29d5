//! Lines of many containers as one stream.

use super::{Follow, source};
use crate::failure::Failure;
use crate::session::{Connected, Session};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use wharf_docker::Docker;
use wharf_engine::capability::{Containers, EngineEvent, LogChunk, LogOptions, System};
use wharf_engine::{EngineError, ErrorKind};
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
            match chunk {
                Ok(chunk) => lines.push(Line { source: source(container), chunk }),
                Err(error) => {
                    unreadable(session, &container.name, &error)?;
                    break;
                }
            }
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
    let now = Timestamp::now();
    let mut followers = Followers {
        session,
        engine: connected.engine.clone(),
        wanted: wanted.clone(),
        sender,
        tasks: JoinSet::new(),
        active: BTreeMap::new(),
        restarted: BTreeMap::new(),
        last_lines: BTreeMap::new(),
        began: format!("{}.{:09}", now.as_second(), now.subsec_nanosecond()),
    };
    containers.iter().for_each(|container| followers.add(container, None));
    let printing = print_lines(session, &mut formatter, receiver);
    let watching = watch(followers, starts, connected, project);
    tokio::select! {
        () = printing => Ok(()),
        result = watching => result,
    }
}

/// A log that its driver does not keep is told and left out; an engine that is gone is an error.
fn unreadable(session: &Session<'_>, name: &str, error: &EngineError) -> Result<(), Failure> {
    if error.is_transient() || error.kind == ErrorKind::Unreachable {
        return Err(error.clone().into());
    }
    session.output.tell(&format!("the log of `{name}` cannot be read: {}", error.message));
    Ok(())
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
struct Followers<'a> {
    session: &'a Session<'a>,
    engine: Arc<Docker>,
    wanted: Follow,
    sender: Sender<Line>,
    tasks: JoinSet<Followed>,
    /// The containers that are followed, by id.
    active: BTreeMap<String, ObservedContainer>,
    /// Containers that were started again before the end of their log had come.
    restarted: BTreeMap<String, ObservedContainer>,
    /// Time of the last line of each container, by id.
    last_lines: BTreeMap<String, String>,
    /// When following began, as the engine takes it.
    began: String,
}

/// How the log of a container ended, and the time of its last line.
struct Followed {
    id: String,
    last: Option<String>,
    end: Result<(), EngineError>,
}

impl Followers<'_> {
    fn add(&mut self, container: &ObservedContainer, since: Option<String>) {
        if self.active.insert(container.id.clone(), container.clone()).is_some() {
            return;
        }
        let mut chunks = self.engine.logs(&container.id, &options(&self.wanted, since));
        let (sender, source, id) = (self.sender.clone(), source(container), container.id.clone());
        self.tasks.spawn(async move {
            let (mut last, mut end) = (None, Ok(()));
            while let Some(chunk) = chunks.next().await {
                let chunk = match chunk {
                    Ok(chunk) => chunk,
                    Err(error) => {
                        end = Err(error);
                        break;
                    }
                };
                last = chunk.time.clone().or(last);
                if sender.send(Line { source: source.clone(), chunk }).await.is_err() {
                    break;
                }
            }
            Followed { id, last, end }
        });
    }

    /// A container was started; its log goes on behind the last line that was seen.
    fn started(&mut self, container: ObservedContainer) {
        if self.active.contains_key(&container.id) {
            self.restarted.insert(container.id.clone(), container);
            return;
        }
        let seen = self.last_lines.get(&container.id).and_then(|time| after(time));
        let since = seen.unwrap_or_else(|| self.began.clone());
        self.add(&container, Some(since));
    }

    fn ended(&mut self, followed: Followed) -> Result<(), Failure> {
        let container = self.active.remove(&followed.id);
        if let Some(last) = followed.last {
            self.last_lines.insert(followed.id.clone(), last);
        }
        if let Err(error) = followed.end {
            let name = container.map_or(followed.id.clone(), |it| it.name);
            unreadable(self.session, &name, &error)?;
        }
        if let Some(container) = self.restarted.remove(&followed.id) {
            self.started(container);
        }
        Ok(())
    }
}

/// Follows containers that start, from the moment they start; ends when none has run for a while.
async fn watch(
    mut followers: Followers<'_>,
    mut events: BoxStream<'static, wharf_engine::Result<EngineEvent>>,
    connected: &Connected,
    project: &str,
) -> Result<(), Failure> {
    loop {
        let is_idle = followers.tasks.is_empty();
        tokio::select! {
            Some(ended) = followers.tasks.join_next(), if !is_idle => {
                if let Ok(followed) = ended {
                    followers.ended(followed)?;
                }
            }
            event = events.next() => match event {
                Some(Ok(event)) if event.action == "start" => {
                    let there = containers(connected, project, &followers.wanted).await?;
                    if let Some(it) = there.into_iter().find(|it| it.id == event.container) {
                        followers.started(it);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Err(events_ended().into()),
            },
            () = tokio::time::sleep(LINGER), if is_idle => return Ok(()),
        }
    }
}

fn events_ended() -> EngineError {
    let message = "the engine ended its stream of events";
    EngineError::new(ErrorKind::ConnectionLost, "follow what happens to the containers", message)
}

/// A billionth of a second later, as the engine takes it.
fn after(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    let next = time.checked_add(jiff::SignedDuration::from_nanos(1)).ok()?;
    Some(format!("{}.{:09}", next.as_second(), next.subsec_nanosecond()))
}
