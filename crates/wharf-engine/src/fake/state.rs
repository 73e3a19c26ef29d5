//! The world of the fake: what exists.

use super::behaviour::Behaviour;
use super::builtin::Reading;
use super::clock::Clock;
use crate::capability::{EngineEvent, LogStream};
use crate::{EngineError, ErrorKind, Result};
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::Instant;
use wharf_plan::spec::{ContainerSpec, FileSpec, NetworkSpec};
use wharf_plan::{ContainerState, Health, ImageConfig, ObservedPort};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) clock: Clock,
    counter: u64,
    /// Ids of local images by reference.
    pub(super) references: BTreeMap<String, String>,
    /// Local images by id.
    pub(super) images: BTreeMap<String, ImageConfig>,
    /// What a pull gets, by reference.
    pub(super) registry: BTreeMap<String, ImageConfig>,
    /// What a build makes, by reference, or the output that it fails with.
    pub(super) recipes: BTreeMap<String, std::result::Result<ImageConfig, String>>,
    pub(super) containers: BTreeMap<String, Container>,
    pub(super) networks: BTreeMap<String, Network>,
    pub(super) volumes: BTreeMap<String, Volume>,
    /// Ports that other programs of the host hold.
    pub(super) taken_ports: BTreeSet<u16>,
    pub(super) last_ephemeral: u16,
    pub(super) events: Vec<Happening>,
    /// Commands by id.
    pub(super) execs: BTreeMap<String, Exec>,
    pub(super) by_service: BTreeMap<String, Behaviour>,
    pub(super) by_image: BTreeMap<String, Behaviour>,
    /// Names of volumes that were deleted although something had been written to them.
    pub(super) lost: Vec<String>,
    /// Ends of streams of events: the count of broken connections.
    pub(super) breaks: u64,
}

#[derive(Debug)]
pub(super) struct Container {
    pub(super) id: String,
    pub(super) name: String,
    /// What was made of the request and the image.
    pub(super) spec: ContainerSpec,
    pub(super) image_id: String,
    /// Unix seconds.
    pub(super) created: i64,
    pub(super) mounts: Vec<MountPoint>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) state: ContainerState,
    /// When the engine starts it again, while it is `Restarting`.
    pub(super) restarts_at: Option<Instant>,
    pub(super) restart_count: u64,
    /// Somebody stopped it: restart policies do not apply.
    pub(super) is_stopped_by_hand: bool,
    pub(super) error: Option<String>,
    /// Published ports, while it runs.
    pub(super) ports: Vec<ObservedPort>,
    pub(super) process: Option<Process>,
    /// Unix milliseconds of the last start; 0 before the first.
    pub(super) started_at: i64,
    pub(super) log: Vec<LogLine>,
    pub(super) files: Vec<FileSpec>,
}

/// The main process, while there is one.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) started: Instant,
    pub(super) behaviour: Behaviour,
    pub(super) ends: Option<(Instant, i64)>,
    /// The next verdict of the engine's own health check.
    pub(super) verdict: Option<(Instant, Health)>,
    /// `None` without a health check.
    pub(super) health: Option<Health>,
    /// Output of the engine's last health check.
    pub(super) health_output: Option<String>,
    /// Health commands that clients ran.
    pub(super) probes: u32,
    /// Whether a test said how it behaves.
    pub(super) is_scripted: bool,
    /// What it does with its input.
    pub(super) reads: Option<Reading>,
}

/// A command in a container.
#[derive(Debug)]
pub(super) struct Exec {
    pub(super) container: String,
    pub(super) output: Vec<(LogStream, Vec<u8>)>,
    pub(super) ends: Option<(Instant, i64)>,
    pub(super) reads: Option<Reading>,
    /// `None` while it runs.
    pub(super) code: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct MountPoint {
    /// Name of the volume.
    pub(super) volume: Option<String>,
    pub(super) target: String,
    pub(super) read_only: bool,
    /// Made with the container, without a name of anybody's choice.
    pub(super) is_anonymous: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) network: String,
    /// Id of the network that it was first connected to: a network of the same name made later
    /// is another one.
    pub(super) network_id: Option<String>,
    /// While the container runs.
    pub(super) address: Option<String>,
}

#[derive(Debug)]
pub(super) struct Network {
    pub(super) id: String,
    pub(super) spec: NetworkSpec,
    pub(super) subnet: usize,
    pub(super) last_host: usize,
}

#[derive(Debug, Default)]
pub(super) struct Volume {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) driver: String,
    /// What was written to it, in order.
    pub(super) data: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct LogLine {
    pub(super) stream: LogStream,
    /// Unix milliseconds.
    pub(super) at: i64,
    pub(super) line: String,
}

#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub(super) at: Instant,
    pub(super) project: Option<String>,
    pub(super) event: EngineEvent,
}

impl State {
    /// Time goes on a little with every change.
    pub(super) fn tick(&mut self) {
        self.clock.tick();
    }

    /// Unix milliseconds.
    pub(super) fn now_millis(&mut self) -> i64 {
        self.clock.millis(Instant::now())
    }

    /// 64 hexadecimal digits that no other call gives; their first twelve differ too.
    pub(super) fn next_id(&mut self) -> String {
        self.counter += 1;
        let part = |number| mix(self.counter * 4 + number);
        format!("{:016x}{:016x}{:016x}{:016x}", part(0), part(1), part(2), part(3))
    }

    /// Id of the container with this name, id or beginning of an id.
    pub(super) fn find(&self, key: &str, operation: &str) -> Result<String> {
        let by_name = || self.containers.values().find(|it| it.name == key).map(|it| &it.id);
        let by_start = || {
            let mut hits = self.containers.keys().filter(|id| id.starts_with(key));
            hits.next().filter(|_| key.len() >= 12 && hits.next().is_none())
        };
        let exact = self.containers.get(key).map(|it| &it.id);
        exact.or_else(by_name).or_else(by_start).cloned().ok_or_else(|| {
            EngineError::new(ErrorKind::NotFound, operation, format!("No such container: {key}"))
        })
    }

    /// The container with this name or id.
    pub(super) fn container(&mut self, key: &str, operation: &str) -> Result<&mut Container> {
        let id = self.find(key, operation)?;
        self.containers.get_mut(&id).ok_or_else(|| {
            EngineError::new(ErrorKind::NotFound, operation, format!("No such container: {key}"))
        })
    }

    /// Containers that mount a volume, by name.
    pub(super) fn users_of(&self, volume: &str) -> Vec<String> {
        let uses =
            |it: &&Container| it.mounts.iter().any(|mount| mount.volume.as_deref() == Some(volume));
        self.containers.values().filter(uses).map(|it| it.name.clone()).collect()
    }

    /// Deletes a volume, and notes what is lost with it.
    pub(super) fn delete_volume(&mut self, name: &str) {
        if self.volumes.remove(name).is_some_and(|volume| !volume.data.is_empty()) {
            self.lost.push(name.to_owned());
        }
    }
}

impl Container {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, ContainerState::Running | ContainerState::Paused)
    }
}

/// One step of the generator splitmix64.
fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
