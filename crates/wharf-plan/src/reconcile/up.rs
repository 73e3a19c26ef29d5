//! `up`: everything selected runs as described.

use super::containers;
use super::gates::{Gates, Standing, final_gates};
use super::images::ImageOptions;
use super::{preflight, resources};
use crate::desired::{Dependencies, Desired, DesiredService};
use crate::{Action, Address, Cause, Edge, NodeId, Observed, Plan, PlanBuilder, Removal, Target};
use std::collections::{BTreeMap, BTreeSet};
use wharf_diag::codes::plan as codes;
use wharf_diag::{Diagnostic, Diagnostics, Span};

/// What the command line asks of `up`.
#[derive(Debug, Clone)]
pub struct UpOptions {
    /// Services; none is all.
    pub services: Vec<String>,
    /// Whether what they depend on comes along.
    pub dependencies: Dependencies,
    /// When containers are replaced.
    pub recreate: Recreate,
    /// Images; `up` itself only checks that they can be had, see `plan_images`.
    pub images: ImageOptions,
    /// `--scale`: replicas by service, over what the files say.
    pub scale: BTreeMap<String, u32>,
    /// Removes containers of services that the files do not have any more.
    pub remove_orphans: bool,
    /// What is waited for.
    pub readiness: Readiness,
    /// Gives replaced containers new anonymous volumes instead of the old ones.
    pub renew_anonymous_volumes: bool,
}

impl Default for UpOptions {
    fn default() -> Self {
        Self {
            services: Vec::new(),
            dependencies: Dependencies::Included,
            recreate: Recreate::WhenChanged,
            images: ImageOptions::default(),
            scale: BTreeMap::new(),
            remove_orphans: false,
            readiness: Readiness::Everything,
            renew_anonymous_volumes: false,
        }
    }
}

/// When a container that is there is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recreate {
    /// When what it was made from has changed.
    WhenChanged,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Everything that is selected.
    Everything,
    /// Only what other services depend on.
    Dependencies,
}

/// A plan and what should be said along with it.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What to do.
    pub plan: Plan,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// A plan in the making.
pub(super) struct Draft<'a> {
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
    pub(super) options: &'a UpOptions,
    pub(super) selection: BTreeSet<String>,
    /// Names of the project's containers by id.
    pub(super) identities: BTreeMap<String, String>,
    pub(super) nodes: PlanBuilder,
    pub(super) standing: BTreeMap<String, Vec<Standing>>,
    /// Services of which a container is created or replaced.
    pub(super) fresh: BTreeSet<String>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) problems: Diagnostics,
}

impl<'a> Draft<'a> {
    /// Starts a plan for what the options select.
    pub(super) fn new(
        desired: &'a Desired,
        observed: &'a Observed,
        options: &'a UpOptions,
    ) -> Self {
        let names = observed.containers.iter().map(|it| (it.id.clone(), it.name.clone()));
        Self {
            desired,
            observed,
            options,
            selection: desired.select(&options.services, options.dependencies),
            identities: names.collect(),
            nodes: PlanBuilder::default(),
            standing: BTreeMap::new(),
            fresh: BTreeSet::new(),
            warnings: Vec::new(),
            problems: Diagnostics::default(),
        }
    }

    /// The selected services, in the order of their dependencies.
    pub(super) fn selected(&self) -> impl Iterator<Item = &'a DesiredService> + use<'a> {
        let selection = self.selection.clone();
        let desired = self.desired;
        desired
            .in_order()
            .into_iter()
            .filter(move |name| selection.contains(*name))
            .filter_map(|name| desired.services.get(name))
    }

    /// Warns of a network or volume that has the wanted name and another owner.
    pub(super) fn warn_if_foreign(
        &mut self,
        kind: &str,
        name: &str,
        owner: Option<&String>,
        span: Option<Span>,
    ) {
        if owner == Some(&self.desired.project) {
            return;
        }
        let owner = owner.map_or_else(
            || "was not made by wharf or Docker Compose".to_owned(),
            |owner| format!("belongs to project `{owner}`"),
        );
        self.warnings.push(
            Diagnostic::warning(codes::FOREIGN_RESOURCE, format!("{kind} `{name}` {owner}"))
                .at(span, "used here")
                .note("wharf uses it as it is, and `down` will not remove it")
                .help(format!("say so with `external: true`, or give the {kind} another `name`")),
        );
    }
}

/// Plans `up`.
///
/// # Errors
/// Everything that stands in the way, all at once; nothing may be done then.
pub fn up(
    desired: &Desired,
    observed: &Observed,
    options: &UpOptions,
) -> Result<Proposal, Diagnostics> {
    let mut draft = Draft::new(desired, observed, options);
    preflight::check(&mut draft);
    if preflight::is_absurd(&draft) {
        return Err(draft.problems);
    }
    orphans(&mut draft);
    let networks = resources::networks(&mut draft);
    let volumes = resources::volumes(&mut draft);
    let mut gates = Gates::new();
    for service in draft.selected() {
        containers::service(&mut draft, &mut gates, service, &networks, &volumes);
    }
    if options.readiness == Readiness::Everything {
        final_gates(&mut draft, &mut gates);
    }
    if draft.problems.has_errors() {
        draft.problems.extend(draft.warnings);
        return Err(draft.problems);
    }
    Ok(Proposal { plan: draft.nodes.finish(&desired.project), warnings: draft.warnings })
}

/// Containers of services that the files do not have any more: removed when asked, else named.
fn orphans(draft: &mut Draft<'_>) {
    let desired = draft.desired;
    let is_orphan = |service: &String| {
        !desired.services.contains_key(service) && !desired.inactive.contains(service)
    };
    let orphans = draft
        .observed
        .containers
        .iter()
        .filter(|container| !container.is_one_off && is_orphan(&container.service));
    let mut names = Vec::new();
    for container in orphans {
        if !draft.options.remove_orphans {
            names.push(format!("`{}`", container.name));
            continue;
        }
        let address = Address::service(&container.service, container.number);
        remove(&mut draft.nodes, &address, container, &Cause::NotInFiles, &[]);
    }
    if !names.is_empty() {
        draft.warnings.push(
            Diagnostic::warning(
                codes::ORPHANS,
                format!("the compose files do not have the services of {}", names.join(", ")),
            )
            .note("these containers belong to the project and are left as they are")
            .help("remove them with `wharf up --remove-orphans`; their volumes stay"),
        );
    }
}

/// Adds the nodes that stop and remove a container; returns the last one.
pub(super) fn remove(
    nodes: &mut PlanBuilder,
    address: &Address,
    container: &crate::ObservedContainer,
    cause: &Cause,
    after: &[Edge],
) -> NodeId {
    let target = existing(container);
    let mut edges: Vec<Edge> = after.to_vec();
    if may_run(container) {
        let action = Action::StopContainer { target: target.clone(), grace: None };
        let stop = nodes.push(address.clone(), action, cause.clone(), edges.clone());
        edges.push(Edge::Success(stop));
    }
    let removal = if container.state == crate::ContainerState::Created {
        Removal::NeverStarted
    } else {
        Removal::KeepVolumes
    };
    let action = Action::RemoveContainer { target, removal };
    nodes.push(address.clone(), action, cause.clone(), edges)
}

/// Whether a process may be in it that wants a signal first.
pub(super) fn may_run(container: &crate::ObservedContainer) -> bool {
    use crate::ContainerState as State;
    matches!(container.state, State::Running | State::Restarting | State::Paused)
}

/// The container as a target.
pub(super) fn existing(container: &crate::ObservedContainer) -> Target {
    Target::Existing { id: container.id.clone(), name: container.name.clone() }
}
