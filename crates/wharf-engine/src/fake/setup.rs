//! What tests arrange and look at: the world outside of the capabilities.

use super::calls::{Call, Moment};
use super::{Behaviour, FakeEngine};
use crate::ErrorKind;
use crate::capability::EngineEvent;
use std::time::Duration;
use tokio::time::Instant;
use wharf_plan::spec::FileSpec;
use wharf_plan::{ContainerState, ImageConfig};

/// The world.
impl FakeEngine {
    /// Puts an image on the engine and returns its id; an equal one keeps its id.
    pub fn add_image(&self, reference: &str, config: ImageConfig) -> String {
        self.state().add_image(reference, config)
    }

    /// Puts an image into the registry: what a pull gets.
    pub fn publish(&self, reference: &str, config: ImageConfig) {
        self.state().registry.insert(reference.to_owned(), config);
    }

    /// Says what a build of this image makes, or the output that it fails with; a build of which
    /// nothing is said makes an empty image.
    pub fn on_build(&self, reference: &str, result: Result<ImageConfig, String>) {
        self.state().recipes.insert(reference.to_owned(), result);
    }

    /// Says how the containers of a service behave, from their next start on.
    pub fn script_service(&self, service: &str, behaviour: Behaviour) {
        self.state().by_service.insert(service.to_owned(), behaviour);
    }

    /// Says how containers of an image behave that no service script is for.
    pub fn script_image(&self, reference: &str, behaviour: Behaviour) {
        self.state().by_image.insert(reference.to_owned(), behaviour);
    }

    /// Lets another program of the host bind a TCP port.
    pub fn occupy_port(&self, port: u16) {
        self.state().taken_ports.insert(port);
    }

    /// Ends the process of a container from within, when it has one.
    pub fn crash(&self, container: &str, code: i64) {
        let mut state = self.state();
        if let Ok(id) = state.find(container, "")
            && state.containers.get(&id).is_some_and(|it| it.process.is_some())
        {
            state.end(&id, Instant::now(), code);
        }
        drop(state);
        self.announce();
    }

    /// Freezes a running container, as `docker pause` does.
    pub fn pause(&self, container: &str) {
        if let Ok(container) = self.state().container(container, "") {
            container.state = ContainerState::Paused;
        }
    }

    /// Writes to a volume.
    pub fn write_volume(&self, name: &str, text: &str) {
        if let Some(volume) = self.state().volumes.get_mut(name) {
            volume.data.push(text.to_owned());
        }
    }

    /// What was written to a volume, in order: the text of [`write_volume`](Self::write_volume)
    /// and the name of every container that started with it; `None` when it is not there.
    pub fn volume_data(&self, name: &str) -> Option<Vec<String>> {
        self.state().volumes.get(name).map(|volume| volume.data.clone())
    }

    /// Volumes that were deleted although something had been written to them.
    pub fn lost_volumes(&self) -> Vec<String> {
        self.state().lost.clone()
    }

    /// What has happened to containers, with the time since the first event.
    pub fn history(&self) -> Vec<(Duration, EngineEvent)> {
        let state = self.state();
        let first = state.events.first().map(|it| it.at);
        let since = |at: Instant| first.map_or(Duration::ZERO, |first| at - first);
        state.events.iter().map(|it| (since(it.at), it.event.clone())).collect()
    }

    /// Files that were put into a container.
    pub fn files_of(&self, container: &str) -> Vec<FileSpec> {
        self.state().container(container, "").map(|it| it.files.clone()).unwrap_or_default()
    }
}

/// Calls.
impl FakeEngine {
    /// How long every call takes; nothing by default.
    pub fn set_latency(&self, latency: Duration) {
        self.calls().latency = latency;
    }

    /// Makes the n-th call that changes something fail without effect; the first is 1.
    pub fn fail_nth(&self, number: usize, kind: ErrorKind) {
        self.calls().fail(number, kind);
    }

    /// Breaks the connection during the n-th call that changes something.
    pub fn lose_connection_at(&self, number: usize, moment: Moment) {
        self.calls().lose(number, moment);
    }

    /// Simulates that wharf is killed before its n-th call that changes something: that one and
    /// all that follow, of any sort, fail; what was done stays.
    pub fn kill_at(&self, number: usize) {
        self.calls().kill_at(number);
    }

    /// Ends all faults and empties the journal; calls are numbered from 1 again.
    pub fn reset_calls(&self) {
        self.calls().reset();
    }

    /// Ends every stream of events with an error.
    pub fn break_event_streams(&self) {
        self.state().breaks += 1;
        self.announce();
    }

    /// The calls so far, without those that never reached the engine.
    pub fn journal(&self) -> Vec<Call> {
        self.calls().journal.clone()
    }

    /// Calls that change something, one per line.
    pub fn changes(&self) -> Vec<String> {
        let calls = self.calls();
        let changes = calls.journal.iter().filter(|call| call.number.is_some());
        changes.map(ToString::to_string).collect()
    }

    /// How many calls that change something were made, refused ones included.
    pub fn change_count(&self) -> usize {
        self.calls().changes()
    }

    /// The highest number of calls that changed something at the same time.
    pub fn most_parallel(&self) -> usize {
        self.calls().most_parallel
    }
}
