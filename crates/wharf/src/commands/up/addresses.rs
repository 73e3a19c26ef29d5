//! Where the services can be reached, after `up`.

use crate::access::{host, published};
use crate::cli::Progress;
use crate::session::Session;
use wharf_compose::model::Protocol;
use wharf_docker::Endpoint;
use wharf_plan::{Observed, ObservedPort};
use wharf_term::table::{Align, Cell, Table};
use wharf_term::{Color, Role};

/// Ports that do not speak HTTP, as far as their numbers tell.
const NOT_HTTP: [u16; 12] = [21, 22, 25, 53, 1433, 3306, 5432, 5672, 6379, 9092, 11211, 27017];

/// Tells the addresses of everything that runs and is published.
pub(super) fn tell(session: &Session<'_>, observed: &Observed, endpoint: &Endpoint) {
    if matches!(session.settings.progress, Progress::Quiet | Progress::Json) {
        return;
    }
    let mut table = Table::default().column("service", Align::Left).column("address", Align::Left);
    let running = observed.containers.iter().filter(|it| it.state.is_running() && !it.is_one_off);
    for container in running {
        for port in published(container) {
            let address = Cell::role(Role::Hint, address(port, endpoint));
            let name = format!("{}-{}", container.service, container.number);
            table.row([Cell::role(Role::Name, name), address]);
        }
    }
    if !table.is_empty() {
        let stderr = session.output.stderr();
        let color: Color = stderr.color();
        session.output.tell(&table.text(color, stderr.width()));
    }
}

fn address(port: &ObservedPort, endpoint: &Endpoint) -> String {
    let number = port.published.unwrap_or_default();
    let place = format!("{}:{number}", host(port, endpoint));
    let is_http = port.protocol == Protocol::Tcp && !NOT_HTTP.contains(&port.target);
    match (is_http, port.protocol) {
        (true, _) => format!("http://{place}"),
        (false, Protocol::Tcp) => place,
        (false, protocol) => format!("{place}/{}", protocol.as_str()),
    }
}
