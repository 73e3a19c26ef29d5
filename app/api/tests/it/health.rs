use serde_json::Value;

use crate::support::service::{self, Service};
use crate::support::{Stack, at, wait};

/// Waits for an overall state and returns the status code and the report it came with.
fn reaches(service: &Service, status: &str) -> (u16, Value) {
    wait::until(&format!("health is {status}"), || {
        let answer = service.get("/health");
        Some((answer.status, answer.json()))
            .filter(|(_, report)| report["data"]["status"] == status)
    })
}

/// What the container's own check says.
fn container_check(service: &Service) -> (Option<i32>, String) {
    let output = service::run("health", &[("PORT", &service.address().port().to_string())]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_report_names_state_version_and_dependencies() {
    let stack = Stack::start();
    let answer = stack.service.get("/health");
    assert_eq!(answer.status, 200);
    let report = answer.json();
    assert_eq!(at(&report, "/data/status"), "ok");
    assert_eq!(at(&report, "/data/version"), env!("CARGO_PKG_VERSION"));
    assert!(report["data"]["uptime"].is_u64() && at(&report, "/data/timestamp").ends_with('Z'));
    for dependency in ["database", "cache"] {
        assert_eq!(at(&report, &format!("/data/dependencies/{dependency}/status")), "up");
        assert!(report["data"]["dependencies"][dependency]["latency_ms"].is_number(), "{report}");
    }
    assert_eq!(container_check(&stack.service), (Some(0), "healthy: ok\n".into()));
}

#[test]
fn follows_the_cache_down_and_up_again() {
    let mut stack = Stack::start();
    reaches(&stack.service, "ok");
    stack.redis.stop();
    let (code, report) = reaches(&stack.service, "degraded");
    assert_eq!((code, at(&report, "/data/dependencies/cache/status")), (200, "down".into()));
    assert_eq!(container_check(&stack.service), (Some(0), "healthy: degraded\n".into()));
    stack.redis.restart();
    reaches(&stack.service, "ok");
}

#[test]
fn follows_the_database_down_and_up_again() {
    let mut stack = Stack::start();
    reaches(&stack.service, "ok");
    stack.postgres.stop();
    let (code, report) = reaches(&stack.service, "unavailable");
    assert_eq!((code, at(&report, "/data/dependencies/database/status")), (503, "down".into()));
    assert_eq!(container_check(&stack.service), (Some(1), "unhealthy: unavailable (503)\n".into()));
    assert_eq!(stack.service.get("/live").status, 200);
    stack.service.logged("dependency is down");

    stack.postgres.restart();
    assert_eq!(reaches(&stack.service, "ok").0, 200);
    stack.service.logged("dependency is up again");
    assert_eq!(stack.service.get("/users").status, 200);
}

#[test]
fn the_container_check_fails_in_one_line_when_nobody_listens() {
    let output = service::run("health", &[("PORT", "1")]);
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(
        line.starts_with("unhealthy: no answer on port 1") && line.lines().count() == 1,
        "{line}"
    );
}
