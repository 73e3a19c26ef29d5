//! What differs between a container and what is wanted.
//!
//! A container is compared with the wanted specification merged over what its own image
//! declares, because that is what an engine keeps. So a container that Docker Compose made, or
//! an older wharf, is recognised as it is.

use crate::desired::with_protocol;
use crate::hash::{is_own_label, whole_seconds};
use crate::labels;
use crate::spec::{HealthSpec, LoggingSpec, MountSource, MountSpec, NetworkAttachment, PortSpec};
use crate::{Change, ContainerDetails, ContainerSpec, ImageConfig};
use std::collections::{BTreeMap, BTreeSet};

/// Lists the differences between what is wanted and what was made; empty when there are none.
///
/// `identities` maps ids of the project's containers to their names, for namespaces that are
/// named by id in one and by name in the other.
pub(crate) fn changes(
    wanted: &ContainerSpec,
    actual: &ContainerDetails,
    identities: &BTreeMap<String, String>,
) -> Vec<Change> {
    let (spec, image) = (&actual.spec, &actual.image);
    let mut changes = Vec::new();
    if !same_reference(&wanted.image, &spec.image) {
        changes.push(Change::Image { from: spec.image.clone(), to: wanted.image.clone() });
    }
    changes.extend(env_changes(wanted, spec, image));
    changes.extend(label_changes(wanted, spec, image));
    let namespace = |mode: &Option<String>| normal_namespace(mode.as_deref(), identities);
    let attributes: [(&'static str, bool); 36] = [
        (
            "platform",
            wanted.platform.is_some()
                && spec.platform.is_some()
                && wanted.platform != spec.platform,
        ),
        ("entrypoint", entrypoint(wanted, image) != spec.entrypoint.clone().unwrap_or_default()),
        ("command", command(wanted, image) != spec.command.clone().unwrap_or_default()),
        ("ports", ports(&wanted.ports) != ports(&spec.ports)),
        ("expose", exposed_differ(wanted, spec, image)),
        ("volumes", mounts_differ(&wanted.mounts, &spec.mounts, image)),
        ("tmpfs", wanted.tmpfs != spec.tmpfs),
        ("networks", networks_differ(wanted, spec)),
        ("network_mode", namespace(&wanted.network_mode) != namespace(&spec.network_mode)),
        ("healthcheck", health(wanted, image) != spec.healthcheck.clone().unwrap_or_default()),
        ("restart", wanted.restart != spec.restart),
        ("user", or_image(wanted.user.as_ref(), &image.user) != text(spec.user.as_ref())),
        ("group_add", wanted.group_add != spec.group_add),
        (
            "working_dir",
            or_image(wanted.working_dir.as_ref(), &image.working_dir)
                != text(spec.working_dir.as_ref()),
        ),
        ("hostname", wanted.hostname != spec.hostname),
        ("domainname", wanted.domainname != spec.domainname),
        ("read_only", wanted.read_only != spec.read_only),
        ("privileged", wanted.privileged != spec.privileged),
        ("init", wanted.init.unwrap_or(false) != spec.init.unwrap_or(false)),
        ("cap_add", capabilities(&wanted.cap_add) != capabilities(&spec.cap_add)),
        ("cap_drop", capabilities(&wanted.cap_drop) != capabilities(&spec.cap_drop)),
        ("security_opt", set(&wanted.security_opt) != set(&spec.security_opt)),
        (
            "stop_signal",
            wanted.stop_signal.as_ref().or(image.stop_signal.as_ref()) != spec.stop_signal.as_ref(),
        ),
        ("stop_grace_period", seconds(wanted) != seconds(spec)),
        ("logging", logging_differs(wanted, spec)),
        ("deploy.resources", limits(wanted) != limits(spec)),
        ("shm_size", wanted.shm_size != spec.shm_size),
        ("extra_hosts", set(&wanted.extra_hosts) != set(&spec.extra_hosts)),
        (
            "dns",
            (&wanted.dns, &wanted.dns_search, &wanted.dns_opt)
                != (&spec.dns, &spec.dns_search, &spec.dns_opt),
        ),
        ("sysctls", wanted.sysctls != spec.sysctls),
        ("ulimits", wanted.ulimits != spec.ulimits),
        ("devices", devices(&wanted.devices) != devices(&spec.devices)),
        ("pid", namespace(&wanted.pid) != namespace(&spec.pid)),
        ("ipc", namespace(&wanted.ipc) != namespace(&spec.ipc)),
        ("tty", wanted.tty != spec.tty),
        ("stdin_open", wanted.stdin_open != spec.stdin_open),
    ];
    let differing = attributes.into_iter().filter(|(_, differs)| *differs);
    changes.extend(differing.map(|(name, _)| Change::Attribute { name }));
    changes
}

fn env_changes(wanted: &ContainerSpec, actual: &ContainerSpec, image: &ImageConfig) -> Vec<Change> {
    let mut expected: BTreeMap<&str, &str> =
        image.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in &wanted.env {
        match value {
            Some(value) => expected.insert(name, value.reveal()),
            None => expected.remove(name.as_str()),
        };
    }
    let present: BTreeMap<&str, &str> = actual
        .env
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?.reveal())))
        .collect();
    differing_keys(&expected, &present).map(|name| Change::Env { name }).collect()
}

fn label_changes(
    wanted: &ContainerSpec,
    actual: &ContainerSpec,
    image: &ImageConfig,
) -> Vec<Change> {
    let users = |labels: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let own = labels.iter().filter(|(name, _)| !is_own_label(name));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let mut expected = users(&image.labels);
    expected.extend(users(&wanted.labels));
    differing_keys(&expected, &users(&actual.labels)).map(|name| Change::Label { name }).collect()
}

fn differing_keys<'a, K: Ord + ToString + 'a, V: PartialEq>(
    left: &'a BTreeMap<K, V>,
    right: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = String> {
    let keys: BTreeSet<&K> = left.keys().chain(right.keys()).collect();
    keys.into_iter().filter(|key| left.get(key) != right.get(key)).map(ToString::to_string)
}

/// `postgres`, `postgres:latest` and the same with the default registry's prefixes are one.
fn same_reference(left: &str, right: &str) -> bool {
    normal_reference(left) == normal_reference(right)
}

fn normal_reference(reference: &str) -> String {
    let short = ["docker.io/library/", "docker.io/", "library/"]
        .iter()
        .find_map(|prefix| reference.strip_prefix(prefix))
        .unwrap_or(reference);
    let last = short.rsplit('/').next().unwrap_or(short);
    if last.contains(':') || last.contains('@') {
        short.to_owned()
    } else {
        format!("{short}:latest")
    }
}

fn entrypoint(wanted: &ContainerSpec, image: &ImageConfig) -> Vec<String> {
    wanted.entrypoint.clone().unwrap_or_else(|| image.entrypoint.clone())
}

fn command(wanted: &ContainerSpec, image: &ImageConfig) -> Vec<String> {
    match (&wanted.command, &wanted.entrypoint) {
        (Some(command), _) => command.clone(),
        // The engine drops the image's command when the entry point is replaced.
        (None, Some(_)) => Vec::new(),
        (None, None) => image.command.clone(),
    }
}

fn ports(ports: &[PortSpec]) -> BTreeSet<PortSpec> {
    let any =
        |ip: &Option<String>| ip.clone().filter(|ip| !matches!(ip.as_str(), "" | "0.0.0.0" | "::"));
    ports.iter().map(|port| PortSpec { host_ip: any(&port.host_ip), ..port.clone() }).collect()
}

/// Engines expose what is published; a difference there is one of `ports` and told as that.
fn exposed_differ(wanted: &ContainerSpec, actual: &ContainerSpec, image: &ImageConfig) -> bool {
    let published: BTreeSet<String> =
        wanted.ports.iter().chain(&actual.ports).map(PortSpec::key).collect();
    let (wanted, actual) = (exposed(wanted, image), exposed(actual, &ImageConfig::default()));
    wanted.difference(&published).ne(actual.difference(&published))
}

fn exposed(spec: &ContainerSpec, image: &ImageConfig) -> BTreeSet<String> {
    // Docker Compose hands `7000` on as it is; the engine keeps it and means TCP.
    let declared = spec.exposed.iter().chain(&image.exposed).map(|port| with_protocol(port));
    declared.collect()
}

/// Anonymous volumes, those that the image declares included, are compared by target only: which
/// volume it is does not matter.
fn mounts_differ(wanted: &[MountSpec], actual: &[MountSpec], image: &ImageConfig) -> bool {
    let named = |mounts: &[MountSpec]| -> BTreeSet<MountSpec> {
        let named = mounts.iter().filter(|mount| mount.source != MountSource::Anonymous);
        named.map(comparable).collect()
    };
    let targets = |mounts: &[MountSpec], kind: fn(&MountSpec) -> bool| -> BTreeSet<String> {
        mounts.iter().filter(|it| kind(it)).map(|it| it.target.clone()).collect()
    };
    let is_anonymous = |mount: &MountSpec| mount.source == MountSource::Anonymous;
    let covered = targets(wanted, |_| true);
    let declared = image.volumes.iter().filter(|path| !covered.contains(*path)).cloned();
    let mut expected = targets(wanted, is_anonymous);
    expected.extend(declared);
    named(wanted) != named(actual) || expected != targets(actual, is_anonymous)
}

/// An engine does not keep whether a missing folder was to be created.
fn comparable(mount: &MountSpec) -> MountSpec {
    let mut mount = mount.clone();
    if let MountSource::Bind { create, propagation, .. } = &mut mount.source {
        *create = false;
        if propagation.as_deref() == Some("rprivate") {
            *propagation = None;
        }
    }
    mount
}

fn networks_differ(wanted: &ContainerSpec, actual: &ContainerSpec) -> bool {
    if wanted.network_mode.is_some() {
        return false;
    }
    let by_name = |spec: &ContainerSpec| -> BTreeMap<String, NetworkAttachment> {
        spec.networks.iter().map(|it| (it.network.clone(), it.clone())).collect()
    };
    let (wanted_by_name, actual_by_name) = (by_name(wanted), by_name(actual));
    let same_keys = wanted_by_name.keys().eq(actual_by_name.keys());
    !same_keys
        || wanted_by_name.iter().any(|(name, attachment)| {
            let other = &actual_by_name[name];
            aliases(attachment, wanted) != aliases(other, actual)
                || attachment.ipv4_address != other.ipv4_address
                || attachment.ipv6_address != other.ipv6_address
        })
}

/// Docker Compose adds the container's own name as an alias, and engines before API 1.44 its host
/// name.
fn aliases(attachment: &NetworkAttachment, spec: &ContainerSpec) -> BTreeSet<String> {
    let is_own = |alias: &String| *alias == spec.name || Some(alias) == spec.hostname.as_ref();
    attachment.aliases.iter().filter(|alias| !is_own(alias)).cloned().collect()
}

fn health(wanted: &ContainerSpec, image: &ImageConfig) -> HealthSpec {
    let ours = wanted.healthcheck.clone().unwrap_or_default();
    let declared = image.healthcheck.clone().unwrap_or_default();
    HealthSpec {
        test: ours.test.or(declared.test),
        interval: ours.interval.or(declared.interval),
        timeout: ours.timeout.or(declared.timeout),
        retries: ours.retries.or(declared.retries),
        start_period: ours.start_period.or(declared.start_period),
        start_interval: ours.start_interval.or(declared.start_interval),
    }
}

fn or_image(wanted: Option<&String>, declared: &str) -> String {
    wanted.cloned().unwrap_or_else(|| declared.to_owned())
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn set(values: &[String]) -> BTreeSet<&str> {
    values.iter().map(String::as_str).collect()
}

fn capabilities(values: &[String]) -> BTreeSet<String> {
    let normal = |name: &String| {
        let upper = name.to_uppercase();
        upper.strip_prefix("CAP_").map(str::to_owned).unwrap_or(upper)
    };
    values.iter().map(normal).collect()
}

fn devices(values: &[String]) -> BTreeSet<String> {
    let full = |entry: &String| {
        let parts: Vec<&str> = entry.splitn(3, ':').collect();
        let host = parts[0];
        let inside = parts.get(1).copied().unwrap_or(host);
        format!("{host}:{inside}:{}", parts.get(2).copied().unwrap_or("rwm"))
    };
    values.iter().map(full).collect()
}

fn seconds(spec: &ContainerSpec) -> Option<u64> {
    spec.stop_grace_period.map(whole_seconds)
}

fn logging_differs(wanted: &ContainerSpec, actual: &ContainerSpec) -> bool {
    let made = actual.logging.as_ref();
    let Some(wanted) = wanted.logging.as_ref() else { return has_lost_logging(actual) };
    let driver_differs =
        !wanted.driver.is_empty() && made.is_none_or(|made| made.driver != wanted.driver);
    driver_differs || made.is_none_or(|made| made.options != wanted.options)
}

/// An engine writes its own default down, so what it says cannot tell whether the file once had a
/// `logging` section. A container that wharf made from something else than is wanted now, and
/// that does not log as engines do by themselves, had one.
fn has_lost_logging(actual: &ContainerSpec) -> bool {
    let is_special = |it: &LoggingSpec| it.driver != "json-file" || !it.options.is_empty();
    actual.labels.contains_key(labels::HASH) && actual.logging.as_ref().is_some_and(is_special)
}

fn limits(spec: &ContainerSpec) -> [Option<i64>; 5] {
    [spec.nano_cpus, spec.memory, spec.memory_swap, spec.memory_reservation, spec.pids_limit]
}

fn normal_namespace(mode: Option<&str>, identities: &BTreeMap<String, String>) -> Option<String> {
    let mode = mode?;
    let Some(container) = mode.strip_prefix("container:") else { return Some(mode.to_owned()) };
    let name = identities.get(container).map_or(container, String::as_str);
    Some(format!("container:{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(wanted: &ContainerSpec, made: ContainerSpec) -> Vec<Change> {
        let actual = ContainerDetails { spec: made, image: ImageConfig::default() };
        changes(wanted, &actual, &BTreeMap::new())
    }

    #[test]
    fn an_exposed_port_without_a_protocol_is_tcp() {
        let exposing =
            |port: &str| ContainerSpec { exposed: vec![port.into()], ..Default::default() };
        assert_eq!(found(&exposing("7000/tcp"), exposing("7000")), []);
        assert_eq!(
            found(&exposing("7000/tcp"), exposing("7000/udp")),
            [Change::Attribute { name: "expose" }]
        );
    }

    #[test]
    fn a_logging_section_that_is_gone_is_a_change_only_to_what_wharf_made() {
        let options = BTreeMap::from([("max-size".to_owned(), "1m".to_owned())]);
        let logging = Some(LoggingSpec { driver: "json-file".into(), options });
        let theirs = ContainerSpec { logging, ..Default::default() };
        let mut ours = theirs.clone();
        ours.labels.insert(labels::HASH.to_owned(), "1234".to_owned());
        assert_eq!(found(&ContainerSpec::default(), theirs), []);
        assert_eq!(found(&ContainerSpec::default(), ours), [Change::Attribute { name: "logging" }]);
    }

    #[test]
    fn aliases_that_an_engine_adds_by_itself_are_no_change() {
        let with = |aliases: &[&str]| ContainerSpec {
            name: "shop-api-1".into(),
            hostname: Some("api.example".into()),
            networks: vec![NetworkAttachment {
                network: "shop".into(),
                aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
                ipv4_address: None,
                ipv6_address: None,
            }],
            ..Default::default()
        };
        assert_eq!(found(&with(&["api"]), with(&["api", "api.example", "shop-api-1"])), []);
        assert_eq!(
            found(&with(&["api"]), with(&["api", "other"])),
            [Change::Attribute { name: "networks" }]
        );
    }
}
