//! `wharf ps`.

use crate::access::{check_names, host, known_services, published};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use serde::Serialize;
use std::collections::BTreeSet;
use wharf_docker::Endpoint;
use wharf_plan::{ContainerState, Health, ObservedContainer};
use wharf_term::Role;
use wharf_term::human::short_id;
use wharf_term::table::{Align, Cell, Table};

/// Lists the project's containers
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Services; with none, all of the project
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Lists the containers of `wharf run` too
    #[arg(short, long)]
    all: bool,
    /// Prints for programs
    #[arg(long)]
    json: bool,
    /// Prints names of services only
    #[arg(long, conflicts_with = "json")]
    services_only: bool,
    /// Prints ids only
    #[arg(short = 'q', long = "ids", conflicts_with_all = ["json", "services_only"])]
    ids: bool,
}

/// One container, for programs. Version 1 of this form.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    project: &'a str,
    service: &'a str,
    number: u32,
    image: &'a str,
    state: &'static str,
    exit_code: Option<i64>,
    health: Option<&'static str>,
    status: &'a str,
    created: i64,
    ports: Vec<PortRow<'a>>,
}

/// One published port.
#[derive(Serialize)]
struct PortRow<'a> {
    host_ip: &'a str,
    published: u16,
    target: u16,
    protocol: &'static str,
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let (project, read) = session.scope()?;
    let connected = session.connect().await?;
    let observed = connected.observe(&project).await?;
    let known = known_services(read.as_ref(), &observed);
    check_names(&args.services, known.iter().copied())?;
    let containers: Vec<&ObservedContainer> = observed
        .containers
        .iter()
        .filter(|it| args.all || !it.is_one_off)
        .filter(|it| args.services.is_empty() || args.services.contains(&it.service))
        .collect();
    if args.json || session.is_json() {
        let rows: Vec<_> = containers.iter().map(|it| row(&project, it)).collect();
        session.output.answer(&serde_json::to_string_pretty(&rows).unwrap_or_default());
    } else if args.services_only {
        let names: BTreeSet<_> = containers.iter().map(|it| it.service.as_str()).collect();
        names.iter().for_each(|name| session.output.answer(name));
    } else if args.ids {
        containers.iter().for_each(|it| session.output.answer(&it.id));
    } else {
        let stdout = session.output.stdout();
        let table = table(&containers, &connected.endpoint);
        session.output.answer(&table.text(stdout.color(), stdout.width()));
    }
    Ok(Exit::Ok)
}

fn row<'a>(project: &'a str, container: &'a ObservedContainer) -> Row<'a> {
    let ports = published(container).into_iter().filter_map(|port| {
        Some(PortRow {
            host_ip: &port.host_ip,
            published: port.published?,
            target: port.target,
            protocol: port.protocol.as_str(),
        })
    });
    Row {
        id: &container.id,
        name: &container.name,
        project,
        service: &container.service,
        number: container.number,
        image: &container.image,
        state: container.state.as_str(),
        exit_code: match container.state {
            ContainerState::Exited { code } => Some(code),
            _ => None,
        },
        health: container.health.map(Health::as_str),
        status: &container.status,
        created: container.created,
        ports: ports.collect(),
    }
}

fn table(containers: &[&ObservedContainer], endpoint: &Endpoint) -> Table {
    let mut table = ["name", "service", "status", "ports", "image", "id"]
        .into_iter()
        .fold(Table::default(), |table, title| table.column(title, Align::Left));
    for container in containers {
        let ports: Vec<_> = published(container)
            .into_iter()
            .filter_map(|port| {
                let place = format!("{}:{}", host(port, endpoint), port.published?);
                Some(format!("{place}->{}/{}", port.target, port.protocol.as_str()))
            })
            .collect();
        table.row([
            Cell::role(Role::Name, &container.name),
            Cell::from(container.service.as_str()),
            Cell::role(role(container), &container.status),
            Cell::from(ports.join(", ")),
            Cell::from(container.image.as_str()),
            Cell::role(Role::Dim, short_id(&container.id)),
        ]);
    }
    table
}

fn role(container: &ObservedContainer) -> Role {
    match (container.state, container.health) {
        (ContainerState::Running, Some(Health::Unhealthy)) => Role::Error,
        (ContainerState::Running, Some(Health::Starting)) => Role::Warning,
        (ContainerState::Running, _) => Role::Success,
        (ContainerState::Exited { code: 0 }, _) => Role::Dim,
        (ContainerState::Created | ContainerState::Paused, _) => Role::Warning,
        _ => Role::Error,
    }
}
