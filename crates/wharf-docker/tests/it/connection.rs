//! Engines that do not answer, or not as they should.

use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use wharf_docker::{Address, Docker, Endpoint};
use wharf_engine::capability::Containers as _;
use wharf_engine::{EngineError, ErrorKind};

fn endpoint(socket: &Path) -> Endpoint {
    Endpoint {
        address: Address::Unix(socket.to_owned()),
        api_version: None,
        config_dir: None,
        origin: None,
    }
}

/// Plays an engine that answers each connection's requests with these texts, then hangs up.
fn play(socket: &Path, answers: &'static [&'static str]) {
    let listener = UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            for answer in answers {
                if !read_request(&mut connection).await {
                    break;
                }
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
}

async fn read_request(connection: &mut UnixStream) -> bool {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => text.push(byte),
            Err(_) => return false,
        }
    }
    true
}

const PONG: &str = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";

async fn connect_error(socket: &Path) -> EngineError {
    Docker::connect(&endpoint(socket)).await.unwrap_err()
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_unreachable_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("none.sock");
    let error = connect_error(&socket).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.starts_with("unix socket /"), "{error}");
    assert!(error.message.contains("No such file"), "{error}");
}

#[tokio::test]
async fn a_socket_that_nobody_listens_on_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("dead.sock");
    drop(UnixListener::bind(&socket).unwrap());
    let error = connect_error(&socket).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("refused"), "{error}");
}

#[tokio::test]
async fn what_hangs_up_on_the_first_request_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("rude.sock");
    play(&socket, &["\x15\x03\x01"]);
    assert_eq!(connect_error(&socket).await.kind, ErrorKind::Unreachable);
}

#[tokio::test]
async fn an_engine_that_is_too_old_is_named_with_its_versions() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("old.sock");
    play(&socket, &["HTTP/1.1 200 OK\r\nApi-Version: 1.39\r\nContent-Length: 0\r\n\r\n"]);
    let error = connect_error(&socket).await;
    assert_eq!(error.kind, ErrorKind::TooOld);
    assert!(error.message.contains("1.39"), "{error}");
}

#[tokio::test]
async fn an_answer_that_ends_in_the_middle_is_a_lost_connection() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("torn.sock");
    play(&socket, &[PONG, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{\"Id\":"]);
    let docker = Docker::connect(&endpoint(&socket)).await.unwrap();
    assert_eq!(docker.list().await.unwrap_err().kind, ErrorKind::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_says_nothing_is_given_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("mute.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let error = connect_error(&socket).await;
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert!(error.message.contains("30 s"), "{error}");
    drop(listener);
}
