//! A Redis of its own for one test; it keeps nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::process::{Process, find, free_port};
use super::scratch::Scratch;
use super::wait;

const ATTEMPTS: u32 = 5;

pub(crate) struct Redis {
    server: Option<Process>,
    port: u16,
    scratch: Scratch,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let mut redis = Self { server: None, port: 0, scratch: Scratch::new(None) };
        for _ in 0..ATTEMPTS {
            redis.port = free_port();
            if redis.try_run() {
                return redis;
            }
        }
        panic!("Redis did not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn stop(&mut self) {
        let mut server = self.server.take().unwrap();
        server.signal("TERM");
        server.wait();
    }

    /// Starts it again on the same port, empty.
    pub(crate) fn restart(&mut self) {
        assert!(self.try_run(), "the server did not come back");
    }

    /// Keeps connections open and answers nothing.
    pub(crate) fn freeze(&self) {
        self.server.as_ref().unwrap().signal("STOP");
    }

    pub(crate) fn thaw(&self) {
        self.server.as_ref().unwrap().signal("CONT");
    }

    fn try_run(&mut self) -> bool {
        let mut command = Command::new(find("redis-server", &[], "redis-server"));
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"]);
        command.args(["--save", "", "--appendonly", "no"]).arg("--dir").arg(self.scratch.path());
        let mut server = Process::start(command.stdin(Stdio::null()).stdout(Stdio::null()));
        let runs = wait::until("Redis answers or gives up", || {
            if server.has_ended() { Some(false) } else { self.answers().then_some(true) }
        });
        self.server = runs.then_some(server);
        runs
    }

    fn answers(&self) -> bool {
        let mut answer = [0; 5];
        TcpStream::connect(("127.0.0.1", self.port))
            .and_then(|mut stream| {
                stream.set_read_timeout(Some(Duration::from_secs(1)))?;
                stream.write_all(b"PING\r\n")?;
                stream.read_exact(&mut answer)
            })
            .is_ok_and(|()| &answer == b"+PONG")
    }
}
