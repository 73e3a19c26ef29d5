//! An engine that cannot be reached, refuses, breaks or is full.

use super::snapshot::assert_told;
use crate::support::project;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use wharf_testkit::stub::{Reply, StubEngine};
use wharf_testkit::workbench::{Invocation, Workbench};

const WEB: &str = "
services:
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
";

fn up(bench: &Workbench) -> Invocation<'_> {
    bench.wharf(["up", "--quiet"])
}

#[test]
fn no_engine_at_the_socket() {
    let bench = project(WEB);
    let run = up(&bench).env("DOCKER_HOST", "unix:///nonexistent.sock").run().ends_with(10);
    assert_told("no_engine", &bench, &run, &[]);
    for command in ["ps", "logs", "down", "plan", "verify", "stop"] {
        let run = bench.wharf([command]).env("DOCKER_HOST", "unix:///nonexistent.sock").run();
        assert!(run.ends_with(10).stderr.contains("engine::unreachable"));
    }
}

#[test]
fn no_engine_at_the_port() {
    let bench = project(WEB);
    let run = up(&bench).env("DOCKER_HOST", "tcp://127.0.0.1:1").run().ends_with(10);
    assert_told("no_engine_at_port", &bench, &run, &[]);
}

/// The test may run as root, whom no mode keeps out: then wharf runs as somebody else.
#[test]
fn a_socket_that_this_user_may_not_use() {
    let bench = project(WEB);
    let stub = StubEngine::start(bench.folder(), |_, _| Reply::Forward);
    let allow = |path: &Path, mode: u32| {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(bench.folder(), 0o755);
    allow(stub.socket(), 0o000);
    let invocation = if rustix::process::geteuid().is_root() {
        bench.wharf_as("65534", ["up", "--quiet"])
    } else {
        up(&bench)
    };
    let run = invocation.env("DOCKER_HOST", stub.address()).run().ends_with(10);
    assert_told("no_permission", &bench, &run, &[]);
}

#[test]
fn an_address_that_is_none() {
    let bench = project(WEB);
    for (name, address) in [
        ("nonsense", "nonsense"),
        ("scheme", "gopher://engine"),
        ("ssh", "ssh://server"),
        ("port", "tcp://127.0.0.1:port"),
    ] {
        let run = up(&bench).env("DOCKER_HOST", address).run();
        assert_told(&format!("docker_host_{name}"), &bench, &run, &[]);
    }
    let run = up(&bench).env("DOCKER_CONTEXT", "nowhere").run();
    assert_told("docker_context", &bench, &run, &[]);
}

#[test]
fn certificates_that_are_not_there() {
    let bench = project(WEB);
    let tls = [("DOCKER_HOST", "tcp://127.0.0.1:1"), ("DOCKER_TLS_VERIFY", "1")];
    let with = |invocation, (name, value): (&str, &str)| Invocation::env(invocation, name, value);
    let run = tls.into_iter().fold(up(&bench), with);
    let run = run.env("DOCKER_CERT_PATH", bench.path("certs")).run();
    assert_told("no_certificates", &bench, &run, &[]);
}

#[test]
fn an_engine_that_is_too_old() {
    let bench = project(WEB);
    let stub = StubEngine::start(bench.folder(), |_, path| match path {
        "/_ping" => Reply::Ping("1.30"),
        _ => Reply::Forward,
    });
    let run = up(&bench).env("DOCKER_HOST", stub.address()).run().ends_with(10);
    assert_told("too_old", &bench, &run, &[]);
}

#[test]
fn a_full_disk() {
    let bench = project(WEB);
    let body = r#"{"message":"mkdir /var/lib/docker/overlay2/0: no space left on device"}"#;
    let stub = StubEngine::start(bench.folder(), move |method, path| {
        let is_create = method == "POST" && path.starts_with("/containers/create");
        if is_create { Reply::Answer(500, body.to_owned()) } else { Reply::Forward }
    });
    let run = up(&bench).env("DOCKER_HOST", stub.address()).run().ends_with(1);
    assert_told("disk_full", &bench, &run, &[]);
    let _ = bench.up();
}

#[test]
fn an_engine_that_hangs_up_in_the_middle() {
    let bench = project(WEB);
    let stub = StubEngine::start(bench.folder(), |method, path| {
        let is_start = method == "POST" && path.ends_with("/start");
        if is_start { Reply::HangUp } else { Reply::Forward }
    });
    let run = up(&bench).env("DOCKER_HOST", stub.address()).run().ends_with(1);
    assert_told("hangs_up", &bench, &run, &[]);
    let _ = bench.up();
    assert!(bench.container("web").is_running());
}

#[test]
fn an_answer_that_makes_no_sense() {
    let bench = project(WEB);
    let stub = StubEngine::start(bench.folder(), |_, path| {
        let is_list = path.starts_with("/containers/json");
        if is_list { Reply::Answer(200, "<html>".to_owned()) } else { Reply::Forward }
    });
    let run = up(&bench).env("DOCKER_HOST", stub.address()).run().ends_with(1);
    assert_told("senseless_answer", &bench, &run, &[]);
}

#[test]
fn all_of_it_works_through_a_socket_that_forwards() {
    let bench = project(WEB);
    let stub = StubEngine::start(bench.folder(), |_, _| Reply::Forward);
    let host = stub.address();
    let _ = up(&bench).env("DOCKER_HOST", &host).run().succeeds();
    let run = bench.wharf(["exec", "-T", "web", "cat"]).env("DOCKER_HOST", &host).typing("echo\n");
    assert_eq!(run.run().succeeds().stdout, "echo\n");
}
