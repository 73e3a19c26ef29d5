//! One run of a program, and what became of it.

use super::Workbench;
use crate::deadline::{eventually, within};
use crate::pty::{self, code};
use rustix::process::{Pid, Signal, kill_process};
use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No run of a test takes longer; one that does hangs.
const LIMIT: Duration = Duration::from_secs(300);
/// What is passed on of the environment of the tests; the rest would make results depend on it.
const PASSED_ON: [&str; 3] = ["PATH", "DOCKER_HOST", "LD_LIBRARY_PATH"];

/// A command that is put together.
#[derive(Debug)]
pub struct Invocation<'a> {
    bench: &'a Workbench,
    command: Command,
    typed: String,
}

/// A program that ended.
#[derive(Debug, Clone)]
pub struct Run {
    /// What was run.
    pub line: String,
    /// Exit code; 128 and the signal's number when a signal ended it.
    pub code: i32,
    /// Its answer.
    pub stdout: String,
    /// Everything else it said.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

/// A program that runs.
#[derive(Debug)]
pub struct Running<'a> {
    bench: &'a Workbench,
    child: Child,
    line: String,
    began: Instant,
    stdout: Stream,
    stderr: Stream,
}

impl<'a> Invocation<'a> {
    pub(super) fn new(bench: &'a Workbench, program: &Path) -> Self {
        let mut command = Command::new(program);
        command.env_clear().current_dir(bench.folder());
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // Credentials, contexts and locks of the user are no part of a test.
        command.env("HOME", bench.folder()).env("XDG_RUNTIME_DIR", bench.folder());
        command.envs(&bench.variables);
        Self { bench, command, typed: String::new() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<str>>(mut self, args: impl AsRef<[A]>) -> Self {
        self.command.args(args.as_ref().iter().map(AsRef::as_ref));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What the program reads on its standard input; nothing when this is not said.
    #[must_use]
    pub fn typing(mut self, text: &str) -> Self {
        text.clone_into(&mut self.typed);
        self
    }

    /// Runs the program to its end.
    pub fn run(self) -> Run {
        self.spawn().finish()
    }

    /// Runs the program to its end with a terminal as input and output; stdout and stderr are
    /// one there.
    pub fn run_on_terminal(mut self) -> Run {
        let line = self.line();
        let began = Instant::now();
        let (code, shown) = pty::run(&mut self.command, &self.typed, LIMIT);
        let took = began.elapsed();
        let run = Run { line, code, stdout: shown, stderr: String::new(), took };
        self.bench.remember(&run);
        run
    }

    /// Starts the program.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn spawn(mut self) -> Running<'a> {
        let line = self.line();
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child =
            self.command.spawn().unwrap_or_else(|error| panic!("cannot run {line}: {error}"));
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not want it has closed the pipe; that is its right.
            let _ = stdin.write_all(self.typed.as_bytes());
        }
        let stdout = Stream::of(child.stdout.take());
        let stderr = Stream::of(child.stderr.take());
        Running { bench: self.bench, child, line, began, stdout, stderr }
    }

    fn line(&self) -> String {
        let program = Path::new(self.command.get_program());
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let args = self.command.get_args().map(|it| it.to_string_lossy());
        std::iter::once(name).chain(args).collect::<Vec<_>>().join(" ")
    }
}

impl Running<'_> {
    /// Number of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // One that has ended hears nothing; the test sees that by its exit code.
        let _ = pid.map(|pid| kill_process(pid, signal));
    }

    /// Whether it has come to its end.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Waits until its standard output has a text.
    pub fn wait_for_stdout(&self, text: &str) {
        eventually(&format!("`{text}` of `{}`", self.line), || {
            self.stdout.text().contains(text).then_some(())
        });
    }

    /// Waits until its standard error has a text.
    pub fn wait_for_stderr(&self, text: &str) {
        eventually(&format!("`{text}` of `{}`", self.line), || {
            self.stderr.text().contains(text).then_some(())
        });
    }

    /// What it has written to its standard output so far.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end in five minutes.
    pub fn finish(mut self) -> Run {
        let what = format!("the end of `{}`", self.line);
        let status = within(LIMIT, &what, || self.child.try_wait().ok().flatten());
        let run = Run {
            line: std::mem::take(&mut self.line),
            code: code(status),
            took: self.began.elapsed(),
            stdout: self.stdout.finish(),
            stderr: self.stderr.finish(),
        };
        self.bench.remember(&run);
        run
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // A test that failed in between leaves no process behind.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Run {
    /// Goes on when the exit code is 0.
    ///
    /// # Panics
    /// When it is another.
    #[must_use]
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// Goes on when the exit code is this one.
    ///
    /// # Panics
    /// When it is another.
    #[must_use]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// Both outputs, one after the other.
    pub fn all_output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}", self.line)?;
        writeln!(f, "exit code {} after {:.1} s", self.code, self.took.as_secs_f64())?;
        write!(f, "--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// An output that is read as it comes, so that the program never waits for its reader.
#[derive(Debug)]
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn of(source: Option<impl Read + Send + 'static>) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let written = bytes.clone();
        let reader = source.map(|mut source| {
            std::thread::spawn(move || {
                let mut piece = [0; 4096];
                while let Ok(read @ 1..) = source.read(&mut piece) {
                    if let Ok(mut bytes) = written.lock() {
                        bytes.extend_from_slice(&piece[..read]);
                    }
                }
            })
        });
        Self { bytes, reader }
    }

    fn text(&self) -> String {
        self.bytes.lock().map(|it| String::from_utf8_lossy(&it).into_owned()).unwrap_or_default()
    }

    fn finish(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            // It ends with the pipe and cannot fail.
            let _ = reader.join();
        }
        self.text()
    }
}
