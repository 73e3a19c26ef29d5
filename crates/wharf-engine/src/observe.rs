//! Reads what is there, by labels.

use crate::capability::Engine;
use crate::{ErrorKind, Result};
use futures_util::future::{try_join_all, try_join4};
use std::collections::{BTreeMap, BTreeSet};
use wharf_plan::{
    ContainerDetails, ForeignContainer, Observed, ObservedContainer, ObservedImage, labels,
};

/// What an observation is for.
#[derive(Debug, Clone, Default)]
pub struct ObserveRequest {
    /// Name of the project.
    pub project: String,
    /// References of images that a plan will ask about.
    pub images: BTreeSet<String>,
    /// Which containers are inspected.
    pub inspect: Inspect,
}

/// Which containers are inspected (two requests each).
#[derive(Debug, Clone, Default)]
pub enum Inspect {
    /// None: states and labels are enough.
    #[default]
    Nothing,
    /// Those of these services whose hash label is not the given one.
    WhereHashDiffers(BTreeMap<String, String>),
}

/// Reads containers, networks, volumes and images at once.
pub async fn observe<E: Engine>(engine: &E, request: &ObserveRequest) -> Result<Observed> {
    let images = find_images(engine, &request.images);
    let (containers, networks, volumes, images) =
        try_join4(engine.list(), engine.networks(), engine.volumes(), images).await?;
    let is_own = |container: &ObservedContainer| {
        container.labels.get(labels::PROJECT) == Some(&request.project)
    };
    let (mut own, others): (Vec<_>, Vec<_>) = containers.into_iter().partition(is_own);
    own.sort_by(|a, b| (&a.service, a.number, &a.name).cmp(&(&b.service, b.number, &b.name)));
    inspect(engine, &mut own, &request.inspect).await?;
    if !matches!(request.inspect, Inspect::Nothing) {
        read_starts(engine, &mut own).await?;
    }
    let foreign = others
        .into_iter()
        .map(|it| ForeignContainer {
            project: it.labels.get(labels::PROJECT).cloned(),
            name: it.name,
            ports: it.ports,
        })
        .collect();
    Ok(Observed { containers: own, foreign, networks, volumes, images })
}

async fn find_images<E: Engine>(
    engine: &E,
    references: &BTreeSet<String>,
) -> Result<BTreeMap<String, ObservedImage>> {
    let found = references.iter().map(|reference| async move {
        let image = engine.find_image(reference).await?;
        Ok(image.map(|image| (reference.clone(), image)))
    });
    Ok(try_join_all(found).await?.into_iter().flatten().collect())
}

async fn inspect<E: Engine>(
    engine: &E,
    containers: &mut [ObservedContainer],
    what: &Inspect,
) -> Result<()> {
    let Inspect::WhereHashDiffers(hashes) = what else { return Ok(()) };
    let differs = |container: &ObservedContainer| {
        let wanted = hashes.get(&container.service);
        !container.is_one_off
            && wanted.is_some_and(|wanted| container.labels.get(labels::HASH) != Some(wanted))
    };
    let details = containers.iter().filter(|it| differs(it)).map(|container| async move {
        let details = details(engine, &container.id).await?;
        Ok((container.id.clone(), details))
    });
    let mut details: BTreeMap<_, _> = try_join_all(details).await?.into_iter().collect();
    for container in containers {
        container.details = details.remove(&container.id).flatten().map(Box::new);
    }
    Ok(())
}

/// A container that went away between listing and inspecting has no details.
async fn details<E: Engine>(engine: &E, id: &str) -> Result<Option<ContainerDetails>> {
    match engine.inspect(id).await {
        Ok(report) => Ok(Some(report.details)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Lists do not say when a container was started. It matters where a dependency that restarts it
/// is the younger one: a run may have been cut off between the two.
async fn read_starts<E: Engine>(engine: &E, containers: &mut [ObservedContainer]) -> Result<()> {
    let is_younger = |dependency: &str, than: &ObservedContainer| {
        containers.iter().any(|it| it.service == dependency && it.created >= than.created)
    };
    let is_in_doubt = |container: &&ObservedContainer| {
        container.state.is_running()
            && restarting(container).any(|dependency| is_younger(dependency, container))
    };
    let starts = containers.iter().filter(is_in_doubt).map(|container| async move {
        match engine.state(&container.id).await {
            Ok(report) => Ok((container.id.clone(), Some(report.started_at))),
            Err(error) if error.kind == ErrorKind::NotFound => Ok((container.id.clone(), None)),
            Err(error) => Err(error),
        }
    });
    let starts: BTreeMap<_, _> = try_join_all(starts).await?.into_iter().collect();
    for container in containers {
        container.started_at = starts.get(&container.id).copied().flatten();
    }
    Ok(())
}

/// Services whose replacement restarts a container, by its label: `name:condition:restart`.
fn restarting(container: &ObservedContainer) -> impl Iterator<Item = &str> {
    let label = container.labels.get(labels::DEPENDS_ON).map_or("", String::as_str);
    let entries = label.split(',').filter_map(|entry| entry.split_once(':'));
    entries.filter(|(_, rest)| rest.ends_with(":true")).map(|(name, _)| name)
}
