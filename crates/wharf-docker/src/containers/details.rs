//! What an engine keeps of a container, back into a specification.
//!
//! The engine merges the image's declarations in and fills in defaults of its own. The former
//! stay, because a comparison merges them too; the latter are taken out again, so that what was
//! created is what is read.

mod host;

use super::answers::{self, Inspected};
use super::mounts;
use bollard_stubs::models::{ContainerConfig, EndpointSettings, HealthConfig, HostConfig};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use wharf_engine::capability::ContainerReport;
use wharf_plan::spec::{ContainerSpec, HealthSpec, NetworkAttachment};
use wharf_plan::{ContainerDetails, ImageConfig, Secret};

/// Length of the short id, which engines take as host name and as alias.
const SHORT_ID: usize = 12;

/// Reads everything; without `image` its part of the details is left empty.
pub(super) fn report(answer: Inspected, image: Option<ImageConfig>) -> ContainerReport {
    let state = answer.state;
    let addresses = addresses(&answer.network_settings.networks);
    let name = answer.name.trim_start_matches('/').to_owned();
    let own = Own { id: &answer.id, name: &name };
    let networks = answer.network_settings.networks;
    let details = ContainerDetails {
        spec: spec(&own, answer.config, answer.host_config, networks),
        image: image.unwrap_or_default(),
    };
    ContainerReport {
        name,
        state: answers::container_state(&state.status, || state.exit_code),
        health: state.health.as_ref().and_then(|it| answers::health(&it.status)),
        health_output: state.health.and_then(|it| Some(it.log.into_iter().next_back()?.output)),
        restart_count: answer.restart_count,
        error: text(Some(state.error)),
        image_id: image_id(answer.image),
        started_at: milliseconds(&state.started_at),
        addresses,
        details,
        id: answer.id,
    }
}

/// Podman leaves the algorithm out.
fn image_id(id: String) -> String {
    let is_bare = id.len() == 64 && !id.contains(':');
    if is_bare { format!("sha256:{id}") } else { id }
}

/// Time of an engine into Unix milliseconds; its zero is the year 1.
fn milliseconds(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().map_or(0, |time| time.as_millisecond().max(0))
}

fn addresses(networks: &HashMap<String, EndpointSettings>) -> BTreeMap<String, String> {
    let address = |settings: &EndpointSettings| {
        let both = [settings.ip_address.clone(), settings.global_ipv6_address.clone()];
        both.into_iter().flatten().find(|it| !it.is_empty())
    };
    networks.iter().filter_map(|(name, it)| Some((name.clone(), address(it)?))).collect()
}

/// What the engine gave the container and also writes elsewhere.
struct Own<'a> {
    id: &'a str,
    name: &'a str,
}

fn spec(
    own: &Own<'_>,
    config: ContainerConfig,
    host: HostConfig,
    networks: HashMap<String, EndpointSettings>,
) -> ContainerSpec {
    let declared = config.volumes.clone().unwrap_or_default();
    let base = ContainerSpec {
        name: own.name.to_owned(),
        mounts: mounts::from_api(&host, &declared),
        networks: attachments(networks, &host, own.id),
        hostname: hostname(&config, &host, own.id),
        network_mode: network_mode(&host),
        ..Default::default()
    };
    with_config(host::with_host(base, host), config)
}

fn with_config(base: ContainerSpec, config: ContainerConfig) -> ContainerSpec {
    ContainerSpec {
        image: config.image.unwrap_or_default(),
        entrypoint: Some(config.entrypoint.unwrap_or_default()),
        command: Some(config.cmd.unwrap_or_default()),
        env: config.env.unwrap_or_default().iter().map(|line| variable(line)).collect(),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        exposed: sorted(config.exposed_ports),
        healthcheck: config.healthcheck.and_then(health),
        user: text(config.user),
        working_dir: text(config.working_dir),
        domainname: text(config.domainname),
        stop_signal: text(config.stop_signal),
        stop_grace_period: config
            .stop_timeout
            .and_then(|it| u64::try_from(it).ok())
            .map(Duration::from_secs),
        tty: config.tty.unwrap_or(false),
        stdin_open: config.open_stdin.unwrap_or(false),
        ..base
    }
}

/// `NAME=value`, or a name that removes the image's variable.
fn variable(line: &str) -> (String, Option<Secret>) {
    match line.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(Secret::new(value))),
        None => (line.to_owned(), None),
    }
}

/// Reads a health check; one that says nothing is none.
pub(crate) fn health(config: HealthConfig) -> Option<HealthSpec> {
    let duration = |nanoseconds: Option<i64>| {
        nanoseconds
            .and_then(|it| u64::try_from(it).ok())
            .filter(|it| *it > 0)
            .map(Duration::from_nanos)
    };
    let spec = HealthSpec {
        test: config.test.filter(|test| !test.is_empty()),
        interval: duration(config.interval),
        timeout: duration(config.timeout),
        retries: config.retries.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0),
        start_period: duration(config.start_period),
        start_interval: duration(config.start_interval),
    };
    (spec != HealthSpec::default()).then_some(spec)
}

/// The engine names a container by its id, and one on the host's or another container's
/// network by that one's name.
fn hostname(config: &ContainerConfig, host: &HostConfig, id: &str) -> Option<String> {
    let mode = host.network_mode.as_deref().unwrap_or_default();
    let is_borrowed = mode == "host" || mode.starts_with("container:");
    let name = text(config.hostname.clone()).filter(|name| !is_short_id(name, id));
    if is_borrowed { None } else { name }
}

fn is_short_id(name: &str, id: &str) -> bool {
    name.len() == SHORT_ID && id.starts_with(name)
}

/// Modes that are no network of the user's; `default` is what an engine writes for none.
fn network_mode(host: &HostConfig) -> Option<String> {
    let mode = host.network_mode.as_deref()?;
    let is_mode = matches!(mode, "none" | "host" | "bridge") || mode.starts_with("container:");
    is_mode.then(|| mode.to_owned())
}

/// Networks of the user's, the one that was joined at creation first, the others by name.
fn attachments(
    networks: HashMap<String, EndpointSettings>,
    host: &HostConfig,
    id: &str,
) -> Vec<NetworkAttachment> {
    let first = host.network_mode.clone().unwrap_or_default();
    let is_own = |name: &String| !matches!(name.as_str(), "none" | "host" | "bridge");
    let named: BTreeMap<_, _> = networks.into_iter().filter(|(name, _)| is_own(name)).collect();
    let mut attachments: Vec<_> = named
        .into_iter()
        .map(|(name, settings)| {
            (settings.network_id.as_deref() != Some(&first) && name != first, name, settings)
        })
        .collect();
    attachments.sort_by_key(|(is_later, ..)| *is_later);
    attachments.into_iter().map(|(_, name, settings)| attachment(name, settings, id)).collect()
}

fn attachment(name: String, settings: EndpointSettings, id: &str) -> NetworkAttachment {
    let mut aliases = settings.aliases.unwrap_or_default();
    // Engines before API 1.44 add the short id to what was asked for.
    aliases.retain(|alias| !is_short_id(alias, id));
    aliases.sort();
    aliases.dedup();
    let fixed = settings.ipam_config.unwrap_or_default();
    NetworkAttachment {
        network: name,
        aliases,
        ipv4_address: text(fixed.ipv4_address),
        ipv6_address: text(fixed.ipv6_address),
    }
}

fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.is_empty())
}

fn sorted(list: Option<Vec<String>>) -> Vec<String> {
    let mut list = list.unwrap_or_default();
    list.sort();
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_s_zero_time_is_zero() {
        assert_eq!(milliseconds("0001-01-01T00:00:00Z"), 0);
        assert_eq!(milliseconds("1970-01-01T00:00:01.5Z"), 1500);
        assert_eq!(milliseconds("1970-01-01T01:00:01.000000001+01:00"), 1000);
    }

    #[test]
    fn names_that_the_engine_gave_are_taken_out() {
        let id = "0123456789abcdef";
        let config =
            |name: &str| ContainerConfig { hostname: Some(name.into()), ..Default::default() };
        let host =
            |mode: &str| HostConfig { network_mode: Some(mode.into()), ..Default::default() };
        assert_eq!(hostname(&config("0123456789ab"), &host("x"), id), None);
        assert_eq!(hostname(&config("db"), &host("x"), id).as_deref(), Some("db"));
        assert_eq!(hostname(&config("laptop"), &host("host"), id), None);
        let settings = EndpointSettings {
            aliases: Some(vec!["b".into(), "0123456789ab".into(), "a".into()]),
            ..Default::default()
        };
        assert_eq!(attachment("n".into(), settings, id).aliases, ["a", "b"]);
    }

    #[test]
    fn the_network_of_creation_comes_first() {
        let networks = ["a", "b", "c"].map(|name| (name.to_owned(), EndpointSettings::default()));
        let host = HostConfig { network_mode: Some("b".into()), ..Default::default() };
        let names: Vec<_> =
            attachments(networks.into(), &host, "id").into_iter().map(|it| it.network).collect();
        assert_eq!(names, ["b", "a", "c"]);
    }
}
