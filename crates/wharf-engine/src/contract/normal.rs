//! The form in which a specification comes back from an engine.

use wharf_compose::model::RestartPolicy;
use wharf_plan::spec::{ContainerSpec, HealthSpec, MountSource, MountSpec, PortSpec};
use wharf_plan::{ImageConfig, Secret};

/// What `inspect` says of a container that was created from `wanted`: the image's declarations
/// merged in as engines do, lists without order sorted, and only what was asked for where an
/// engine adds something of its own.
pub fn as_inspected(wanted: &ContainerSpec, image: &ImageConfig) -> ContainerSpec {
    let mut spec = wanted.clone();
    spec.platform = None;
    spec.files = Vec::new();
    spec.entrypoint = Some(wanted.entrypoint.clone().unwrap_or_else(|| image.entrypoint.clone()));
    spec.command = Some(match (&wanted.command, &wanted.entrypoint) {
        (Some(command), _) => command.clone(),
        (None, Some(_)) => Vec::new(),
        (None, None) => image.command.clone(),
    });
    for (name, value) in &image.env {
        spec.env.entry(name.clone()).or_insert_with(|| Some(Secret::new(value)));
    }
    spec.env.retain(|_, value| value.is_some());
    for (name, value) in &image.labels {
        spec.labels.entry(name.clone()).or_insert_with(|| value.clone());
    }
    spec.exposed.extend(wanted.ports.iter().map(PortSpec::key));
    spec.exposed.extend(image.exposed.iter().cloned());
    sort(&mut spec.exposed);
    spec.ports.sort();
    spec.mounts.extend(implied_mounts(wanted, image));
    spec.mounts.sort_by(|left, right| left.target.cmp(&right.target));
    spec.healthcheck = health(wanted.healthcheck.as_ref(), image.healthcheck.as_ref());
    spec.restart = wanted.restart.filter(|policy| *policy != RestartPolicy::No);
    let declared = |text: &String| (!text.is_empty()).then(|| text.clone());
    spec.user = wanted.user.clone().or_else(|| declared(&image.user));
    spec.working_dir = wanted.working_dir.clone().or_else(|| declared(&image.working_dir));
    spec.stop_signal = wanted.stop_signal.clone().or_else(|| image.stop_signal.clone());
    spec
}

fn implied_mounts(wanted: &ContainerSpec, image: &ImageConfig) -> Vec<MountSpec> {
    let is_free = |path: &&String| wanted.mounts.iter().all(|mount| mount.target != **path);
    let implied = image.volumes.iter().filter(is_free).map(|path| MountSpec {
        source: MountSource::Anonymous,
        target: path.clone(),
        read_only: false,
    });
    implied.collect()
}

fn health(wanted: Option<&HealthSpec>, image: Option<&HealthSpec>) -> Option<HealthSpec> {
    let (Some(wanted), Some(image)) = (wanted, image) else {
        return wanted.or(image).cloned();
    };
    Some(HealthSpec {
        test: wanted.test.clone().or_else(|| image.test.clone()),
        interval: wanted.interval.or(image.interval),
        timeout: wanted.timeout.or(image.timeout),
        retries: wanted.retries.or(image.retries),
        start_period: wanted.start_period.or(image.start_period),
        start_interval: wanted.start_interval.or(image.start_interval),
    })
}

fn sort(list: &mut Vec<String>) {
    list.sort();
    list.dedup();
}
