//! The engine itself over the API.

use crate::Docker;
use crate::client::Call;
use crate::failure::Failure;
use crate::images::JsonLines;
use bollard_stubs::models::{EventMessage, SystemVersion};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use wharf_engine::Result;
use wharf_engine::capability::{EngineEvent, EngineInfo, System};
use wharf_plan::labels;

impl System for Docker {
    async fn info(&self) -> Result<EngineInfo> {
        let answer: SystemVersion = self
            .client
            .json(Call::get("/version"))
            .await
            .map_err(|it| it.during("ask the engine for its version"))?;
        Ok(EngineInfo {
            product: product(&answer),
            version: answer.version.unwrap_or_default(),
            api_version: self.client.version().to_owned(),
            platform: format!(
                "{}/{}",
                answer.os.unwrap_or_default(),
                answer.arch.unwrap_or_default()
            ),
        })
    }

    fn events(&self, project: &str) -> BoxStream<'static, Result<EngineEvent>> {
        let docker = self.clone();
        let filters = serde_json::json!({
            "type": ["container"],
            "label": [format!("{}={project}", labels::PROJECT)],
        });
        // The stream is opened when it is first asked; what happens before that is repeated by
        // the engine, when both clocks are one.
        let since = if self.is_local { now() } else { None };
        let call = Call::get("/events").query("filters", filters).maybe("since", since);
        let opened = async move { docker.client.open(call.limit(None)).await };
        stream::once(opened)
            .map_ok(JsonLines::<EventMessage>::stream)
            .try_flatten()
            .try_filter_map(|message| async { Ok(event(message)) })
            // An engine ends this stream only with itself.
            .chain(stream::once(async {
                Err(Failure::Lost(String::from("the engine ended the stream of events")))
            }))
            .map_err(|failure| failure.during("follow events"))
            .boxed()
    }
}

/// Seconds and nanoseconds, as the API takes a time.
fn now() -> Option<String> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{}.{:09}", since_epoch.as_secs(), since_epoch.subsec_nanos()))
}

fn product(answer: &SystemVersion) -> String {
    let components = answer.components.iter().flatten();
    let is_podman = components.into_iter().any(|it| it.name.contains("Podman"));
    String::from(if is_podman { "Podman" } else { "Docker Engine" })
}

fn event(message: EventMessage) -> Option<EngineEvent> {
    let actor = message.actor?;
    let attributes: BTreeMap<_, _> = actor.attributes.unwrap_or_default().into_iter().collect();
    let code = attributes.get("exitCode").or_else(|| attributes.get("containerExitCode"));
    let action = message.action?;
    let exit_code = code.and_then(|code| code.parse().ok()).filter(|_| action == "die");
    Some(EngineEvent {
        container: actor.id?,
        name: attributes.get("name").cloned().unwrap_or_default(),
        action,
        exit_code,
    })
}
