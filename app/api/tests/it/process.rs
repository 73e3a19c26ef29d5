use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::service::{self, Service};
use crate::support::{Stack, client, wait};

const USER: &str = r#"{"email":"late@example.org","name":"Late"}"#;

/// Sends the head of a request and waits until the service asks for the body: it is in flight from here on.
fn begin_request(service: &Service) -> TcpStream {
    let mut stream = client::connect(service.address()).unwrap();
    let head = format!(
        "POST /users HTTP/1.1\r\nhost: api\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
         content-length: {}\r\n\r\n",
        USER.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[test]
fn a_stop_finishes_the_request_in_flight() {
    let mut stack = Stack::start();
    let mut stream = begin_request(&stack.service);
    stack.service.process().signal("TERM");
    stack.service.logged("stopping: no new connections, finishing requests in flight");
    let address = stack.service.address();
    wait::until("new connections are refused", || {
        TcpStream::connect(address).is_err().then_some(())
    });

    stream.write_all(USER.as_bytes()).unwrap();
    let answer = client::receive(stream).unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(stack.service.process().wait().code(), Some(0));
    stack.service.logged("stopped");
    assert_eq!(stack.postgres.sql("SELECT count(*) FROM users"), "1");
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let mut service = Service::start(&[
        ("DATABASE_URL", "postgres://a@127.0.0.1:1/a"),
        ("SHUTDOWN_SECONDS", "1"),
    ]);
    let _never_finished = begin_request(&service);
    service.process().signal("INT");
    assert_eq!(service.process().wait().code(), Some(0));
    service.logged("stopped before all requests were finished");
}

#[test]
fn a_wrong_environment_is_reported_whole_before_anything_starts() {
    let output =
        service::run("serve", &[("DATABASE_URL", "mysql://a:hunter2@db/a"), ("PORT", "http")]);
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        text,
        "error: the environment is not valid\n\
         \x20 DATABASE_URL: must start with postgres:// or postgresql://\n\
         \x20 PORT: `http` is not a port (0 to 65535)\n"
    );
}

#[test]
fn an_unknown_command_is_answered_with_the_usage() {
    let output = service::run("seed", &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("error: unknown command `seed`\n\nusage: api"), "{text}");
}

#[test]
fn a_port_that_is_taken_ends_the_start_with_the_reason() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let variables = [
        ("DATABASE_URL", "postgres://a@127.0.0.1:1/a"),
        ("HOST", "127.0.0.1"),
        ("PORT", port.as_str()),
    ];
    let output = service::run("serve", &variables);
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.contains(&format!("listen on 127.0.0.1:{port}")), "{log}");
}
