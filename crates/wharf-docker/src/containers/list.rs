//! Entries of the list of containers.

use super::answers::{self, Entry, EntryMount, EntryPort};
use wharf_compose::model::Protocol;
use wharf_plan::{Health, ObservedContainer, ObservedMount, ObservedPort, labels};

/// Reads one entry.
pub(super) fn observed(entry: Entry) -> ObservedContainer {
    let label = |name: &str| entry.labels.get(name).cloned().unwrap_or_default();
    let mut networks: Vec<_> = entry.network_settings.networks.keys().cloned().collect();
    networks.sort();
    let ids = entry.network_settings.networks.into_iter();
    let ids = ids.filter_map(|(name, it)| {
        let id = it.network_id.filter(|id| is_network_id(id, &name))?;
        Some((name, id))
    });
    let mut mounts: Vec<_> = entry.mounts.into_iter().map(observed_mount).collect();
    mounts.sort_by(|left, right| left.target.cmp(&right.target));
    let mut ports: Vec<_> = entry.ports.into_iter().map(observed_port).collect();
    ports.sort();
    ObservedContainer {
        id: entry.id,
        name: own_name(&entry.names),
        service: label(labels::SERVICE),
        number: label(labels::NUMBER).parse().unwrap_or(0),
        is_one_off: label(labels::ONE_OFF).eq_ignore_ascii_case("true"),
        image: entry.image,
        image_id: entry.image_id,
        state: answers::container_state(&entry.state, || exit_code(&entry.status)),
        health: health(&entry.status),
        networks,
        network_ids: ids.collect(),
        mounts,
        ports,
        created: entry.created,
        labels: entry.labels,
        status: entry.status,
        started_at: None,
        details: None,
    }
}

/// Names of links have a second slash.
fn own_name(names: &[String]) -> String {
    let mut plain = names.iter().map(|name| name.strip_prefix('/').unwrap_or(name));
    plain.find(|name| !name.contains('/')).unwrap_or_default().to_owned()
}

/// Nothing is told of a container that never ran; Podman tells the name once more.
fn is_network_id(id: &str, name: &str) -> bool {
    !id.is_empty() && id != name
}

fn observed_mount(mount: EntryMount) -> ObservedMount {
    ObservedMount {
        volume: Some(mount.name).filter(|name| !name.is_empty()),
        target: mount.destination,
    }
}

fn observed_port(port: EntryPort) -> ObservedPort {
    ObservedPort {
        host_ip: port.ip,
        published: Some(port.public_port).filter(|port| *port != 0),
        target: port.private_port,
        protocol: match port.protocol.as_str() {
            "udp" => Protocol::Udp,
            "sctp" => Protocol::Sctp,
            _ => Protocol::Tcp,
        },
    }
}

/// `Exited (137) 3 minutes ago`: the list says the code nowhere else.
fn exit_code(status: &str) -> i64 {
    let inside = status.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    inside.and_then(|(code, _)| code.parse().ok()).unwrap_or(0)
}

/// `Up 3 minutes (healthy)`: as above, before API 1.52.
fn health(status: &str) -> Option<Health> {
    if status.ends_with("(healthy)") {
        Some(Health::Healthy)
    } else if status.ends_with("(unhealthy)") {
        Some(Health::Unhealthy)
    } else if status.ends_with("(health: starting)") || status.ends_with("(starting)") {
        Some(Health::Starting)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_code_and_health_from_the_sentence() {
        assert_eq!(exit_code("Exited (137) 3 minutes ago"), 137);
        assert_eq!(exit_code("Exited"), 0);
        assert_eq!(health("Up 3 minutes (healthy)"), Some(Health::Healthy));
        assert_eq!(health("Up 3 minutes (unhealthy)"), Some(Health::Unhealthy));
        assert_eq!(health("Up 1 second (health: starting)"), Some(Health::Starting));
        assert_eq!(health("Up 3 minutes"), None);
    }

    #[test]
    fn a_name_is_no_id_of_a_network() {
        assert!(is_network_id("8f3a", "shop_default"));
        assert!(!is_network_id("", "shop_default"));
        assert!(!is_network_id("shop_default", "shop_default"));
    }

    #[test]
    fn names_of_links_are_not_the_container_s() {
        assert_eq!(own_name(&["/other/db".into(), "/shop-db-1".into()]), "shop-db-1");
    }
}
