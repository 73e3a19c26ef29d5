//! A project's life: up, up again, changed, stopped, down.

use crate::support::{PgRedis, pg_redis, project};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use wharf_testkit::deadline::eventually;
use wharf_testkit::{engine, http};

/// Two services, a named volume; ends at once when stopped.
const PAIR: &str = "
services:
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    environment:
      COLOUR: ${COLOUR:-blue}
      TOKEN: ${TOKEN:-canary-old-5b1c}
    depends_on: [store]
  store:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    volumes: ['data:/data']
volumes:
  data:
";

fn create_user(port: u16) -> String {
    let user = json!({ "email": "ada@example.com", "name": "Ada" });
    let created = http::post(port, "/users", &user).expect("the API answers");
    assert_eq!(created.status, 201, "{}", created.body);
    let id = created.json()["data"]["id"].clone();
    let post = json!({ "author_id": id, "title": "Engines", "content": "Notes" });
    let posted = http::post(port, "/posts", &post).expect("the API answers");
    assert_eq!(posted.status, 201, "{}", posted.body);
    id.as_str().expect("ids are texts").to_owned()
}

fn emails(port: u16) -> Vec<Value> {
    let users = http::get(port, "/users").expect("the API answers").json();
    let users = users["data"].as_array().cloned().unwrap_or_default();
    users.into_iter().map(|user| user["email"].clone()).collect()
}

/// P1, P2, P3, N4, N5, N6: in the right order, within seconds, and it works.
#[test]
fn p1_a_cold_up_makes_a_working_stack_faster_than_its_health_intervals() {
    let PgRedis { bench, api, .. } = pg_redis("development");
    let up = bench.up();
    assert!(up.took < Duration::from_secs(30), "the API's health interval alone is 30 s: {up}");
    assert_eq!(http::get(api, "/health").expect("the API answers at once").status, 200);
    let names: Vec<String> = bench.containers().into_iter().map(|it| it.service).collect();
    assert_eq!(names, ["api", "migrate", "postgres", "redis"]);
    let migrate = bench.container("migrate");
    assert_eq!(migrate.text("/State/Status"), "exited");
    assert_eq!(*migrate.at("/State/ExitCode"), 0);
    assert_eq!(*migrate.at("/RestartCount"), 0);
    let time = |service: &str, of: &str| bench.container(service).text(of).to_owned();
    assert!(time("postgres", "/State/StartedAt") < time("migrate", "/State/StartedAt"));
    assert!(migrate.text("/State/FinishedAt") < time("api", "/State/StartedAt").as_str());
    let user = create_user(api);
    assert_eq!(emails(api), ["ada@example.com"]);
    let posts = http::get(api, &format!("/posts?author_id={user}")).expect("the API answers");
    assert_eq!(posts.json()["data"][0]["title"], "Engines");
}

/// P1: the same again is nothing to do, and says so by its exit code.
#[test]
fn p1_an_up_of_what_is_up_changes_nothing() {
    let PgRedis { bench, .. } = pg_redis("development");
    let _ = bench.up();
    let before = bench.identities();
    let _ = bench.wharf(["plan", "--exit-code"]).run().succeeds();
    let plan = bench.wharf(["plan", "--json"]).run().succeeds().json();
    assert_eq!(plan["plan"]["changes"], 0);
    assert_eq!(plan["images"], Value::Null);
    let _ = bench.up();
    assert_eq!(bench.identities(), before);
}

#[test]
fn a_plan_with_changes_ends_with_4_only_when_asked_to() {
    let bench = project(PAIR);
    let _ = bench.wharf(["plan"]).run().succeeds();
    let _ = bench.wharf(["plan", "--exit-code"]).run().ends_with(4);
    assert!(bench.is_gone(), "a plan does nothing");
}

#[test]
fn a_changed_variable_replaces_its_service_alone_and_its_value_is_not_shown() {
    let bench = project(PAIR);
    let _ = bench.up();
    let before = bench.identities();
    let secret = "canary-new-83de";
    let mut shown = String::new();
    for args in [
        &["plan"][..],
        &["plan", "--json"],
        &["plan", "--graph"],
        &["up", "--dry-run"],
        &["up", "--progress", "plain"],
    ] {
        let run = bench.wharf(args).env("TOKEN", secret).run().succeeds();
        if args[0] == "plan" {
            assert!(run.stdout.contains("TOKEN"), "it says which variable: {run}");
            assert!(!run.stdout.contains("COLOUR"), "it says no other variable: {run}");
        }
        shown += &run.all_output();
    }
    assert!(!shown.contains("canary"), "neither the old value nor the new one is shown: {shown}");
    assert_eq!(bench.container("web").variable("TOKEN").as_deref(), Some(secret));
    let changed: BTreeSet<String> = bench
        .identities()
        .into_iter()
        .filter(|(name, identity)| before.get(name) != Some(identity))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(changed, BTreeSet::from([format!("{}-web-1", bench.project())]));
}

/// P9.
#[test]
fn p9_down_then_up_keeps_the_data() {
    let PgRedis { bench, api, .. } = pg_redis("development");
    let _ = bench.up();
    create_user(api);
    let _ = bench.wharf(["down"]).run().succeeds();
    assert!(bench.containers().is_empty());
    assert!(engine::networks(bench.project()).is_empty());
    assert_eq!(engine::volumes(bench.project()).len(), 2);
    let _ = bench.up();
    assert_eq!(emails(api), ["ada@example.com"]);
}

/// P9: data goes only on an explicit word.
#[test]
fn p9_down_with_volumes_deletes_nothing_unless_somebody_agrees() {
    let bench = project(PAIR);
    let _ = bench.up();
    let before = bench.identities();
    let refused = bench.wharf(["down", "--volumes"]).run().ends_with(1);
    assert!(refused.stderr.contains(&format!("{}_data", bench.project())), "{refused}");
    assert_eq!(bench.identities(), before);
    let dry = bench.wharf(["down", "--volumes", "--dry-run"]).run().succeeds();
    assert!(dry.stdout.contains("data"), "{dry}");
    assert_eq!(bench.identities(), before);
    let _ = bench.wharf(["down", "--volumes", "--yes"]).run().succeeds();
    assert!(bench.is_gone());
}

/// P9: who is asked types the project's name.
#[test]
fn p9_on_a_terminal_the_name_of_the_project_must_be_typed() {
    let bench = project(PAIR);
    let _ = bench.up();
    let before = bench.identities();
    let ask = || bench.wharf(["down", "--volumes"]);
    for wrong in ["\n", "y\n", "yes\n", "other\n", "\u{4}"] {
        let run = ask().typing(wrong).run_on_terminal().ends_with(1);
        assert!(run.stdout.contains(&format!("{}_data", bench.project())), "{run}");
        assert_eq!(bench.identities(), before, "after {wrong:?}");
    }
    let name = format!("{}\n", bench.project());
    let _ = ask().typing(&name).run_on_terminal().succeeds();
    assert!(bench.is_gone());
}

/// P5: the API says so while its database is away, and recovers by itself.
#[test]
fn p5_a_stopped_database_shows_and_comes_back() {
    let PgRedis { bench, api, .. } = pg_redis("development");
    let _ = bench.up();
    create_user(api);
    let before = bench.container("api").identity();
    let _ = bench.wharf(["stop", "postgres"]).run().succeeds();
    eventually("a health of 503", || {
        http::get(api, "/health").filter(|answer| answer.status == 503)
    });
    let rows = bench.wharf(["ps", "--json"]).run().succeeds().json();
    let rows = rows.as_array().cloned().unwrap_or_default();
    let postgres = rows.iter().find(|row| row["service"] == "postgres").expect("it is listed");
    assert_eq!(postgres["state"], "exited");
    let _ = bench.wharf(["start", "postgres"]).run().succeeds();
    eventually("health", || http::get(api, "/health").filter(|answer| answer.status == 200));
    assert_eq!(emails(api), ["ada@example.com"]);
    assert_eq!(bench.container("api").identity(), before, "nobody has touched the API");
}

#[test]
fn anonymous_volumes_carry_over_when_a_container_is_replaced_and_are_renewed_on_demand() {
    let bench = project(
        "
services:
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    environment: { ROUND: '${ROUND:-1}' }
    volumes: [/scratch]
",
    );
    let _ = bench.up();
    let first = bench.container("web");
    let _ = bench.wharf(["exec", "web", "sh", "-c", "echo kept >/scratch/note"]).run().succeeds();
    let _ = bench.wharf(["up"]).env("ROUND", "2").run().succeeds();
    let second = bench.container("web");
    assert_ne!(second.id, first.id);
    assert_eq!(second.volume_at("/scratch"), first.volume_at("/scratch"));
    let note = bench.wharf(["exec", "web", "cat", "/scratch/note"]).run().succeeds();
    assert_eq!(note.stdout, "kept\n");
    let _ = bench.wharf(["up", "-V"]).env("ROUND", "3").run().succeeds();
    let third = bench.container("web");
    assert_ne!(third.volume_at("/scratch"), first.volume_at("/scratch"));
    let _ = bench.wharf(["exec", "web", "cat", "/scratch/note"]).run().ends_with(1);
}

#[test]
fn a_service_that_left_the_file_stays_until_it_is_named_an_orphan() {
    let bench = project(PAIR);
    let _ = bench.up();
    bench.compose_file(
        "
services:
  store:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    volumes: ['data:/data']
volumes:
  data:
",
    );
    let warned = bench.up();
    assert!(warned.stderr.contains(&format!("{}-web-1", bench.project())), "{warned}");
    assert_eq!(bench.containers().len(), 2);
    let _ = bench.wharf(["up", "--remove-orphans"]).run().succeeds();
    let left: Vec<String> = bench.containers().into_iter().map(|it| it.service).collect();
    assert_eq!(left, ["store"]);
}
