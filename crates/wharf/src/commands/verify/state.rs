//! Checks of what the engine says: services, restarts, images, volumes.

use super::{failed, passed};
use crate::failure::Failure;
use crate::session::Connected;
use jiff::Timestamp;
use wharf_engine::capability::Containers;
use wharf_plan::{ContainerState, Desired, Health, Observed, ObservedContainer, labels};
use wharf_term::checks::Check;

/// How long, in milliseconds, a container has to run after a restart to count as steady.
const STEADY: i64 = 60_000;

/// Every service has the wanted number of containers, each running and healthy, or completed.
pub(super) async fn services(
    connected: &Connected,
    desired: &Desired,
    observed: &Observed,
) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for (name, service) in &desired.services {
        let subject = format!("service {name}");
        let there: Vec<_> = observed.replicas(name).collect();
        // `--scale` may have made it another number; fewer than one is what is wrong.
        if there.is_empty() && service.replicas > 0 {
            checks.push(failed(subject, "has no container", format!("wharf up {name}")));
            continue;
        }
        for it in there {
            checks.push(container(service.is_one_shot, it, is_well(connected, it).await?));
        }
    }
    Ok(checks)
}

/// What its own health command says, where the engine has not asked it yet.
async fn is_well(connected: &Connected, container: &ObservedContainer) -> Result<bool, Failure> {
    match (container.state, container.health) {
        (ContainerState::Running, Some(Health::Starting)) => {
            Ok(wharf_engine::is_well(&*connected.engine, &container.id).await?)
        }
        _ => Ok(false),
    }
}

fn container(is_one_shot: bool, container: &ObservedContainer, is_well: bool) -> Check {
    let service = &container.service;
    let subject = format!("service {service}-{}", container.number);
    let up = format!("wharf up {service}");
    let logs = format!("wharf logs {service}");
    match (container.state, container.health) {
        (ContainerState::Running, Some(Health::Healthy)) => passed(subject, "healthy"),
        (ContainerState::Running, None) => passed(subject, "running, without a health check"),
        (ContainerState::Running, Some(Health::Starting)) if is_well => {
            passed(subject, "healthy, asked now")
        }
        (ContainerState::Running, Some(Health::Starting)) => {
            failed(subject, "not healthy yet", format!("wharf up {service}   # waits for it"))
        }
        (ContainerState::Running, Some(Health::Unhealthy)) => failed(subject, "unhealthy", logs),
        (ContainerState::Exited { code: 0 }, _) if is_one_shot => passed(subject, "completed"),
        (ContainerState::Exited { code }, _) => {
            failed(subject, format!("ended with exit code {code}"), format!("{logs}; {up}"))
        }
        (state, _) => failed(subject, state.as_str(), format!("{logs}; {up}")),
    }
}

/// No container is restarted by the engine again and again.
pub(super) async fn restarts(
    connected: &Connected,
    observed: &Observed,
) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for container in observed.containers.iter().filter(|it| !it.is_one_off) {
        let report = connected.engine.state(&container.id).await?;
        let subject = format!("restarts of {}-{}", container.service, container.number);
        let runs_for = Timestamp::now().as_millisecond() - report.started_at;
        let is_steady = container.state.is_running() && runs_for > STEADY;
        checks.push(match report.restart_count {
            0 => passed(subject, "none"),
            count if is_steady => passed(subject, format!("{count}, and steady since")),
            count => failed(
                subject,
                format!("the engine has restarted it {count} times, the last time just now"),
                format!("wharf logs {}", container.service),
            ),
        });
    }
    Ok(checks)
}

/// Every container runs the image that the file names, as it is on the engine now.
pub(super) fn images(desired: &Desired, observed: &Observed) -> Vec<Check> {
    let containers = observed.containers.iter().filter(|it| !it.is_one_off);
    containers
        .filter_map(|container| {
            let service = desired.services.get(&container.service)?;
            let reference = &service.template.image;
            let subject = format!("image of {}-{}", container.service, container.number);
            let up = format!("wharf up {}", container.service);
            let hash = container.labels.get(labels::HASH);
            Some(match observed.images.get(reference) {
                None => failed(subject, format!("{reference} is not on the engine"), up),
                Some(image) if image.id != container.image_id => {
                    failed(subject, format!("not the present {reference}"), up)
                }
                Some(_) if hash.is_some_and(|hash| *hash != service.hash) => {
                    failed(subject, "the container is not made as the file says", "wharf plan")
                }
                Some(_) => passed(subject, reference.clone()),
            })
        })
        .collect()
}

/// Every volume of the project is there.
pub(super) fn volumes(desired: &Desired, observed: &Observed) -> Vec<Check> {
    let used = |key: &String| desired.services.values().any(|it| it.volumes.contains(key));
    let volumes = desired.volumes.iter().filter(|(key, _)| used(key));
    volumes
        .map(|(key, volume)| {
            let subject = format!("volume {key}");
            match observed.volumes.get(&volume.spec.name) {
                Some(_) => passed(subject, volume.spec.name.clone()),
                None => failed(subject, format!("{} is not there", volume.spec.name), "wharf up"),
            }
        })
        .collect()
}
