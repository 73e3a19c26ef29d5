//! Several containers of one service.

use crate::support::project;
use std::collections::BTreeSet;
use wharf_testkit::workbench::{Workbench, free_port};
use wharf_testkit::{engine, http};

/// A web server that answers with its container's name, on a port of a range.
fn web() -> Workbench {
    let mut bench = project(
        "
services:
  web:
    image: $IMAGE
    command: [sh, -c, 'hostname >/tmp/index.html; exec httpd -f -p 8080 -h /tmp']
    stop_signal: SIGKILL
    ports: ['${PORTS}:8080']
    healthcheck:
      test: [CMD, wget, -q, -O, /dev/null, 'http://127.0.0.1:8080/']
      interval: 30s
",
    );
    // Somebody may take one of the three in between; they are seldom neighbours.
    let first = free_port();
    bench.set("PORTS", format!("{first}-{}", first + 7));
    bench
}

fn numbers(bench: &Workbench) -> Vec<String> {
    let label = "/Config/Labels/com.docker.compose.container-number";
    bench.containers().iter().map(|it| it.text(label).to_owned()).collect()
}

/// P12: more replicas by one number.
#[test]
fn p12_scaling_adds_replicas_that_all_answer_and_removes_the_latest() {
    let bench = web();
    let _ = bench.up();
    let first = bench.container("web").identity();
    let _ = bench.wharf(["up", "--scale", "web=3"]).run().succeeds();
    assert_eq!(numbers(&bench), ["1", "2", "3"]);
    let mut answers = BTreeSet::new();
    for container in bench.containers() {
        let port = container.published("8080/tcp");
        let answer = http::get(port, "/").expect("every replica answers at once");
        answers.insert(answer.body.trim().to_owned());
    }
    let expected = bench.containers().into_iter().map(|it| it.id[..12].to_owned());
    assert_eq!(answers, expected.collect::<BTreeSet<_>>());
    let _ = bench.wharf(["up", "--scale", "web=1"]).run().succeeds();
    assert_eq!(numbers(&bench), ["1"]);
    assert_eq!(bench.container("web").identity(), first, "number 1 was never touched");
}

#[test]
fn a_number_in_the_file_is_as_good_as_one_on_the_command_line() {
    let bench = project(
        "
services:
  worker:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    deploy: { replicas: 2 }
",
    );
    let _ = bench.up();
    assert_eq!(numbers(&bench), ["1", "2"]);
    let _ = engine::docker(["rm", "-f", &format!("{}-worker-1", bench.project())]);
    let _ = bench.up();
    assert_eq!(numbers(&bench), ["1", "2"], "what is missing is made again");
}
