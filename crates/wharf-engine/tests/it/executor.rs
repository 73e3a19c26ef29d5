//! The executor against scripted services.

use crate::support::{Run, desired, look, paused, up};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wharf_engine::capability::Containers as _;
use wharf_engine::fake::{Behaviour, FakeEngine, HealthScript, Moment};
use wharf_engine::{ApplyOptions, ErrorKind, Outcome, apply};
use wharf_plan::{Desired, Event, ImageConfig, Plan, Recreate, UpOptions};

fn engine(images: &[&str]) -> FakeEngine {
    let engine = FakeEngine::new();
    for image in images {
        engine.publish(image, ImageConfig::default());
    }
    engine
}

async fn bring_up(engine: &FakeEngine, text: &str) -> Run {
    up(engine, &desired(text), &UpOptions::default()).await.unwrap()
}

/// What failed, with its diagnostic's code, and how many actions were skipped.
fn told(outcome: &Outcome) -> (Vec<String>, usize) {
    let failures = outcome.failures.iter();
    let lines = failures.map(|it| format!("{} {}", it.address, it.diagnostic.code));
    (lines.collect(), outcome.summary.skipped)
}

const CHAIN: &str = "
services:
  db: { image: db, healthcheck: { test: [CMD, check], interval: 10s, retries: 3 } }
  migrate: { image: app, depends_on: { db: { condition: service_healthy } } }
  api:
    image: app
    depends_on:
      db: { condition: service_healthy }
      migrate: { condition: service_completed_successfully }
  aside: { image: app }
";

fn chain() -> FakeEngine {
    let engine = engine(&["db", "app"]);
    engine.script_service("migrate", Behaviour::exits_after(Duration::from_secs(1), 0));
    engine
}

#[test]
fn goes_on_as_soon_as_the_health_command_passes() {
    paused(async {
        let engine = chain();
        let healthy = HealthScript::PassesAfter(Duration::from_secs(2));
        engine.script_service("db", Behaviour::with_health(healthy));
        let began = Instant::now();
        bring_up(&engine, CHAIN).await.succeeded();
        // 1 s before the run, 2 s for the database, 1 s for the migration; the engine itself would
        // have looked at the database after 10 s.
        let took = began.elapsed();
        assert!(took > Duration::from_secs(4) && took < Duration::from_secs(6), "{took:?}");
    });
}

#[test]
fn an_unhealthy_dependency_holds_back_what_needs_it_and_nothing_else() {
    paused(async {
        let engine = chain();
        let sick = Behaviour::with_health(HealthScript::Fails).saying("no space for the log");
        engine.script_service("db", sick);
        let run = bring_up(&engine, CHAIN).await;
        let skipped = ["start migrate", "await migrate", "start api", "await api"];
        let expected = vec!["service/db/1 engine::unhealthy".to_owned()];
        assert_eq!(told(&run.outcome), (expected, skipped.len()));
        let notes = &run.outcome.failures[0].diagnostic.notes;
        assert_eq!(notes, &["health check: not yet", "log: no space for the log"]);
        assert!(engine.state("shop-aside-1").await.unwrap().state.is_running());
        assert!(!run.outcome.is_stale());
    });
}

#[test]
fn a_failed_migration_is_told_with_its_log() {
    paused(async {
        let engine = chain();
        engine.script_service("migrate", Behaviour::exits(3).saying("column is missing"));
        let run = bring_up(&engine, CHAIN).await;
        let expected = vec!["service/migrate/1 engine::exited".to_owned()];
        assert_eq!(told(&run.outcome), (expected, 2));
        let diagnostic = &run.outcome.failures[0].diagnostic;
        assert!(diagnostic.message.contains("exit code 3"), "{}", diagnostic.message);
        assert_eq!(diagnostic.notes, ["log: column is missing"]);
        engine.script_service("migrate", Behaviour::exits(0));
        bring_up(&engine, CHAIN).await.succeeded();
    });
}

#[test]
fn a_service_that_keeps_ending_is_told_as_that() {
    paused(async {
        let engine = engine(&["app"]);
        engine.script_image("app", Behaviour::exits(1));
        // Ended within the very first look: without a restart policy there is nothing to wait for.
        let once = bring_up(&engine, "services: { api: { image: app } }").await;
        assert_eq!(told(&once.outcome).0, ["service/api/1 engine::exited"]);
        let text = "
services:
  api:
    image: app
    restart: always
    healthcheck: { test: [CMD, check], start_period: 1m }
";
        let run = bring_up(&engine, text).await;
        assert_eq!(told(&run.outcome).0, ["service/api/1 engine::exited"]);
        let message = &run.outcome.failures[0].diagnostic.message;
        assert!(message.contains("keeps ending"), "{message}");
    });
}

#[test]
fn a_dependency_that_is_not_required_may_fail() {
    paused(async {
        let engine = chain();
        engine.script_service("db", Behaviour::cannot_start("no such device"));
        let text = "
services:
  db: { image: db, healthcheck: { test: [CMD, check] } }
  api: { image: app, depends_on: { db: { condition: service_healthy, required: false } } }
";
        let run = bring_up(&engine, text).await;
        assert_eq!(told(&run.outcome).0, ["service/db/1 engine::refused"]);
        assert!(engine.state("shop-api-1").await.unwrap().state.is_running());
    });
}

#[test]
fn at_most_the_given_number_of_calls_run_at_once_and_waits_do_not_count() {
    paused(async {
        let engine = engine(&["app"]);
        engine.set_latency(Duration::from_millis(50));
        let slow = HealthScript::PassesAfter(Duration::from_secs(30));
        engine.script_service("s0", Behaviour::with_health(slow));
        let health = "healthcheck: { test: [CMD, check], retries: 9 }";
        let mut text = format!("services:\n  s0: {{ image: app, {health} }}\n");
        for number in 1..=9 {
            let _ = writeln!(text, "  s{number}: {{ image: app }}");
        }
        let run = bring_up(&engine, &text).await.succeeded();
        assert_eq!(engine.most_parallel(), ApplyOptions::default().parallel);
        let ended = |service: &str| {
            let ends = run.events.iter().filter_map(|event| match event {
                Event::NodeFinished { at, address, .. } => {
                    (address.service_name() == Some(service)).then_some(*at)
                }
                _ => None,
            });
            ends.max().unwrap()
        };
        assert!(ended("s9") < 2_000 && ended("s0") > 29_000, "{} {}", ended("s9"), ended("s0"));
    });
}

const TWO_PORTS: &str = "
services:
  a: { image: app, ports: ['8001:80'] }
  b: { image: app, ports: ['8002:80'] }
";

#[test]
fn two_services_swap_their_ports_in_one_run() {
    paused(async {
        let engine = engine(&["app"]);
        bring_up(&engine, TWO_PORTS).await.succeeded();
        let swapped = TWO_PORTS.replace("8001", "x").replace("8002", "8001").replace('x', "8002");
        bring_up(&engine, &swapped).await.succeeded();
        let all = engine.list().await.unwrap();
        let ports: Vec<_> = all.iter().map(|it| it.ports[0].published).collect();
        assert_eq!(ports, [Some(8002), Some(8001)]);
    });
}

#[test]
fn a_port_that_another_program_has_fails_the_start_and_the_next_run_goes_on() {
    paused(async {
        let engine = engine(&["app"]);
        engine.occupy_port(8001);
        let run = bring_up(&engine, TWO_PORTS).await;
        assert_eq!(told(&run.outcome).0, ["service/a/1 engine::port-in-use"]);
        assert!(engine.state("shop-b-1").await.unwrap().state.is_running());
        let moved = bring_up(&engine, &TWO_PORTS.replace("8001", "8003")).await;
        assert_eq!(moved.succeeded().outcome.summary.replaced, 1);
    });
}

#[test]
fn a_lost_answer_to_a_creation_is_found_by_its_name() {
    paused(async {
        let engine = engine(&["app"]);
        // 1 is the pull, 2 the network, 3 the creation.
        engine.lose_connection_at(3, Moment::AfterEffect);
        let run = bring_up(&engine, "services: { api: { image: app } }").await.succeeded();
        assert_eq!(run.outcome.summary.created, 2);
        let creations = engine.changes().iter().filter(|it| it.starts_with("create_c")).count();
        assert_eq!((creations, engine.list().await.unwrap().len()), (2, 1));
    });
}

#[test]
fn a_name_that_somebody_took_meanwhile_asks_for_another_plan() {
    paused(async {
        let engine = engine(&["app"]);
        let desired = desired("services: { api: { image: app } }");
        engine.add_image("app", ImageConfig::default());
        let plan = plan_up(&engine, &desired).await;
        // Another run of the same command was faster.
        Run::of(&engine, plan.clone()).await.succeeded();
        let late = Run::of(&engine, plan).await;
        assert!(late.outcome.is_stale(), "{:#?}", late.outcome.failures);
        up(&engine, &desired, &UpOptions::default()).await.unwrap().succeeded();
    });
}

async fn plan_up(engine: &FakeEngine, desired: &Desired) -> Plan {
    let observed = look(engine, desired).await.unwrap();
    wharf_plan::up(desired, &observed, &UpOptions::default()).unwrap().plan
}

#[test]
fn an_image_that_cannot_be_had_stops_nothing() {
    paused(async {
        let engine = engine(&["app"]);
        bring_up(&engine, "services: { api: { image: app } }").await.succeeded();
        let text = "services: { api: { image: other }, web: { image: app } }";
        let run = bring_up(&engine, text).await;
        assert!(!run.outcome.is_success());
        assert!(engine.state("shop-api-1").await.unwrap().state.is_running());
    });
}

#[test]
fn waiting_ends_with_its_time_limit_and_with_an_interruption() {
    paused(async {
        for is_limit in [true, false] {
            let engine = chain();
            let slow = HealthScript::PassesAfter(Duration::from_secs(60));
            engine.script_service("db", Behaviour::with_health(slow));
            for image in ["db", "app"] {
                engine.add_image(image, ImageConfig::default());
            }
            let plan = plan_up(&engine, &desired(CHAIN)).await;
            let cancel = CancellationToken::new();
            let limit = Duration::from_secs(5);
            let options = ApplyOptions {
                wait_timeout: is_limit.then_some(limit),
                cancel: cancel.clone(),
                ..ApplyOptions::default()
            };
            let stop = async {
                tokio::time::sleep(limit).await;
                if !is_limit {
                    cancel.cancel();
                }
            };
            let run = apply(Arc::new(engine.clone()), &plan, options);
            let (outcome, ()) = futures_util::future::join(run, stop).await;
            let code = if is_limit { "engine::wait-timeout" } else { "engine::interrupted" };
            assert_eq!(told(&outcome), (vec![format!("service/db/1 {code}")], 4));
            assert_eq!(outcome.summary.interrupted, !is_limit);
            // What was done stays, and the next run goes on waiting.
            engine.script_service("db", Behaviour::default());
            let again = up(&engine, &desired(CHAIN), &UpOptions::default()).await.unwrap();
            assert_eq!(again.succeeded().outcome.summary.created, 0);
        }
    });
}

#[test]
fn a_full_disk_fails_one_action_and_its_dependents_only() {
    paused(async {
        let engine = chain();
        // 1 and 2 are the pulls, 3 is the network, 4 the first creation.
        engine.fail_nth(4, ErrorKind::DiskFull);
        let run = bring_up(&engine, CHAIN).await;
        assert_eq!(told(&run.outcome).0, ["service/db/1 engine::disk-full"]);
        assert!(engine.state("shop-aside-1").await.unwrap().state.is_running());
        engine.reset_calls();
        bring_up(&engine, CHAIN).await.succeeded();
    });
}

#[test]
fn the_summary_counts_things_and_not_actions() {
    paused(async {
        let engine = chain();
        let text = format!("{CHAIN}volumes: {{ data: {{}} }}")
            .replace("image: db,", "image: db, volumes: ['data:/data'],");
        let cold = bring_up(&engine, &text).await.succeeded().outcome.summary;
        assert_eq!((cold.created, cold.replaced, cold.unchanged), (6, 0, 0));
        let none = bring_up(&engine, &text).await.succeeded().outcome.summary;
        assert_eq!((none.created, none.replaced, none.unchanged), (0, 0, 4));
        let options = UpOptions {
            services: vec!["aside".to_owned()],
            recreate: Recreate::Always,
            ..UpOptions::default()
        };
        let forced = up(&engine, &desired(&text), &options).await.unwrap().succeeded();
        let summary = forced.outcome.summary;
        assert_eq!((summary.created, summary.replaced, summary.unchanged), (0, 1, 0));
    });
}
