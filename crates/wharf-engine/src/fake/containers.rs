//! Containers: list, make, start, stop, remove.

use super::state::{Container, Endpoint, MountPoint, State, Volume};
use super::{FakeEngine, report, streams};
use crate::capability::{ContainerReport, Containers, LogChunk, LogOptions};
use crate::contract::as_inspected;
use crate::{EngineError, ErrorKind, Result};
use futures_util::stream::BoxStream;
use std::time::Duration;
use wharf_plan::spec::{ContainerSpec, FileSpec, MountSource};
use wharf_plan::{ContainerState, ObservedContainer};

impl Containers for FakeEngine {
    async fn list(&self) -> Result<Vec<ObservedContainer>> {
        self.look("list", "", |state| Ok(report::list(state))).await
    }

    async fn inspect(&self, container: &str) -> Result<ContainerReport> {
        self.look("inspect", container, |state| {
            let id = state.find(container, &format!("inspect container `{container}`"))?;
            let mut report = report::report(&state.containers[&id]);
            report.details.image = state.images.get(&report.image_id).cloned().unwrap_or_default();
            Ok(report)
        })
        .await
    }

    async fn state(&self, container: &str) -> Result<ContainerReport> {
        self.look("state", container, |state| {
            let id = state.find(container, &format!("look at container `{container}`"))?;
            Ok(report::report(&state.containers[&id]))
        })
        .await
    }

    async fn create_container(&self, name: &str, spec: &ContainerSpec) -> Result<String> {
        self.change("create_container", name.to_owned(), |state| state.create(name, spec)).await
    }

    async fn upload(&self, container: &str, files: &[FileSpec]) -> Result<()> {
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        let argument = format!("{container} {}", paths.join(" "));
        self.change("upload", argument, |state| {
            let operation = format!("put files into container `{container}`");
            let container = state.container(container, &operation)?;
            if container.spec.read_only {
                let message = "container rootfs is marked read-only";
                return Err(EngineError::new(ErrorKind::Refused, operation, message));
            }
            for file in files {
                container.files.retain(|it| it.path != file.path);
                container.files.push(file.clone());
            }
            Ok(())
        })
        .await
    }

    async fn start(&self, container: &str) -> Result<()> {
        self.change("start", container.to_owned(), |state| state.start(container)).await
    }

    async fn stop(&self, container: &str, grace: Option<Duration>) -> Result<()> {
        let operation = format!("stop container `{container}`");
        let id = self
            .change("stop", container.to_owned(), |state| {
                let id = state.find(container, &operation)?;
                state.ask_to_end(&id, grace);
                Ok(id)
            })
            .await?;
        self.until_ended(&id).await;
        Ok(())
    }

    async fn restart(&self, container: &str, grace: Option<Duration>) -> Result<()> {
        let operation = format!("restart container `{container}`");
        let id = self
            .change("restart", container.to_owned(), |state| {
                let id = state.find(container, &operation)?;
                state.ask_to_end(&id, grace);
                Ok(id)
            })
            .await?;
        self.until_ended(&id).await;
        let result = self.state().start(&id);
        self.announce();
        result.map_err(|error| EngineError { operation, ..error })
    }

    async fn kill(&self, container: &str, signal: &str) -> Result<()> {
        self.change("kill", format!("{container} {signal}"), |state| {
            let operation = format!("kill container `{container}`");
            let id = state.find(container, &operation)?;
            if !state.containers[&id].is_running() {
                let message = format!("Container {id} is not running");
                return Err(EngineError::new(ErrorKind::Conflict, operation, message));
            }
            match signal.trim_start_matches("SIG") {
                "KILL" | "9" => state.kill(&id),
                "TERM" | "15" | "INT" | "2" | "QUIT" | "3" => {
                    // Without a deadline: only what heeds signals ends by them.
                    let process = state.containers[&id].process.as_ref();
                    if process.is_some_and(|it| !it.behaviour.ignores_stop) {
                        state.ask_to_end(&id, Some(Duration::MAX / 2));
                    }
                }
                _ => state.happen(&id, &format!("kill: {signal}")),
            }
            Ok(())
        })
        .await
    }

    async fn remove(&self, container: &str, with_volumes: bool) -> Result<()> {
        self.change("remove", container.to_owned(), |state| {
            if let Ok(id) = state.find(container, "") {
                state.remove(&id, with_volumes);
            }
            Ok(())
        })
        .await
    }

    async fn rename(&self, container: &str, name: &str) -> Result<()> {
        self.change("rename", format!("{container} {name}"), |state| {
            let operation = format!("rename container `{container}` to `{name}`");
            let id = state.find(container, &operation)?;
            if state.containers.values().any(|it| it.name == name && it.id != id) {
                return Err(name_in_use(&operation, name));
            }
            let container = state.container(&id, &operation)?;
            name.clone_into(&mut container.name);
            name.clone_into(&mut container.spec.name);
            state.happen(&id, "rename");
            Ok(())
        })
        .await
    }

    fn logs(&self, container: &str, options: &LogOptions) -> BoxStream<'static, Result<LogChunk>> {
        streams::logs(self.clone(), container.to_owned(), options.clone())
    }
}

impl FakeEngine {
    /// Waits until a container does not run, or is gone.
    pub(super) async fn until_ended(&self, id: &str) -> Option<i64> {
        self.until(|state| match state.containers.get(id).map(|it| it.state) {
            None => Some(None),
            Some(ContainerState::Exited { code }) => Some(Some(code)),
            Some(ContainerState::Running | ContainerState::Paused) => None,
            Some(ContainerState::Restarting) => None,
            Some(_) => Some(Some(0)),
        })
        .await
    }
}

impl State {
    fn create(&mut self, name: &str, spec: &ContainerSpec) -> Result<String> {
        let operation = format!("create container `{name}`");
        let image_id = self.image_id(&spec.image).ok_or_else(|| {
            let message = format!("No such image: {}", spec.image);
            EngineError::new(ErrorKind::ImageAbsent, &operation, message)
        })?;
        if self.containers.values().any(|it| it.name == name) {
            return Err(name_in_use(&operation, name));
        }
        let image = self.images.get(&image_id).cloned().unwrap_or_default();
        let mut merged = as_inspected(spec, &image);
        name.clone_into(&mut merged.name);
        // Only the first network is joined by the call itself.
        merged.networks.truncate(1);
        if let Some(mode) = &merged.network_mode
            && let Some(other) = mode.strip_prefix("container:")
        {
            merged.network_mode = Some(format!("container:{}", self.find(other, &operation)?));
        }
        let endpoint = |network: &String| Endpoint {
            network: network.clone(),
            network_id: None,
            address: None,
        };
        let id = self.next_id();
        let container = Container {
            id: id.clone(),
            name: name.to_owned(),
            image_id,
            created: self.now_millis() / 1000,
            mounts: self.mount(&merged),
            endpoints: merged.networks.iter().map(|it| endpoint(&it.network)).collect(),
            state: ContainerState::Created,
            spec: merged,
            restarts_at: None,
            restart_count: 0,
            is_stopped_by_hand: false,
            error: None,
            ports: Vec::new(),
            process: None,
            started_at: 0,
            log: Vec::new(),
            files: Vec::new(),
        };
        self.containers.insert(id.clone(), container);
        self.happen(&id, "create");
        Ok(id)
    }

    /// Makes the anonymous volumes, and the named ones that are not there.
    fn mount(&mut self, spec: &ContainerSpec) -> Vec<MountPoint> {
        let mut points = Vec::new();
        for mount in &spec.mounts {
            let (volume, is_anonymous) = match &mount.source {
                MountSource::Volume { name, .. } => (Some(name.clone()), false),
                MountSource::Anonymous => (Some(self.next_id()), true),
                MountSource::Bind { .. } | MountSource::Tmpfs { .. } => (None, false),
            };
            if let Some(name) = &volume {
                let local = || Volume { driver: "local".to_owned(), ..Volume::default() };
                self.volumes.entry(name.clone()).or_insert_with(local);
            }
            points.push(MountPoint {
                volume,
                target: mount.target.clone(),
                read_only: mount.read_only,
                is_anonymous,
            });
        }
        points
    }

    /// Removes a container, and with it the volumes that were made with it and that no other
    /// container mounts.
    fn remove(&mut self, id: &str, with_volumes: bool) {
        self.kill(id);
        self.happen(id, "destroy");
        let Some(container) = self.containers.remove(id) else { return };
        for mount in container.mounts.iter().filter(|it| it.is_anonymous && with_volumes) {
            if let Some(volume) = mount.volume.as_ref().filter(|it| self.users_of(it).is_empty()) {
                self.delete_volume(volume);
            }
        }
    }
}

fn name_in_use(operation: &str, name: &str) -> EngineError {
    let message = format!("Conflict. The container name \"/{name}\" is already in use");
    EngineError::new(ErrorKind::NameInUse, operation, message)
}
