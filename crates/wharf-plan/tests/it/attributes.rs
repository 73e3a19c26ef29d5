//! Every attribute of a container takes part in its hash and in the comparison by inspection.

use crate::stage::{after_up, desired, inspected};
use std::collections::BTreeSet;
use std::time::Duration;
use wharf_compose::model::{Protocol, Published, RestartPolicy, Ulimit};
use wharf_plan::spec::{
    HealthSpec, LoggingSpec, MountSource, MountSpec, NetworkAttachment, PortSpec,
};
use wharf_plan::{
    Cause, Change, ContainerSpec, ImageConfig, Secret, UpOptions, container_hash, labels, up,
};

/// Lists the fields of a specification; a new field does not compile until it is listed.
macro_rules! fields {
    ($($field:ident)*) => {
        fn field_names(spec: ContainerSpec) -> BTreeSet<&'static str> {
            let ContainerSpec { $($field: _),* } = spec;
            BTreeSet::from([$(stringify!($field)),*])
        }
    };
}

fields! {
    name image platform entrypoint command env labels ports exposed mounts tmpfs networks
    network_mode healthcheck restart user group_add working_dir hostname domainname read_only
    privileged init cap_add cap_drop security_opt stop_signal stop_grace_period logging nano_cpus
    memory memory_swap memory_reservation pids_limit shm_size extra_hosts dns dns_search dns_opt
    sysctls ulimits devices pid ipc tty stdin_open files
}

/// Fields that are compared otherwise: a name by the plan itself, files by a hash of their own.
const APART: [&str; 2] = ["name", "files"];

/// Sets one field to something else than [`base`] has.
struct Mutation {
    field: &'static str,
    /// As the plan names the difference.
    told: &'static str,
    set: fn(&mut ContainerSpec),
}

fn mutation(field: &'static str, told: &'static str, set: fn(&mut ContainerSpec)) -> Mutation {
    Mutation { field, told, set }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn port(published: Published) -> PortSpec {
    PortSpec { host_ip: None, published, target: 80, protocol: Protocol::Tcp }
}

fn mount(source: MountSource) -> MountSpec {
    MountSpec { source, target: "/mnt".to_owned(), read_only: false }
}

fn bind(it: &mut ContainerSpec) {
    let path = "/srv".to_owned();
    it.mounts =
        vec![mount(MountSource::Bind { path, create: true, propagation: None, selinux: None })];
}

fn mutations() -> Vec<Mutation> {
    let process = [
        mutation("image", "image web -> web:2", |it| it.image = "web:2".into()),
        mutation("platform", "platform", |it| it.platform = Some("linux/arm64".into())),
        mutation("entrypoint", "entrypoint", |it| it.entrypoint = Some(words("/entry"))),
        mutation("command", "command", |it| it.command = Some(words("serve --all"))),
        mutation("env", "env `A`", |it| {
            it.env.insert("A".into(), Some(Secret::new("2")));
        }),
        mutation("env", "env `B`", |it| {
            it.env.insert("B".into(), Some(Secret::new("")));
        }),
        mutation("labels", "label `tier`", |it| {
            it.labels.insert("tier".into(), "front".into());
        }),
        mutation("healthcheck", "healthcheck", |it| {
            it.healthcheck =
                Some(HealthSpec { test: Some(words("CMD check")), ..HealthSpec::default() });
        }),
        mutation("healthcheck", "healthcheck", |it| {
            let interval = Some(Duration::from_millis(1500));
            it.healthcheck = Some(HealthSpec { interval, ..HealthSpec::default() });
        }),
        mutation("restart", "restart", |it| it.restart = Some(RestartPolicy::Always)),
        mutation("user", "user", |it| it.user = Some("7:8".into())),
        mutation("group_add", "group_add", |it| it.group_add = words("9")),
        mutation("working_dir", "working_dir", |it| it.working_dir = Some("/srv".into())),
        mutation("stop_signal", "stop_signal", |it| it.stop_signal = Some("SIGINT".into())),
        mutation("stop_grace_period", "stop_grace_period", |it| {
            it.stop_grace_period = Some(Duration::from_secs(42));
        }),
        mutation("init", "init", |it| it.init = Some(true)),
        mutation("tty", "tty", |it| it.tty = true),
        mutation("stdin_open", "stdin_open", |it| it.stdin_open = true),
        mutation("logging", "logging", |it| {
            it.logging = Some(LoggingSpec { driver: "none".into(), ..LoggingSpec::default() });
        }),
    ];
    process.into_iter().chain(connections()).chain(limits()).chain(security()).collect()
}

fn connections() -> Vec<Mutation> {
    vec![
        mutation("ports", "ports", |it| it.ports = vec![port(Published::Port(8080))]),
        mutation("ports", "ports", |it| it.ports = vec![port(Published::Ephemeral)]),
        mutation("exposed", "expose", |it| it.exposed = words("9000/tcp")),
        mutation("mounts", "volumes", bind),
        mutation("mounts", "volumes", |it| it.mounts = vec![mount(MountSource::Anonymous)]),
        mutation("mounts", "volumes", |it| {
            let name = "data".to_owned();
            it.mounts = vec![mount(MountSource::Volume { name, nocopy: false, subpath: None })];
        }),
        mutation("mounts", "volumes", |it| {
            it.mounts = vec![mount(MountSource::Tmpfs { size: Some(65536), mode: None })];
        }),
        mutation("tmpfs", "tmpfs", |it| {
            it.tmpfs.insert("/run".into(), "size=1m".into());
        }),
        mutation("networks", "networks", |it| it.networks[0].aliases.push("other".into())),
        mutation("networks", "networks", |it| {
            it.networks[0].ipv4_address = Some("10.1.2.3".into());
        }),
        mutation("networks", "networks", |it| {
            it.networks[0].ipv6_address = Some("fd00::3".into());
        }),
        mutation("networks", "networks", |it| {
            it.networks.push(NetworkAttachment {
                network: "shop_default2".into(),
                aliases: Vec::new(),
                ipv4_address: None,
                ipv6_address: None,
            });
        }),
        mutation("network_mode", "network_mode", |it| it.network_mode = Some("host".into())),
        mutation("hostname", "hostname", |it| it.hostname = Some("front".into())),
        mutation("domainname", "domainname", |it| it.domainname = Some("example.org".into())),
        mutation("extra_hosts", "extra_hosts", |it| it.extra_hosts = words("db:10.0.0.9")),
        mutation("dns", "dns", |it| it.dns = words("10.0.0.53")),
        mutation("dns_search", "dns", |it| it.dns_search = words("example.org")),
        mutation("dns_opt", "dns", |it| it.dns_opt = words("ndots:2")),
    ]
}

fn limits() -> Vec<Mutation> {
    let told = "deploy.resources";
    vec![
        mutation("nano_cpus", told, |it| it.nano_cpus = Some(500_000_000)),
        mutation("memory", told, |it| it.memory = Some(64 << 20)),
        mutation("memory_swap", told, |it| it.memory_swap = Some(-1)),
        mutation("memory_reservation", told, |it| it.memory_reservation = Some(32 << 20)),
        mutation("pids_limit", told, |it| it.pids_limit = Some(100)),
        mutation("shm_size", "shm_size", |it| it.shm_size = Some(128 << 20)),
        mutation("ulimits", "ulimits", |it| {
            it.ulimits.insert("nofile".into(), Ulimit { soft: 1, hard: 2 });
        }),
        mutation("sysctls", "sysctls", |it| {
            it.sysctls.insert("net.core.somaxconn".into(), "1024".into());
        }),
    ]
}

fn security() -> Vec<Mutation> {
    vec![
        mutation("read_only", "read_only", |it| it.read_only = true),
        mutation("privileged", "privileged", |it| it.privileged = true),
        mutation("cap_add", "cap_add", |it| it.cap_add = words("NET_ADMIN")),
        mutation("cap_drop", "cap_drop", |it| it.cap_drop = words("ALL")),
        mutation("security_opt", "security_opt", |it| {
            it.security_opt = words("no-new-privileges:true");
        }),
        mutation("devices", "devices", |it| it.devices = words("/dev/fuse")),
        mutation("pid", "pid", |it| it.pid = Some("host".into())),
        mutation("ipc", "ipc", |it| it.ipc = Some("host".into())),
    ]
}

const BASE: &str = "services: { web: { image: web, environment: { A: '1' } } }";

#[test]
fn every_field_has_a_mutation() {
    let mut covered: BTreeSet<&str> = mutations().iter().map(|it| it.field).collect();
    covered.extend(APART);
    assert_eq!(covered, field_names(ContainerSpec::default()));
}

#[test]
fn every_change_of_a_field_changes_the_hash() {
    let base = desired(BASE).services["web"].template.clone();
    let mut seen = BTreeSet::from([container_hash(&base)]);
    for mutation in mutations() {
        let mut spec = base.clone();
        (mutation.set)(&mut spec);
        assert!(seen.insert(container_hash(&spec)), "{} leaves the hash as it is", mutation.field);
    }
}

#[test]
fn every_change_of_a_field_is_found_by_inspection_and_named() {
    for mutation in mutations() {
        for is_wanted in [true, false] {
            // An engine writes its default driver down, and which that is cannot be known.
            if (mutation.field, is_wanted) == ("logging", false) {
                continue;
            }
            assert_eq!(told_of(&mutation, is_wanted), [expected(&mutation, is_wanted)]);
        }
    }
}

/// What the plan tells: of a field that is wanted otherwise, or that somebody else set.
fn told_of(mutation: &Mutation, is_wanted: bool) -> Vec<String> {
    let mut wanted = desired(BASE);
    let mut observed = after_up(&wanted);
    let mut actual = wanted.services["web"].container("shop", 1);
    let service = wanted.services.get_mut("web").unwrap();
    if is_wanted {
        (mutation.set)(&mut service.template);
    } else {
        (mutation.set)(&mut actual);
    }
    // An engine tells the platform of the image even where none was asked for.
    if mutation.field == "platform" {
        let other = if is_wanted { &mut actual } else { &mut service.template };
        other.platform = Some("linux/amd64".to_owned());
    }
    service.hash = container_hash(&service.template);
    let container = &mut observed.containers[0];
    container.labels.remove(labels::HASH);
    container.details = Some(Box::new(inspected(&actual, &ImageConfig::default())));
    let plan = up(&wanted, &observed, &UpOptions::default()).unwrap().plan;
    let changes = plan.nodes().iter().find_map(|node| match &node.cause {
        Cause::Changed { changes } => Some(changes.clone()),
        _ => None,
    });
    changes.unwrap_or_default().iter().map(Change::to_string).collect()
}

fn expected(mutation: &Mutation, is_wanted: bool) -> String {
    match (mutation.field, is_wanted) {
        ("image", false) => "image web:2 -> web".to_owned(),
        _ => mutation.told.to_owned(),
    }
}
