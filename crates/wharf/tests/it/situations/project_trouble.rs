//! Ports, names, images and services that do not do as the files say.

use super::snapshot::{assert_engine_told, assert_told};
use crate::support::project;
use std::net::TcpListener;
use wharf_testkit::engine;
use wharf_testkit::workbench::{Invocation, Workbench, free_port};

fn up(bench: &Workbench) -> Invocation<'_> {
    bench.wharf(["up", "--quiet"])
}

fn publishing(port: u16) -> Workbench {
    project(&format!(
        "
services:
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    ports: ['{port}:80']
"
    ))
}

#[test]
fn a_port_that_a_program_of_this_machine_has() {
    let port = free_port();
    let held = TcpListener::bind(("0.0.0.0", port)).unwrap();
    let bench = publishing(port);
    let run = up(&bench).run().ends_with(1);
    assert_engine_told(
        "port_of_a_program",
        &bench,
        &run,
        &[(&port.to_string(), "[PORT]")],
        "in use",
    );
    drop(held);
    let _ = bench.up();
}

#[test]
fn a_port_that_another_project_publishes() {
    let port = free_port();
    let (one, other) = (publishing(port), publishing(port));
    let _ = one.up();
    let run = up(&other).run().ends_with(3);
    let next = (port + 1).to_string();
    let places =
        [(next, "[NEXT]"), (port.to_string(), "[PORT]"), (one.project().to_owned(), "[OTHER]")];
    let places = places.each_ref().map(|(value, place)| (value.as_str(), *place));
    assert_told("port_of_a_container", &other, &run, &places);
    assert!(other.is_gone(), "nothing was made before it was known");
}

#[test]
fn a_name_that_another_container_has() {
    let named = |name: &str| {
        project(&format!(
            "
services:
  web:
    image: $IMAGE
    container_name: {name}
    command: [sleep, '1000']
    stop_signal: SIGKILL
"
        ))
    };
    let owner = named("to-be-replaced");
    let name = format!("{}-mine", owner.project());
    owner.write(
        "compose.override.yaml",
        &format!("services: {{ web: {{ container_name: {name} }} }}"),
    );
    let _ = owner.up();
    let bench = named(&name);
    let run = up(&bench).run().ends_with(3);
    assert_told(
        "name_of_another",
        &bench,
        &run,
        &[(&name, "[NAME]"), (owner.project(), "[OTHER]")],
    );
    assert!(bench.is_gone());
}

#[test]
fn an_image_that_cannot_be_had() {
    let image = "127.0.0.1:1/absent:1";
    let bench = project(&format!("services: {{ web: {{ image: '{image}' }} }}"));
    let run = up(&bench).run().ends_with(1);
    assert_engine_told("image_absent", &bench, &run, &[], "127.0.0.1:1");
    let bench =
        project(&format!("services: {{ web: {{ image: '{image}', pull_policy: never }} }}"));
    let run = up(&bench).run();
    assert_told("image_never_pulled", &bench, &run, &[]);
    assert!(bench.containers().is_empty());
}

#[test]
fn a_service_that_is_unhealthy() {
    let bench = project(
        "
services:
  sick:
    image: $IMAGE
    command: [sh, -c, 'echo last words; exec sleep 1000']
    stop_signal: SIGKILL
    healthcheck: { test: [CMD-SHELL, 'echo no contact; exit 1'], interval: 100ms, retries: 1 }
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    depends_on: { sick: { condition: service_healthy } }
",
    );
    let run = up(&bench).run().ends_with(1);
    assert_told("unhealthy", &bench, &run, &[]);
}

#[test]
fn a_dependency_that_ended() {
    let bench = project(
        "
services:
  setup:
    image: $IMAGE
    command: [sh, -c, 'echo no schema >&2; exit 3']
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    depends_on: { setup: { condition: service_completed_successfully } }
",
    );
    let run = up(&bench).run().ends_with(1);
    assert_told("exited", &bench, &run, &[]);
}

#[test]
fn a_build_that_fails() {
    let bench = project("services: { web: { build: ./context } }");
    let run = up(&bench).run();
    assert_told("no_context", &bench, &run, &[]);
    fs_err::create_dir(bench.path("context")).unwrap();
    let run = up(&bench).run();
    assert_told("no_dockerfile", &bench, &run, &[]);
    let base = engine::image("busybox");
    bench.write("context/Dockerfile", &format!("FROM {base}\nRUN echo broken >&2 && exit 9\n"));
    let run = up(&bench).run().ends_with(1);
    assert_engine_told("build_fails", &bench, &run, &[(&base, "[BASE]")], "broken");
    bench.write("context/Dockerfile", &format!("FROM {base}\nCOPY absent /\n"));
    let run = up(&bench).run().ends_with(1);
    assert_engine_told("build_misses_a_file", &bench, &run, &[(&base, "[BASE]")], "absent");
    bench.write("context/Dockerfile", "FORM nothing\n");
    let run = up(&bench).run().ends_with(1);
    assert_engine_told("build_syntax", &bench, &run, &[], "FORM");
}

#[test]
fn external_resources_that_are_not_there() {
    let bench = project(
        "
services:
  web:
    image: $IMAGE
    networks: [outside]
    volumes: ['kept:/kept']
networks:
  outside: { external: true, name: wt-absent-network }
volumes:
  kept: { external: true, name: wt-absent-volume }
",
    );
    let run = up(&bench).run().ends_with(3);
    assert_told("external_missing", &bench, &run, &[]);
    assert!(bench.is_gone());
}

#[test]
fn a_command_that_the_image_does_not_have() {
    let bench = project("services: { web: { image: $IMAGE, command: [no-such-program] } }");
    let run = up(&bench).run().ends_with(1);
    assert_engine_told("no_such_program", &bench, &run, &[], "no-such-program");
}

#[test]
fn a_mount_of_a_folder_that_is_not_there() {
    let bench = project(
        "
services:
  web:
    image: $IMAGE
    volumes:
      - { type: bind, source: ./absent, target: /x, bind: { create_host_path: false } }
",
    );
    let run = up(&bench).run();
    assert_ne!(run.code, 0);
    assert_engine_told("bind_missing", &bench, &run, &[], "absent");
}
