use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::service::Service;
use crate::support::{Stack, at, wait};

fn cached(service: &Service, path: &str) -> String {
    let answer = service.get(path);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("x-cache").unwrap().to_owned()
}

fn create(service: &Service, email: &str) -> String {
    let created = service.post("/users", &format!(r#"{{"email":"{email}","name":"N"}}"#));
    assert_eq!(created.status, 201, "{created:?}");
    created.header("location").unwrap().to_owned()
}

#[test]
fn a_second_read_is_a_hit_with_the_same_body() {
    let stack = Stack::start();
    let user = create(&stack.service, "a@example.org");
    for path in [user.as_str(), "/users", "/users?per_page=5", "/posts"] {
        let first = stack.service.get(path);
        let second = stack.service.get(path);
        assert_eq!(first.header("x-cache"), Some("miss"), "{path}");
        assert_eq!(second.header("x-cache"), Some("hit"), "{path}");
        assert_eq!(first.body, second.body);
        assert_eq!(second.header("content-type"), Some("application/json"));
    }
}

#[test]
fn a_write_on_one_replica_is_seen_by_the_others() {
    let stack = Stack::start();
    let other = stack.replica();
    let user = create(&stack.service, "a@example.org");
    assert_eq!(cached(&other, &user), "miss");
    assert_eq!(cached(&other, &user), "hit");

    assert_eq!(stack.service.patch(&user, r#"{"name":"Changed"}"#).status, 200);
    let read = other.get(&user);
    assert_eq!(
        (read.header("x-cache"), at(&read.json(), "/data/name")),
        (Some("miss"), "Changed".into())
    );

    let id = user.trim_start_matches("/users/");
    assert_eq!(cached(&other, "/users"), "miss");
    assert_eq!(other.post("/posts", &format!(r#"{{"author_id":"{id}","title":"T"}}"#)).status, 201);
    assert_eq!(at(&stack.service.get(&user).json(), "/data/posts/0/title"), "T");
    assert_eq!(cached(&other, "/users"), "hit", "a post does not change the list of users");

    assert_eq!(stack.service.delete(&user).status, 204);
    assert_eq!(other.get(&user).status, 404);
    assert_eq!(at(&other.get("/users").json(), "/meta/total"), "0");
}

#[test]
fn without_a_cache_the_database_serves_and_a_missed_invalidation_is_made_up_for() {
    let mut stack = Stack::start();
    let user = create(&stack.service, "a@example.org");
    assert_eq!(cached(&stack.service, &user), "miss");

    stack.redis.stop();
    assert_eq!(cached(&stack.service, &user), "bypass");
    assert_eq!(stack.service.patch(&user, r#"{"name":"Changed"}"#).status, 200);

    stack.redis.restart();
    let read = wait::until("the cache is used again", || {
        Some(stack.service.get(&user)).filter(|answer| answer.header("x-cache") != Some("bypass"))
    });
    assert_eq!(at(&read.json(), "/data/name"), "Changed");
    assert_eq!(cached(&stack.service, &user), "hit");
}

#[test]
fn a_cache_that_hangs_costs_a_moment_and_then_nothing() {
    let stack = Stack::start();
    let user = create(&stack.service, "a@example.org");
    assert_eq!(cached(&stack.service, &user), "miss");

    stack.redis.freeze();
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(cached(&stack.service, &user), "bypass");
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(5), "50 requests took {took:?}");

    // The breaker is open: nothing is sent, and the old entry is still there when the cache is back.
    assert_eq!(stack.service.patch(&user, r#"{"name":"Changed"}"#).status, 200);
    stack.redis.thaw();
    let read = wait::until("the cache is used again", || {
        Some(stack.service.get(&user)).filter(|answer| answer.header("x-cache") != Some("bypass"))
    });
    assert_eq!(at(&read.json(), "/data/name"), "Changed");
}

#[test]
fn no_cache_configured_is_a_bypass() {
    let stack = Stack::start();
    let service = Service::start(&[("DATABASE_URL", &stack.postgres.url())]);
    assert_eq!(cached(&service, "/users"), "bypass");
    assert_eq!(at(&service.get("/health").json(), "/data/dependencies/cache/status"), "disabled");
}

#[test]
fn a_read_after_a_write_is_never_older_than_the_write() {
    let stack = Stack::start();
    let other = stack.replica();
    let user = create(&stack.service, "a@example.org");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Readers that fill the cache at every moment a write can be in.
        for service in [&stack.service, &other] {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(service.get(&user).status, 200);
                }
            });
        }
        for number in 0..200 {
            let body = format!(r#"{{"name":"{number}"}}"#);
            let status = stack.service.patch(&user, &body).status;
            let read = at(&other.get(&user).json(), "/data/name");
            if status != 200 || read != number.to_string() {
                done.store(true, Ordering::Relaxed);
                panic!("wrote {number} ({status}), read {read}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
