//! Whether a container is what is wanted.

use crate::changes::changes;
use crate::desired::DesiredService;
use crate::{Cause, Change, ContainerSpec, ContainerState, Observed, ObservedContainer, labels};
use std::collections::BTreeMap;

/// Why a container must be replaced; `None` when it is what is wanted.
///
/// Equal hash labels settle it for everything but the image. Without them the container is
/// compared attribute by attribute; a container that was not inspected counts as equal, so the
/// observation must inspect every container whose label differs.
pub(super) fn verdict(
    container: &ObservedContainer,
    service: &DesiredService,
    spec: &ContainerSpec,
    observed: &Observed,
    identities: &BTreeMap<String, String>,
) -> Option<Cause> {
    if matches!(container.state, ContainerState::Dead | ContainerState::Removing) {
        return Some(Cause::Leftover);
    }
    let differences = differences(container, service, spec, identities);
    if !differences.is_empty() {
        return Some(Cause::Changed { changes: differences });
    }
    if let Some(image) = observed.images.get(&spec.image)
        && image.id != container.image_id
    {
        return Some(Cause::ImageChanged {
            from: short(&container.image_id),
            to: short(&image.id),
        });
    }
    missing_network(container, spec, observed)
}

fn differences(
    container: &ObservedContainer,
    service: &DesiredService,
    spec: &ContainerSpec,
    identities: &BTreeMap<String, String>,
) -> Vec<Change> {
    let has_label = |name: &str, value: Option<&String>| container.labels.get(name) == value;
    if !has_label(labels::FILES_HASH, service.files_hash.as_ref()) {
        return vec![Change::Attribute { name: "secrets or configs" }];
    }
    if has_label(labels::HASH, Some(&service.hash)) {
        return Vec::new();
    }
    match &container.details {
        Some(details) => changes(spec, details, identities),
        None => Vec::new(),
    }
}

/// A network that is gone, that was made anew since, or that the container is not connected to
/// any more.
fn missing_network(
    container: &ObservedContainer,
    spec: &ContainerSpec,
    observed: &Observed,
) -> Option<Cause> {
    let is_missing = |name: &String| {
        let Some(network) = observed.networks.get(name) else { return true };
        let is_another = container.network_ids.get(name).is_some_and(|id| *id != network.id);
        is_another || !container.networks.contains(name)
    };
    let missing = spec.networks.iter().map(|it| &it.network).find(|name| is_missing(name))?;
    Some(Cause::NetworkMissing { network: missing.clone() })
}

fn short(id: &str) -> String {
    id.trim_start_matches("sha256:").chars().take(12).collect()
}
