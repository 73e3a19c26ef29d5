//! A small stack: its plan, and the events of a run.

use wharf_diag::{Code, Diagnostic, SourceMap, report};
use wharf_plan::spec::{NetworkAttachment, NetworkSpec, VolumeSpec};
use wharf_plan::{
    Action, Address, Cause, Change, ContainerSpec, Edge, Event, Gate, NodeId, NodeOutcome, Plan,
    PlanBuilder, Removal, Summary, Target,
};

pub(crate) fn existing(name: &str) -> Target {
    Target::Existing { id: "0123456789abcdef".to_owned(), name: name.to_owned() }
}

pub(crate) fn create_container(name: &str) -> Action {
    let spec = ContainerSpec { image: "shop-api:1".to_owned(), ..ContainerSpec::default() };
    Action::CreateContainer { name: name.to_owned(), spec: Box::new(spec) }
}

pub(crate) fn create_network(name: &str) -> Action {
    Action::CreateNetwork(Box::new(NetworkSpec { name: name.to_owned(), ..Default::default() }))
}

pub(crate) fn create_volume(name: &str) -> Action {
    Action::CreateVolume(Box::new(VolumeSpec { name: name.to_owned(), ..Default::default() }))
}

pub(crate) fn connect(target: Target, network: &str) -> Action {
    let attachment = NetworkAttachment {
        network: network.to_owned(),
        aliases: Vec::new(),
        ipv4_address: None,
        ipv6_address: None,
    };
    Action::ConnectNetwork { target, attachment }
}

pub(crate) fn remove(name: &str, removal: Removal) -> Action {
    Action::RemoveContainer { target: existing(name), removal }
}

pub(crate) fn stop(name: &str) -> Action {
    Action::StopContainer { target: existing(name), grace: None }
}

pub(crate) fn env_changed(names: &[&str]) -> Cause {
    let changes = names.iter().map(|name| Change::Env { name: (*name).to_owned() });
    Cause::Changed { changes: changes.collect() }
}

/// A network, a pulled image, a new service that is waited for, a replaced one, one that is
/// started, one that goes.
pub(crate) fn plan() -> Plan {
    let mut plan = PlanBuilder::default();
    let network = plan.push(
        Address::Network("default".to_owned()),
        create_network("shop_default"),
        Cause::NotFound,
        [],
    );
    let image = Address::Image("postgres:16-alpine".to_owned());
    let pull = Action::PullImage { reference: "postgres:16-alpine".to_owned(), platform: None };
    let pulled = plan.push(image, pull, Cause::NotFound, []);
    let db = Address::service("db", 1);
    let made = plan.push(
        db.clone(),
        create_container("shop-db-1"),
        Cause::NotFound,
        [Edge::Success(network), Edge::Success(pulled)],
    );
    let target = Target::Created(made);
    let joined = plan.push(
        db.clone(),
        connect(target.clone(), "back"),
        Cause::NotFound,
        [Edge::Success(made)],
    );
    let start = Action::StartContainer { target: target.clone() };
    let started = plan.push(db.clone(), start, Cause::NotFound, [Edge::Success(joined)]);
    let wait = Action::Await { target, gate: Gate::Healthy };
    let healthy = plan.push(db, wait, Cause::NotFound, [Edge::Success(started)]);
    replace_api(&mut plan, healthy);
    let web = Action::StartContainer { target: existing("shop-web-1") };
    plan.push(Address::service("web", 1), web, Cause::NotRunning, [Edge::Success(healthy)]);
    let cron = Address::service("cron", 1);
    let stopped = plan.push(cron.clone(), stop("shop-cron-1"), Cause::NotInFiles, []);
    let gone = remove("shop-cron-1", Removal::KeepVolumes);
    plan.push(cron, gone, Cause::NotInFiles, [Edge::Success(stopped)]);
    plan.finish("shop")
}

fn replace_api(plan: &mut PlanBuilder, after: NodeId) {
    let api = Address::service("api", 1);
    let cause = || env_changed(&["API_URL"]);
    let stopped = plan.push(api.clone(), stop("shop-api-1"), cause(), [Edge::Success(after)]);
    let gone = remove("shop-api-1", Removal::KeepVolumes);
    let removed = plan.push(api.clone(), gone, cause(), [Edge::Success(stopped)]);
    let create = create_container("shop-api-1");
    let made = plan.push(api.clone(), create, cause(), [Edge::Success(removed)]);
    let start = Action::StartContainer { target: Target::Created(made) };
    plan.push(api, start, cause(), [Edge::Success(made)]);
}

/// Event that a node of the plan began.
pub(crate) fn started(plan: &Plan, node: usize, at: u64) -> Event {
    let node = plan.node(NodeId(node)).unwrap();
    Event::NodeStarted {
        at,
        node: node.id,
        address: node.address.clone(),
        verb: node.action.verb(),
        argument: node.action.argument(),
    }
}

/// Event that a node of the plan ended.
pub(crate) fn finished(
    plan: &Plan,
    node: usize,
    at: u64,
    elapsed: u64,
    outcome: NodeOutcome,
) -> Event {
    let node = plan.node(NodeId(node)).unwrap();
    Event::NodeFinished {
        at,
        node: node.id,
        address: node.address.clone(),
        verb: node.action.verb(),
        argument: node.action.argument(),
        outcome,
        elapsed,
    }
}

pub(crate) fn progress(plan: &Plan, node: usize, at: u64, message: &str) -> Event {
    let node = plan.node(NodeId(node)).unwrap();
    let (address, message) = (node.address.clone(), message.to_owned());
    Event::NodeProgress { at, node: node.id, address, message }
}

pub(crate) fn run_started(plan: &Plan) -> Event {
    Event::RunStarted { project: plan.project.clone(), actions: plan.nodes().len() }
}

pub(crate) fn warning(at: u64) -> Event {
    let diagnostic = Diagnostic::warning(Code("engine::slow"), "the engine answers slowly")
        .note("the last request took 4.2s")
        .help("look at the load of the machine");
    Event::Warning { at, diagnostic: Box::new(report(&diagnostic, &SourceMap::default())) }
}

/// The first seconds: the network is there, the image is pulled, the old service goes.
pub(crate) fn beginning(plan: &Plan) -> Vec<Event> {
    let done = NodeOutcome::Done;
    vec![
        run_started(plan),
        started(plan, 0, 0),
        started(plan, 1, 0),
        started(plan, 11, 10),
        finished(plan, 0, 120, 120, done),
        progress(
            plan,
            1,
            900,
            "layer 3/7\n\u{1b}[2K\u{1b}[31mlayer 4/7  12.3 MiB of 80 MiB\u{1b}[0m\r",
        ),
        finished(plan, 11, 1200, 1190, done),
        started(plan, 12, 1200),
    ]
}

/// The rest of a run that goes well.
pub(crate) fn rest(plan: &Plan) -> Vec<Event> {
    let done = NodeOutcome::Done;
    let mut events = vec![
        finished(plan, 12, 1300, 100, done),
        warning(1350),
        finished(plan, 1, 4000, 4000, done),
    ];
    let mut at = 4000;
    for node in 2..11 {
        events.push(started(plan, node, at));
        if node == 5 {
            events.push(progress(plan, node, at + 50, "connection refused"));
        }
        at += 400;
        events.push(finished(plan, node, at, 400, done));
    }
    let summary = Summary {
        created: 2,
        replaced: 1,
        started: 1,
        removed: 1,
        unchanged: 3,
        ..Summary::default()
    };
    events.push(Event::RunFinished { at: 8400, summary });
    events
}
