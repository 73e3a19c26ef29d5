//! The parts of the engine's answers that are read here.
//!
//! The generated bodies refuse a state that they do not know, and with it the whole list; Podman
//! has such states, and later engines will. Here a state is a word.

use bollard_stubs::models::{ContainerConfig, EndpointSettings, HostConfig};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, HashMap};
use wharf_plan::{ContainerState, Health};

/// One entry of the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Entry {
    pub(super) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) image: String,
    #[serde(default, rename = "ImageID")]
    pub(super) image_id: String,
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) ports: Vec<EntryPort>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) network_settings: NetworkSettings,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) mounts: Vec<EntryMount>,
}

/// A port of an entry.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EntryPort {
    #[serde(default, rename = "IP")]
    pub(super) ip: String,
    pub(super) private_port: u16,
    #[serde(default)]
    pub(super) public_port: u16,
    #[serde(default, rename = "Type")]
    pub(super) protocol: String,
}

/// A mount of an entry.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EntryMount {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) destination: String,
}

/// Networks by name.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NetworkSettings {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) networks: HashMap<String, EndpointSettings>,
}

/// One container.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Inspected {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    /// Id of the image.
    #[serde(default)]
    pub(super) image: String,
    #[serde(default)]
    pub(super) restart_count: u64,
    pub(super) state: State,
    pub(crate) config: ContainerConfig,
    pub(super) host_config: HostConfig,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) network_settings: NetworkSettings,
}

/// State of one container.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct State {
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) exit_code: i64,
    #[serde(default)]
    pub(super) error: String,
    #[serde(default)]
    pub(super) started_at: String,
    pub(super) health: Option<StateHealth>,
}

/// Health of one container.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StateHealth {
    #[serde(default)]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) log: Vec<Check>,
}

/// One health check that was made.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Check {
    #[serde(default)]
    pub(super) output: String,
}

/// Go writes an empty list or map as `null`.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a state; `code` is asked for the exit code.
pub(super) fn container_state(word: &str, code: impl FnOnce() -> i64) -> ContainerState {
    match word {
        "running" | "stopping" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        // The second is Podman's, between the end of the process and that of its clean-up.
        "exited" | "stopped" => ContainerState::Exited { code: code() },
        "dead" => ContainerState::Dead,
        _ => ContainerState::Created,
    }
}

/// Reads a verdict; an empty one and `none` are those of a container without a health check.
pub(super) fn health(word: &str) -> Option<Health> {
    match word {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_with_nulls_and_unknown_states_is_read() {
        let text = r#"{"Id":"a","Names":null,"Labels":null,"Ports":null,"Mounts":null,"State":"novel","NetworkSettings":null}"#;
        let entry: Entry = serde_json::from_str(text).unwrap();
        assert_eq!(container_state(&entry.state, || 0), ContainerState::Created);
    }

    #[test]
    fn podman_s_state_of_an_ended_container_is_an_end() {
        assert_eq!(container_state("stopped", || 3), ContainerState::Exited { code: 3 });
    }
}
