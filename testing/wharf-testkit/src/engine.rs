//! The real engine, asked through the `docker` command, so that a test does not believe wharf's
//! own answers.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Label that ties containers, networks and volumes to a project.
const PROJECT: &str = "com.docker.compose.project";

/// A container as the engine describes it.
#[derive(Debug, Clone)]
pub struct Container {
    /// Whole id.
    pub id: String,
    /// Name without a slash in front.
    pub name: String,
    /// Service.
    pub service: String,
    /// All of `docker inspect`.
    pub details: Value,
}

impl Container {
    /// A value of the details by its JSON pointer; null when it is not there.
    pub fn at(&self, pointer: &str) -> &Value {
        self.details.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A text of the details by its JSON pointer; empty when it is not there.
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// Number of the first process on this machine; 0 when none runs.
    pub fn pid(&self) -> i64 {
        self.at("/State/Pid").as_i64().unwrap_or_default()
    }

    /// Whether the engine says that it runs.
    pub fn is_running(&self) -> bool {
        self.text("/State/Status") == "running"
    }

    /// What it was started as: another container, or another start, gives another pair.
    pub fn identity(&self) -> (String, String) {
        (self.id.clone(), self.text("/State/StartedAt").to_owned())
    }

    /// Host port that a port of the container is published on.
    ///
    /// # Panics
    /// When it is not published.
    pub fn published(&self, port: &str) -> u16 {
        self.text(&format!("/NetworkSettings/Ports/{}/0/HostPort", port.replace('/', "~1")))
            .parse()
            .unwrap_or_else(|_| panic!("`{}` does not publish {port}", self.name))
    }

    /// Name of the volume at a path in the container; empty when there is none.
    pub fn volume_at(&self, path: &str) -> String {
        let mounts = self.at("/Mounts").as_array().cloned().unwrap_or_default();
        let volume = mounts.iter().find(|mount| mount["Destination"] == path);
        volume.and_then(|mount| mount["Name"].as_str()).unwrap_or_default().to_owned()
    }

    /// Value of a variable; `None` when it is not set.
    pub fn variable(&self, name: &str) -> Option<String> {
        let env = self.at("/Config/Env").as_array()?;
        let mut pairs = env.iter().filter_map(|pair| pair.as_str()?.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    }
}

/// Runs `docker` and gives its trimmed output.
///
/// # Panics
/// When it fails, with its words.
pub fn docker<A: AsRef<str>>(args: impl AsRef<[A]>) -> String {
    let args: Vec<&str> = args.as_ref().iter().map(AsRef::as_ref).collect();
    let output = run(&args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "docker {args:?} failed; these tests need a Docker Engine (scripts/setup starts one or says what is in the way):\n{stderr}"
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Runs `docker`; `None` when it fails.
pub fn try_docker(args: &[&str]) -> Option<String> {
    let output = run(args);
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

fn run(args: &[&str]) -> Output {
    Command::new("docker").args(args).output().unwrap_or_else(|error| {
        panic!(
            "cannot run `docker` ({error}): install Docker's command line; scripts/setup says how"
        )
    })
}

/// The containers of a project by name, those of `run` included.
pub fn containers(project: &str) -> Vec<Container> {
    let ids =
        docker(["ps", "-aq", "--no-trunc", "--filter", &format!("label={PROJECT}={project}")]);
    let mut found: Vec<_> = ids.lines().filter_map(find).collect();
    found.sort_by(|a: &Container, b| a.name.cmp(&b.name));
    found
}

/// The one container of a service.
///
/// # Panics
/// When there is none or more than one.
pub fn container(project: &str, service: &str) -> Container {
    let mut found = containers(project);
    found.retain(|it| it.service == service);
    assert_eq!(found.len(), 1, "service `{service}` of `{project}` has {} containers", found.len());
    found.remove(0)
}

/// A container by id or name; `None` when it is not there.
pub fn find(id: &str) -> Option<Container> {
    let text = try_docker(&["inspect", "--type", "container", id])?;
    let mut details: Value = serde_json::from_str(&text).ok()?;
    let details = details.get_mut(0)?.take();
    let text = |pointer: &str| details.pointer(pointer)?.as_str().map(str::to_owned);
    Some(Container {
        id: text("/Id")?,
        name: text("/Name")?.trim_start_matches('/').to_owned(),
        service: text("/Config/Labels/com.docker.compose.service").unwrap_or_default(),
        details,
    })
}

/// Both outputs of a container so far; empty when it is not there.
pub fn logs(id: &str) -> String {
    let output = run(&["logs", id]);
    [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat()
}

/// Names of the networks of a project.
pub fn networks(project: &str) -> Vec<String> {
    names("network", project)
}

/// Names of the volumes of a project; anonymous ones carry no label and are not among them.
pub fn volumes(project: &str) -> Vec<String> {
    names("volume", project)
}

fn names(kind: &str, project: &str) -> Vec<String> {
    let filter = format!("label={PROJECT}={project}");
    let text = docker([kind, "ls", "--filter", &filter, "--format", "{{.Name}}"]);
    let mut names: Vec<_> = text.lines().map(str::to_owned).collect();
    names.sort();
    names
}

/// Removes all that carries the project's label, anonymous volumes and built images included.
pub fn remove(project: &str) {
    let filter = format!("label={PROJECT}={project}");
    for (list, remove) in [
        (vec!["ps", "-aq", "--filter", &filter], vec!["rm", "-f", "-v"]),
        (vec!["network", "ls", "-q", "--filter", &filter], vec!["network", "rm"]),
        (vec!["volume", "ls", "-q", "--filter", &filter], vec!["volume", "rm", "-f"]),
        (vec!["image", "ls", "-q", "--filter", &filter], vec!["image", "rm", "-f"]),
    ] {
        let ids = try_docker(&list).unwrap_or_default();
        let ids: Vec<&str> = ids.lines().collect();
        if !ids.is_empty() {
            // What another run has removed meanwhile is gone, and that is what is wanted.
            let _ = try_docker(&[remove, ids].concat());
        }
    }
}

/// A stand-in image (`busybox`, `postgres`, `redis`, `rust`): as `WHARF_TEST_IMAGES` names it, a
/// file of lines `NAME=tag`, or else as the last `images/build` has tagged it; built when absent.
///
/// # Panics
/// When it is not there and cannot be built.
pub fn image(name: &str) -> String {
    if let Some(tag) = listed_image(name) {
        return tag;
    }
    let tag = format!("wharf-standin/{name}:latest");
    build_once(&tag, || {
        let mut build = Command::new(repository().join("images/build"));
        build.arg(name);
        build
    });
    tag
}

fn listed_image(name: &str) -> Option<String> {
    let file = std::env::var_os("WHARF_TEST_IMAGES")?;
    let text = fs_err::read_to_string(file).ok()?;
    let mut pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, tag)| tag.to_owned())
}

/// The image of `app/api`, built when absent.
///
/// # Panics
/// When it is not there and cannot be built.
pub fn api_image() -> String {
    let tag = "wharf-pg-redis-api".to_owned();
    build_once(&tag, || {
        let mut build = Command::new("docker");
        build.args(["build", "--tag", &tag, "--build-arg"]);
        build.arg(format!("RUST_IMAGE={}", image("rust"))).arg(repository().join("app/api"));
        build
    });
    tag
}

/// Builds an image that is absent; other tests that need it too wait for it.
fn build_once(tag: &str, command: impl FnOnce() -> Command) {
    let is_there = || try_docker(&["image", "inspect", "--format", ".", tag]).is_some();
    if is_there() {
        return;
    }
    let lock = std::env::temp_dir().join("wharf-testkit-build.lock");
    let lock = fs_err::File::create(lock).map(fs_err::File::into_file);
    // Without the lock the same image is built twice, which is only slower.
    let _held = lock.and_then(|file| file.lock().map(|()| file));
    if is_there() {
        return;
    }
    let output = command().output();
    let output = output.unwrap_or_else(|error| panic!("cannot build `{tag}`: {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "image `{tag}` is absent and its build failed:\n{words}");
}

/// Root of the repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
