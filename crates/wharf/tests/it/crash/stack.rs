//! A small stack with everything that takes more than one request: health, a one-shot service, a
//! shared namespace, named and anonymous volumes, two networks, an uploaded secret.

use super::state;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use wharf_testkit::deadline::eventually;
use wharf_testkit::engine::{docker, image, remove, try_docker};
use wharf_testkit::proxy::{Cut, Request, run_behind_proxy};

/// Where the engine listens.
const ENGINE: &str = "/var/run/docker.sock";

const COMPOSE: &str = r#"
x-any: &any
  image: ${IMAGE}
  command: [sleep, "3600"]
  stop_signal: SIGKILL
services:
  store:
    <<: *any
    environment: [VERSION]
    volumes: [data:/data, /scratch]
    networks: [back, front]
    secrets: [token]
    healthcheck: {test: [CMD, test, -s, /run/secrets/token], interval: 1s}
  seed:
    <<: *any
    command: [sh, -c, "test -s /data/log || echo seeded > /data/log"]
    volumes: [data:/data]
    networks: [back]
    depends_on: {store: {condition: service_healthy}}
  api:
    <<: *any
    environment: [VERSION]
    networks: [front, back]
    depends_on: {seed: {condition: service_completed_successfully}}
  side:
    <<: *any
    network_mode: service:api
  web:
    <<: *any
    networks: [front]
    depends_on: {store: {condition: service_healthy, restart: true}}
networks: {back: {}, front: {}}
volumes: {data: {}}
secrets: {token: {environment: TOKEN}}
"#;

/// What the variable of two of the services says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

impl Version {
    pub(crate) const BOTH: [Self; 2] = [Self::One, Self::Two];

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    pub(crate) fn other(self) -> Self {
        Self::BOTH[1 - self.index()]
    }
}

/// The stack as a project of its own; what it made on the engine goes with it.
pub(crate) struct Stack {
    folder: TempDir,
    project: String,
    image: String,
}

impl Stack {
    pub(crate) fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("compose.yaml"), COMPOSE).unwrap();
        let project = format!("wt-crash-{name}-{}", std::process::id());
        Self { folder, project, image: image("busybox") }
    }

    pub(crate) fn project(&self) -> &str {
        &self.project
    }

    /// Runs a command to its end.
    pub(crate) fn finish(&self, verb: &str, version: Version) {
        let output = self.command(verb, version).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`wharf {verb}` after a crash:\n{words}");
    }

    /// Runs a command until it is cut off; `None` when it came to its end before.
    pub(crate) fn cut_off(&self, verb: &str, version: Version, cut: Cut) -> Option<(Cut, Request)> {
        let command = self.command(verb, version);
        let ending =
            run_behind_proxy(command, Path::new(ENGINE), self.folder.path(), Some(cut)).unwrap();
        if ending.killed_at.is_none() {
            assert!(ending.status.success(), "`wharf {verb}`, not cut:\n{}", ending.output);
        }
        ending.killed_at.map(|request| (cut, request))
    }

    fn command(&self, verb: &str, version: Version) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wharf"));
        command
            .args(["--project-name", &self.project, "--progress", "plain", verb])
            .current_dir(self.folder.path())
            .env("DOCKER_HOST", format!("unix://{ENGINE}"))
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("IMAGE", &self.image)
            .env("TOKEN", "secret")
            .env("VERSION", format!("{version:?}"));
        command
    }

    /// Waits until the engine's clock, which is this machine's, shows another second.
    pub(crate) fn await_next_second() {
        let second = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let began = second();
        eventually("the next second", || (second() > began).then_some(()));
    }

    /// Removes everything of the project, data included.
    pub(crate) fn clear(&self) {
        let anonymous = state::anonymous_volumes(self);
        remove(&self.project);
        Self::delete(&anonymous);
    }

    /// Deletes volumes that may have gone with their container; gives how many were there.
    pub(crate) fn delete(volumes: &BTreeSet<String>) -> usize {
        volumes.iter().filter(|name| try_docker(&["volume", "rm", name]).is_some()).count()
    }

    /// Id of a service's container.
    pub(crate) fn id_of(&self, service: &str) -> String {
        docker(["inspect", "--format", "{{.Id}}", &self.container(service)])
    }

    /// Name of the volume that a service has at a path.
    pub(crate) fn volume_of(&self, service: &str, path: &str) -> String {
        let format = format!(
            "{{{{range .Mounts}}}}{{{{if eq .Destination \"{path}\"}}}}{{{{.Name}}}}{{{{end}}}}{{{{end}}}}"
        );
        docker(["inspect", "--format", &format, &self.container(service)])
    }

    pub(crate) fn write(&self, service: &str, path: &str, text: &str) {
        let script = format!("printf %s {text} > {path}");
        docker(["exec", &self.container(service), "sh", "-c", &script]);
    }

    pub(crate) fn read(&self, service: &str, path: &str) -> String {
        docker(["exec", &self.container(service), "cat", path])
    }

    /// Reads a file of a volume that no container uses.
    pub(crate) fn read_volume(&self, volume: &str, path: &str) -> String {
        let mount = format!("{volume}:/v");
        docker(["run", "--rm", "--volume", &mount, &self.image, "cat", &format!("/v/{path}")])
    }

    fn container(&self, service: &str) -> String {
        format!("{}-{service}-1", self.project)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.clear();
    }
}
