//! Stacks change hands between Docker Compose and wharf, both ways, with their data.

use crate::support::{PgRedis, pg_redis, project};
use serde_json::json;
use wharf_testkit::deadline::eventually;
use wharf_testkit::engine;
use wharf_testkit::http;
use wharf_testkit::workbench::{Workbench, free_port};

/// As much of the format as changes how a container is made.
const STACK: &str = "
services:
  store:
    image: $IMAGE
    command: [httpd, -f, -p, '8080', -h, /data]
    stop_signal: SIGKILL
    environment:
      PLAIN: value
      EMPTY: ''
      NUMBER: 5
    labels: { com.example.team: blue }
    ports: ['${PORT}:8080', '127.0.0.1::8080']
    expose: ['7000']
    volumes:
      - data:/data
      - /scratch
      - ./conf:/conf:ro
      - type: tmpfs
        target: /fast
    tmpfs: ['/run/fast:size=1m']
    healthcheck:
      test: [CMD-SHELL, 'test -e /conf/ready']
      interval: 2s
      timeout: 1s
      retries: 3
      start_period: 5s
    restart: unless-stopped
    hostname: store.example
    extra_hosts: ['friend:10.1.2.3']
    dns: [10.9.8.7]
    ulimits: { nofile: { soft: 1000, hard: 2000 } }
    sysctls: { net.core.somaxconn: '512' }
    shm_size: 32m
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    init: true
    logging: { driver: json-file, options: { max-size: 1m } }
    deploy: { resources: { limits: { cpus: '0.5', memory: 64m } } }
    networks:
      default:
      back: { aliases: [depot] }
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    stop_grace_period: 3s
    user: '1001:1001'
    working_dir: /tmp
    read_only: true
    security_opt: ['no-new-privileges:true']
    depends_on: { store: { condition: service_healthy } }
    networks: [back]
  aside:
    image: $IMAGE
    entrypoint: [sh, -c]
    command: ['exec sleep 1000']
    stop_signal: SIGKILL
    network_mode: service:web
    pid: service:web
    depends_on: [web]
networks:
  back:
    internal: true
    driver_opts: { com.docker.network.bridge.name: '${BRIDGE}' }
    labels: { com.example.team: blue }
volumes:
  data:
    labels: { com.example.team: blue }
";

fn bench() -> Workbench {
    let mut bench = project(STACK);
    bench.write("conf/ready", "");
    bench.set("PORT", free_port().to_string());
    bench.set("BRIDGE", format!("wt{}", &bench.project()[3..]));
    bench
}

fn write_data(bench: &Workbench) {
    let store = bench.container("store").id;
    for path in ["/data/note", "/scratch/note"] {
        let _ = engine::docker(["exec", &store, "sh", "-c", &format!("echo kept >{path}")]);
    }
}

fn has_data(bench: &Workbench) {
    let store = bench.container("store").id;
    for path in ["/data/note", "/scratch/note"] {
        assert_eq!(engine::docker(["exec", &store, "cat", path]), "kept");
    }
}

#[test]
fn a_stack_of_docker_compose_is_adopted_as_it_is() {
    let bench = bench();
    let _ = bench.docker_compose(["up", "--detach", "--wait"]).run().succeeds();
    write_data(&bench);
    let before = bench.identities();
    let plan = bench.wharf(["plan", "--json", "--exit-code"]).run();
    assert_eq!(plan.code, 0, "nothing differs: {plan}");
    let _ = bench.up();
    assert_eq!(bench.identities(), before);
    has_data(&bench);
    let _ = bench.wharf(["verify"]).run().succeeds();
    let _ = bench.wharf(["down", "--volumes", "--yes"]).run().succeeds();
    assert!(bench.is_gone());
}

#[test]
fn an_adopted_stack_is_changed_with_its_data() {
    let bench = bench();
    let _ = bench.docker_compose(["up", "--detach", "--wait"]).run().succeeds();
    write_data(&bench);
    let before = bench.identities();
    bench.write("compose.override.yaml", "services: { store: { environment: { PLAIN: other } } }");
    let _ = bench.up();
    let after = bench.identities();
    assert_ne!(after, before);
    assert_eq!(bench.container("store").variable("PLAIN").as_deref(), Some("other"));
    has_data(&bench);
    assert_eq!(bench.containers().len(), 3);
}

#[test]
fn docker_compose_takes_over_a_stack_of_wharf() {
    let bench = bench();
    let _ = bench.up();
    write_data(&bench);
    let listed = bench.docker_compose(["ps", "--services"]).run().succeeds();
    let mut services: Vec<&str> = listed.stdout.lines().collect();
    services.sort_unstable();
    assert_eq!(services, ["aside", "store", "web"]);
    let _ = bench.docker_compose(["logs"]).run().succeeds();
    let said = bench.docker_compose(["exec", "-T", "store", "cat", "/data/note"]).run().succeeds();
    assert_eq!(said.stdout, "kept\n");
    let _ = bench.docker_compose(["up", "--detach", "--wait"]).run().succeeds();
    has_data(&bench);
    let before = bench.identities();
    let _ = bench.up();
    assert_eq!(bench.identities(), before, "and wharf takes it back as it is");
    let _ = bench.docker_compose(["down", "--volumes"]).run().succeeds();
    assert!(bench.is_gone());
}

/// The stack of the documents, started by Docker Compose, goes on under wharf.
#[test]
fn pg_redis_changes_hands_with_its_rows() {
    let PgRedis { bench, api, .. } = pg_redis("development");
    let files = ["-f", "compose.yaml", "-f", "compose.development.yaml"];
    let up = [&["--env-file", ".env.development"], &files[..], &["up", "--detach"]];
    // Without --wait, which takes as long as the API's health interval; wharf asks it itself.
    let _ = bench.docker_compose(up.concat()).run().succeeds();
    eventually("the API", || http::get(api, "/health").filter(|answer| answer.status == 200));
    let user = json!({ "email": "ada@example.com", "name": "Ada" });
    assert_eq!(http::post(api, "/users", &user).expect("the API answers").status, 201);
    let before = bench.identities();
    let plan = bench.wharf(["plan", "--exit-code"]).run();
    assert_eq!(plan.code, 0, "nothing differs: {plan}");
    let _ = bench.up();
    assert_eq!(bench.identities(), before);
    let _ = bench.wharf(["down"]).run().succeeds();
    let _ = bench.up();
    let users = eventually("users", || http::get(api, "/users")).json();
    assert_eq!(users["data"][0]["email"], "ada@example.com");
}
