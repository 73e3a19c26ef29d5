//! Finds containers by service and tells how published ports are reached.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Connected, Read, Session};
use std::collections::BTreeSet;
use wharf_diag::codes::{engine, plan};
use wharf_diag::{Diagnostic, did_you_mean};
use wharf_docker::{Address, Endpoint};
use wharf_plan::{Observed, ObservedContainer, ObservedPort};

/// Connects, and finds the running container of a service that the command line names.
pub(crate) async fn reach(
    session: &Session<'_>,
    service: &str,
    index: Option<u32>,
) -> Result<(Connected, ObservedContainer), Failure> {
    let (project, read) = session.scope()?;
    let connected = session.connect().await?;
    let observed = connected.observe(&project).await?;
    let known = known_services(read.as_ref(), &observed);
    check_names(&[service.to_owned()], known.iter().copied())?;
    let container = running(&observed, service, index)?.clone();
    Ok((connected, container))
}

/// Finds the running container of a service; `index` is the number of the replica.
fn running<'a>(
    observed: &'a Observed,
    service: &'a str,
    index: Option<u32>,
) -> Result<&'a ObservedContainer, Failure> {
    let is_wanted = |it: &&ObservedContainer| {
        it.state.is_running() && index.is_none_or(|index| it.number == index)
    };
    if let Some(container) = observed.replicas(service).find(is_wanted) {
        return Ok(container);
    }
    let which = index.map(|index| format!(" {index}")).unwrap_or_default();
    let diagnostic = Diagnostic::error(
        engine::NO_CONTAINER,
        format!("service `{service}` has no running container{which}"),
    );
    let states: Vec<_> = observed
        .replicas(service)
        .map(|it| format!("`{}` is {}", it.name, it.state.as_str()))
        .collect();
    let diagnostic = states.into_iter().fold(diagnostic, Diagnostic::note);
    Err(Failure::of(diagnostic.help(format!("start it with `wharf up {service}`")), Exit::Failed))
}

/// Checks names of services against what is known of the project.
pub(crate) fn check_names<'a>(
    names: &[String],
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Failure> {
    let unknown = names.iter().filter(|name| !known.clone().any(|it| it == *name));
    let diagnostics: Vec<_> = unknown
        .map(|name| {
            let diagnostic =
                Diagnostic::error(plan::UNKNOWN_SERVICE, format!("no service is called `{name}`"));
            match did_you_mean(name, known.clone()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("`wharf config --services` lists the services"),
            }
        })
        .collect();
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(Failure { diagnostics, sources: wharf_diag::SourceMap::default(), exit: Exit::Usage })
}

/// Names of services that the files define or that have containers.
pub(crate) fn known_services<'a>(
    read: Option<&'a Read>,
    observed: &'a Observed,
) -> BTreeSet<&'a str> {
    let defined = read
        .into_iter()
        .flat_map(|it| it.project.services.keys().chain(it.project.inactive.keys()));
    let there = observed.containers.iter().map(|it| &it.service);
    defined.chain(there).map(String::as_str).collect()
}

/// Host name or address under which a published port is reached from here.
pub(crate) fn host(port: &ObservedPort, endpoint: &Endpoint) -> String {
    let is_any = matches!(port.host_ip.as_str(), "" | "0.0.0.0" | "::");
    match &endpoint.address {
        Address::Tcp { host, .. } if is_any => host.clone(),
        _ if is_any => "localhost".to_owned(),
        _ if port.host_ip.contains(':') => format!("[{}]", port.host_ip),
        _ => port.host_ip.clone(),
    }
}

/// The published ports of a container, each once whatever number of addresses it listens on.
pub(crate) fn published(container: &ObservedContainer) -> Vec<&ObservedPort> {
    let mut ports: Vec<_> = container.ports.iter().filter(|it| it.published.is_some()).collect();
    ports.sort_by_key(|port| (port.published, port.target, port.host_ip.contains(':')));
    ports.dedup_by_key(|port| (port.published, port.target, port.protocol));
    ports
}
