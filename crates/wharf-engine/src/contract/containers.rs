//! Containers: make, start, stop, remove.

use super::fixture::assert_fails;
use super::{Fixture, Script, eventually};
use crate::ErrorKind;
use crate::capability::{Engine, ExecSpec};
use std::time::Duration;
use wharf_compose::model::{Protocol, Published};
use wharf_plan::spec::{FileSpec, HealthSpec, MountSource, MountSpec, PortSpec};
use wharf_plan::{ContainerState, Health, ObservedContainer, Secret};

/// Long enough for any command of the suite.
const LIMIT: Duration = Duration::from_secs(20);

async fn find(engine: &impl Engine, id: &str) -> Option<ObservedContainer> {
    engine.list().await.unwrap().into_iter().find(|container| container.id == id)
}

/// Created is not started; labels, name, service and image are there.
pub async fn creates_a_container_that_is_listed_and_not_started(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let spec = fixture.spec("one", &Script::Forever);
    let id = fixture.create(engine, &spec).await;
    let listed = find(engine, &id).await.unwrap();
    assert_eq!(listed.name, spec.name);
    assert_eq!((listed.service.as_str(), listed.number), ("one", 1));
    assert_eq!(listed.state, ContainerState::Created);
    assert_eq!(listed.image, fixture.image);
    assert_eq!(listed.labels.get("com.docker.compose.service"), Some(&"one".into()));
    assert!(!listed.is_one_off && listed.health.is_none());
    let report = engine.state(&spec.name).await.unwrap();
    assert_eq!((report.id, report.name), (id, spec.name));
    assert_eq!((report.state, report.started_at), (ContainerState::Created, 0));
    assert_eq!(report.image_id, listed.image_id);
}

/// Starting is idempotent.
pub async fn starts_a_container_and_starting_again_is_fine(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    engine.start(&id).await.unwrap();
    let report = engine.state(&id).await.unwrap();
    assert_eq!(report.state, ContainerState::Running);
    assert!(report.started_at > 0);
    assert_eq!(find(engine, &id).await.unwrap().state, ContainerState::Running);
}

/// Both forms say the same code.
pub async fn tells_the_exit_code(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Exit(3)).await;
    assert_eq!(fixture.ended(engine, &id).await, 3);
    assert_eq!(find(engine, &id).await.unwrap().state, ContainerState::Exited { code: 3 });
}

/// Stopping is idempotent.
pub async fn stops_a_container_and_stopping_again_is_fine(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    engine.stop(&id, Some(Duration::from_secs(5))).await.unwrap();
    let report = engine.state(&id).await.unwrap();
    assert!(matches!(report.state, ContainerState::Exited { .. }), "{:?}", report.state);
    engine.stop(&id, None).await.unwrap();
}

/// A process that does not listen is killed when the container's own grace is over.
pub async fn takes_the_container_s_own_grace(engine: &impl Engine, fixture: &Fixture) {
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.stop_signal = Some("SIGWINCH".into());
    spec.stop_grace_period = Some(Duration::from_secs(1));
    let id = fixture.create(engine, &spec).await;
    engine.start(&id).await.unwrap();
    engine.stop(&id, None).await.unwrap();
    let state = engine.state(&id).await.unwrap().state;
    assert_eq!(state, ContainerState::Exited { code: 137 });
}

/// A restarted container has started again.
pub async fn restarts_a_container(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let before = engine.state(&id).await.unwrap().started_at;
    engine.restart(&id, Some(Duration::from_secs(5))).await.unwrap();
    let after = engine.state(&id).await.unwrap();
    assert_eq!(after.state, ContainerState::Running);
    assert!(after.started_at > before);
}

/// A signal needs a process.
pub async fn kills_a_container_and_refuses_when_it_does_not_run(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    engine.kill(&id, "SIGKILL").await.unwrap();
    assert_eq!(fixture.ended(engine, &id).await, 137);
    assert_fails(engine.kill(&id, "SIGTERM").await, ErrorKind::Conflict);
}

/// Removing is idempotent and needs no stop before it.
pub async fn removes_a_running_container_and_removing_again_is_fine(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    engine.remove(&id, false).await.unwrap();
    assert!(find(engine, &id).await.is_none());
    engine.remove(&id, false).await.unwrap();
}

/// Whoever comes second finds it gone.
pub async fn two_removals_at_once_are_fine(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let (left, right) =
        futures_util::future::join(engine.remove(&id, true), engine.remove(&id, true)).await;
    left.and(right).unwrap();
    assert_fails(engine.state(&id).await, ErrorKind::NotFound);
}

/// The name of a container is unique.
pub async fn refuses_a_name_that_is_taken(engine: &impl Engine, fixture: &Fixture) {
    let spec = fixture.spec("one", &Script::Forever);
    fixture.create(engine, &spec).await;
    assert_fails(engine.create_container(&spec.name, &spec).await, ErrorKind::NameInUse);
}

/// A container is known by its new name only.
pub async fn renames_a_container(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let other = fixture.spec("other", &Script::Forever);
    fixture.create(engine, &other).await;
    engine.rename(&id, &fixture.name("two")).await.unwrap();
    assert_eq!(engine.state(&fixture.name("two")).await.unwrap().id, id);
    assert_fails(engine.state(&fixture.name("one")).await, ErrorKind::NotFound);
    assert_fails(engine.rename(&id, &other.name).await, ErrorKind::NameInUse);
}

/// A container cannot be made from nothing.
pub async fn says_that_an_image_is_absent(engine: &impl Engine, fixture: &Fixture) {
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.image = format!("{}-image:none", fixture.prefix);
    assert_fails(engine.create_container(&spec.name, &spec).await, ErrorKind::ImageAbsent);
}

/// Everything but a removal needs the container.
pub async fn says_that_a_container_is_not_found(engine: &impl Engine, fixture: &Fixture) {
    let name = fixture.name("none");
    assert_fails(engine.inspect(&name).await, ErrorKind::NotFound);
    assert_fails(engine.state(&name).await, ErrorKind::NotFound);
    assert_fails(engine.start(&name).await, ErrorKind::NotFound);
    assert_fails(engine.stop(&name, None).await, ErrorKind::NotFound);
    assert_fails(engine.restart(&name, None).await, ErrorKind::NotFound);
    assert_fails(engine.kill(&name, "SIGTERM").await, ErrorKind::NotFound);
    assert_fails(engine.rename(&name, &fixture.name("other")).await, ErrorKind::NotFound);
    assert_fails(engine.wait(&name).await, ErrorKind::NotFound);
}

/// The second container that wants a host port gets an error that says so.
pub async fn says_that_a_port_is_taken(engine: &impl Engine, fixture: &Fixture) {
    let port = |published| PortSpec {
        host_ip: Some("127.0.0.1".into()),
        published,
        target: 80,
        protocol: Protocol::Tcp,
    };
    let mut first = fixture.spec("first", &Script::Forever);
    first.ports = vec![port(Published::Ephemeral)];
    let id = fixture.create(engine, &first).await;
    engine.start(&id).await.unwrap();
    let listed = find(engine, &id).await.unwrap();
    let taken = listed.ports.iter().find_map(|port| port.published).unwrap();
    assert_eq!(listed.ports[0].target, 80);
    let mut second = fixture.spec("second", &Script::Forever);
    second.ports = vec![port(Published::Port(taken))];
    let id = fixture.create(engine, &second).await;
    assert_fails(engine.start(&id).await, ErrorKind::PortInUse);
}

/// The engine's verdict is in both forms, and the output of the check in one.
pub async fn tells_health(engine: &impl Engine, fixture: &Fixture) {
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.healthcheck = Some(HealthSpec {
        test: Some(["CMD".into()].into_iter().chain(Script::Speak.command()).collect()),
        interval: Some(Duration::from_secs(1)),
        ..Default::default()
    });
    let id = fixture.create(engine, &spec).await;
    engine.start(&id).await.unwrap();
    assert!(engine.state(&id).await.unwrap().health.is_some());
    let report = eventually("the container is healthy", async || {
        let report = engine.state(&id).await.unwrap();
        (report.health == Some(Health::Healthy)).then_some(report)
    })
    .await;
    assert!(report.health_output.unwrap().contains("out"));
    assert_eq!(find(engine, &id).await.unwrap().health, Some(Health::Healthy));
}

/// Files are there before the start, with owner and mode.
pub async fn puts_files_into_a_container(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.create(engine, &fixture.spec("one", &Script::Forever)).await;
    let file = FileSpec {
        path: "/run/secrets/token".into(),
        content: Secret::new("s3cret"),
        uid: 7,
        gid: 8,
        mode: 0o440,
    };
    engine.upload(&id, &[file]).await.unwrap();
    engine.start(&id).await.unwrap();
    for (script, expected) in [
        (Script::File("/run/secrets/token".into()), "s3cret"),
        (Script::Stat("/run/secrets/token".into()), "440 7 8\n"),
    ] {
        let spec = ExecSpec { command: script.command(), ..Default::default() };
        let output = engine.run(&id, &spec, LIMIT).await.unwrap();
        assert_eq!((output.code, output.output.as_str()), (0, expected));
    }
}

/// Data goes only on the user's word.
pub async fn removes_anonymous_volumes_only_when_asked(engine: &impl Engine, fixture: &Fixture) {
    for with_volumes in [false, true] {
        let mut spec = fixture.spec("one", &Script::Forever);
        spec.mounts = vec![MountSpec {
            source: MountSource::Anonymous,
            target: "/data".into(),
            read_only: false,
        }];
        let id = fixture.create(engine, &spec).await;
        engine.start(&id).await.unwrap();
        let mounts = find(engine, &id).await.unwrap().mounts;
        let volume = mounts.iter().find(|mount| mount.target == "/data").unwrap();
        let volume = volume.volume.clone().unwrap();
        engine.remove(&id, with_volumes).await.unwrap();
        let is_there = engine.volumes().await.unwrap().contains_key(&volume);
        assert_eq!(is_there, !with_volumes);
        engine.remove_volume(&volume).await.unwrap();
    }
}

/// A running container has an address on each of its networks.
pub async fn tells_addresses_and_networks(engine: &impl Engine, fixture: &Fixture) {
    let network = fixture.network(engine, "net").await;
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.networks = vec![fixture.attachment(&network, "api")];
    let id = fixture.create(engine, &spec).await;
    engine.start(&id).await.unwrap();
    let addresses = engine.state(&id).await.unwrap().addresses;
    assert!(addresses[&network].parse::<std::net::IpAddr>().is_ok());
    let networks = engine.networks().await.unwrap();
    let listed = find(engine, &id).await.unwrap();
    assert_eq!(listed.networks, std::slice::from_ref(&network));
    // An engine that does not tell the id tells nothing, for the planner believes it.
    let told = listed.network_ids.get(&network);
    assert!(told.is_none_or(|told| *told == networks[&network].id), "{told:?}");
}
