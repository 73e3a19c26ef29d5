//! An engine that fails on purpose: answers some requests by itself and forwards all others to
//! the real one.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The real engine answers.
    Forward,
    /// The stub answers with a status and a JSON body.
    Answer(u16, String),
    /// The stub answers a ping as an engine of this API version.
    Ping(&'static str),
    /// The connection ends without an answer.
    HangUp,
}

/// A socket that stands in front of the engine. It lives as long as the test's process.
#[derive(Debug)]
pub struct StubEngine {
    socket: PathBuf,
}

/// Decides by method and path, the path without its version and with its query.
type Rule = dyn Fn(&str, &str) -> Reply + Send + Sync;

impl StubEngine {
    /// Listens on `engine.sock` in a folder.
    ///
    /// # Panics
    /// When it cannot listen there.
    pub fn start(
        folder: &Path,
        rule: impl Fn(&str, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let socket = folder.join("engine.sock");
        let listener = UnixListener::bind(&socket)
            .unwrap_or_else(|error| panic!("cannot listen on {}: {error}", socket.display()));
        let rule: Arc<Rule> = Arc::new(rule);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let rule = rule.clone();
                // A connection that breaks is the client's to notice.
                std::thread::spawn(move || serve(client, &*rule));
            }
        });
        Self { socket }
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// As `DOCKER_HOST` takes it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket.display())
    }
}

/// Serves one request and closes the connection: clients open another one for the next.
fn serve(mut client: UnixStream, rule: &Rule) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let head = read_head(&mut reader)?;
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match rule(method, without_version(target)) {
        Reply::HangUp => Ok(()),
        Reply::Answer(status, body) => {
            let length = body.len();
            write!(
                client,
                "HTTP/1.1 {status} Stub\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        }
        Reply::Ping(version) => write!(
            client,
            "HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK"
        ),
        Reply::Forward => forward(client, reader, &head),
    }
}

/// Passes a request on and then bytes both ways, so that upgraded connections work as well.
fn forward(
    client: UnixStream,
    mut from_client: BufReader<UnixStream>,
    head: &str,
) -> std::io::Result<()> {
    let mut engine = UnixStream::connect(real_socket())?;
    engine.write_all(closing(head).as_bytes())?;
    let mut to_engine = engine.try_clone()?;
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_engine);
        let _ = to_engine.shutdown(std::net::Shutdown::Write);
    });
    let mut client = client;
    std::io::copy(&mut engine, &mut client)?;
    client.shutdown(std::net::Shutdown::Both)
}

/// The head with a request to close the connection after the answer, unless it is to become
/// something else than HTTP.
fn closing(head: &str) -> String {
    if head.to_lowercase().contains("\r\nupgrade:") {
        return head.to_owned();
    }
    let lines = head.trim_end().split("\r\n");
    let kept = lines.filter(|line| !line.to_lowercase().starts_with("connection:"));
    let kept: Vec<&str> = kept.collect();
    format!("{}\r\nConnection: close\r\n\r\n", kept.join("\r\n"))
}

fn read_head(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.by_ref().take(64 * 1024).read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

/// `/v1.41/containers/json` is `/containers/json`.
fn without_version(target: &str) -> &str {
    let Some(rest) = target.strip_prefix("/v") else { return target };
    match rest.split_once('/') {
        Some((version, _)) if version.starts_with(|it: char| it.is_ascii_digit()) => {
            &target[version.len() + 2..]
        }
        _ => target,
    }
}

fn real_socket() -> PathBuf {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    PathBuf::from(host.strip_prefix("unix://").unwrap_or("/var/run/docker.sock"))
}
