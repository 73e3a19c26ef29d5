//! Pulls.

use super::JsonLines;
use super::credentials::{self, Credentials};
use super::progress::PullProgress;
use super::reference::Reference;
use crate::Docker;
use crate::client::Call;
use crate::failure::{Failure, told};
use bollard_stubs::models::CreateImageInfo;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use wharf_engine::capability::ImageProgress;
use wharf_engine::{EngineError, ErrorKind, Result};

/// Begins when the stream is first asked.
pub(super) fn stream(
    docker: Docker,
    reference: String,
    platform: Option<String>,
) -> BoxStream<'static, Result<ImageProgress>> {
    let operation = format!("pull image `{reference}`");
    let fail = {
        let operation = operation.clone();
        move |failure: Failure| refused(failure, &operation)
    };
    let opened = async move { open(&docker, &reference, platform.as_deref()).await };
    stream::once(opened)
        .map_err(fail.clone())
        .map_ok(move |messages| {
            let mut progress = PullProgress::default();
            let operation = operation.clone();
            messages.map_err(fail.clone()).try_filter_map(move |message| {
                std::future::ready(line(&mut progress, message, &operation))
            })
        })
        .try_flatten()
        .boxed()
}

fn line(
    progress: &mut PullProgress,
    message: CreateImageInfo,
    operation: &str,
) -> Result<Option<ImageProgress>> {
    if let Some(error) = &message.error_detail {
        let words = error.message.as_deref().unwrap_or("the engine does not say why");
        return Err(told(operation, words, ErrorKind::ImageAbsent));
    }
    Ok(progress.push(message).map(|message| ImageProgress { message }))
}

async fn open(
    docker: &Docker,
    reference: &str,
    platform: Option<&str>,
) -> std::result::Result<BoxStream<'static, std::result::Result<CreateImageInfo, Failure>>, Failure>
{
    let parts = Reference::parse(reference);
    let call = Call::post("/images/create")
        .query("fromImage", parts.name)
        .query("tag", parts.version)
        .maybe("platform", platform)
        .limit(None);
    let found = credentials::find(docker.config_dir.as_deref(), parts.credentials_key()).await;
    let call = match found.as_ref().and_then(Credentials::header) {
        Some(header) => call.header("X-Registry-Auth", header),
        None => call,
    };
    Ok(JsonLines::stream(docker.client.open(call).await?))
}

/// Whatever an engine says instead of pulling, the image is not to be had.
fn refused(failure: Failure, operation: &str) -> EngineError {
    match failure {
        Failure::Status { message, .. } => told(operation, &message, ErrorKind::ImageAbsent),
        other => other.during(operation),
    }
}
