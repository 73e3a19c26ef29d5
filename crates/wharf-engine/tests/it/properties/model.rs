//! Random projects and random worlds that they meet.

use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use wharf_engine::capability::{Containers as _, Networks as _};
use wharf_engine::fake::{Behaviour, FakeEngine, HealthScript};
use wharf_plan::ImageConfig;

/// A project of a few services; a service only needs services with smaller numbers.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) services: Vec<Service>,
    /// A service that later versions do not have any more.
    pub(crate) has_orphan: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) kind: Kind,
    pub(crate) needs: Vec<Need>,
    pub(crate) replicas: u32,
    pub(crate) named_volume: bool,
    pub(crate) anonymous_volume: bool,
    pub(crate) networks: BTreeSet<&'static str>,
    pub(crate) has_port: bool,
    pub(crate) has_secret: bool,
    pub(crate) shares_network: bool,
    pub(crate) restarts: bool,
    /// Value of a variable.
    pub(crate) version: u8,
    /// Another version of the project has it, this one has not.
    pub(crate) is_absent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// Its health command fails a few times first.
    Healthy(u32),
    /// Ends well, and somebody waits for that.
    OneShot,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub(crate) on: usize,
    /// Only that it was started, where more could be asked.
    pub(crate) only_started: bool,
    pub(crate) restart: bool,
    pub(crate) required: bool,
}

pub(crate) fn models() -> impl Strategy<Value = Model> {
    prop::collection::vec(services(), 1..=6).prop_map(|services| {
        Model { services, has_orphan: false }.normal().with_awaited_one_shots()
    })
}

fn services() -> impl Strategy<Value = Service> {
    let kind = prop_oneof![
        2 => Just(Kind::Plain),
        2 => (0_u32..4).prop_map(Kind::Healthy),
        1 => Just(Kind::OneShot),
    ];
    let need = (any::<Index>(), any::<bool>(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(
        |(on, only_started, restart, required)| Need {
            on: on.index(6),
            only_started,
            restart,
            required,
        },
    );
    let networks = prop::sample::subsequence(vec!["default", "front", "back"], 1..=3);
    let flags = (
        prop::bool::weighted(0.4),
        prop::bool::weighted(0.4),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.15),
        any::<bool>(),
    );
    (kind, prop::collection::vec(need, 0..3), 1_u32..=3, networks, flags).prop_map(
        |(kind, needs, replicas, networks, flags)| Service {
            kind,
            needs,
            replicas: if replicas == 3 { 2 } else { 1 },
            named_volume: flags.0,
            anonymous_volume: flags.1,
            networks: networks.into_iter().collect(),
            has_port: flags.2,
            has_secret: flags.3,
            shares_network: flags.4,
            restarts: flags.5,
            version: 0,
            is_absent: false,
        },
    )
}

impl Model {
    /// Makes it valid: needs point backwards, one-shots and fixed ports are alone.
    pub(crate) fn normal(mut self) -> Self {
        for index in 0..self.services.len() {
            let service = &mut self.services[index];
            service.needs.retain(|need| need.on < index);
            service.needs.sort_by_key(|need| need.on);
            service.needs.dedup_by_key(|need| need.on);
        }
        let absent: Vec<bool> = self.services.iter().map(|it| it.is_absent).collect();
        for service in &mut self.services {
            service.needs.retain(|need| !absent[need.on]);
        }
        for service in self.services.iter_mut().filter(|it| it.kind == Kind::OneShot) {
            (service.replicas, service.restarts) = (1, false);
        }
        for index in 0..self.services.len() {
            let host = self.services[index].needs.first().map(|need| need.on);
            let can_share = host.is_some_and(|host| self.services[host].kind != Kind::OneShot);
            let service = &mut self.services[index];
            service.shares_network &= can_share;
            service.has_port &= service.replicas == 1 && !service.shares_network;
        }
        self
    }

    /// What ends and nobody waits for would be started again by every run.
    fn with_awaited_one_shots(mut self) -> Self {
        for index in 0..self.services.len() {
            let awaits = |it: &Need| it.on == index && !it.only_started;
            let is_awaited = self.services.iter().any(|it| it.needs.iter().any(awaits));
            let service = &mut self.services[index];
            if service.kind == Kind::OneShot && !is_awaited {
                service.kind = Kind::Plain;
            }
        }
        self.normal()
    }

    pub(crate) fn yaml(&self) -> String {
        let mut text = "services:\n".to_owned();
        for (index, service) in self.present() {
            self.write_service(&mut text, index, service);
        }
        if self.has_orphan {
            text.push_str("  gone: { image: 'app', ports: ['7000:80'] }\n");
        }
        text.push_str("networks: { front: {}, back: { internal: true } }\n");
        let volumes: Vec<_> = self
            .present()
            .filter(|(_, service)| service.named_volume)
            .map(|(index, _)| format!("data{index}: {{}}"))
            .collect();
        let _ = writeln!(text, "volumes: {{ {} }}", volumes.join(", "));
        text.push_str("secrets: { token: { environment: TOKEN } }\n");
        text
    }

    fn present(&self) -> impl Iterator<Item = (usize, &Service)> {
        self.services.iter().enumerate().filter(|(_, service)| !service.is_absent)
    }

    fn write_service(&self, text: &mut String, index: usize, service: &Service) {
        let image = if index == 0 { "stateful" } else { "app" };
        let _ = writeln!(text, "  s{index}:\n    image: {image}");
        let _ = writeln!(text, "    environment: {{ VERSION: 'v{}' }}", service.version);
        let _ = writeln!(text, "    deploy: {{ replicas: {} }}", service.replicas);
        if service.shares_network {
            let _ = writeln!(text, "    network_mode: service:s{}", service.needs[0].on);
        } else {
            let names: Vec<_> = service.networks.iter().copied().collect();
            let _ = writeln!(text, "    networks: [{}]", names.join(", "));
        }
        if service.restarts {
            text.push_str("    restart: unless-stopped\n");
        }
        if service.has_port {
            let _ = writeln!(text, "    ports: ['{}:80']", 8000 + index);
        }
        if service.has_secret {
            text.push_str("    secrets: [token]\n");
        }
        let named = service.named_volume.then(|| format!("data{index}:/data"));
        let anonymous = service.anonymous_volume.then(|| "/scratch".to_owned());
        let volumes: Vec<_> = named.into_iter().chain(anonymous).collect();
        if !volumes.is_empty() {
            let _ = writeln!(text, "    volumes: [{}]", volumes.join(", "));
        }
        if let Kind::Healthy(_) = service.kind {
            text.push_str("    healthcheck: { test: [CMD, check], interval: 10s, retries: 5 }\n");
        }
        if !service.needs.is_empty() {
            text.push_str("    depends_on:\n");
        }
        for need in &service.needs {
            let condition = match self.services[need.on].kind {
                Kind::Healthy(_) if !need.only_started => "service_healthy",
                Kind::OneShot if !need.only_started => "service_completed_successfully",
                _ => "service_started",
            };
            let _ = writeln!(
                text,
                "      s{}: {{ condition: {condition}, restart: {}, required: {} }}",
                need.on, need.restart, need.required
            );
        }
    }

    /// An engine on which the services behave as the model says.
    pub(crate) fn engine(&self) -> FakeEngine {
        let engine = FakeEngine::new();
        engine.publish("app", ImageConfig::default());
        let volumes = vec!["/var/state".to_owned()];
        engine.publish("stateful", ImageConfig { volumes, ..ImageConfig::default() });
        self.script(&engine);
        engine
    }

    pub(crate) fn script(&self, engine: &FakeEngine) {
        for (index, service) in self.services.iter().enumerate() {
            let behaviour = match service.kind {
                Kind::Plain => Behaviour::default(),
                Kind::Healthy(probes) => {
                    Behaviour::with_health(HealthScript::PassesAfterProbes(probes))
                }
                Kind::OneShot => Behaviour::exits_after(std::time::Duration::from_millis(300), 0),
            };
            engine.script_service(&format!("s{index}"), behaviour);
        }
    }
}

/// What another version of a project has otherwise.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Env(Index),
    Replicas(Index),
    Absent(Index),
    Networks(Index),
    AnonymousVolume(Index),
    Orphan,
}

pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        4 => any::<Index>().prop_map(Edit::Env),
        1 => any::<Index>().prop_map(Edit::Replicas),
        1 => any::<Index>().prop_map(Edit::Absent),
        1 => any::<Index>().prop_map(Edit::Networks),
        1 => any::<Index>().prop_map(Edit::AnonymousVolume),
        1 => Just(Edit::Orphan),
    ];
    prop::collection::vec(edit, 0..4)
}

impl Model {
    /// The version of the project that was up before.
    pub(crate) fn before(&self, edits: &[Edit]) -> Self {
        let mut model = self.clone();
        let count = model.services.len();
        for edit in edits {
            match edit {
                Edit::Env(at) => model.services[at.index(count)].version += 1,
                Edit::Replicas(at) => model.services[at.index(count)].replicas += 1,
                Edit::Absent(at) => model.services[at.index(count)].is_absent = true,
                Edit::Networks(at) => {
                    model.services[at.index(count)].networks = ["back"].into();
                }
                Edit::AnonymousVolume(at) => {
                    model.services[at.index(count)].anonymous_volume ^= true;
                }
                Edit::Orphan => model.has_orphan = true,
            }
        }
        if model.services.iter().all(|it| it.is_absent) {
            model.services[0].is_absent = false;
        }
        model.normal()
    }
}

/// Something that happened since.
#[derive(Debug, Clone)]
pub(crate) enum Accident {
    Stop(Index),
    Crash(Index),
    Remove(Index),
    StopAll,
}

pub(crate) fn accidents() -> impl Strategy<Value = Vec<Accident>> {
    let accident = prop_oneof![
        2 => any::<Index>().prop_map(Accident::Stop),
        2 => any::<Index>().prop_map(Accident::Crash),
        2 => any::<Index>().prop_map(Accident::Remove),
        1 => Just(Accident::StopAll),
    ];
    prop::collection::vec(accident, 0..3)
}

pub(crate) async fn befall(engine: &FakeEngine, accidents: &[Accident]) {
    for accident in accidents {
        let names: Vec<String> =
            engine.list().await.unwrap().into_iter().map(|it| it.name).collect();
        if names.is_empty() {
            return;
        }
        match accident {
            Accident::Stop(at) => engine.stop(at.get::<String>(&names), None).await.unwrap(),
            Accident::Crash(at) => engine.crash(at.get::<String>(&names), 1),
            Accident::Remove(at) => engine.remove(at.get::<String>(&names), false).await.unwrap(),
            Accident::StopAll => {
                for name in &names {
                    engine.stop(name, None).await.unwrap();
                }
            }
        }
    }
}

/// Removes a network behind wharf's back: its containers are stopped, and remember it.
pub(crate) async fn lose_network(engine: &FakeEngine, name: &str) {
    for container in engine.list().await.unwrap() {
        if container.networks.iter().any(|it| it == name) {
            engine.stop(&container.id, None).await.unwrap();
        }
    }
    engine.remove_network(name).await.unwrap();
}
