//! A proxy on the engine's socket that cuts a program off at a chosen request.
//!
//! It stands between a program and the engine, counts requests (not connections), and at the
//! n-th one kills the program with SIGKILL and closes its connections, as a crash would. The
//! engine goes on with whatever has reached it, as after a crash too.

mod message;

use message::{Message, Reader};
use std::io::{self, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Number of the signal on every system that has this socket.
const SIGKILL: i32 = 9;

/// Where a program is cut off. Numbers are from 1, in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Right after the answer to the n-th request was passed on.
    Answered(usize),
    /// After the engine has answered the n-th request that changes something; the program never
    /// sees the answer.
    Unheard(usize),
}

/// A request that a program made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path and query.
    pub target: String,
}

impl Request {
    /// Whether the state of containers, networks or volumes may be another one after it. Health
    /// commands and waits are requests with `POST` that leave it as it is.
    pub fn changes_state(&self) -> bool {
        let leaves = ["/exec", "/wait", "/attach"];
        self.method != "GET"
            && self.method != "HEAD"
            && !leaves.iter().any(|word| self.target.contains(word))
    }
}

/// How a program behind the proxy ended.
#[derive(Debug)]
pub struct Ending {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed, both streams.
    pub output: String,
    /// Its requests, in the order of arrival.
    pub requests: Vec<Request>,
    /// The request at which it was killed; `None` when it came to its own end.
    pub killed_at: Option<Request>,
}

/// Runs a program with `DOCKER_HOST` set to a proxy before `engine`, and cuts it off.
///
/// # Errors
/// When the proxy cannot listen in `folder` or the program cannot be started.
pub fn run_behind_proxy(
    mut command: Command,
    engine: &Path,
    folder: &Path,
    cut: Option<Cut>,
) -> io::Result<Ending> {
    let door = Door::open(folder)?;
    let shared = Arc::new(Shared {
        engine: engine.to_owned(),
        cut,
        is_over: AtomicBool::new(false),
        state: Mutex::default(),
    });
    command.env("DOCKER_HOST", format!("unix://{}", door.path.display()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let accepting = {
        let (listener, shared) = (door.listener.try_clone()?, Arc::clone(&shared));
        thread::spawn(move || accept(&listener, &shared))
    };
    // A request that arrives early waits here until it is known whom to kill.
    let mut state = shared.state();
    let mut child = command.spawn()?;
    let streams = (child.stdout.take(), child.stderr.take());
    state.victim = Some(child);
    drop(state);
    let printed = [streams.0.map(collect), streams.1.map(collect)];
    let printed = printed.into_iter().flatten().map(|thread| thread.join().unwrap_or_default());
    let output = printed.collect();
    // Both streams are closed, so the program has ended or is about to.
    let victim = shared.state().victim.take();
    let status = match victim {
        Some(mut child) => child.wait()?,
        None => return Err(io::Error::other("the program is gone")),
    };
    shared.is_over.store(true, Ordering::SeqCst);
    drop(UnixStream::connect(&door.path));
    drop(accepting.join());
    let mut state = shared.state();
    state.hang_up();
    let killed_at = state.killed_at.take().filter(|_| status.signal() == Some(SIGKILL));
    Ok(Ending { status, output, requests: std::mem::take(&mut state.requests), killed_at })
}

fn collect(mut stream: impl io::Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is all that there is.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The socket that the program talks to; its file goes with it.
struct Door {
    listener: UnixListener,
    path: PathBuf,
}

impl Door {
    fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join("engine.sock");
        if path.exists() {
            fs_err::remove_file(&path)?;
        }
        Ok(Self { listener: UnixListener::bind(&path)?, path })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs_err::remove_file(&self.path);
    }
}

struct Shared {
    engine: PathBuf,
    cut: Option<Cut>,
    is_over: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    victim: Option<Child>,
    requests: Vec<Request>,
    killed_at: Option<Request>,
    connections: Vec<UnixStream>,
}

impl State {
    /// Closes every connection, as the kernel does for a process that ends.
    fn hang_up(&mut self) {
        for connection in self.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request and gives the cuts that fit it.
    fn count(&self, request: &Request) -> [Option<Cut>; 2] {
        let mut state = self.state();
        state.requests.push(request.clone());
        let all = state.requests.len();
        let changes = state.requests.iter().filter(|it| it.changes_state()).count();
        [Some(Cut::Answered(all)), request.changes_state().then_some(Cut::Unheard(changes))]
    }

    fn kill(&self, at: &Request) {
        let mut state = self.state();
        let Some(child) = state.victim.as_mut() else { return };
        // It may have ended by itself a moment before; its status tells.
        if child.kill().is_ok() {
            state.killed_at = Some(at.clone());
        }
        state.hang_up();
    }
}

fn accept(listener: &UnixListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else { return };
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A broken connection is the end of a conversation, however it came.
            let _ = converse(client, &shared);
        });
    }
}

/// Passes on one connection's requests and answers, one pair after the other.
fn converse(client: UnixStream, shared: &Shared) -> io::Result<()> {
    let engine = UnixStream::connect(&shared.engine)?;
    shared.state().connections.extend([client.try_clone()?, engine.try_clone()?]);
    let (mut from_client, mut from_engine) =
        (Reader::new(client.try_clone()?), Reader::new(engine.try_clone()?));
    let (mut to_client, mut to_engine) = (client, engine);
    while let Some(head) = from_client.head()? {
        let request = Request { method: head.method(), target: head.target() };
        let [answered, unheard] = shared.count(&request);
        let is_cut = |here: Option<Cut>| here.is_some() && here == shared.cut;
        to_engine.write_all(head.bytes())?;
        from_client.pass_body(&Message::Request, &head, &mut to_engine)?;
        let Some(answer) = from_engine.head()? else { return Ok(()) };
        if is_cut(unheard) {
            shared.kill(&request);
            return Ok(());
        }
        to_client.write_all(answer.bytes())?;
        if !answer.is_upgrade() {
            let message = Message::Answer { to: &request.method };
            from_engine.pass_body(&message, &answer, &mut to_client)?;
        }
        if is_cut(answered) {
            shared.kill(&request);
        }
        if answer.is_upgrade() {
            return splice(from_client, from_engine, to_client, to_engine);
        }
    }
    Ok(())
}

/// After an upgrade both directions are plain bytes.
fn splice(
    mut from_client: Reader,
    mut from_engine: Reader,
    mut to_client: UnixStream,
    mut to_engine: UnixStream,
) -> io::Result<()> {
    let upward = thread::spawn(move || {
        let done = from_client.pass_rest(&mut to_engine);
        let _ = to_engine.shutdown(Shutdown::Write);
        done
    });
    let downward = from_engine.pass_rest(&mut to_client);
    let _ = to_client.shutdown(Shutdown::Both);
    drop(upward.join());
    downward
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, target: &str) -> Request {
        Request { method: method.into(), target: target.into() }
    }

    #[test]
    fn health_commands_and_waits_leave_the_state_as_it_is() {
        assert!(request("POST", "/v1.41/containers/create?name=a").changes_state());
        assert!(request("DELETE", "/v1.41/networks/a").changes_state());
        assert!(!request("GET", "/v1.41/containers/json").changes_state());
        assert!(!request("POST", "/v1.41/containers/a/exec").changes_state());
        assert!(!request("POST", "/v1.41/containers/a/wait?condition=removed").changes_state());
    }
}
