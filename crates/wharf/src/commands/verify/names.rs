//! Names of services resolve inside their networks.

use super::{failed, passed, skipped};
use crate::session::Connected;
use std::collections::BTreeSet;
use std::time::Duration;
use wharf_engine::capability::{ExecSpec, Processes};
use wharf_plan::{Desired, Observed, ObservedContainer};
use wharf_term::checks::Check;

/// How long one look-up may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Ways to look a name up from inside a container; images have one, another, or none.
const TOOLS: [[&str; 2]; 2] = [["getent", "hosts"], ["nslookup", ""]];

/// Asks one container per network for the names of the services there.
pub(super) async fn resolve(
    connected: &Connected,
    desired: &Desired,
    observed: &Observed,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for (key, network) in &desired.networks {
        let name = &network.spec.name;
        let there: Vec<&ObservedContainer> = observed
            .containers
            .iter()
            .filter(|it| it.state.is_running() && !it.is_one_off && it.networks.contains(name))
            .collect();
        let services: BTreeSet<&str> = there.iter().map(|it| it.service.as_str()).collect();
        if services.is_empty() {
            continue;
        }
        match resolver(connected, &there).await {
            Some((asked, tool)) => {
                for service in services {
                    checks.push(look_up(connected, asked, tool, key, service).await);
                }
            }
            None => checks.push(skipped(
                format!("names in network {key}"),
                "no container there has a tool that looks names up",
            )),
        }
    }
    checks
}

/// A container that can look names up, tried with the one name that every container has.
async fn resolver<'a>(
    connected: &Connected,
    there: &[&'a ObservedContainer],
) -> Option<(&'a ObservedContainer, [&'static str; 2])> {
    for container in there {
        for tool in TOOLS {
            let answer = ask(connected, container, tool, "localhost").await;
            if answer.is_some_and(|code| !matches!(code, 126 | 127)) {
                return Some((container, tool));
            }
        }
    }
    None
}

async fn look_up(
    connected: &Connected,
    asked: &ObservedContainer,
    tool: [&'static str; 2],
    network: &str,
    service: &str,
) -> Check {
    let subject = format!("name {service}");
    let place = format!("in network {network}, asked from {}", asked.service);
    match ask(connected, asked, tool, service).await {
        Some(0) => passed(subject, format!("resolves {place}")),
        _ => failed(
            subject,
            format!("does not resolve {place}"),
            format!("wharf up --force-recreate {service}"),
        ),
    }
}

async fn ask(
    connected: &Connected,
    container: &ObservedContainer,
    tool: [&'static str; 2],
    name: &str,
) -> Option<i64> {
    // Some `nslookup`s put the domain of the container's host name behind a name without a dot.
    let name = if tool[0] == "nslookup" { format!("{name}.") } else { name.to_owned() };
    let words = tool.into_iter().chain([name.as_str()]).filter(|word| !word.is_empty());
    let spec = ExecSpec { command: words.map(str::to_owned).collect(), ..ExecSpec::default() };
    connected.engine.run(&container.id, &spec, LIMIT).await.ok().map(|output| output.code)
}
