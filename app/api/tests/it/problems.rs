use crate::support::service::Service;
use crate::support::{Stack, at};

const JSON: &str = "content-type: application/json";

#[test]
fn every_failure_is_a_problem_document() {
    let stack = Stack::start();
    let missing = format!("/users/{}", uuid::Uuid::now_v7());
    let too_large = format!(r#"{{"name":"{}"}}"#, "x".repeat(300 * 1024));
    for (method, path, headers, body, status, code) in [
        ("POST", "/users", &[JSON][..], "{", 400, "malformed_json"),
        ("GET", &missing, &[], "", 404, "not_found"),
        ("GET", "/users/not-an-id", &[], "", 404, "not_found"),
        ("GET", "/users/%ff", &[], "", 404, "not_found"),
        ("GET", "/nothing", &[], "", 404, "no_such_route"),
        ("PUT", "/users", &[], "", 405, "method_not_allowed"),
        ("POST", "/users", &[JSON], &too_large, 413, "body_too_large"),
        ("POST", "/users", &["content-type: text/plain"], "{}", 415, "unsupported_media_type"),
        ("POST", "/users", &[JSON], "{}", 422, "validation_failed"),
    ] {
        let answer = stack.service.request(method, path, headers, body);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let problem = answer.json();
        assert_eq!(at(&problem, "/code"), code, "{method} {path}");
        assert_eq!(at(&problem, "/status"), status.to_string());
        assert_eq!(Some(at(&problem, "/request_id").as_str()), answer.header("x-request-id"));
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let stack = Stack::start();
    let answer = stack.service.request("PUT", "/users", &[], "");
    let allowed = answer.header("allow").unwrap_or_default();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{answer:?}");
}

#[test]
fn each_wrong_field_is_named() {
    let stack = Stack::start();
    for (body, fields) in [
        (
            r#"{"email":"x","name":"","posts":[{"title":""}]}"#,
            &["email", "name", "posts[0].title"][..],
        ),
        (r#"{"email":"a@b.co","name":"n","role":"admin"}"#, &["role"]),
        (r#"{"email":"a@b.co"}"#, &["name"]),
        (r#"{"email":"a@b.co","name":7}"#, &["name"]),
        (r#"{"email":"a@b.co","name":"nul\u0000"}"#, &["name"]),
    ] {
        let answer = stack.service.post("/users", body);
        assert_eq!(answer.status, 422, "{body}");
        let problem = answer.json();
        let named: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|error| at(error, "/field")).collect();
        assert_eq!(named, fields, "{body}");
    }
}

#[test]
fn a_schema_that_is_missing_is_not_described_to_clients() {
    let stack = Stack::start();
    stack.postgres.sql("DROP TABLE posts");
    let answer = stack.service.get("/posts");
    assert_eq!(answer.status, 500);
    for word in ["posts", "relation", "SELECT", "sqlx", ".rs"] {
        assert!(!answer.body.contains(word), "{word}: {}", answer.body);
    }
    let id = answer.header("x-request-id").unwrap();
    let line = stack.service.logged_where("the failed request", |line| line["request_id"] == id);
    assert!(at(&line, "/error").contains("does not exist"), "{line}");
}

#[test]
fn a_request_is_one_line_of_the_log() {
    let stack = Stack::start();
    stack.service.request("GET", "/users?per_page=5", &["x-request-id: from-the-proxy-1"], "");
    let is_it = |line: &serde_json::Value| line["request_id"] == "from-the-proxy-1";
    let line = stack.service.logged_where("the request", is_it);
    assert_eq!((at(&line, "/method"), at(&line, "/path")), ("GET".into(), "/users".into()));
    assert_eq!((at(&line, "/status"), at(&line, "/level")), ("200".into(), "INFO".into()));
    assert!(line["latency_ms"].is_number() && line["timestamp"].is_string(), "{line}");
    let count = stack.service.log().iter().filter(|line| line.contains("from-the-proxy-1")).count();
    assert_eq!(count, 1);
}

#[test]
fn without_a_database_requests_are_answered_in_time() {
    let service = Service::start(&[("DATABASE_URL", "postgres://app:hunter2@127.0.0.1:1/app")]);
    let answer = service.get("/users");
    assert_eq!(answer.status, 503);
    assert_eq!(at(&answer.json(), "/code"), "database_unavailable");
    assert!(answer.header("retry-after").is_some());
    assert!(service.log().iter().all(|line| !line.contains("hunter2")));
}
