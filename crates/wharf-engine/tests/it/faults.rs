//! One stack, killed at every single call.

use crate::support::{Snapshot, desired, down, mark_volumes, paused, up};
use std::time::Duration;
use wharf_engine::fake::{Behaviour, FakeEngine, HealthScript, Moment};
use wharf_plan::{Desired, ImageConfig, Scope, UpOptions};

const STACK: &str = "
services:
  postgres:
    image: postgres
    environment: { VERSION: 'v1' }
    volumes: ['data:/var/lib/postgresql/data']
    healthcheck: { test: [CMD, pg_isready], interval: 5s }
    networks: [backend]
  redis: { image: redis, networks: [backend], environment: { VERSION: 'v1' } }
  migrate:
    image: api
    networks: [backend]
    depends_on: { postgres: { condition: service_healthy } }
  api:
    image: api
    networks: [frontend, backend]
    ports: ['3000:3000']
    secrets: [token]
    depends_on:
      redis: { condition: service_started, restart: true }
      migrate: { condition: service_completed_successfully }
  tunnel: { image: api, network_mode: 'service:redis' }
networks: { frontend: {}, backend: {} }
volumes: { data: {} }
secrets: { token: { environment: TOKEN } }
";

fn cold() -> FakeEngine {
    let engine = FakeEngine::new();
    engine.publish("postgres", ImageConfig::default());
    engine.publish("api", ImageConfig::default());
    let volumes = vec!["/data".to_owned()];
    engine.publish("redis", ImageConfig { volumes, ..ImageConfig::default() });
    let slow = HealthScript::PassesAfter(Duration::from_millis(700));
    engine.script_service("postgres", Behaviour::with_health(slow));
    engine.script_service("migrate", Behaviour::exits_after(Duration::from_millis(500), 0));
    engine
}

async fn warm() -> FakeEngine {
    let engine = cold();
    up(&engine, &desired(STACK), &UpOptions::default()).await.unwrap().succeeded();
    mark_volumes(&engine).await;
    engine.reset_calls();
    engine
}

/// Every call of an uninterrupted run, killed before it and after its effect.
fn kills(engine: &FakeEngine) -> Vec<(usize, Moment)> {
    let count = engine.change_count();
    let both = |number| [(number, Moment::BeforeEffect), (number, Moment::AfterEffect)];
    (1..=count).flat_map(both).collect()
}

fn arm(engine: &FakeEngine, (number, moment): (usize, Moment)) {
    match moment {
        Moment::BeforeEffect => engine.kill_at(number),
        Moment::AfterEffect => {
            engine.lose_connection_at(number, moment);
            engine.kill_at(number + 1);
        }
    }
}

async fn assert_taken_up(desired: &Desired, make: impl AsyncFn() -> FakeEngine) {
    let straight = make().await;
    up(&straight, desired, &UpOptions::default()).await.unwrap().succeeded();
    let wanted = Snapshot::of(&straight).await;
    for kill in kills(&straight) {
        let engine = make().await;
        arm(&engine, kill);
        // What comes of it is what the next run finds.
        drop(up(&engine, desired, &UpOptions::default()).await);
        let done = engine.changes();
        engine.reset_calls();
        let again = up(&engine, desired, &UpOptions::default()).await.unwrap().succeeded();
        let there = Snapshot::of(&engine).await;
        assert_eq!(there, wanted, "{kill:?}\n{done:#?}\n{}", again.plan.text());
        assert_eq!(engine.lost_volumes(), Vec::<String>::new(), "{kill:?}");
    }
}

#[test]
fn a_cold_up_is_taken_up_at_every_call() {
    paused(async { assert_taken_up(&desired(STACK), async || cold()).await });
}

#[test]
fn a_replacement_of_the_database_and_the_cache_is_taken_up_at_every_call() {
    let changed = desired(&STACK.replace("'v1'", "'v2'"));
    paused(async { assert_taken_up(&changed, warm).await });
}

#[test]
fn a_down_is_taken_up_at_every_call() {
    paused(async {
        let straight = warm().await;
        down(&straight, "shop", Scope::KeepData).await.unwrap().succeeded();
        let wanted = Snapshot::of(&straight).await;
        assert_eq!(wanted.volumes.keys().collect::<Vec<_>>(), ["shop_data"]);
        for kill in kills(&straight) {
            let engine = warm().await;
            arm(&engine, kill);
            drop(down(&engine, "shop", Scope::KeepData).await);
            engine.reset_calls();
            down(&engine, "shop", Scope::KeepData).await.unwrap().succeeded();
            assert_eq!(Snapshot::of(&engine).await, wanted, "{kill:?}");
            assert_eq!(engine.lost_volumes(), Vec::<String>::new(), "{kill:?}");
        }
    });
}

#[test]
fn killed_twice_in_a_row_is_no_worse() {
    paused(async {
        let changed = desired(&STACK.replace("'v1'", "'v2'"));
        let straight = warm().await;
        up(&straight, &changed, &UpOptions::default()).await.unwrap().succeeded();
        let (wanted, count) = (Snapshot::of(&straight).await, straight.change_count());
        for first in 1..=count {
            for second in (1..=count).step_by(3) {
                let engine = warm().await;
                for number in [first, second] {
                    engine.kill_at(number);
                    drop(up(&engine, &changed, &UpOptions::default()).await);
                    engine.reset_calls();
                }
                up(&engine, &changed, &UpOptions::default()).await.unwrap().succeeded();
                assert_eq!(Snapshot::of(&engine).await, wanted, "{first} {second}");
                assert_eq!(engine.lost_volumes(), Vec::<String>::new());
            }
        }
    });
}
