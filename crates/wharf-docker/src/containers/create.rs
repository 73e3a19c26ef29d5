//! A specification into the body of a request.

use super::{mounts, whole_seconds};
use bollard_stubs::models::{
    ContainerCreateBody, DeviceMapping, EndpointIpamConfig, EndpointSettings, HealthConfig,
    HostConfig, HostConfigLogConfig, NetworkingConfig, PortBinding, PortMap, ResourcesUlimits,
    RestartPolicy, RestartPolicyNameEnum,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use wharf_compose::model::RestartPolicy as Restart;
use wharf_plan::spec::{
    ContainerSpec, HealthSpec, MountSource, MountSpec, NetworkAttachment, PortSpec,
};
use wharf_plan::{Secret, labels};

/// What the engine's API would drop without a word; `speaks` tells whether it is API 1.`minor`.
pub(super) fn unsupported(spec: &ContainerSpec, speaks: impl Fn(u32) -> bool) -> Option<String> {
    let has_start_interval =
        spec.healthcheck.as_ref().is_some_and(|it| it.start_interval.is_some());
    if has_start_interval && !speaks(44) {
        return Some("`healthcheck.start_interval` needs Docker Engine 25 (API 1.44)".into());
    }
    let has_subpath =
        |mount: &MountSpec| matches!(&mount.source, MountSource::Volume { subpath: Some(_), .. });
    if spec.mounts.iter().any(has_subpath) && !speaks(45) {
        return Some("`volume.subpath` needs Docker Engine 26 (API 1.45)".into());
    }
    None
}

/// Makes the body; `entrypoint` takes the place of one that the specification leaves out.
pub(super) fn body(spec: &ContainerSpec, entrypoint: Option<Vec<String>>) -> ContainerCreateBody {
    let is_one_off = spec.labels.get(labels::ONE_OFF).is_some_and(|it| it == "True");
    ContainerCreateBody {
        hostname: spec.hostname.clone(),
        domainname: spec.domainname.clone(),
        user: spec.user.clone(),
        exposed_ports: exposed(spec),
        tty: Some(spec.tty),
        open_stdin: Some(spec.stdin_open),
        // What is typed into a container of `run` ends with the one who types; a service's
        // input outlives whoever attaches.
        stdin_once: Some(spec.stdin_open && is_one_off),
        env: Some(env(spec)),
        cmd: spec.command.clone(),
        healthcheck: spec.healthcheck.as_ref().map(health),
        image: Some(spec.image.clone()),
        working_dir: spec.working_dir.clone(),
        entrypoint: spec.entrypoint.clone().or(entrypoint),
        labels: Some(unordered(&spec.labels)),
        stop_signal: spec.stop_signal.clone(),
        stop_timeout: spec.stop_grace_period.map(|it| to_i64(whole_seconds(it))),
        host_config: Some(host(spec)),
        networking_config: networking(spec),
        ..Default::default()
    }
}

fn host(spec: &ContainerSpec) -> HostConfig {
    let (binds, mounts) = mounts::to_api(&spec.mounts);
    let first_network = spec.networks.first().map(|it| it.network.clone());
    HostConfig {
        binds: some(binds),
        mounts: some(mounts),
        tmpfs: (!spec.tmpfs.is_empty()).then(|| unordered(&spec.tmpfs)),
        network_mode: spec.network_mode.clone().or(first_network),
        port_bindings: some_map(port_bindings(&spec.ports)),
        restart_policy: spec.restart.map(restart),
        group_add: some(spec.group_add.clone()),
        readonly_rootfs: spec.read_only.then_some(true),
        privileged: spec.privileged.then_some(true),
        init: spec.init,
        cap_add: some(spec.cap_add.clone()),
        cap_drop: some(spec.cap_drop.clone()),
        security_opt: some(spec.security_opt.clone()),
        log_config: spec.logging.as_ref().map(|logging| HostConfigLogConfig {
            typ: Some(logging.driver.clone()),
            config: Some(unordered(&logging.options)),
        }),
        nano_cpus: spec.nano_cpus,
        memory: spec.memory,
        memory_swap: spec.memory_swap,
        memory_reservation: spec.memory_reservation,
        pids_limit: spec.pids_limit,
        shm_size: spec.shm_size,
        extra_hosts: some(spec.extra_hosts.clone()),
        dns: some(spec.dns.clone()),
        dns_search: some(spec.dns_search.clone()),
        dns_options: some(spec.dns_opt.clone()),
        sysctls: (!spec.sysctls.is_empty()).then(|| unordered(&spec.sysctls)),
        ulimits: some(ulimits(spec)),
        devices: some(spec.devices.iter().map(|entry| device(entry)).collect()),
        pid_mode: spec.pid.clone(),
        ipc_mode: spec.ipc.clone(),
        ..Default::default()
    }
}

/// A name without `=` removes the image's variable.
fn env(spec: &ContainerSpec) -> Vec<String> {
    let line = |(name, value): (&String, &Option<Secret>)| match value {
        Some(value) => format!("{name}={}", value.reveal()),
        None => name.clone(),
    };
    spec.env.iter().map(line).collect()
}

/// The engine publishes what is exposed, so published ports are exposed too.
fn exposed(spec: &ContainerSpec) -> Option<Vec<String>> {
    let declared = spec.exposed.iter().map(|port| with_protocol(port));
    let all: BTreeSet<String> = spec.ports.iter().map(PortSpec::key).chain(declared).collect();
    some(all.into_iter().collect())
}

fn with_protocol(port: &str) -> String {
    if port.contains('/') { port.to_owned() } else { format!("{port}/tcp") }
}

fn port_bindings(ports: &[PortSpec]) -> PortMap {
    let mut bindings = PortMap::new();
    for port in ports {
        let binding = PortBinding {
            host_ip: Some(port.host_ip.clone().unwrap_or_default()),
            host_port: Some(port.host_port()),
        };
        bindings.entry(port.key()).or_default().get_or_insert_default().push(binding);
    }
    bindings
}

fn restart(policy: Restart) -> RestartPolicy {
    let (name, retries) = match policy {
        Restart::No => (RestartPolicyNameEnum::NO, None),
        Restart::Always => (RestartPolicyNameEnum::ALWAYS, None),
        Restart::UnlessStopped => (RestartPolicyNameEnum::UNLESS_STOPPED, None),
        Restart::OnFailure { max_retries } => (RestartPolicyNameEnum::ON_FAILURE, max_retries),
    };
    RestartPolicy { name: Some(name), maximum_retry_count: retries.map(i64::from) }
}

fn health(health: &HealthSpec) -> HealthConfig {
    HealthConfig {
        test: health.test.clone(),
        interval: health.interval.map(nanoseconds),
        timeout: health.timeout.map(nanoseconds),
        retries: health.retries.map(i64::from),
        start_period: health.start_period.map(nanoseconds),
        start_interval: health.start_interval.map(nanoseconds),
    }
}

fn ulimits(spec: &ContainerSpec) -> Vec<ResourcesUlimits> {
    let read = |(name, limit): (&String, &wharf_compose::model::Ulimit)| ResourcesUlimits {
        name: Some(name.clone()),
        soft: Some(limit.soft),
        hard: Some(limit.hard),
    };
    spec.ulimits.iter().map(read).collect()
}

fn device(entry: &str) -> DeviceMapping {
    let mut parts = entry.splitn(3, ':');
    let host = parts.next().unwrap_or_default().to_owned();
    let inside = parts.next().map_or_else(|| host.clone(), str::to_owned);
    DeviceMapping {
        path_on_host: Some(host),
        path_in_container: Some(inside),
        cgroup_permissions: Some(parts.next().unwrap_or("rwm").to_owned()),
    }
}

fn networking(spec: &ContainerSpec) -> Option<NetworkingConfig> {
    if spec.network_mode.is_some() {
        return None;
    }
    let first = spec.networks.first()?;
    let endpoints = HashMap::from([(first.network.clone(), endpoint(first))]);
    Some(NetworkingConfig { endpoints_config: Some(endpoints) })
}

/// Settings of a container on a network.
pub(crate) fn endpoint(attachment: &NetworkAttachment) -> EndpointSettings {
    let is_fixed = attachment.ipv4_address.is_some() || attachment.ipv6_address.is_some();
    EndpointSettings {
        aliases: some(attachment.aliases.clone()),
        ipam_config: is_fixed.then(|| EndpointIpamConfig {
            ipv4_address: attachment.ipv4_address.clone(),
            ipv6_address: attachment.ipv6_address.clone(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn some_map(map: PortMap) -> Option<PortMap> {
    (!map.is_empty()).then_some(map)
}

fn unordered(map: &BTreeMap<String, String>) -> HashMap<String, String> {
    map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wharf_compose::model::{Protocol, Published};

    #[test]
    fn a_variable_without_a_value_has_no_equals_sign() {
        let env = [("A", Some(Secret::new("1"))), ("B", None), ("C", Some(Secret::new("")))];
        let spec = ContainerSpec {
            env: env.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            ..Default::default()
        };
        assert_eq!(body(&spec, None).env.unwrap(), ["A=1", "B", "C="]);
    }

    #[test]
    fn published_ports_are_exposed_and_keep_what_was_asked() {
        let port =
            |published| PortSpec { host_ip: None, published, target: 80, protocol: Protocol::Tcp };
        let spec = ContainerSpec {
            ports: vec![port(Published::Ephemeral), port(Published::Range(8000, 8010))],
            exposed: vec!["53/udp".into(), "99".into()],
            ..Default::default()
        };
        let body = body(&spec, None);
        assert_eq!(body.exposed_ports.unwrap(), ["53/udp", "80/tcp", "99/tcp"]);
        let bindings = body.host_config.unwrap().port_bindings.unwrap();
        let asked = bindings["80/tcp"].as_ref().unwrap();
        let asked: Vec<_> = asked.iter().map(|it| it.host_port.clone().unwrap()).collect();
        assert_eq!(asked, ["", "8000-8010"]);
    }

    #[test]
    fn only_the_first_network_is_joined_at_creation() {
        let attachment = |name: &str| NetworkAttachment {
            network: name.into(),
            aliases: vec!["api".into()],
            ipv4_address: None,
            ipv6_address: None,
        };
        let spec = ContainerSpec {
            networks: vec![attachment("one"), attachment("two")],
            ..Default::default()
        };
        let body = body(&spec, None);
        let endpoints = body.networking_config.unwrap().endpoints_config.unwrap();
        assert_eq!(endpoints.keys().collect::<Vec<_>>(), ["one"]);
        assert_eq!(body.host_config.unwrap().network_mode.as_deref(), Some("one"));
    }
}
