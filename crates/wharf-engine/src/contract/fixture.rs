//! What a case works with, and what is cleaned up after it.

use super::{KnownDifference, Script};
use crate::capability::Engine;
use crate::{ErrorKind, Result};
use futures_util::FutureExt as _;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;
use wharf_plan::spec::{ContainerSpec, NetworkAttachment, NetworkSpec, VolumeSpec};
use wharf_plan::{ContainerState, labels};

/// How long a case waits for something that an engine does in its own time.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a case works with.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Reference of an image that is there, with a shell and without an entry point.
    pub image: String,
    /// Begins the name of everything that the case creates; unique.
    pub prefix: String,
    /// How this engine is known to break this case; `None` when it must keep it.
    pub known: Option<KnownDifference>,
}

impl Fixture {
    /// Name of something of this case.
    pub fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix)
    }

    /// A container of this case's project that runs `script` and can be stopped quickly.
    pub fn spec(&self, what: &str, script: &Script) -> ContainerSpec {
        ContainerSpec {
            name: self.name(what),
            image: self.image.clone(),
            command: Some(script.command()),
            init: Some(true),
            labels: BTreeMap::from([
                (labels::PROJECT.into(), self.prefix.clone()),
                (labels::SERVICE.into(), what.into()),
                (labels::NUMBER.into(), "1".into()),
            ]),
            ..Default::default()
        }
    }

    /// Creates a container and returns its id.
    pub async fn create(&self, engine: &impl Engine, spec: &ContainerSpec) -> String {
        engine.create_container(&spec.name, spec).await.unwrap()
    }

    /// Creates and starts a container and returns its id.
    pub async fn start(&self, engine: &impl Engine, what: &str, script: &Script) -> String {
        let id = self.create(engine, &self.spec(what, script)).await;
        engine.start(&id).await.unwrap();
        id
    }

    /// Creates a network of this case and returns its name.
    pub async fn network(&self, engine: &impl Engine, what: &str) -> String {
        let name = self.name(what);
        let spec = NetworkSpec { name: name.clone(), ..Default::default() };
        engine.create_network(&spec).await.unwrap();
        name
    }

    /// Creates a volume of this case and returns its name.
    pub async fn volume(&self, engine: &impl Engine, what: &str) -> String {
        let name = self.name(what);
        let spec = VolumeSpec { name: name.clone(), ..Default::default() };
        engine.create_volume(&spec).await.unwrap();
        name
    }

    /// Joins a network under one further name.
    pub fn attachment(&self, network: &str, alias: &str) -> NetworkAttachment {
        NetworkAttachment {
            network: network.into(),
            aliases: vec![alias.into()],
            ipv4_address: None,
            ipv6_address: None,
        }
    }

    /// Waits until a container has ended.
    pub async fn ended(&self, engine: &impl Engine, container: &str) -> i64 {
        eventually("the container ends", async || {
            match engine.state(container).await.unwrap().state {
                ContainerState::Exited { code } => Some(code),
                _ => None,
            }
        })
        .await
    }

    /// Removes everything whose name begins with the prefix.
    async fn clean(&self, engine: &impl Engine) -> Result<()> {
        for container in engine.list().await? {
            if container.name.starts_with(&self.prefix) {
                engine.remove(&container.id, true).await?;
            }
        }
        for name in engine.networks().await?.into_keys() {
            if name.starts_with(&self.prefix) {
                engine.remove_network(&name).await?;
            }
        }
        for name in engine.volumes().await?.into_keys() {
            if name.starts_with(&self.prefix) {
                engine.remove_volume(&name).await?;
            }
        }
        Ok(())
    }
}

/// Runs a case and cleans up after it, also when it fails.
///
/// # Panics
/// When the engine breaks the contract in another way than is known, or no longer does.
pub async fn run_case(engine: &impl Engine, fixture: &Fixture, case: impl Future<Output = ()>) {
    let outcome = AssertUnwindSafe(case).catch_unwind().await;
    let outcome = match fixture.known {
        Some(known) => known.judge(outcome),
        None => outcome,
    };
    let cleaned = fixture.clean(engine).await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
    cleaned.unwrap();
}

/// Asks again until there is an answer.
///
/// # Panics
/// When there is none in time.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, asked).await;
    answer.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Asserts the kind of a failure.
pub(super) fn assert_fails<T: std::fmt::Debug>(outcome: Result<T>, kind: ErrorKind) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
}
