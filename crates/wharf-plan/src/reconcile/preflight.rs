//! What can be known to fail before anything is done.

use super::up::Draft;
use crate::desired::DesiredService;
use crate::spec::PortSpec;
use crate::{ForeignContainer, ObservedPort};
use wharf_compose::model::{Published, PullPolicy};
use wharf_diag::codes::{engine, plan as codes};
use wharf_diag::{Diagnostic, did_you_mean};

/// More containers of one service than any one machine runs; a mistyped number, most likely.
const MOST_REPLICAS: u32 = 1000;

/// Collects everything that stands in the way.
pub(super) fn check(draft: &mut Draft<'_>) {
    unknown_services(draft);
    for service in draft.selected() {
        let replicas = replicas(draft, service);
        if replicas > MOST_REPLICAS {
            draft.problems.push(too_many(service, replicas));
            continue;
        }
        scaled_names(draft, service, replicas);
        scaled_ports(draft, service, replicas);
        names(draft, service, replicas);
        ports(draft, service);
        image(draft, service);
    }
}

/// Whether planning on would take for ever.
pub(super) fn is_absurd(draft: &Draft<'_>) -> bool {
    draft.selected().any(|service| replicas(draft, service) > MOST_REPLICAS)
}

fn too_many(service: &DesiredService, replicas: u32) -> Diagnostic {
    Diagnostic::error(
        codes::USAGE,
        format!("service `{}` is to have {replicas} containers", service.name),
    )
    .at(service.span, "this service")
    .note(format!("more than {MOST_REPLICAS} of one service are taken for a mistake"))
    .help("correct `--scale`, `scale` or `deploy.replicas`")
}

/// An image that is not there and that the file forbids to pull.
fn image(draft: &mut Draft<'_>, service: &DesiredService) {
    let reference = &service.template.image;
    let policy = draft.options.images.pull.unwrap_or(service.pull_policy);
    let can_be_built = |it: &DesiredService| it.build.is_some() && it.template.image == *reference;
    if policy != PullPolicy::Never
        || draft.observed.images.contains_key(reference)
        || draft.desired.services.values().any(can_be_built)
    {
        return;
    }
    draft.problems.push(
        Diagnostic::error(
            engine::IMAGE_ABSENT,
            format!("image `{reference}` is not on the engine and must not be pulled"),
        )
        .at(service.span, "needed by this service")
        .note("its pull policy is `never`")
        .help("pull or build it first, or remove `pull_policy: never`"),
    );
}

/// How many containers of a service are wanted, the command line's word included.
pub(super) fn replicas(draft: &Draft<'_>, service: &DesiredService) -> u32 {
    draft.options.scale.get(&service.name).copied().unwrap_or(service.replicas)
}

/// Names on the command line that no service has.
pub(super) fn unknown_services(draft: &mut Draft<'_>) {
    let named = draft.options.services.iter().chain(draft.options.scale.keys());
    for name in named {
        if draft.desired.services.contains_key(name) {
            continue;
        }
        let known = draft.desired.services.keys().map(String::as_str);
        let diagnostic =
            Diagnostic::error(codes::UNKNOWN_SERVICE, format!("no service is called `{name}`"));
        let diagnostic = match did_you_mean(name, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => {
                let all: Vec<_> =
                    draft.desired.services.keys().map(|name| format!("`{name}`")).collect();
                diagnostic.help(format!("the services are {}", all.join(", ")))
            }
        };
        draft.problems.push(diagnostic);
    }
}

fn scaled_names(draft: &mut Draft<'_>, service: &DesiredService, replicas: u32) {
    if service.has_fixed_name && replicas > 1 {
        draft.problems.push(
            Diagnostic::error(
                codes::FIXED_NAME_SCALED,
                format!(
                    "service `{}` has the fixed container name `{}` and {replicas} replicas",
                    service.name, service.template.name
                ),
            )
            .at(service.span, "this service")
            .note("two containers cannot have the same name")
            .help("remove `container_name`, or keep one replica"),
        );
    }
}

fn scaled_ports(draft: &mut Draft<'_>, service: &DesiredService, replicas: u32) {
    let is_fixed = |port: &&PortSpec| matches!(port.published, Published::Port(_));
    let Some(port) = service.template.ports.iter().find(is_fixed) else { return };
    if replicas > 1 {
        let (host, inside) = (port.host_port(), port.target);
        let last = u64::from(inside.max(host.parse().unwrap_or(inside))) + u64::from(replicas) - 1;
        draft.problems.push(
            Diagnostic::error(
                codes::PORT_TAKEN,
                format!(
                    "{replicas} replicas of service `{}` cannot all have host port {host}",
                    service.name
                ),
            )
            .at(service.span, "this service")
            .note("a host port can be bound by one container at a time")
            .help(format!(
                "publish a range (\"{host}-{last}:{inside}\"), a random port (\"{inside}\"), or none"
            )),
        );
    }
}

fn names(draft: &mut Draft<'_>, service: &DesiredService, replicas: u32) {
    for number in 1..=replicas {
        let name = service.container_name(&draft.desired.project, number);
        let Some(holder) = draft.observed.foreign.iter().find(|it| it.name == name) else {
            continue;
        };
        draft.problems.push(
            Diagnostic::error(
                codes::NAME_CLASH,
                format!("container name `{name}` is taken by {}", owner(holder)),
            )
            .at(service.span, "needed by this service")
            .note("wharf touches only containers that carry this project's labels")
            .help(format!(
                "rename the other one (`docker rename {name} NEW`), or use another project name with `-p`"
            )),
        );
    }
}

fn ports(draft: &mut Draft<'_>, service: &DesiredService) {
    for port in &service.template.ports {
        let Published::Port(number) = port.published else { continue };
        let holder = draft
            .observed
            .foreign
            .iter()
            .find(|it| it.ports.iter().any(|there| collide(port, number, there)));
        if let Some(holder) = holder {
            draft.problems.push(
                Diagnostic::error(
                    codes::PORT_TAKEN,
                    format!(
                        "host port {number} is published by container `{}` ({})",
                        holder.name,
                        owner(holder)
                    ),
                )
                .at(service.span, format!("service `{}` asks for it", service.name))
                .note("a host port can be bound by one container at a time")
                .help(format!(
                    "stop that container, or publish another port, for example \"{}:{}\"",
                    number.saturating_add(1),
                    port.target
                )),
            );
            continue;
        }
        orphan_port(draft, service, port, number);
    }
}

/// A container of a service that the files do not have any more still holds the port.
fn orphan_port(draft: &mut Draft<'_>, service: &DesiredService, port: &PortSpec, number: u16) {
    let holder = draft.observed.containers.iter().find(|it| {
        !draft.desired.services.contains_key(&it.service)
            && it.ports.iter().any(|there| collide(port, number, there))
    });
    let Some(holder) = holder.filter(|_| !draft.options.remove_orphans) else { return };
    draft.problems.push(
        Diagnostic::error(
            codes::PORT_TAKEN,
            format!("host port {number} is published by container `{}`", holder.name),
        )
        .at(service.span, format!("service `{}` asks for it", service.name))
        .note(format!("it belongs to service `{}`, which is not active", holder.service))
        .help("remove it with `wharf up --remove-orphans`, or stop it with `wharf stop`"),
    );
}

fn collide(wanted: &PortSpec, number: u16, there: &ObservedPort) -> bool {
    let is_any = |ip: &str| matches!(ip, "" | "0.0.0.0" | "::");
    let wanted_ip = wanted.host_ip.as_deref().unwrap_or("");
    there.published == Some(number)
        && there.protocol == wanted.protocol
        && (is_any(wanted_ip) || is_any(&there.host_ip) || there.host_ip == wanted_ip)
}

fn owner(container: &ForeignContainer) -> String {
    match &container.project {
        Some(project) => format!("project `{project}`"),
        None => "a container that no compose project owns".to_owned(),
    }
}
