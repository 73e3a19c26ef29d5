//! Two runs on one project at the same time.

use crate::support::project;
use std::collections::BTreeSet;
use wharf_testkit::engine;
use wharf_testkit::workbench::Workbench;

const STACK: &str = "
services:
  store:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    volumes: ['data:/data', /scratch]
    healthcheck: { test: [CMD, 'true'], interval: 30s }
  setup:
    image: $IMAGE
    command: ['true']
    depends_on: { store: { condition: service_healthy } }
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    depends_on:
      setup: { condition: service_completed_successfully }
    networks: [default, back]
networks:
  back:
volumes:
  data:
";

/// One container per service with the plain name, two networks, one volume; nothing else.
fn is_one_correct_stack(bench: &Workbench) {
    let names: Vec<String> = bench.containers().into_iter().map(|it| it.name).collect();
    let project = bench.project();
    let expected = ["setup-1", "store-1", "web-1"].map(|name| format!("{project}-{name}"));
    assert_eq!(names, expected);
    assert!(bench.container("web").is_running());
    assert!(bench.container("store").is_running());
    assert_eq!(*bench.container("setup").at("/State/ExitCode"), 0);
    let attached: BTreeSet<String> = bench
        .container("web")
        .at("/NetworkSettings/Networks")
        .as_object()
        .into_iter()
        .flat_map(|it| it.keys().cloned())
        .collect();
    let networks = [format!("{project}_back"), format!("{project}_default")];
    assert_eq!(attached, BTreeSet::from(networks.clone()));
    assert_eq!(engine::networks(project), networks);
    assert_eq!(engine::volumes(project), [format!("{project}_data")]);
    let _ = bench.wharf(["plan", "--exit-code"]).run().succeeds();
}

#[test]
fn two_ups_at_once_on_a_fresh_project_make_one_stack() {
    let bench = project(STACK);
    let (one, other) = (bench.wharf(["up"]).spawn(), bench.wharf(["up"]).spawn());
    let _ = one.finish().succeeds();
    let _ = other.finish().succeeds();
    is_one_correct_stack(&bench);
}

/// As from two machines: the lock of one is not seen by the other.
#[test]
fn two_ups_at_once_without_a_common_lock_make_one_stack() {
    for round in 0..3 {
        let bench = project(STACK);
        let up = |name: &str| {
            let folder = bench.path(name);
            fs_err::create_dir(&folder).unwrap();
            bench.wharf(["up"]).env("XDG_RUNTIME_DIR", folder).spawn()
        };
        let (one, other) = (up("one"), up("other"));
        let (one, other) = (one.finish(), other.finish());
        assert_eq!((one.code, other.code), (0, 0), "round {round}:\n{one}\n{other}");
        is_one_correct_stack(&bench);
    }
}

#[test]
fn an_up_and_a_down_at_once_without_a_common_lock_leave_no_half_stack() {
    let bench = project(STACK);
    let _ = bench.up();
    let folder = bench.path("other");
    fs_err::create_dir(&folder).unwrap();
    let down = bench.wharf(["down"]).env("XDG_RUNTIME_DIR", &folder).spawn();
    let up = bench.wharf(["up", "--force-recreate"]).spawn();
    let (down, up) = (down.finish(), up.finish());
    for run in [&down, &up] {
        assert!([0, 1].contains(&run.code), "{run}");
    }
    // Whoever came last: the next run brings it to what it says.
    let _ = bench.up();
    is_one_correct_stack(&bench);
    let _ = bench.wharf(["down", "--volumes", "--yes"]).run().succeeds();
    assert!(bench.is_gone());
}
