//! Processes in containers: exec, attach, wait.

use super::behaviour::Ending;
use super::builtin::{Program, Reading, Surroundings, program};
use super::input::{Input, Reader};
use super::state::{Exec, State};
use super::{FakeEngine, streams};
use crate::capability::{
    ExecSpec, LogOptions, LogStream, ProcessOutput, ProcessStream, Processes, Session, TerminalSize,
};
use crate::{EngineError, ErrorKind, Result};
use futures_util::StreamExt;
use futures_util::stream;
use std::time::Duration;
use tokio::time::Instant;
use wharf_plan::ContainerState;

/// Exit code of a command that is not there.
const NOT_FOUND: i64 = 127;
/// How much of a command's output is kept.
const MOST_OUTPUT: usize = 64 * 1024;

impl Processes for FakeEngine {
    async fn run(
        &self,
        container: &str,
        spec: &ExecSpec,
        limit: Duration,
    ) -> Result<ProcessOutput> {
        let operation = format!("run a command in container `{container}`");
        let program =
            self.look("run", container, |state| state.command(container, spec, &operation)).await?;
        // Nothing is written to it: what reads, reads the end of its input.
        let silent = program.reads.map(|_| Ending::default());
        let ends = program.ends.or(silent).filter(|ending| ending.after <= limit);
        tokio::time::sleep(ends.map_or(limit, |ending| ending.after)).await;
        let Some(ending) = ends else {
            let message = format!("no end within {} s", limit.as_secs_f64());
            return Err(EngineError::new(ErrorKind::TimedOut, operation, message));
        };
        let output: String = program.output.into_iter().map(|(_, text)| text).collect();
        let kept = &output.as_bytes()[..output.len().min(MOST_OUTPUT)];
        Ok(ProcessOutput { code: ending.code, output: String::from_utf8_lossy(kept).into_owned() })
    }

    async fn exec(&self, container: &str, spec: &ExecSpec) -> Result<Session> {
        let operation = format!("run a command in container `{container}`");
        let id = self
            .look("exec", container, |state| {
                let program = state.command(container, spec, &operation)?;
                let container = state.find(container, &operation)?;
                Ok(state.begin(container, program, spec.tty))
            })
            .await?;
        let output = output_of(self.clone(), id.clone());
        let input = Input { engine: self.clone(), reader: Reader::Command(id.clone()) };
        Ok(Session { id, output, input: Box::pin(input) })
    }

    async fn exec_code(&self, exec: &str) -> Result<Option<i64>> {
        self.look("exec_code", exec, |state| state.exec(exec).map(|it| it.code)).await
    }

    async fn resize_exec(&self, exec: &str, size: TerminalSize) -> Result<()> {
        self.look("resize_exec", exec, |state| {
            let exec = state.exec(exec)?;
            if exec.reads == Some(Reading::Size) && exec.code.is_none() {
                let text = format!("{} {}\r\n", size.height, size.width);
                exec.output.push((LogStream::Stdout, text.into_bytes()));
                exec.code = Some(0);
            }
            Ok(())
        })
        .await?;
        self.announce();
        Ok(())
    }

    async fn attach(&self, container: &str, _stdin: bool) -> Result<Session> {
        let operation = format!("attach to container `{container}`");
        let (id, written) = self
            .look("attach", container, |state| {
                let container = state.container(container, &operation)?;
                Ok((container.id.clone(), container.log.len()))
            })
            .await?;
        let (engine, key) = (self.clone(), id.clone());
        let output = async move {
            engine.until_started(&key).await;
            let options = LogOptions { follow: true, ..LogOptions::default() };
            streams::logs(engine, key, options).skip(written).map(|chunk| {
                chunk.map(|mut chunk| {
                    chunk.line.push(b'\n');
                    (chunk.stream, chunk.line)
                })
            })
        };
        let output = stream::once(output).flatten().boxed();
        let input = Input { engine: self.clone(), reader: Reader::Main(id.clone()) };
        Ok(Session { id, output, input: Box::pin(input) })
    }

    async fn resize(&self, container: &str, _size: TerminalSize) -> Result<()> {
        let operation = format!("resize container `{container}`");
        self.look("resize", container, |state| state.find(container, &operation).map(|_| ())).await
    }

    async fn wait(&self, container: &str) -> Result<i64> {
        let operation = format!("wait for container `{container}`");
        let id = self.look("wait", container, |state| state.find(container, &operation)).await?;
        self.until_started(&id).await;
        let code = self.until_ended(&id).await;
        code.ok_or_else(|| {
            EngineError::new(ErrorKind::NotFound, operation, format!("No such container: {id}"))
        })
    }
}

/// What a command writes, until it ends.
fn output_of(engine: FakeEngine, id: String) -> ProcessStream {
    stream::unfold((engine, id, 0), |(engine, id, next)| async move {
        let piece = engine
            .until(|state| {
                let Some(exec) = state.execs.get(&id) else { return Some(None) };
                match exec.output.get(next) {
                    Some(piece) => Some(Some(piece.clone())),
                    None => exec.code.map(|_| None),
                }
            })
            .await?;
        Some((Ok(piece), (engine, id, next + 1)))
    })
    .boxed()
}

impl FakeEngine {
    async fn until_started(&self, id: &str) {
        self.until(|state| {
            let container = state.containers.get(id);
            container.is_none_or(|it| it.state != ContainerState::Created).then_some(())
        })
        .await;
    }
}

impl State {
    fn exec(&mut self, id: &str) -> Result<&mut Exec> {
        self.execs.get_mut(id).ok_or_else(|| {
            let message = format!("No such exec instance: {id}");
            EngineError::new(ErrorKind::NotFound, "look at a command", message)
        })
    }

    /// Starts a command and returns its id.
    fn begin(&mut self, container: String, program: Program, tty: bool) -> String {
        let id = self.next_id();
        let piece = |(stream, text): (LogStream, String)| {
            if tty {
                return (LogStream::Stdout, text.replace('\n', "\r\n").into_bytes());
            }
            (stream, text.into_bytes())
        };
        let exec = Exec {
            container,
            output: program.output.into_iter().map(piece).collect(),
            ends: program.ends.map(|end| (Instant::now() + end.after, end.code)),
            reads: program.reads,
            code: None,
        };
        self.execs.insert(id.clone(), exec);
        id
    }

    /// What a command in a running container does.
    fn command(&mut self, key: &str, spec: &ExecSpec, operation: &str) -> Result<Program> {
        let id = self.find(key, operation)?;
        let mut around = self.surroundings(&id);
        let more = spec.env.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned()));
        around.variables.extend(more);
        let container = self.container(&id, operation)?;
        let health = container.spec.healthcheck.clone();
        let is_health_command = health
            .and_then(|health| health.test)
            .is_some_and(|test| is_same_command(&test, &spec.command));
        let runs = container.state == ContainerState::Running;
        let Some(process) = container.process.as_mut().filter(|_| runs) else {
            let message = format!("Container {id} is not running");
            return Err(EngineError::new(ErrorKind::Conflict, operation, message));
        };
        if let Some(scripted) = process.behaviour.answers.get(&spec.command.join(" ")) {
            return Ok(written(scripted.output.clone(), scripted.code));
        }
        let known = program(&spec.command, &around);
        if is_health_command && (process.is_scripted || known.is_none()) {
            let since_start = Instant::now() - process.started;
            let passes = process.behaviour.health.passes(since_start, process.probes);
            process.probes += 1;
            let line = if passes { "fine\n" } else { "not yet\n" };
            return Ok(written(line.to_owned(), i64::from(!passes)));
        }
        Ok(known.unwrap_or_else(|| {
            let name = spec.command.first().map_or("", String::as_str);
            let line = format!("exec: \"{name}\": executable file not found in $PATH\n");
            written(line, NOT_FOUND)
        }))
    }

    /// What commands in a container can see.
    pub(super) fn surroundings(&self, id: &str) -> Surroundings {
        let Some(container) = self.containers.get(id) else { return Surroundings::default() };
        let value = |(name, value): (&String, &Option<wharf_plan::Secret>)| {
            Some((name.clone(), value.as_ref()?.reveal().to_owned()))
        };
        let mut around = Surroundings {
            variables: container.spec.env.iter().filter_map(value).collect(),
            files: container.files.clone(),
            hosts: std::collections::BTreeMap::new(),
        };
        let is_shared = |network: &str| container.endpoints.iter().any(|it| it.network == network);
        for other in self.containers.values() {
            for endpoint in other.endpoints.iter().filter(|it| is_shared(&it.network)) {
                let Some(address) = &endpoint.address else { continue };
                let joined = other.spec.networks.iter().find(|it| it.network == endpoint.network);
                let aliases = joined.into_iter().flat_map(|it| it.aliases.iter());
                for name in aliases.chain([&other.name]) {
                    around.hosts.insert(name.clone(), address.clone());
                }
            }
        }
        around
    }
}

fn written(text: String, code: i64) -> Program {
    let output = if text.is_empty() { Vec::new() } else { vec![(LogStream::Stdout, text)] };
    Program { output, ends: Some(Ending { after: Duration::ZERO, code }), reads: None }
}

/// Whether the words are a health check's command, as a client runs it.
fn is_same_command(test: &[String], words: &[String]) -> bool {
    match test.split_first() {
        Some((kind, rest)) if kind == "CMD" => rest == words,
        Some((kind, [text])) if kind == "CMD-SHELL" => {
            words.len() == 3 && words[1] == "-c" && words[2] == *text
        }
        _ => false,
    }
}
