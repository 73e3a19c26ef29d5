//! `run`: one more container of a service, with another command, for as long as it takes.

use super::up::{Draft, Proposal, UpOptions};
use super::{containers, preflight, resources};
use crate::desired::{Dependencies, Desired, DesiredService};
use crate::{
    Action, Address, Cause, ContainerSpec, Edge, Observed, Plan, PlanBuilder, Removal, Secret,
    Target, labels,
};
use std::collections::BTreeMap;
use wharf_diag::Diagnostics;

/// What the command line changes on the service's container.
#[derive(Debug, Clone, Default)]
pub struct OneOff {
    /// Name of the service.
    pub service: String,
    /// Random part of the container's name; given by the caller, since planning is deterministic.
    pub slug: String,
    /// Name of the container; `None` is `<project>-<service>-run-<slug>`.
    pub name: Option<String>,
    /// Replaces the command.
    pub command: Option<Vec<String>>,
    /// Replaces the entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Further variables.
    pub env: BTreeMap<String, Secret>,
    /// Replaces the user.
    pub user: Option<String>,
    /// Replaces the folder to start in.
    pub working_dir: Option<String>,
    /// Publishes the service's ports.
    pub publishes_ports: bool,
    /// Allocates a terminal.
    pub tty: bool,
    /// Keeps standard input open.
    pub stdin: bool,
}

/// Plans the container of a `run` up to the moment before its start, and what it needs: networks
/// and volumes. The name of the container is given back.
///
/// # Errors
/// What stands in the way.
pub fn one_off(
    desired: &Desired,
    observed: &Observed,
    wish: &OneOff,
) -> Result<(Proposal, String), Diagnostics> {
    let options = UpOptions {
        services: vec![wish.service.clone()],
        dependencies: Dependencies::Excluded,
        ..UpOptions::default()
    };
    let mut draft = Draft::new(desired, observed, &options);
    preflight::unknown_services(&mut draft);
    let Some(service) = desired.services.get(&wish.service) else { return Err(draft.problems) };
    let networks = resources::networks(&mut draft);
    let volumes = resources::volumes(&mut draft);
    let needs = containers::needs(service, &networks, &volumes);
    let spec = spec(desired, service, wish);
    let name = spec.name.clone();
    let address = Address::Container(name.clone());
    containers::make(&mut draft, &address, name.clone(), spec, &Cause::Requested, needs);
    if draft.problems.has_errors() {
        return Err(draft.problems);
    }
    let plan = draft.nodes.finish(&desired.project);
    Ok((Proposal { plan, warnings: draft.warnings }, name))
}

/// Plans the removal of a container of `run`, with its own grace when it still runs; its own
/// anonymous volumes go with it, as they do for `docker run --rm`.
pub fn remove_one_off(project: &str, id: &str, name: &str, is_running: bool) -> Plan {
    let mut nodes = PlanBuilder::default();
    let address = Address::Container(name.to_owned());
    let target = Target::Existing { id: id.to_owned(), name: name.to_owned() };
    let mut stopped = Vec::new();
    if is_running {
        let action = Action::StopContainer { target: target.clone(), grace: None };
        stopped.push(Edge::End(nodes.push(address.clone(), action, Cause::Requested, [])));
    }
    let action = Action::RemoveContainer { target, removal: Removal::WithVolumes };
    nodes.push(address, action, Cause::Requested, stopped);
    nodes.finish(project)
}

fn spec(desired: &Desired, service: &DesiredService, wish: &OneOff) -> ContainerSpec {
    let mut spec = service.template.clone();
    let generated = format!("{}-{}-run-{}", desired.project, wish.service, wish.slug);
    spec.name = wish.name.clone().unwrap_or(generated);
    if let Some(entrypoint) = &wish.entrypoint {
        spec.entrypoint = Some(entrypoint.clone());
        spec.command = None;
    }
    if let Some(command) = &wish.command {
        spec.command = Some(command.clone());
    }
    spec.env.extend(wish.env.iter().map(|(name, value)| (name.clone(), Some(value.clone()))));
    spec.user = wish.user.clone().or(spec.user);
    spec.working_dir = wish.working_dir.clone().or(spec.working_dir);
    if !wish.publishes_ports {
        spec.ports.clear();
    }
    // It must not answer for the service, and the engine must not bring it back.
    for network in &mut spec.networks {
        network.aliases.clear();
        network.ipv4_address = None;
        network.ipv6_address = None;
    }
    spec.restart = None;
    spec.tty = wish.tty;
    spec.stdin_open = wish.stdin;
    for (label, value) in [
        (labels::ONE_OFF, "True"),
        (labels::SLUG, &wish.slug),
        (labels::COMPOSE_HASH, &service.hash),
    ] {
        spec.labels.insert(label.to_owned(), value.to_owned());
    }
    spec
}
