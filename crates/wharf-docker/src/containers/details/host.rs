//! The half of a container that the API calls `HostConfig`.

use super::text;
use bollard_stubs::models::{
    DeviceMapping, HostConfig, HostConfigLogConfig, PortBinding, PortMap, ResourcesUlimits,
    RestartPolicy, RestartPolicyNameEnum,
};
use std::collections::BTreeMap;
use wharf_compose::model::{Protocol, Published, RestartPolicy as Restart, Ulimit};
use wharf_plan::spec::{ContainerSpec, LoggingSpec, PortSpec};

/// /dev/shm of a container that asks for nothing: Docker's and Podman's default.
const DEFAULT_SHM: [i64; 2] = [64 * 1024 * 1024, 65_536_000];

/// Fills in everything that `host` says.
pub(super) fn with_host(base: ContainerSpec, host: HostConfig) -> ContainerSpec {
    let limits = limits(base, &host);
    let is_labelled = has_label_disabled(&host);
    ContainerSpec {
        ports: ports(host.port_bindings.unwrap_or_default()),
        tmpfs: host.tmpfs.unwrap_or_default().into_iter().collect(),
        restart: host.restart_policy.and_then(restart),
        group_add: host.group_add.unwrap_or_default(),
        read_only: host.readonly_rootfs.unwrap_or(false),
        privileged: host.privileged.unwrap_or(false),
        init: host.init,
        cap_add: host.cap_add.unwrap_or_default(),
        cap_drop: host.cap_drop.unwrap_or_default(),
        security_opt: security_options(host.security_opt, is_labelled),
        logging: host.log_config.and_then(logging),
        extra_hosts: host.extra_hosts.unwrap_or_default(),
        dns: host.dns.unwrap_or_default(),
        dns_search: host.dns_search.unwrap_or_default(),
        dns_opt: host.dns_options.unwrap_or_default(),
        sysctls: host.sysctls.unwrap_or_default().into_iter().collect(),
        ulimits: host.ulimits.unwrap_or_default().into_iter().filter_map(ulimit).collect(),
        devices: host.devices.unwrap_or_default().into_iter().map(device).collect(),
        pid: text(host.pid_mode),
        // `private` is the engine's default, written down at creation.
        ipc: text(host.ipc_mode).filter(|mode| mode != "private"),
        ..limits
    }
}

fn limits(base: ContainerSpec, host: &HostConfig) -> ContainerSpec {
    let set = |value: Option<i64>| value.filter(|it| *it != 0);
    let memory = set(host.memory);
    // An engine allows as much swap as memory when only memory is given.
    let implied_swap = memory.map(|memory| memory * 2);
    ContainerSpec {
        nano_cpus: set(host.nano_cpus),
        memory,
        memory_swap: set(host.memory_swap).filter(|swap| Some(*swap) != implied_swap),
        memory_reservation: set(host.memory_reservation),
        pids_limit: host.pids_limit.filter(|it| *it > 0),
        shm_size: set(host.shm_size).filter(|size| !DEFAULT_SHM.contains(size)),
        ..base
    }
}

/// Published ports as they were asked for, not as they were assigned; sorted.
fn ports(bindings: PortMap) -> Vec<PortSpec> {
    let mut ports = Vec::new();
    for (key, bindings) in bindings {
        let Some((target, protocol)) = parse_key(&key) else { continue };
        for binding in bindings.unwrap_or_default() {
            ports.push(port(target, protocol, binding));
        }
    }
    ports.sort();
    ports
}

fn parse_key(key: &str) -> Option<(u16, Protocol)> {
    let (port, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    let protocol = match protocol {
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => Protocol::Tcp,
    };
    Some((port.parse().ok()?, protocol))
}

fn port(target: u16, protocol: Protocol, binding: PortBinding) -> PortSpec {
    let asked = binding.host_port.unwrap_or_default();
    let published = match asked.split_once('-') {
        Some((from, to)) => {
            from.parse().ok().zip(to.parse().ok()).map(|(a, b)| Published::Range(a, b))
        }
        None => asked.parse().ok().filter(|port| *port != 0).map(Published::Port),
    };
    PortSpec {
        host_ip: text(binding.host_ip),
        published: published.unwrap_or(Published::Ephemeral),
        target,
        protocol,
    }
}

fn restart(policy: RestartPolicy) -> Option<Restart> {
    match policy.name? {
        RestartPolicyNameEnum::ALWAYS => Some(Restart::Always),
        RestartPolicyNameEnum::UNLESS_STOPPED => Some(Restart::UnlessStopped),
        RestartPolicyNameEnum::ON_FAILURE => Some(Restart::OnFailure {
            max_retries: policy
                .maximum_retry_count
                .and_then(|it| u32::try_from(it).ok())
                .filter(|it| *it > 0),
        }),
        RestartPolicyNameEnum::NO | RestartPolicyNameEnum::EMPTY => None,
    }
}

/// Engines switch labels off for containers that share the host's namespaces.
fn has_label_disabled(host: &HostConfig) -> bool {
    let is_host = |mode: &Option<String>| mode.as_deref() == Some("host");
    host.privileged.unwrap_or(false) || is_host(&host.pid_mode) || is_host(&host.ipc_mode)
}

fn security_options(options: Option<Vec<String>>, is_labelled: bool) -> Vec<String> {
    let mut options = options.unwrap_or_default();
    options.retain(|option| !(is_labelled && option == "label=disable"));
    options
}

fn logging(config: HostConfigLogConfig) -> Option<LoggingSpec> {
    Some(LoggingSpec {
        driver: text(config.typ)?,
        options: config.config.unwrap_or_default().into_iter().collect::<BTreeMap<_, _>>(),
    })
}

fn ulimit(limit: ResourcesUlimits) -> Option<(String, Ulimit)> {
    Some((limit.name?, Ulimit { soft: limit.soft?, hard: limit.hard? }))
}

/// The shortest form: what equals the default is left out.
fn device(device: DeviceMapping) -> String {
    let host = device.path_on_host.unwrap_or_default();
    let inside = device.path_in_container.unwrap_or_default();
    let permissions = device.cgroup_permissions.unwrap_or_default();
    let has_permissions = !matches!(permissions.as_str(), "" | "rwm");
    match (inside == host || inside.is_empty(), has_permissions) {
        (true, false) => host,
        (false, false) => format!("{host}:{inside}"),
        (true, true) => format!("{host}:{host}:{permissions}"),
        (false, true) => format!("{host}:{inside}:{permissions}"),
    }
}
