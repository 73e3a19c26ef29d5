//! Images: pulled or built by a plan of their own, before the containers.

use crate::desired::{Desired, DesiredService};
use crate::{Action, Address, Cause, Observed, Plan, PlanBuilder};
use std::collections::BTreeSet;
use wharf_compose::model::PullPolicy;

/// What the command line says of images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageOptions {
    /// `--build`: builds what can be built, whether it is there or not.
    pub build: bool,
    /// `--pull always|missing|never`, over what the services say.
    pub pull: Option<PullPolicy>,
}

/// Plans the images of the selected services: what is missing, and what is to be got anew. It
/// comes before the plan of the containers, so that nothing is stopped or started for an image
/// that cannot be had, and so that it is known which containers have another image afterwards.
pub fn plan_images(
    desired: &Desired,
    observed: &Observed,
    selected: &BTreeSet<String>,
    options: ImageOptions,
) -> Plan {
    let mut nodes = PlanBuilder::default();
    let mut planned = BTreeSet::new();
    for name in desired.in_order().into_iter().filter(|name| selected.contains(*name)) {
        if let Some(service) = desired.services.get(name) {
            image(&mut nodes, &mut planned, desired, service, observed, options);
        }
    }
    nodes.finish(&desired.project)
}

/// Plans the builds of the selected services, whether their images are there or not.
pub fn plan_builds(desired: &Desired, observed: &Observed, selected: &BTreeSet<String>) -> Plan {
    let mut nodes = PlanBuilder::default();
    let mut planned = BTreeSet::new();
    let options = ImageOptions { build: true, pull: Some(PullPolicy::Never) };
    for name in desired.in_order().into_iter().filter(|name| selected.contains(*name)) {
        if let Some(service) = desired.services.get(name).filter(|it| it.build.is_some()) {
            image(&mut nodes, &mut planned, desired, service, observed, options);
        }
    }
    nodes.finish(&desired.project)
}

/// Adds the action that gets a service's image, once per image.
fn image(
    nodes: &mut PlanBuilder,
    planned: &mut BTreeSet<String>,
    desired: &Desired,
    service: &DesiredService,
    observed: &Observed,
    options: ImageOptions,
) {
    let reference = &service.template.image;
    let is_there = observed.images.contains_key(reference);
    let Some(action) = action(builder_of(desired, service), is_there, options) else { return };
    if planned.insert(reference.clone()) {
        let cause = if is_there {
            Cause::Requested
        } else {
            Cause::NeededBy { service: service.name.clone() }
        };
        nodes.push(Address::Image(reference.clone()), action, cause, []);
    }
}

/// An image that one service builds is not pulled for another one that only names it.
fn builder_of<'a>(desired: &'a Desired, service: &'a DesiredService) -> &'a DesiredService {
    let builds_it =
        |it: &&DesiredService| it.build.is_some() && it.template.image == service.template.image;
    if service.build.is_some() {
        return service;
    }
    desired.services.values().find(builds_it).unwrap_or(service)
}

fn action(service: &DesiredService, is_there: bool, options: ImageOptions) -> Option<Action> {
    let policy = options.pull.unwrap_or(service.pull_policy);
    if let Some(build) = &service.build {
        let is_wanted = options.build || service.pull_policy == PullPolicy::Build || !is_there;
        return is_wanted.then(|| Action::BuildImage(Box::new(build.clone())));
    }
    let is_wanted = match policy {
        PullPolicy::Always => true,
        PullPolicy::Never => false,
        PullPolicy::Missing | PullPolicy::Build => !is_there,
    };
    is_wanted.then(|| Action::PullImage {
        reference: service.template.image.clone(),
        platform: service.template.platform.clone(),
    })
}
