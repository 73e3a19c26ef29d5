//! Containers of one service: create, replace, start, or leave.

use super::gates::{Gates, Standing, dependency_edges};
use super::preflight;
use super::resources::{Created, edges};
use super::up::{Draft, Recreate, existing, may_run, remove};
use super::verdict::verdict;
use crate::desired::DesiredService;
use crate::spec::{MountSource, MountSpec};
use crate::{
    Action, Address, Cause, ContainerSpec, ContainerState, Edge, Health, ImageConfig, NodeId,
    ObservedContainer, Target,
};
use std::collections::{BTreeMap, BTreeSet};
use wharf_diag::Diagnostic;
use wharf_diag::codes::plan as codes;

/// Everything that the containers of one service have in common.
struct Context<'a> {
    service: &'a DesiredService,
    /// What must be there before a container can be created.
    needs: Vec<Edge>,
    /// What must be so before a container may be started.
    hold: Vec<Edge>,
    /// Containers that it must not be older than, with the names of their services: those whose
    /// namespaces it shares, and for a one-shot service those that it works on.
    made_for: Vec<(String, Standing)>,
    /// A dependency with `restart: true` is new.
    restarts_with: Option<String>,
}

/// Plans the containers of one service.
pub(super) fn service<'a>(
    draft: &mut Draft<'a>,
    gates: &mut Gates,
    service: &'a DesiredService,
    networks: &Created,
    volumes: &Created,
) {
    let context = context(draft, gates, service, networks, volumes);
    let wanted = preflight::replicas(draft, service);
    let mut by_number: BTreeMap<u32, Vec<&'a ObservedContainer>> = BTreeMap::new();
    for container in draft.observed.replicas(&service.name) {
        by_number.entry(container.number).or_default().push(container);
    }
    let surplus = by_number.iter().filter(|(number, _)| !(1..=wanted).contains(*number));
    for container in surplus.flat_map(|(_, containers)| containers) {
        let address = Address::service(&service.name, container.number);
        remove(&mut draft.nodes, &address, container, &Cause::ScaledDown, &[]);
    }
    for number in 1..=wanted {
        let there = by_number.remove(&number).unwrap_or_default();
        let standing = replica(draft, &context, number, &there);
        draft.standing.entry(service.name.clone()).or_default().push(standing);
    }
}

fn context<'a>(
    draft: &mut Draft<'a>,
    gates: &mut Gates,
    service: &'a DesiredService,
    networks: &Created,
    volumes: &Created,
) -> Context<'a> {
    let mut needs = needs(service, networks, volumes);
    let mut hold = Vec::new();
    for (name, dependency) in &service.depends_on {
        if draft.selection.contains(name) {
            hold.extend(dependency_edges(draft, gates, name, dependency));
        }
    }
    let is_fresh = |name: &&String| draft.fresh.contains(*name);
    let mut made_for = Vec::new();
    for name in &service.shares_with {
        // Namespaces are those of the first replica.
        let first = draft.standing.get(name).into_iter().flatten().find(|it| it.number == 1);
        needs.extend(first.and_then(|it| it.started_by).map(Edge::Success));
        made_for.extend(first.map(|it| (name.clone(), it.clone())));
    }
    if service.is_one_shot {
        for name in service.depends_on.keys() {
            let all = draft.standing.get(name).into_iter().flatten();
            made_for.extend(all.map(|it| (name.clone(), it.clone())));
        }
        // Created behind them, so that ages tell later whether it has seen them.
        needs.extend(made_for.iter().filter_map(|(_, it)| it.made_by()).map(Edge::End));
    }
    Context {
        service,
        needs,
        hold,
        made_for,
        restarts_with: service
            .depends_on
            .iter()
            .filter(|(_, dependency)| dependency.restart)
            .map(|(name, _)| name)
            .find(is_fresh)
            .cloned(),
    }
}

/// What must be there before a container of the service can be created.
pub(super) fn needs(service: &DesiredService, networks: &Created, volumes: &Created) -> Vec<Edge> {
    let joined = service.template.networks.iter().map(|it| &it.network);
    let mut needs: Vec<Edge> = edges(networks, joined).collect();
    let mounted = service.template.mounts.iter().filter_map(|mount| match &mount.source {
        MountSource::Volume { name, .. } => Some(name),
        _ => None,
    });
    needs.extend(edges(volumes, mounted));
    needs
}

fn replica(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    number: u32,
    there: &[&ObservedContainer],
) -> Standing {
    let spec = context.service.container(&draft.desired.project, number);
    let address = Address::service(&context.service.name, number);
    let choice = choose(draft, context, &spec, there);
    let leftovers: Vec<Edge> = choice
        .leftovers
        .iter()
        .map(|container| {
            let hold = if may_run(container) { context.hold.as_slice() } else { &[] };
            let cause = Cause::Leftover;
            Edge::Success(remove(&mut draft.nodes, &address, container, &cause, hold))
        })
        .collect();
    match (choice.kept, choice.cause) {
        (None, _) => create(draft, context, number, spec),
        (Some(container), Some(cause)) => {
            draft.fresh.insert(context.service.name.clone());
            replace(draft, context, number, spec, container, &cause, &leftovers)
        }
        (Some(container), None) => keep(draft, context, number, &spec, container, leftovers),
    }
}

/// What to do with the containers that have the same number.
struct Choice<'a> {
    /// The one that is kept or replaced.
    kept: Option<&'a ObservedContainer>,
    /// Why it is replaced; `None` when it is kept.
    cause: Option<Cause>,
    /// The others: an earlier run was cut off while it replaced one by the other.
    leftovers: Vec<&'a ObservedContainer>,
}

fn choose<'a>(
    draft: &Draft<'_>,
    context: &Context<'_>,
    spec: &ContainerSpec,
    there: &[&'a ObservedContainer],
) -> Choice<'a> {
    let mut judged: Vec<_> = there
        .iter()
        .map(|container| (*container, cause_to_replace(draft, context, spec, container)))
        .collect();
    // First what may be kept, then what runs, then what has the final name, then the newest.
    judged.sort_by_key(|(container, cause)| {
        (
            cause.is_some(),
            !container.state.is_running(),
            container.name != spec.name,
            std::cmp::Reverse(container.created),
            container.id.clone(),
        )
    });
    let mut judged = judged.into_iter();
    let (kept, cause) = judged.next().map_or((None, None), |(it, cause)| (Some(it), cause));
    Choice { kept, cause, leftovers: judged.map(|(container, _)| container).collect() }
}

fn cause_to_replace(
    draft: &Draft<'_>,
    context: &Context<'_>,
    spec: &ContainerSpec,
    container: &ObservedContainer,
) -> Option<Cause> {
    let newer = context.made_for.iter().find(|(_, it)| it.is_newer_than(container));
    let outdated = newer.map(|(name, _)| Cause::DependencyReplaced { service: name.clone() });
    let shares = |name: &String| context.service.shares_with.contains(name);
    match draft.options.recreate {
        // What shares a namespace that is gone cannot go on.
        Recreate::Never => outdated.filter(|_| newer.is_some_and(|(name, _)| shares(name))),
        Recreate::Always => Some(Cause::Requested),
        Recreate::WhenChanged => {
            verdict(container, context.service, spec, draft.observed, &draft.identities)
                .or(outdated)
        }
    }
}

fn create(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    number: u32,
    spec: ContainerSpec,
) -> Standing {
    draft.fresh.insert(context.service.name.clone());
    let address = Address::service(&context.service.name, number);
    let name = spec.name.clone();
    let made = make(draft, &address, name, spec, &Cause::NotFound, context.needs.clone());
    let after = made.ready.into_iter().chain(context.hold.iter().copied());
    let target = Target::Created(made.created);
    let action = Action::StartContainer { target: target.clone() };
    let start = draft.nodes.push(address, action, Cause::NotFound, after);
    Standing::of_new(number, target, start)
}

/// Nodes that make a container.
pub(super) struct Made {
    created: NodeId,
    /// What must be done before it may be started.
    ready: Vec<Edge>,
}

/// Adds the nodes that make a container, everything but its start.
pub(super) fn make(
    draft: &mut Draft<'_>,
    address: &Address,
    name: String,
    spec: ContainerSpec,
    cause: &Cause,
    needs: Vec<Edge>,
) -> Made {
    let (networks, files) = (spec.networks.clone(), spec.files.clone());
    let action = Action::CreateContainer { name, spec: Box::new(spec) };
    let created = draft.nodes.push(address.clone(), action, cause.clone(), needs);
    let target = Target::Created(created);
    let mut last = Edge::Success(created);
    // One after the other, so that the order of a container's networks is the wanted one.
    for attachment in networks.into_iter().skip(1) {
        let action = Action::ConnectNetwork { target: target.clone(), attachment };
        last = Edge::Success(draft.nodes.push(address.clone(), action, cause.clone(), [last]));
    }
    if !files.is_empty() {
        let action = Action::UploadFiles { target, files };
        last = Edge::Success(draft.nodes.push(address.clone(), action, cause.clone(), [last]));
    }
    Made { created, ready: vec![last] }
}

/// Makes the new container first, under a passing name, so that nothing is stopped for a
/// container that cannot be made; then stop, remove, rename, start. A run that is cut off
/// between any two of these is taken up again where it stopped.
fn replace(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    number: u32,
    mut spec: ContainerSpec,
    old: &ObservedContainer,
    cause: &Cause,
    leftovers: &[Edge],
) -> Standing {
    let address = Address::service(&context.service.name, number);
    if !draft.options.renew_anonymous_volumes {
        let image = draft.observed.images.get(&spec.image).and_then(|it| it.config.as_ref());
        carry_volumes(&mut spec, old, image);
    }
    let final_name = spec.name.clone();
    let passing_name = format!("{}_{final_name}", old.id.chars().take(12).collect::<String>());
    let name = if old.name == final_name { passing_name } else { final_name.clone() };
    let needs = context.needs.iter().chain(leftovers).copied().collect();
    let made = make(draft, &address, name.clone(), spec, cause, needs);
    let target = Target::Created(made.created);
    let after: Vec<Edge> = made.ready.into_iter().chain(context.hold.iter().copied()).collect();
    let removed = remove(&mut draft.nodes, &address, old, cause, &after);
    let mut before_start = vec![Edge::Success(removed)];
    if name != final_name {
        let action = Action::RenameContainer { target: target.clone(), to: final_name };
        let renamed = draft.nodes.push(address.clone(), action, cause.clone(), before_start);
        before_start = vec![Edge::Success(renamed)];
    }
    before_start.extend(after);
    let action = Action::StartContainer { target: target.clone() };
    let start = draft.nodes.push(address, action, cause.clone(), before_start);
    Standing::of_new(number, target, start)
}

/// The new container gets the anonymous volumes of the old one wherever it would get new ones;
/// while it is not known what its image declares, wherever nothing else is mounted.
fn carry_volumes(spec: &mut ContainerSpec, old: &ObservedContainer, image: Option<&ImageConfig>) {
    let is_anonymous = |mount: &MountSpec| mount.source == MountSource::Anonymous;
    let asked: BTreeSet<String> =
        spec.mounts.iter().filter(|it| is_anonymous(it)).map(|it| it.target.clone()).collect();
    let is_wanted = |target: &String| {
        asked.contains(target) || image.is_none_or(|image| image.volumes.contains(target))
    };
    let named: BTreeSet<String> = spec
        .mounts
        .iter()
        .filter(|mount| !is_anonymous(mount))
        .map(|mount| mount.target.clone())
        .chain(spec.tmpfs.keys().cloned())
        .collect();
    for mount in &old.mounts {
        let Some(volume) = mount.volume.as_ref().filter(|name| is_generated(name)) else {
            continue;
        };
        if named.contains(&mount.target) || !is_wanted(&mount.target) {
            continue;
        }
        let is_read_only =
            spec.mounts.iter().find(|it| it.target == mount.target).is_some_and(|it| it.read_only);
        spec.mounts.retain(|it| it.target != mount.target);
        spec.mounts.push(MountSpec {
            source: MountSource::Volume { name: volume.clone(), nocopy: false, subpath: None },
            target: mount.target.clone(),
            read_only: is_read_only,
        });
    }
}

/// Names that an engine gives to anonymous volumes: 64 hexadecimal digits.
pub(super) fn is_generated(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn keep(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    number: u32,
    spec: &ContainerSpec,
    container: &ObservedContainer,
    leftovers: Vec<Edge>,
) -> Standing {
    let address = Address::service(&context.service.name, number);
    let target = existing(container);
    let mut before_start = leftovers;
    if container.name != spec.name {
        let action = Action::RenameContainer { target: target.clone(), to: spec.name.clone() };
        let after = before_start.clone();
        let id = draft.nodes.push(address.clone(), action, Cause::Leftover, after);
        before_start.push(Edge::Success(id));
    }
    if container.state == ContainerState::Created && !spec.files.is_empty() {
        let files = spec.files.clone();
        let action = Action::UploadFiles { target: target.clone(), files };
        let id = draft.nodes.push(address.clone(), action, Cause::Leftover, []);
        before_start.push(Edge::Success(id));
    }
    before_start.extend(context.hold.iter().copied());
    if container.state == ContainerState::Created {
        // A run that was cut off made it; what depends on it has not seen it run.
        draft.fresh.insert(context.service.name.clone());
    }
    let started_by = match container.state {
        ContainerState::Running | ContainerState::Restarting => {
            restart(draft, context, &address, container, before_start)
        }
        ContainerState::Paused => {
            draft.warnings.push(paused(&container.name));
            None
        }
        _ if stays_completed(context, container) => None,
        _ => {
            let action = Action::StartContainer { target: target.clone() };
            Some(draft.nodes.push(address, action, Cause::NotRunning, before_start))
        }
    };
    if started_by.is_none() {
        draft.nodes.keep();
    }
    // What somebody has paused is not waited for.
    let is_paused = container.state == ContainerState::Paused;
    let stands = started_by.is_none() && (is_paused || container.state.is_running());
    Standing {
        number,
        target,
        started_by,
        is_ready: stands && (is_paused || matches!(container.health, None | Some(Health::Healthy))),
        is_healthy: stands && (is_paused || container.health == Some(Health::Healthy)),
        is_completed: started_by.is_none() && stays_completed(context, container),
        created: Some(container.created),
    }
}

/// `depends_on.restart`: a running container is restarted when its dependency is a new one.
fn restart(
    draft: &mut Draft<'_>,
    context: &Context<'_>,
    address: &Address,
    container: &ObservedContainer,
    after: Vec<Edge>,
) -> Option<NodeId> {
    let service =
        context.restarts_with.clone().or_else(|| newer_than_start(draft, context, container))?;
    let action = Action::RestartContainer { target: existing(container), grace: None };
    let cause = Cause::DependencyReplaced { service };
    Some(draft.nodes.push(address.clone(), action, cause, after))
}

/// A dependency with `restart: true` that is younger than the container's last start: a run was
/// cut off after it had replaced the one and before it restarted the other.
fn newer_than_start(
    draft: &Draft<'_>,
    context: &Context<'_>,
    container: &ObservedContainer,
) -> Option<String> {
    let started = container.started_at? / 1000;
    let is_newer = |name: &&String| {
        let standing = draft.standing.get(*name).into_iter().flatten();
        standing.filter_map(|it| it.created).any(|created| created > started)
    };
    let restarting = context.service.depends_on.iter().filter(|(_, it)| it.restart);
    restarting.map(|(name, _)| name).find(is_newer).cloned()
}

/// A one-shot service that has done its work is not run again; when what it worked on is new, it
/// was replaced before it came to this.
fn stays_completed(context: &Context<'_>, container: &ObservedContainer) -> bool {
    context.service.is_one_shot && container.state == (ContainerState::Exited { code: 0 })
}

fn paused(name: &str) -> Diagnostic {
    Diagnostic::warning(codes::PAUSED, format!("container `{name}` is paused and stays so"))
        .help(format!("let it go on with `docker unpause {name}`"))
}
