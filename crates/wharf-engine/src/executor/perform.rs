//! One action, one call.

use super::Failure;
use crate::capability::Engine;
use crate::gate::{self, GateContext};
use crate::retry::{repeat, until_port_is_free};
use crate::{EngineError, ErrorKind, Result};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::collections::HashMap;
use std::sync::Arc;
use wharf_plan::{
    Action, Address, ContainerSpec, Event, Node, NodeId, Plan, Removal, Target, labels,
};

/// Turns nodes into calls.
pub(super) struct Performer<E> {
    engine: Arc<E>,
    created: HashMap<NodeId, String>,
    gates: GateContext,
    /// Whether a port that is taken may become free while the plan runs.
    frees_ports: bool,
}

/// A container as calls need it.
struct Subject {
    id: String,
    /// For messages.
    name: String,
}

impl<E: Engine> Performer<E> {
    pub(super) fn new(engine: Arc<E>, plan: &Plan, gates: GateContext) -> Self {
        let frees = |node: &Node| {
            matches!(node.action, Action::StopContainer { .. } | Action::RemoveContainer { .. })
        };
        let frees_ports = plan.nodes().iter().any(frees);
        Self { engine, created: HashMap::new(), gates, frees_ports }
    }

    /// Notes the id of what a node created.
    pub(super) fn remember(&mut self, node: NodeId, id: String) {
        self.created.insert(node, id);
    }

    /// The call of a node, ready to run on its own.
    pub(super) fn perform(
        &self,
        node: Node,
    ) -> impl Future<Output = std::result::Result<Option<String>, Failure>> + Send + 'static {
        let engine = Arc::clone(&self.engine);
        let subject = node.action.target().and_then(|target| self.subject(target, &node));
        let gates = self.gates.clone();
        let frees_ports = self.frees_ports;
        async move {
            if let Action::Await { gate, .. } = node.action {
                let Some(subject) = subject else { return Ok(None) };
                let name = (subject.id.as_str(), subject.name.as_str());
                return gate::pass(&*engine, &node, name, gate, &gates).await.map(|()| None);
            }
            let called = call(&*engine, &node, subject.as_ref(), &gates, frees_ports).await;
            called.map_err(|error| Failure::from_error(&node, &named(error, subject.as_ref())))
        }
    }

    fn subject(&self, target: &Target, node: &Node) -> Option<Subject> {
        match target {
            Target::Existing { id, name } => Some(Subject { id: id.clone(), name: name.clone() }),
            Target::Created(by) => {
                Some(Subject { id: self.created.get(by)?.clone(), name: label_of(&node.address) })
            }
        }
    }
}

fn label_of(address: &Address) -> String {
    match address {
        Address::Service { service, number } => format!("{service}-{number}"),
        other => other.to_string(),
    }
}

/// Calls go by id; people know containers by name.
fn named(mut error: EngineError, subject: Option<&Subject>) -> EngineError {
    if let Some(Subject { id, name }) = subject.filter(|it| !it.id.is_empty()) {
        error.operation = error.operation.replace(id.as_str(), name);
    }
    error
}

async fn call<E: Engine>(
    engine: &E,
    node: &Node,
    subject: Option<&Subject>,
    gates: &GateContext,
    frees_ports: bool,
) -> Result<Option<String>> {
    let id = subject.map(|subject| subject.id.as_str()).unwrap_or_default();
    match &node.action {
        Action::CreateContainer { name, spec } => {
            return create(engine, name, spec).await.map(Some);
        }
        Action::PullImage { reference, platform } => {
            let pull = |_| follow(engine.pull(reference, platform.as_deref()), node, gates);
            repeat(pull).await?;
        }
        Action::BuildImage(spec) => follow(engine.build(spec), node, gates).await?,
        Action::CreateNetwork(spec) => {
            repeat(|attempt| async move {
                match engine.create_network(spec).await {
                    // The lost answer of the attempt before was a yes.
                    Err(error) if attempt > 1 && error.kind == ErrorKind::NameInUse => Ok(()),
                    result => result,
                }
            })
            .await?;
        }
        Action::RemoveNetwork { name } => repeat(|_| engine.remove_network(name)).await?,
        Action::CreateVolume(spec) => repeat(|_| engine.create_volume(spec)).await?,
        Action::RemoveVolume { name } => repeat(|_| engine.remove_volume(name)).await?,
        Action::ConnectNetwork { attachment, .. } => {
            repeat(|_| engine.connect(id, attachment)).await?;
        }
        Action::UploadFiles { files, .. } => repeat(|_| engine.upload(id, files)).await?,
        Action::StartContainer { .. } if frees_ports => {
            until_port_is_free(|| repeat(|_| engine.start(id))).await?;
        }
        Action::StartContainer { .. } => repeat(|_| engine.start(id)).await?,
        Action::StopContainer { grace, .. } => repeat(|_| engine.stop(id, *grace)).await?,
        Action::KillContainer { signal, .. } => engine.kill(id, signal).await?,
        Action::RestartContainer { grace, .. } => repeat(|_| engine.restart(id, *grace)).await?,
        Action::RemoveContainer { removal, .. } => {
            let with_volumes = *removal != Removal::KeepVolumes;
            repeat(|_| engine.remove(id, with_volumes)).await?;
        }
        Action::RenameContainer { to, .. } => {
            repeat(|attempt| async move {
                match engine.rename(id, to).await {
                    Err(error) if attempt > 1 && error.kind == ErrorKind::NameInUse => Ok(()),
                    result => result,
                }
            })
            .await?;
        }
        Action::Await { .. } => {}
    }
    Ok(None)
}

/// Creates a container; when the answer to an earlier attempt was lost, the container that it
/// made is recognised by name and hash.
async fn create<E: Engine>(engine: &E, name: &str, spec: &ContainerSpec) -> Result<String> {
    repeat(|attempt| async move {
        match engine.create_container(name, spec).await {
            Err(error) if attempt > 1 && error.kind == ErrorKind::NameInUse => {
                let there = engine.inspect(name).await?;
                let hash = |labels: &std::collections::BTreeMap<String, String>| {
                    labels.get(labels::HASH).cloned()
                };
                let is_ours = hash(&there.details.spec.labels) == hash(&spec.labels);
                if is_ours { Ok(there.id) } else { Err(error) }
            }
            result => result,
        }
    })
    .await
}

/// Follows a pull or a build and passes its lines on.
async fn follow(
    mut lines: BoxStream<'static, Result<crate::capability::ImageProgress>>,
    node: &Node,
    gates: &GateContext,
) -> Result<()> {
    loop {
        let line = tokio::select! {
            line = lines.next() => line,
            () = gates.cancel.cancelled() => {
                let operation = format!("{} {}", node.action.verb(), node.address);
                return Err(EngineError::new(ErrorKind::Interrupted, operation, "interrupted"));
            }
        };
        let Some(line) = line else { return Ok(()) };
        let message = line?.message;
        let address = node.address.clone();
        gates.emit(|at| Event::NodeProgress { at, node: node.id, address, message });
    }
}
