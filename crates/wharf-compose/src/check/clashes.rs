//! Things that exist once and are asked for twice.

use super::as_written;
use crate::model::{Condition, HealthTest, Mount, Port, Project, Protocol, Published, Service};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use wharf_diag::{Diagnostic, Diagnostics, SourceMap, Span, Spanned, codes};

/// A port of the host that is taken: by which service, at which addresses, and where it says so.
#[derive(Clone, Copy)]
struct Taken<'p> {
    service: &'p str,
    address: Option<IpAddr>,
    span: Option<Span>,
}

/// Every port of the host is published once per address and protocol.
pub(super) fn ports(project: &Project, diagnostics: &mut Diagnostics) {
    let mut published: Vec<(&str, &Spanned<Port>)> = Vec::new();
    for (name, service) in &project.services {
        published.extend(service.ports.iter().map(|port| (name.as_str(), port)));
    }
    // The later one in the files is the one that asks for what is taken.
    published.sort_by_key(|(_, port)| port.span);
    let mut taken: HashMap<(u16, Protocol), Vec<Taken<'_>>> = HashMap::new();
    let mut conflicts = Vec::new();
    for (service, port) in published {
        let Published::Port(number) = port.value.published else { continue };
        let slot = taken.entry((number, port.value.protocol)).or_default();
        let address = port.value.host_ip;
        match slot.iter().find(|other| overlap(other.address, address)) {
            Some(first) => conflicts.push((service, port, number, *first)),
            None => slot.push(Taken { service, address, span: port.span }),
        }
    }
    for (service, port, number, first) in conflicts {
        let is_free = |number: &u16| !taken.contains_key(&(*number, port.value.protocol));
        let from = if number < 1024 { 8000 + number } else { number };
        let free = (from..=u16::MAX).find(is_free).unwrap_or(number);
        diagnostics.push(port_conflict(service, port, number, first, free));
    }
}

/// Whether two addresses of the host cannot both listen on one port.
fn overlap(left: Option<IpAddr>, right: Option<IpAddr>) -> bool {
    let is_any = |address: Option<IpAddr>| address.is_none_or(|address| address.is_unspecified());
    match (left, right) {
        (Some(left), Some(right)) if left.is_ipv4() != right.is_ipv4() => false,
        _ => is_any(left) || is_any(right) || left == right,
    }
}

fn port_conflict(
    name: &str,
    port: &Spanned<Port>,
    number: u16,
    first: Taken<'_>,
    free: u16,
) -> Diagnostic {
    let protocol = match port.value.protocol {
        Protocol::Tcp => String::new(),
        other => format!("/{}", other.as_str()),
    };
    let message = if first.service == name {
        format!("the service `{name}` publishes host port {number}{protocol} twice")
    } else {
        let (left, right) = (first.service.min(name), first.service.max(name));
        format!("services `{left}` and `{right}` both publish host port {number}{protocol}")
    };
    Diagnostic::error(codes::compose::PORT_CONFLICT, message)
        .at(port.span, format!("`{name}` asks for it here"))
        .also(first.span, format!("`{}` already has it", first.service))
        .note("a host port can be bound by one container at a time")
        .help(format!(
            "publish `{name}` on a free port, for example \"{free}:{}{protocol}\"",
            port.value.target
        ))
}

/// Names of containers are unique.
pub(super) fn container_names(project: &Project, diagnostics: &mut Diagnostics) {
    let mut taken: BTreeMap<&str, &Service> = BTreeMap::new();
    for service in project.services.values() {
        let Some(name) = &service.container_name else { continue };
        match taken.get(name.value.as_str()) {
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    codes::compose::DUPLICATE_NAME,
                    format!(
                        "services `{}` and `{}` have the same container name",
                        first.name.value, service.name.value
                    ),
                )
                .at(name.span, format!("`{}` asks for it here", service.name.value))
                .also(
                    first.container_name.as_ref().and_then(|name| name.span),
                    format!("`{}` already has it", first.name.value),
                )
                .help("rename one, or remove `container_name` and let wharf choose"),
            ),
            None => {
                taken.insert(&name.value, service);
            }
        }
    }
}

/// A fixed name allows one container.
pub(super) fn replicas(project: &Project, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        let (Some(name), Some(replicas)) = (&service.container_name, service.replicas) else {
            continue;
        };
        if replicas.value > 1 {
            diagnostics.push(
                Diagnostic::error(
                    codes::compose::CONFLICT,
                    format!(
                        "the service `{}` has a fixed container name and {} replicas",
                        service.name.value, replicas.value
                    ),
                )
                .at(replicas.span, "several containers")
                .also(name.span, "cannot all have this name")
                .help("remove `container_name`; wharf numbers the containers"),
            );
        }
    }
}

/// Every path in a container is mounted once.
pub(super) fn targets(project: &Project, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        let mut taken: BTreeMap<&str, Option<Span>> = BTreeMap::new();
        for mount in &service.volumes {
            let target = mount.value.target.as_str();
            match taken.get(target) {
                Some(first) => diagnostics.push(
                    Diagnostic::error(
                        codes::compose::DUPLICATE_TARGET,
                        format!(
                            "the service `{}` mounts two things at {}",
                            service.name.value,
                            target_as_written(sources, mount)
                        ),
                    )
                    .at(mount.span, "mounted here again")
                    .also(*first, "mounted here first")
                    .help("mount one of them at another path, or remove it"),
                ),
                None => {
                    taken.insert(target, mount.span);
                }
            }
        }
    }
}

/// The path as it may be shown: as the file says it when a variable gave a part.
fn target_as_written(sources: &SourceMap, mount: &Spanned<Mount>) -> String {
    let target = mount.value.target.as_str();
    if as_written(sources, mount.span, target) == target {
        format!("`{target}`")
    } else {
        "one path".to_owned()
    }
}

/// Nothing waits for the health of a service whose check is switched off.
pub(super) fn health(project: &Project, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        for (target, dependency) in &service.depends_on {
            if dependency.value.condition != Condition::Healthy {
                continue;
            }
            let check = project.services.get(target).and_then(|target| target.healthcheck.as_ref());
            let test = check.and_then(|check| check.value.test.as_ref());
            let Some(Spanned { value: HealthTest::Disabled, span }) = test else { continue };
            diagnostics.push(
                Diagnostic::error(
                    codes::compose::HEALTH_DISABLED,
                    format!(
                        "`{}` waits for the health of `{target}`, whose check is switched off",
                        service.name.value
                    ),
                )
                .at(dependency.span, "would wait for ever")
                .also(*span, "switched off here")
                .help("remove the switch, or wait with `condition: service_started`"),
            );
        }
    }
}

/// A service that runs on a platform is built for it.
pub(super) fn platforms(project: &Project, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        let (Some(platform), Some(build)) = (&service.platform, &service.build) else { continue };
        let built = &build.value.platforms;
        if built.is_empty() || built.contains(platform) {
            continue;
        }
        diagnostics.push(
            Diagnostic::error(
                codes::compose::CONFLICT,
                format!(
                    "the service `{}` runs on a platform that it is not built for",
                    service.name.value
                ),
            )
            .at(platform.span, "runs on this platform")
            .also(built.first().and_then(|first| first.span), "built for others only")
            .help("add this platform to `build.platforms`, or remove `platform`"),
        );
    }
}
