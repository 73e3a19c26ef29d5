//! What was created is what is read: the planner compares the two.

use super::{Fixture, Script, as_inspected};
use crate::capability::Engine;
use std::time::Duration;
use wharf_compose::model::{Ipam, IpamPool, Protocol, Published, RestartPolicy, Ulimit};
use wharf_plan::Secret;
use wharf_plan::spec::{
    ContainerSpec, HealthSpec, LoggingSpec, MountSource, MountSpec, NetworkSpec, PortSpec,
};

/// Sets one attribute.
type Change = fn(&mut ContainerSpec);

const MIB: i64 = 1024 * 1024;

/// Creates one container per attribute and compares each with what was asked for.
async fn check(engine: &impl Engine, fixture: &Fixture, changes: &[(&str, Change)]) {
    let mut broken = Vec::new();
    for (attribute, change) in changes {
        let mut spec = fixture.spec(&attribute.replace('_', "-"), &Script::Forever);
        change(&mut spec);
        if let Err(difference) = compare(engine, &spec).await {
            broken.push(format!("{attribute}: {difference}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

async fn compare(engine: &impl Engine, spec: &ContainerSpec) -> Result<(), String> {
    let id = engine.create_container(&spec.name, spec).await.map_err(|it| it.to_string())?;
    let details = engine.inspect(&id).await.map_err(|it| it.to_string())?.details;
    let mut wanted = as_inspected(spec, &details.image);
    let mut actual = details.spec;
    actual.env.retain(|_, value| value.is_some());
    if spec.logging.is_none() {
        // The engine writes its default down.
        wanted.logging.clone_from(&actual.logging);
    }
    if wanted == actual {
        return Ok(());
    }
    Err(difference(&format!("{wanted:#?}"), &format!("{actual:#?}")))
}

/// The lines that only one of the two has.
fn difference(wanted: &str, actual: &str) -> String {
    let only = |left: &str, right: &str, sign: &str| -> Vec<String> {
        let lines = left.lines().filter(|line| !right.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {}", line.trim())).collect()
    };
    [only(wanted, actual, "wanted"), only(actual, wanted, "actual")].concat().join("\n")
}

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// Command, variables, user, names, times.
pub async fn process_attributes_come_back_as_they_went(engine: &impl Engine, fixture: &Fixture) {
    let changes: &[(&str, Change)] = &[
        ("nothing", |_| {}),
        ("default_command", |it| it.command = None),
        ("no_init", |it| it.init = None),
        ("init_off", |it| it.init = Some(false)),
        ("entrypoint", |it| it.entrypoint = Some(list(&["sh", "-c"]))),
        ("entrypoint_alone", |it| {
            it.entrypoint = Some(list(&["sleep", "1"]));
            it.command = None;
        }),
        ("entrypoint_empty", |it| it.entrypoint = Some(Vec::new())),
        ("env", |it| {
            let values = [("A", "1"), ("B", ""), ("C", "x=y z\n\"'ü")];
            it.env = values.map(|(name, value)| (name.into(), Some(Secret::new(value)))).into();
        }),
        ("env_over_the_image_s", |it| {
            it.env.insert("PATH".into(), Some(Secret::new("/bin")));
        }),
        ("labels", |it| {
            it.labels.insert("a.b/c".into(), "x=y".into());
        }),
        ("user", |it| it.user = Some("7:8".into())),
        ("group_add", |it| it.group_add = list(&["9", "10"])),
        ("working_dir", |it| it.working_dir = Some("/tmp".into())),
        ("hostname", |it| it.hostname = Some("db".into())),
        ("domainname", |it| it.domainname = Some("example.invalid".into())),
        ("stop_signal", |it| it.stop_signal = Some("SIGINT".into())),
        ("stop_grace", |it| it.stop_grace_period = Some(Duration::from_secs(42))),
        ("tty", |it| it.tty = true),
        ("stdin_open", |it| it.stdin_open = true),
        ("restart_no", |it| it.restart = Some(RestartPolicy::No)),
        ("restart_always", |it| it.restart = Some(RestartPolicy::Always)),
        ("restart_unless_stopped", |it| it.restart = Some(RestartPolicy::UnlessStopped)),
        ("restart_on_failure", |it| {
            it.restart = Some(RestartPolicy::OnFailure { max_retries: None });
        }),
        ("restart_on_failure_max", |it| {
            it.restart = Some(RestartPolicy::OnFailure { max_retries: Some(3) });
        }),
        ("health_shell", |it| {
            it.healthcheck = Some(HealthSpec {
                test: Some(list(&["CMD-SHELL", "true && true"])),
                interval: Some(Duration::from_millis(1500)),
                timeout: Some(Duration::from_secs(3)),
                retries: Some(4),
                start_period: Some(Duration::from_secs(5)),
                start_interval: None,
            });
        }),
        ("health_off", |it| {
            it.healthcheck = Some(HealthSpec { test: Some(list(&["NONE"])), ..Default::default() });
        }),
        ("logging", |it| {
            let options = [("max-file".into(), "3".into()), ("max-size".into(), "10m".into())];
            it.logging = Some(LoggingSpec { driver: "json-file".into(), options: options.into() });
        }),
        ("logging_none", |it| {
            it.logging = Some(LoggingSpec { driver: "none".into(), ..Default::default() });
        }),
    ];
    check(engine, fixture, changes).await;
}

/// Limits.
pub async fn resource_attributes_come_back_as_they_went(engine: &impl Engine, fixture: &Fixture) {
    let changes: &[(&str, Change)] = &[
        ("cpus", |it| it.nano_cpus = Some(500_000_000)),
        ("memory", |it| it.memory = Some(64 * MIB)),
        ("memory_swap", |it| {
            it.memory = Some(64 * MIB);
            it.memory_swap = Some(96 * MIB);
        }),
        ("memory_swap_unlimited", |it| {
            it.memory = Some(64 * MIB);
            it.memory_swap = Some(-1);
        }),
        ("memory_reservation", |it| it.memory_reservation = Some(32 * MIB)),
        ("pids_limit", |it| it.pids_limit = Some(100)),
        ("shm_size", |it| it.shm_size = Some(128 * MIB)),
        ("ulimits", |it| {
            it.ulimits = [
                ("nofile".into(), Ulimit { soft: 1000, hard: 2000 }),
                ("nproc".into(), Ulimit { soft: 500, hard: 500 }),
            ]
            .into();
        }),
    ];
    check(engine, fixture, changes).await;
}

/// Capabilities, devices, namespaces.
pub async fn security_attributes_come_back_as_they_went(engine: &impl Engine, fixture: &Fixture) {
    let changes: &[(&str, Change)] = &[
        ("read_only", |it| it.read_only = true),
        ("privileged", |it| it.privileged = true),
        ("cap_add", |it| it.cap_add = list(&["NET_ADMIN"])),
        ("cap_drop", |it| it.cap_drop = list(&["ALL"])),
        ("security_opt", |it| it.security_opt = list(&["no-new-privileges:true"])),
        ("sysctls", |it| {
            it.sysctls = [("net.ipv4.ip_unprivileged_port_start".into(), "0".into())].into();
        }),
        ("devices", |it| it.devices = list(&["/dev/null", "/dev/zero:/dev/nought:r"])),
        ("pid", |it| it.pid = Some("host".into())),
        ("ipc", |it| it.ipc = Some("host".into())),
        ("ipc_shareable", |it| it.ipc = Some("shareable".into())),
    ];
    check(engine, fixture, changes).await;
}

/// Ports, hosts, name servers, modes, networks.
pub async fn network_attributes_come_back_as_they_went(engine: &impl Engine, fixture: &Fixture) {
    let changes: &[(&str, Change)] = &[
        ("ports", |it| {
            let port = |published, target, protocol| PortSpec {
                host_ip: None,
                published,
                target,
                protocol,
            };
            it.ports = vec![
                port(Published::Ephemeral, 80, Protocol::Tcp),
                port(Published::Port(18080), 80, Protocol::Tcp),
                port(Published::Range(18081, 18090), 81, Protocol::Udp),
            ];
        }),
        ("port_of_an_address", |it| {
            it.ports = vec![PortSpec {
                host_ip: Some("127.0.0.1".into()),
                published: Published::Port(18080),
                target: 80,
                protocol: Protocol::Tcp,
            }];
        }),
        ("exposed", |it| it.exposed = list(&["53/udp", "9000/tcp"])),
        ("extra_hosts", |it| it.extra_hosts = list(&["db:10.9.8.7", "six:::1"])),
        ("dns", |it| it.dns = list(&["10.9.8.7"])),
        ("dns_search", |it| it.dns_search = list(&["example.invalid"])),
        ("dns_opt", |it| it.dns_opt = list(&["ndots:2"])),
        ("network_none", |it| it.network_mode = Some("none".into())),
        ("network_host", |it| it.network_mode = Some("host".into())),
    ];
    check(engine, fixture, changes).await;

    let other = fixture.create(engine, &fixture.spec("other", &Script::Forever)).await;
    let mut spec = fixture.spec("network-of", &Script::Forever);
    spec.network_mode = Some(format!("container:{other}"));
    compare(engine, &spec).await.unwrap();

    let network = fixture.name("net");
    let octet = std::process::id() % 250;
    let pool = IpamPool { subnet: Some(format!("10.233.{octet}.0/24")), ..Default::default() };
    let ipam = Ipam { pools: vec![pool], ..Default::default() };
    let network_spec =
        NetworkSpec { name: network.clone(), ipam: Some(ipam), ..Default::default() };
    engine.create_network(&network_spec).await.unwrap();
    let mut spec = fixture.spec("networks", &Script::Forever);
    let mut attachment = fixture.attachment(&network, "api");
    attachment.aliases.push("web".into());
    attachment.ipv4_address = Some(format!("10.233.{octet}.77"));
    spec.networks = vec![attachment];
    compare(engine, &spec).await.unwrap();
}

/// Every kind of mount.
pub async fn mounts_come_back_as_they_went(engine: &impl Engine, fixture: &Fixture) {
    let volume = fixture.volume(engine, "data").await;
    let bind = |create| MountSource::Bind {
        path: "/tmp".into(),
        create,
        propagation: None,
        selinux: None,
    };
    let named = |nocopy| MountSource::Volume { name: volume.clone(), nocopy, subpath: None };
    let sources = [
        ("volume", named(false)),
        ("volume-nocopy", named(true)),
        ("anonymous", MountSource::Anonymous),
        ("bind", bind(false)),
        ("bind-create", bind(true)),
        ("tmpfs", MountSource::Tmpfs { size: Some(65536), mode: Some(0o1770) }),
        ("tmpfs-plain", MountSource::Tmpfs { size: None, mode: None }),
    ];
    let mut broken = Vec::new();
    for (what, source) in sources {
        for read_only in [false, true] {
            if read_only && source == MountSource::Anonymous {
                continue; // Engines refuse a new volume that nobody can write to.
            }
            let mut spec = fixture.spec(&format!("{what}-{read_only}"), &Script::Forever);
            spec.mounts =
                vec![MountSpec { source: source.clone(), target: "/mnt/x".into(), read_only }];
            let outcome = compare(engine, &spec).await;
            broken.extend(outcome.err().map(|it| format!("{what}-{read_only}: {it}")));
        }
    }
    let mut spec = fixture.spec("tmpfs-map", &Script::Forever);
    spec.tmpfs = [("/a".into(), "size=64m,mode=1777".into()), ("/b".into(), String::new())].into();
    let outcome = compare(engine, &spec).await;
    broken.extend(outcome.err().map(|it| format!("tmpfs-map: {it}")));
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// A name without a value takes the image's variable away.
pub async fn a_removed_variable_is_not_there(engine: &impl Engine, fixture: &Fixture) {
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.env.insert("PATH".into(), None);
    spec.env.insert("OTHER".into(), Some(Secret::new("1")));
    let id = fixture.create(engine, &spec).await;
    let inspected = engine.inspect(&id).await.unwrap().details.spec.env;
    assert!(inspected.get("PATH").is_none_or(Option::is_none), "{inspected:?}");
    assert!(inspected.contains_key("OTHER"));
}

/// An empty list is not the same as none.
pub async fn an_empty_command_clears_the_image_s(engine: &impl Engine, fixture: &Fixture) {
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.entrypoint = Some(list(&["sleep", "1"]));
    spec.command = Some(Vec::new());
    compare(engine, &spec).await.unwrap();
}
