//! Starts, ends, restarts and verdicts, at the times at which they are due.

use super::behaviour::{Behaviour, Ending, HealthScript};
use super::builtin::{Program, program};
use super::state::{Container, Happening, LogLine, Process, State};
use crate::capability::{EngineEvent, LogStream};
use crate::{EngineError, ErrorKind, Result};
use std::time::Duration;
use tokio::time::Instant;
use wharf_compose::model::{Protocol, Published, RestartPolicy};
use wharf_plan::spec::{ContainerSpec, PortSpec};
use wharf_plan::{ContainerState, Health, ObservedPort, labels};

/// The engine's defaults.
const INTERVAL: Duration = Duration::from_secs(30);
const RETRIES: u32 = 3;
const GRACE: Duration = Duration::from_secs(10);
const FIRST_EPHEMERAL: u16 = 49_153;
/// Exit code of a process that SIGKILL ended.
const KILLED: i64 = 137;

impl State {
    /// Lets everything happen that is due, in order.
    pub(super) fn settle(&mut self, now: Instant) {
        for exec in self.execs.values_mut() {
            let due = exec.ends.filter(|(at, _)| *at <= now);
            exec.code = exec.code.or(due.map(|(_, code)| code));
        }
        loop {
            let due = self.containers.values().filter_map(|it| Some((it.deadline()?, &it.id)));
            let Some((at, id)) = due.min().filter(|(at, _)| *at <= now) else { return };
            let id = id.clone();
            self.advance(&id, at);
        }
    }

    /// When something is due next.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let commands = self.execs.values().filter(|exec| exec.code.is_none());
        let ends = commands.filter_map(|exec| exec.ends.map(|(at, _)| at));
        self.containers.values().filter_map(Container::deadline).chain(ends).min()
    }

    fn advance(&mut self, id: &str, at: Instant) {
        let Some(container) = self.containers.get_mut(id) else { return };
        if container.restarts_at.take().is_some() {
            if let Err(error) = self.launch(id, at)
                && let Some(container) = self.containers.get_mut(id)
            {
                container.error = Some(error.message);
                container.state = ContainerState::Exited { code: 128 };
            }
            return;
        }
        let Some(process) = &mut container.process else { return };
        match process.verdict.take_if(|(when, _)| *when <= at) {
            Some((_, verdict)) => {
                process.health = Some(verdict);
                self.happen_at(id, at, &format!("health_status: {}", verdict.as_str()), None);
            }
            None => {
                let code = process.ends.map_or(0, |(_, code)| code);
                self.end(id, at, code);
            }
        }
    }

    /// Starts a container that does not run.
    pub(super) fn start(&mut self, key: &str) -> Result<()> {
        let operation = format!("start container `{key}`");
        let container = self.container(key, &operation)?;
        let id = container.id.clone();
        match container.state {
            ContainerState::Running | ContainerState::Restarting => return Ok(()),
            ContainerState::Paused => {
                let message = "cannot start a paused container, try unpause instead";
                return Err(EngineError::new(ErrorKind::Conflict, operation, message));
            }
            _ => {}
        }
        container.restart_count = 0;
        self.launch(&id, Instant::now()).map_err(|error| {
            if let Some(container) = self.containers.get_mut(&id) {
                container.error = Some(error.message.clone());
            }
            EngineError { operation, ..error }
        })
    }

    fn launch(&mut self, id: &str, now: Instant) -> Result<()> {
        let at = self.clock.millis(now);
        let Some(process) = self.process_of(id, now) else { return Ok(()) };
        if let Some(message) = &process.behaviour.start_error {
            return Err(EngineError::new(ErrorKind::Refused, "", message));
        }
        self.join_networks(id)?;
        let ports = self.allocate_ports(id)?;
        let Some(container) = self.containers.get_mut(id) else { return Ok(()) };
        container.ports = ports;
        container.state = ContainerState::Running;
        container.is_stopped_by_hand = false;
        container.error = None;
        container.started_at = at;
        let tty = container.spec.tty;
        let lines = process.behaviour.log.iter().map(|(stream, line)| LogLine {
            stream: if tty { LogStream::Stdout } else { *stream },
            at,
            line: line.clone(),
        });
        container.log.extend(lines);
        container.process = Some(process);
        let author = container.name.clone();
        let writable = container.mounts.iter().filter(|mount| !mount.read_only);
        let volumes: Vec<_> = writable.filter_map(|mount| mount.volume.clone()).collect();
        for volume in volumes {
            if let Some(volume) = self.volumes.get_mut(&volume) {
                volume.data.push(author.clone());
            }
        }
        self.happen_at(id, now, "start", None);
        Ok(())
    }

    /// The process that a start makes: as a test scripted it, or as its command is known.
    fn process_of(&self, id: &str, now: Instant) -> Option<Process> {
        let container = self.containers.get(id)?;
        let spec = &container.spec;
        let service = spec.labels.get(labels::SERVICE);
        let scripted = service
            .and_then(|service| self.by_service.get(service))
            .or_else(|| self.by_image.get(&spec.image));
        if let Some(behaviour) = scripted {
            return Some(process(container, behaviour.clone(), now));
        }
        let around = self.surroundings(id);
        let words: Vec<String> =
            spec.entrypoint.iter().chain(&spec.command).flatten().cloned().collect();
        let known = program(&words, &around);
        let check = health_command(container).and_then(|words| program(&words, &around));
        let mut behaviour =
            known.as_ref().map_or_else(Behaviour::default, |known| of_program(known, spec));
        if check.as_ref().and_then(|check| check.ends).is_some_and(|end| end.code != 0) {
            behaviour.health = HealthScript::Fails;
        }
        let process = process(container, behaviour, now);
        Some(Process {
            is_scripted: false,
            reads: known.and_then(|known| known.reads),
            health_output: check.map(|it| it.output.into_iter().map(|(_, text)| text).collect()),
            ..process
        })
    }

    /// Ports are bound when a container starts, not when it is created.
    fn allocate_ports(&mut self, id: &str) -> Result<Vec<ObservedPort>> {
        let wanted = self.containers.get(id).map(|it| it.spec.ports.clone()).unwrap_or_default();
        let mut bound = Vec::new();
        for port in &wanted {
            bound.push(self.bind(port, &bound)?);
        }
        Ok(bound)
    }

    fn bind(&mut self, port: &PortSpec, bound: &[ObservedPort]) -> Result<ObservedPort> {
        let candidates: Vec<u16> = match port.published {
            Published::Port(number) => vec![number],
            Published::Range(from, to) => (from..=to).collect(),
            Published::Ephemeral => {
                let next = self.last_ephemeral.max(FIRST_EPHEMERAL - 1) + 1;
                (next..=u16::MAX).chain(FIRST_EPHEMERAL..next).collect()
            }
        };
        let ip = port.host_ip.clone().unwrap_or_else(|| "0.0.0.0".to_owned());
        let held: Vec<&ObservedPort> =
            self.containers.values().flat_map(|it| &it.ports).chain(bound).collect();
        let is_any = |ip: &str| matches!(ip, "0.0.0.0" | "::" | "");
        let is_free = |number: &u16| {
            let collides = |there: &&ObservedPort| {
                there.published == Some(*number)
                    && there.protocol == port.protocol
                    && (is_any(&ip) || is_any(&there.host_ip) || ip == there.host_ip)
            };
            let is_host_s = port.protocol == Protocol::Tcp && self.taken_ports.contains(number);
            !is_host_s && !held.iter().any(collides)
        };
        let Some(number) = candidates.into_iter().find(is_free) else {
            let message =
                format!("Bind for {ip}:{} failed: port is already allocated", port.host_port());
            return Err(EngineError::new(ErrorKind::PortInUse, "", message));
        };
        if port.published == Published::Ephemeral {
            self.last_ephemeral = number;
        }
        Ok(ObservedPort {
            host_ip: ip,
            published: Some(number),
            target: port.target,
            protocol: port.protocol,
        })
    }

    /// Sends the stop signal; the end comes when the process wants, or when the grace is over.
    pub(super) fn ask_to_end(&mut self, id: &str, grace: Option<Duration>) {
        let now = Instant::now();
        let Some(container) = self.containers.get_mut(id) else { return };
        container.is_stopped_by_hand = true;
        if container.restarts_at.take().is_some() {
            container.state = ContainerState::Exited { code: 0 };
            return;
        }
        if container.state == ContainerState::Paused {
            container.state = ContainerState::Running;
        }
        let grace = grace.or(container.spec.stop_grace_period).unwrap_or(GRACE);
        let Some(process) = &mut container.process else { return };
        let answer = process.behaviour.on_stop;
        let (after, code) = if process.behaviour.ignores_stop || answer.after > grace {
            (grace, KILLED)
        } else {
            (answer.after, answer.code)
        };
        if process.ends.is_none_or(|(at, _)| at > now + after) {
            process.ends = Some((now + after, code));
        }
        self.settle(now);
    }

    /// Kills at once.
    pub(super) fn kill(&mut self, id: &str) {
        if let Some(container) = self.containers.get_mut(id) {
            container.is_stopped_by_hand = true;
            container.restarts_at = None;
            if container.is_running() {
                self.end(id, Instant::now(), KILLED);
            }
        }
    }

    /// The process has ended.
    pub(super) fn end(&mut self, id: &str, at: Instant, code: i64) {
        let Some(container) = self.containers.get_mut(id) else { return };
        container.process = None;
        container.ports.clear();
        container.endpoints.iter_mut().for_each(|endpoint| endpoint.address = None);
        container.state = ContainerState::Exited { code };
        if container.is_restarted_after(code) {
            let doublings = u32::try_from(container.restart_count).unwrap_or(u32::MAX).min(9);
            container.restarts_at = Some(at + Duration::from_millis(100) * 2_u32.pow(doublings));
            container.restart_count += 1;
            container.state = ContainerState::Restarting;
        }
        for exec in self.execs.values_mut().filter(|exec| exec.container == id) {
            exec.code.get_or_insert(KILLED);
        }
        self.happen_at(id, at, "die", Some(code));
    }

    /// Notes an event of now.
    pub(super) fn happen(&mut self, id: &str, action: &str) {
        self.happen_at(id, Instant::now(), action, None);
    }

    fn happen_at(&mut self, id: &str, at: Instant, action: &str, exit_code: Option<i64>) {
        let Some(container) = self.containers.get(id) else { return };
        self.events.push(Happening {
            at,
            project: container.spec.labels.get(labels::PROJECT).cloned(),
            event: EngineEvent {
                container: container.id.clone(),
                name: container.name.clone(),
                action: action.to_owned(),
                exit_code,
            },
        });
    }
}

impl Container {
    fn deadline(&self) -> Option<Instant> {
        if self.restarts_at.is_some() {
            return self.restarts_at;
        }
        let process = self.process.as_ref().filter(|_| self.state == ContainerState::Running)?;
        let end = process.ends.map(|(at, _)| at);
        end.into_iter().chain(process.verdict.map(|(at, _)| at)).min()
    }

    fn is_restarted_after(&self, code: i64) -> bool {
        if self.is_stopped_by_hand {
            return false;
        }
        match self.spec.restart {
            None | Some(RestartPolicy::No) => false,
            Some(RestartPolicy::Always | RestartPolicy::UnlessStopped) => true,
            Some(RestartPolicy::OnFailure { max_retries }) => {
                let has_tries_left =
                    max_retries.is_none_or(|max| max == 0 || self.restart_count < u64::from(max));
                code != 0 && has_tries_left
            }
        }
    }
}

/// A process with this behaviour.
fn process(container: &Container, behaviour: Behaviour, now: Instant) -> Process {
    let health = health_command(container).and(container.spec.healthcheck.as_ref());
    let verdict = health.map(|health| {
        let positive = |time: Option<Duration>| time.filter(|time| !time.is_zero());
        let interval = positive(health.interval).unwrap_or(INTERVAL);
        let retries = health.retries.filter(|retries| *retries > 0).unwrap_or(RETRIES);
        let start_period = health.start_period.unwrap_or_default();
        let (after, is_good) = behaviour.health.verdict(interval, start_period, retries);
        (now + after, if is_good { Health::Healthy } else { Health::Unhealthy })
    });
    Process {
        started: now,
        ends: behaviour.ends.map(|end| (now + end.after, end.code)),
        verdict,
        health: health.map(|_| Health::Starting),
        health_output: None,
        probes: 0,
        is_scripted: true,
        reads: None,
        behaviour,
    }
}

/// The health command as an engine runs it; `None` without one.
fn health_command(container: &Container) -> Option<Vec<String>> {
    let test = container.spec.healthcheck.as_ref()?.test.as_ref()?;
    match test.split_first()? {
        (kind, [text]) if kind == "CMD-SHELL" => {
            Some(["/bin/sh", "-c", text].map(str::to_owned).to_vec())
        }
        (kind, words) if kind == "CMD" => Some(words.to_vec()),
        _ => None,
    }
}

/// The first process of a container ignores signals that it has no handler for, unless the
/// engine's init is in front of it; then it ends by those that end processes.
fn of_program(program: &Program, spec: &ContainerSpec) -> Behaviour {
    let signal = spec.stop_signal.as_deref().unwrap_or("SIGTERM");
    let is_deadly = matches!(signal.trim_start_matches("SIG"), "TERM" | "INT" | "QUIT" | "HUP");
    let lines = program
        .output
        .iter()
        .flat_map(|(stream, text)| text.lines().map(|line| (*stream, line.to_owned())));
    Behaviour {
        log: lines.collect(),
        ends: program.ends,
        ignores_stop: spec.init != Some(true) || !is_deadly,
        on_stop: Ending { after: Duration::ZERO, code: 143 },
        ..Behaviour::default()
    }
}
