//! Containers over the API.

mod answers;
mod create;
mod details;
mod list;
mod logs;
mod mounts;
mod podman;
mod upload;

pub(crate) use create::endpoint;
pub(crate) use details::health;

use crate::Docker;
use crate::client::{Call, LONG};
use crate::failure::{Failure, redact};
use crate::networks::twins::outlasting;
use crate::query::encode;
use answers::{Entry, Inspected};
use bollard_stubs::models::{ContainerCreateResponse, ImageInspect};
use futures_util::future::{Either, select};
use futures_util::stream::BoxStream;
use std::pin::pin;
use std::time::Duration;
use wharf_engine::capability::{ContainerReport, Containers, LogChunk, LogOptions};
use wharf_engine::{EngineError, ErrorKind, Result};
use wharf_plan::ObservedContainer;
use wharf_plan::spec::{ContainerSpec, FileSpec};

/// What a stop may take beyond the container's grace.
const STOP_MARGIN: Duration = Duration::from_secs(30);
/// The engine's grace when a container has none of its own.
const DEFAULT_GRACE: Duration = Duration::from_secs(10);
/// What a removal that somebody else began may take.
const REMOVAL_LIMIT: Duration = Duration::from_secs(60);
/// How often an image is asked for while others are removed; see [`podman::lost_another_image`].
const IMAGE_ATTEMPTS: u32 = 3;

impl Docker {
    /// One call, the engine's own form.
    pub(crate) async fn inspect_raw(
        &self,
        container: &str,
    ) -> std::result::Result<Inspected, Failure> {
        self.client.json(Call::get(path(container, "json"))).await
    }

    /// Stop or restart. The container's own grace is looked up only when the engine's default
    /// has run out, so that the usual stop is one call.
    async fn end(&self, verb: &str, container: &str, grace: Option<Duration>) -> Result<()> {
        let operation = format!("{verb} container `{container}`");
        let seconds = grace.map(whole_seconds);
        let call = Call::post(path(container, verb)).maybe("t", seconds).limit(None);
        let request = pin!(self.client.unit(call));
        let first = grace.unwrap_or(DEFAULT_GRACE) + STOP_MARGIN;
        let outcome = match select(request, pin!(tokio::time::sleep(first))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(((), request)) => {
                let own = if grace.is_none() { self.own_grace(container).await } else { None };
                let rest = own.unwrap_or_default().saturating_sub(DEFAULT_GRACE);
                tokio::time::timeout(rest, request)
                    .await
                    .unwrap_or_else(|_| Err(Failure::TimedOut(first + rest)))
            }
        };
        outcome.map(drop).map_err(|it| it.during(operation))
    }

    async fn own_grace(&self, container: &str) -> Option<Duration> {
        let answer = self.inspect_raw(container).await.ok()?;
        Some(Duration::from_secs(u64::try_from(answer.config.stop_timeout?).ok()?))
    }

    /// Waits until a removal that is under way has ended.
    async fn await_removal(&self, container: &str) -> std::result::Result<(), Failure> {
        let call =
            Call::post(path(container, "wait")).query("condition", "removed").limit(REMOVAL_LIMIT);
        match self.client.unit(call).await {
            Err(failure) if failure.status() == Some(404) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    async fn image_of(
        &self,
        container: &Inspected,
    ) -> std::result::Result<wharf_plan::ImageConfig, Failure> {
        if container.image.is_empty() {
            return Ok(wharf_plan::ImageConfig::default());
        }
        match self.inspect_image(&container.image).await {
            Ok(image) => Ok(crate::images::config(image.config)),
            Err(failure) if failure.status() == Some(404) => Ok(wharf_plan::ImageConfig::default()),
            Err(failure) => Err(failure),
        }
    }

    pub(crate) async fn inspect_image(
        &self,
        reference: &str,
    ) -> std::result::Result<ImageInspect, Failure> {
        let path = format!("/images/{}/json", crate::query::encode_path(reference));
        for _ in 1..IMAGE_ATTEMPTS {
            let answer = self.client.json(Call::get(&path)).await;
            if !answer.as_ref().is_err_and(podman::lost_another_image) {
                return answer;
            }
        }
        self.client.json(Call::get(&path)).await
    }

    /// The image's entry point, when an empty command must not become the image's: an engine
    /// takes an empty list for "not given" unless there is an entry point beside it.
    async fn explicit_entrypoint(
        &self,
        spec: &ContainerSpec,
    ) -> std::result::Result<Option<Vec<String>>, Failure> {
        let clears = spec.command.as_ref().is_some_and(Vec::is_empty) && spec.entrypoint.is_none();
        if !clears {
            return Ok(None);
        }
        let image = crate::images::config(self.inspect_image(&spec.image).await?.config);
        Ok(Some(image.entrypoint))
    }
}

impl Containers for Docker {
    async fn list(&self) -> Result<Vec<ObservedContainer>> {
        let call = Call::get("/containers/json").query("all", 1);
        let all: Vec<Entry> =
            self.client.json(call).await.map_err(|it| it.during("list containers"))?;
        Ok(all.into_iter().map(list::observed).collect())
    }

    async fn inspect(&self, container: &str) -> Result<ContainerReport> {
        let report = async {
            let answer = self.inspect_raw(container).await?;
            let image = self.image_of(&answer).await?;
            let mut report = details::report(answer, Some(image));
            if self.client.is_podman {
                podman::take_defaults_out(&mut report);
            }
            Ok(report)
        };
        report.await.map_err(|it: Failure| it.during(format!("inspect container `{container}`")))
    }

    async fn state(&self, container: &str) -> Result<ContainerReport> {
        match self.inspect_raw(container).await {
            Ok(answer) => Ok(details::report(answer, None)),
            Err(failure) => Err(failure.during(format!("inspect container `{container}`"))),
        }
    }

    async fn create_container(&self, name: &str, spec: &ContainerSpec) -> Result<String> {
        let operation = format!("create container `{name}`");
        if let Some(message) = create::unsupported(spec, |minor| self.client.speaks(1, minor)) {
            return Err(EngineError::new(ErrorKind::NotSupported, operation, message));
        }
        let created = async {
            let entrypoint = self.explicit_entrypoint(spec).await?;
            let body = create::body(spec, entrypoint);
            let call = Call::post("/containers/create")
                .query("name", name)
                .maybe("platform", spec.platform.as_ref())
                .limit(LONG)
                .json(&body)?;
            self.client.json::<ContainerCreateResponse>(call).await
        };
        match created.await {
            Ok(created) => Ok(created.id),
            Err(failure) => {
                let error = failure.during(operation);
                let values = spec.env.values().flatten().map(wharf_plan::Secret::reveal);
                Err(redact(error, values))
            }
        }
    }

    async fn upload(&self, container: &str, files: &[FileSpec]) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let archive = upload::archive(files)
            .map_err(|error| Failure::Unreadable(error.to_string()))
            .map_err(|it| it.during(format!("pack files for container `{container}`")))?;
        let call = Call::put(path(container, "archive"))
            .query("path", "/")
            .bytes("application/x-tar", archive)
            .limit(LONG);
        let outcome = self.client.unit(call).await;
        outcome.map(drop).map_err(|it| it.during(format!("put files into container `{container}`")))
    }

    async fn start(&self, container: &str) -> Result<()> {
        let start = || self.client.unit(Call::post(path(container, "start")).limit(LONG));
        let outcome = outlasting(&self.client, start).await;
        outcome.map(drop).map_err(|it| it.during(format!("start container `{container}`")))
    }

    async fn stop(&self, container: &str, grace: Option<Duration>) -> Result<()> {
        self.end("stop", container, grace).await
    }

    async fn restart(&self, container: &str, grace: Option<Duration>) -> Result<()> {
        self.end("restart", container, grace).await
    }

    async fn kill(&self, container: &str, signal: &str) -> Result<()> {
        let call = Call::post(path(container, "kill")).query("signal", signal);
        let outcome = self.client.unit(call).await;
        outcome
            .map(drop)
            .map_err(|it| it.during(format!("send {signal} to container `{container}`")))
    }

    async fn remove(&self, container: &str, with_volumes: bool) -> Result<()> {
        let call = Call::delete(format!("/containers/{}", encode(container)))
            .query("force", 1)
            .query("v", u8::from(with_volumes))
            .limit(LONG);
        let outcome = match self.client.unit(call).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.status() == Some(404) => Ok(()),
            Err(failure) if failure.says("already in progress") => {
                self.await_removal(container).await
            }
            Err(failure) => Err(failure),
        };
        outcome.map_err(|it| it.during(format!("remove container `{container}`")))
    }

    async fn rename(&self, container: &str, name: &str) -> Result<()> {
        let call = Call::post(path(container, "rename")).query("name", name);
        let outcome = self.client.unit(call).await;
        outcome
            .map(drop)
            .map_err(|it| it.during(format!("rename container `{container}` to `{name}`")))
    }

    fn logs(&self, container: &str, options: &LogOptions) -> BoxStream<'static, Result<LogChunk>> {
        logs::stream(self.clone(), container.to_owned(), options.clone())
    }
}

/// Path of something of a container.
pub(crate) fn path(container: &str, what: &str) -> String {
    format!("/containers/{}/{what}", encode(container))
}

/// Engines take whole seconds; a started one counts, so that half a second is not none.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
