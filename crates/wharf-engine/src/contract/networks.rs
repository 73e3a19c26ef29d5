//! Networks.

use super::fixture::assert_fails;
use super::{Fixture, Script};
use crate::ErrorKind;
use crate::capability::{Engine, ExecSpec};
use std::collections::BTreeMap;
use std::time::Duration;
use wharf_plan::spec::NetworkSpec;

/// Labels come back; what is removed is gone.
pub async fn creates_lists_and_removes_a_network(engine: &impl Engine, fixture: &Fixture) {
    let spec = NetworkSpec {
        name: fixture.name("net"),
        labels: BTreeMap::from([("a".into(), "1".into())]),
        internal: true,
        attachable: true,
        ..Default::default()
    };
    engine.create_network(&spec).await.unwrap();
    let networks = engine.networks().await.unwrap();
    assert_eq!(networks[&spec.name].labels, spec.labels);
    assert!(!networks[&spec.name].id.is_empty());
    engine.remove_network(&spec.name).await.unwrap();
    assert!(!engine.networks().await.unwrap().contains_key(&spec.name));
}

/// Two runs that create one network at once must not make two.
pub async fn refuses_a_second_network_of_one_name(engine: &impl Engine, fixture: &Fixture) {
    let name = fixture.network(engine, "net").await;
    let spec = NetworkSpec { name, ..Default::default() };
    assert_fails(engine.create_network(&spec).await, ErrorKind::NameInUse);
}

/// A network is used by containers that run.
pub async fn refuses_to_remove_a_network_that_is_used(engine: &impl Engine, fixture: &Fixture) {
    let name = fixture.network(engine, "net").await;
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.networks = vec![fixture.attachment(&name, "api")];
    let id = fixture.create(engine, &spec).await;
    engine.start(&id).await.unwrap();
    assert_fails(engine.remove_network(&name).await, ErrorKind::Conflict);
}

/// Removing is idempotent.
pub async fn removing_a_network_that_is_gone_is_fine(engine: &impl Engine, fixture: &Fixture) {
    engine.remove_network(&fixture.name("none")).await.unwrap();
}

/// Connecting is idempotent, before and after the start.
pub async fn connects_a_container_and_connecting_again_is_fine(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let (first, second) =
        (fixture.network(engine, "first").await, fixture.network(engine, "second").await);
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.networks = vec![fixture.attachment(&first, "api")];
    let id = fixture.create(engine, &spec).await;
    let attachment = fixture.attachment(&second, "other");
    engine.connect(&id, &attachment).await.unwrap();
    engine.connect(&id, &attachment).await.unwrap();
    engine.start(&id).await.unwrap();
    engine.connect(&id, &attachment).await.unwrap();
    let details = engine.inspect(&id).await.unwrap().details;
    let networks: Vec<_> = details.spec.networks.iter().map(|it| it.network.as_str()).collect();
    assert_eq!(networks, [&first, &second]);
    assert!(details.spec.networks[1].aliases.contains(&"other".into()));
    let missing = fixture.attachment(&fixture.name("none"), "x");
    assert_fails(engine.connect(&id, &missing).await, ErrorKind::NotFound);
}

/// An alias is a name on its network.
pub async fn containers_find_each_other_by_alias(engine: &impl Engine, fixture: &Fixture) {
    let name = fixture.network(engine, "net").await;
    for what in ["one", "two"] {
        let mut spec = fixture.spec(what, &Script::Forever);
        spec.networks = vec![fixture.attachment(&name, &format!("alias-{what}"))];
        // Not every engine gives it, and without it there is no ping.
        spec.cap_add = vec!["NET_RAW".into()];
        let id = fixture.create(engine, &spec).await;
        engine.start(&id).await.unwrap();
    }
    let command = Script::Resolve("alias-two".into()).command();
    let spec = ExecSpec { command, ..Default::default() };
    let limit = Duration::from_secs(20);
    let output = engine.run(&fixture.name("one"), &spec, limit).await.unwrap();
    let address = engine.state(&fixture.name("two")).await.unwrap().addresses[&name].clone();
    assert!(output.code == 0 && output.output.contains(&address), "{output:?} {address}");
}
