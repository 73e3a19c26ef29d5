//! Processes in containers over the API.

mod session;

use crate::Docker;
use crate::client::Call;
use crate::containers::path;
use crate::failure::{Failure, redact};
use crate::query::encode;
use bollard_stubs::models::{ContainerWaitResponse, ExecConfig, ExecInspectResponse, IdResponse};
use futures_util::StreamExt as _;
use std::time::Duration;
use tokio::time::Instant;
use wharf_engine::capability::{ExecSpec, ProcessOutput, Processes, Session, TerminalSize};
use wharf_engine::{EngineError, ErrorKind, Result};
use wharf_plan::Secret;

/// What `run` keeps of the output: enough for a message, too little to fill the memory.
const KEPT_OUTPUT: usize = 64 * 1024;
/// Time between two looks at the exit code when the output has ended first.
const CODE_INTERVAL: Duration = Duration::from_millis(5);
/// A terminal can be resized only once its process runs; this is how long that may take.
const RESIZE_LIMIT: Duration = Duration::from_secs(2);

impl Docker {
    async fn create_exec(&self, container: &str, spec: &ExecSpec) -> Result<String> {
        let created = async {
            let call = Call::post(path(container, "exec")).json(&config(spec))?;
            Ok(self.client.json::<IdResponse>(call).await?.id)
        };
        created.await.map_err(|failure: Failure| {
            let error = failure.during(format!("run a command in container `{container}`"));
            redact(error, spec.env.values().map(Secret::reveal))
        })
    }

    async fn start_exec(&self, container: &str, id: String, spec: &ExecSpec) -> Result<Session> {
        let started = async {
            let body = serde_json::json!({ "Detach": false, "Tty": spec.tty });
            let call = Call::post(format!("/exec/{}/start", encode(&id))).json(&body)?;
            self.client.upgrade(call).await
        };
        match started.await {
            Ok(connection) => Ok(session::open(id, connection, spec.tty, container)),
            Err(failure) => {
                let failure: Failure = failure;
                Err(failure.during(format!("run a command in container `{container}`")))
            }
        }
    }

    async fn run_to_end(&self, container: &str, spec: &ExecSpec) -> Result<ProcessOutput> {
        let id = self.create_exec(container, spec).await?;
        let Session { mut output, input, .. } =
            self.start_exec(container, id.clone(), spec).await?;
        drop(input);
        let mut kept = Vec::new();
        while let Some(piece) = output.next().await {
            let (_, bytes) = piece?;
            let room = KEPT_OUTPUT.saturating_sub(kept.len());
            kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        loop {
            if let Some(code) = self.exec_code(&id).await? {
                let output = String::from_utf8_lossy(&kept).into_owned();
                return Ok(ProcessOutput { code, output });
            }
            tokio::time::sleep(CODE_INTERVAL).await;
        }
    }

    async fn is_terminal(&self, container: &str) -> std::result::Result<bool, Failure> {
        let answer = self.inspect_raw(container).await?;
        Ok(answer.config.tty.unwrap_or(false))
    }
}

impl Processes for Docker {
    async fn run(
        &self,
        container: &str,
        spec: &ExecSpec,
        limit: Duration,
    ) -> Result<ProcessOutput> {
        match tokio::time::timeout(limit, self.run_to_end(container, spec)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                let program = spec.command.first().map_or("", String::as_str);
                let operation = format!("run `{program}` in container `{container}`");
                let message = format!("it did not end within {} ms", limit.as_millis());
                Err(EngineError::new(ErrorKind::TimedOut, operation, message))
            }
        }
    }

    async fn exec(&self, container: &str, spec: &ExecSpec) -> Result<Session> {
        let id = self.create_exec(container, spec).await?;
        self.start_exec(container, id, spec).await
    }

    async fn exec_code(&self, exec: &str) -> Result<Option<i64>> {
        let call = Call::get(format!("/exec/{}/json", encode(exec)));
        let answer: ExecInspectResponse =
            self.client.json(call).await.map_err(|it| it.during("ask for an exit code"))?;
        let is_running = answer.running.unwrap_or(false);
        Ok(answer.exit_code.filter(|_| !is_running))
    }

    async fn resize_exec(&self, exec: &str, size: TerminalSize) -> Result<()> {
        let deadline = Instant::now() + RESIZE_LIMIT;
        loop {
            let call = Call::post(format!("/exec/{}/resize", encode(exec)))
                .query("h", size.height)
                .query("w", size.width);
            match self.client.unit(call).await {
                Ok(_) => return Ok(()),
                // The process is not there yet: engines start it after they answer.
                Err(failure) if failure.status().is_some() && Instant::now() < deadline => {
                    if self.exec_code(exec).await?.is_some() {
                        return Ok(()); // It has ended, and its terminal with it.
                    }
                    tokio::time::sleep(CODE_INTERVAL * 2).await;
                }
                Err(failure) => return Err(failure.during("resize a terminal")),
            }
        }
    }

    async fn attach(&self, container: &str, stdin: bool) -> Result<Session> {
        let attached = async {
            let is_terminal = self.is_terminal(container).await?;
            let call = Call::post(path(container, "attach"))
                .query("stream", 1)
                .query("stdout", 1)
                .query("stderr", 1)
                .query("stdin", u8::from(stdin));
            Ok((self.client.upgrade(call).await?, is_terminal))
        };
        match attached.await {
            Ok((connection, is_terminal)) => {
                Ok(session::open(container.to_owned(), connection, is_terminal, container))
            }
            Err(failure) => {
                let failure: Failure = failure;
                Err(failure.during(format!("attach to container `{container}`")))
            }
        }
    }

    async fn resize(&self, container: &str, size: TerminalSize) -> Result<()> {
        let call =
            Call::post(path(container, "resize")).query("h", size.height).query("w", size.width);
        let outcome = self.client.unit(call).await;
        outcome
            .map(drop)
            .map_err(|it| it.during(format!("resize the terminal of container `{container}`")))
    }

    async fn wait(&self, container: &str) -> Result<i64> {
        let call = Call::post(path(container, "wait")).query("condition", "not-running");
        let answer: ContainerWaitResponse = self
            .client
            .json(call.limit(None))
            .await
            .map_err(|it| it.during(format!("wait for container `{container}`")))?;
        Ok(answer.status_code)
    }
}

fn config(spec: &ExecSpec) -> ExecConfig {
    let line = |(name, value): (&String, &Secret)| format!("{name}={}", value.reveal());
    ExecConfig {
        attach_stdin: Some(spec.stdin),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(spec.tty),
        env: Some(spec.env.iter().map(line).collect()),
        cmd: Some(spec.command.clone()),
        privileged: Some(spec.privileged),
        user: spec.user.clone(),
        working_dir: spec.working_dir.clone(),
        ..Default::default()
    }
}
