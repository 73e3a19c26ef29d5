//! Builds, by the engine's classic builder.

use super::context::Context;
use super::output::{BuildMessage, BuildOutput};
use super::{JsonLines, credentials};
use crate::Docker;
use crate::client::Call;
use crate::failure::{Failure, redact, told};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use wharf_engine::capability::ImageProgress;
use wharf_engine::{EngineError, ErrorKind, Result};
use wharf_plan::Secret;
use wharf_plan::spec::BuildSpec;

type Messages = BoxStream<'static, std::result::Result<BuildMessage, Failure>>;
type Writing = tokio::task::JoinHandle<io::Result<()>>;

/// Begins when the stream is first asked.
pub(super) fn stream(docker: Docker, spec: BuildSpec) -> BoxStream<'static, Result<ImageProgress>> {
    stream::once(async move { Build::open(&docker, &spec).await })
        .map_ok(|build| stream::try_unfold(build, Build::next))
        .try_flatten()
        .boxed()
}

struct Build {
    operation: String,
    messages: Messages,
    writing: Option<Writing>,
    output: BuildOutput,
    ready: VecDeque<String>,
    has_ended: bool,
}

impl Build {
    async fn open(docker: &Docker, spec: &BuildSpec) -> Result<Self> {
        let operation = format!("build image `{}`", spec.image);
        let failed =
            |message: String| EngineError::new(ErrorKind::BuildFailed, operation.clone(), message);
        if let Some(message) = unsupported(spec) {
            return Err(EngineError::new(ErrorKind::NotSupported, operation, message));
        }
        let (root, dockerfile, inline) = (
            spec.build.context.value.clone(),
            spec.build.dockerfile.as_ref().map(|it| it.value.clone()),
            spec.build.dockerfile_inline.as_ref().map(|it| it.value.clone()),
        );
        // Reading a few small files; what takes time comes in a thread of its own.
        let context = Context::open(&root, dockerfile.as_deref(), inline.as_deref())
            .map_err(|error| failed(error.to_string()))?;
        let call = call(spec, &context.dockerfile, docker.client.is_podman);
        let call = match credentials::all(docker.config_dir.as_deref()).await {
            Some(header) => call.header("X-Registry-Config", header),
            None => call,
        };
        let (receiver, writing) = context.stream();
        let pieces = stream::unfold(receiver, |mut receiver| async {
            Some((receiver.recv().await?, receiver))
        });
        match docker.client.open(call.stream("application/x-tar", pieces)).await {
            Ok(body) => Ok(Self {
                operation,
                messages: JsonLines::stream(body),
                writing: Some(writing),
                output: BuildOutput::default(),
                ready: VecDeque::new(),
                has_ended: false,
            }),
            Err(failure) => {
                let error = explain(failure, Some(writing), &operation).await;
                Err(redact(error, spec.args.values().map(Secret::reveal)))
            }
        }
    }

    async fn next(mut self) -> Result<Option<(ImageProgress, Self)>> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some((ImageProgress { message }, self)));
            }
            if self.has_ended {
                return Ok(None);
            }
            match self.messages.next().await {
                Some(Ok(message)) => match self.output.push(message) {
                    Ok(lines) => self.ready.extend(lines),
                    Err(words) => {
                        return Err(told(self.operation, &words, ErrorKind::BuildFailed));
                    }
                },
                Some(Err(failure)) => {
                    return Err(explain(failure, self.writing.take(), &self.operation).await);
                }
                None => {
                    self.has_ended = true;
                    self.ready.extend(self.output.finish());
                }
            }
        }
    }
}

/// A request that broke because the context could not be read is not a broken connection.
async fn explain(failure: Failure, writing: Option<Writing>, operation: &str) -> EngineError {
    match failure {
        Failure::Status { message, .. } => told(operation, &message, ErrorKind::BuildFailed),
        Failure::Lost(text) => match writing_error(writing).await {
            Some(message) => EngineError::new(ErrorKind::BuildFailed, operation, message),
            None => Failure::Lost(text).during(operation),
        },
        other => other.during(operation),
    }
}

async fn writing_error(writing: Option<Writing>) -> Option<String> {
    let outcome = writing?.await.ok()?;
    // A pipe breaks when the engine stops listening: not the cause.
    outcome.err().filter(|it| it.kind() != io::ErrorKind::BrokenPipe).map(|it| it.to_string())
}

fn unsupported(spec: &BuildSpec) -> Option<String> {
    let build = &spec.build;
    if !build.secrets.is_empty() {
        return Some(String::from(
            "`build.secrets` needs BuildKit, which wharf does not drive yet; build with `docker buildx bake` and name the result in `image`",
        ));
    }
    if build.platforms.len() > 1 {
        return Some(format!(
            "{} platforms in `build.platforms` need BuildKit, which wharf does not drive yet; name one platform here, or build with `docker buildx build --platform`",
            build.platforms.len()
        ));
    }
    None
}

/// Podman takes all hosts as one list, Docker each for itself.
fn call(spec: &BuildSpec, dockerfile: &str, is_podman: bool) -> Call {
    let build = &spec.build;
    let args: BTreeMap<&str, &str> =
        spec.args.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
    let mut labels: BTreeMap<&str, &str> =
        build.labels.iter().map(|(name, value)| (name.as_str(), value.value.as_str())).collect();
    labels.extend(spec.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let cache: Vec<&str> = build.cache_from.iter().map(|it| it.value.as_str()).collect();
    let flag = |is_set: bool| is_set.then_some(1);
    let mut call = Call::post("/build")
        .limit(None)
        .query("dockerfile", dockerfile)
        .query("t", &spec.image)
        .query("rm", 1)
        .query("forcerm", 1)
        .query("buildargs", serde_json::json!(args))
        .query("labels", serde_json::json!(labels))
        .maybe("nocache", flag(build.no_cache))
        .maybe("pull", flag(build.pull))
        .maybe("target", build.target.as_ref().map(|it| &it.value))
        .maybe("networkmode", build.network.as_ref().map(|it| &it.value))
        .maybe("shmsize", build.shm_size.as_ref().map(|it| it.value))
        .maybe("platform", build.platforms.first().map(|it| &it.value))
        .maybe("cachefrom", (!cache.is_empty()).then(|| serde_json::json!(cache)));
    for tag in &build.tags {
        call = call.query("t", &tag.value);
    }
    let hosts = build.extra_hosts.iter().map(|it| format!("{}:{}", it.value.0, it.value.1));
    let hosts: Vec<String> = hosts.collect();
    if is_podman {
        return call.maybe("extrahosts", (!hosts.is_empty()).then(|| serde_json::json!(hosts)));
    }
    hosts.into_iter().fold(call, |call, host| call.query("extrahosts", host))
}
