//! `stacks/pg-redis` as it runs on a server.

use crate::support::{PgRedis, pg_redis};
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpStream;
use wharf_testkit::deadline::eventually;
use wharf_testkit::engine::Container;
use wharf_testkit::http;

/// P3: one published port in all of the project, and nothing behind the others.
fn publishes_only_the_api(containers: &[Container], api: u16, postgres: u16) {
    for container in containers {
        let bindings = container.at("/HostConfig/PortBindings").as_object();
        let ports: Vec<_> = bindings.into_iter().flat_map(|it| it.keys()).collect();
        let expected: &[&str] = if container.service == "api" { &["3001/tcp"] } else { &[] };
        assert_eq!(ports, expected, "{}", container.name);
    }
    assert!(TcpStream::connect(("127.0.0.1", api)).is_ok());
    assert!(TcpStream::connect(("127.0.0.1", postgres)).is_err());
}

/// P4, N7, as the engine was told.
fn is_hardened(container: &Container) {
    let name = &container.name;
    assert_eq!(*container.at("/HostConfig/ReadonlyRootfs"), true, "{name}");
    assert_eq!(container.at("/HostConfig/CapDrop")[0], "ALL", "{name}");
    assert!(container.at("/HostConfig/CapAdd").as_array().is_none_or(Vec::is_empty), "{name}");
    assert_eq!(*container.at("/HostConfig/Privileged"), false, "{name}");
    let options = container.at("/HostConfig/SecurityOpt").to_string();
    assert!(options.contains("no-new-privileges:true"), "{name}: {options}");
    assert!(container.at("/HostConfig/Memory").as_i64() > Some(0), "{name}");
    assert_eq!(container.text("/HostConfig/LogConfig/Config/max-size"), "10m", "{name}");
    let policies: &[&str] =
        if container.service == "migrate" { &["no", ""] } else { &["unless-stopped"] };
    assert!(policies.contains(&container.text("/HostConfig/RestartPolicy/Name")), "{name}");
}

/// P4, N7, as the kernel has it: the first process is not root and has no capability left.
fn runs_without_rights(container: &Container) {
    let status = fs_err::read_to_string(format!("/proc/{}/status", container.pid())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    for uid in field("Uid:") {
        assert_ne!(uid, "0", "{} runs as root", container.name);
    }
    for set in ["CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(field(set), ["0000000000000000"], "{set} of {}", container.name);
    }
    assert_eq!(field("NoNewPrivs:"), ["1"], "{}", container.name);
}

/// P3, P4, N7, N8.
#[test]
fn p3_production_publishes_the_api_alone_and_runs_it_all_without_rights() {
    let PgRedis { bench, api, postgres } = pg_redis("production");
    let _ = bench.up();
    assert_eq!(http::get(api, "/health").expect("the API answers").status, 200);
    let containers = bench.containers();
    assert_eq!(containers.len(), 4);
    publishes_only_the_api(&containers, api, postgres);
    containers.iter().for_each(is_hardened);
    let running: Vec<_> = containers.iter().filter(|it| it.is_running()).collect();
    assert_eq!(running.len(), 3);
    running.into_iter().for_each(runs_without_rights);
}

/// P5, N8: a process that dies comes back.
#[test]
fn p5_a_killed_api_process_comes_back_and_answers() {
    let PgRedis { bench, api, .. } = pg_redis("production");
    let _ = bench.up();
    let before = bench.container("api");
    let pid = i32::try_from(before.pid()).ok().and_then(Pid::from_raw).unwrap();
    kill_process(pid, Signal::KILL).expect("these tests run as the user that may kill it");
    eventually("another process of the API", || {
        let now = bench.container("api");
        (now.is_running() && now.pid() != before.pid()).then_some(())
    });
    eventually("health", || http::get(api, "/health").filter(|answer| answer.status == 200));
    let after = bench.container("api");
    assert_eq!(after.id, before.id);
    assert_eq!(*after.at("/RestartCount"), 1);
    let verify = bench.wharf(["verify"]).run().ends_with(1);
    assert!(verify.stdout.contains("restart"), "it tells of restarts: {verify}");
}
