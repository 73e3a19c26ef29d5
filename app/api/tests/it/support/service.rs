//! The program under test.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::client::{self, Answer};
use super::process::Process;
use super::wait;

const JSON: &str = "content-type: application/json";

pub(crate) struct Service {
    process: Process,
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

/// The program with nothing in its environment but what is given.
pub(crate) fn command(word: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_api"));
    command.arg(word).env_clear().envs(variables.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs a command of the program to its end.
pub(crate) fn run(word: &str, variables: &[(&str, &str)]) -> Output {
    command(word, variables).output().unwrap()
}

impl Service {
    /// Starts a replica on a port the system chooses and waits until it listens.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let mut command =
            command("serve", &[("HOST", "127.0.0.1"), ("PORT", "0"), ("LOG_LEVEL", "debug")]);
        let mut process =
            Process::start(command.envs(variables.iter().copied()).stdout(Stdio::piped()));
        let log = collect(process.child().stdout.take().unwrap());
        let mut service = Self { process, address: SocketAddr::from(([127, 0, 0, 1], 0)), log };
        let line = service.logged("listening");
        service.address = line["address"].as_str().unwrap().parse().unwrap();
        service
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], "")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.request("POST", path, &[JSON], body)
    }

    pub(crate) fn patch(&self, path: &str, body: &str) -> Answer {
        self.request("PATCH", path, &[JSON], body)
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path, &[], "")
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        client::send(self.address, method, path, headers, body).unwrap()
    }

    /// Waits for the first log line with this message.
    pub(crate) fn logged(&self, message: &str) -> Value {
        self.logged_where(message, |line| line["message"] == message)
    }

    /// Waits for the first log line that satisfies the condition.
    pub(crate) fn logged_where(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        wait::until(&format!("the log says: {what}"), || {
            let lines = self.log.lock().unwrap();
            lines.iter().filter_map(|line| serde_json::from_str(line).ok()).find(|line| is_it(line))
        })
    }

    /// All lines so far, as written.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

fn collect(stdout: ChildStdout) -> Arc<Mutex<Vec<String>>> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&log);
    // Ends with the process whose output it reads.
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            lines.lock().unwrap().push(line);
        }
    });
    log
}
