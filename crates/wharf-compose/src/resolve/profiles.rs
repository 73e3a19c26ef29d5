//! Which services are active.

use crate::LoadOptions;
use crate::model::Service;
use crate::source::Variables;
use std::collections::{BTreeMap, BTreeSet};

/// The profiles of the command line and of COMPOSE_PROFILES.
pub(super) fn active_profiles(
    options: &LoadOptions,
    variables: &Variables<'_>,
) -> BTreeSet<String> {
    let listed = variables.get("COMPOSE_PROFILES").unwrap_or("");
    let listed = listed.split(',').map(str::trim).filter(|name| !name.is_empty());
    options.profiles.iter().cloned().chain(listed.map(str::to_owned)).collect()
}

/// Whether a service runs: without a profile, with an active one, or named on the command line.
pub(super) fn is_active(service: &Service, active: &BTreeSet<String>, named: &[String]) -> bool {
    service.profiles.is_empty()
        || active.contains("*")
        || service.profiles.iter().any(|profile| active.contains(&profile.value))
        || named.contains(&service.name.value)
}

/// Removes dependencies on inactive services that are not required.
pub(super) fn drop_optional(
    services: &mut BTreeMap<String, Service>,
    inactive: &BTreeMap<String, Service>,
) {
    for service in services.values_mut() {
        service
            .depends_on
            .retain(|name, dependency| dependency.required || !inactive.contains_key(name));
    }
}
