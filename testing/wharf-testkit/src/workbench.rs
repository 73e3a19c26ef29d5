//! A throw-away project: a folder, a name that nobody else has, and wharf run in it.

use crate::engine;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use tempfile::TempDir;

mod invocation;

pub use invocation::{Invocation, Run, Running};

/// A folder with compose files, and a project name of its own.
///
/// Dropping it removes exactly what carries that name on the engine. When the test has failed,
/// what was run and what the engine says goes to `target/failures/<test>/` first; with
/// `KEEP_FAILED` in the environment the containers stay too.
#[derive(Debug)]
pub struct Workbench {
    folder: TempDir,
    project: String,
    program: PathBuf,
    variables: BTreeMap<String, String>,
    history: Mutex<Vec<Run>>,
}

impl Workbench {
    /// Makes an empty folder; `program` is `env!("CARGO_BIN_EXE_wharf")`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let folder = tempfile::Builder::new().prefix("wharf-test-").tempdir();
        let folder = folder.unwrap_or_else(|error| panic!("cannot make a folder: {error}"));
        Self {
            project: format!("wt-{:010x}", random() >> 24),
            folder,
            program: program.into(),
            variables: BTreeMap::new(),
            history: Mutex::default(),
        }
    }

    /// Makes a folder with a `compose.yaml`; `$IMAGE` in it becomes the busybox stand-in.
    pub fn with_compose(program: impl Into<PathBuf>, text: &str) -> Self {
        let bench = Self::new(program);
        bench.compose_file(text);
        bench
    }

    /// Writes `compose.yaml`; `$IMAGE` in it becomes the busybox stand-in.
    pub fn compose_file(&self, text: &str) {
        self.write("compose.yaml", &text.replace("$IMAGE", &engine::image("busybox")));
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().unwrap_or(self.folder());
        let written = fs_err::create_dir_all(folder).and_then(|()| fs_err::write(&path, text));
        written.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Sets a variable for all that is run from now on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// Absolute path of a file of the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The project's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The project's name.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// wharf on this project.
    pub fn wharf<A: AsRef<str>>(&self, args: impl AsRef<[A]>) -> Invocation<'_> {
        self.invoke(&self.program).args(["--project-name", &self.project]).args(args)
    }

    /// wharf on this project, run by another user; only root may ask for it.
    pub fn wharf_as<A: AsRef<str>>(&self, uid: &str, args: impl AsRef<[A]>) -> Invocation<'_> {
        self.invoke(Path::new("setpriv"))
            .args(["--reuid", uid, "--regid", uid, "--clear-groups", "--"])
            .args([&*self.program.to_string_lossy(), "--project-name", &self.project])
            .args(args)
    }

    /// wharf in this folder, without the name of the project.
    pub fn bare_wharf<A: AsRef<str>>(&self, args: impl AsRef<[A]>) -> Invocation<'_> {
        self.invoke(&self.program).args(args)
    }

    /// Docker Compose on this project.
    ///
    /// # Panics
    /// When it cannot be had.
    pub fn docker_compose<A: AsRef<str>>(&self, args: impl AsRef<[A]>) -> Invocation<'_> {
        let output = Command::new(engine::repository().join("scripts/oracle")).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run scripts/oracle: {error}"));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "no Docker Compose to compare with:\n{words}");
        let program = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        self.invoke(Path::new(&program)).args(["--project-name", &self.project]).args(args)
    }

    fn invoke(&self, program: &Path) -> Invocation<'_> {
        Invocation::new(self, program)
    }

    /// `wharf up`, which must succeed.
    pub fn up(&self) -> Run {
        self.wharf(["up"]).run().succeeds()
    }

    /// The containers of the project, by name.
    pub fn containers(&self) -> Vec<engine::Container> {
        engine::containers(&self.project)
    }

    /// The one container of a service.
    pub fn container(&self, service: &str) -> engine::Container {
        engine::container(&self.project, service)
    }

    /// Names, ids and starts of all containers: equal when nothing was touched in between.
    pub fn identities(&self) -> BTreeMap<String, (String, String)> {
        self.containers().into_iter().map(|it| (it.name.clone(), it.identity())).collect()
    }

    /// Whether nothing of the project is on the engine, volumes included.
    pub fn is_gone(&self) -> bool {
        self.containers().is_empty()
            && engine::networks(&self.project).is_empty()
            && engine::volumes(&self.project).is_empty()
    }

    fn remember(&self, run: &Run) {
        if let Ok(mut history) = self.history.lock() {
            history.push(run.clone());
        }
    }

    /// What a reader of the failed test wants to see.
    fn save_artifacts(&self) -> std::io::Result<PathBuf> {
        let target = self.program.ancestors().nth(2).unwrap_or(Path::new("target"));
        let folder = target.join("failures").join(test_name());
        fs_err::create_dir_all(&folder)?;
        if let Ok(history) = self.history.lock() {
            for (number, run) in history.iter().enumerate() {
                fs_err::write(folder.join(format!("run-{number:02}.txt")), run.to_string())?;
            }
        }
        for container in self.containers() {
            let details = serde_json::to_string_pretty(&container.details).unwrap_or_default();
            fs_err::write(folder.join(format!("{}.json", container.name)), details)?;
            let logs = engine::logs(&container.id);
            fs_err::write(folder.join(format!("{}.log", container.name)), logs)?;
        }
        Ok(folder)
    }
}

impl Drop for Workbench {
    #[expect(clippy::print_stderr, reason = "the reader of a failed test must know where to look")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            match self.save_artifacts() {
                Ok(folder) => eprintln!("what was run is in {}", folder.display()),
                Err(error) => eprintln!("what was run could not be saved: {error}"),
            }
            if std::env::var_os("KEEP_FAILED").is_some() {
                eprintln!("project `{}` stays", self.project);
                return;
            }
        }
        engine::remove(&self.project);
    }
}

/// A port of this machine that nothing uses now. Outside of the range that the system takes for
/// outgoing connections, so that none of these comes in between.
///
/// # Panics
/// When none is free.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    let start = u16::try_from(random() % u64::from(COUNT)).unwrap_or_default();
    (0..COUNT)
        .map(|step| FIRST + (start + step) % COUNT)
        .find(|port| TcpListener::bind(("0.0.0.0", *port)).is_ok())
        .unwrap_or_else(|| panic!("no free port from {FIRST} on"))
}

/// Of the system's random numbers, without a crate for it.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

fn test_name() -> String {
    let of_nextest = std::env::var("NEXTEST_TEST_NAME").ok();
    let of_thread = || std::thread::current().name().map(str::to_owned);
    let name = of_nextest.or_else(of_thread).unwrap_or_else(|| "unknown".to_owned());
    name.replace("::", "/")
}
