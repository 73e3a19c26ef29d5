//! A PostgreSQL of its own for one test.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::process::{Process, find, free_port};
use super::scratch::Scratch;
use super::wait;

const PACKAGE: &str = "postgresql";
const ATTEMPTS: u32 = 5;

pub(crate) struct Postgres {
    // Dropped before the folder it runs in.
    server: Option<Process>,
    port: u16,
    owner: Option<(u32, u32)>,
    scratch: Scratch,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let owner = owner();
        let scratch = Scratch::new(owner);
        let mut postgres = Self { server: None, port: 0, owner, scratch };
        let made = postgres
            .command("initdb")
            .args([
                "--username=postgres",
                "--auth=trust",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("-D")
            .arg(postgres.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        for _ in 0..ATTEMPTS {
            postgres.port = free_port();
            if postgres.try_run() {
                return postgres;
            }
        }
        panic!("{}", fs::read_to_string(postgres.scratch.path().join("log")).unwrap_or_default());
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Stops the server as an operator would: connections are ended, nothing is lost.
    pub(crate) fn stop(&mut self) {
        let mut server = self.server.take().unwrap();
        server.signal("INT");
        server.wait();
    }

    /// Starts it again on the same port with the same data.
    pub(crate) fn restart(&mut self) {
        assert!(self.try_run(), "the server did not come back");
    }

    /// Runs a statement and returns the rows, columns separated by `|`.
    pub(crate) fn sql(&self, statement: &str) -> String {
        let output =
            self.client("psql").args(["-U", "postgres", "-Atc", statement]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn try_run(&mut self) -> bool {
        let log = fs::File::create(self.scratch.path().join("log")).unwrap();
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string(), "-h", "127.0.0.1"]);
        command.arg("-k").arg(self.scratch.path()).args([
            "-c",
            "fsync=off",
            "-c",
            "max_connections=60",
        ]);
        let mut server = Process::start(
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log),
        );
        let runs = wait::until("PostgreSQL answers or gives up", || {
            if server.has_ended() {
                return Some(false);
            }
            let asked = self.client("pg_isready").stdout(Stdio::null()).status().unwrap();
            asked.success().then_some(true)
        });
        self.server = runs.then_some(server);
        runs
    }

    fn client(&self, program: &str) -> Command {
        let mut command = self.command(program);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command
    }

    /// PostgreSQL refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(find(program, &folders(), PACKAGE));
        command.current_dir(self.scratch.path());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.scratch.path().join("data")
    }
}

/// Where Debian puts the programs that are not meant for everybody's PATH; newest version first.
fn folders() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut folders: Vec<_> = versions.map(|version| version.unwrap().path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders
}

/// The user to run as when the test is root.
fn owner() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = ["postgres:", "nobody:"]
        .iter()
        .find_map(|name| users.lines().find(|line| line.starts_with(name)));
    let fields: Vec<_> = line.unwrap().split(':').collect();
    Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
}
