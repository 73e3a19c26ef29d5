//! A service's container as a specification.

use super::{Values, plain, stores};
use crate::spec::{
    ContainerSpec, HealthSpec, LoggingSpec, MountSource, MountSpec, NetworkAttachment, PortSpec,
};
use crate::{Secret, labels};
use std::collections::{BTreeMap, BTreeSet};
use wharf_compose::model::{
    Condition, HealthTest, Healthcheck, Mount, MountKind, NetworkMode, Project, Published,
    RestartPolicy, Service,
};
use wharf_diag::codes::plan as codes;
use wharf_diag::{Diagnostic, Diagnostics, Spanned};

/// The container of a service without name and number.
pub(super) fn template(
    project: &Project,
    service: &Service,
    values: &Values,
    problems: &mut Diagnostics,
) -> ContainerSpec {
    let resources = &service.resources;
    let mut spec = ContainerSpec {
        name: text(service.container_name.as_ref()).unwrap_or_default(),
        image: image(project, service, problems),
        platform: text(service.platform.as_ref()),
        entrypoint: service.entrypoint.as_ref().map(|it| it.value.clone()),
        command: service.command.as_ref().map(|it| it.value.clone()),
        env: environment(service),
        labels: labels_of(project, service),
        ports: ports(service),
        exposed: service.expose.iter().map(|port| with_protocol(&port.value)).collect(),
        mounts: service.volumes.iter().filter_map(|it| mount(project, &it.value)).collect(),
        tmpfs: service.tmpfs.iter().map(|entry| split_tmpfs(&entry.value)).collect(),
        networks: networks(project, service),
        network_mode: service.network_mode.as_ref().map(|mode| network_mode(project, &mode.value)),
        healthcheck: service.healthcheck.as_ref().map(|health| health_of(&health.value)),
        restart: service
            .restart
            .map(|policy| policy.value)
            .filter(|policy| *policy != RestartPolicy::No),
        user: text(service.user.as_ref()),
        group_add: list(&service.group_add),
        working_dir: text(service.working_dir.as_ref()),
        hostname: text(service.hostname.as_ref()),
        domainname: text(service.domainname.as_ref()),
        read_only: flag(service.read_only),
        privileged: flag(service.privileged),
        init: service.init.map(|init| init.value),
        cap_add: list(&service.cap_add),
        cap_drop: list(&service.cap_drop),
        security_opt: list(&service.security_opt),
        stop_signal: text(service.stop_signal.as_ref()),
        stop_grace_period: service.stop_grace_period.map(|grace| grace.value),
        logging: service.logging.as_ref().map(|logging| LoggingSpec {
            driver: logging.driver.clone().unwrap_or_default(),
            options: logging.options.clone(),
        }),
        nano_cpus: resources.limits.nano_cpus.map(|it| it.value),
        memory: resources.limits.memory.map(|it| signed(it.value)),
        memory_swap: resources.limits.memory_swap.map(|it| it.value),
        memory_reservation: resources.reservations.memory.map(|it| signed(it.value)),
        pids_limit: resources.limits.pids.map(|it| it.value),
        shm_size: service.shm_size.map(|it| signed(it.value)),
        extra_hosts: service
            .extra_hosts
            .iter()
            .map(|entry| format!("{}:{}", entry.value.0, entry.value.1))
            .collect(),
        dns: list(&service.dns),
        dns_search: list(&service.dns_search),
        dns_opt: list(&service.dns_opt),
        sysctls: plain(&service.sysctls),
        ulimits: service.ulimits.iter().map(|(name, it)| (name.clone(), it.value)).collect(),
        devices: list(&service.devices),
        pid: service.pid.as_ref().map(|mode| namespace(project, &mode.value)),
        ipc: service.ipc.as_ref().map(|mode| namespace(project, &mode.value)),
        tty: flag(service.tty),
        stdin_open: flag(service.stdin_open),
        files: Vec::new(),
    };
    stores::grant(project, service, values, &mut spec, problems);
    spec
}

/// Services whose namespaces a service shares.
pub(super) fn shared_services(service: &Service) -> BTreeSet<String> {
    let network = service.network_mode.as_ref().and_then(|mode| match &mode.value {
        NetworkMode::Service(name) => Some(name.clone()),
        _ => None,
    });
    let named = [&service.pid, &service.ipc]
        .into_iter()
        .flatten()
        .filter_map(|mode| mode.value.strip_prefix("service:").map(str::to_owned));
    network.into_iter().chain(named).collect()
}

/// Keys of the named volumes that a service mounts.
pub(super) fn named_volumes(service: &Service) -> BTreeSet<String> {
    let key = |mount: &Spanned<Mount>| match &mount.value.kind {
        MountKind::Volume { source, .. } => source.clone(),
        _ => None,
    };
    service.volumes.iter().filter_map(key).collect()
}

fn image(project: &Project, service: &Service, problems: &mut Diagnostics) -> String {
    match (&service.image, &service.build) {
        (Some(image), _) => image.value.clone(),
        (None, Some(_)) => format!("{}-{}", project.name.value, service.name.value),
        (None, None) => {
            let name = &service.name.value;
            problems.push(
                Diagnostic::error(
                    codes::NO_IMAGE,
                    format!("service `{name}` has neither an `image` nor a `build` section"),
                )
                .at(service.span(), "what should run here?")
                .help("add `image: NAME:TAG`, or `build: .` with a Dockerfile beside the file"),
            );
            String::new()
        }
    }
}

fn environment(service: &Service) -> BTreeMap<String, Option<Secret>> {
    let secret = |value: &Option<String>| value.as_ref().map(Secret::new);
    service.environment.iter().map(|(name, it)| (name.clone(), secret(&it.value))).collect()
}

fn labels_of(project: &Project, service: &Service) -> BTreeMap<String, String> {
    let mut all = plain(&service.labels);
    let paths = |paths: &[std::path::PathBuf]| {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        paths.join(",")
    };
    let depends: Vec<_> = service
        .depends_on
        .iter()
        .map(|(name, it)| format!("{name}:{}:{}", condition(it.condition), it.restart))
        .collect();
    all.extend(
        [
            (labels::PROJECT, project.name.value.clone()),
            (labels::SERVICE, service.name.value.clone()),
            (labels::ONE_OFF, "False".to_owned()),
            (labels::WORKING_DIR, project.directory.display().to_string()),
            (labels::CONFIG_FILES, paths(&project.files)),
            (labels::DEPENDS_ON, depends.join(",")),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    all
}

fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::Started => "service_started",
        Condition::Healthy => "service_healthy",
        Condition::Completed => "service_completed_successfully",
    }
}

fn ports(service: &Service) -> Vec<PortSpec> {
    let mut ports: Vec<_> = service
        .ports
        .iter()
        .map(|port| PortSpec {
            host_ip: port.value.host_ip.map(|ip| ip.to_string()),
            published: port.value.published,
            target: port.value.target,
            protocol: port.value.protocol,
        })
        .collect();
    ports.sort();
    ports.dedup();
    // An engine keeps one random port per container port, whatever number of them is asked for.
    ports.dedup_by(|a, b| a == b && a.published == Published::Ephemeral);
    ports
}

pub(crate) fn with_protocol(port: &str) -> String {
    if port.contains('/') { port.to_owned() } else { format!("{port}/tcp") }
}

fn mount(project: &Project, mount: &Mount) -> Option<MountSpec> {
    let source = match &mount.kind {
        MountKind::Volume { source: None, .. } => MountSource::Anonymous,
        MountKind::Volume { source: Some(key), options } => MountSource::Volume {
            name: project.volumes.get(key)?.name.value.clone(),
            nocopy: options.nocopy,
            subpath: options.subpath.clone(),
        },
        MountKind::Bind { source, options } => MountSource::Bind {
            path: source.clone(),
            create: options.create_host_path,
            propagation: options.propagation.clone(),
            selinux: options.selinux,
        },
        MountKind::Tmpfs { options } => {
            MountSource::Tmpfs { size: options.size, mode: options.mode }
        }
    };
    Some(MountSpec { source, target: mount.target.clone(), read_only: mount.read_only })
}

fn split_tmpfs(entry: &str) -> (String, String) {
    let (path, options) = entry.split_once(':').unwrap_or((entry, ""));
    (path.to_owned(), options.to_owned())
}

fn networks(project: &Project, service: &Service) -> Vec<NetworkAttachment> {
    let mut joined: Vec<_> = service
        .networks
        .iter()
        .filter_map(|(key, attachment)| Some((project.networks.get(key)?, attachment)))
        .collect();
    joined.sort_by_key(|(network, attachment)| (-attachment.priority, network.key.value.clone()));
    joined
        .into_iter()
        .map(|(network, attachment)| {
            let mut aliases = attachment.aliases.clone();
            aliases.push(service.name.value.clone());
            aliases.sort();
            aliases.dedup();
            NetworkAttachment {
                network: network.name.value.clone(),
                aliases,
                ipv4_address: attachment.ipv4_address.clone(),
                ipv6_address: attachment.ipv6_address.clone(),
            }
        })
        .collect()
}

fn network_mode(project: &Project, mode: &NetworkMode) -> String {
    match mode {
        NetworkMode::None => "none".to_owned(),
        NetworkMode::Host => "host".to_owned(),
        NetworkMode::Service(name) => namespace(project, &format!("service:{name}")),
        NetworkMode::Container(name) => format!("container:{name}"),
        NetworkMode::Other(mode) => mode.clone(),
    }
}

/// `service:NAME` becomes the name of that service's first container.
fn namespace(project: &Project, mode: &str) -> String {
    let Some(name) = mode.strip_prefix("service:") else { return mode.to_owned() };
    let fixed = project.services.get(name).and_then(|it| it.container_name.as_ref());
    match fixed {
        Some(fixed) => format!("container:{}", fixed.value),
        None => format!("container:{}-{name}-1", project.name.value),
    }
}

fn health_of(health: &Healthcheck) -> HealthSpec {
    HealthSpec {
        test: health.test.as_ref().map(|test| match &test.value {
            HealthTest::Disabled => vec!["NONE".to_owned()],
            HealthTest::Shell(text) => vec!["CMD-SHELL".to_owned(), text.clone()],
            HealthTest::Exec(words) => {
                std::iter::once("CMD".to_owned()).chain(words.iter().cloned()).collect()
            }
        }),
        interval: health.interval.map(|it| it.value),
        timeout: health.timeout.map(|it| it.value),
        retries: health.retries.map(|it| it.value),
        start_period: health.start_period.map(|it| it.value),
        start_interval: health.start_interval.map(|it| it.value),
    }
}

fn text(value: Option<&Spanned<String>>) -> Option<String> {
    value.map(|value| value.value.clone())
}

fn list(values: &[Spanned<String>]) -> Vec<String> {
    values.iter().map(|value| value.value.clone()).collect()
}

fn flag(value: Option<Spanned<bool>>) -> bool {
    value.is_some_and(|value| value.value)
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
